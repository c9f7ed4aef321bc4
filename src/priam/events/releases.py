"""Release: to the family, into a temporary numbered grave, or back to the other side.

The rules keep one promise above all: nothing leaves for a family or for the other side without a
decision in force (two people signed it) and with a conflict open; and what was planned is asked
again at the moment it is handed over. What is in a grave can be taken out again.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.cases import touched
from priam.events.individuals import WAYS
from priam.events.releases_rows import Grave, Release
from priam.events.state import State

__all__ = [
    "DOCUMENTS",
    "ENDED",
    "FamilyCodeIssued",
    "GraveOpened",
    "GraveRecorded",
    "ReleaseCancelled",
    "ReleaseDocumentIssued",
    "ReleaseHandedOver",
    "ReleasePacked",
    "ReleasePlanned",
    "RemainsReturned",
]

#: Papers of a release, by kind.
DOCUMENTS = ("notice of identification", "act of handover", "list of effects", "grave record")
#: Status of a case after each way out.
ENDED = {
    "family": "released to the family",
    "temporary grave": "in a temporary grave",
    "other side": "returned to the other side",
}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LANGUAGES = ("uk", "ru", "en")


@dataclass(frozen=True, slots=True)
class ReleasePlanned(Event):
    """Cases of one individual are to leave. ``person`` is who will receive them for the family.

    ``complete`` says that no further parts are expected; a family that wants to hear at the end
    receives nothing before.
    """

    type: ClassVar[str] = "release.planned"
    compartment: ClassVar[str] = "identity"

    release: str
    cases: tuple[str, ...]
    to: str
    words: str
    family: str | None = None
    person: str | None = None
    complete: bool = False

    def check(self, state: State, recorded: Recorded) -> None:
        if self.release in state.releases:
            raise RuleError(f"release {self.release!r} is already planned")
        if self.to not in WAYS:
            raise RuleError(f"{self.to!r} is none of {', '.join(WAYS)}")
        if not self.words.strip():
            raise RuleError("a release says in words what was arranged")
        if not self.cases or len(set(self.cases)) != len(self.cases):
            raise RuleError("a release names its cases, each once")
        for case in self.cases:
            _check_may(state, case, self.to)
            _check_here(state, case)
        self._check_one_individual(state)
        self._check_receiver(state)

    def _check_one_individual(self, state: State) -> None:
        first = self.cases[0]
        others = set(self.cases) - set(state.individual(first))
        if others:
            raise RuleError(
                f"cases {first!r} and {min(others)!r} are not one individual by a decision in "
                "force: release them apart"
            )

    def _check_receiver(self, state: State) -> None:
        if self.to != "family":
            if self.family is not None or self.person is not None:
                raise RuleError("only a release to a family names a family and a person")
            return
        if self.family is None or self.person is None:
            raise RuleError("a release to a family names the family and who receives")
        family, relative = state.family(self.family), state.relative(self.person)
        decision = state.decision_in_force(self.cases[0])
        if decision is None or decision.missing not in family.missing:
            raise RuleError("the decision does not name a missing person of this family")
        if relative.family != self.family or relative.contact != "authorised":
            raise RuleError("only an authorised person of the family receives remains")
        _check_wish(state, self.family, self.complete)

    def effect(self, state: State, recorded: Recorded) -> State:
        decision = state.decision_in_force(self.cases[0])
        row = Release(
            self.release,
            self.cases,
            self.to,
            decision.decision if decision else None,
            self.family,
            self.person,
            recorded.event_id,
        )
        leaving = state.leaving.update(dict.fromkeys(self.cases, self.release))
        return state.having(leaving=leaving).put("releases", self.release, row)


def _check_may(state: State, case: str, to: str) -> None:
    against = state.may_release(case, to)
    if against:
        raise RuleError("; ".join(map(str, against)))


def _check_here(state: State, case: str) -> None:
    status = state.case(case).status
    if status in ENDED.values():
        way_out = ": open the grave first" if status == ENDED["temporary grave"] else ""
        raise RuleError(f"case {case!r} is {status}{way_out}")
    if case in state.leaving:
        raise RuleError(f"case {case!r} is part of release {state.leaving[case]!r} already")


def _check_wish(state: State, family: str, complete: bool) -> None:
    """What the family wants of parts that come one after the other."""
    notify = state.family(family).notify
    if notify is None:
        raise RuleError("ask the family first what it wants to be told, and record it")
    if notify == "end" and not complete:
        raise RuleError(
            "this family wants to hear at the end: release when no further parts are expected"
        )
    if notify == "first" and state.received.get(family):
        raise RuleError(
            "this family wanted the first finding only, and has it: lay later parts in a grave "
            "as it wishes, or record another wish"
        )


@dataclass(frozen=True, slots=True)
class ReleaseCancelled(Event):
    """What was planned does not happen; the cases stay."""

    type: ClassVar[str] = "release.cancelled"
    compartment: ClassVar[str] = "identity"

    release: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _planned(state, self.release)
        if not self.reason.strip():
            raise RuleError("a release is cancelled with a reason")

    def effect(self, state: State, recorded: Recorded) -> State:
        return _ended(state, self.release, "cancelled")


@dataclass(frozen=True, slots=True)
class ReleaseDocumentIssued(Event):
    """A paper of the release was made; ``digest`` is the SHA-256 of its file, in hex."""

    type: ClassVar[str] = "release.document_issued"
    compartment: ClassVar[str] = "identity"

    release: str
    kind: str
    language: str
    digest: str

    def check(self, state: State, recorded: Recorded) -> None:
        release = state.release(self.release)
        if release.status == "cancelled":
            raise RuleError(f"release {self.release!r} is cancelled")
        if self.kind not in DOCUMENTS:
            raise RuleError(f"{self.kind!r} is none of {', '.join(DOCUMENTS)}")
        if self.language not in _LANGUAGES:
            raise RuleError(f"{self.language!r} is none of {', '.join(_LANGUAGES)}")
        if not _DIGEST.fullmatch(self.digest):
            raise RuleError("the digest of a document is 64 hexadecimal digits")

    def effect(self, state: State, recorded: Recorded) -> State:
        release = state.release(self.release)
        paper = (self.kind, self.language, self.digest)
        if paper in release.documents:
            return state
        after = dataclasses.replace(release, documents=(*release.documents, paper))
        return state.put("releases", self.release, after)


@dataclass(frozen=True, slots=True)
class ReleaseHandedOver(Event):
    """The family has received the remains. ``identity_seen`` is the kind of paper that the
    receiver showed, never its number."""

    type: ClassVar[str] = "release.handed_over"
    compartment: ClassVar[str] = "identity"

    release: str
    person: str
    place: str
    identity_seen: str
    note: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        release = _planned(state, self.release)
        if release.to != "family":
            raise RuleError(f"release {self.release!r} does not go to a family")
        if release.person != self.person:
            raise RuleError("somebody else than was arranged receives: plan the release again")
        if state.relative(self.person).contact != "authorised":
            raise RuleError("this person is no longer authorised by the family")
        if not self.place.strip() or not self.identity_seen.strip():
            raise RuleError("a handover says where it was and what paper the receiver showed")
        if not any(kind == "act of handover" for kind, _, _ in release.documents):
            raise RuleError("issue the act of handover first: both sides keep a copy")
        _check_still(state, release)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _gone(state, self.release, recorded)


@dataclass(frozen=True, slots=True)
class GraveRecorded(Event):
    """Remains were laid in a numbered grave. ``place`` is where it is in words or coordinates."""

    type: ClassVar[str] = "grave.recorded"
    compartment: ClassVar[str] = "custody"

    release: str
    grave: str
    cemetery: str
    plot: str
    place: str
    note: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        release = _planned(state, self.release)
        if release.to != "temporary grave":
            raise RuleError(f"release {self.release!r} does not go into a grave")
        if self.grave in state.graves and state.graves[self.grave].cases:
            raise RuleError(f"grave {self.grave!r} is in use")
        for name in ("grave", "cemetery", "plot", "place"):
            if not getattr(self, name).strip():
                raise RuleError(f"a grave is recorded with its {name}")
        _check_still(state, release)

    def effect(self, state: State, recorded: Recorded) -> State:
        release = state.release(self.release)
        after = _gone(state, self.release, recorded)
        laid = dataclasses.replace(after.release(self.release), grave=self.grave)
        row = Grave(self.grave, release.cases, recorded.event_id)
        return after.put("releases", self.release, laid).put("graves", self.grave, row)


@dataclass(frozen=True, slots=True)
class GraveOpened(Event):
    """A case was taken out of its grave; work on it goes on."""

    type: ClassVar[str] = "grave.opened"
    compartment: ClassVar[str] = "custody"

    grave: str
    case: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        grave = state.graves.get(self.grave)
        if grave is None or self.case not in grave.cases:
            raise RuleError(f"case {self.case!r} does not lie in grave {self.grave!r}")
        if not self.reason.strip():
            raise RuleError("a grave is opened with a reason")

    def effect(self, state: State, recorded: Recorded) -> State:
        grave = state.graves[self.grave]
        rest = tuple(case for case in grave.cases if case != self.case)
        row = touched(state.case(self.case), recorded)
        after = state.put("graves", self.grave, dataclasses.replace(grave, cases=rest))
        return after.put("cases", self.case, dataclasses.replace(row, status="open"))


@dataclass(frozen=True, slots=True)
class ReleasePacked(Event):
    """Remains of the other side are packed into a bag, which goes back by the road of handovers."""

    type: ClassVar[str] = "release.packed"
    compartment: ClassVar[str] = "custody"

    release: str
    bag: str

    def check(self, state: State, recorded: Recorded) -> None:
        release = _planned(state, self.release)
        if release.to != "other side":
            raise RuleError(f"release {self.release!r} does not go to the other side")
        bag = state.bag(self.bag)
        if bag.manifest is not None or bag.offer is not None:
            raise RuleError(f"bag {self.bag!r} is listed for a handover already")
        if self.bag in state.openings:
            raise RuleError(f"bag {self.bag!r} was opened here: pack into a new bag")
        if release.bag is not None or self.bag in state.packed:
            raise RuleError(f"bag {self.bag!r} or release {self.release!r} is packed already")
        _check_still(state, release)

    def effect(self, state: State, recorded: Recorded) -> State:
        after = dataclasses.replace(state.release(self.release), bag=self.bag)
        packed = state.packed.set(self.bag, self.release)
        return state.having(packed=packed).put("releases", self.release, after)


@dataclass(frozen=True, slots=True)
class RemainsReturned(Event):
    """The bag was handed over from a manifest: the other side has its dead."""

    type: ClassVar[str] = "case.returned"
    compartment: ClassVar[str] = "custody"

    release: str
    manifest: str

    def check(self, state: State, recorded: Recorded) -> None:
        release = _planned(state, self.release)
        if release.bag is None:
            raise RuleError(f"release {self.release!r} is not packed into a bag yet")
        if release.bag not in state.manifest(self.manifest).handed_over:
            raise RuleError(
                f"bag {release.bag!r} was not handed over from manifest {self.manifest!r}"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        return _gone(state, self.release, recorded)


@dataclass(frozen=True, slots=True)
class FamilyCodeIssued(Event):
    """A family got a code with which it can ask how far its case is; an earlier code ends.

    ``token`` is a keyed hash of the code: the record cannot tell the code.
    """

    type: ClassVar[str] = "family.code_issued"
    compartment: ClassVar[str] = "identity"

    family: str
    token: str

    def check(self, state: State, recorded: Recorded) -> None:
        state.family(self.family)
        if not re.fullmatch(r"[0-9a-f]{24}", self.token):
            raise RuleError("the token of a code is 24 hexadecimal digits")
        if self.token in state.family_codes:
            raise RuleError("this code was issued already; make another")

    def effect(self, state: State, recorded: Recorded) -> State:
        before = state.code_of_family.get(self.family, "")
        codes = _without(state.family_codes, (before,)).set(self.token, self.family)
        return state.having(family_codes=codes).put("code_of_family", self.family, self.token)


def _planned(state: State, name: str) -> Release:
    release = state.release(name)
    if release.status != "planned":
        raise RuleError(f"release {name!r} is {release.status}")
    return release


def _check_still(state: State, release: Release) -> None:
    """What was allowed when it was planned is allowed now, and on the same decision."""
    for case in release.cases:
        _check_may(state, case, release.to)
    if release.decision is None:
        return
    now = state.decision_in_force(release.cases[0])
    if now is None or now.decision != release.decision:
        raise RuleError(
            f"release {release.release!r} rests on a decision that is no longer the one in force: "
            "cancel it and plan it again"
        )


def _gone(state: State, name: str, recorded: Recorded) -> State:
    release = state.release(name)
    rows = {
        case: dataclasses.replace(touched(state.case(case), recorded), status=ENDED[release.to])
        for case in release.cases
    }
    after = _ended(state.having(cases=state.cases.update(rows)), name, "done")
    if release.family is None:
        return after
    received = (*state.received.get(release.family, ()), name)
    return after.put("received", release.family, received)


def _ended(state: State, name: str, status: str) -> State:
    release = dataclasses.replace(state.release(name), status=status)
    after = state.having(leaving=_without(state.leaving, release.cases))
    if status == "cancelled" and release.bag is not None:
        after = after.having(packed=_without(after.packed, (release.bag,)))
    return after.put("releases", name, release)


def _without(table: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if key in table:
            table = table.delete(key)
    return table
