"""Handovers between installations: the parties' acts, papers, and their exchange by file."""
