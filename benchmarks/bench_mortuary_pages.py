"""First pages of the mortuary's lists at 20,000 cases and 200,000 samples: milliseconds each.

    python -m benchmarks.bench_mortuary_pages [--cases 20000] [--rounds 40]

The tables are filled directly, because what is measured is reading. Beside each page stands the
same page with an empty mortuary.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

PAGES = {
    "board of the day": "",
    "bags to open": "bags/",
    "cases": "cases/",
    "cases to sample": "cases/?stage=sample",
    "cases of one kind": "cases/?kind=commingled&stage=send",
    "cases by the begin of a tag": "cases/?tag=PRM-7",
    "samples": "samples/",
    "samples sent": "samples/?status=sent",
    "one case": "cases/{case}/",
    "places": "places/",
}


def fill(cases: int) -> str:
    """Cases, ten samples each, bags that wait, places; returns one case."""
    from priam.labels.tags import issue
    from priam_office.cases.models import Bag, Case, Label, Place, Sample
    from priam_office.cases.projection import STAGES

    rng = random.Random(3)
    tags = iter(issue(cases * 13 + 200, rng.choice))
    places = [Place(place=next(tags), name=f"Shelf {n}", kind="shelf") for n in range(100)]
    Place.objects.bulk_create(places)
    rows: dict[type[Any], list[Any]] = {Bag: [], Case: [], Sample: [], Label: []}

    def when() -> str:
        return (
            f"2025-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00:00Z"
        )

    for n in range(cases):
        bag, case, waits = next(tags), next(tags), next(tags)
        kind = rng.choice(["one", "several", "commingled"])
        rows[Bag].append(Bag(tag=bag, custodian="A", since=when(), finding=kind))
        rows[Bag].append(Bag(tag=waits, custodian="A", since=when()))
        rows[Case].append(
            Case(case=case, bag=bag, kind=kind, stage=rng.choice(STAGES), since=when(),
                 made_at=when(), made_by="x", last=n, samples=10)
        )  # fmt: skip
        rows[Label].append(Label(tag=case, kind="case", place=rng.choice(places).place))
        for _ in range(10):
            rows[Sample].append(
                Sample(sample=next(tags), case=case, kind="bone", since=when(), taken_at="x",
                       status=rng.choice(["taken", "sent", "received"]), taken_by="x")
            )  # fmt: skip
    for model, made in rows.items():
        model._default_manager.bulk_create(made, batch_size=2000)
    return str(rows[Case][0].case)


def timings(client: Any, case: str, rounds: int) -> dict[str, tuple[float, float]]:
    found = {}
    for name, route in PAGES.items():
        address = "/en/work/mortuary/" + route.format(case=case)
        took = []
        for _ in range(rounds):
            start = time.process_time()
            assert client.get(address).status_code == 200, name
            took.append((time.process_time() - start) * 1000)
        took.sort()
        found[name] = (statistics.median(took), took[int(len(took) * 0.95)])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PRIAM_DATA": folder, "DJANGO_SETTINGS_MODULE": "priam_office.settings"}
        from priam_office.installation import create

        create(Path(folder), "bench.example/log")
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.test import Client

        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        from tests.office import mortuary
        from tests.office.signing_in import account, complete_sign_in

        client, user = Client(), account("mortuary", "examiner")
        client.force_login(user)
        complete_sign_in(client, user)
        _, (first,) = mortuary.opened()
        empty = timings(client, first, asked.rounds)
        case = fill(asked.cases)
        full = timings(client, case, asked.rounds)
    print(f"{'CPU milliseconds, database included':<38} {'empty':>8} {'median':>8} {'95th':>8}")
    for name, (middle, late) in full.items():
        print(f"{name:<38} {empty[name][0]:>8.1f} {middle:>8.1f} {late:>8.1f}")


if __name__ == "__main__":
    main()
