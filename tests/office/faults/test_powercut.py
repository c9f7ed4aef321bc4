"""A power cut loses nothing that was acknowledged; a weaker setting would, and is seen to."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from priam_office.database_url import SQLITE_PRAGMAS
from tests.office.faults import powercut


def cuts(url: str, writes: int, seed: int, synchronous: str, pages: int) -> Counter[str]:
    before = Path(url.removeprefix("sqlite:///")).read_bytes()
    taken = powercut.taken_down(powercut.history(writes, random.Random(seed)))
    return powercut.cut_everywhere(
        before, taken, seed=seed, synchronous=synchronous, checkpoint_pages=pages
    )


# 40 pages: the log of the database is carried over again and again; 1,000 is what SQLite does.
@pytest.mark.parametrize("pages", [40, 1000])
def test_nothing_acknowledged_is_lost(sqlite: str, pages: int) -> None:
    counted = cuts(sqlite, 25, 1, SQLITE_PRAGMAS["synchronous"], pages)
    assert counted["lost"] == 0
    assert counted["cuts"] > 400 and counted["not yet acknowledged and kept"] > 20


def test_synchronous_normal_would_lose_events(sqlite: str) -> None:
    counted = cuts(sqlite, 25, 1, "NORMAL", 1000)
    assert counted["lost"] > 100


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 22))
@pytest.mark.parametrize("pages", [40, 1000])
def test_many_power_cuts(sqlite: str, seed: int, pages: int) -> None:
    assert cuts(sqlite, 60, seed, SQLITE_PRAGMAS["synchronous"], pages)["lost"] == 0


def test_the_office_goes_on_after_a_cut(sqlite: str, tmp_path: Path) -> None:
    """What a cut left is opened by the office: the audit is clean, repeated requests are taken."""
    from django.conf import settings

    from priam_office.record.audit import audit
    from priam_office.record.models import Event
    from tests.office import databases

    before = Path(sqlite.removeprefix("sqlite:///")).read_bytes()
    writes = powercut.history(12, random.Random(4))
    taken = powercut.taken_down(writes)
    disk = powercut.played(before, taken, synchronous="FULL", checkpoint_pages=40)
    left = list(powercut.after_cut(before, disk.changes, random.Random(4)))
    signer = settings.INSTALLATION.signer()
    for number, (_, files) in enumerate(left[:: len(left) // 8]):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        databases.point_django_at(f"sqlite:///{folder / 'priam.sqlite3'}")
        assert audit([signer.verifier()], signer.name).findings == ()
        ids = [one.event_id for write in writes for one in write()]
        assert [row.event_id for row in Event.objects.order_by("sequence")] == ids
        assert audit([signer.verifier()], signer.name).findings == ()
