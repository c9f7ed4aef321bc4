"""What a laboratory did with a sample, as far as the mortuary may see it: when, and no allele.

The laboratory is an app above this one; it fills in the answer in its ``AppConfig.ready``::

    analyses.answer_with(answers.analyses_of)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Analysis", "analyses_of", "answer_with"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One profile of a sample: the first, or a retest. It has no field for what was found.

    ``at`` is the time of the record, ``kit`` may be empty; one that is ``set_aside`` counts no
    more.
    """

    at: str
    kit: str
    set_aside: bool


def _none(sample: str) -> Sequence[Analysis]:
    return ()


_answer: Callable[[str], Sequence[Analysis]] = _none


def answer_with(answer: Callable[[str], Sequence[Analysis]]) -> None:
    """Let ``answer(sample)`` say what was done with a sample, the first analysis first."""
    global _answer
    _answer = answer


def analyses_of(sample: str) -> Sequence[Analysis]:
    """Every analysis of a sample in the order of the record."""
    return _answer(sample)
