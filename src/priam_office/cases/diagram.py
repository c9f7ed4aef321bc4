"""A drawing of a skeleton from the front, with what is there filled in: shapes as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from priam_office.cases.models import Element
from priam_office.cases.words import bone_name

__all__ = ["Shape", "figure"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One bone of the drawing: an SVG path, whether it is there (``""``, ``part``, ``whole``,
    ``twice``), and what it is in words."""

    path: str
    there: str
    title: str


def _ellipse(x: float, y: float, rx: float, ry: float) -> str:
    return f"M{x - rx} {y}a{rx} {ry} 0 1 0 {2 * rx} 0a{rx} {ry} 0 1 0 {-2 * rx} 0z"


def _bar(x: float, y: float, dx: float, dy: float, w: float) -> str:
    """A long bone from (x, y) along (dx, dy), thicker at its ends."""
    k = w * 0.45
    return (
        f"M{x - w} {y}q{w} {-w} {2 * w} 0l{dx - w + k} {dy * 0.5}l{w - k} {dy * 0.5}"
        f"q{-w} {w} {-2 * w} 0l{-dx + w - k} {-dy * 0.5}z"
    )


_MIDDLE: dict[str, str] = {
    "skull": _ellipse(100, 26, 17, 21),
    "mandible": "M87 44q13 16 26 0l-2 8q-11 10 -22 0z",
    "cervical": "M96 57h8v14h-8z",
    "thoracic": "M95 73h10v56h-10z",
    "lumbar": "M94 131h12v30h-12z",
    "sacrum": "M91 163h18l-6 20h-6z",
    "sternum": "M96.500 78h7v34l-3.500 6l-3.500 -6z",
}
# of the left side of the body, which is on the right of the drawing; the other is its mirror
_SIDED: dict[str, str] = {
    "clavicle": "M104 76l26 -6l2 4l-27 6z",
    "scapula": "M122 80l16 2l-6 24q-9 -8 -10 -26z",
    "rib": "M107 86q26 4 22 36q-4 12 -22 10l0 -5q13 0 16 -8q2 -24 -16 -27z",
    "humerus": _bar(139, 82, 7, 58, 4),
    "radius": _bar(152, 144, 8, 50, 2.4),
    "ulna": _bar(144, 144, 9, 52, 2.4),
    "hand": "M148 200l14 -2l4 16l-4 18l-12 -2l-4 -16z",
    "hip": "M107 158q24 -4 22 18q-3 14 -15 14q-6 -12 -7 -32z",
    "femur": _bar(121, 190, -4, 86, 5),
    "patella": _ellipse(117, 284, 5, 5.5),
    "tibia": _bar(115, 294, -2, 78, 4),
    "fibula": _bar(124, 296, -3, 74, 2),
    "foot": "M109 376l10 0l7 18q-8 6 -18 2z",
}


def figure(elements: Iterable[Element]) -> list[Shape]:
    """The shapes of the drawing for the elements that are there."""
    found = list(elements)
    shapes = [_shape(path, bone, "middle", found) for bone, path in _MIDDLE.items()]
    for bone, path in _SIDED.items():
        shapes += [_shape(path, bone, side, found) for side in ("left", "right")]
    return shapes


def _shape(path: str, bone: str, side: str, found: list[Element]) -> Shape:
    here = [e for e in found if _fits(e, bone, side)]
    whole = Counter(e.completeness for e in here)["complete"]
    single = bone not in ("cervical", "thoracic", "lumbar", "rib")
    there = "twice" if whole > 1 and single else "whole" if whole else "part" if here else ""
    return Shape(path, there + (" mirror" if side == "right" else ""), bone_name(bone, side))


def _fits(element: Element, bone: str, side: str) -> bool:
    kinds = {bone, "body"} | {"hand": {"hand bone"}, "foot": {"foot bone"}}.get(bone, set())
    if element.bone not in kinds:
        return False
    return side == "middle" or element.bone == "body" or element.side == side
