"""Measures in words: what is counted, with a party's name where the measure names one."""

from __future__ import annotations

from collections.abc import Mapping

from priam.accounting.claims_file import TRANSFERRED

__all__ = ["measure_in_words"]


def measure_in_words(measure: str, parties: Mapping[str, str]) -> str:
    """The measure as a reader would say it.

    >>> measure_in_words("military_deaths_UA", {"UA": "Ukraine"})
    'Military deaths, Ukraine'
    """
    receiver = measure.removeprefix(TRANSFERRED)
    if receiver != measure:
        return f"Transferred to {parties.get(receiver, receiver)}"
    for party, name in parties.items():
        if measure.endswith(f"_{party}"):
            return f"{_plain(measure.removesuffix(f'_{party}'))}, {name}"
    return _plain(measure)


def _plain(measure: str) -> str:
    return measure[:1].upper() + measure[1:].replace("_", " ")
