"""``priam labels``: issue tags, print sheets, read them back."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TextIO

import click

from priam.errors import UserError
from priam.labels.sheet import STOCKS, label_sheet
from priam.labels.tags import issue, parse

__all__ = ["labels"]


@click.group()
def labels() -> None:
    """Tags of bags, cases and samples: issue, print, check, read."""


@labels.command()
@click.option("--count", type=click.IntRange(1, 100_000), default=1, show_default=True)
def new(count: int) -> None:
    """Issue new tags, one a line."""
    for tag in issue(count, secrets.choice):
        click.echo(tag)


@labels.command()
@click.argument("tags", nargs=-1)
@click.option("--from", "source", type=click.File(), help="A file with one tag a line.")
@click.option("--new", "count", type=click.IntRange(1, 100_000), help="Issue this many new tags.")
@click.option("--stock", type=click.Choice(list(STOCKS)), default="a4-21", show_default=True)
@click.option("--kind", default="", help="A word printed between the codes, such as bag.")
@click.option("--skip", default=0, show_default=True, help="Places already used on the sheet.")
@click.option("--copies", type=click.IntRange(1, 20), default=1, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def sheet(
    tags: tuple[str, ...],
    source: TextIO | None,
    count: int | None,
    stock: str,
    kind: str,
    skip: int,
    copies: int,
    out: Path,
) -> None:
    """Write a PDF of labels for TAGS, a file of tags, or new tags."""
    wanted = [*tags]
    if source is not None:
        wanted += [line.strip() for line in source if line.strip()]
    if count:
        wanted += issue(count, secrets.choice, taken=wanted)
    pdf = label_sheet(wanted, stock, kind=kind, skip=skip, copies=copies)
    out.write_bytes(pdf)
    click.echo(f"{len(wanted) * copies} labels on {stock} in {out}")


@labels.command()
@click.argument("text")
def check(text: str) -> None:
    """Say whether TEXT is a tag; name the likely right one if not."""
    click.echo(parse(text))


@labels.command()
@click.argument("images", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def read(images: tuple[Path, ...]) -> None:
    """Print the tags seen in IMAGES."""
    from priam.labels.scan import read_image

    for image in images:
        found = read_image(image)
        if not found:
            raise UserError(f"{image}: no tag was found; hold the camera closer, in better light")
        for tag in found:
            click.echo(tag)
