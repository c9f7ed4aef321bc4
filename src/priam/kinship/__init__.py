"""Pedigrees and the likelihood of what was seen on them."""
