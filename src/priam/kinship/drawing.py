"""Pedigrees as SVG, in the standard symbols.

Square: male; circle: female; diamond: sex unknown. A filled symbol is a person with a profile; a
dashed one with a question mark is the missing person; a slash means deceased; a double line joins
related spouses. Symbols follow Bennett et al., J Genet Couns 2008; 17:424-433, doi
10.1007/s10897-008-9169-9, except that filling means "typed" here (there, "affected").

The picture stands alone, has a title and a description for screen readers, takes the colour of the
text around it (``currentColor``) and holds no script. Labels are the identifiers, which are to be
tags and not names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from xml.sax.saxutils import escape, quoteattr

from priam.errors import UserError
from priam.kinship.layout import Couple, Layout, lay_out
from priam.kinship.pedigree import Pedigree, Sex

__all__ = ["draw", "in_words"]

ACROSS, DOWN, SIZE, MARGIN = 78.0, 116.0, 34.0, 40.0
LABEL = 20.0


def draw(
    pedigree: Pedigree,
    *,
    typed: Iterable[str] = (),
    missing: Iterable[str] = (),
    deceased: Iterable[str] = (),
    labels: Mapping[str, str] | bool = True,
    title: str = "",
    legend: bool = False,
    partners: Iterable[tuple[str, str]] = (),
    words: str = "",
) -> str:
    """An SVG document as text.

    ``labels`` True writes the identifiers, False none, a mapping other texts (an absent person
    then has none). ``partners`` are couples without children, who get a line between them.
    ``words`` replaces the English description for screen readers (and then symbols get their
    label alone as title). Raises :class:`UserError` for marks on persons who are not in the
    pedigree.
    """
    marks = _Marks(pedigree, frozenset(typed), frozenset(missing), frozenset(deceased))
    texts = labels if isinstance(labels, Mapping) else {n: n for n in pedigree.ids if labels}
    layout = lay_out(pedigree, partners)
    picture = _Picture(pedigree, layout, marks, texts, words=words)
    body = [*picture.families(), *picture.symbols()]
    return _document(picture, body, title or pedigree.name or "Pedigree", legend)


def in_words(pedigree: Pedigree, typed: Iterable[str] = (), missing: Iterable[str] = ()) -> str:
    """The pedigree in plain words, as screen readers get it."""
    count = len(pedigree)
    parts = [f"Pedigree of {count} person{'s' if count > 1 else ''}."]
    for person in pedigree.persons:
        sex = person.sex.name.lower() if person.sex != Sex.UNKNOWN else "sex unknown"
        words = f"{person.id}: {sex}"
        if person.father:
            words += f", child of {person.father} and {person.mother}"
        words += ", with a profile" if person.id in set(typed) else ""
        words += ", missing" if person.id in set(missing) else ""
        parts.append(words + ".")
    return " ".join(parts)


@dataclass(frozen=True)
class _Marks:
    pedigree: Pedigree
    typed: frozenset[str]
    missing: frozenset[str]
    deceased: frozenset[str]

    def __post_init__(self) -> None:
        for kind in ("typed", "missing", "deceased"):
            unknown = sorted(getattr(self, kind) - set(self.pedigree.ids))
            if unknown:
                raise UserError(f"{unknown[0]!r} is marked {kind} but is not in the pedigree")


@dataclass
class _Picture:
    pedigree: Pedigree
    layout: Layout
    marks: _Marks
    texts: Mapping[str, str]
    drops: dict[int, int] = field(default_factory=dict)
    bars: dict[Couple, float] = field(default_factory=dict)
    aside: dict[Couple, float] = field(default_factory=dict)
    words: str = ""

    def __post_init__(self) -> None:
        for level in sorted({couple.level for couple in self.layout.couples}):
            self._lay_bars([couple for couple in self.layout.couples if couple.level == level])

    @property
    def across(self) -> float:
        """Distance of neighbours: enough for the longest label."""
        longest = max((len(_short(text)) for text in self.texts.values()), default=0)
        return max(ACROSS, 6.7 * longest + 14.0)

    @property
    def width(self) -> float:
        return 2 * MARGIN + self.across * max(self.layout.x.values()) + SIZE

    @property
    def height(self) -> float:
        return 2 * MARGIN + DOWN * max(self.layout.level.values()) + SIZE + LABEL

    def at(self, person: str, level: int | None = None) -> tuple[float, float]:
        own = self.layout.level[person] if level is None else level
        return (
            MARGIN + SIZE / 2 + self.across * self.layout.place(person, own),
            MARGIN + SIZE / 2 + DOWN * own,
        )

    # -- lines ------------------------------------------------------------------------------

    def families(self) -> list[str]:
        order = sorted(self.layout.couples, key=self._spread)
        return [line for couple in order for line in self._family(couple)]

    def _spread(self, couple: Couple) -> float:
        return abs(
            self.at(couple.father, couple.level)[0] - self.at(couple.mother, couple.level)[0]
        )

    def _family(self, couple: Couple) -> list[str]:
        lines, (x, y) = self._marriage(couple)
        for spouse in (couple.father, couple.mother):
            lines += self._passing(spouse, couple.level)
        if not couple.children:
            return lines
        ends = [self.at(child, couple.level + 1)[0] for child in couple.children]
        bar = self.bars[couple]
        if len(ends) == 1 and abs(ends[0] - x) < 0.5:
            lines.append(_line(x, y, x, self._top(couple.children[0])))
            return lines + self._stems(couple, None)
        lines.append(_line(x, y, x, bar))
        lines.append(_line(min([x, *ends]), bar, max([x, *ends]), bar))
        return lines + self._stems(couple, bar)

    def _stems(self, couple: Couple, bar: float | None) -> list[str]:
        """From the bar down to each child, through the places that its line keeps."""
        lines: list[str] = []
        if bar is None:
            return lines
        for child in couple.children:
            passed = range(couple.level + 1, self.layout.level[child])
            points = [self.at(child, level) for level in passed]
            points.append((self.at(child)[0], self._top(child)))
            x, y = points[0][0], bar
            for x2, y2 in points:
                lines.append(_line(x, y, x2, y2))
                x, y = x2, y2
        return lines

    def _top(self, child: str) -> float:
        return self.at(child)[1] - SIZE / 2

    def _passing(self, spouse: str, level: int) -> list[str]:
        """Down from a spouse of an upper generation to where the couple is joined."""
        lines = []
        x, y = self.at(spouse)[0], self.at(spouse)[1] + SIZE / 2
        for lower in range(self.layout.level[spouse] + 1, level + 1):
            x2, y2 = self.at(spouse, lower)
            lines.append(_line(x, y, x2, y2))
            x, y = x2, y2
        return lines

    def _marriage(self, couple: Couple) -> tuple[list[str], tuple[float, float]]:
        """The line between the spouses, and the point from which their children hang."""
        ends = []
        for spouse in (couple.father, couple.mother):
            x, y = self.at(spouse, couple.level)
            ends.append((x, y, SIZE / 2 if self.layout.level[spouse] == couple.level else 0.0))
        (x1, y, half1), (x2, _, half2) = sorted(ends)
        related = self.pedigree.kinship(couple.father, couple.mother) > 0.0
        if self.layout.adjacent(couple):
            left, right = x1 + half1, x2 - half2
            rows = (y - 2.5, y + 2.5) if related else (y,)
            lines = [_line(left, row, right, row) for row in rows]
            return lines, (self._hang(couple), max(rows))
        below = y + SIZE / 2 + 6.0 + 6.0 * self._drop(couple.level)
        rows = (below, below + 5.0) if related else (below,)
        lines = [_line(x1, row, x2, row) for row in rows]
        lines += [_line(x, y + half, x, below) for x, half in ((x1, half1), (x2, half2))]
        return lines, (self._hang(couple), max(rows))

    def _drop(self, level: int) -> int:
        self.drops[level] = self.drops.get(level, -1) + 1
        return self.drops[level]

    def _free(self, level: int, left: float, right: float) -> float:
        """A place between the spouses that no symbol above hides: the last gap."""
        xs = sorted(self.at(node.person, level)[0] for node in self.layout.rows[level])
        inside = [x for x in xs if left - 1 <= x <= right + 1]
        return (inside[-2] + inside[-1]) / 2 if len(inside) > 1 else (left + right) / 2

    def _hang(self, couple: Couple) -> float:
        """From where the children hang: between the spouses, or in the last gap between them."""
        x1, x2 = sorted(self.at(p, couple.level)[0] for p in (couple.father, couple.mother))
        if self.layout.adjacent(couple):
            return (x1 + x2) / 2 + self.aside.get(couple, 0.0)
        return self._free(couple.level, x1, x2)

    def _lay_bars(self, couples: list[Couple]) -> None:
        """Heights of the sibling bars of a generation.

        Bars that share a stretch get different heights. Which is above is tried out where there
        are few, so that no line down from a couple lies upon a line down to another's child.
        """
        orders = permutations(couples) if len(couples) <= 5 else [tuple(couples)]
        found = [self._stack(order) for order in orders]
        rows = min(found, key=lambda one: (len(self._upon(one)), max(one.values())))
        self.aside |= dict.fromkeys(self._upon(rows), SIZE * 0.35)
        top = MARGIN + DOWN * (couples[0].level + 1) - SIZE * 0.2
        self.bars |= {couple: top - 9.0 * row for couple, row in rows.items()}

    def _stack(self, couples: tuple[Couple, ...]) -> dict[Couple, int]:
        rows: dict[Couple, int] = {}
        spans = {couple: self._span(couple) for couple in couples}
        for couple in couples:
            left, right = spans[couple]
            taken = {
                row
                for other, row in rows.items()
                if left < spans[other][1] + 4 and spans[other][0] - 4 < right
            }
            rows[couple] = next(row for row in range(len(couples)) if row not in taken)
        return rows

    def _span(self, couple: Couple) -> tuple[float, float]:
        xs = [self._hang(couple), *(self.at(c, couple.level + 1)[0] for c in couple.children)]
        return min(xs), max(xs)

    def _upon(self, rows: dict[Couple, int]) -> list[Couple]:
        """Couples whose line down lies upon a line down to another couple's child."""
        return [
            one
            for one in rows
            if any(
                rows[one] < rows[other]
                and abs(self._hang(one) - self.at(c, other.level + 1)[0]) < 4
                for other in rows
                for c in other.children
            )
        ]

    # -- persons ------------------------------------------------------------------------------

    def symbols(self) -> list[str]:
        return [self._symbol(person.id) for person in self.pedigree.persons]

    def _symbol(self, name: str) -> str:
        x, y = self.at(name)
        half, level = SIZE / 2, self.layout.level[name]
        classes = [word for word in ("typed", "missing") if name in getattr(self.marks, word)]
        shape = _shape(self.pedigree[name].sex, x, y, half, _look(*classes))
        parts = [f"<g><title>{escape(self._words(name))}</title>{shape}"]
        if name in self.marks.missing:
            parts.append(_text(x, y + 6, "?", "mark"))
        if name in self.marks.deceased:
            parts.append(_line(x - half - 6, y + half + 6, x + half + 6, y - half - 6))
        if self.texts.get(name):
            passing = any(name in pair and lower > level for pair, lower in self._levels())
            where, kind = (x + 6, "aside") if passing else (x, "label")
            parts.append(_text(where, y + half + LABEL, _short(self.texts[name]), kind))
        return "".join([*parts, "</g>"])

    def _levels(self) -> list[tuple[tuple[str, str], int]]:
        """Spouses, and the generation in which they are joined."""
        return [((c.father, c.mother), c.level) for c in self.layout.couples]

    def _words(self, name: str) -> str:
        if self.words:
            return self.texts.get(name, "")
        sex = self.pedigree[name].sex
        words = [self.texts.get(name, ""), sex.name.lower() if sex else "sex unknown"]
        words += [word for word in ("missing", "deceased") if name in getattr(self.marks, word)]
        words += ["with a profile"] if name in self.marks.typed else []
        return ", ".join(word for word in words if word)


def _short(text: str, most: int = 13) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str) -> str:
    look = _TEXTS[kind]
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" {look}>{escape(text)}</text>'


# Attributes, not a style sheet: pages with a strict content security policy allow no <style>, and
# rules of the page (.person, .typed, .missing, .label) win over attributes where they are wanted.
# Everything is currentColor or transparent, so that the picture fits light and dark pages.
_FONT = 'fill="none" font-family="system-ui, Noto Sans, sans-serif" text-anchor="middle"'
_TEXTS = {
    "label": 'font-size="12" fill="currentColor" stroke="none"',
    "aside": 'font-size="12" fill="currentColor" stroke="none" text-anchor="start"',
    "mark": 'font-size="17" font-weight="600" fill="currentColor" stroke="none"',
}


def _look(*words: str) -> str:
    """Class and colours of a symbol."""
    fill = ' fill="currentColor" fill-opacity="0.4"' if "typed" in words else ""
    dashes = ' stroke-width="2.4" stroke-dasharray="5 3"' if "missing" in words else ""
    return f' class="{" ".join(["person", *words])}"{fill}{dashes}'


def _shape(sex: Sex, x: float, y: float, half: float, style: str) -> str:
    if sex == Sex.MALE:
        size = 2 * half
        return (
            f'<rect{style} x="{x - half:.1f}" y="{y - half:.1f}" width="{size}" height="{size}"/>'
        )
    if sex == Sex.FEMALE:
        return f'<circle{style} cx="{x:.1f}" cy="{y:.1f}" r="{half}"/>'
    points = f"{x:.1f},{y - half:.1f} {x + half:.1f},{y:.1f} {x:.1f},{y + half:.1f}"
    return f'<polygon{style} points="{points} {x - half:.1f},{y:.1f}"/>'


def _document(picture: _Picture, body: list[str], title: str, legend: bool) -> str:
    width, height = picture.width, picture.height
    if legend:
        body = [*body, *_legend(height)]
        width, height = max(width, 440.0), height + 44.0
    marks = picture.marks
    described = picture.words or in_words(picture.pedigree, marks.typed, marks.missing)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(title)} '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
    )
    return "\n".join(
        [
            head,
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(described)}</desc>",
            f'<g stroke="currentColor" stroke-width="1.6" {_FONT}>',
            *body,
            "</g>",
            "</svg>",
            "",
        ]
    )


def _legend(top: float) -> list[str]:
    """What shading, dashes and the shapes mean."""
    y = top + 12
    return [
        _shape(Sex.UNKNOWN, 30, y, 9, _look("typed")),
        _text(90, y + 4, "has a profile", "label"),
        _shape(Sex.UNKNOWN, 165, y, 9, _look("missing")),
        _text(206, y + 4, "missing", "label"),
        _shape(Sex.MALE, 262, y, 9, _look()),
        _text(293, y + 4, "male", "label"),
        _shape(Sex.FEMALE, 342, y, 9, _look()),
        _text(381, y + 4, "female", "label"),
    ]
