"""Installations in processes of their own, on databases that are copied and not migrated anew."""

from __future__ import annotations

from pathlib import Path

from priam_office.handovers.processes import Office
from tests.office import databases

__all__ = ["installation", "three_that_trust"]


def installation(folder: Path, template: Path, party: str, role: str = "party") -> Office:
    """The installation of ``party`` in ``folder``; ``template`` is a migrated SQLite file."""
    folder.mkdir(parents=True)
    databases.copy_sqlite(template, folder)
    return Office(folder, party, role)


def three_that_trust(folder: Path, template: Path) -> dict[str, Office]:
    """A, B and the observer C, who hold each other's cards."""
    offices = {
        party: installation(
            folder / party, template, party, "observer" if party == "C" else "party"
        )
        for party in "ABC"
    }
    for office in offices.values():
        office.do("size")
    for office in offices.values():
        for other in offices.values():
            office.do("trust", other.folder / "party-card")
    return offices
