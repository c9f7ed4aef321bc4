"""Decisions of two people, what stops them, and what each role sees of a case."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from priam import events as ev
from priam.casework.sections import canonical_fields
from priam.errors import UserError
from tests.office import casework, databases
from tests.office.signing_in import account
from tests.office.test_laboratory import searched, take_in

PHRASE = "a phrase of my own"


@pytest.fixture(scope="module")
def searched_once(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, casework.World]]:
    """A database in which a search was brought to its end; tests work on copies."""
    folder = tmp_path_factory.mktemp("searched")
    databases.point_django_at(databases.copy_sqlite(sqlite_template, folder))
    world = casework.build()
    fill(world)
    from django.db import connection

    connection.close()
    yield folder / "priam.sqlite3", world


def fill(world: casework.World) -> None:
    casework.write(world)
    take_in(world.remains)
    take_in(world.references)
    searched()


@pytest.fixture
def world(searched_once: tuple[Path, casework.World], tmp_path: Path) -> casework.World:
    path, world = searched_once
    shutil.copy(path, tmp_path / "priam.sqlite3")
    databases.point_django_at(f"sqlite:///{tmp_path / 'priam.sqlite3'}")
    return world


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    from priam_office.people import signing

    monkeypatch.setattr(signing, "SCRYPT_N", 2**10)


def signer(*roles: str) -> Any:
    from priam_office.people.signing import make_key

    user = account(*roles)
    make_key(user, PHRASE)
    return user


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def identified(number: int = 0) -> Any:
    """A case that the search proposes to identify."""
    from priam_office.board.models import Standing

    rows = Standing.objects.filter(conclusion="identified", waits="decision")
    return rows.order_by("-posterior", "case")[number]


def proposed(row: Any, by: Any, **values: Any) -> Any:
    from priam_office.board import actions
    from priam_office.board.models import Decision

    told: dict[str, Any] = {"missing": row.missing, "search": row.search} | values
    name = actions.propose(row.cases.split(), "identified", "DNA of a parent.", by=by, **told)
    return Decision.objects.get(pk=name)


def signed(row: Any, scientist: Any, lawyer: Any) -> Any:
    from priam_office.board import actions

    decision = proposed(row, scientist)
    actions.sign(decision, "science", PHRASE, by=scientist)
    actions.sign(decision, "law", PHRASE, by=lawyer)
    decision.refresh_from_db()
    return decision


def state() -> ev.State:
    from priam_office.record.state import known

    return known().state


# -- the way to a decision ----------------------------------------------------------------------


def the_way_through_pages() -> None:
    row = identified()
    examiner, scientist, lawyer = account("examiner"), signer("laboratory"), signer("legal")
    at = "/en/work/board/"
    pages = client_of(examiner)
    assert row.case in pages.get(at).content.decode()
    told = {"cases": row.cases.split(), "conclusion": "identified", "missing": row.missing,
            "words": "DNA of both parents."}  # fmt: skip
    answer = pages.post(f"{at}case/{row.case}/propose/", told)
    assert answer.status_code == 302, answer.content.decode()
    decision = answer["Location"]
    lab, law = client_of(scientist), client_of(lawyer)
    refused = lab.post(decision + "sign/", {"capacity": "science", "passphrase": "wrong phrase 1"})
    assert refused.status_code == 422 and "not the passphrase" in refused.content.decode()
    wrong = lab.post(decision + "sign/", {"capacity": "law", "passphrase": PHRASE})
    assert wrong.status_code == 422  # a geneticist does not sign for law
    assert (
        lab.post(decision + "sign/", {"capacity": "science", "passphrase": PHRASE}).status_code
        == 302
    )
    assert state().may_release(row.case)[0].kind == "no decision"
    assert (
        law.post(decision + "sign/", {"capacity": "law", "passphrase": PHRASE}).status_code == 302
    )
    assert state().may_release(row.case) == ()
    page = law.get(decision).content.decode()
    assert page.count("verifies") == 2 and "in force" in page
    assert row.case not in client_of(examiner).get(at).content.decode()


def test_a_decision_in_force_is_reached_through_pages(world: casework.World) -> None:
    the_way_through_pages()
    from priam_office.record import projection
    from priam_office.record.acts import from_row
    from priam_office.record.models import Event

    rows = projection.Rows(from_database=False)
    folded = projection.fold((from_row(row) for row in Event.objects.order_by("sequence")), rows)
    assert projection.compare(folded) == []


@pytest.mark.slow
def test_the_same_on_postgresql(postgres: str) -> None:
    fill(casework.build())
    the_way_through_pages()


def test_one_person_does_not_sign_twice_whatever_the_roles(world: casework.World) -> None:
    from priam_office.board import actions

    both = signer("examiner", "legal")
    decision = proposed(identified(), both)
    actions.sign(decision, "science", PHRASE, by=both)
    with pytest.raises(UserError, match="No one person"):
        actions.sign(decision, "law", PHRASE, by=both)
    page = client_of(both).get(f"/en/work/board/decision/{decision.decision}/").content.decode()
    assert "another person signs" in page


def test_without_a_key_or_a_recent_sign_in_nobody_signs(
    world: casework.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.people import signin

    decision = proposed(identified(), account("examiner"))
    at = f"/en/work/board/decision/{decision.decision}/sign/"
    assert "signing-key" in client_of(account("legal")).get(at)["Location"]
    keyed = client_of(signer("legal"))
    assert keyed.get(at).status_code == 200
    monkeypatch.setattr(signin, "signed_in_within", lambda request, seconds: False)
    answer = keyed.post(at, {"capacity": "law", "passphrase": PHRASE})
    assert answer.status_code == 302 and not state().decisions[decision.decision].signatures


def test_a_signature_is_over_the_decision_and_by_its_signer(world: casework.World) -> None:
    from priam_office.board import queries
    from priam_office.board.models import Signature

    scientist, lawyer = signer("laboratory"), signer("legal")
    decision = signed(identified(), scientist, lawyer)
    page = queries.decision_page(lawyer, decision.decision)
    assert [one["problem"] for one in page.signatures] == ["", ""] and page.in_force
    one, two = Signature.objects.order_by("place")
    Signature.objects.filter(pk=one.pk).update(lines=two.lines)  # somebody edits the table
    page = queries.decision_page(lawyer, decision.decision)
    assert page.signatures[0]["problem"] and not page.signatures[1]["problem"]


# -- conflicts ----------------------------------------------------------------------------------


def test_one_person_for_two_individuals_is_found_and_stops_both(world: casework.World) -> None:
    from priam_office.board import actions
    from priam_office.board.models import Conflict

    scientist, lawyer = signer("laboratory"), signer("legal")
    first, second = identified(0), identified(1)
    signed(first, scientist, lawyer)
    other = proposed(second, scientist, missing=first.missing)
    conflict = Conflict.objects.get(kind="same person twice")
    assert {*first.cases.split(), *second.cases.split()} == set(conflict.cases.split())
    assert [a.kind for a in state().may_release(first.case)] == ["open conflict"]
    with pytest.raises(UserError, match="is open"):
        actions.sign(other, "law", PHRASE, by=lawyer)
    with pytest.raises(UserError, match="withdraw or reopen"):
        actions.settle(conflict.conflict, "never mind", by=lawyer)
    actions.withdraw(other, "another's profile", by=scientist)
    for row in Conflict.objects.filter(settled_at=""):
        actions.settle(row.conflict, "withdrawn", by=lawyer)
    assert state().may_release(first.case) == ()


def test_sex_dates_and_dna_are_compared_when_a_decision_is_proposed(world: casework.World) -> None:
    from priam_office.board.models import Conflict
    from priam_office.families.models import MissingPerson
    from priam_office.record.write import record

    row = identified()
    facts = MissingPerson.objects.get(pk=row.missing).facts
    sex = "female" if facts["sex"] == "male" else "male"
    names = tuple(ev.PersonName(**name) for name in facts["names"])
    told = ev.MissingFacts(names, sex, ev.Span("1990", "1990"), ev.Span("2026-01", "2026-01"))
    record(ev.MissingAmended(row.missing, told, 2, "a sister told"), by="tests")
    record(ev.SectionSaved(row.case, "400", canonical_fields({"age": {"from": 60, "to": 70}}), 1),
           by="tests")  # fmt: skip
    proposed(row, account("examiner"))
    kinds = set(Conflict.objects.values_list("kind", flat=True))
    assert kinds == {"sex differs", "seen alive later", "age differs"}


def test_who_does_not_fit_by_dna_is_found(world: casework.World) -> None:
    from priam_office.board.facts import facts_of
    from priam_office.board.models import Conflict, Standing

    row = identified()
    Standing.objects.filter(pk=row.case).update(content={**row.content, "excluded": [row.missing]})
    assert facts_of(row.case, row.missing).excluded
    proposed(row, account("examiner"))
    assert Conflict.objects.get().kind == "excluded by DNA"


def test_what_turns_up_before_the_signature_stops_it(world: casework.World) -> None:
    from priam_office.board import actions
    from priam_office.board.models import Conflict
    from priam_office.record.write import record

    scientist = signer("laboratory")
    row = identified()
    decision = proposed(row, scientist)
    assert not Conflict.objects.exists()
    record(ev.MissingClosed(row.missing, "found alive"), by="tests")
    with pytest.raises(UserError, match="raised as a conflict"):
        actions.sign(decision, "science", PHRASE, by=scientist)
    assert Conflict.objects.get().kind == "person no longer sought"
    assert not state().decisions[decision.decision].signatures


def test_a_newer_search_that_disagrees_holds_a_signed_decision(world: casework.World) -> None:
    from priam_office.board import actions
    from priam_office.record.write import record_all

    scientist, lawyer = signer("laboratory"), signer("legal")
    row, other = identified(0), identified(1)
    signed(row, scientist, lawyer)
    assert state().may_release(row.case) == ()
    search = ev.new_event_id()
    from priam_office.record.write import Entry

    record_all([Entry(ev.SearchRequested(search, "")), Entry(ev.ProposalRecorded(
        search, tuple(row.cases.split()), "identified", 999_999, 4000, ("r",),
        missing=other.missing, reached=9000))], by="tests")  # fmt: skip
    actions.after_search(search)
    assert [a.kind for a in state().may_release(row.case)] == ["open conflict"]
    actions.after_search(search)  # and it is raised once
    assert len(state().open_conflicts[row.case]) == 1


def test_a_conflict_is_raised_and_settled_by_hand(world: casework.World) -> None:
    row = identified()
    liaison, lawyer = client_of(account("liaison")), client_of(account("legal"))
    at = f"/en/work/board/case/{row.case}/"
    assert liaison.post(at + "conflict/", {"words": "He telephoned."}).status_code == 302
    conflict = state().open_conflicts[row.case][0]
    page = f"/en/work/board/conflict/{conflict}/"
    liaison.post(page, {"words": "never mind"})  # a liaison does not settle
    assert state().conflicts[conflict].open
    assert row.case in lawyer.get("/en/work/board/?what=conflict").content.decode()
    assert lawyer.post(page, {"words": "It was his brother."}).status_code == 302
    assert not state().conflicts[conflict].open


def test_reopening_lists_what_it_touches(world: casework.World) -> None:
    row = identified()
    scientist, lawyer = signer("laboratory"), signer("legal")
    decision = signed(row, scientist, lawyer)
    pages = client_of(lawyer)
    at = f"/en/work/board/decision/{decision.decision}/reopen/"
    page = pages.get(at).content.decode()
    assert row.case in page and "Family that may hold the wrong person" in page
    answer = pages.post(at, {"reason": "swapped samples", "listed": [f"case/{row.case}"]})
    assert answer.status_code == 422 and "have changed since" in answer.content.decode()
    listed = ev.consequences(state(), decision.decision)
    assert pages.post(at, {"reason": "swapped samples", "listed": listed}).status_code == 302
    after = pages.get(f"/en/work/board/decision/{decision.decision}/").content.decode()
    assert "Family that may hold the wrong person" in after and f"Surname{row.missing}" in after
    unnamed = client_of(scientist).get(f"/en/work/board/decision/{decision.decision}/")
    assert f"Surname{row.missing}" not in unnamed.content.decode()
    assert [a.kind for a in state().may_release(row.case)] == ["no decision"]
    assert identified().case == row.case  # it waits again


def test_a_later_fragment_extends_the_decision(world: casework.World) -> None:
    from priam_office.board import actions

    scientist, lawyer = signer("laboratory"), signer("legal")
    row, fragment = identified(0), identified(1)
    decision = signed(row, scientist, lawyer)
    more = proposed(fragment, scientist, missing=row.missing, extends=decision.decision)
    for conflict in state().open_conflicts.get(fragment.case, ()):  # the search says otherwise
        actions.settle(conflict, "a profile was exchanged", by=lawyer)
    actions.sign(more, "science", PHRASE, by=scientist)
    actions.sign(more, "law", PHRASE, by=lawyer)
    assert set(state().individual(row.case)) >= {row.case, fragment.case}


# -- who sees what ------------------------------------------------------------------------------


def test_each_role_sees_its_compartments_of_a_case(world: casework.World) -> None:
    from priam_office.families.models import FamilyRow
    from priam_office.record.write import Entry, record_all

    row = identified()
    told = canonical_fields({"tattoos": "CANARY-RECORD"})
    assert FamilyRow.objects.exists()
    record_all([Entry(ev.SectionSaved(row.case, "400", told, 1))], by="tests")
    name, records, genotype = f"Surname{row.missing}", "CANARY-RECORD", 'class="alleles"'
    sees = {
        "legal": {name, records},
        "liaison": {name, records},
        "examiner": {records},
        "laboratory": {genotype},
    }
    for role, allowed in sees.items():
        page = client_of(account(role)).get(f"/en/work/board/case/{row.case}/").content.decode()
        for text in (name, records, genotype):
            assert (text in page) == (text in allowed), (role, text)
        assert ("Your role" in page) == (len(allowed) < 3), role
        listed = client_of(account(role)).get("/en/work/board/").content.decode()
        assert (name in listed) == (name in allowed), role
    for role in ("mortuary", "negotiator", "administrator", "auditor"):
        answer = client_of(account(role)).get(f"/en/work/board/case/{row.case}/")
        assert answer.status_code == 403


def test_every_read_is_an_event(world: casework.World) -> None:
    from priam_office.record.acts import body
    from priam_office.record.models import Event

    row = identified()
    client = client_of(account("laboratory"))
    client.get(f"/en/work/board/case/{row.case}/")
    last = body(Event.objects.filter(type="access.read").order_by("-sequence")[0])
    assert last == {"of": "genetic", "subject": f"case/{row.case}", "page": "board-case", "rows": 1}


def test_a_person_that_is_no_alternative_is_not_looked_up(world: casework.World) -> None:
    row, other = identified(0), identified(1)
    client = client_of(account("legal"))
    page = client.get(f"/en/work/board/case/{row.case}/?person={other.missing}").content.decode()
    assert f"Surname{other.missing}" not in page and f"Surname{row.missing}" in page


def test_pages_ask_a_bounded_number_of_queries(
    world: casework.World, django_assert_max_num_queries: Any
) -> None:
    row = identified()
    scientist, lawyer = signer("laboratory"), signer("legal")
    decision = signed(row, scientist, lawyer)
    waiting = identified()
    for user in (scientist, lawyer):
        client = client_of(user)
        for address, most in (
            ("", 32),
            ("?what=conflict", 32),
            (f"case/{row.case}/", 62),
            (f"case/{waiting.case}/", 62),
            (f"decision/{decision.decision}/", 34),
        ):
            client.get(f"/en/work/board/{address}")
            with django_assert_max_num_queries(most):
                assert client.get(f"/en/work/board/{address}").status_code == 200


def test_waiting_lists_go_on_where_they_stopped(
    world: casework.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.board import queries

    monkeypatch.setattr(queries, "PAGE", 4)
    user, seen, after = account("legal"), [], ""
    while True:
        part = queries.waiting(user, "decision", after)
        seen += [row.case for row in part.rows]
        if not part.after:
            break
        after = part.after
    assert len(seen) == len(set(seen)) == queries.waits()["decision"]
    monkeypatch.setattr(queries, "PAGE", 500)
    kinds = queries.proposed("decision")
    parts = [queries.waiting(user, "decision", conclusion=kind).rows for kind in kinds]
    assert len(kinds) > 1 and all({row.conclusion for row in part} <= {*kinds} for part in parts)
    assert sorted(row.case for part in parts for row in part) == sorted(seen)


def test_a_tag_leads_to_the_case_and_nothing_else(world: casework.World) -> None:
    from priam_office.board.scanned import find

    case = next(iter(world.case_of.values()))
    assert str(find(case)).endswith(f"/case/{case}/")
    assert find(next(iter(world.sample_of.values()))) is None
