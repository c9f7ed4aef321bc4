"""Lists larger than one machine: the same linkage on Apache Spark, by splink's own backend.

Needs the extra ``priam[spark]`` and Java 17. splink carries the functions for edit distances as a
file for Spark; the conditions of :mod:`priam.names.comparisons` are translated from DuckDB.
"""

from __future__ import annotations

from typing import Any

from priam.errors import UserError

__all__ = ["spark_api", "spark_sql"]


def spark_api(master: str, *, memory: str = "2g") -> Any:
    """A backend of splink on the Spark at ``master``: ``local[2]`` or ``spark://host:7077``.

    ``memory`` is that of the driver, as Spark writes it. Raises
    :class:`priam.errors.UserError` where Spark is not installed or does not start.
    """
    try:
        import splink
        from pyspark.sql import SparkSession
        from splink.internals.spark.jar_location import similarity_jar_location
    except ImportError as error:
        raise UserError("Spark is not installed; pip install 'priam[spark]'") from error
    builder = (
        SparkSession.builder.master(master)
        .appName("priam names")
        .config("spark.jars", similarity_jar_location())
        .config("spark.driver.memory", memory)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        # the comparisons are too long for one compiled method: it would be tried in vain
        .config("spark.sql.codegen.wholeStage", "false")
    )
    if master.startswith("local"):
        builder = builder.config("spark.sql.shuffle.partitions", "8")
    try:
        session = builder.getOrCreate()
    except Exception as error:  # py4j and pyspark raise many kinds
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise UserError(f"no Spark at {master!r} ({reason}); it needs Java 17") from error
    # kept in memory, not in a checkpoint on a disk: these are names
    parts = int(session.conf.get("spark.sql.shuffle.partitions") or 200)
    backend: Any = splink.SparkAPI
    return backend(
        spark_session=session, break_lineage_method="persist", num_partitions_on_repartition=parts
    )


def spark_sql(text: str) -> str:
    """A condition of a comparison, written for DuckDB, as Spark understands it."""
    import sqlglot
    from sqlglot import expressions

    def renamed(node: Any) -> Any:
        if isinstance(node, expressions.ArrayOverlaps):
            return expressions.Anonymous(this="arrays_overlap", expressions=[node.left, node.right])
        if isinstance(node, expressions.JarowinklerSimilarity):
            return expressions.Anonymous(
                this="jaro_winkler", expressions=[node.this, node.expression]
            )
        return node

    return str(sqlglot.parse_one(text, read="duckdb").transform(renamed).sql("spark"))
