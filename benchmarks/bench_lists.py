"""Lists and searches of a full office: first pages at the 95th percentile, and an import.

    python benchmarks/bench_lists.py [--missing 70000] [--store sqlite|postgres] [--rounds 40]

Targets: first page of every list under 200 ms at the 95th percentile; 20,000 records imported in
under 60 s. The baseline of a page is the same page of an empty office (sign-in, frame, the event
of the read); the baseline of the import is its reading without the write. Wall and CPU time, for
on a busy machine they differ. Persons are made up (:mod:`priam.simulation.lists`).

To add a list: its data in ``FILLERS``, its addresses in ``PAGES``.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from priam import events as ev

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # tests.office: databases, sign-in

IMPORTED = 20_000


def people_csv(count: int, seed: int) -> bytes:
    """A list of missing persons that nobody knows."""
    import numpy as np

    from priam.simulation.lists import COLUMNS, ListOptions, make_lists

    rows = make_lists(ListOptions(common=0, only_a=count, only_b=1), np.random.default_rng(seed)).a
    text = io.StringIO()
    out = csv.DictWriter(text, [*COLUMNS, "sex"])
    out.writeheader()
    out.writerows({**row, "sex": "f" if n % 30 == 0 else "m"} for n, row in enumerate(rows))
    return text.getvalue().encode()


def fill_families(count: int) -> list[tuple[str, float, float]]:
    """Missing persons through the import, timed for ``IMPORTED`` of them."""
    from priam_office.families import actions, importing

    class By:
        actor = "person/benchmark"

    lines = []
    for part, start in enumerate(range(0, count, IMPORTED)):
        data = people_csv(min(IMPORTED, count - start), seed=part)
        begun = time.perf_counter(), time.process_time()
        people = importing.read(data, file="list.csv").people
        read = time.perf_counter() - begun[0], time.process_time() - begun[1]
        actions.import_missing(((facts, "list") for _, facts in people), by=By())
        whole = time.perf_counter() - begun[0], time.process_time() - begun[1]
        lines.append((f"read a list of {len(people):,}", *read))
        lines.append((f"import {len(people):,} missing persons", *whole))
    return lines


def fill_relatives(count: int) -> list[tuple[str, float, float]]:
    """A family for every seventh missing person: four relatives with consents, two of them with
    a reference sample, a wish, and a pedigree over three generations."""
    import random

    from priam.labels.tags import issue
    from priam_office.families.models import MissingPerson
    from priam_office.record.write import Entry, record_all

    people = list(MissingPerson.objects.order_by("place")[: count // 7])
    tags = iter(issue(2 * len(people), random.Random(2).choice))
    entries = []
    for person in people:
        entries += [Entry(act) for act in _family(person.missing, person.facts["names"][0], tags)]
    begun = time.perf_counter(), time.process_time()
    record_all(entries, by="person/benchmark")
    whole = time.perf_counter() - begun[0], time.process_time() - begun[1]
    return [(f"record {len(entries):,} acts of {len(people):,} families", *whole)]


def _family(missing: str, name: dict[str, str], tags: Iterator[str]) -> Iterator[ev.Event]:
    """What the family office writes of one family."""
    from priam import events as ev

    family = ev.new_event_id()
    yield ev.FamilyRegistered(family)
    yield ev.MissingLinked(family, missing)
    relatives = {r: ev.new_event_id() for r in ("mother", "father", "sister", "uncle")}
    for relation, one in relatives.items():
        told = ev.PersonName(name["surname"], relation)
        yield ev.RelativeAdded(one, family, told, relation, missing)
        yield ev.ConsentGiven(one, "identification", "paper")
    yield ev.WishRecorded(family, "each", "uk", "", relatives["mother"])
    yield ev.ContactAuthorised(family, relatives["mother"], "asked")
    for relation in ("sister", "uncle"):
        yield ev.ReferenceSampled(next(tags), relatives[relation])
    members = (
        ev.Member("gf", "male", deceased=True),
        ev.Member("gm", "female", deceased=True),
        ev.Member("f", "male", "gf", "gm", person=relatives["father"]),
        ev.Member("u", "male", "gf", "gm", person=relatives["uncle"]),
        ev.Member("m", "female", person=relatives["mother"]),
        ev.Member("s", "female", "f", "m", person=relatives["sister"]),
        ev.Member("x", "male", "f", "m", missing=missing),
    )
    yield ev.PedigreeSaved(family, members, 1)


def fill_remains(count: int) -> list[tuple[str, float, float]]:
    """Two cases for seven missing persons (or ``BENCH_CASES``), each from its bag and with a
    sample; profiles of all through the laboratory's import; then as many retests as make 200,000
    for 20,000 cases."""
    import random

    from priam import events as ev
    from priam.labels.tags import issue
    from priam_office.record.write import Entry, record_all

    cases = int(os.environ.get("BENCH_CASES", count * 2 // 7))
    tags = iter(issue(3 * cases, random.Random(1).choice))
    samples, acts = [], [ev.PartyDeclared("A", "Party A")]
    for _ in range(cases):
        bag, case, sample = next(tags), next(tags), next(tags)
        acts += [ev.BagRegistered(bag, "A"), ev.BagOpened(bag, "one", (case,))]
        acts.append(ev.SampleTaken(sample, case, "bone"))
        samples.append(sample)
    begun = time.perf_counter(), time.process_time()
    record_all([Entry(act) for act in acts], by="person/benchmark")
    whole = time.perf_counter() - begun[0], time.process_time() - begun[1]
    lines = [(f"record {len(acts):,} acts of {cases:,} cases", *whole)]
    return lines + _import_profiles(samples) + _retests(samples) + _search_found()


def _import_profiles(samples: list[str]) -> list[tuple[str, float, float]]:
    from priam.genetics.kits import kit
    from priam_office.laboratory import intake

    markers = kit("GlobalFiler").autosomal
    rows = ["Sample Name,Marker,Allele 1,Allele 2"]
    for n, sample in enumerate(samples):
        rows += [f"{sample},{m},{10 + (n + k) % 9},{11 + n % 7}" for k, m in enumerate(markers)]
    lines = []
    begun = time.perf_counter(), time.process_time()
    upload = intake.hold("\n".join(rows).encode(), "samples", by="person/benchmark")
    shown = intake.preview(upload)
    spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    lines.append((f"preview a run of {len(samples):,} profiles", *spent))
    begun = time.perf_counter(), time.process_time()
    intake.record_upload(upload, shown.fingerprint, leave_out=False, by="person/benchmark")
    spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    lines.append((f"import {len(samples):,} profiles", *spent))
    return lines


def _retests(samples: list[str]) -> list[tuple[str, float, float]]:
    """Nine more profiles a sample, as rows: lists read no events."""
    import uuid

    from priam_office.laboratory.models import Profile, Run

    run, first = Run.objects.first(), 10_000_000
    made = (
        Profile(
            profile=str(uuid.uuid4()), sample=sample, kind="remains", run=run, markers=21,
            genotypes={"FGA": ["20", "21"]}, flagged=k % 4 == 0, place=first + n * 9 + k,
            at="2026-01-01T00:00:00Z",
        )
        for n, sample in enumerate(samples)
        for k in range(9)
    )  # fmt: skip
    Profile.objects.bulk_create(made, batch_size=500)
    return []


def _search_found() -> list[tuple[str, float, float]]:
    """What one search says of every case: five candidates and a proposal."""
    from priam import events as ev
    from priam_office.cases.models import Case
    from priam_office.families.models import MissingPerson
    from priam_office.record.write import Entry, record_all

    people = list(MissingPerson.objects.exclude(family=None).values_list("missing", "family_id"))
    search, acts = ev.new_event_id(), []
    for n, case in enumerate(Case.objects.order_by("case").values_list("case", flat=True)):
        five = [people[(n * 5 + k) % len(people)] for k in range(5)]
        found = tuple(
            ev.CandidateFound(m, f, 9000 - 1500 * k + n % 97, 21, k)
            for k, (m, f) in enumerate(five)
        )
        other = tuple(
            ev.AlternativePerson(c.missing, c.family, 900_000 // (k + 1), c.log10_lr, 21, k)
            for k, c in enumerate(found)
        )
        acts += [ev.CandidatesNoted(search, case, found), ev.ProposalRecorded(
            search, (case,), ev.PROPOSALS[n % 6] if n % 6 else "probable", 900_000 + n % 99_999,
            8146, ("Posterior 95 %",), (), other, (), five[0][0], found[0].log10_lr)]  # fmt: skip
    begun = time.perf_counter(), time.process_time()
    record_all([Entry(ev.SearchRequested(search, "")), *map(Entry, acts)], by="person/benchmark")
    record_all([Entry(ev.SearchFinished(search, "0" * 64, (), ()))], by="person/benchmark")
    spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    return [(f"record what a search found of {len(acts) // 2:,} cases", *spent)]


FILLERS: list[Callable[[int], list[tuple[str, float, float]]]] = [
    fill_families,
    fill_relatives,
    fill_remains,
]


class Page(NamedTuple):
    """A first page: what it is, its address, who looks, and what is searched for (as a form)."""

    what: str
    address: str
    role: str
    searched: dict[str, str] = {}


def pages() -> list[Page]:
    """Every first page that is timed."""
    from priam_office.families.models import MissingPerson
    from priam_office.families.queries import display_name

    row = MissingPerson.objects.order_by("-place")[:1]
    facts = row[0].facts if row else {"names": [{"surname": "Тестенко"}], "born": {}, "unit": "1"}
    surname = facts["names"][0]["surname"]
    year = facts.get("born", {}).get("since", "1990")[:4] or "1990"
    searches = {
        "all": {},
        "open": {"status": "open"},
        "identified": {"status": "identified"},
        "men": {"sex": "male"},
        "women": {"sex": "female"},
        "year of birth": {"born": year},
        "women of a year": {"born": year, "sex": "female"},
        "region": {"region": facts.get("region", "")},
        "unit": {"unit": facts.get("unit") or "81"},
        "surname": {"q": surname},
        "three letters": {"q": surname[:3]},
        "whole name": {"q": display_name(facts)},
        "nobody": {"q": "Ййййцццц"},
    }
    missing, families = "/en/work/missing/", "/en/work/families/"
    return [
        *(Page(f"missing: {what}", missing, "liaison", asked) for what, asked in searches.items()),
        Page("missing: like while typing", f"{missing}similar/", "liaison", dict(
            zip(("surname", "given"), display_name(facts).split(), strict=False)
        )),
        *_laboratory_and_board(),
        Page("families: all", families, "liaison"),
        Page("families: a name", families, "liaison", {"q": surname}),
        Page("families: nobody authorised", families, "liaison", {"contact": "none"}),
        *_one_family(),
    ]  # fmt: skip


def _one_family() -> list[Page]:
    """Pages of one family, with its pedigree and its samples."""
    from priam_office.families.models import FamilyRow, MissingPerson

    row = FamilyRow.objects.order_by("place").first()
    if row is None:
        return []
    missing = MissingPerson.objects.filter(family=row)[0].missing
    family = f"/en/work/families/{row.family}/"
    return [
        Page("family: its page with the drawing", family, "liaison"),
        Page("family: whom to ask next", f"{family}ask/", "liaison"),
        Page("family: pedigree editor", f"{family}pedigree/", "liaison"),
        Page("missing: one person", f"/en/work/missing/{missing}/", "liaison"),
    ]


def _laboratory_and_board() -> list[Page]:
    from priam_office.board.models import Standing
    from priam_office.laboratory.models import Profile

    lab, board = "/en/work/laboratory/", "/en/work/board/"
    found = [
        Page("laboratory: overview", lab, "laboratory"),
        Page("laboratory: profiles", f"{lab}profiles/", "laboratory"),
        Page("laboratory: flagged", f"{lab}profiles/?look=flagged&kind=remains", "laboratory"),
        Page("laboratory: set aside", f"{lab}profiles/?look=aside", "laboratory"),
        Page("laboratory: candidates", f"{lab}candidates/", "laboratory"),
        Page("laboratory: first candidates", f"{lab}candidates/?first=1&least=7", "laboratory"),
        Page("board: what waits", board, "legal"),
        Page("board: conflicts", f"{board}?what=conflict", "legal"),
    ]
    standing, profile = Standing.objects.first(), Profile.objects.first()
    if standing is not None and profile is not None:
        found += [
            Page("laboratory: a sample of ten runs", f"{lab}of/{profile.sample}/", "laboratory"),
            Page("board: a case (law)", f"{board}case/{standing.case}/", "legal"),
            Page("board: a case (science)", f"{board}case/{standing.case}/", "laboratory"),
        ]
    return found


def timed(rounds: int) -> dict[str, tuple[float, float]]:
    """Of each page, in milliseconds: wall time at the 95th percentile, and its CPU time in this
    process at the median (a database server's own is not in it)."""
    from django.test import Client
    from tests.office.signing_in import account, session_of

    found = {}
    for page in pages():
        client = Client()
        client.cookies["sessionid"] = session_of(account(page.role))
        assert _answer(client, page).status_code == 200, page
        times = [_once(client, page) for _ in range(rounds)]
        wall, cpu = zip(*times, strict=True)
        found[page.what] = quantiles(wall, n=20)[-1], median(cpu)
    return found


def _answer(client: Any, page: Page) -> Any:
    if page.searched:
        return client.post(page.address, page.searched)
    return client.get(page.address)


def _once(client: Any, page: Page) -> tuple[float, float]:
    begun = time.perf_counter(), time.process_time()
    _answer(client, page)
    return 1000 * (time.perf_counter() - begun[0]), 1000 * (time.process_time() - begun[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--missing", type=int, default=70_000)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        _begin(Path(folder), options.store, stack)
        empty = timed(10)
        for filler in FILLERS:
            for what, wall, cpu in filler(options.missing):
                print(f"{what:<44}{wall:8.1f} s wall{cpu:8.1f} s CPU", flush=True)
        print(f"\n{options.store + ', first page':<34}{'p95':>9}{'empty':>9}{'CPU':>9}{'empty':>9}")
        for what, times in timed(options.rounds).items():
            row = zip(times, empty.get(what, (0.0, 0.0)), strict=True)
            cells = "".join(f"{full:6.0f} ms{alone:6.0f} ms" for full, alone in row)
            print(f"{what:<34}{cells}", flush=True)


def _begin(folder: Path, store: str, stack: ExitStack) -> None:
    """A new installation in ``folder`` on this kind of database."""
    from priam_office.installation import create

    os.environ |= {"PRIAM_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "priam_office.settings"}
    create(folder, "benchmark.example/log")
    import django

    django.setup()
    from django.conf import settings
    from tests.office import databases

    settings.ALLOWED_HOSTS.append("testserver")
    if store == "postgres":
        url = os.environ.get("PRIAM_TEST_POSTGRES", databases.POSTGRES)
        url = stack.enter_context(databases.copy_postgres(url))
        databases.point_django_at(url)
        stack.callback(_close)
    databases.migrate()


def _close() -> None:
    from django.db import connection

    connection.close()


if __name__ == "__main__":
    main()
