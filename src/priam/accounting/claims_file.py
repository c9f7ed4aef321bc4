"""The claims file: parties, agreements as each side reads them, sources, public statements.

The form is described in ``docs/reference/claims-file.md``. Everything is checked before anything
is returned: a file is taken whole or not at all.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from priam.accounting.dates import days_of
from priam.errors import InputError
from priam.events.values import Obligation, Subject
from priam.strict_json import read_bounded

__all__ = [
    "Agreement",
    "Claim",
    "ClaimsFile",
    "Obligation",
    "Reading",
    "Source",
    "Subject",
    "claims_from_json",
    "packaged_claims",
    "read_claims",
]

TRANSFERRED = "transferred_to_"
LARGEST = 2**53 - 1  # what JSON carries exactly everywhere (RFC 8785)


@dataclass(frozen=True)
class Claim:
    """One public statement. ``value`` is a count, or words (a share, a date, a description)."""

    id: str
    claimed_on: str
    claimant: str
    party: str
    measure: str
    value: int | str
    qualifier: str
    subject: Subject
    source: str
    note: str | None = None
    corrects: str | None = None
    withdrawn_on: str | None = None


@dataclass(frozen=True)
class Reading:
    """One way an agreement is read, and by whom."""

    id: str
    obligations: tuple[Obligation, ...]
    held_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """That something was agreed, when and where, and its readings."""

    id: str
    concluded_on: str
    place: str | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Source:
    """Where a statement was published."""

    id: str
    publisher: str
    date: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class ClaimsFile:
    """A whole file, checked: every identifier named in it exists in it."""

    parties: Mapping[str, str]
    agreements: tuple[Agreement, ...]
    sources: Mapping[str, Source]
    claims: tuple[Claim, ...]
    about: str = ""
    mediators: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()


def read_claims(path: str | Path) -> ClaimsFile:
    """Read and check a claims file (``-``: standard input). Raises :class:`InputError`."""
    name = "standard input" if str(path) == "-" else path
    return claims_from_json(read_bounded(path), name)


def packaged_claims() -> ClaimsFile:
    """The public statements of 2025-2026 that the package carries."""
    return read_claims(Path(__file__).with_name("data") / "exchanges-2025-2026.json")


def claims_from_json(data: Any, file: str | Path = "claims") -> ClaimsFile:
    """Check parsed JSON and build the file's value. Raises :class:`InputError` with the path."""
    return _Reader(file).claims_file(data)


# -- reading ---------------------------------------------------------------------------------

_BROKEN = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9 ,.]*")
_ROLE = re.compile(r"[a-z][a-z_ -]*", re.ASCII)


class _Reader:
    """Walks the JSON with the path in hand, so that every complaint names its place."""

    def __init__(self, file: str | Path) -> None:
        self.file = file

    def fail(self, path: str, message: str) -> InputError:
        return InputError(message, file=self.file, where=path)

    # single values

    def of_type(self, value: Any, kind: type, path: str, expected: str) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(path, f"found {_shown(value)}, expected {expected}")
        return value

    def text(self, value: Any, path: str) -> str:
        found = str(self.of_type(value, str, path, "a text"))
        if not found.strip():
            raise self.fail(path, "found an empty text, expected some words")
        if _BROKEN.search(found):
            raise self.fail(path, f"{_shown(found)} holds half a character (a lone surrogate)")
        return found

    def date(self, value: Any, path: str) -> str:
        found = self.text(value, path)
        if days_of(found) is None:
            raise self.fail(
                path,
                f"{found!r} is not a date; write a day 2025-06-16, a month 2025-06 or a year 2025",
            )
        return found

    def count(self, value: Any, path: str) -> int:
        found = int(self.of_type(value, int, path, "a whole number"))
        if not 0 <= found <= LARGEST:
            raise self.fail(path, f"found {found}, expected a count from 0 to {LARGEST}")
        return found

    def known(self, value: Any, path: str, known: Mapping[str, Any] | set[str], what: str) -> str:
        found = self.text(value, path)
        if found not in known:
            names = ", ".join(sorted(known)[:8]) or "none"
            raise self.fail(
                path, f"{what} {found!r} does not exist in this file; there is: {names}"
            )
        return found

    # objects

    def an_object(self, value: Any, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.of_type(value, dict, path, "an object {...}")
        return found

    def a_list(self, value: Any, path: str) -> list[Any]:
        found: list[Any] = self.of_type(value, list, path, "a list [...]")
        return found

    def need(self, item: dict[str, Any], key: str, path: str) -> Any:
        if key not in item:
            raise self.fail(path, f"the key {key!r} is missing")
        return item[key]

    def only(self, item: dict[str, Any], allowed: tuple[str, ...], path: str) -> None:
        for key in item:
            if key not in allowed:
                raise self.fail(
                    f"{path}.{key}", f"this key is not known; expected one of {', '.join(allowed)}"
                )

    def optional(
        self, item: dict[str, Any], key: str, path: str, read: Callable[[Any, str], Any]
    ) -> Any:
        value = item.get(key)
        return None if value is None else read(value, f"{path}.{key}")

    # the file

    def claims_file(self, data: Any) -> ClaimsFile:
        top = self.an_object(data, "$")
        parties = self.names(self.need(top, "parties", "$"), "$.parties")
        self.parties = parties
        mediators = self.texts(top.get("mediators", []), "$.mediators")
        observers = self.texts(top.get("observers", []), "$.observers")
        self.speakers = {*parties, *mediators, *observers}
        sources = self.sources(self.need(top, "sources", "$"))
        agreements = self.agreements(self.a_list(top.get("agreements", []), "$.agreements"))
        self.readings = {a.id: {r.id for r in a.readings} for a in agreements}
        claims = self.claims(self.a_list(self.need(top, "claims", "$"), "$.claims"), sources)
        return ClaimsFile(
            parties=parties,
            agreements=agreements,
            sources=sources,
            claims=claims,
            about=str(self.optional(top, "about", "$", self.text) or ""),
            mediators=mediators,
            observers=observers,
        )

    def names(self, value: Any, path: str) -> dict[str, str]:
        found = self.an_object(value, path)
        return {self.text(key, path): self.text(found[key], f"{path}.{key}") for key in found}

    def texts(self, value: Any, path: str) -> tuple[str, ...]:
        return tuple(
            self.text(item, f"{path}[{i}]") for i, item in enumerate(self.a_list(value, path))
        )

    def holders(self, value: Any, path: str) -> tuple[str, ...]:
        return tuple(
            self.side(item, f"{path}[{i}]") for i, item in enumerate(self.a_list(value, path))
        )

    def sources(self, value: Any) -> dict[str, Source]:
        return {
            key: self.source(key, item) for key, item in self.an_object(value, "$.sources").items()
        }

    def source(self, key: str, value: Any) -> Source:
        path = f"$.sources.{self.text(key, '$.sources')}"
        item = self.an_object(value, path)
        url = self.optional(item, "url", path, self.text)
        if url is not None and not url.startswith(("https://", "http://")):
            raise self.fail(f"{path}.url", f"{_shown(url)} is not a web address (https://...)")
        publisher = self.text(self.need(item, "publisher", path), f"{path}.publisher")
        return Source(key, publisher, self.optional(item, "date", path, self.date), url)

    def agreements(self, items: list[Any]) -> tuple[Agreement, ...]:
        found: dict[str, Agreement] = {}
        for i, value in enumerate(items):
            path = f"$.agreements[{i}]"
            agreement = self.agreement(self.an_object(value, path), path)
            if agreement.id in found:
                raise self.fail(f"{path}.id", f"the id {agreement.id!r} is used twice")
            found[agreement.id] = agreement
        return tuple(found.values())

    def agreement(self, item: dict[str, Any], path: str) -> Agreement:
        readings: dict[str, Reading] = {}
        for i, value in enumerate(self.a_list(item.get("readings", []), f"{path}.readings")):
            reading = self.reading(
                self.an_object(value, f"{path}.readings[{i}]"), f"{path}.readings[{i}]"
            )
            if reading.id in readings:
                raise self.fail(f"{path}.readings[{i}].id", f"the id {reading.id!r} is used twice")
            readings[reading.id] = reading
        return Agreement(
            id=self.text(self.need(item, "id", path), f"{path}.id"),
            concluded_on=self.date(self.need(item, "concluded_on", path), f"{path}.concluded_on"),
            place=self.optional(item, "place", path, self.text),
            readings=tuple(readings.values()),
        )

    def reading(self, item: dict[str, Any], path: str) -> Reading:
        duties = self.a_list(self.need(item, "obligations", path), f"{path}.obligations")
        if not duties:
            raise self.fail(f"{path}.obligations", "a reading needs at least one obligation")
        return Reading(
            id=self.text(self.need(item, "id", path), f"{path}.id"),
            obligations=tuple(
                self.obligation(
                    self.an_object(duty, f"{path}.obligations[{i}]"), f"{path}.obligations[{i}]"
                )
                for i, duty in enumerate(duties)
            ),
            held_by=self.holders(item.get("held_by", []), f"{path}.held_by"),
        )

    def obligation(self, item: dict[str, Any], path: str) -> Obligation:
        giver = self.known(self.need(item, "from", path), f"{path}.from", self.parties, "party")
        receiver = self.known(self.need(item, "to", path), f"{path}.to", self.parties, "party")
        if giver == receiver:
            raise self.fail(path, f"party {giver!r} owes itself; from and to should differ")
        return Obligation(
            giver=giver,
            receiver=receiver,
            count=self.optional(item, "count", path, self.count),
            unit=self.text(self.need(item, "unit", path), f"{path}.unit"),
            deadline=self.optional(item, "deadline", path, self.date),
            condition=self.optional(item, "condition", path, self.text),
        )

    # claims

    def claims(self, items: list[Any], sources: Mapping[str, Source]) -> tuple[Claim, ...]:
        found: dict[str, Claim] = {}
        for i, value in enumerate(items):
            path = f"$.claims[{i}]"
            claim = self.claim(self.an_object(value, path), path, sources)
            if claim.id in found:
                raise self.fail(f"{path}.id", f"the id {claim.id!r} is used twice")
            if claim.corrects is not None and claim.corrects not in found:
                raise self.fail(
                    f"{path}.corrects",
                    f"no earlier claim {claim.corrects!r} to correct; put it before",
                )
            self.check_correction(claim, found, path)
            found[claim.id] = claim
        return tuple(found.values())

    def check_correction(self, claim: Claim, found: Mapping[str, Claim], path: str) -> None:
        if claim.corrects is None:
            return
        first = found[claim.corrects]
        if first.party != claim.party:
            raise self.fail(
                f"{path}.corrects",
                f"claim {first.id!r} is by {first.party!r}, and only that side corrects it; "
                "leave 'corrects' out to let both stand",
            )
        if any(other.corrects == claim.corrects for other in found.values()):
            raise self.fail(
                f"{path}.corrects",
                f"claim {first.id!r} is corrected already; correct the claim that replaced it",
            )

    _CLAIM_KEYS = (
        "id", "claimed_on", "claimant", "claimant_party", "measure", "value", "qualifier",
        "subject", "source", "note", "corrects", "withdrawn_on",
    )  # fmt: skip

    def claim(self, item: dict[str, Any], path: str, sources: Mapping[str, Source]) -> Claim:
        self.only(item, self._CLAIM_KEYS, path)
        measure = self.text(self.need(item, "measure", path), f"{path}.measure")
        return Claim(
            id=self.text(self.need(item, "id", path), f"{path}.id"),
            claimed_on=self.date(self.need(item, "claimed_on", path), f"{path}.claimed_on"),
            claimant=self.text(self.need(item, "claimant", path), f"{path}.claimant"),
            party=self.side(self.need(item, "claimant_party", path), f"{path}.claimant_party"),
            measure=self.measure(measure, f"{path}.measure"),
            value=self.value(self.need(item, "value", path), f"{path}.value", measure),
            qualifier=self.optional(item, "qualifier", path, self.text) or "stated",
            subject=self.subject(self.need(item, "subject", path), f"{path}.subject"),
            source=self.known(
                self.need(item, "source", path), f"{path}.source", dict(sources), "source"
            ),
            note=self.optional(item, "note", path, self.text),
            corrects=self.optional(item, "corrects", path, self.text),
            withdrawn_on=self.optional(item, "withdrawn_on", path, self.date),
        )

    def side(self, value: Any, path: str) -> str:
        found = self.text(value, path)
        if found in self.speakers:
            return found
        if not _ROLE.fullmatch(found) or found in {name.casefold() for name in self.speakers}:
            raise self.fail(
                path,
                f"party {found!r} does not exist in this file; "
                f"there is: {', '.join(sorted(self.speakers))}, "
                "or a word in small letters such as press or neutral",
            )
        return found

    def measure(self, found: str, path: str) -> str:
        receiver = found.removeprefix(TRANSFERRED)
        if receiver != found and receiver not in self.parties:
            raise self.fail(
                path, f"{found!r} names the party {receiver!r}, which does not exist in this file"
            )
        return found

    def value(self, value: Any, path: str, measure: str) -> int | str:
        if measure.startswith(TRANSFERRED) or isinstance(value, bool) or not isinstance(value, str):
            return self.count(value, path)
        if measure.endswith("_on"):
            return self.date(value, path)
        found = self.text(value, path)
        if _NUMBER.fullmatch(found):
            raise self.fail(path, f"found the text {found!r}; write a count without quotes")
        return found

    _SUBJECT_KEYS = (
        "agreement", "reading", "offer", "batch", "total", "since", "through", "year", "from",
    )  # fmt: skip

    def subject(self, value: Any, path: str) -> Subject:
        item = self.an_object(value, path)
        self.only(item, self._SUBJECT_KEYS, path)
        agreement = self.optional(item, "agreement", path, self.text)
        if agreement is not None:
            self.known(agreement, f"{path}.agreement", self.readings, "agreement")
        self.check_subject(item, path)
        return Subject(
            agreement=agreement,
            reading=self.subject_reading(item, path, agreement),
            offer=self.optional(item, "offer", path, self.batch),
            batch=self.optional(item, "batch", path, self.batch),
            total=self.optional(item, "total", path, self.flag),
            since=self.optional(item, "since", path, self.date),
            through=self.optional(item, "through", path, self.date),
            year=self.optional(item, "year", path, self.year),
            giver=self.optional(item, "from", path, self.giver),
        )

    def check_subject(self, item: dict[str, Any], path: str) -> None:
        if all(value is None for value in item.values()):
            raise self.fail(path, "names nothing; say which agreement, batch, total or time")
        if item.get("total") is True and item.get("batch") is not None:
            raise self.fail(path, "names both a batch and a total; a claim is about one of them")
        since = self.optional(item, "since", path, self.date)
        through = self.optional(item, "through", path, self.date)
        first, last = days_of(since or ""), days_of(through or "")
        if first and last and first[0] > last[1]:
            raise self.fail(f"{path}.since", f"{since!r} is after through, {through!r}")

    def year(self, value: Any, path: str) -> int:
        found = self.count(value, path)
        if not 1900 <= found <= 2200:
            raise self.fail(path, f"found {found}, expected a year such as 2025")
        return found

    def subject_reading(self, item: dict[str, Any], path: str, agreement: str | None) -> str | None:
        reading = self.optional(item, "reading", path, self.text)
        if reading is None:
            return None
        if agreement is None:
            raise self.fail(
                f"{path}.reading", f"reading {reading!r} needs the agreement it is a reading of"
            )
        return self.known(reading, f"{path}.reading", self.readings[agreement], "reading")

    def giver(self, value: Any, path: str) -> str:
        return self.known(value, path, self.parties, "party")

    def batch(self, value: Any, path: str) -> str:
        """Batches and offers are named by date, or by any name; what looks like a date is one."""
        found = self.text(value, path)
        return self.date(found, path) if re.match(r"\d{4}(-\d|$)", found) else found

    def flag(self, value: Any, path: str) -> bool | None:
        return True if self.of_type(value, bool, path, "true or false") else None


def _shown(value: Any) -> str:
    return reprlib.repr(value)
