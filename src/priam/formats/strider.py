"""STRidER frequency XML: markers, and in each the populations ("origins") with their alleles.

``frequencies / marker / name`` and ``marker / origin name n / frequency allele``; elements and
attributes are found by local name without regard to case, because releases differ in details.
STRidER: Bodner et al., Forensic Sci Int Genet 2016; 24:97-102, doi 10.1016/j.fsigen.2016.06.008.
"""

from __future__ import annotations

from pathlib import Path

from priam.errors import InputError, UserError
from priam.formats.content import Tables
from priam.formats.text import own_name
from priam.formats.xml import Element, parse, root_name
from priam.genetics.frequencies import FrequencyTable, MarkerFrequencies, SumRule
from priam.genetics.markers import canonical_marker

__all__ = ["HOLDS", "TITLE", "read", "sniff"]

TITLE = "STRidER frequency XML"
HOLDS = "frequencies"


def sniff(text: str) -> bool:
    """XML whose root is ``frequencies`` (or ``strider``)."""
    return root_name(text).casefold() in ("frequencies", "strider")


def read(
    text: str, *, file: str | Path | None = None, sums: SumRule = "error", name: str = ""
) -> Tables:
    """One table for each origin, with the persons sampled."""
    root = parse(text, file=file)
    figures: dict[str, dict[str, MarkerFrequencies]] = {}
    for marker in root.all("marker"):
        locus = marker.value("name") or marker.attribute("name")
        if not locus:
            raise InputError("a marker without a name", file=file, where=marker.where)
        for origin in marker.all("origin"):
            where = origin.attribute("name") or origin.value("name")
            found = figures.setdefault(where, {})
            if canonical_marker(locus) in found:
                raise InputError(
                    f"marker {locus!r} has origin {where!r} twice", file=file, where=origin.where
                )
            found[canonical_marker(locus)] = _origin(locus, origin, sums, file)
    if not figures:
        raise InputError("there is no marker with an origin", file=file, where=root.where)
    stem = name or Path(str(file or "strider")).stem
    return Tables(
        tuple(
            FrequencyTable(
                f"{stem}-{where}".lower().replace(" ", "-"),
                markers,
                population=where,
                source=f"STRidER, {own_name(file)}",
                individuals=max((m.chromosomes or 0) // 2 for m in markers.values()) or None,
            )
            for where, markers in figures.items()
        )
    )


def _origin(
    locus: str, origin: Element, sums: SumRule, file: str | Path | None
) -> MarkerFrequencies:
    values: dict[str, float] = {}
    for entry in origin.all("frequency"):
        label, text = entry.attribute("allele"), entry.text.strip()
        try:
            value = float(text.replace(",", ".")) if len(text) < 40 else float("nan")
        except ValueError:
            value = float("nan")
        if not label or not 0.0 <= value <= 1.0 or label in values:
            raise InputError(
                f"frequency {text[:40]!r} of allele {label!r} at {locus} is wrong or stands twice",
                file=file,
                where=entry.where,
            )
        if value > 0.0:
            values[label] = value
    try:
        size = origin.attribute("n")
        chromosomes = 2 * int(size) if size.isdigit() and len(size) < 9 else None
        return MarkerFrequencies.of(locus, values, chromosomes=chromosomes, sums=sums)
    except UserError as error:
        raise InputError(str(error), file=file, where=origin.where) from None
