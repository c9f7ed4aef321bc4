"""Priam's matching beside splink with its default comparisons, on the same invented lists.

python benchmarks/bench_names.py [SIZE]     (SIZE rows a list; 60 % are common)

The peer is splink 5 as its documentation starts a newcomer: name comparisons by Jaro-Winkler,
exact dates, blocking on surname or date, EM in two sessions; once on the names as written, once
after romanising all of them. Its one-to-one links are the mutually best ones at p >= 0.5.
"""

from __future__ import annotations

import csv
import logging
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import DateOfBirthComparison, ExactMatch, JaroWinklerAtThresholds

from priam.names.matching import match_lists
from priam.names.reading import read_list
from priam.names.transliteration import romanise
from priam.simulation.lists import ListOptions, make_lists

Pairs = set[tuple[str, str]]


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rng = np.random.default_rng(2026)
    common = size * 3 // 5
    lists = make_lists(ListOptions(common, size - common, size - common), rng)
    truth = set(lists.truth)
    print(f"{'':34}{'precision':>10}{'recall':>8}{'F1 (95 % interval)':>24}{'seconds':>9}")
    for name, romanised in (("splink defaults, as written", False), ("splink, romanised", True)):
        start = time.perf_counter()
        found = peer(lists.a, lists.b, romanised)
        report(name, found, truth, time.perf_counter() - start)
    start = time.perf_counter()
    ours = priam(lists.a, lists.b)
    seconds = time.perf_counter() - start
    for least in (0.5, 0.9):
        found = {pair for pair, p in ours.items() if p >= least}
        report(f"priam names, p >= {least}", found, truth, seconds)


def report(name: str, found: Pairs, truth: Pairs, seconds: float) -> None:
    low, high = bootstrap(found, truth)
    right = len(found & truth)
    precision, recall = right / max(len(found), 1), right / len(truth)
    interval = f"{f1(right, len(found), len(truth)):.4f} ({low:.4f}-{high:.4f})"
    print(f"{name:34}{precision:10.4f}{recall:8.4f}{interval:>24}{seconds:9.1f}")


def f1(right: float, found: float, true: float) -> float:
    return 2 * right / (found + true)


def bootstrap(found: Pairs, truth: Pairs, draws: int = 400) -> tuple[float, float]:
    """Percentile interval of F1 over resampled pairs."""
    every = sorted(found | truth)
    table = np.array([(pair in found, pair in truth) for pair in every])
    rng = np.random.default_rng(0)
    values = []
    for _ in range(draws):
        chosen = table[rng.integers(len(table), size=len(table))]
        values.append(f1((chosen[:, 0] & chosen[:, 1]).sum(), *chosen.sum(axis=0)))
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def priam(a: list[dict[str, str]], b: list[dict[str, str]]) -> dict[tuple[str, str], float]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("a.csv", "b.csv")]
        for path, rows in zip(paths, (a, b), strict=True):
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        left, right = map(read_list, paths)
    match = match_lists(left, right)
    return {
        (
            left.persons[match.pairs.left[index]].id,
            right.persons[match.pairs.right[index]].id,
        ): float(match.fit.probability[index])
        for index in match.proposed
    }


def peer(a: list[dict[str, str]], b: list[dict[str, str]], romanised: bool) -> Pairs:
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI()
    tables = [
        api.register(table(rows, romanised), dataset_display_name=name)
        for name, rows in (("a", a), ("b", b))
    ]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[
            JaroWinklerAtThresholds("surname", [0.9, 0.7]).configure(
                term_frequency_adjustments=True
            ),
            JaroWinklerAtThresholds("given", [0.9, 0.7]),
            JaroWinklerAtThresholds("patronymic", [0.9, 0.7]),
            DateOfBirthComparison("birth_date", input_is_string=True),
            ExactMatch("place"),
            ExactMatch("tag"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("surname"),
            block_on("birth_date"),
            block_on("given", "patronymic"),
        ],
    )
    linker = Linker(tables, settings, log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("surname", "given", "birth_date")], recall=0.3
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("birth_date"), block_on("surname", "given")):
        training.estimate_parameters_using_expectation_maximisation(rule)
    scored = linker.inference.predict(threshold_match_probability=0.5).as_duckdbpyrelation()
    rows = scored.select("id_l, id_r, match_weight").fetchall()
    best: dict[str, float] = {}
    for left, right, weight in rows:
        best[left] = max(best.get(left, weight), weight)
        best[right] = max(best.get(right, weight), weight)
    return {(x, y) for x, y, weight in rows if weight == best[x] == best[y]}


def table(rows: list[dict[str, str]], romanised: bool) -> pa.Table:
    def text(field: str, value: str) -> str | None:
        named = field in ("surname", "given", "patronymic", "place")
        if romanised and named:
            value = romanise(value, "icao-9303-ru").lower()
        return value or None

    return pa.Table.from_pylist(
        [
            {field: value if field == "id" else text(field, value) for field, value in row.items()}
            | {"birth_date": iso(row["birth_date"])}
            for row in rows
        ]
    )


def iso(text: str) -> str | None:
    """Full dates only: the default comparison knows no partial ones."""
    parts = text.split(".")
    if len(parts) == 3:
        return "-".join(reversed(parts))
    return text if text.count("-") == 2 else None


if __name__ == "__main__":
    main()
