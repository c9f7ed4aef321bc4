"""One thing is one thing."""

from __future__ import annotations

from priam.cli.counted import counted


def test_one_and_many() -> None:
    assert counted(1, "bag") == "1 bag"
    assert counted(0, "bag") == "0 bags"
    assert counted(1248, "bag") == "1,248 bags"
    assert counted(2, "family", "families") == "2 families"
