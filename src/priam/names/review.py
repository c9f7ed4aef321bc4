"""Clerical review as events: what a person decided about a proposed pair, and when.

Two ways to review: single keys in a terminal, which add lines to ``review.jsonl``, and the page of
the office, whose events (:mod:`priam.events.reviews`) stand in its log and are exported as such
lines. A line is only ever added. An undo is a further event that takes back the one before;
:func:`standing` folds the events into what stands now. Nothing is merged by a decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from priam.errors import InputError
from priam.events.reviews import PairCell, PairWeight, ReviewedList, ReviewPair
from priam.strict_json import parse_text

__all__ = [
    "ANSWERS",
    "Queue",
    "event",
    "parse_pairs",
    "queue",
    "read_decisions",
    "read_events",
    "read_pairs",
    "standing",
]

#: Key -> answer.
ANSWERS = {"s": "same", "d": "different", "u": "unsure"}

Pair = tuple[str, str]


def event(
    pair: Pair, answer: str, *, by: str, at: str | None = None, lists: Iterable[str] = ()
) -> dict[str, Any]:
    """One decision; ``answer`` is same, different, unsure or undone.

    ``lists`` are the SHA-256 of the two lists, where they are known.
    """
    if answer not in (*ANSWERS.values(), "undone"):
        raise ValueError(f"no such answer: {answer}")
    at = at or datetime.now(UTC).isoformat(timespec="seconds")
    made: dict[str, Any] = {
        "type": "link.reviewed", "id_a": pair[0], "id_b": pair[1],
        "answer": answer, "by": by, "at": at,
    }  # fmt: skip
    return {**made, "lists": list(lists)} if lists else made


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
            read = {key: item[key] for key in ("id_a", "id_b", "answer", "by", "at")}
            if read["answer"] not in (*ANSWERS.values(), "undone"):
                raise ValueError(read["answer"])
            events.append({**read, "lists": item.get("lists", []), "where": f"line {number}"})
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                "is not an event of a review; restore the file from a copy",
                file=path,
                where=f"line {number}",
            ) from error
    return events


def read_decisions(
    path: Path, ids: tuple[Iterable[str], Iterable[str]]
) -> tuple[dict[Pair, str], set[tuple[str, ...]]]:
    """What stands of a file of decisions, and the SHA-256 of the lists they were made on.

    A row that is in none of the lists (``ids`` of the first and the second) is an error: the
    decisions are of other lists.
    """
    if not path.exists():
        raise InputError(
            "there is no such file; name review.jsonl or an export of the office", file=path
        )
    known = tuple(map(set, ids))
    events = read_events(path)
    for item in events:
        for side, rows in zip("ab", known, strict=True):
            if item[f"id_{side}"] not in rows:
                raise InputError(
                    f"the id {item[f'id_{side}']!r} is not in list {side.upper()}; these "
                    "decisions are of other lists, or the lists are in the other order",
                    file=path,
                    where=item["where"],
                )
    return standing(events), {tuple(item["lists"]) for item in events if item["lists"]}


def read_pairs(folder: Path) -> list[dict[str, Any]]:
    """The pairs of ``pairs.json`` that ``priam names match`` left for people."""
    path = folder / "pairs.json"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror}); name the folder that 'priam names match --out' "
            "wrote",
            file=path,
        ) from error
    pairs: list[dict[str, Any]] = parse_pairs(data, file=str(path))["pairs"]
    return pairs


def parse_pairs(data: bytes, *, file: str = "pairs.json") -> dict[str, Any]:
    """The content of a ``pairs.json``."""
    try:
        content: dict[str, Any] = parse_text(data.decode("utf-8"), file)
        if content["version"] == 1 and isinstance(content["pairs"], list):
            return content
    except (InputError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "is not a pairs.json; take the one in the folder that 'priam names match --out' wrote",
            file=file,
        ) from error
    raise InputError("is not a pairs.json of version 1", file=file)


@dataclass(frozen=True)
class Queue:
    """Pairs as the office queues them, the least sure first."""

    lists: tuple[ReviewedList, ReviewedList]
    one_to_one: bool
    pairs: tuple[ReviewPair, ...]


def queue(content: Mapping[str, Any], *, file: str = "pairs.json") -> Queue:
    """The pairs of a ``pairs.json`` (see :func:`parse_pairs`) as values of the office's events."""
    rows: tuple[dict[str, int], dict[str, int]] = ({}, {})
    pairs = []
    try:
        names = content.get("list_names", ("list A", "list B"))
        lists = [ReviewedList(str(n), str(h)) for n, h in zip(names, content["lists"], strict=True)]
        first, second = lists
        one_to_one = bool(content.get("one_to_one", True))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("does not name its two lists; match them again", file=file) from error
    for number, item in enumerate(content["pairs"], 1):
        try:
            pairs.append(_queued(number, item, rows))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                "is not a pair with both records and its weights; match the lists again",
                file=file,
                where=f"pair {number}",
            ) from error
    if not pairs:
        raise InputError("holds no pair: there is nothing to decide", file=file)
    return Queue((first, second), one_to_one, tuple(pairs))


def _queued(
    number: int, item: Mapping[str, Any], rows: tuple[dict[str, int], dict[str, int]]
) -> ReviewPair:
    a, b = (side.setdefault(item[f"id_{s}"], len(side)) for side, s in zip(rows, "ab", strict=True))
    cells = [
        PairCell(field, str(value)[:_CELL], str(item["b"].get(field, ""))[:_CELL])
        for field, value in item["a"].items()
        if field != "id"
    ]
    weights = [
        PairWeight(str(w["field"]), str(w["level"]), round(float(w["weight"]) * 100))
        for w in item["fields"]
    ]
    return ReviewPair(
        number=number,
        a=a,
        b=b,
        id_a=str(item["id_a"]),
        id_b=str(item["id_b"]),
        per_million=round(float(item["probability"]) * 1_000_000),
        cells=tuple(cell for cell in cells if cell.a or cell.b),
        weights=tuple(weights),
    )


_CELL = 300  # characters of a cell that are shown
