"""kill -9 at any moment loses no acknowledged event."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

# acts: the type of the events that are read back
from tests.office import acts, databases  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]


def killed(url: str, kills: int, seed: int) -> list[str]:
    """Ids acknowledged by writers that were killed."""
    environment = os.environ | {
        "PRIAM_DATABASE_URL": url,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.office.killing", str(kills), str(seed)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    ids: list[str] = json.loads(done.stdout)
    return ids


def check_nothing_lost(acknowledged: list[str]) -> None:
    from django.conf import settings

    from priam_office.record.audit import audit
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.models import Event, Leaf, Salt

    stored = set(Event.objects.values_list("event_id", flat=True))
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= stored
    assert len(stored) == Leaf.objects.count() == Salt.objects.count()
    checkpoint()
    signer = settings.INSTALLATION.signer()
    assert audit([signer.verifier()], signer.name).findings == ()


def whole_imports(ids_of: type) -> None:
    """An import of three is there whole or not at all."""
    texts = [json.loads(row.payload)["body"]["text"] for row in ids_of.objects.all()]
    groups: dict[str, int] = {}
    for text in texts:
        name = text.rsplit(" ", 1)[0]
        groups[name] = groups.get(name, 0) + 1
    for name, count in groups.items():
        assert count == (3 if int(name.split()[-1]) % 3 == 0 else 1)


@pytest.fixture
def in_memory(sqlite_template: Path) -> Iterator[str]:
    """URL of a SQLite file in memory where there is such a place.

    A killed process loses nothing that it gave to the system, so the disk need not be waited
    for; that a commit reaches the disk is held by the check of ``synchronous``.
    """
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None) as folder:
        url = databases.copy_sqlite(sqlite_template, Path(folder))
        databases.point_django_at(url)
        yield url
        connections["default"].close()


def test_sixty_kills_on_sqlite(in_memory: str) -> None:
    from priam_office.record.models import Event

    acknowledged = killed(in_memory, kills=60, seed=1)
    assert len(acknowledged) >= 60
    check_nothing_lost(acknowledged)
    whole_imports(Event)


@pytest.mark.postgres
def test_thirty_kills_on_postgresql(postgres: str) -> None:
    from priam_office.record.models import Event

    connections["default"].close()
    acknowledged = killed(postgres, kills=30, seed=2)
    assert len(acknowledged) >= 30
    check_nothing_lost(acknowledged)
    whole_imports(Event)
