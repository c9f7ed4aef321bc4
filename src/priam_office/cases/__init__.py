"""The mortuary: bags opened, cases, their records, samples, effects and places."""
