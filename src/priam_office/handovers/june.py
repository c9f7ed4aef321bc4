"""June 2025 played again by three installations, with synthetic tags.

A gives, B receives, C observes and witnesses. The numbers are those that were published for the
five batches; tags, seals and parties' words are made up. Nothing here is said to be true: the
script only shows what the records of such an exchange would hold.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from priam.accounting.handovers import DEMONSTRATION
from priam.errors import UserError
from priam.events.values import Item, Obligation, Reservation
from priam.labels.tags import issue
from priam.tlog.witnessfiles import write_durably
from priam_office.handovers.processes import Office

__all__ = ["BATCHES", "Batch", "June", "deliver", "installations", "play"]

AGREEMENT = "played-2025-06-02"
KNOWN_AS = "istanbul-2025-06-02"  # in the public statements that come with the package
POINT = "exchange point"
ACCOUNT = "account"  # short name of the installation that shows the public account
BEGUN, FINISHED = ".begun", "finished.json"
CATEGORY = f"{DEMONSTRATION} bags"  # under both signatures: nobody can pass it off as real
NAMES = {"A": "A", "B": "B", "C": "C"}
PUBLIC_NAMES = {"A": "RU", "B": "UA", "C": "intermediary"}  # as in the public statements
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
def installations(folder: Path, names: Mapping[str, str] = NAMES) -> Iterator[dict[str, Office]]:
    """A, B and C, made in ``folder`` under ``names``, who trust each other's cards."""
    with ExitStack() as stack:
        offices = {}
        for role in "ABC":
            kind = "observer" if role == "C" else "party"
            offices[role] = Office(folder / names[role], names[role], kind)
            stack.callback(offices[role].close)
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
            self.offices[sender].do("export", self.name(receiver), self._file(sender, receiver))
            self.offices[receiver].do("import", self._file(sender, receiver))

    def observe(self) -> None:
        """A and B write files for C, where the one that comes first waits for the other."""
        self.carry("AC", "BC", "CA", "CB")

    def name(self, role: str) -> str:
        """The party in a role of the play."""
        return self.offices[role].party

    def _file(self, sender: str, receiver: str) -> Path:
        return self.stick / f"{sender}-to-{receiver}"

    def agree(self) -> None:
        """The agreement, and two readings of it that do not agree."""
        self.witness = self.offices["C"].do("witness_serve")
        a, b = self.offices["A"], self.offices["B"]
        first, second = self.name("A"), self.name("B")
        signed = {"date": "2025-06-02", "place": "a city", "known_as": KNOWN_AS}
        a.do("propose", AGREEMENT, [second], **signed)
        self.carry("AB")
        b.do("countersign", AGREEMENT)
        for office, words in ((a, "one-sided"), (b, "all for all")):
            duties = [Obligation(first, second, 6000, "handover unit")]
            if office is b:
                duties.append(Obligation(second, first, 6000, "handover unit"))
            office.do("state_reading", AGREEMENT, words, duties)
        self.carry("BA", "AB")

    def seventh_of_june(self) -> None:
        """An offer for a day on which, one side says, nothing had been agreed."""
        a, b = self.offices["A"], self.offices["B"]
        second = self.name("B")
        a.do("offer", "2025-06-07", second, AGREEMENT, number=1212, place=POINT, date="2025-06-07")
        self.carry("AB")
        b.do("answer", "2025-06-07", "postpone", "no date had been agreed")
        b.do("characterise", "2025-06-07", "a unilateral step: no date had been agreed")
        a.do("characterise", "2025-06-07", "the other side postponed taking the bags")
        self.carry("BA", "AB")
        first = self.name("A")
        words = f"7 June: {first} offers 1,212. {first} says {second} postponed; "
        self.say(words + f"{second} says no date had been agreed.")

    def day(self, batch: Batch) -> None:
        """One batch: manifests, meeting, counts, signatures, cosigned checkpoints."""
        a, b = self.offices["A"], self.offices["B"]
        first, second, third = (self.name(role) for role in "ABC")
        offer = f"{batch.date} {first} to {second}"
        a.do("offer", offer, second, AGREEMENT, number=batch.given, place=POINT, date=batch.date)
        there = self._manifest("A", "B", batch.date, batch.given)
        self.carry("AB")
        b.do("answer", offer, "accept")
        back = self._manifest("B", "A", batch.date, batch.back) if batch.back else None
        self.carry("BA")
        listed = [there[0], *([back[0]] if back else [])]
        where = {"place": POINT, "date": batch.date, "offer": offer}
        where["present"] = (first, second, third)
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
            office.do("witness_request", self.witness, third)
        self.carry("AB", "BA")
        self.observe()
        words = f"{batch.date}: {first} hands over {batch.given:,}, {second} counts "
        words += f"{batch.given - batch.missing:,}"
        self.say(words + (f"; {second} hands back {batch.back}" if batch.back else "") + ".")

    def _manifest(self, giver: str, receiver: str, date: str, number: int) -> tuple[str, list[str]]:
        tags = issue(number, self.random.choice, self.tags)
        self.tags.update(tags)
        items = [Item(tag, f"{giver}{at:05d}", (), CATEGORY) for at, tag in enumerate(tags, 1)]
        to = self.name(receiver)
        name = self.offices[giver].do("issue_manifest", AGREEMENT, date, to, items)
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


def play(
    folder: Path,
    say: Say,
    batches: tuple[Batch, ...] = BATCHES,
    names: Mapping[str, str] = NAMES,
) -> dict[str, Any]:
    """Play June into ``folder``; returns the figures of each installation and the evidence.

    ``figures`` maps a party to its manifest figures; ``bundles`` maps a batch to the dispute
    bundles that A and B export; ``policy`` and ``parties`` are the files of the trust annex. A
    play that was finished is not played again; one that was interrupted begins anew.
    """
    if (folder / FINISHED).exists():
        return _finished(folder)
    if (folder / BEGUN).exists():
        shutil.rmtree(folder)
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty; choose a new folder with --out")
    stick = folder / "stick"
    stick.mkdir(parents=True)
    (folder / BEGUN).touch()
    with installations(folder, names) as offices:
        june = June(offices, stick, say)
        june.agree()
        june.seventh_of_june()
        for batch in batches:
            june.day(batch)
        annex = (folder / "trust.policy", folder / "trust.json")
        offices["C"].do("annex", *annex)
        bundles: dict[str, list[str]] = {}
        for batch in batches:
            for role in "AB":
                file = folder / f"evidence-{batch.date}-{role}.bundle"
                offices[role].do("dispute", batch.date, file)
                bundles.setdefault(batch.date, []).append(file.name)
        figures = {office.party: office.do("figures") for office in offices.values()}
    result = {"figures": figures, "bundles": bundles, "names": dict(names)}
    write_durably(folder / FINISHED, json.dumps(result).encode())
    return _finished(folder)


def _finished(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / FINISHED).read_bytes())
    bundles = {date: [folder / n for n in files] for date, files in result["bundles"].items()}
    annex = {"policy": folder / "trust.policy", "parties": folder / "trust.json"}
    return {**result, "bundles": bundles, **annex}


def deliver(folder: Path, account: Path, names: Mapping[str, str]) -> tuple[int, int]:
    """Bring the records of a finished play to the installation of the public account.

    It takes part as an observer, as any newspaper could: A and B trust its card and send it what
    they send to an observer; C cosigns its log. Again changes nothing. Returns how many acts the
    account holds of the play, and how many were new.
    """
    stick = folder / "stick"
    with installations(folder, names) as offices, ExitStack() as stack:
        public = Office(account, ACCOUNT, "observer")
        stack.callback(public.close)
        before = public.do("size")
        for office in offices.values():
            public.do("trust", office.folder / "party-card")
            office.do("trust", account / "party-card")
        files = [stick / f"{role}-to-account" for role in "AB"]
        for role, file in zip("AB", files, strict=True):
            offices[role].do("export", ACCOUNT, file)
        taken = [public.do("import", file) for file in files]
        acts, new = sum(number for number, _ in taken), public.do("size") - before
        public.do("witness_request", offices["C"].do("witness_serve"), names["C"])
    return acts, new
