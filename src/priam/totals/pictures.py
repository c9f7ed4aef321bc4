"""Pictures of a result as SVG text: forest of methods, overlaps of lists, posterior density.

Drawn 360 units wide, the width of a telephone, and scaled up on larger screens. No script, no
style attribute, no outside reference: the same text goes into a file and into the office.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

__all__ = ["COLOURS", "WORDS", "density_plot", "forest_plot", "overlap_plot", "recoloured"]
__all__ += ["strata_plot"]

WIDTH = 360
_LEFT, _RIGHT = 10, 350
_INK, _SOFT, _RULE = "#1f2a33", "#5d6b76", "#d5dbe0"
_BLUE, _OCHRE, _BAND = "#2c5f86", "#a5611f", "#eef2f5"
_GROUND = "#ffffff"
#: What each colour of a picture is for; see :func:`recoloured`.
COLOURS = {
    "ink": _INK,
    "soft": _SOFT,
    "rule": _RULE,
    "estimate": _BLUE,
    "seen": _OCHRE,
    "band": _BAND,
    "ground": _GROUND,
}
_ROW = 36
# Words stay legible where a line runs under them.
_HALO = ' paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"'

Scale = Callable[[float], float]


#: Words in the pictures; a caller with another language gives its own.
WORDS = {
    "refused": "refused",
    "seen": "{} on the lists",
    "forest": "Totals by method, with their intervals",
}


def recoloured(picture: str, colours: Mapping[str, str]) -> str:
    """The picture in other colours (names of :data:`COLOURS`), such as those of a dark page."""
    for name, colour in colours.items():
        picture = picture.replace(f'"{COLOURS[name]}"', f'"{colour}"')
    return picture


def forest_plot(report: Mapping[str, Any], words: Mapping[str, str] = WORDS) -> str:
    """Every method with its interval on one logarithmic axis; refused ones are named."""
    rows = report["methods"]
    seen = report["n_observed"]
    scale, ticks, cap = _axis(_values(rows), seen)
    height = 34 + _ROW * len(rows) + 26
    parts = _axis_lines(scale, ticks, 30, height - 24)
    parts += _seen_line(scale, seen, 30, height - 24, words["seen"])
    for k, row in enumerate(rows):
        parts += _forest_row(row, 34 + _ROW * k, scale, cap, words["refused"])
    return _svg(parts, height, words["forest"])


def strata_plot(strata: Mapping[str, Any]) -> str:
    """Separate and pooled totals of each stratum."""
    rows = []
    pooled = {row["stratum"]: row for row in strata["pooled"]}
    for own in strata["separate"]:
        if own.get("suppressed"):
            continue
        shared = pooled.get(own["stratum"], own)
        note = ", borrowed" if shared.get("borrowed") else ""
        rows.append({**shared, "label": f"{own['stratum']}{note}", "role": "estimate"})
    whole = strata["pooled_sum"] or strata["separate_sum"]
    drawn = [row for row in rows if row["point"] is not None]
    if not drawn:
        return ""
    scale, ticks, cap = _axis(_values([*drawn, whole]), min(r["point"] for r in drawn))
    height = 12 + _ROW * (len(rows) + 1) + 26
    parts = _axis_lines(scale, ticks, 8, height - 24)
    for k, row in enumerate([*rows, {**whole, "label": "all strata", "role": "estimate"}]):
        parts += _forest_row(row, 12 + _ROW * k, scale, cap)
    return _svg(parts, height, "Totals by stratum, with their intervals")


def density_plot(report: Mapping[str, Any]) -> str:
    """Posterior density of the methods that have one; empty text where none has."""
    curves = [row for row in report["methods"] if row.get("density")]
    if not curves:
        return ""
    totals = [t for row in curves for t in (row["density"]["totals"][0], row["upper"] * 1.3)]
    scale, ticks, _ = _axis(totals, report["n_observed"])
    parts = _axis_lines(scale, ticks, 14, 150)
    parts += _seen_line(scale, report["n_observed"], 14, 150)
    for row, colour in zip(curves, (_BLUE, _OCHRE)):
        parts += _curve(row["density"], scale, colour)
    for k, (row, colour) in enumerate(zip(curves, (_BLUE, _OCHRE))):
        y = 190 + 18 * k
        parts.append(f'<rect x="{_LEFT}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(_LEFT + 16, y, row["label"], 12, _INK))
    return _svg(parts, 182 + 18 * len(curves), "Where the total may lie: posterior density")


def overlap_plot(report: Mapping[str, Any], most: int = 14) -> str:
    """The commonest combinations of lists as bars, with dots saying which lists they join."""
    lists = report["lists"]
    cells = [(key, count) for key, count in report["cells"].items() if count is not None]
    cells = sorted(cells, key=lambda cell: (-cell[1], cell[0]))[:most]
    if not cells:
        return ""
    left = 20 + 6.6 * min(max(len(name) for name in lists), 16)
    step = (WIDTH - left - 8) / len(cells)
    base, top = 110, cells[0][1]
    parts = []
    for j, name in enumerate(lists):
        y = base + 22 + 18 * j
        if j % 2 == 0:
            parts.append(f'<rect x="0" y="{y - 9}" width="{WIDTH}" height="18" fill="{_BAND}"/>')
        parts.append(_text(4, y + 4, _short(name), 12, _INK).replace(_HALO, ""))
    for k, (key, count) in enumerate(cells):
        parts += _overlap_column(key, count, left + step * (k + 0.5), step, base, top)
    return _svg(parts, base + 16 + 18 * len(lists), "How the lists overlap: persons on exactly")


def _overlap_column(
    key: str, count: int, x: float, step: float, base: float, top: int
) -> list[str]:
    height = 84 * count / top
    wide = min(step * 0.6, 22)
    parts = [
        f'<rect x="{x - wide / 2:.1f}" y="{base - height:.1f}" width="{wide:.1f}" '
        f'height="{max(height, 1):.1f}" fill="{_BLUE}"/>',
        _text(x, base - height - 4, f"{count:,}", 9, _SOFT, "middle"),
    ]
    on = [j for j, bit in enumerate(key) if bit == "1"]
    middle = base + 22
    if len(on) > 1:
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{middle + 18 * on[0]}" '
            f'y2="{middle + 18 * on[-1]}" stroke="{_INK}" stroke-width="2"/>'
        )
    for j, bit in enumerate(key):
        fill = _INK if bit == "1" else _RULE
        parts.append(f'<circle cx="{x:.1f}" cy="{middle + 18 * j}" r="4.2" fill="{fill}"/>')
    return parts


def _values(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    return [
        float(row[key])
        for row in rows
        for key in ("point", "lower", "upper")
        if row.get(key) is not None
    ]


def _axis(values: Sequence[float], seen: float | None) -> tuple[Scale, list[float], float]:
    """A logarithmic scale over what is shown; ends far beyond the rest are cut with an arrow."""
    shown = sorted([*values, *([seen] if seen else [])])
    low = max(shown[0], 0.5) * 0.97
    cap = max(min(shown[-1], 40 * shown[len(shown) // 2]) * 1.03, low * 1.2)
    span = math.log(cap / low)

    def scale(value: float) -> float:
        share = math.log(max(value, low) / low) / span
        return _LEFT + (_RIGHT - _LEFT) * min(share, 1.0)

    return scale, _ticks(low, cap, scale), cap


def _ticks(low: float, cap: float, scale: Scale) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(cap)) + 1)
    fine = cap / low < 4
    steps = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9) if fine else (1, 2, 5)
    ticks = [step * 10.0**power for power in powers for step in steps]
    kept: list[float] = []
    for tick in ticks:
        if low < tick < cap and (not kept or scale(tick) - scale(kept[-1]) > 44):
            kept.append(tick)
    return kept


def _axis_lines(scale: Scale, ticks: Sequence[float], top: float, bottom: float) -> list[str]:
    parts = []
    for tick in ticks:
        x = scale(tick)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" stroke="{_RULE}"/>')
        anchor = "end" if x > _RIGHT - 14 else "start" if x < _LEFT + 14 else "middle"
        parts.append(_text(x, bottom + 14, f"{tick:,.0f}", 10, _SOFT, anchor))
    return parts


def _seen_line(
    scale: Scale, seen: float | None, top: float, bottom: float, words: str = WORDS["seen"]
) -> list[str]:
    if not seen:
        return []
    x = scale(seen)
    return [
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top - 12}" y2="{bottom}" stroke="{_OCHRE}" '
        'stroke-dasharray="3 3"/>',
        _text(x + 4, top - 4, words.format(f"{seen:,.0f}"), 10, _OCHRE),
    ]


def _forest_row(
    row: Mapping[str, Any], y: float, scale: Scale, cap: float, refused: str = WORDS["refused"]
) -> list[str]:
    parts = [_text(_LEFT, y + 13, _short(row["label"], 32), 12, _INK)]
    if row["point"] is None:
        parts.append(_text(_RIGHT, y + 13, refused, 12, _OCHRE, "end"))
        return parts
    bound = row["role"] == "lower bound"
    upper = row["upper"] if row["upper"] is not None else math.inf
    far = upper > cap
    numbers = f"{'≥ ' if bound else ''}{row['point']:,.0f}  ({row['lower']:,.0f}–"
    numbers += f"{row['upper']:,.0f})" if row["upper"] is not None else "…)"
    parts.append(_text(_RIGHT, y + 13, numbers, 11, _SOFT, "end"))
    x1, x2, mid, line = scale(row["lower"]), scale(upper), scale(row["point"]), y + 24
    dash = ' stroke-dasharray="2 3"' if bound else ""
    parts.append(
        f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{line}" y2="{line}" stroke="{_BLUE}" '
        f'stroke-width="3"{dash}/>'
    )
    if far:
        points = f"{x2 + 6:.1f},{line} {x2 - 2:.1f},{line - 5} {x2 - 2:.1f},{line + 5}"
        parts.append(f'<polygon points="{points}" fill="{_BLUE}"/>')
    if row["point"] <= cap:
        fill = _GROUND if bound else _BLUE
        parts.append(
            f'<circle cx="{mid:.1f}" cy="{line}" r="5" fill="{fill}" stroke="{_BLUE}" '
            'stroke-width="2"/>'
        )
    return parts


def _curve(density: Mapping[str, Sequence[float]], scale: Scale, colour: str) -> list[str]:
    totals, heights = density["totals"], density["heights"]
    # On a logarithmic axis equal areas need the density of the logarithm.
    curve = [h * t for t, h in zip(totals, heights)]
    top = max(curve) or 1.0
    points = [f"{scale(t):.1f},{150 - 126 * h / top:.1f}" for t, h in zip(totals, curve)]
    line = " ".join(points)
    area = f"{scale(totals[0]):.1f},150 {line} {scale(totals[-1]):.1f},150"
    return [
        f'<polygon points="{area}" fill="{colour}" fill-opacity="0.14"/>',
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6"/>',
    ]


def _short(name: str, most: int = 16) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _text(x: float, y: float, words: str, size: int, colour: str, anchor: str = "start") -> str:
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{place}{_HALO}>'
        f"{escape(words)}</text>"
    )


def _svg(parts: Sequence[str], height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-label={quoteattr(title)} font-family="system-ui, sans-serif">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
