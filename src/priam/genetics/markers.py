"""Markers: one name for each, and the system it belongs to.

Laboratories, kits and programs spell markers differently. :func:`canonical_marker` folds case,
spaces, hyphens and underscores and knows the usual variants (THO1, TP0X, Penta_D, Amelogenin).
A marker that is not known here keeps its own spelling: unknown is not an error, because users
bring their own panels; it is an error only where a table lacks it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = ["MARKERS", "Marker", "System", "canonical_marker", "marker_of", "same_marker"]

System = Literal["autosomal", "X", "Y", "sex", "mitochondrial"]


@dataclass(frozen=True, slots=True)
class Marker:
    """A locus.

    ``system`` says how it is inherited; "sex" is a sex-typing locus such as amelogenin, which
    carries no kinship information of its own.
    """

    name: str
    system: System = "autosomal"
    aliases: tuple[str, ...] = ()


_AUTOSOMAL = """
CSF1PO D10S1248 D12S391 D13S317 D16S539 D18S51 D19S433 D1S1656 D21S11 D22S1045 D2S1338 D2S441
D3S1358 D5S818 D6S1043 D7S820 D8S1179 F13A01 F13B FESFPS FGA LPL SE33 TH01 TPOX vWA D10S1435
D10S2325 D11S2368 D11S554 D13S325 D14S1434 D15S659 D17S1301 D17S906 D18S1364 D19S253 D20S482
D21S2055 D22GATA198B05 D2S1360 D3S1744 D3S3045 D4S2366 D5S2500 D5S2800 D6S474 D6S477 D7S1517
D7S3048 D8S1132 D9S1122 APOAI1 D1S1677 D20S1082 D4S2408 D3S4529 D9S1120 D12ATA63 D2S1776 D2S1371
D11S4463 D3S3053 D1GATA113 D1S1627 D17S974 D4S2364
"""
_Y = """
DYS19 DYS385 DYS389I DYS389II DYS390 DYS391 DYS392 DYS393 DYS437 DYS438 DYS439 DYS448 DYS449
DYS456 DYS458 DYS460 DYS481 DYS518 DYS533 DYS549 DYS570 DYS576 DYS627 DYS635 DYS643 DYF387S1
Y-GATA-H4 Y-M175
"""
_X = """
DXS7132 DXS7423 DXS8378 DXS10074 DXS10079 DXS10101 DXS10103 DXS10134 DXS10135 DXS10146 DXS10148
HPRTB DXS6789 DXS6809 DXS7133 DXS9902 DXS10075
"""
_ALIASES: dict[str, tuple[str, ...]] = {
    "TH01": ("THO1", "HUMTH01", "TC11", "HUMTHO1"),
    "TPOX": ("TP0X", "HUMTPOX"),
    "vWA": ("VWA31", "HUMVWA", "HUMVWFA31", "VWF", "VWA31A"),
    "FGA": ("FIBRA", "HUMFIBRA", "HUMFGA"),
    "CSF1PO": ("CSF", "CSF1P0", "CSFIPO", "HUMCSF1PO"),
    "SE33": ("ACTBP2",),
    "FESFPS": ("FES/FPS", "FES"),
    "F13A01": ("F13A1", "F13AO1"),
    "Y-GATA-H4": ("GATAH4", "GATAH4.1"),
    "Y-M175": ("Y indel", "Yindel", "rs2032678"),
    "DYS385": ("DYS385a/b", "DYS385ab"),
    "DYS389I": ("DYS389.1",),
    "DYS389II": ("DYS389.2",),
    "DYF387S1": ("DYF387S1a/b",),
    "HPRTB": ("HUMHPRTB", "HPRT"),
    "D10S1248": (),
}


def _catalogue() -> dict[str, Marker]:
    found = {name: Marker(name, "autosomal", _ALIASES.get(name, ())) for name in _AUTOSOMAL.split()}
    found |= {f"Penta {letter}": Marker(f"Penta {letter}") for letter in "BCDE"}
    found |= {name: Marker(name, "Y", _ALIASES.get(name, ())) for name in _Y.split()}
    found |= {name: Marker(name, "X", _ALIASES.get(name, ())) for name in _X.split()}
    found["AMEL"] = Marker("AMEL", "sex", ("Amelogenin", "AMELX", "AMELXY", "AM", "AMELO", "AMX"))
    return found


MARKERS: dict[str, Marker] = _catalogue()
"""Known markers by canonical name."""


def _fold(name: str) -> str:
    return re.sub(r"[\s_\-./]+", "", name).upper()


_BY_FOLD = {
    _fold(spelling): marker
    for marker in MARKERS.values()
    for spelling in (marker.name, *marker.aliases)
}


@lru_cache(maxsize=4096)
def marker_of(name: str) -> Marker:
    """The marker called ``name`` in any known spelling.

    An unknown name gives an autosomal marker of that very name, unless it has the form of a
    Y-chromosomal (DYS...) or X-chromosomal (DXS...) locus.
    """
    known = _BY_FOLD.get(_fold(name))
    if known is not None:
        return known
    head = _fold(name)[:3]
    system: System = {"DYS": "Y", "DYF": "Y", "DXS": "X"}.get(head, "autosomal")  # type: ignore[assignment]
    return Marker(name.strip(), system)


def canonical_marker(name: str) -> str:
    """Canonical name of a marker: ``canonical_marker("tho1") == "TH01"``."""
    return marker_of(name).name


def same_marker(one: str, other: str) -> bool:
    """Whether two spellings name one marker."""
    return canonical_marker(one) == canonical_marker(other)
