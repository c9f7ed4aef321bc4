"""Typed immutable events, the state they fold into, and what may follow what."""
