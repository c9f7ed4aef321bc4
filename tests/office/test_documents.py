"""Manifests are numbered by one rule: in events, in the bytes that are signed, in evidence."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam.errors import UserError
from priam.events import AgreementRecorded, Item, ManifestIssued, PartyDeclared, RuleError
from priam.events.base import new_event_id
from priam.events.state import State, apply, record
from priam.labels.tags import issue
from priam.tlog.bundle import write_bundle
from priam.tlog.dispute import verify_bundle
from priam.tlog.manifests import Manifest, sign_document
from tests.priam.tlog.disputes import dispute, policy

SERIES = st.tuples(st.sampled_from(["one", "two", None]), st.sampled_from(["AB", "BA"]))
TAGS = issue(12, random.Random(3).choice)
CASE = dispute()


def after(state: State, event: object) -> State:
    when = "2025-06-16T00:00:00Z"
    written = record(
        state,
        event,  # type: ignore[arg-type]
        event_id=new_event_id(),
        actor="a",
        claimed_time=when,
        received_time=when,
    )
    return apply(state, written)


def begun() -> State:
    state = State()
    for event in (*map(PartyDeclared, "AB", "AB"), *map(AgreementRecorded, ("one", "two"))):
        state = after(state, event)
    return state


def issued(state: State, agreement: str | None, way: str, tag: str) -> tuple[State, Manifest]:
    """The next manifest of a series, as the office issues it."""
    from priam_office.handovers import documents

    last = state.last_manifest((agreement, *way))
    number, items = (last.sequence + 1 if last else 1), (Item(tag),)
    made = documents.document(
        agreement=agreement, batch=tag, sequence=number, giver=way[0], receiver=way[1],
        previous=last.manifest if last else None, items=items,
    )  # fmt: skip
    before = last.digest if last else None
    event = ManifestIssued(made.digest, tag, number, *way, items, agreement, before)
    return after(state, event), made


@settings(max_examples=25)
@given(st.lists(SERIES, min_size=1, max_size=12))
def test_one_rule_of_numbering(order: list[tuple[str | None, str]]) -> None:
    from priam_office.handovers import documents

    state, made, counted = begun(), [], Counter()
    for tag, (agreement, way) in zip(TAGS, order, strict=False):
        state, document = issued(state, agreement, way, tag)
        counted[agreement, way] += 1
        assert document.sequence == counted[agreement, way]
        assert document == documents.of_state(state, document.digest)
        made.append(document)
    signers = [*CASE.a.office_key.signers(), *CASE.b.office_key.signers()]
    papers = tuple(str(sign_document(one, signers)) for one in made)
    bundle = replace(CASE.bundle, manifests=papers, receptions=())
    report = verify_bundle(
        write_bundle(bundle, CASE.a.office_key.signers()),
        policy=policy(CASE.a, CASE.b),
        parties=[CASE.a.party, CASE.b.party],
    )
    assert report.ok
    assert len([s for s in report.of("proved") if "both parties" in s.text]) == len(made)


def test_a_number_may_not_be_left_out_or_given_twice() -> None:
    state, first = issued(begun(), "one", "AB", TAGS[0])
    before = state.manifest(first.digest).digest
    for number in (1, 3):
        event = ManifestIssued("m", "b", number, "A", "B", (Item(TAGS[1]),), "one", before)
        with pytest.raises(RuleError, match="next manifest of this series is 2"):
            after(state, event)


def test_no_agreement_is_called_none() -> None:
    with pytest.raises(UserError, match="stands for no agreement"):
        issued(after(begun(), AgreementRecorded("none")), "none", "AB", TAGS[0])
