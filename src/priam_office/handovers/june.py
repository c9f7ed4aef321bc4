"""June 2025 played again by three installations, with synthetic tags.

A gives, B receives, C observes and witnesses. The numbers are those that were published for the
five batches; tags, seals and parties' words are made up. Nothing here is said to be true: the
script only shows what the records of such an exchange would hold.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from priam.errors import UserError
from priam.events.values import Item, Obligation, Reservation
from priam.labels.tags import issue
from priam_office.handovers.processes import Office

__all__ = ["BATCHES", "Batch", "June", "installations", "play"]

AGREEMENT = "2025-06-02"
POINT = "exchange point"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """One day: how many bags A hands over, how many of them B does not find, how many B gives."""

    date: str
    given: int
    missing: int = 0
    back: int = 0


BATCHES = (
    Batch("2025-06-11", 1212, back=27),
    Batch("2025-06-13", 1200),
    Batch("2025-06-14", 1200),
    Batch("2025-06-15", 1200),
    Batch("2025-06-16", 1248, missing=3, back=51),
)


@contextmanager
def installations(folder: Path) -> Iterator[dict[str, Office]]:
    """A, B and C, made in ``folder``, who trust each other's cards."""
    with ExitStack() as stack:
        offices = {}
        for party in "ABC":
            offices[party] = Office(folder / party, party, "observer" if party == "C" else "party")
            stack.callback(offices[party].close)
        for office in offices.values():
            office.do("size")  # wait until it is made
        for office in offices.values():
            for other in offices.values():
                office.do("trust", other.folder / "party-card")
        yield offices


@dataclass
class June:
    """The play: offices, the stick that is carried between them, and the random tags."""

    offices: dict[str, Office]
    stick: Path
    say: Say
    random: random.Random = field(default_factory=lambda: random.Random(202506))
    witness: str = ""
    tags: set[str] = field(default_factory=set)

    def carry(self, *ways: str) -> None:
        """``"AB"``: A writes a file, B takes it in."""
        for sender, receiver in ways:
            self.offices[sender].do("export", receiver, self._file(sender, receiver))
            self.offices[receiver].do("import", self._file(sender, receiver))

    def observe(self) -> None:
        """A and B write files for C, which takes them in turn, for their acts interleave."""
        for party in "AB":
            self.offices[party].do("export", "C", self._file(party, "C"))
        new = 1
        while new:
            taken = [self.offices["C"].do("import", self._file(party, "C")) for party in "AB"]
            new = sum(number for _, number in taken)
        self.carry("CA", "CB")

    def _file(self, sender: str, receiver: str) -> Path:
        return self.stick / f"{sender}-to-{receiver}"

    def agree(self) -> None:
        """The agreement, and two readings of it that do not agree."""
        self.witness = self.offices["C"].do("witness_serve")
        a, b = self.offices["A"], self.offices["B"]
        a.do("propose", AGREEMENT, ["B"], date="2025-06-02", place="a city")
        self.carry("AB")
        b.do("countersign", AGREEMENT)
        for office, words in ((a, "one-sided"), (b, "all for all")):
            duties = [Obligation("A", "B", 6000, "handover unit")]
            if office is b:
                duties.append(Obligation("B", "A", 6000, "handover unit"))
            office.do("state_reading", AGREEMENT, words, duties)
        self.carry("BA", "AB")

    def seventh_of_june(self) -> None:
        """An offer for a day on which, one side says, nothing had been agreed."""
        a, b = self.offices["A"], self.offices["B"]
        a.do("offer", "2025-06-07", "B", AGREEMENT, number=1212, place=POINT, date="2025-06-07")
        self.carry("AB")
        b.do("answer", "2025-06-07", "postpone", "no date had been agreed")
        b.do("characterise", "2025-06-07", "a unilateral step: no date had been agreed")
        a.do("characterise", "2025-06-07", "the other side postponed taking the bags")
        self.carry("BA", "AB")
        self.say("7 June: A offers 1,212. A says B postponed; B says no date had been agreed.")

    def day(self, batch: Batch) -> None:
        """One batch: manifests, meeting, counts, signatures, cosigned checkpoints."""
        a, b = self.offices["A"], self.offices["B"]
        offer = f"{batch.date} A to B"
        a.do("offer", offer, "B", AGREEMENT, number=batch.given, place=POINT, date=batch.date)
        there = self._manifest("A", "B", batch.date, batch.given)
        self.carry("AB")
        b.do("answer", offer, "accept")
        back = self._manifest("B", "A", batch.date, batch.back) if batch.back else None
        self.carry("BA")
        listed = [there[0], *([back[0]] if back else [])]
        where = {"place": POINT, "date": batch.date, "offer": offer, "present": ("A", "B", "C")}
        a.do("open_handover", batch.date, AGREEMENT, listed, **where)
        a.do("hand_over", there[0])
        self.carry("AB")
        if back:
            b.do("hand_over", back[0])
            self.carry("BA")
        self._count(there, "A", "B", batch.missing)
        if back:
            self._count(back, "B", "A", 0)
        a.do("close", batch.date)
        for office in (a, b):
            office.do("witness_request", self.witness, "C")
        self.carry("AB", "BA")
        self.observe()
        words = f"{batch.date}: A hands over {batch.given:,}, B counts "
        words += f"{batch.given - batch.missing:,}"
        self.say(words + (f"; B hands back {batch.back}" if batch.back else "") + ".")

    def _manifest(self, giver: str, receiver: str, date: str, number: int) -> tuple[str, list[str]]:
        tags = issue(number, self.random.choice, self.tags)
        self.tags.update(tags)
        items = [Item(tag, f"{giver}{at:05d}", (), "remains") for at, tag in enumerate(tags, 1)]
        name = self.offices[giver].do("issue_manifest", AGREEMENT, date, receiver, items)
        return name, tags

    def _count(
        self, manifest: tuple[str, list[str]], giver: str, receiver: str, missing: int
    ) -> None:
        name, tags = manifest
        self.offices[giver].do("count", name, tags)
        self.offices[giver].do("sign", name)
        self.carry(giver + receiver)
        noted = [Reservation("missing", "not found when counting", tag) for tag in tags[:missing]]
        self.offices[receiver].do("count", name, tags[missing:], noted)
        self.offices[receiver].do("sign", name)


def play(folder: Path, say: Say, batches: tuple[Batch, ...] = BATCHES) -> dict[str, Any]:
    """Play June into ``folder``; returns the figures of each installation and the evidence.

    ``figures`` maps a party to its manifest figures; ``bundles`` maps a batch to the dispute
    bundles that A and B export; ``policy`` and ``parties`` are the files of the trust annex.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty; choose a new folder with --out")
    stick = folder / "stick"
    stick.mkdir(parents=True)
    with installations(folder) as offices:
        june = June(offices, stick, say)
        june.agree()
        june.seventh_of_june()
        for batch in batches:
            june.day(batch)
        annex = (folder / "trust.policy", folder / "trust.json")
        offices["C"].do("annex", *annex)
        bundles: dict[str, list[Path]] = {}
        for batch in batches:
            for party in "AB":
                file = folder / f"evidence-{batch.date}-{party}.bundle"
                offices[party].do("dispute", batch.date, file)
                bundles.setdefault(batch.date, []).append(file)
        figures = {party: office.do("figures") for party, office in offices.items()}
    return {"figures": figures, "bundles": bundles, "policy": annex[0], "parties": annex[1]}
