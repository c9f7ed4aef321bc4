"""How often is a proposal wrong? Simulated exchanges, many seeds, Clopper-Pearson intervals.

    python benchmarks/calibrate_identification.py --seeds 10 --remains 600

Per kind of conclusion: how many, how many name a person that the remains are not. For DNA alone:
of all (individual, person) pairs with posterior above 99.95 %, the share that is wrong, with false
fathers and swapped samples in the data and counted apart. Recall: of the individuals whose
family gave samples, how many are proposed as identified, and as identified or probable.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path

from scipy.stats import beta

from priam.identification.run import Outcome, identify
from priam.identification.settings import Settings
from priam.simulation import ExchangePlan, simulate_exchange, write_exchange


def interval(wrong: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of a share."""
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, wrong, total - wrong + 1)) if wrong else 0.0
    high = float(beta.ppf(1 - tail, wrong + 1, total - wrong)) if wrong < total else 1.0
    return low, high


def tally(outcome: Outcome, truth: dict, counts: Counter) -> None:
    """Add one exchange to the counts."""
    spoilt = set(truth["false_fathers"]) | {f for pair in truth["swapped_samples"] for f in pair}
    persons = {c.individual: set(truth["cases"][c.cases[0]]["persons"]) for c in outcome.clusters}
    homes = {c.individual: truth["cases"][c.cases[0]]["family"] for c in outcome.clusters}
    for p in outcome.proposals:
        own = persons[p.individual]
        counts["individuals with a family"] += homes[p.individual] is not None
        counts[p.kind] += 1
        wrong = bool(p.person) and p.person not in own
        if p.kind in ("identified", "probable"):
            counts[f"{p.kind}, wrong"] += wrong
            counts[f"{p.kind}, found"] += not wrong and homes[p.individual] is not None
        if p.kind == "undecidable":
            named = {a.person for a in p.alternatives}
            counts["undecidable, truth not among them"] += not (own & named)
        if homes[p.individual] in spoilt:
            counts[f"spoilt family: {p.kind}"] += 1
        for a in p.alternatives:
            if a.posterior > 0.9995:
                clean = a.family not in spoilt
                kind = "clean family" if clean else "spoilt family"
                counts[f"DNA above 99.95 %, {kind}"] += 1
                counts[f"DNA above 99.95 %, {kind}, wrong"] += a.person not in own


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--remains", type=int, default=600)
    options = parser.parse_args()
    counts: Counter = Counter()
    plan = ExchangePlan(options.remains, 2 * options.remains, int(2.5 * options.remains))
    for seed in range(1, options.seeds + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_exchange(simulate_exchange(plan, seed), folder / "in")
            outcome = identify(folder / "in", folder / "out", Settings())
            tally(outcome, json.loads((folder / "in" / "truth.json").read_text()), counts)
        print(f"seed {seed} done", flush=True)
    print(f"{options.seeds} exchanges: {plan.remains} remains, {plan.families} families")
    for name, value in sorted(counts.items()):
        print(f"  {name:45s}{value:7d}")
    pairs = (
        ("DNA above 99.95 %, clean family", "DNA above 99.95 %, clean family, wrong"),
        ("DNA above 99.95 %, spoilt family", "DNA above 99.95 %, spoilt family, wrong"),
        ("identified", "identified, wrong"),
        ("probable", "probable, wrong"),
    )
    for total, wrong in pairs:
        low, high = interval(counts[wrong], counts[total])
        print(f"{total}: {counts[wrong]} of {counts[total]} wrong, 95 % {low:.2e} to {high:.2e}")
    base = max(counts["individuals with a family"], 1)
    found = counts["identified, found"]
    print(f"recall: identified {found / base:.3f}, identified or probable "
          f"{(found + counts['probable, found']) / base:.3f} of {base}")  # fmt: skip


if __name__ == "__main__":
    main()
