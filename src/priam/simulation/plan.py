"""What a simulated exchange is like: every share and size, with its default."""

from __future__ import annotations

from dataclasses import dataclass

from priam.errors import UserError

__all__ = ["MARKERS", "QUALITIES", "ExchangePlan"]

QUALITIES = ("good", "degraded", "poor")

# 23 autosomal STRs of a common six-dye kit and one more: name -> middle of its fragment lengths
MARKERS: dict[str, int] = {
    "D3S1358": 125, "D1S1656": 195, "D2S441": 240, "D10S1248": 285, "D13S317": 330,
    "Penta E": 415, "D16S539": 105, "D18S51": 170, "D2S1338": 260, "CSF1PO": 340,
    "Penta D": 410, "TH01": 90, "vWA": 150, "D21S11": 230, "D7S820": 290, "D5S818": 345,
    "TPOX": 410, "D8S1179": 100, "D12S391": 155, "D19S433": 215, "SE33": 330,
    "D22S1045": 450, "FGA": 340, "D6S1043": 320,
}  # fmt: skip


@dataclass(frozen=True)
class ExchangePlan:
    """Sizes and shares of a simulated exchange; all persons are synthetic.

    remains: cases registered (bags); families: families that gave samples; missing: missing
    persons in all, with or without a family. The shares are probabilities in [0, 1].
    """

    remains: int = 6060
    families: int = 12000
    missing: int = 15000
    frequencies: str = "nist1036-cauc"
    mutation_rate: float = 0.002
    brothers: float = 0.04  # families with two brothers missing
    other_side: float = 0.01  # individuals among the remains who belong to the other party
    several_cases: tuple[float, ...] = (0.86, 0.10, 0.03, 0.01)  # a person in 1, 2, 3, 4 cases
    commingled: float = 0.02  # cases whose sample mixes two persons
    contaminated: float = 0.004  # cases whose profile is that of a member of staff
    quality: tuple[float, float, float] = (0.70, 0.22, 0.08)  # good, degraded, poor
    false_father: float = 0.01  # families in which the typed father is not the father
    swapped: float = 0.004  # families whose samples were exchanged with another family's
    staff: int = 12
    batches: int = 5

    def __post_init__(self) -> None:
        for name in ("remains", "families", "missing"):
            if getattr(self, name) < 1:
                raise UserError(f"--{name} is {getattr(self, name)}; give at least 1")
        if self.missing < self.families:
            raise UserError(
                f"--missing {self.missing} is less than --families {self.families}; every family "
                "misses at least one person, so give as many missing persons as families or more"
            )
        if self.remains > 3 * self.missing:
            raise UserError(
                f"--remains {self.remains} is more than three cases for each of {self.missing} "
                "missing persons; raise --missing"
            )
