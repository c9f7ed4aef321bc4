"""Typing kits: which markers, in which dye, and roughly how long the fragments are.

Marker lists and dyes are those of the manufacturers' user guides. **Fragment lengths are
approximate** (commonly within 15 base pairs of the allelic ladder of one instrument): they serve
the simulation of degraded samples, where long fragments are lost first, and are not fit for
calling alleles. GlobalFiler, NGM SElect and Identifiler Plus are Applied Biosystems kits, PowerPlex
Fusion 6C is Promega's, Investigator 24plex is Qiagen's; the names are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from priam.errors import UserError
from priam.genetics.markers import canonical_marker, marker_of

__all__ = ["KITS", "Kit", "KitMarker", "kit"]


@dataclass(frozen=True, slots=True)
class KitMarker:
    """A marker in a kit: dye, and approximate shortest and longest fragment in base pairs."""

    marker: str
    dye: str
    shortest: int
    longest: int

    @property
    def length(self) -> float:
        """Middle of the range, in base pairs."""
        return (self.shortest + self.longest) / 2.0


@dataclass(frozen=True)
class Kit:
    """A commercial set of markers typed in one reaction."""

    name: str
    maker: str
    entries: tuple[KitMarker, ...]

    @property
    def markers(self) -> tuple[str, ...]:
        """Canonical names, dye by dye, short fragments first."""
        return tuple(entry.marker for entry in self.entries)

    @property
    def autosomal(self) -> tuple[str, ...]:
        """Autosomal markers only."""
        return self.of_system("autosomal")

    def of_system(self, system: str) -> tuple[str, ...]:
        """Markers of one system ("autosomal", "Y", "sex", ...)."""
        return tuple(name for name in self.markers if marker_of(name).system == system)

    def __getitem__(self, marker: str) -> KitMarker:
        name = canonical_marker(marker)
        for entry in self.entries:
            if entry.marker == name:
                return entry
        raise UserError(f"marker {marker!r} is not in the kit {self.name}")

    def __contains__(self, marker: str) -> bool:
        return canonical_marker(marker) in self.markers

    def __len__(self) -> int:
        return len(self.entries)


def _kit(name: str, maker: str, dyes: dict[str, str]) -> Kit:
    """From ``{dye: "marker shortest longest; ..."}``."""
    entries = []
    for dye, text in dyes.items():
        for part in text.split(";"):
            marker, shortest, longest = part.rsplit(maxsplit=2)
            entries.append(KitMarker(canonical_marker(marker), dye, int(shortest), int(longest)))
    return Kit(name, maker, tuple(entries))


KITS: dict[str, Kit] = {
    found.name: found
    for found in (
        _kit(
            "GlobalFiler",
            "Applied Biosystems",
            {
                "6-FAM": "D3S1358 98 149; vWA 157 214; D16S539 227 271; CSF1PO 278 326; "
                "TPOX 334 383",
                "VIC": "Y-M175 81 87; AMEL 98 104; D8S1179 114 173; D21S11 183 247; "
                "D18S51 261 346; DYS391 364 394",
                "NED": "D2S441 76 119; D19S433 118 173; TH01 179 218; FGA 223 384",
                "TAZ": "D22S1045 88 134; D5S818 138 185; D13S317 198 241; D7S820 262 301; "
                "SE33 306 444",
                "SID": "D10S1248 85 136; D1S1656 159 213; D12S391 217 268; D2S1338 281 357",
            },
        ),
        _kit(
            "PowerPlex Fusion 6C",
            "Promega",
            {
                "FL-6C": "AMEL 81 87; D3S1358 103 147; D1S1656 161 208; D2S441 214 250; "
                "D10S1248 256 300; D13S317 305 353; Penta E 371 466",
                "JOE-6C": "D16S539 84 132; D18S51 134 214; D2S1338 224 296; CSF1PO 318 362; "
                "Penta D 377 450",
                "TMR-6C": "TH01 72 115; vWA 127 183; D21S11 203 259; D7S820 269 313; "
                "D5S818 321 369; TPOX 393 441",
                "CXR-6C": "D8S1179 76 124; D12S391 133 185; D19S433 193 245; SE33 270 398; "
                "D22S1045 425 471",
                "TOM-6C": "DYS391 86 130; FGA 143 289; DYS576 300 360; DYS570 375 455",
            },
        ),
        _kit(
            "Investigator 24plex",
            "Qiagen",
            {
                "6-FAM": "AMEL 80 86; TH01 90 132; D3S1358 134 180; vWA 185 245; D21S11 250 320",
                "BTG": "TPOX 70 115; DYS391 130 170; D1S1656 182 235; D12S391 245 300; "
                "SE33 310 435",
                "BTY": "D10S1248 80 130; D22S1045 138 185; D19S433 198 250; D8S1179 262 320; "
                "D2S1338 330 400",
                "BTR2": "D2S441 90 135; D18S51 148 235; FGA 250 400",
                "BTP": "D16S539 80 125; CSF1PO 135 180; D13S317 190 238; D5S818 248 300; "
                "D7S820 310 362",
            },
        ),
        _kit(
            "Identifiler Plus",
            "Applied Biosystems",
            {
                "6-FAM": "D8S1179 123 170; D21S11 185 239; D7S820 255 291; CSF1PO 305 342",
                "VIC": "D3S1358 112 140; TH01 163 202; D13S317 217 245; D16S539 252 292; "
                "D2S1338 307 359",
                "NED": "D19S433 102 135; vWA 155 207; TPOX 222 250; D18S51 262 345",
                "PET": "AMEL 107 113; D5S818 134 172; FGA 215 355",
            },
        ),
        _kit(
            "NGM SElect",
            "Applied Biosystems",
            {
                "6-FAM": "D10S1248 80 125; vWA 155 210; D16S539 228 273; D2S1338 283 350",
                "VIC": "AMEL 98 104; D8S1179 123 176; D21S11 183 245; D18S51 264 349",
                "NED": "D22S1045 80 120; D19S433 126 175; TH01 179 219; FGA 226 380",
                "PET": "D2S441 76 115; D3S1358 119 160; D1S1656 171 222; D12S391 227 282; "
                "SE33 306 443",
            },
        ),
    )
}
"""Kits by name."""


def kit(name: str) -> Kit:
    """A kit by name; case, spaces and hyphens do not matter ("globalfiler", "ngm-select")."""

    def fold(text: str) -> str:
        return "".join(letter for letter in text.casefold() if letter.isalnum())

    for found in KITS.values():
        if fold(found.name) == fold(name):
            return found
    raise UserError(f"kit {name!r} is not known; known kits: {', '.join(KITS)}")
