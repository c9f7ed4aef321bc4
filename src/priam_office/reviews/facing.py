"""A pair as the page shows it: two rows field by field, and what speaks for and against."""

from __future__ import annotations

from dataclasses import dataclass

from priam_office.reviews import words
from priam_office.reviews.models import Pair

__all__ = ["Cell", "Reason", "facing", "reasons"]

#: Field as written -> compared fields that judge it.
_JUDGES = {"name": ("surname", "given", "patronymic"), "birth": ("birth_date",), "tag": ("tag",)}
_UNKNOWN = "not known in one of the lists"
_HALF, _MOST = 80, 400  # width of half the bar; the weight (hundredths) that fills it


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of both rows; ``state`` is same, near, apart or empty (nothing to say)."""

    field: str
    a: str
    b: str
    state: str


@dataclass(frozen=True, slots=True)
class Reason:
    """How two fields compare, with a bar that goes right (one person) or left (two)."""

    field: str
    level: str
    hundredths: int
    odds: str
    side: str
    bar_from: int
    bar_width: int

    @property
    def points(self) -> str:
        """The weight as log10, with its sign."""
        sign = "+" if self.hundredths > 0 else "\u2212" if self.hundredths < 0 else ""
        return f"{sign}{abs(self.hundredths) / 100:.2f}"


def facing(pair: Pair) -> list[Cell]:
    """Both rows, field by field."""
    levels = {one["field"]: one["level"] for one in pair.shown["weights"]}
    return [
        Cell(words.field(c["field"]), c["a"], c["b"], _state(c, levels))
        for c in pair.shown["cells"]
    ]


def _state(cell: dict[str, str], levels: dict[str, str]) -> str:
    if not cell["a"] or not cell["b"]:
        return ""
    if cell["a"] == cell["b"]:
        return "same"
    said = [levels.get(judge, _UNKNOWN) for judge in _JUDGES.get(cell["field"], ())]
    known = [level for level in said if level != _UNKNOWN]
    if any(level in ("different", "initials differ") for level in known):
        return "apart"
    return "same" if known and all(level == "same" for level in known) else "near"


def reasons(pair: Pair) -> list[Reason]:
    """What speaks for and against, the heaviest first; what is not known comes last."""
    found = [_reason(one) for one in pair.shown["weights"]]
    return sorted(found, key=lambda reason: -abs(reason.hundredths))


def _reason(one: dict[str, object]) -> Reason:
    hundredths = int(str(one["hundredths"]))
    width = min(abs(hundredths), _MOST) * _HALF // _MOST
    return Reason(
        field=words.field(str(one["field"])),
        level=words.level(str(one["level"])),
        hundredths=hundredths,
        odds="" if one["level"] == _UNKNOWN else words.odds(hundredths),
        side=words.side(hundredths),
        bar_from=_HALF if hundredths >= 0 else _HALF - width,
        bar_width=width,
    )
