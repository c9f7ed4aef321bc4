"""A claims file becomes events and comes back; the account over either is the same."""

import dataclasses

from hypothesis import given, settings

from priam.accounting.account import account_of
from priam.accounting.claims_file import ClaimsFile, claims_from_json, packaged_claims
from priam.accounting.recording import claims_file_of, events_of
from priam.events.base import new_event_id
from priam.events.state import State, apply, record
from tests.laws.test_accounting import files
from tests.priam.accounting.test_account import claim, file

NOW = "2030-01-01T00:00:00Z"


def folded(file: ClaimsFile) -> State:
    state = State()
    for event in events_of(file):
        again = type(event).from_payload(event.to_payload())
        assert again == event
        written = record(
            state, again, event_id=new_event_id(), actor="t", claimed_time=NOW, received_time=NOW
        )
        state = apply(state, written)
    return state


def comparable(file: ClaimsFile) -> ClaimsFile:
    agreements = tuple(
        dataclasses.replace(
            agreement,
            readings=tuple(
                dataclasses.replace(reading, held_by=tuple(sorted(reading.held_by)))
                for reading in agreement.readings
            ),
        )
        for agreement in file.agreements
    )
    return dataclasses.replace(file, agreements=agreements, about="")


def test_the_packaged_statements_come_back():
    statements = packaged_claims()
    back = claims_file_of(folded(statements))
    assert back == comparable(statements)
    assert list(back.sources) == list(statements.sources)
    assert (
        account_of(back).to_json()["discrepancies"]
        == account_of(statements).to_json()["discrepancies"]
    )


def test_corrections_and_withdrawals_come_back():
    data = file(
        claim("1", 4),
        {**claim("2", 5), "corrects": "1"},
        {**claim("3", 6), "withdrawn_on": "2030-05"},
        {**claim("4", 7), "corrects": "2", "withdrawn_on": "2030-06-01"},
    )
    statements = claims_from_json(data)
    assert claims_file_of(folded(statements)) == comparable(statements)


@settings(max_examples=25)
@given(files())
def test_any_file_comes_back(data):
    statements = claims_from_json(data)
    assert claims_file_of(folded(statements)) == comparable(statements)


def test_a_name_in_two_roles_is_declared_once():
    data = {**file(claim("1", 4)), "mediators": ["M", "M"], "observers": ["M", "O"]}
    back = claims_file_of(folded(claims_from_json(data)))
    assert (back.mediators, back.observers) == (("M",), ("O",))
