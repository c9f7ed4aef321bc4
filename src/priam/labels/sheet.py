"""Sheets of labels as PDF: a DataMatrix twice and the tag as text on each.

Twice, because a bag is dragged, frozen and washed: if one code is scratched the other reads.
Composed with typst, whose fonts travel with it, so that a sheet looks the same on each machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from priam.errors import UserError
from priam.labels.tags import parse

__all__ = ["STOCKS", "LabelStock", "label_sheet"]


@dataclass(frozen=True)
class LabelStock:
    """A label sheet on the market; lengths in millimetres."""

    name: str
    page: tuple[float, float]
    label: tuple[float, float]
    grid: tuple[int, int]  # columns, rows
    margin: tuple[float, float]  # left, top
    pitch: tuple[float, float]  # from one label's left (top) edge to the next

    @property
    def per_page(self) -> int:
        """Labels on one page."""
        return self.grid[0] * self.grid[1]


_A4 = (210.0, 297.0)

# Measures as the makers print them on their boxes (A4 sheets) and common roll sizes.
STOCKS = {
    stock.name: stock
    for stock in (
        LabelStock("a4-21", _A4, (63.5, 38.1), (3, 7), (7.2, 15.1), (66.0, 38.1)),
        LabelStock("a4-14", _A4, (99.1, 38.1), (2, 7), (4.7, 15.1), (101.6, 38.1)),
        LabelStock("a4-10", _A4, (99.1, 57.0), (2, 5), (4.7, 6.0), (101.6, 57.0)),
        LabelStock("a4-8", _A4, (99.1, 67.7), (2, 4), (4.7, 13.1), (101.6, 67.7)),
        LabelStock("roll-100x50", (100.0, 50.0), (100.0, 50.0), (1, 1), (0, 0), (100.0, 50.0)),
        LabelStock("roll-57x32", (57.0, 32.0), (57.0, 32.0), (1, 1), (0, 0), (57.0, 32.0)),
    )
}

_TEMPLATE = """
#let job = json(bytes(sys.inputs.job))
#set page(width: job.page.at(0) * 1mm, height: job.page.at(1) * 1mm, margin: 0mm)
#set text(font: ("DejaVu Sans Mono", "Libertinus Serif"))
#let label(item) = box(width: job.label.at(0) * 1mm, height: job.label.at(1) * 1mm, inset: 2.5mm, {
  let w = job.label.at(0) - 5
  let h = job.label.at(1) - 5
  let size = calc.min(w / 9.2, 6.2) // 14 monospaced characters of 0.6 em
  let side = calc.min(h - size - 3, w / 2 - 4)
  let code = image(bytes(item.svg), format: "svg", width: side * 1mm, height: side * 1mm)
  align(center + horizon, stack(
    spacing: 2mm,
    stack(dir: ltr, spacing: 1fr, code, align(center + horizon, text(size: 6pt, item.kind)), code),
    text(size: size * 1mm, weight: "bold", item.text),
  ))
})
#for (n, group) in job.pages.enumerate() {
  if n > 0 { pagebreak() }
  for (k, item) in group.enumerate() {
    if item != none {
      let column = calc.rem(k, job.columns)
      let row = calc.quo(k, job.columns)
      place(
        top + left,
        dx: (job.margin.at(0) + column * job.pitch.at(0)) * 1mm,
        dy: (job.margin.at(1) + row * job.pitch.at(1)) * 1mm,
        label(item),
      )
    }
  }
}
"""


def label_sheet(
    tags: Sequence[str], stock: str = "a4-21", *, kind: str = "", skip: int = 0, copies: int = 1
) -> bytes:
    """Return a PDF of labels for ``tags``.

    ``kind`` is a word printed between the two codes ("bag", "sample"); ``skip`` leaves that many
    places of the first sheet free (a sheet already begun); ``copies`` repeats each label.
    Raises :class:`UserError` for an unknown stock or no tags, :class:`TagError` for a bad tag.
    """
    if stock not in STOCKS:
        raise UserError(f"no label stock {stock!r}; there are {', '.join(STOCKS)}")
    if not tags:
        raise UserError("no tags to print: give at least one")
    chosen = STOCKS[stock]
    if not 0 <= skip < chosen.per_page:
        raise UserError(f"skip is {skip}, but a sheet of {stock} has {chosen.per_page} places")
    items: list[dict[str, str] | None] = [None] * skip
    for tag in tags:
        items += [_item(parse(tag), kind)] * copies
    job = {
        "page": chosen.page,
        "label": chosen.label,
        "margin": chosen.margin,
        "pitch": chosen.pitch,
        "columns": chosen.grid[0],
        "pages": [items[k : k + chosen.per_page] for k in range(0, len(items), chosen.per_page)],
    }
    return _typeset(job)


def _item(tag: str, kind: str) -> dict[str, str]:
    import zxingcpp

    code = zxingcpp.create_barcode(tag, zxingcpp.BarcodeFormat.DataMatrix)
    prefix, body = tag.split("-")
    return {"svg": code.to_svg(), "text": f"{prefix}-{body[:4]}\u2009{body[4:]}", "kind": kind}


def _typeset(job: dict[str, object]) -> bytes:
    import typst

    pdf = typst.compile(_TEMPLATE.encode(), sys_inputs={"job": json.dumps(job)})
    assert isinstance(pdf, bytes)
    return pdf
