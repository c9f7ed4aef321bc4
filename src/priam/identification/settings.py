"""Every setting of ``priam identify`` in one commented TOML, with its default."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from priam.errors import InputError

__all__ = [
    "Asking",
    "Evidence",
    "Joint",
    "Likelihood",
    "Population",
    "Profiles",
    "Reassociation",
    "Search",
    "Settings",
    "read_settings",
    "settings_of",
    "settings_toml",
]


INFINITE = float("inf")


def _note(default: Any, text: str, low: float = -INFINITE, high: float = INFINITE) -> Any:
    """A setting, what it is, and the values that make sense."""
    return field(default=default, metadata={"note": text, "low": low, "high": high})


@dataclass(frozen=True)
class Population:
    """Who the remains may be."""

    missing: int = _note(0, "persons missing in all; 0: counted from persons.csv and families", 0)
    other_side: float = _note(
        0.02, "share of the individuals who belong to the other party", 0.0, 0.999999
    )
    missed: float = _note(
        0.03, "share of the persons searched whose match the samples do not show", 0.0, 1.0
    )
    likely_other: float = _note(
        0.8, "probability from which an unmatched individual is likely of the other side", 0.0, 1.0
    )
    identified: float = _note(
        0.9995, "posterior needed to propose an identification", 0.0, 0.999999
    )
    probable: float = _note(0.95, "posterior from which a match is called probable", 0.0, 1.0)
    corroboration: float = _note(
        100.0, "LR of other evidence needed where one relative alone carries a match", 0
    )
    second_relative: float = _note(
        1.0, "log10 LR that must remain when the most important relative is left out"
    )
    family_fit: float = _note(
        -2.0, "log10 LR(related / unrelated) of the typed relatives below which a family is held"
    )


@dataclass(frozen=True)
class Profiles:
    """Which profiles are searched, and how they are read."""

    least_markers: int = _note(10, "fewer autosomal markers: set aside", 1)
    mixture_markers: int = _note(2, "markers with three or more alleles that make a mixture", 1)
    staff_share: float = _note(
        0.9, "share of markers equal to a staff profile: contamination", 0.0, 1.0
    )
    dropout_good: float = _note(
        0.002, "probability that one allele drops out, good profile", 0.0, 0.999999
    )
    dropout_degraded: float = _note(0.06, "the same, degraded profile", 0.0, 0.999999)
    dropout_poor: float = _note(0.30, "the same, poor profile", 0.0, 0.999999)
    drop_in: float = _note(
        0.002, "probability of a foreign or mistyped allele at a marker", 0.0, 0.999999
    )


@dataclass(frozen=True)
class Likelihood:
    """Model of the pedigree likelihoods."""

    frequencies: str = _note("", "packaged table or file; empty: the one named in families.json")
    mutation: str = _note("proportional", "mutation model of genetics.mutation")
    rate: float = _note(0.002, "mutation rate of both parents", 0.0, 1.0)
    rate2: float = _note(1e-6, "rate of steps by a part of a repeat (stepwise)", 0.0, 1.0)
    range: float = _note(0.1, "rate of a further step against the one before it (stepwise)", 0)
    theta: float = _note(
        0.0,
        "F_ST: how much likelier alleles already seen (family, other remains) are in anybody else",
        0.0,
        0.999999,
    )
    minimum_count: float = _note(5.0, "unseen alleles count as seen this often", 0)


@dataclass(frozen=True)
class Reassociation:
    """When two cases are taken for one person."""

    link_log10: float = _note(8.0, "log10 LR(same person / unrelated) needed for a link")
    sibling_log10: float = _note(2.0, "log10 LR(same person / full siblings) needed for a link")


@dataclass(frozen=True)
class Search:
    """Which pairs of individual and missing person are kept as candidates."""

    keep_log10: float = _note(2.0, "log10 LR from which a pair is kept")
    block: int = _note(1024, "missing persons per block; bounds the memory", 1)


@dataclass(frozen=True)
class Joint:
    """The sum over all assignments."""

    tolerance: float = _note(
        1e-6, "probability that pruning may set aside in all (proven bound)", 0.0, 1.0
    )
    states: int = _note(200000, "states of one exact sum; beyond it the part is sampled", 1)
    seed: int = _note(1, "seed of the sampler", 0)


@dataclass(frozen=True)
class Asking:
    """How relatives who may be asked for a sample are ranked."""

    draws: int = _note(200, "families simulated for each shape of family", 2)
    seed: int = _note(1, "seed of these families", 0)


@dataclass(frozen=True)
class Evidence:
    """Evidence beside DNA: shown beside it, and used in the posterior only on demand."""

    combine: bool = _note(False, "multiply the LRs below into the posterior")
    year: int = _note(2025, "year for which ages are stated")


@dataclass(frozen=True)
class Settings:
    """All settings of a run."""

    population: Population = Population()
    profiles: Profiles = Profiles()
    likelihood: Likelihood = Likelihood()
    reassociation: Reassociation = Reassociation()
    search: Search = Search()
    joint: Joint = Joint()
    asking: Asking = Asking()
    evidence: Evidence = Evidence()


def read_settings(path: Path | None) -> Settings:
    """Settings from a TOML file; what is not in it keeps its default."""
    return Settings() if path is None else settings_of(path.read_text(encoding="utf-8"), path)


def settings_of(text: str, path: Path = Path("settings.toml")) -> Settings:
    """Settings from the text of a TOML file; ``path`` is named where it is wrong."""
    try:
        record = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not valid TOML: {error}", file=path) from None
    parts: dict[str, Any] = {}
    defaults = Settings()
    for name, values in record.items():
        if name == "run":  # versions and hashes of an earlier run
            continue
        if not hasattr(defaults, name) or not isinstance(values, dict):
            known = ", ".join(f.name for f in dataclasses.fields(Settings))
            raise InputError(f"section [{name}] is not known; sections are {known}", file=path)
        parts[name] = _section(getattr(defaults, name), values, path, name)
    return Settings(**parts)


def _section(default: Any, values: dict[str, Any], path: Path, section: str) -> Any:
    known = {f.name: f for f in dataclasses.fields(default)}
    for name, value in values.items():
        if name not in known:
            raise InputError(
                f"setting {name!r} is not known; [{section}] has {', '.join(known)}",
                file=path,
                where=f"[{section}]",
            )
        kind = type(getattr(default, name))
        fits = isinstance(value, kind) and not (kind is not bool and isinstance(value, bool))
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            values[name], fits = float(value), True
        if not fits:
            raise InputError(
                f"setting {name!r} is {value!r}; a {kind.__name__} is expected, "
                f"for example {getattr(default, name)!r}",
                file=path,
                where=f"[{section}]",
            )
        _in_range(known[name], values[name], path, section)
    return dataclasses.replace(default, **values)


def _in_range(setting: Any, value: Any, path: Path, section: str) -> None:
    low, high = setting.metadata["low"], setting.metadata["high"]
    if isinstance(value, (bool, str)) or low <= value <= high:
        return
    limits = f"from {low:g} to {high:g}" if high < INFINITE else f"{low:g} or more"
    raise InputError(
        f"setting {setting.name!r} is {value!r}; it is {limits} ({setting.metadata['note']})",
        file=path,
        where=f"[{section}]",
    )


def settings_toml(settings: Settings, run: dict[str, str] | None = None) -> str:
    """The settings as commented TOML; ``run`` adds versions and hashes of inputs."""
    lines = ["# Settings of priam identify. Every value can be changed; the notes say what it is."]
    for part in dataclasses.fields(settings):
        section = getattr(settings, part.name)
        lines += ["", f"# {type(section).__doc__}", f"[{part.name}]"]
        for entry in dataclasses.fields(section):
            value = getattr(section, entry.name)
            lines.append(f"{entry.name} = {_toml(value)}  # {entry.metadata['note']}")
    if run:
        lines += ["", "# What this run was made with; not read back as settings.", "[run]"]
        lines += [f'"{key}" = {_toml(value)}' for key, value in sorted(run.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
