"""``priam convert``: say what a laboratory's file holds, and write it in another format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from priam.errors import UserError
from priam.formats import FORMATS, Content, KinshipCase, Samples, Tables, load, save
from priam.genetics.frequencies import FrequencyTable, MinimumFrequency

__all__ = ["convert"]


def _formats(context: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    for name, module in FORMATS.items():
        way = "read and write" if hasattr(module, "write") else "read"
        click.echo(f"{name:18} {module.HOLDS:12} {way:15} {module.TITLE}")
    context.exit()


@click.command("convert")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "source", metavar="FORMAT", help="Format of FILE, if not to be guessed.")
@click.option("--to", "target", metavar="FORMAT", help="Format to write.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write.")
@click.option("--encoding", help="Encoding of FILE, if not to be guessed (for example cp1251).")
@click.option(
    "--single",
    type=click.Choice(["homozygote", "partial"]),
    help="What one allele alone means in profiles.  [default: as the format has it]",
)
@click.option(
    "--sums",
    type=click.Choice(["error", "normalise", "keep"]),
    help="Frequencies that do not sum to 1.  [default: error]",
)
@click.option("--table", "chosen", metavar="NAME", help="The table to write, if FILE has several.")
@click.option("--population", help="Whom the frequencies stand for.")
@click.option("--origin", help="Where the frequencies come from.")
@click.option("--licence", help="Under which terms they may be passed on.")
@click.option("--individuals", type=click.IntRange(1, 10**8), help="Persons sampled.")
@click.option("--minimum", metavar="RULE", help="Unseen alleles: 5/2N, 0.001 or error.")
@click.option(
    "--formats",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_formats,
    help="List the formats and leave.",
)
def convert(
    file: Path,
    source: str | None,
    target: str | None,
    out: Path | None,
    encoding: str | None,
    single: str | None,
    sums: str | None,
    chosen: str | None,
    population: str | None,
    origin: str | None,
    licence: str | None,
    individuals: int | None,
    minimum: str | None,
) -> None:
    """Say what FILE holds; with --to and --out, write it in another format.

    The format is found by content. Nothing is written where something is wrong.
    """
    options = {key: value for key, value in (("single", single), ("sums", sums)) if value}
    loaded = load(file, format=source, encoding=encoding, **options)
    content = _selected(_part(loaded.content, target), chosen)
    about = {"population": population, "source": origin, "licence": licence}
    content = _labelled(content, about, individuals, minimum)
    click.echo(f"{file}: {FORMATS[loaded.format].TITLE}, encoding {loaded.encoding}", err=True)
    for line in describe(content):
        click.echo(f"  {line}", err=True)
    if (target is None) != (out is None):
        raise UserError("--to and --out belong together; give both to write a file")
    if target is not None and out is not None:
        save(content, out, format=target)
        click.echo(f"written: {out}", err=True)


def _part(content: Content, target: str | None) -> Content:
    """Of a whole case, the part that the target format can hold."""
    if not isinstance(content, KinshipCase) or target not in FORMATS:
        return content
    holds = FORMATS[target].HOLDS
    if holds == "frequencies":
        return Tables((content.table,))
    if holds == "profiles":
        typed = tuple(content.profiles.values())
        families = (p for family in content.families for p in family.profiles.values())
        return Samples((*content.remains.profiles, *typed, *families))
    return content


def _selected(content: Content, name: str | None) -> Content:
    if name is None:
        return content
    if not isinstance(content, Tables):
        raise UserError("--table is for files of frequencies")
    found = tuple(table for table in content.tables if name in (table.name, table.population))
    if not found:
        names = ", ".join(table.population or table.name for table in content.tables)
        raise UserError(f"no table is called {name!r}; the file has: {names}")
    return Tables(found[:1])


def _labelled(
    content: Content, about: dict[str, str | None], individuals: int | None, minimum: str | None
) -> Content:
    """Frequencies with what the user says of them."""
    given: dict[str, Any] = {key: value for key, value in about.items() if value}
    if not given and individuals is None and minimum is None:
        return content
    if not isinstance(content, Tables):
        raise UserError("population, origin, licence, individuals and minimum are of frequencies")
    if individuals is not None:
        given["individuals"] = individuals
    if minimum is not None:
        given["minimum"] = MinimumFrequency.parse(minimum)
    return Tables(tuple(_table(table, given, individuals) for table in content.tables))


def _table(table: FrequencyTable, given: dict[str, Any], individuals: int | None) -> FrequencyTable:
    """With the number of persons, markers that lack a sample size get twice that number."""
    markers = dict(table.markers)
    for name, marker in markers.items() if individuals else ():
        if marker.chromosomes is None:
            markers[name] = replace(marker, chromosomes=2 * (individuals or 0))
    return replace(table, markers=markers, **given)


def describe(content: Content) -> list[str]:
    """What a file holds, a line each."""
    if isinstance(content, Samples):
        return _profiles(content)
    if isinstance(content, Tables):
        return [table.describe() for table in content.tables]
    if isinstance(content, KinshipCase):
        return [
            content.table.describe(),
            f"{len(content.hypotheses)} pedigrees, {len(content.profiles)} profiles, "
            f"theta {content.theta:g}",
            f"{len(content.remains.profiles)} remains, {len(content.families)} families",
        ]
    return [
        f"family {family.name}: {len(family.pedigree)} persons, {len(family.profiles)} with "
        f"profiles, missing: {', '.join(family.missing) or 'nobody'}"
        for family in content.families
    ]


def _profiles(content: Samples) -> list[str]:
    markers = {marker for profile in content.profiles for marker in profile.genotypes}
    counts: dict[str, int] = {}
    for profile in content.profiles:
        for flag in profile.flags:
            counts[flag.kind] = counts.get(flag.kind, 0) + 1
    lines = [
        f"{len(content.profiles)} profiles of {len(content.runs())} samples, "
        f"{len(markers)} markers",
        *(f"{count} times {kind}" for kind, count in sorted(counts.items())),
    ]
    mixed = [profile.sample for profile in content.profiles if profile.looks_mixed]
    if mixed:
        lines.append(f"three alleles at two markers or more: {', '.join(mixed[:10])}")
    return [*lines, *content.notes]
