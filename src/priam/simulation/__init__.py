"""Exchanges and profiles with known truth; generators are passed in."""
