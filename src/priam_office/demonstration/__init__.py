"""A demonstration office: synthetic persons, an account for each role, a guided day."""
