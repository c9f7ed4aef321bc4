"""A profile against a frequency table: what fits, what does not, and what is done about it.

Each thing that may be wrong has a rule, and an option where practice differs. ``error`` stops with
one sentence that names person, marker and value; ``drop`` leaves the marker out and says so.

=======================  ===============  =======================================================
what                     option           choices (default first)
=======================  ===============  =======================================================
three or more alleles    three_alleles    error, drop
marker not in the table  unknown_marker   error, drop
allele not in the table  the table's own  added with 5/2N or a constant and said so, or error
                         minimum rule
amelogenin against the   sex              error, ignore
recorded sex
X marker of a male with  male_x           error, drop
two alleles
one allele of two        -                kept: the likelihood sums over the other
off ladder (OL)          -                read as not observed
=======================  ===============  =======================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from priam.errors import UserError
from priam.genetics.frequencies import FrequencyTable, MarkerFrequencies
from priam.genetics.markers import marker_of
from priam.genetics.profiles import Genotype, Profile, SexCall

__all__ = ["Fitted", "Rules", "fit", "fit_all"]

Choice = Literal["error", "drop"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What to do with a profile that does not fit (see the head of this module)."""

    three_alleles: Choice = "error"
    unknown_marker: Choice = "error"
    male_x: Choice = "error"
    sex: Literal["error", "ignore"] = "error"


@dataclass(frozen=True)
class Fitted:
    """Genotypes that a likelihood can take, and one line for everything that was done."""

    person: str
    genotypes: Mapping[str, Genotype]
    notes: tuple[str, ...]


_DEFAULT = Rules()


def fit(
    profile: Profile,
    table: FrequencyTable,
    *,
    person: str | None = None,
    sex: SexCall = "unknown",
    rules: Rules = _DEFAULT,
) -> Fitted:
    """Genotypes of ``profile`` at markers of ``table``.

    ``sex`` is the recorded one, held against amelogenin. Raises :class:`UserError` where a rule
    says so. Markers of the Y chromosome are left out: a table of allele frequencies says nothing
    of haplotypes.
    """
    name = person or profile.sample
    notes = _sex(name, profile, sex, rules)
    male = "male" in (sex, profile.sex)
    genotypes: dict[str, Genotype] = {}
    for marker, found in profile.genotypes.items():
        trouble, choice = _trouble(marker, found, table, male, rules)
        if trouble and choice == "error":
            raise UserError(f"person {name!r}, marker {marker!r}: {trouble}; {_WAYS_OUT[choice]}")
        if trouble:
            notes.append(f"{name}, {marker}: left out, {trouble}")
            continue
        genotypes[marker] = found
        notes += _unseen(name, marker, found, table)
    return Fitted(name, genotypes, tuple(notes))


def fit_all(
    profiles: Iterable[Profile], table: FrequencyTable, rules: Rules = _DEFAULT
) -> tuple[list[Fitted], dict[str, MarkerFrequencies]]:
    """All profiles, and the markers they need with every allele that anybody shows."""
    fitted = [fit(profile, table, rules=rules) for profile in profiles]
    seen: dict[str, set[str]] = {}
    for one in fitted:
        for marker, found in one.genotypes.items():
            seen.setdefault(marker, set()).update(label for label in found if label is not None)
    markers = {marker: table.covering(marker, labels) for marker, labels in seen.items()}
    return fitted, markers


_WAYS_OUT = {"error": "type again, correct it, or choose to drop the marker", "drop": ""}


def _trouble(
    marker: str, found: Genotype, table: FrequencyTable, male: bool, rules: Rules
) -> tuple[str, Choice]:
    system = marker_of(marker).system
    shown = "/".join("?" if label is None else label for label in found)
    if system == "Y":
        return "Y markers need haplotype frequencies", "drop"
    if len(found) > 2:
        return f"{len(found)} alleles ({shown})", rules.three_alleles
    if marker not in table:
        return f"the frequency table {table.name!r} lacks the marker", rules.unknown_marker
    if system == "X" and male and len(set(found)) > 1:
        return f"a male has one allele of an X marker, not {shown}", rules.male_x
    return "", "drop"


def _unseen(name: str, marker: str, found: Genotype, table: FrequencyTable) -> list[str]:
    entry = table[marker]
    unseen = sorted({label for label in found if label is not None and label not in entry})
    if not unseen:
        return []
    covered = entry.covering(unseen, table.minimum, person=name)
    return [
        f"{name}, {marker}: allele {label} is not in the table, taken as "
        f"{covered.frequency(label):.4g} ({table.minimum.describe()})"
        for label in unseen
    ]


def _sex(name: str, profile: Profile, sex: SexCall, rules: Rules) -> list[str]:
    if "unknown" in (sex, profile.sex) or sex == profile.sex:
        return []
    text = f"{name} is recorded as {sex} but amelogenin shows {profile.sex}"
    if rules.sex == "error":
        raise UserError(f"person {text}; correct the record, or choose to ignore the sex")
    return [f"{text}; ignored as asked"]
