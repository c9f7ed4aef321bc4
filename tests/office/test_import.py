"""A large import is one transaction of the same write; the tables follow on both databases."""

from __future__ import annotations

import sys

import pytest

from priam.errors import UserError
from priam.events import ClaimCorrected, ClaimMade, PartyDeclared, SourceRecorded, Subject


def claim(number: int) -> ClaimMade:
    return ClaimMade(
        claim=f"c{number}",
        claimed_on="2025-06-16",
        claimant="an office",
        party="A",
        measure="transferred_to_A",
        value=number,
        qualifier="stated",
        subject=Subject(batch=f"batch {number}"),
        source="s",
    )


def entries(count: int) -> list[object]:
    from priam_office.record.write import Entry

    first = [PartyDeclared("A", "A"), SourceRecorded("s", "a paper", "2025-06-16")]
    return [Entry(event) for event in [*first, *map(claim, range(count))]]


def test_an_import_fills_tree_and_tables(store: str) -> None:
    from django.conf import settings

    from priam_office.agreements.models import Claim
    from priam_office.record.audit import audit
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.rebuild import check, rebuild
    from priam_office.record.write import record, record_all

    record_all(entries(1500), by="a.example")
    record(ClaimCorrected("c1", "c2", "2025-06-17"), by="a.example")
    checkpoint()
    signer = settings.INSTALLATION.signer()
    report = audit([signer.verifier()], signer.name)
    assert report.findings == () and report.log.size == report.log.vouched == 1503
    assert Claim.objects.get(claim="c1").replaced_by == "c2"
    assert check() == []
    Claim.objects.filter(claim="c1").update(status="stands")
    Claim.objects.filter(claim="c7").delete()
    assert [str(d).split(":")[0] for d in rebuild()] == [
        "agreements_claim 'c1'",
        "agreements_claim 'c7'",
    ]
    assert check() == []


def test_one_bad_event_at_the_end_undoes_the_whole_import(store: str) -> None:
    from priam_office.agreements.models import Claim, Source
    from priam_office.record.models import Event
    from priam_office.record.write import Entry, record_all

    with pytest.raises(UserError, match="already recorded"):
        record_all([*entries(300), Entry(claim(5))], by="a.example")
    assert (Event.objects.count(), Claim.objects.count(), Source.objects.count()) == (0, 0, 0)


@pytest.mark.slow
def test_twenty_thousand_events(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints its time; by name: pytest -m slow tests/office/test_import.py -s"""
    import time

    from priam_office.record.models import Event
    from priam_office.record.write import record, record_all

    start = time.perf_counter()
    record_all(entries(20_000), by="a.example")
    imported = time.perf_counter()
    for number in range(20_000, 20_100):
        record(claim(number), by="a.example")
    single = (time.perf_counter() - imported) / 100
    assert Event.objects.count() == 20_102
    kind = store.partition(":")[0]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{kind}: 20,002 events {imported - start:.1f} s, then {1000 * single:.1f} ms each\n"
        )
