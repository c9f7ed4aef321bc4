"""What a new profile is beside what is known: first, a retest that agrees or differs, or strange.

Pure; a preview shows it and the import records it, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from priam.genetics.kits import KITS
from priam.genetics.markers import MARKERS, marker_of
from priam.genetics.profiles import Genotype, Profile
from priam.identification.quality import quality_gate
from priam.identification.records import Case
from priam.identification.settings import Profiles

__all__ = [
    "Incoming",
    "as_case",
    "as_reference",
    "judge",
    "likely_kit",
    "quality_of",
    "quality_reason",
]

Staff = Mapping[str, Mapping[str, tuple[str, str]]]


@dataclass(frozen=True)
class Incoming:
    """``standing`` is ``new``, ``same`` (a retest that agrees), ``differs``, ``repeated`` (this
    very profile is recorded already) or ``unknown sample``. ``differing`` has the marker, what
    is known and what is new. ``quality`` says why a search would set the profile aside."""

    profile: Profile
    standing: str
    differing: tuple[tuple[str, Genotype, Genotype], ...] = ()
    unknown_markers: tuple[str, ...] = ()
    quality: str = ""
    kit: str = ""


def judge(
    profile: Profile,
    earlier: Sequence[Mapping[str, Genotype]] | None,
    staff: Staff,
    settings: Profiles,
    *,
    repeated: bool = False,
) -> Incoming:
    """One profile of a file; ``earlier`` are the genotypes that stand for its sample, None where
    there is no such sample."""
    differing = _differing(profile, earlier or ())
    standing = "new" if not earlier else ("differs" if differing else "same")
    if earlier is None:
        standing = "unknown sample"
    elif repeated:
        standing = "repeated"
    return Incoming(
        profile,
        standing,
        differing,
        tuple(sorted(m for m in profile.genotypes if m not in MARKERS)),
        quality_reason(profile, staff, settings),
        likely_kit(profile),
    )


def _differing(
    profile: Profile, earlier: Sequence[Mapping[str, Genotype]]
) -> tuple[tuple[str, Genotype, Genotype], ...]:
    """Markers where an earlier run shows something else; the last run speaks."""
    found: dict[str, tuple[str, Genotype, Genotype]] = {}
    for run in earlier:
        for marker, known in run.items():
            new = profile.genotypes.get(marker)
            if new is not None and new != known:
                found[marker] = (marker, known, new)
    return tuple(found[marker] for marker in sorted(found))


def likely_kit(profile: Profile) -> str:
    """The smallest known kit that has every marker seen; empty if none has."""
    seen = {m for m in profile.genotypes if m in MARKERS}
    fitting = [kit for kit in KITS.values() if seen and seen <= set(kit.markers)]
    return min(fitting, key=len).name if fitting else ""


def quality_of(profile: Profile, expected: int = 0) -> str:
    """``good``, ``degraded`` or ``poor``: how much of the profile the run could see.

    A stated rule: good with 90 % of the expected autosomal markers and one allele at no more than
    10 % of those seen; poor below half of them, or with one allele at more than 40 %.
    """
    seen = [g for m, g in profile.genotypes.items() if marker_of(m).system == "autosomal"]
    if not seen:
        return "poor"
    kit = KITS.get(likely_kit(profile))
    whole = expected or (len(kit.autosomal) if kit else len(seen))
    share, single = len(seen) / whole, sum(None in g for g in seen) / len(seen)
    if share >= 0.9 and single <= 0.1:
        return "good"
    return "poor" if share < 0.5 or single > 0.4 else "degraded"


def as_case(profile: Profile, case: str, batch: str = "") -> Case:
    """The profile as the search reads it: autosomal alleles that were observed."""
    alleles = {
        marker: tuple(a for a in found if a is not None)
        for marker, found in profile.genotypes.items()
        if marker_of(marker).system == "autosomal"
    }
    sex = profile.sex if profile.sex != "unknown" else ""
    return Case(case, batch, quality_of(profile), alleles, sex, 0)


def as_reference(profile: Profile) -> Profile:
    """A relative's profile, whose sample is fresh: one allele stands for two."""
    whole = {m: (g[0], g[0]) if len(g) == 2 and g[1] is None else g
             for m, g in profile.genotypes.items()}  # fmt: skip
    flags = tuple(flag for flag in profile.flags if flag.kind != "partial")
    return replace(profile, genotypes=whole, flags=flags)


def quality_reason(profile: Profile, staff: Staff, settings: Profiles) -> str:
    """Why the gate of a search would set the profile aside; empty where it would not."""
    case = as_case(profile, "it")
    return quality_gate([case], staff, settings).aside.get("it", "")
