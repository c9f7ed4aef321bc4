"""Three founded installations to copy from, and a place for them that costs no disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

__all__ = ["in_memory", "prepared"]


def in_memory() -> Path | None:
    """A folder in memory where there is one: a killed process loses nothing given to the system."""
    shm = Path("/dev/shm")
    return shm if shm.is_dir() else None


def prepared(base: Path) -> tuple[Path, dict[str, Any]]:
    """Outside pytest: load Django, make a migrated database and three installations in ``base``."""
    from priam_office.installation import create

    os.environ["PRIAM_DATA"] = str(base / "settings")
    os.environ["DJANGO_SETTINGS_MODULE"] = "priam_office.settings"
    os.environ.pop("PRIAM_DATABASE_URL", None)
    create(base / "settings", "tests.example/log")
    import django

    django.setup()
    from tests.office import databases
    from tests.office.faults.nodes import found_three

    migrated = base / "migrated.sqlite3"
    databases.point_django_at(f"sqlite:///{migrated}")
    databases.migrate()
    return base / "template", found_three(base / "template", migrated)
