"""The one place where Priam talks to splink 5 (on DuckDB, or on Spark by :mod:`.spark`).

splink blocks the pairs, finds the level of each comparison and the frequency of names, and
estimates by random sampling how often unrelated pairs reach each level. The rest of Priam sees
only :class:`Candidates`, arrays of levels. Another backend of splink is handed in as ``api``.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from priam.names.comparisons import FIELDS, Field
from priam.names.spark import spark_sql

__all__ = ["Candidates", "Options", "compare", "splink_settings", "with_pairs"]


@dataclass(frozen=True)
class Options:
    """What bounds a run: seed, sampled pairs for u, memory (``"2GB"``) and threads."""

    seed: int = 1
    sampled_pairs: float = 1e6
    memory: str = "2GB"
    threads: int = 2
    least_weight: float = -12.0


@dataclass(frozen=True)
class Candidates:
    """Compared pairs of two lists.

    ``left``, ``right``: rows in the two lists (int64). ``levels[field]``: number of the level
    from best (0), or -1 where a value is missing. ``rarity[field]``: the chance that an unrelated
    row has the value of this pair. ``chance[field]``: how often any two rows of the lists are on
    each level, among pairs with a value, of which about ``sampled[field]`` were looked at.
    ``shared_keys``: how many blocking keys the two rows share, -1 where that was not counted.
    ``women``: whether one row is visibly a woman's and the other not visibly a man's.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    levels: dict[str, NDArray[np.int8]]
    rarity: dict[str, NDArray[np.float64]]
    chance: dict[str, NDArray[np.float64]]
    sizes: tuple[int, int]
    sampled: dict[str, float]
    shared_keys: NDArray[np.int16]
    women: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.left)


def with_pairs(pairs: Candidates, added: list[tuple[int, int]]) -> Candidates:
    """The pairs and further ones that were never compared: nothing is known of their levels."""
    rows = np.array(added, dtype=np.int64).reshape(-1, 2)
    unknown = np.full(len(rows), -1, dtype=np.int8)
    usual = np.ones(len(rows))
    return replace(
        pairs,
        left=np.concatenate([pairs.left, rows[:, 0]]),
        right=np.concatenate([pairs.right, rows[:, 1]]),
        levels={name: np.concatenate([v, unknown]) for name, v in pairs.levels.items()},
        rarity={name: np.concatenate([v, usual]) for name, v in pairs.rarity.items()},
        shared_keys=np.concatenate([pairs.shared_keys, unknown.astype(np.int16)]),
        women=np.concatenate([pairs.women, np.zeros(len(rows), dtype=bool)]),
    )


def splink_settings(
    fields: tuple[Field, ...],
    chance: dict[str, list[float]] | None = None,
    *,
    written: Callable[[str], str] = str,
) -> Any:
    """The splink model with Priam's comparisons and blocking keys.

    ``written`` puts a condition into the dialect of the backend.
    """
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="uid",
        probability_two_random_records_match=1e-4,
        comparisons=[_comparison(one, (chance or {}).get(one.name), written) for one in fields],
        blocking_rules_to_generate_predictions=[block_on("keys", arrays_to_explode=["keys"])],
        retain_intermediate_calculation_columns=True,
    )


def _comparison(item: Field, chance: list[float] | None, written: Callable[[str], str]) -> Any:
    import splink.comparison_library as library

    levels: list[Any] = [
        {"sql_condition": written(item.null), "label_for_charts": "missing", "is_null_level": True}
    ]
    for number, level in enumerate(item.levels):
        entry: dict[str, Any] = {
            "sql_condition": written(level.sql) if level.sql else "ELSE",
            "label_for_charts": level.label,
            # Only a filter: the near veto must not drop a pair that all else speaks for.
            "m_probability": max(level.same, 0.02),
        }
        if chance:
            entry["u_probability"] = chance[number]
        if level.frequency:
            entry["tf_adjustment_column"] = item.frequency
        levels.append(entry)
    return library.CustomComparison(levels, output_column_name=item.name)


def compare(left: pa.Table, right: pa.Table, options: Options, *, api: Any = None) -> Candidates:
    """Block and compare two lists of records; pairs that are plainly unrelated are dropped.

    Fields that one of the lists does not have at all are left out.
    """
    from splink import Linker

    fields = tuple(item for item in FIELDS if _filled(item, left) and _filled(item, right))
    # DuckDB writes what does not fit into memory to disk: names must not stay behind there.
    with _quiet(), tempfile.TemporaryDirectory(prefix="priam-names-") as spill:
        api = api or _duckdb(options, spill)
        written = _dialect(api)
        tables = [
            api.register(left, dataset_display_name="a"),
            api.register(right, dataset_display_name="b"),
        ]
        linker = Linker(tables, splink_settings(fields, written=written), log_level=logging.ERROR)
        linker.training.estimate_u_using_random_sampling(
            max_pairs=options.sampled_pairs,
            seed=options.seed,
            min_count_per_level=None,
            num_chunks=1,
        )
        sample = min(options.sampled_pairs, float(left.num_rows * right.num_rows))
        sampled = {item.name: sample * _known(item, left) * _known(item, right) for item in fields}
        chance = _chances(linker, fields, sampled)
        known = {name: list(values) for name, values in chance.items()}
        settings = splink_settings(fields, known, written=written)
        linker = Linker(tables, settings, log_level=logging.ERROR)
        frame = linker.inference.predict(threshold_match_weight=options.least_weight)
        arrays = _in_order(_arrays(frame, fields, on_spark=written is spark_sql))
    # splink calls either list "l": the display names sort as a < b, so "l" is the first list.
    first, second = (arrays[name].astype(np.int64) for name in ("uid_l", "uid_r"))
    return Candidates(
        left=first,
        right=second,
        levels={f.name: _levels(arrays[f"gamma_{f.name}"], len(f.levels)) for f in fields},
        rarity={f.name: _rarity(arrays, f, (left, right)) for f in fields if f.frequency},
        chance=chance,
        sampled=sampled,
        shared_keys=_shared_keys(left["keys"], right["keys"], first, second, options.seed),
        women=_signs(left["sex"])[first] + _signs(right["sex"])[second] > 0,
        sizes=(left.num_rows, right.num_rows),
    )


def _in_order(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The pairs by their rows: several threads find them in another order each time, and sums and
    samples over them would differ from run to run."""
    order = np.lexsort((arrays["uid_r"], arrays["uid_l"]))
    return {name: values[order] for name, values in arrays.items()}


def _signs(sexes: pa.ChunkedArray) -> NDArray[np.int8]:
    """1 for a woman, -1 for a man, 0 where the row does not show it."""
    signs = {"female": 1, "male": -1, None: 0}
    return np.array([signs[sex] for sex in sexes.to_pylist()], dtype=np.int8)


def _shared_keys(
    left: pa.ChunkedArray,
    right: pa.ChunkedArray,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    seed: int,
) -> NDArray[np.int16]:
    """How many blocking keys the rows of a pair share, for a sample of the pairs; else -1."""
    counts = np.full(len(first), -1, dtype=np.int16)
    chosen = np.random.default_rng(seed).permutation(len(first))[:_KEYS_COUNTED]
    rows = (left.take(first[chosen]).to_pylist(), right.take(second[chosen]).to_pylist())
    counts[chosen] = [len(set(a).intersection(b)) for a, b in zip(*rows, strict=True)]
    return counts


_KEYS_COUNTED = 30_000


def _filled(item: Field, table: pa.Table) -> bool:
    return _known(item, table) > 0


def _known(item: Field, table: pa.Table) -> float:
    """The share of rows that have a value of this field."""
    columns = {
        "birth_date": ("birth_year",),
        "place_unit_death": ("place", "unit", "death_year", "death_place"),
    }.get(item.name, (item.name,))
    return 1.0 - float(min(table[column].null_count for column in columns) / table.num_rows)


def _dialect(api: Any) -> Callable[[str], str]:
    """How conditions are written for this backend."""
    if api.sql_dialect.sql_dialect_str == "spark":
        return spark_sql
    return str


def _duckdb(options: Options, spill: str) -> Any:
    import duckdb
    from splink import DuckDBAPI

    connection = duckdb.connect(":memory:")
    connection.execute("SET temp_directory=?", [spill])
    connection.execute(f"SET memory_limit='{options.memory}'; SET threads={options.threads}")
    return DuckDBAPI(connection)


@contextmanager
def _quiet() -> Iterator[None]:
    """splink prints its progress by logging; the command line says its own."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _chances(
    linker: Any, fields: tuple[Field, ...], sampled: dict[str, float]
) -> dict[str, NDArray[np.float64]]:
    """How often any two rows reach each level: what the sample shows, and what is usual.

    So a level that the sample did not reach has a small chance, not none, and two short lists
    do not teach the program that every second man is called Taras.
    """
    found = {}
    for comparison in linker._settings_obj.comparisons:
        levels = [level for level in comparison.comparison_levels if not level.is_null_level]
        # splink gives a level that the sample did not reach a default u, which would be far off
        found[comparison.output_column_name] = np.array(
            [
                float(level.u_probability) if level._has_estimated_u_values else 0.0
                for level in levels
            ]
        )
    chances = {}
    for item in fields:
        seen, usual = found[item.name], np.array([level.chance for level in item.levels])
        counts = np.where(np.isfinite(seen), seen, 0.0) * sampled[item.name]
        shares = smoothed(counts, sampled[item.name], usual)
        chances[item.name] = shares / shares.sum()
    return chances


def smoothed(
    counts: NDArray[np.float64], pairs: float, usual: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Shares of levels from counts among ``pairs``, with the usual shares as a prior.

    Their sum is near 1. The prior weighs 200 pairs, and half a pair at least where the usual
    share is tiny: a level that was never seen is rare, but nobody knows how rare.
    """
    prior = np.maximum(_USUAL_PAIRS * usual, 0.5)
    shares: NDArray[np.float64] = (counts + prior) / (pairs + prior / usual)
    return shares


_USUAL_PAIRS = 200.0


def _arrays(frame: Any, fields: tuple[Field, ...], *, on_spark: bool) -> dict[str, NDArray[Any]]:
    columns = ["uid_l", "uid_r"]
    for item in fields:
        columns.append(f"gamma_{item.name}")
        if item.frequency:
            columns += [f"tf_{item.frequency}_l", f"tf_{item.frequency}_r"]
    if on_spark:
        table = frame.as_spark_dataframe().select(*columns).toArrow()
        return {name: table[name].to_numpy(zero_copy_only=False) for name in columns}
    relation = frame.as_duckdbpyrelation()
    result: dict[str, NDArray[Any]] = relation.select(*columns).fetchnumpy()
    return {name: np.ma.getdata(values) for name, values in result.items()}


def _levels(gamma: NDArray[Any], count: int) -> NDArray[np.int8]:
    """splink counts from the worst level (0) up; here 0 is the best."""
    numbers = np.where(gamma < 0, -1, count - 1 - gamma)
    return numbers.astype(np.int8)


def _rarity(
    arrays: dict[str, NDArray[Any]], item: Field, tables: tuple[pa.Table, pa.Table]
) -> NDArray[np.float64]:
    """The chance that an unrelated row has the value that a pair agrees in.

    The row itself is not counted, or a name of this pair alone would look like a name of two
    persons. Pitman-Yor process with discount 1/2 (doi:10.1214/aop/1024404422): seen n times
    elsewhere among N rows, a value comes again with (n - 1/2) / (N + strength). Short lists know
    little of frequencies: the strength is such that two first rows agree as often as is usual.
    """
    left, right = arrays[f"tf_{item.frequency}_l"], arrays[f"tf_{item.frequency}_r"]
    larger = np.fmax(left.astype(float), right.astype(float))
    rows = sum(table.num_rows - table[item.frequency].null_count for table in tables)
    seen = np.where(np.isfinite(larger) & (larger > 0), larger * rows, 0.0)
    usual = next(level.chance for level in item.levels if level.frequency)
    strength = 0.5 / usual - 1
    result: NDArray[np.float64] = np.maximum(seen - 1.5, 0.5) / (rows - 1 + strength)
    return result
