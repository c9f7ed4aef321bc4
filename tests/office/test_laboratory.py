"""Runs, retests, consensus and a search, from a file to the candidates."""

from __future__ import annotations

import pytest

from tests.office import casework
from tests.office.signing_in import account


@pytest.fixture(scope="module")
def world() -> casework.World:
    return casework.build()


def take_in(text: str, kind: str = "samples", leave_out: bool = False) -> int:
    from priam_office.laboratory import actions, intake

    upload = intake.hold(text.encode(), kind, by="person/x")
    shown = intake.preview(upload)
    user = account("laboratory")
    return actions.import_profiles(upload, shown.fingerprint, leave_out=leave_out, by=user)


def searched() -> str:
    from priam.identification.settings import Settings
    from priam_office.laboratory import actions, work

    settings = actions.changed(Settings(), likelihood__frequencies="nist1036-cauc")
    search = actions.request_search(settings, by=account("laboratory"))
    assert work.run_next(lambda *_: None, lambda _: None) == search
    return search


def test_a_search_from_files_to_candidates(store: str, world: casework.World) -> None:
    from priam_office.laboratory.models import Candidate, Search, Work
    from priam_office.laboratory.work import folder_of
    from priam_office.record import projection
    from priam_office.record.acts import from_row
    from priam_office.record.models import Event
    from priam_office.record.state import known

    casework.write(world)
    assert take_in(world.remains) == len(world.sample_of)
    assert take_in(world.references) == len(world.reference_of)
    assert take_in(world.staff, "staff") == 12
    search = Search.objects.get(search=searched())
    assert search.status == "finished", search.reason
    assert int(search.counts["cases"]) == len(world.case_of)
    assert not Work.objects.exists() and not folder_of(search.search).exists()
    state = known().state
    right = 0
    case_of = {tag: case for case, tag in world.case_of.items()}
    for case, proposal in state.proposals.items():
        if proposal.conclusion == "identified":
            assert proposal.missing in world.truth["cases"][case_of[case]]["persons"]
            right += 1
    assert right > 5
    assert set(state.proposals) == set(world.case_of.values())
    assert Candidate.objects.filter(rank=1).count() > 5
    rows = projection.Rows(from_database=False)
    folded = projection.fold((from_row(row) for row in Event.objects.order_by("sequence")), rows)
    assert projection.compare(folded) == []
