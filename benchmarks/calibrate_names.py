"""Are the probabilities of `priam names match` true? Pairs, mean and truth by tenth.

python benchmarks/calibrate_names.py [SIZE] [SEEDS]    (SIZE rows a list; 60 % are common)

Five generators: the package's own, a second one, a third and harder one and a fourth (an aid
organisation's spreadsheet) and a fifth (statements of relatives against a list of bodies), all in
tests/priam/names. Each showed what was wrong with an earlier model; none is held out any more.
"""

from __future__ import annotations

import csv
import itertools
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.priam.names.fifth_hand import fifth_lists
from tests.priam.names.fourth_hand import fourth_lists
from tests.priam.names.second_hand import second_lists
from tests.priam.names.third_hand import third_lists

from priam.names.matching import Match, match_lists
from priam.names.reading import read_list
from priam.simulation.lists import ListOptions, make_lists

Rows = list[dict[str, str]]
Made = tuple[Rows, Rows, set[tuple[str, str]]]
EDGES = (0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001)


def first_lists(common: int, alone: int, seed: int) -> Made:
    """The package's own generator."""
    made = make_lists(ListOptions(common, alone, alone), np.random.default_rng(seed))
    return made.a, made.b, set(made.truth)


def matched(made: Made) -> tuple[Match, np.ndarray]:
    """The match of two lists, and which of its pairs are true."""
    with tempfile.TemporaryDirectory() as folder:
        lists = []
        for name, rows in zip("ab", made[:2], strict=True):
            path = Path(folder) / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            lists.append(read_list(path))
    match = match_lists(*lists)
    ids = [[person.id for person in names.persons] for names in lists]
    pairs = zip(match.pairs.left, match.pairs.right, strict=True)
    return match, np.array([(ids[0][a], ids[1][b]) in made[2] for a, b in pairs])


def tenths(probability: np.ndarray, truth: np.ndarray) -> Iterator[tuple[float, int, float, float]]:
    """Lower edge, pairs, mean probability, share of true pairs."""
    for low, high in itertools.pairwise(EDGES):
        here = (probability >= low) & (probability < high)
        if here.any():
            yield low, int(here.sum()), float(probability[here].mean()), float(truth[here].mean())


def report(name: str, make: Callable[[int, int, int], Made], size: int, seeds: int) -> None:
    """One generator: quality of each seed, and the tenths of all seeds together."""
    probabilities, truths = [], []
    for seed in range(1, seeds + 1):
        common = size * 3 // 5
        match, truth = matched(make(common, size - common, seed))
        probability = match.fit.probability
        proposed, strong = truth[match.proposed], probability[match.proposed] >= 0.9
        f1 = 2 * proposed.sum() / (len(proposed) + common)
        print(
            f"{name}, seed {seed}: F1 {f1:.4f} at p >= 0.5, precision "
            f"{proposed[strong].mean():.4f} at p >= 0.9, pairs kept {truth.sum() / common:.4f}"
        )
        probabilities.append(probability)
        truths.append(truth)
    print("from | pairs | mean probability | truly one person")
    for low, count, mean, true in tenths(np.concatenate(probabilities), np.concatenate(truths)):
        print(f"{low:.2f} | {count} | {mean:.3f} | {true:.3f}")


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    generators = {
        "first": first_lists,
        "second": second_lists,
        "third": third_lists,
        "fourth": fourth_lists,
        "fifth": fifth_lists,
    }
    for name, make in generators.items():
        report(name, make, size, seeds)


if __name__ == "__main__":
    main()
