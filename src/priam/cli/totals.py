"""``priam totals``: how many, estimated from several incomplete lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from priam.errors import UserError

if TYPE_CHECKING:
    from priam.totals.reading import Loaded

__all__ = ["totals"]


@click.group()
def totals() -> None:
    """How many died, estimated from several incomplete lists of named persons.

    An estimate is never a claim: what parties say about scale is kept in `priam account` and is
    never fed to an estimate.
    """


@totals.command()
@click.argument("lists", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--by", multiple=True, help="A column of strata, such as month (may be repeated).")
@click.option("--links", type=click.Path(path_type=Path), help="CSV of uncertain links.")
@click.option("--draws", default=20, show_default=True, help="Draws of the links, at least 20.")
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--chains", type=click.IntRange(4, 64), default=4, show_default=True)
@click.option("--classes", type=click.IntRange(1, 50), help="Cut of the latent classes.")
@click.option(
    "--steps",
    type=click.IntRange(1000, 20_000_000),
    default=400_000,
    show_default=True,
    help="Most Gibbs steps a chain.",
)
@click.option("--skip", multiple=True, help="A method to leave out (may be repeated).")
@click.option("--public", is_flag=True, help="Hide small counts and round, for publication.")
@click.option("--hide-below", type=click.IntRange(2, 1000), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write JSON here.")
def estimate(
    lists: tuple[Path, ...],
    by: tuple[str, ...],
    links: Path | None,
    draws: int,
    level: float,
    seed: int,
    chains: int,
    classes: int | None,
    steps: int,
    skip: tuple[str, ...],
    public: bool,
    hide_below: int,
    as_json: bool,
    html: Path | None,
    out: Path | None,
) -> None:
    """Estimate a total from LISTS, by every method side by side.

    LISTS is a table of counts (0/1 columns and a count), a table of persons (0/1 columns), JSON
    with lists and cells, or several lists with a shared cluster_id column.
    """
    from priam.totals.latent_class import Sampling
    from priam.totals.methods import METHODS
    from priam.totals.reading import load
    from priam.totals.report import build_report

    for name in skip:
        if name not in METHODS:
            raise UserError(f"there is no method {name!r}; there are {', '.join(METHODS)}")
    sampling = Sampling(
        classes=classes, chains=chains, seed=seed, most=steps, steps=min(40_000, steps)
    )
    if links is not None:
        report = _with_links(lists, links, draws, level, seed)
        _write(report, None, html, out, as_json)
        return
    loaded = load(lists, by)
    methods = tuple(name for name in METHODS if name not in skip)
    report = build_report(loaded, level=level, sampling=sampling, methods=methods)
    if public:
        report = _public(report, loaded, hide_below)
    _write(report, loaded, html, out, as_json)


def _public(report: dict[str, Any], loaded: Loaded, threshold: int) -> dict[str, Any]:
    from priam.totals.publication import public_report

    return public_report(report, loaded.table, threshold)


def _with_links(
    lists: tuple[Path, ...], links: Path, draws: int, level: float, seed: int
) -> dict[str, Any]:
    from priam.totals.linkage import read_links
    from priam.totals.report import linkage_report

    return linkage_report(read_links(lists, links), draws, level, seed)


def _write(
    report: dict[str, Any],
    loaded: Loaded | None,
    html: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    from priam.totals.terminal import print_report

    if html is not None:
        from priam.totals.page import render_page

        _save(html, render_page(report))
    text = json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False)
    if out is not None:
        _save(out, text + "\n")
    if as_json:
        click.echo(text)
    elif out is None and html is None:
        print_report(report)
    else:
        click.echo(", ".join(f"wrote {path}" for path in (html, out) if path is not None))


def _save(path: Path, text: str) -> None:
    """Write beside, then rename: nothing half written is left."""
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})") from error


@totals.command()
@click.argument("draws", type=click.Path(path_type=Path))
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
def combine(draws: Path, level: float) -> None:
    """Combine posterior draws of replicates: JSON with replicates [{n_obs, N_draws}]."""
    from dataclasses import asdict

    from priam.totals.combining import combine as combine_replicates
    from priam.totals.reading import read_replicates

    found = combine_replicates(read_replicates(draws), level)
    click.echo(json.dumps(asdict(found), indent=2))
