"""What a test knows for sure: what each installation acknowledged, and what it may still do.

For each node there is a mirror, the pure state of ``priam.events`` folded from the rows that were
read back; no cache of the office takes part. An act without an answer stays a question until it
was asked again under the same event ids.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from priam.events.base import Recorded
from priam.events.state import State, apply
from tests.office.faults.acts import Act, View
from tests.office.faults.nodes import Crash, Fault

__all__ = ["Question", "Watched", "event_id", "is_full"]


def event_id(chance: random.Random, milliseconds: int) -> str:
    """A UUIDv7 of a clock that may be wrong."""
    value = (max(0, milliseconds) & (1 << 48) - 1) << 80 | chance.getrandbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=value & ~(3 << 62) | 2 << 62))


def is_full(error: Exception) -> bool:
    """Whether a request failed because nothing more could be written."""
    return "disk is full" in str(error) or "disk I/O error" in str(error)


@dataclass
class Question:
    """An act that was asked for and not yet answered."""

    act: Act
    entries: list[tuple[Any, str, str | None]]


@dataclass
class Watched:
    """A node and all that is known of it. ``acknowledged``: event id -> as it was acknowledged."""

    node: Any
    mirror: State = field(default_factory=State)
    rows: list[Recorded] = field(default_factory=list)
    acknowledged: dict[str, Recorded] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    answered: list[Question] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def look(self) -> None:
        """Read what is new in its table, and fold it."""
        new = self.node.call("rows", len(self.rows))
        for one in new:
            self.mirror = apply(self.mirror, one)
        self.rows += new

    def ask(self, question: Question, fault: Fault, *, answer_is_lost: bool = False) -> None:
        """Ask for an act; afterwards it is acknowledged, refused, or still a question."""
        if question not in self.questions:
            self.questions.append(question)
        self.counted["requests"] += 1
        try:
            got = self._asked(question, fault)
        except Crash:
            self.counted["deaths"] += 1
            return
        except Exception as error:
            if not (fault.full_disk and is_full(error)):
                raise
            self.counted["full disks"] += 1
            return
        if answer_is_lost:
            self.counted["lost answers"] += 1
            return
        self._acknowledge(question, got)

    def _asked(self, question: Question, fault: Fault) -> list[Recorded]:
        sign = question.act.sign
        if sign is None:
            got: list[Recorded] = self.node.call("record", question.entries, fault=fault)
            return got
        self.look()
        if self.node.party not in self.mirror.manifests[sign].signatures:
            self.node.call("sign", sign, fault=fault)
        return []

    def _acknowledge(self, question: Question, got: list[Recorded]) -> None:
        self.questions.remove(question)
        self.answered.append(question)
        ids = [entry[1] for entry in question.entries]
        assert [one.event_id for one in got] == ids, "other events came back"
        for one in got:
            before = self.acknowledged.setdefault(one.event_id, one)
            assert before == one, f"{one.event_id} was acknowledged twice and differs"
            self.counted["acknowledged"] += 1

    def repeat(self, question: Question) -> None:
        """An old request arrives once more: the answer is the old one, and nothing is written."""
        size = self.node.call("rows", 0)
        got = self.node.call("record", question.entries)
        assert got == [self.acknowledged[entry[1]] for entry in question.entries]
        assert self.node.call("rows", 0) == size, "a repeated request wrote something"
        self.counted["repeated requests"] += 1

    def view(self, everywhere: tuple[State, ...], open_: frozenset[str], chance: Any) -> View:
        return View(self.node.party, self.mirror, everywhere, open_, chance)
