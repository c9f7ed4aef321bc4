"""The result as one HTML file that asks nothing of any other host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from priam.errors import UserError
from priam.totals.pictures import density_plot, forest_plot, overlap_plot, strata_plot

__all__ = ["render_page"]


def render_page(report: Mapping[str, Any], title: str = "") -> str:
    """A page with the figures, the pictures and what the lists cannot tell."""
    if "linkage" in report:
        raise UserError("a result over draws of links has no page; use --json or --out")
    environment = Environment(
        loader=PackageLoader("priam.totals", "templates"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    strata = report.get("strata")
    return environment.get_template("total.html").render(
        report=report,
        title=title or "How many: an estimate from incomplete lists",
        forest=Markup(forest_plot(report)),
        density=Markup(density_plot(report)),
        overlaps=Markup(overlap_plot(report)),
        strata_picture=Markup(strata_plot(strata) if strata else ""),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
