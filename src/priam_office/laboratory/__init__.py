"""Profiles, their retests and consensus, searches and candidates: what geneticists work with."""
