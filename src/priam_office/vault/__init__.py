"""Fields and payloads that nobody reads without the key of their compartment."""
