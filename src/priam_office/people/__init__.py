"""Who works here, in which role, and what a role may do."""
