"""Whether a folder already holds the finished run of the same inputs, settings and versions."""

from __future__ import annotations

import tomllib
from pathlib import Path

from priam.errors import UserError
from priam.identification.inputs import frequency_table, run_record
from priam.identification.settings import Settings, settings_toml

__all__ = ["is_finished"]

_OUTPUTS = ("candidates.parquet", "clusters.json", "joint.json", "report.html")


def is_finished(folder: Path, out: Path, settings: Settings, *, pdf: bool) -> bool:
    """True if ``out`` was made to its end from just these inputs, settings and versions.

    The report is written last, so it must not be older than the settings.
    """
    made = out / "settings.toml"
    names = (*_OUTPUTS, "report.pdf") if pdf else _OUTPUTS
    if not made.is_file() or not all((out / name).is_file() for name in names):
        return False
    if any((out / name).stat().st_mtime < made.stat().st_mtime for name in names[3:]):
        return False
    text = made.read_text(encoding="utf-8")
    try:
        name = tomllib.loads(text).get("run", {}).get("frequencies", "")
        table = frequency_table(settings.likelihood.frequencies or name, folder)
    except (UserError, tomllib.TOMLDecodeError):
        return False
    return text == settings_toml(settings, run_record(folder, table, settings))
