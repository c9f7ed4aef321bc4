"""What a case or a person shows: one profile, or the consensus of all that stand.

A subject is ``case/TAG`` or ``person/ID``. Which samples are of it is asked of the tables of
cases and families at each use, because a sample may be moved to another case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from priam import events as ev
from priam.genetics.profiles import ConsensusRule, Flag, Genotype, Profile, consensus
from priam_office.cases.models import Sample
from priam_office.families.models import ReferenceSample
from priam_office.laboratory.models import Consensus, StaffProfile
from priam_office.laboratory.models import Profile as Row

__all__ = [
    "RULE",
    "Shown",
    "consensus_events",
    "flag_text",
    "genotypes_of",
    "in_batches",
    "profile_of",
    "shown",
    "staff_genotypes",
    "subjects_of",
]

_RULE = ConsensusRule()
#: How the rule is written down with each consensus.
RULE = "an allele seen in two runs, or in all that observed the marker; one run alone is kept"
_BATCH = 500


@dataclass(frozen=True)
class Shown:
    """The profile of a subject, the ids it rests on, and whether they differ somewhere."""

    of: str
    profile: Profile
    profiles: tuple[str, ...]
    differing: int = 0


def in_batches(items: Iterable[str]) -> Iterator[list[str]]:
    """The items in lists short enough for one query."""
    every = list(dict.fromkeys(items))
    for start in range(0, len(every), _BATCH):
        yield every[start : start + _BATCH]


def genotypes_of(stored: Mapping[str, Sequence[str | None]]) -> dict[str, Genotype]:
    """Genotypes from a table's plain data."""
    return {marker: tuple(alleles) for marker, alleles in stored.items()}


def profile_of(row: Any, name: str = "") -> Profile:
    """The profile of a row with genotypes, sex and flags."""
    flags = tuple(_flag(text) for text in getattr(row, "flags", ()))
    return Profile(name or getattr(row, "sample", ""), genotypes_of(row.genotypes), row.sex, flags)


def flag_text(flag: Flag) -> str:
    """A flag as events keep it: ``marker|kind|words``."""
    return f"{flag.marker}|{flag.kind}|{flag.text}"


def _flag(text: str) -> Flag:
    marker, kind, words = (*text.split("|", 2), "", "")[:3]
    return Flag(marker, kind, words)  # type: ignore[arg-type]


def subjects_of(samples: Iterable[str]) -> dict[str, str]:
    """Sample -> subject, for those that are known."""
    found: dict[str, str] = {}
    for batch in in_batches(samples):
        cases = Sample.objects.filter(sample__in=batch).values_list("sample", "case")
        found.update((sample, f"case/{case}") for sample, case in cases)
        persons = ReferenceSample.objects.filter(sample__in=batch)
        pairs = persons.values_list("sample", "person_id")
        found.update((sample, f"person/{person}") for sample, person in pairs)
    return found


def shown(rows: Iterable[Row], subjects: Mapping[str, str]) -> dict[str, Shown]:
    """What each subject shows by these standing profiles, in the order they were recorded."""
    by_subject: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda r: r.place):
        if row.sample in subjects:
            by_subject.setdefault(subjects[row.sample], []).append(row)
    return {of: _shown(of, own) for of, own in by_subject.items()}


def _shown(of: str, rows: Sequence[Row]) -> Shown:
    ids = tuple(row.profile for row in rows)
    profiles = [profile_of(row, of) for row in rows]
    if len(profiles) == 1:
        return Shown(of, profiles[0], ids)
    made = consensus(profiles, rule=_RULE, sample=of)
    return Shown(of, made.profile, ids, len(made.conflicts))


def consensus_events(
    rows: Iterable[Row], subjects: Mapping[str, str]
) -> Iterator[ev.ConsensusFormed]:
    """A consensus for each subject with several profiles whose last one rests on others."""
    several = {of: one for of, one in shown(rows, subjects).items() if len(one.profiles) > 1}
    known: dict[str, str] = {}
    for batch in in_batches(several):
        known.update(Consensus.objects.filter(of__in=batch).values_list("of", "profiles"))
    for of, one in several.items():
        if known.get(of) != " ".join(one.profiles):
            yield _event(one)


def _event(one: Shown) -> ev.ConsensusFormed:
    flags = one.profile.flags
    return ev.ConsensusFormed(
        one.of,
        one.profiles,
        ev.genotypes_text(dict(one.profile.genotypes)),
        RULE,
        one.profile.sex,
        tuple(flag_text(flag) for flag in flags),
        tuple(sorted({flag.marker for flag in flags if flag.kind == "conflict"})),
    )


def staff_genotypes() -> dict[str, dict[str, tuple[str, str]]]:
    """Complete genotypes of everybody who handles samples, by opaque id."""
    return {
        row.member: dict(Profile(row.member, genotypes_of(row.genotypes)).complete)
        for row in StaffProfile.objects.order_by("member")
    }
