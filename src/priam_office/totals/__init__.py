"""Estimates of totals, shown beside the claims of scale and never mixed with them."""
