"""Markers, kits, frequencies, profiles, mutation models."""
