"""Numba kernels: arrays in, arrays out; callers validate."""
