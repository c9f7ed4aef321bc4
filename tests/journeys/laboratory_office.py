"""A small simulated exchange in a running office, and the files of its laboratory: for journeys.

python -m tests.journeys.laboratory_office FOLDER     (with PRIAM_DATA) writes two files there
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "priam_office.settings")


def main(folder: Path) -> None:
    import django

    django.setup()
    from priam.simulation import ExchangePlan
    from priam_office.record.state import known
    from tests.office import casework

    world = casework.build(ExchangePlan(12, 12, 14), 5)
    if known().state.parties:
        world.entries = [e for e in world.entries if e.type != "party.declared"]
        party = next(iter(known().state.parties))
        world.entries = [_by(entry, party) for entry in world.entries]
    casework.write(world)
    (folder / "remains.csv").write_text(world.remains)
    (folder / "relatives.csv").write_text(world.references)


def _by(entry: object, party: str) -> object:
    import dataclasses

    if getattr(entry, "type", "") != "bag.registered":
        return entry
    return dataclasses.replace(entry, by=party)  # type: ignore[type-var]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
