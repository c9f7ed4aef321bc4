"""The same linkage on Spark: the same pairs, levels and weights."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from priam.names.comparisons import FIELDS
from priam.names.matching import match_lists
from priam.names.reading import NameList, read_list
from priam.names.spark import spark_api, spark_sql
from priam.simulation.lists import ListOptions, make_lists


def test_every_condition_can_be_written_for_spark() -> None:
    for item in FIELDS:
        for text in (item.null, *(level.sql for level in item.levels if level.sql)):
            written = spark_sql(text)
            assert "&&" not in written and "LIST_" not in written.upper()
            assert "SIMILARITY" not in written


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("no Java")
    api = spark_api("local[2]")
    yield api
    api.spark.stop()


def lists(folder: Path) -> list[NameList]:
    made = make_lists(ListOptions(30, 20, 20), np.random.default_rng(3))
    read = []
    for name, rows in (("a", made.a), ("b", made.b)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        read.append(read_list(folder / f"{name}.csv"))
    return read


@pytest.mark.slow
def test_spark_and_duckdb_give_equal_weights(spark: Any, tmp_path: Path) -> None:
    left, right = lists(tmp_path)
    here, there = match_lists(left, right), match_lists(left, right, api=spark)

    def by_pair(match: Any) -> dict[tuple[int, int], list[float]]:
        rows = zip(match.pairs.left, match.pairs.right, strict=True)
        weights = np.column_stack([match.fit.probability, *match.fit.weights.values()])
        return {(int(a), int(b)): list(weights[n]) for n, (a, b) in enumerate(rows)}

    ours, theirs = by_pair(here), by_pair(there)
    assert len(ours) > 20 and ours.keys() == theirs.keys()
    for pair, values in ours.items():
        assert theirs[pair] == pytest.approx(values, abs=1e-9)
