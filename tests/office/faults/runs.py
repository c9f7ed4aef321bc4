"""One history of three installations with faults, and what must be true at its end."""

from __future__ import annotations

import dataclasses
import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from priam.errors import UserError
from priam.events.state import State, fold
from tests.office.faults.acts import Act, next_act
from tests.office.faults.nodes import PARTIES, Crash, Fault, Keys
from tests.office.faults.world import Question, Watched, event_id, is_full

__all__ = ["Broken", "Shape", "picture", "run"]

# Calls and returns of functions within one request, so that a death falls anywhere in it.
_LENGTH = {"record": 4_000, "sign": 12_000, "take": 60_000, "export": 60_000, "request": 8_000}
_YEAR = 365 * 86400
_SHORT = 60_000  # bytes of a file, so that some are cut into parts


class Broken(AssertionError):
    """A run ended as it must not; its seed repeats it."""


@dataclass(frozen=True)
class Shape:
    """How long a run is and how often things go wrong; probabilities for each request."""

    steps: int = 60
    deaths: float = 0.08
    lost_answers: float = 0.08
    full_disks: float = 0.04
    wrong_clocks: float = 0.05
    outside_kills: float = 0.0  # of the deaths, those by a kill from outside


@dataclass
class _Run:
    watched: dict[str, Watched]
    chance: random.Random
    shape: Shape
    post: list[tuple[str, str, bytes]] = field(default_factory=list)  # sender, receiver, file
    counted: Counter[str] = field(default_factory=Counter)

    # --- faults

    def fault(self, verb: str) -> Fault:
        """Mostly none."""
        dice = self.chance.random()
        if dice < self.shape.deaths:
            if self.chance.random() < self.shape.outside_kills:
                return Fault(killed_after=self.chance.uniform(0, 0.01))
            return Fault(dies_after=int(_LENGTH[verb] ** self.chance.uniform(0.4, 1.02)))
        return Fault(full_disk=dice < self.shape.deaths + self.shape.full_disks)

    def try_(self, party: str, verb: str, *args: Any) -> Any:
        """A request whose failure only means that it will be made again; None where it failed."""
        fault = self.fault(verb if verb in _LENGTH else "request")
        self.counted["requests"] += 1
        try:
            return self.watched[party].node.call(verb, *args, fault=fault)
        except Crash:
            self.counted["deaths"] += 1
        except Exception as error:
            if not (fault.full_disk and is_full(error)):
                raise
            self.counted["full disks"] += 1
        return None

    # --- one step

    def step(self) -> None:
        party = self.chance.choice("AAABBBC")
        watched = self.watched[party]
        if self.chance.random() < self.shape.wrong_clocks:
            watched.node.call("clock", self.chance.uniform(-50, 70) * _YEAR)
            self.counted["wrong clocks"] += 1
        dice = self.chance.random()
        if dice < 0.55:
            self.act(watched)
        elif dice < 0.62 and watched.questions:
            self.ask(watched, self.chance.choice(watched.questions))
        elif dice < 0.65 and watched.answered:
            self.repeat(watched)
        elif dice < 0.80:
            self.send(party)
        elif dice < 0.96 and self.post:
            self.deliver()
        else:
            self.witness(party)

    def act(self, watched: Watched) -> None:
        everywhere = tuple(one.mirror for one in self.watched.values())
        questions = (q.act.about for one in self.watched.values() for q in one.questions)
        view = watched.view(everywhere, frozenset().union(*questions), self.chance)
        made = next_act(view)
        if made is not None and not (made.sign and _asked_before(watched, made)):
            self.ask(watched, Question(made, self.entries(watched, made)))

    def entries(self, watched: Watched, act: Act) -> list[tuple[Any, str, str | None]]:
        now = int((1_750_000_000 + watched.node.clock) * 1000)
        said = self.chance.choice((None, "2025-06-07T10:00:00Z", "1971-01-01T00:00:00Z"))
        return [(event, event_id(self.chance, now), said) for event in act.events]

    def ask(self, watched: Watched, question: Question) -> None:
        fault = self.fault("sign" if question.act.sign else "record")
        lost = self.chance.random() < self.shape.lost_answers
        try:
            watched.ask(question, fault, answer_is_lost=lost)
        except UserError as error:
            # What waited long may have become impossible; then it must not have been written.
            watched.look()
            written = [entry[1] in watched.mirror.event_ids for entry in question.entries]
            assert not any(written), f"refused and written: {error}"
            watched.questions.remove(question)
            watched.counted["refused"] += 1
        if question not in watched.questions:
            watched.look()

    def repeat(self, watched: Watched) -> None:
        question = self.chance.choice(watched.answered)
        if question.entries:
            watched.repeat(question)

    # --- records between installations

    def send(self, party: str) -> None:
        to = self.chance.choice([other for other in PARTIES if other != party])
        largest = self.chance.choice((None, _SHORT))  # then it may come in parts
        try:
            parts = self.try_(party, "export", to, largest)
        except UserError as error:
            assert "the log is empty" in str(error), error
            return
        for data in parts or ():
            self.counted["files"] += 1
            self.counted["parts"] += len(parts) > 1
            dice = self.chance.random()
            copies = 0 if dice < 0.15 else 2 if dice < 0.3 else 1
            self.counted["files lost"] += copies == 0
            self.counted["files doubled"] += copies == 2
            self.post += [(party, to, data)] * copies

    def deliver(self) -> None:
        """Any file on its way arrives, so that an older one may come after a newer."""
        at = self.chance.randrange(len(self.post))
        self.counted["files out of order"] += at > 0
        _, to, data = self.post.pop(at)
        self.take(to, data)

    def take(self, to: str, data: bytes) -> None:
        try:
            self.try_(to, "take", data)
        except UserError as error:
            assert "a replay" in str(error) or "goes on from" in str(error), error
            self.counted["files refused"] += 1
        self.watched[to].look()

    def witness(self, party: str) -> None:
        """Ask C for a cosignature; request and answer may be lost, doubled or late."""
        if party == "C":
            return
        sizes = self.chance.choice((0, self.counted[f"cosigned {party}"]))
        try:
            request = self.try_(party, "request", sizes)
        except UserError as error:
            assert "cannot have cosigned" in str(error) or "log is empty" in str(error), error
            return
        answer = request and self.try_("C", "answer", request)
        if not answer:
            return
        if answer[0] == 409:
            self.counted[f"cosigned {party}"] = int(answer[1])
        elif answer[0] == 200 and self.chance.random() < 0.8:
            if self.chance.random() < 0.2:
                again = self.watched["C"].node.call("answer", request)
                assert again[0] == 409 or sizes == _size(request), again
            if self.try_(party, "cosigned", answer[1]):
                self.counted["cosignatures"] += 1
                self.counted[f"cosigned {party}"] = _size(request)

    # --- the end

    def heal(self) -> None:
        """No more faults: ask everything again, then talk until nobody has news."""
        self.shape = Shape(0, 0, 0, 0, 0)
        for watched in self.watched.values():
            watched.look()
            for question in list(watched.questions):
                self.ask(watched, question)
        for _ in range(10):
            waiting = [
                self.watched[to].node.call("take", data)
                for party in PARTIES
                for to in PARTIES
                if party != to
                for data in self.watched[party].node.call("export", to)
            ]
            for watched in self.watched.values():
                watched.look()
            if not any(number for number, _ in waiting) and self.agree():
                return
        reasons = {why for number, why in waiting if number}
        raise Broken(f"the nodes do not agree though they talk: {reasons or self.difference()}")

    def agree(self) -> bool:
        pictures = [picture(one.mirror) for one in self.watched.values()]
        return all(one == pictures[0] for one in pictures)

    def difference(self) -> str:
        pictures = {party: picture(one.mirror) for party, one in self.watched.items()}
        for name in pictures["A"]:
            for party in "BC":
                ours, theirs = pictures["A"][name], pictures[party][name]
                for key in sorted({*ours, *theirs}, key=str):
                    if ours.get(key) != theirs.get(key):
                        return f"{name} {key}: A {ours.get(key)}; {party} {theirs.get(key)}"
        return "nothing"

    def check(self) -> None:
        notes: dict[str, list[str]] = {}
        for watched in self.watched.values():
            for log, found in watched.node.call("notes").items():
                notes.setdefault(log, []).extend(found)
        figures = []
        for party, watched in self.watched.items():
            _check_rows(watched)
            findings = watched.node.call("audit", notes.get(f"{party.lower()}.example/log", []))
            assert not findings, findings
            found = watched.node.call("figures")  # in the order in which they were heard of
            figures.append(sorted(found, key=lambda figure: str(figure["manifest"])))
        assert figures[0] == figures[1] == figures[2], _first_difference(figures)


def _first_difference(figures: list[Any]) -> str:
    for party, theirs in zip("BC", figures[1:]):
        for ours, other in zip(figures[0], theirs):
            if ours != other:
                return f"the figures of manifests differ: A {ours}; {party} {other}"
    return "the figures of manifests differ in number"


def _asked_before(watched: Watched, act: Act) -> bool:
    return any(question.act.sign == act.sign for question in watched.questions)


def _size(request: bytes) -> int:
    return int(request.partition(b"\n\n")[2].split(b"\n")[1])


def _check_rows(watched: Watched) -> None:
    """Nothing that was acknowledged is lost, moved, doubled or changed."""
    rows = watched.node.call("rows", 0)
    assert rows == watched.rows, "rows that had been read are no longer the same"
    assert [row.sequence for row in rows] == list(range(len(rows)))
    by_id = {row.event_id: row for row in rows}
    assert len(by_id) == len(rows), "an event stands twice"
    for event, recorded in watched.acknowledged.items():
        assert by_id.get(event) == recorded, f"acknowledged event {event} is lost or changed"
    state = fold(rows)
    assert state == watched.mirror
    assert state == watched.node.call("state"), "the node believes something else"
    watched.counted["events at the end"] += len(rows)
    watched.counted.update(f"type {row.event.type}" for row in rows)


def picture(state: State) -> dict[str, dict[Any, Any]]:
    """What the parties must agree on; the order in which they heard it may differ."""
    bags = {
        tag: dataclasses.replace(bag, history=tuple(sorted(bag.history)))
        for tag, bag in state.bags.items()
    }
    offers = {
        name: dataclasses.replace(offer, responses=tuple(sorted(offer.responses, key=repr)))
        for name, offer in state.offers.items()
    }
    same = ("agreements", "manifests", "series", "handovers", "entries", "corrections")
    return {"bags": bags, "offers": offers, **{name: dict(getattr(state, name)) for name in same}}


def run(
    seed: int, kind: Any, template: Path, keys: dict[str, Keys], folder: Path, shape: Shape
) -> Counter[str]:
    """One history; ``kind`` is ``Local`` or ``Forked``. Raises :class:`Broken` with the seed."""
    started = time.perf_counter()
    shutil.copytree(template, folder)
    watched = {p: Watched(kind(p, folder / p, keys[p])) for p in PARTIES}
    one = _Run(watched, random.Random(seed), shape)
    try:
        for each in watched.values():
            each.look()
        for _ in range(shape.steps):
            one.step()
        one.heal()
        one.check()
    except (Exception, Crash) as error:
        raise Broken(f"seed {seed}: {type(error).__name__}: {error}") from error
    finally:
        for each in watched.values():
            each.node.close()
        shutil.rmtree(folder, ignore_errors=True)
    total = sum((each.counted for each in watched.values()), one.counted)
    total["runs"], total["milliseconds"] = 1, int(1000 * (time.perf_counter() - started))
    return total
