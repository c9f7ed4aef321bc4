"""The DNA laboratory: runs, profiles and their retests, consensus, searches and what they found.

A profile is of one sample and one run; a retest is a further profile of the sample, and none is
ever replaced. What a subject (a remains case, or a person who gave references) shows together is
a consensus, formed anew when its profiles change. Genotypes are canonical JSON text,
``{"D3S1358":["15","16"],"TH01":["9.3",null]}``: null is an allele that was not observed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import ClassVar

import rfc8785

from priam.events.base import Event, Recorded, RuleError
from priam.events.laboratory_rows import Profile, Search
from priam.events.simulations import Stamp
from priam.events.state import State

__all__ = [
    "CandidateFound",
    "CandidatesNoted",
    "ConsensusFormed",
    "ProfileRecorded",
    "ProfileSetAside",
    "RunImported",
    "SearchFinished",
    "SearchRequested",
    "SearchStopped",
    "StaffProfileRecorded",
    "genotypes_text",
    "read_genotypes",
]

SEXES = ("male", "female", "unknown")
_SHA256 = re.compile(r"[0-9a-f]{64}")
Genotypes = dict[str, tuple[str | None, ...]]


def genotypes_text(genotypes: Genotypes) -> str:
    """Genotypes as the canonical JSON text that events carry."""
    return rfc8785.dumps({marker: list(found) for marker, found in genotypes.items()}).decode()


def read_genotypes(text: str) -> Genotypes:
    """Genotypes from :func:`genotypes_text`; :class:`RuleError` where the text is not canonical."""
    try:
        record = json.loads(text)
        canonical = rfc8785.dumps(record).decode()
    except (ValueError, rfc8785.CanonicalizationError):
        raise RuleError("the genotypes are not JSON") from None
    if canonical != text or not isinstance(record, dict):
        raise RuleError("the genotypes are not an object in canonical JSON (RFC 8785)")
    for marker, alleles in record.items():
        known = isinstance(alleles, list) and alleles
        if not known or not all(a is None or (isinstance(a, str) and a) for a in alleles):
            raise RuleError(f"marker {marker!r} needs a list of alleles, each a label or null")
    return {marker: tuple(alleles) for marker, alleles in record.items()}


@dataclass(frozen=True, slots=True)
class RunImported(Event):
    """A file of a laboratory was read: its format, its SHA-256, how many profiles it holds.

    ``run`` is the first 16 digits of the hash, so that a file is one run whoever imports it.
    """

    type: ClassVar[str] = "run.imported"
    compartment: ClassVar[str] = "genetic"

    run: str
    format: str
    sha256: str
    profiles: int

    def check(self, state: State, recorded: Recorded) -> None:
        if not _SHA256.fullmatch(self.sha256) or self.run != self.sha256[:16]:
            raise RuleError(f"run {self.run!r} is not named by the SHA-256 of its file")
        if self.run in state.runs:
            raise RuleError(f"run {self.run!r} is already imported")
        if self.profiles < 1:
            raise RuleError(f"run {self.run!r} holds no profile")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.put("runs", self.run, recorded.event_id)


@dataclass(frozen=True, slots=True)
class ProfileRecorded(Event):
    """What a run showed of a sample; ``kind`` is ``remains`` or ``reference``."""

    type: ClassVar[str] = "profile.recorded"
    compartment: ClassVar[str] = "genetic"

    profile: str
    sample: str
    kind: str
    run: str
    genotypes: str
    sex: str = "unknown"
    kit: str = ""
    flags: tuple[str, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        if self.profile in state.profiles:
            raise RuleError(f"profile {self.profile!r} is already recorded")
        if self.run not in state.runs:
            raise RuleError(f"there is no run {self.run!r}: import its file first")
        known = {"remains": state.samples, "reference": state.references}.get(self.kind)
        if known is None:
            raise RuleError(f"{self.kind!r} is no kind of sample; it is remains or reference")
        if self.sample not in known:
            raise RuleError(
                f"there is no sample {self.sample!r} of this kind ({self.kind}): take it in "
                "before its profile"
            )
        _check_genotypes(self.genotypes, self.sex)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.put("profiles", self.profile, Profile(self.sample, self.run))


@dataclass(frozen=True, slots=True)
class ProfileSetAside(Event):
    """A profile takes no part from now on: a failed run, a mixture, contamination. It is kept."""

    type: ClassVar[str] = "profile.set_aside"
    compartment: ClassVar[str] = "genetic"

    profile: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        profile = _profile(state, self.profile)
        if profile.standing != "stands":
            raise RuleError(f"profile {self.profile!r} is already set aside")
        if not self.reason.strip():
            raise RuleError("a profile is set aside with a reason")

    def effect(self, state: State, recorded: Recorded) -> State:
        profile = state.profiles[self.profile]
        aside = Profile(profile.sample, profile.run, "set aside")
        return state.put("profiles", self.profile, aside)


@dataclass(frozen=True, slots=True)
class ConsensusFormed(Event):
    """What the standing profiles of one subject show together, and where they differ.

    ``of`` is a case (``case/TAG``) or a person who gave references (``person/ID``). ``rule`` says
    in words how alleles enter (:class:`priam.genetics.profiles.ConsensusRule`).
    """

    type: ClassVar[str] = "consensus.formed"
    compartment: ClassVar[str] = "genetic"

    of: str
    profiles: tuple[str, ...]
    genotypes: str
    rule: str
    sex: str = "unknown"
    flags: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        if len(set(self.profiles)) < 2 or len(set(self.profiles)) != len(self.profiles):
            raise RuleError("a consensus is formed of two or more different profiles")
        for name in self.profiles:
            profile = _profile(state, name)
            if profile.standing != "stands":
                raise RuleError(f"profile {name!r} is set aside and takes no part in a consensus")
            if subject_of(state, profile.sample) != self.of:
                raise RuleError(f"profile {name!r} is not of {self.of}")
        _check_genotypes(self.genotypes, self.sex)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class StaffProfileRecorded(Event):
    """The profile of somebody who handles samples, so that contamination is found.

    ``member`` is an opaque id. A later profile of the member takes the place of the earlier one.
    """

    type: ClassVar[str] = "staff.profile_recorded"
    compartment: ClassVar[str] = "genetic"

    member: str
    genotypes: str
    sex: str = "unknown"
    run: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if not self.member.strip():
            raise RuleError("a staff profile names its member by an opaque id")
        if self.run is not None and self.run not in state.runs:
            raise RuleError(f"there is no run {self.run!r}: import its file first")
        _check_genotypes(self.genotypes, self.sex)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class SearchRequested(Event):
    """Somebody asks that all remains be compared with all families.

    ``settings`` is the TOML of ``priam identify``. What the search read is known when it ends:
    its inputs are written from the record when its turn comes.
    """

    type: ClassVar[str] = "search.requested"
    compartment: ClassVar[str] = "genetic"

    search: str
    settings: str

    def check(self, state: State, recorded: Recorded) -> None:
        if self.search in state.searches:
            raise RuleError(f"search {self.search!r} is already requested")

    def effect(self, state: State, recorded: Recorded) -> State:
        row = Search(self.search, "requested", state.size, recorded.event_id)
        return state.put("searches", self.search, row)


@dataclass(frozen=True, slots=True)
class CandidateFound:
    """A missing person whom a case may be. ``log10_lr`` counts thousandths of log10 LR."""

    missing: str
    family: str
    log10_lr: int
    markers: int
    mismatches: int


@dataclass(frozen=True, slots=True)
class CandidatesNoted(Event):
    """The missing persons whom one case may be, as one search found them, best first."""

    type: ClassVar[str] = "candidates.noted"
    compartment: ClassVar[str] = "genetic"

    search: str
    case: str
    candidates: tuple[CandidateFound, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        _check_at_work(state, self.search)
        if self.case not in state.cases:
            raise RuleError(f"there is no case {self.case!r}: open its bag first")
        if len({one.missing for one in self.candidates}) != len(self.candidates):
            raise RuleError(f"a missing person stands twice among the candidates of {self.case!r}")
        for one in self.candidates:
            if one.missing not in state.missing:
                raise RuleError(f"there is no missing person {one.missing!r}: register it first")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class SearchFinished(Event):
    """A search came to its end: what it was made with, the hash of its results, its counts."""

    type: ClassVar[str] = "search.finished"
    compartment: ClassVar[str] = "genetic"

    search: str
    results: str
    made_with: tuple[Stamp, ...]
    counts: tuple[Stamp, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        _check_at_work(state, self.search)
        if not _SHA256.fullmatch(self.results):
            raise RuleError(f"{self.results!r} is not the SHA-256 of the results")

    def effect(self, state: State, recorded: Recorded) -> State:
        return _ended(state, self.search, "finished")


@dataclass(frozen=True, slots=True)
class SearchStopped(Event):
    """A search ended without results: called off, or its inputs cannot be searched."""

    type: ClassVar[str] = "search.stopped"
    compartment: ClassVar[str] = "genetic"

    search: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_at_work(state, self.search)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _ended(state, self.search, "stopped")


def subject_of(state: State, sample: str) -> str:
    """Whom a sample is of: ``case/TAG`` or ``person/ID``."""
    if sample in state.samples:
        return f"case/{state.samples[sample].case}"
    return f"person/{state.references[sample].person}"


def _check_genotypes(text: str, sex: str) -> None:
    read_genotypes(text)
    if sex not in SEXES:
        raise RuleError(f"sex {sex!r} is not known; it is one of {', '.join(SEXES)}")


def _profile(state: State, profile: str) -> Profile:
    found = state.profiles.get(profile)
    if found is None:
        raise RuleError(f"there is no profile {profile!r}: import its run first")
    return found


def _check_at_work(state: State, search: str) -> None:
    found = state.searches.get(search)
    if found is None:
        raise RuleError(f"there is no search {search!r}: request it first")
    if found.status != "requested":
        raise RuleError(f"search {search!r} is {found.status}; ask for a new one")


def _ended(state: State, search: str, status: str) -> State:
    before = state.searches[search]
    return state.put("searches", search, Search(search, status, before.after, before.event_id))
