"""Priam: the negotiated return of the war dead, in numbers that can be checked.

A library: it knows families, markers, probabilities, events, proofs and sums, and nothing of
the web. See ``ARCHITECTURE.md`` for a map.
"""

__version__ = "0.1.0"
