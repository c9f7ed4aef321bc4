"""``priam kinship draw``: families of a file as SVG."""

from __future__ import annotations

from pathlib import Path

import click

from priam.cli.counted import counted
from priam.errors import InputError, UserError
from priam.formats import Families, Family, KinshipCase, load
from priam.kinship.drawing import draw

__all__ = ["draw_families"]


@click.command("draw")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="SVG file to write.")
@click.option("--family", metavar="NAME", help="Which family, if FILE has several.")
@click.option("--missing", metavar="ID", multiple=True, help="Mark a person as missing.")
@click.option("--legend", is_flag=True, help="Explain the symbols under the picture.")
def draw_families(
    file: Path, out: Path, family: str | None, missing: tuple[str, ...], legend: bool
) -> None:
    """Draw a family of FILE (PED, GA4GH Pedigree or Familias) as SVG.

    Persons with a profile are filled, the missing are dashed.
    """
    chosen = _chosen(_families(file), family, file)
    picture = draw(
        chosen.pedigree,
        typed=chosen.profiles,
        missing=(*chosen.missing, *missing),
        deceased=chosen.deceased,
        title=chosen.name,
        legend=legend,
    )
    try:
        out.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=out) from None
    click.echo(
        f"{chosen.name}: {counted(len(chosen.pedigree), 'person')}, written to {out}", err=True
    )


def _families(file: Path) -> list[Family]:
    content = load(file).content
    if isinstance(content, Families):
        return list(content.families)
    if isinstance(content, KinshipCase):
        ours = [
            Family(name, pedigree, {k: v for k, v in content.profiles.items() if k in pedigree})
            for name, pedigree in content.hypotheses.items()
        ]
        return [*content.families, *ours]
    raise UserError(f"{file} holds no family; a PED, GA4GH Pedigree or Familias file does")


def _chosen(families: list[Family], name: str | None, file: Path) -> Family:
    if name is None:
        return families[0]
    for family in families:
        if family.name == name:
            return family
    names = ", ".join(family.name for family in families[:12])
    raise UserError(f"{file} has no family {name!r}; it has: {names}")
