"""Agreements, claims, counts, discrepancies: folds over events and claims."""
