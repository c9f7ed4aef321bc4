"""Filters of pages for staff."""
