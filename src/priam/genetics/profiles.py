"""What a laboratory saw: genotypes of one sample, their flags, and the consensus of several runs.

Rules, each with its option where practice differs:

* An allele given once ("9", empty) is a homozygote, 9/9 (``single="homozygote"``). For degraded
  samples ask for ``single="partial"``: 9 and one allele not observed, written ``("9", None)``.
* Off-ladder calls (OL) count as not observed; the marker is flagged.
* Three or more alleles are kept and flagged; such a marker takes no part in likelihoods.
* Amelogenin gives the sex: X/X female, X/Y male, Y alone is male with drop-out; it is no genotype.
* A marker of the Y chromosome, or of the X in a male, may have one allele: it is *not* doubled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from priam.errors import UserError
from priam.genetics.alleles import allele_kind, canonical_allele, sort_alleles
from priam.genetics.markers import canonical_marker, marker_of

__all__ = [
    "Consensus",
    "ConsensusRule",
    "Flag",
    "Genotype",
    "Profile",
    "SexCall",
    "Single",
    "consensus",
    "genotype",
]

Genotype = tuple[str | None, ...]
"""Alleles of one marker in the order of the ladder; None, always last, is an allele that was not
observed. Two entries for a diploid genotype, one for a haploid, more where more were seen."""

Single = Literal["homozygote", "partial"]
SexCall = Literal["male", "female", "unknown"]

_MISSING = frozenset({"", "0", "-", "--", "NA", "N/A", "NN", "INC", "NR", "*", "?", "."})


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about a marker that a person should see."""

    marker: str
    kind: Literal["three alleles", "off ladder", "partial", "conflict", "sex unclear", "outside"]
    text: str


def genotype(
    alleles: Iterable[str | None], *, single: Single = "homozygote", haploid: bool = False
) -> Genotype:
    """One genotype from the cells of a table; ``()`` if nothing was observed.

    Empty cells, 0, -, NA, INC and OL are not observed. A repeated label counts once among three
    or more, so that "9, 9, 10" is 9/10.

    >>> genotype(["10", "9.3"]), genotype(["9", ""]), genotype(["9", ""], single="partial")
    (('9.3', '10'), ('9', '9'), ('9', None))
    """
    seen = [canonical_allele(cell) for cell in alleles if not _missing(cell)]
    known = sort_alleles({label for label in seen if allele_kind(label) != "off ladder"})
    if not known:
        return ()
    if len(known) > 1 or haploid:
        return known
    if len([label for label in seen if label == known[0]]) > 1 or single == "homozygote":
        return (known[0], known[0])
    return (known[0], None)


def _missing(cell: str | None) -> bool:
    return cell is None or cell.strip().upper() in _MISSING


@dataclass(frozen=True)
class Profile:
    """Genotypes of one sample.

    Attributes:
        sample: the laboratory's identifier.
        genotypes: ``{canonical marker: Genotype}``, only markers with an observation.
        sex: from amelogenin.
        flags: what a person should see.
        source: file and run the profile came from.
    """

    sample: str
    genotypes: Mapping[str, Genotype] = field(default_factory=dict)
    sex: SexCall = "unknown"
    flags: tuple[Flag, ...] = ()
    source: str = ""

    @classmethod
    def of(
        cls,
        sample: str,
        calls: Mapping[str, Sequence[str | None]],
        *,
        single: Single = "homozygote",
        male: bool | None = None,
        source: str = "",
    ) -> Profile:
        """From ``{marker: alleles}`` as a laboratory writes them.

        ``male`` says that markers of the X chromosome are haploid; by default amelogenin decides.
        Raises :class:`UserError` where a marker stands twice under two spellings.
        """
        named: dict[str, Sequence[str | None]] = {}
        for marker, alleles in calls.items():
            name = canonical_marker(marker)
            if name in named:
                raise UserError(f"sample {sample!r} has marker {name!r} twice (as {marker!r})")
            named[name] = alleles
        sex, flags = _sex(named.get("AMEL", ()))
        is_male = sex == "male" if male is None else male
        genotypes: dict[str, Genotype] = {}
        for name, alleles in named.items():
            if marker_of(name).system == "sex":
                continue
            found = _call(sample, name, alleles, single, is_male)
            if found:
                genotypes[name] = found
            flags = (*flags, *_flags(name, alleles, found, marker_of(name).system, is_male))
        return cls(sample, genotypes, sex, flags, source)

    def __len__(self) -> int:
        return len(self.genotypes)

    @property
    def usable(self) -> dict[str, Genotype]:
        """Genotypes that a likelihood can take: at most two alleles."""
        return {marker: found for marker, found in self.genotypes.items() if len(found) <= 2}

    @property
    def complete(self) -> dict[str, tuple[str, str]]:
        """Diploid genotypes with both alleles observed."""
        return {
            marker: (found[0], found[1])
            for marker, found in self.usable.items()
            if len(found) == 2 and found[0] is not None and found[1] is not None
        }

    def flagged(self, kind: str) -> tuple[Flag, ...]:
        """Flags of one kind."""
        return tuple(flag for flag in self.flags if flag.kind == kind)

    @property
    def looks_mixed(self) -> bool:
        """Three or more alleles at two markers or more: one marker may be a trisomy or a
        duplication, two are hardly anything but a mixture."""
        return len(self.flagged("three alleles")) >= 2


def _call(
    sample: str, marker: str, alleles: Sequence[str | None], single: Single, male: bool
) -> Genotype:
    system = marker_of(marker).system
    haploid = system in ("Y", "mitochondrial") or (system == "X" and male)
    try:
        return genotype(alleles, single=single, haploid=haploid)
    except UserError as error:
        raise UserError(f"sample {sample!r}, marker {marker!r}: {error}") from None


def _flags(
    marker: str, alleles: Sequence[str | None], found: Genotype, system: str, male: bool
) -> list[Flag]:
    flags = []
    shown = "/".join(str(label) for label in found)
    if len(found) > 2:
        flags.append(Flag(marker, "three alleles", f"{len(found)} alleles: {shown}"))
    if system == "X" and male and len(found) == 2:
        flags.append(
            Flag(marker, "three alleles", f"two alleles of an X marker in a male: {shown}")
        )
    if any(cell and canonical_allele(cell) == "OL" for cell in alleles if not _missing(cell)):
        flags.append(Flag(marker, "off ladder", "an off-ladder call was read as not observed"))
    if None in found:
        flags.append(Flag(marker, "partial", f"one allele of two observed: {found[0]}"))
    outside = [label for label in found if label and allele_kind(label) in ("below", "above")]
    if outside:
        flags.append(Flag(marker, "outside", f"outside the ladder: {', '.join(outside)}"))
    return flags


def _sex(alleles: Sequence[str | None]) -> tuple[SexCall, tuple[Flag, ...]]:
    seen = {cell.strip().upper() for cell in alleles if cell is not None and not _missing(cell)}
    if not seen:
        return "unknown", ()
    if seen == {"X"}:
        return "female", ()
    if seen == {"X", "Y"}:
        return "male", ()
    if seen == {"Y"}:
        return "male", (Flag("AMEL", "sex unclear", "Y without X; read as male with drop-out"),)
    shown = "/".join(sorted(seen))
    return "unknown", (Flag("AMEL", "sex unclear", f"amelogenin shows {shown}"),)


# -- several runs of one sample ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConsensusRule:
    """When an allele enters the consensus: it was seen in at least ``at_least`` runs, or in all
    runs that observed the marker where fewer did.

    Two runs of at least two, the default, is the usual biological consensus for low template
    samples (Benschop et al., Forensic Sci Int Genet 2011; 5:316-328, doi
    10.1016/j.fsigen.2010.06.006). A marker seen in one run only follows ``lonely``: "keep" takes
    that run, "drop" leaves the marker out.
    """

    at_least: int = 2
    lonely: Literal["keep", "drop"] = "keep"


@dataclass(frozen=True)
class Consensus:
    """The consensus profile and, for each marker where the runs differ, what each run showed."""

    profile: Profile
    runs: int
    conflicts: Mapping[str, tuple[Genotype, ...]]


_DEFAULT_RULE = ConsensusRule()


def consensus(
    runs: Sequence[Profile],
    *,
    rule: ConsensusRule = _DEFAULT_RULE,
    sample: str | None = None,
) -> Consensus:
    """Consensus of several runs of one sample.

    An allele seen too rarely is left out, and every marker where runs differ is kept as a
    conflict and flagged. A marker where one allele reached the consensus while others were seen
    but not confirmed becomes partial, because a second allele may exist. Sex by majority of the
    runs that show it; a tie is unknown.
    """
    if not runs:
        raise UserError("a consensus needs at least one run")
    markers = dict.fromkeys(marker for run in runs for marker in run.genotypes)
    genotypes: dict[str, Genotype] = {}
    conflicts: dict[str, tuple[Genotype, ...]] = {}
    flags: list[Flag] = []
    for marker in markers:
        seen = tuple(run.genotypes[marker] for run in runs if marker in run.genotypes)
        found = _agreed(seen, rule)
        if found:
            genotypes[marker] = found
        if len(set(seen)) > 1:
            conflicts[marker] = seen
            shown = "; ".join("/".join(str(label) for label in one) for one in seen)
            flags.append(Flag(marker, "conflict", f"runs differ: {shown}"))
        if len(found) > 2:
            flags.append(Flag(marker, "three alleles", "/".join(str(label) for label in found)))
        if None in found:
            flags.append(Flag(marker, "partial", f"one allele of two confirmed: {found[0]}"))
    name = runs[0].sample if sample is None else sample
    sex, sex_flags = _majority_sex(runs)
    sources = "; ".join(dict.fromkeys(run.source for run in runs if run.source))
    profile = Profile(name, genotypes, sex, (*sex_flags, *flags), sources)
    return Consensus(profile, len(runs), conflicts)


def _agreed(seen: tuple[Genotype, ...], rule: ConsensusRule) -> Genotype:
    if len(seen) == 1:
        return seen[0] if rule.lonely == "keep" or rule.at_least <= 1 else ()
    if len(set(seen)) == 1:
        return seen[0]
    counts = Counter(label for one in seen for label in set(one) if label is not None)
    needed = min(rule.at_least, len(seen))
    known = sort_alleles(label for label, count in counts.items() if count >= needed)
    if len(known) != 1:
        return known
    homozygous = sum(one == (known[0], known[0]) for one in seen) >= needed
    haploid = all(len(one) == 1 for one in seen)
    if haploid:
        return known
    return (known[0], known[0]) if homozygous and len(counts) == 1 else (known[0], None)


def _majority_sex(runs: Sequence[Profile]) -> tuple[SexCall, tuple[Flag, ...]]:
    calls = Counter(run.sex for run in runs if run.sex != "unknown")
    if not calls:
        return "unknown", ()
    ranked = calls.most_common()
    if len(ranked) == 1:
        return ranked[0][0], ()
    shown = ", ".join(f"{count} {sex}" for sex, count in ranked)
    flag = (Flag("AMEL", "conflict", f"runs differ in sex: {shown}"),)
    return (ranked[0][0] if ranked[0][1] > ranked[1][1] else "unknown"), flag
