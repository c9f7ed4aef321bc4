"""Allele frequency tables: which population, from whom, counted on how many, and how far to trust.

A :class:`FrequencyTable` holds one :class:`MarkerFrequencies` a marker, alleles in the order of
the ladder, frequencies as float64 that sum to 1. A table never changes silently: a table that
does not sum to 1 is an error or is normalised as asked; an allele that was not seen is added on
demand by a stated rule, and the table then lists what was added.

Tables that come with the package: :func:`packaged_names`, :func:`load_packaged`. None of them
stands for Ukraine or Russia; say which table a likelihood ratio rests on, and try several.

Minimum frequencies follow NRC II, *The Evaluation of Forensic DNA Evidence* (1996), doi
10.17226/5141, page 148: an allele seen fewer than five times counts as seen five times, 5/(2N).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from priam.errors import InputError, UserError
from priam.genetics.alleles import canonical_allele, sort_alleles
from priam.genetics.markers import canonical_marker
from priam.strict_json import parse_text

__all__ = [
    "FrequencyTable",
    "MarkerFrequencies",
    "MinimumFrequency",
    "SumRule",
    "dump_table",
    "load_packaged",
    "packaged_names",
    "parse_table",
]

FORMAT = "priam-frequencies/1"
SUM_TOLERANCE = 1e-3
"""Rounded published tables may miss 1 by this much; more is an error unless normalised."""

MAX_COUNT = 10**12

SumRule = Literal["error", "normalise", "keep"]
"""What to do with frequencies that do not sum to 1 (within ``SUM_TOLERANCE``): refuse them,
divide by their sum, or take them as they are. Sums within the tolerance are kept as they are
under "error" and "keep"."""


@dataclass(frozen=True, slots=True)
class MinimumFrequency:
    """The frequency given to an allele that the table has not seen (or has seen too rarely).

    ``kind`` "count" is ``value`` / chromosomes counted (5/2N with value 5); "constant" is
    ``value`` itself; "error" refuses unseen alleles. With ``floor`` alleles of the table below
    the minimum are raised to it too, as NRC II asks. After either, the other alleles are scaled
    so that the sum stays 1, unless ``rescale`` is off (then the sum passes 1, as some
    laboratories do, and the table says so).
    """

    kind: Literal["count", "constant", "error"] = "count"
    value: float = 5.0
    floor: bool = False
    rescale: bool = True

    def __post_init__(self) -> None:
        if self.kind == "constant" and not 0.0 < self.value < 1.0:
            raise UserError(f"minimum frequency {self.value!r} is not between 0 and 1")
        if self.kind == "count" and not 0.0 < self.value < 1e6:
            raise UserError(f"minimum count {self.value!r} is not positive; 5 is usual (5/2N)")

    @classmethod
    def parse(cls, text: str) -> MinimumFrequency:
        """A rule from text: ``"5/2N"``, ``"0.001"`` or ``"error"``."""
        word = text.strip().replace(" ", "").upper()
        if word == "ERROR":
            return cls("error")
        number, count = (word[:-3], True) if word.endswith("/2N") else (word, False)
        try:
            return cls("count" if count else "constant", float(number))
        except ValueError:
            raise UserError(
                f"minimum frequency {text!r} is not understood; write 5/2N, 0.001 or error"
            ) from None

    def describe(self) -> str:
        """The rule in words, for reports."""
        words = {
            "count": f"{self.value:g}/2N",
            "constant": f"{self.value:g}",
            "error": "alleles not in the table are refused",
        }[self.kind]
        if self.kind == "error":
            return words
        which = "unseen and rarer alleles" if self.floor else "unseen alleles"
        return f"{which} get {words}, others " + ("rescaled" if self.rescale else "unchanged")

    def at(self, marker: MarkerFrequencies) -> float:
        """The minimum for ``marker``; raises where 2N is not known."""
        if self.kind == "constant":
            return self.value
        if marker.chromosomes is None:
            raise UserError(
                f"the minimum frequency {self.value:g}/2N needs the sample size of marker "
                f"{marker.marker!r}, which the table lacks; give a constant such as 0.001"
            )
        return min(self.value / marker.chromosomes, 0.5)


@dataclass(frozen=True, eq=False)
class MarkerFrequencies:
    """Alleles of one marker and their frequencies.

    Attributes:
        marker: canonical name.
        alleles: labels, in the order of the ladder.
        frequencies: float64, shape (alleles,), read-only, non-negative, sum 1.
        chromosomes: chromosomes counted (2N for an autosomal marker), or None if unknown.
        added: labels that a rule added, which the population sample has not shown.
    """

    marker: str
    alleles: tuple[str, ...]
    frequencies: npt.NDArray[np.float64]
    chromosomes: int | None = None
    added: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = np.array(self.frequencies, dtype=np.float64)
        _check_frequencies(self.marker, self.alleles, values)
        values.setflags(write=False)
        object.__setattr__(self, "frequencies", values)

    @classmethod
    def of(
        cls,
        marker: str,
        frequencies: Mapping[str, float],
        *,
        chromosomes: int | None = None,
        sums: SumRule = "error",
    ) -> MarkerFrequencies:
        """From ``{allele: frequency}``; alleles are spelled canonically and put in order."""
        name = canonical_marker(marker)
        table = _canonical_alleles(name, frequencies)
        order = sort_alleles(table)
        values = np.array([table[label] for label in order], dtype=np.float64)
        _check_frequencies(name, order, values)
        return cls(name, order, _summed(name, values, sums), chromosomes)

    @classmethod
    def from_counts(cls, marker: str, counts: Mapping[str, int]) -> MarkerFrequencies:
        """From ``{allele: times seen}``; the sum of the counts is the number of chromosomes."""
        total = sum(counts.values())
        if not 0 < total <= MAX_COUNT or min(counts.values()) < 0:
            raise UserError(f"the allele counts of marker {marker!r} are to be between 0 and 1e12")
        shares = {label: count / total for label, count in counts.items()}
        return cls.of(marker, shares, chromosomes=int(total), sums="normalise")

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each label."""
        return {label: position for position, label in enumerate(self.alleles)}

    def __len__(self) -> int:
        return len(self.alleles)

    def __contains__(self, allele: str) -> bool:
        return allele in self.index

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, MarkerFrequencies)
            and (self.marker, self.alleles, self.chromosomes)
            == (other.marker, other.alleles, other.chromosomes)
            and bool(np.array_equal(self.frequencies, other.frequencies))
        )

    __hash__ = None  # type: ignore[assignment]

    def frequency(self, allele: str) -> float:
        """Frequency of a label; :class:`UserError` if the table has not seen it."""
        position = self.index.get(canonical_allele(allele))
        if position is None:
            shown = ", ".join(self.alleles[:12]) + (", ..." if len(self) > 12 else "")
            raise UserError(
                f"allele {allele!r} of marker {self.marker!r} is not in the frequency table "
                f"(it has {shown}); give a minimum frequency rule such as 5/2N to admit it"
            )
        return float(self.frequencies[position])

    def covering(
        self, alleles: Iterable[str], rule: MinimumFrequency, *, person: str | None = None
    ) -> MarkerFrequencies:
        """This marker with all of ``alleles`` in it, unseen ones added by ``rule``.

        ``person`` is named in the message where the rule refuses.
        """
        unseen = sort_alleles({canonical_allele(label) for label in alleles} - set(self.alleles))
        if unseen and rule.kind == "error":
            raise UserError(_refused(self, unseen[0], person))
        if not unseen and not rule.floor:
            return self
        if rule.kind == "error":
            return self
        minimum = rule.at(self)
        table = dict(zip(self.alleles, self.frequencies.tolist()))
        table |= dict.fromkeys(unseen, minimum)
        raised = set(unseen)
        if rule.floor:
            raised |= {label for label, value in table.items() if value < minimum}
        return self._raised(table, raised, minimum, unseen, rule.rescale)

    def _raised(
        self,
        table: dict[str, float],
        raised: set[str],
        minimum: float,
        unseen: tuple[str, ...],
        rescale: bool,
    ) -> MarkerFrequencies:
        rest = sum(value for label, value in table.items() if label not in raised)
        if not raised:
            return self
        if minimum * len(raised) >= 1.0 or rest <= 0.0:
            raise UserError(
                f"a minimum frequency of {minimum:g} for {len(raised)} alleles of marker "
                f"{self.marker!r} leaves nothing for the others; use a smaller one"
            )
        scale = (1.0 - minimum * len(raised)) / rest if rescale else 1.0
        order = sort_alleles(table)
        values = [minimum if label in raised else table[label] * scale for label in order]
        return replace(
            self, alleles=order, frequencies=np.array(values), added=(*self.added, *unseen)
        )

    def normalised(self) -> MarkerFrequencies:
        """Frequencies divided by their sum."""
        return replace(self, frequencies=self.frequencies / self.frequencies.sum())


def _refused(marker: MarkerFrequencies, allele: str, person: str | None) -> str:
    who = f"person {person!r}: " if person else ""
    return (
        f"{who}allele {allele!r} of marker {marker.marker!r} is not in the frequency table; "
        "check the call, or give a minimum frequency rule such as 5/2N"
    )


def _canonical_alleles(marker: str, frequencies: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for label, value in frequencies.items():
        name = canonical_allele(str(label))
        if name in found:
            raise UserError(f"allele {name!r} stands twice at marker {marker!r}")
        found[name] = float(value)
    return found


def _check_frequencies(
    marker: str, alleles: tuple[str, ...], values: npt.NDArray[np.float64]
) -> None:
    if not alleles or values.shape != (len(alleles),):
        raise UserError(f"marker {marker!r} needs one frequency for each of its alleles")
    if len(set(alleles)) != len(alleles):
        raise UserError(f"marker {marker!r} lists an allele twice")
    bad = np.flatnonzero(~((values >= 0.0) & (values <= 1.0)))
    if bad.size:
        label = alleles[bad[0]]
        raise UserError(
            f"frequency {float(values[bad[0]])!r} of allele {label!r} at marker {marker!r} is not "
            "between 0 and 1"
        )


def _summed(marker: str, values: npt.NDArray[np.float64], rule: SumRule) -> npt.NDArray[np.float64]:
    total = float(values.sum())
    if rule == "keep":
        return values
    if rule == "normalise" and total > 0.0:
        return values / total
    if abs(total - 1.0) > SUM_TOLERANCE:
        raise UserError(
            f"the frequencies of marker {marker!r} sum to {total:.6g}, not 1; correct them, or "
            'ask for sums="normalise" (they are then divided by their sum)'
        )
    return values


@dataclass(frozen=True, eq=False)
class FrequencyTable:
    """Frequencies of several markers in one population.

    Attributes:
        name: short name, used in reports and commands.
        markers: ``{canonical name: MarkerFrequencies}``, in the order of the source.
        population: whom the table stands for, in words.
        source: publication or laboratory, with year.
        licence: under which terms the figures may be passed on.
        individuals: persons sampled, or None if the source does not say.
        minimum: the rule for unseen alleles.
        notes: what was done to the figures ("normalised 3 markers", ...).
    """

    name: str
    markers: Mapping[str, MarkerFrequencies]
    population: str = ""
    source: str = ""
    licence: str = ""
    individuals: int | None = None
    minimum: MinimumFrequency = field(default_factory=MinimumFrequency)
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        name: str,
        frequencies: Mapping[str, Mapping[str, float]],
        *,
        sums: SumRule = "error",
        **about: Any,
    ) -> FrequencyTable:
        """From ``{marker: {allele: frequency}}``; further fields by keyword."""
        markers: dict[str, MarkerFrequencies] = {}
        changed = 0
        for marker, table in frequencies.items():
            found = MarkerFrequencies.of(marker, table, sums=sums)
            if found.marker in markers:
                raise UserError(f"marker {found.marker!r} stands twice in table {name!r}")
            markers[found.marker] = found
            changed += abs(sum(table.values()) - 1.0) > SUM_TOLERANCE
        notes = tuple(about.pop("notes", ()))
        if sums == "normalise" and changed:
            notes += (f"normalised {changed} markers that did not sum to 1",)
        return cls(name, markers, notes=notes, **about)

    def __getitem__(self, marker: str) -> MarkerFrequencies:
        found = self.get(marker)
        if found is None:
            raise UserError(
                f"marker {marker!r} is not in the frequency table {self.name!r} "
                f"(it has {len(self)} markers: {', '.join(list(self.markers)[:8])}, ...); "
                "leave the marker out or use a table that has it"
            )
        return found

    def get(self, marker: str) -> MarkerFrequencies | None:
        """The marker in any known spelling, or None."""
        return self.markers.get(marker) or self.markers.get(canonical_marker(marker))

    def __contains__(self, marker: str) -> bool:
        return self.get(marker) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.markers)

    def __len__(self) -> int:
        return len(self.markers)

    @cached_property
    def sha256(self) -> str:
        """Hash of the figures (not of the descriptions): equal tables have equal hashes."""
        content = {
            marker: [
                [label, value.hex()] for label, value in zip(m.alleles, m.frequencies.tolist())
            ]
            for marker, m in sorted(self.markers.items())
        }
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()

    def covering(
        self, marker: str, alleles: Iterable[str], *, person: str | None = None
    ) -> MarkerFrequencies:
        """Marker with all of ``alleles``, unseen ones added by this table's rule."""
        return self[marker].covering(alleles, self.minimum, person=person)

    def with_minimum(self, rule: MinimumFrequency) -> FrequencyTable:
        """The same table with another rule for unseen alleles."""
        return replace(self, minimum=rule)

    def only(self, markers: Iterable[str]) -> FrequencyTable:
        """The table of some markers; each must be there."""
        chosen = [self[marker] for marker in markers]
        return replace(self, markers={found.marker: found for found in chosen})

    def describe(self) -> str:
        """One sentence on where the figures come from."""
        size = f"{self.individuals} persons" if self.individuals else "sample size not stated"
        return (
            f"{self.name}: {self.population or 'population not stated'} ({size}), "
            f"{len(self)} markers; {self.source or 'source not stated'}; "
            f"{self.minimum.describe()}; sha256 {self.sha256[:16]}"
        )


# -- the package's own format -----------------------------------------------------------


def parse_table(text: str, *, file: str | Path | None = None) -> FrequencyTable:
    """Read the package's own format (JSON, ``"format": "priam-frequencies/1"``)."""
    data = parse_text(text, file)
    try:
        json.dumps(data, ensure_ascii=False).encode()  # half a character has no UTF-8
    except ValueError as error:
        raise InputError(f"not JSON: {error}", file=file) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError(f'not a frequency table of Priam ("format": "{FORMAT}")', file=file)
    try:
        return _from_json(data)
    except UserError as error:
        raise InputError(str(error), file=file) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"the frequency table is damaged: {error!r}", file=file) from None


def _from_json(data: Mapping[str, Any]) -> FrequencyTable:
    markers = [_marker_from_json(name, entry) for name, entry in data["markers"].items()]
    individuals = data.get("individuals")
    if individuals is not None and not (type(individuals) is int and 0 < individuals <= MAX_COUNT):
        raise UserError(f"individuals is {individuals!r}, not a whole number of persons")
    return FrequencyTable(
        str(data["name"]),
        {found.marker: found for found in markers},
        population=str(data.get("population", "")),
        source=str(data.get("source", "")),
        licence=str(data.get("licence", "")),
        individuals=individuals,
        minimum=MinimumFrequency.parse(data.get("minimum", "5/2N")),
        notes=tuple(data.get("notes", ())),
    )


def _marker_from_json(name: str, entry: Mapping[str, Any]) -> MarkerFrequencies:
    if "counts" in entry:
        return MarkerFrequencies.from_counts(name, entry["counts"])
    return MarkerFrequencies.of(
        name, entry["frequencies"], chromosomes=entry.get("chromosomes"), sums="error"
    )


def dump_table(table: FrequencyTable) -> str:
    """Write the package's own format; :func:`parse_table` reads it back equal."""
    rule = table.minimum
    shown = {"error": "error", "count": f"{rule.value:g}/2N", "constant": f"{rule.value!r}"}
    head: dict[str, Any] = {
        "format": FORMAT,
        "name": table.name,
        "population": table.population,
        "source": table.source,
        "licence": table.licence,
        "individuals": table.individuals,
        "minimum": shown[rule.kind],
        "notes": list(table.notes),
    }
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    rows = [f"  {json.dumps(m.marker)}: {_marker_json(m)}" for m in table.markers.values()]
    return "{\n" + "\n".join(lines) + '\n "markers": {\n' + ",\n".join(rows) + "\n }\n}\n"


def _marker_json(marker: MarkerFrequencies) -> str:
    values = marker.frequencies.tolist()
    total = marker.chromosomes
    counts = [round(value * total) for value in values] if total else []
    if total and [count / total for count in counts] == values:
        return json.dumps({"counts": dict(zip(marker.alleles, counts))}, separators=(",", ":"))
    entry: dict[str, Any] = {"frequencies": dict(zip(marker.alleles, values))}
    if total:
        entry["chromosomes"] = total
    return json.dumps(entry, separators=(",", ":"))


def packaged_names() -> tuple[str, ...]:
    """Names of the tables that come with the package."""
    folder = resources.files("priam.genetics") / "tables"
    return tuple(
        sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".json"))
    )


@lru_cache(maxsize=16)
def load_packaged(name: str) -> FrequencyTable:
    """A table that comes with the package, for example ``"nist1036-cauc"``."""
    if name not in packaged_names():
        raise UserError(
            f"no frequency table is called {name!r}; the package has: {', '.join(packaged_names())}"
        )
    path = resources.files("priam.genetics") / "tables" / f"{name}.json"
    return parse_table(path.read_text(encoding="utf-8"), file=f"{name}.json")
