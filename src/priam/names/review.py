"""Clerical review as events: what a person decided about a proposed pair, and when.

``review.jsonl`` is only ever added to. An undo is a further event that takes back the one before;
:func:`standing` folds the events into what stands now. Nothing is merged by a decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from priam.errors import InputError

__all__ = ["ANSWERS", "event", "read_events", "read_pairs", "standing"]

#: Key -> answer.
ANSWERS = {"s": "same", "d": "different", "u": "unsure"}

Pair = tuple[str, str]


def event(pair: Pair, answer: str, *, by: str, now: datetime | None = None) -> dict[str, str]:
    """One decision; ``answer`` is same, different, unsure or undone."""
    if answer not in (*ANSWERS.values(), "undone"):
        raise ValueError(f"no such answer: {answer}")
    at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    return {
        "type": "link.reviewed", "id_a": pair[0], "id_b": pair[1],
        "answer": answer, "by": by, "at": at,
    }  # fmt: skip


def standing(events: Iterable[dict[str, Any]]) -> dict[Pair, str]:
    """The answer that stands for each pair, after undos; the last word counts."""
    history: dict[Pair, list[str]] = {}
    for item in events:
        answers = history.setdefault((item["id_a"], item["id_b"]), [])
        if item["answer"] != "undone":
            answers.append(item["answer"])
        elif answers:
            answers.pop()
    return {pair: answers[-1] for pair, answers in history.items() if answers}


def read_events(path: Path) -> list[dict[str, Any]]:
    """The events of a review so far; none if it has not begun."""
    if not path.exists():
        return []
    events = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            item = json.loads(line)
            events.append({key: item[key] for key in ("id_a", "id_b", "answer", "by", "at")})
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                "is not an event of a review; restore the file from a copy",
                file=path,
                where=f"line {number}",
            ) from error
    return events


def read_pairs(folder: Path) -> list[dict[str, Any]]:
    """The pairs of ``pairs.json`` that ``priam names match`` left for people."""
    path = folder / "pairs.json"
    try:
        pairs: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["pairs"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "cannot be read; name the folder that 'priam names match --out' wrote", file=path
        ) from error
    return pairs
