"""Clerical review: pairs of two lists, decided by people on a page, each answer an event."""
