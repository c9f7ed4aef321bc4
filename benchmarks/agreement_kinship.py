"""Agreement with the reference programs: group, cases, worst relative difference.

Usage: python benchmarks/agreement_kinship.py [shared]
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

from priam.kinship.cases import likelihood_of_case
from priam.kinship.power_cases import power_of_case
from priam.kinship.ratio_cases import ratios_of_case

DOUBTED = ("peer_suspect", "theta_x_peer_behaviour")


def gap(log_value: float, expected: float) -> float:
    """Relative difference of exp(log_value) and exp(expected)."""
    if log_value == expected:
        return 0.0
    if math.isinf(log_value) or math.isinf(expected):
        return math.inf
    return abs(math.expm1(log_value - expected))


def likelihood_rows(folder: Path) -> list[tuple[str, int, str]]:
    rows = []
    for path in sorted(folder.glob("*.json")):
        cases = json.loads(path.read_text())["cases"]
        worst = 0.0
        for case in cases:
            found = likelihood_of_case(case)
            worst = max(worst, gap(found.total, float(case["loglik"])))
            for got, want in zip(found.per_marker, case.get("loglik_per_marker", ())):
                worst = max(worst, gap(got, float(want)))
        note = "  (not matched: see docs)" if path.stem in DOUBTED else ""
        rows.append((f"likelihood/{path.stem}{note}", len(cases), f"{worst:.1e}"))
    return rows


def ratio_rows(folder: Path) -> list[tuple[str, int, str]]:
    rows = []
    for name in ("kinshipLR", "missingPersonLR"):
        cases = json.loads((folder / f"{name}.json").read_text())["cases"]
        worst = 0.0
        for case in cases:
            (ratio,) = ratios_of_case(case, folder).values()
            for marker, value in zip(ratio.markers, ratio.per_marker):
                want = float(case["LR_per_marker"][marker])
                worst = max(worst, gap(value, math.log(want) if want else -math.inf))
        rows.append((f"kinship_lr/{name}", len(cases), f"{worst:.1e}"))
    return rows


def power_rows(path: Path) -> list[tuple[str, int, str]]:
    cases = json.loads(path.read_text())["cases"]
    exact = [case for case in cases if case["exact"]]
    worst = 0.0
    for case in exact:
        got, want = power_of_case(case, None, None)["EP"], case["EP"]
        worst = max(worst, abs(got - want) / want if want else abs(got))
    simulated = [case for case in cases if not case["exact"]]
    errors = 0.0
    for case in simulated:
        found = power_of_case(case, 4000, 5)
        key = "mean_log10_LR" if "mean_log10_LR" in case else "mean_log10_LR_finite"
        joint = math.hypot(case["mc_se_mean_log10_LR"], found["mc_se_mean_log10_LR"])
        errors = max(errors, abs(found[key] - case[key]) / joint)
    return [
        ("power, exact", len(exact), f"{worst:.1e}"),
        ("power, simulated (mean log10 LR)", len(simulated), f"{errors:.1f} std. errors"),
    ]


def main() -> None:
    default = Path(__file__).resolve().parents[2] / "shared"
    reference = Path(sys.argv[1] if len(sys.argv) > 1 else default) / "reference"
    rows = [
        *likelihood_rows(reference / "likelihood"),
        *ratio_rows(reference / "kinship_lr"),
        *power_rows(reference / "power" / "power.json"),
    ]
    print(f"{'group':<62}{'cases':>6}  worst difference")
    for group, count, worst in rows:
        print(f"{group:<62}{count:>6}  {worst}")


if __name__ == "__main__":
    main()
