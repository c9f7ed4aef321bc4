"""Frequencies as Familias and FamLinkX export them: a marker, its alleles, an empty line.

::

    TH01
    6 <tab> 0.21
    9.3 <tab> 0.34

    FGA
    ...

Blanks or tabs between allele and frequency; the marker may be in quotation marks. The same form
is called "list" by the R package pedtools.
"""

from __future__ import annotations

import re
from pathlib import Path

from priam.errors import InputError, UserError
from priam.formats.content import Content, Tables
from priam.formats.text import own_name
from priam.genetics.frequencies import FrequencyTable, MarkerFrequencies, SumRule
from priam.genetics.markers import canonical_marker

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "Familias / FamLinkX frequency list"
HOLDS = "frequencies"
_PAIR = re.compile(r'"?([^"\t]+?)"?[\t ]+([0-9]*[.,]?[0-9]+(?:[eE][-+]?[0-9]{1,3})?)')


def sniff(text: str) -> bool:
    """A name alone on its line, then at least one line of allele and number."""
    lines = [line.strip() for line in text.lstrip("\ufeff").split("\n")[:40] if line.strip()]
    if len(lines) < 2 or _PAIR.fullmatch(lines[0]) or any(c in lines[0] for c in ",;\t<{["):
        return False
    return bool(_PAIR.fullmatch(lines[1])) and len(lines[0]) <= 40


def read(
    text: str, *, file: str | Path | None = None, sums: SumRule = "error", name: str = ""
) -> Tables:
    """One table."""
    blocks: list[tuple[int, str, dict[str, float]]] = []
    for line, raw in enumerate(text.lstrip("\ufeff").split("\n"), start=1):
        content = raw.strip()
        pair = _PAIR.fullmatch(content)
        if pair and blocks:
            _add(blocks[-1][2], pair, file, line)
        elif content and not pair and not re.search(r"[\t,;]", content):
            blocks.append((line, content.strip('"'), {}))
        elif content:
            raise InputError(
                f"expected a marker, or an allele and its frequency; found {content[:40]!r}",
                file=file,
                where=f"line {line}",
            )
    if not blocks:
        raise InputError("there is no marker in the file", file=file)
    found: dict[str, MarkerFrequencies] = {}
    for line, marker, values in blocks:
        found |= _marker(found, line, marker, values, sums, file)
    notes = ("normalised to sum 1",) if sums == "normalise" else ()
    title = name or Path(str(file or "table")).stem
    return Tables((FrequencyTable(title, found, source=own_name(file), notes=notes),))


def _add(values: dict[str, float], pair: re.Match[str], file: str | Path | None, line: int) -> None:
    label, value = pair[1].strip(), float(pair[2].replace(",", "."))
    if label in values:
        raise InputError(f"allele {label!r} stands twice", file=file, where=f"line {line}")
    values[label] = value


def _marker(
    found: dict[str, MarkerFrequencies],
    line: int,
    marker: str,
    values: dict[str, float],
    sums: SumRule,
    file: str | Path | None,
) -> dict[str, MarkerFrequencies]:
    where = f"line {line}"
    if not values:
        raise InputError(f"marker {marker!r} has no allele", file=file, where=where)
    if canonical_marker(marker) in found:
        raise InputError(f"marker {marker!r} stands twice", file=file, where=where)
    try:
        made = MarkerFrequencies.of(marker, values, sums=sums)
    except UserError as error:
        raise InputError(str(error), file=file, where=where) from None
    return {made.marker: made}


def write(content: Content) -> str:
    """The list of one population, tab between allele and frequency."""
    if not isinstance(content, Tables) or len(content.tables) != 1:
        raise UserError("a frequency list holds the frequencies of one population")
    blocks = []
    for marker in content.tables[0].markers.values():
        pairs = zip(marker.alleles, marker.frequencies.tolist())
        blocks.append(
            "\n".join([marker.marker, *(f"{label}\t{value!r}" for label, value in pairs)])
        )
    return "\n\n".join(blocks) + "\n"
