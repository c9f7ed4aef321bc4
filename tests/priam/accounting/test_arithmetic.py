"""The arithmetic of findings on small made-up files: where a difference sits, bounds, givers."""

from __future__ import annotations

import io

from rich.console import Console

from priam.accounting.account import account_of
from priam.accounting.claims_file import claims_from_json
from priam.accounting.page import account_page
from priam.accounting.table import print_account


def a_claim(name, party, value, subject, *, to="B", on="2030-03-01", qualifier="stated", **more):
    return {
        "id": name,
        "claimed_on": on,
        "claimant": f"office of {party}",
        "claimant_party": party,
        "measure": f"transferred_to_{to}",
        "value": value,
        "qualifier": qualifier,
        "subject": {"agreement": "g", **subject},
        "source": "s",
        **more,
    }


def account(*claims, owed=(("A", "B", 100),)):
    duties = [{"from": f, "to": t, "count": n, "unit": "bodies"} for f, t, n in owed]
    data = {
        "parties": {"A": "Aland", "B": "Beland", "C": "Celand"},
        "agreements": [
            {
                "id": "g",
                "concluded_on": "2030",
                "readings": [{"id": "r", "held_by": ["A"], "obligations": duties}],
            }
        ],
        "sources": {"s": {"publisher": "a paper"}},
        "claims": list(claims),
    }
    return account_of(claims_from_json(data)).to_json()


def kinds(found, key="discrepancies"):
    return [(finding["kind"], *finding["claims"]) for finding in found[key]]


ONE, TWO = {"batch": "2030-01-01"}, {"batch": "2030-02-01"}


def test_a_difference_that_sits_in_two_batches_of_opposite_sign():
    found = account(
        a_claim("a1", "A", 12, ONE),
        a_claim("b1", "B", 10, ONE),
        a_claim("a2", "A", 19, TWO),
        a_claim("b2", "B", 20, TWO),
        a_claim("at", "A", 12 + 19, {"total": True}),
        a_claim("bt", "B", 10 + 20, {"total": True}),
    )
    totals = next(x for x in found["discrepancies"] if x["kind"] == "totals_differ_between_sides")
    assert totals["difference"] == 1
    assert [(sits["batch"], sits["difference"]) for sits in totals["sits_in"]] == [
        ("2030-01-01", 2),
        ("2030-02-01", 1),
    ]
    assert kinds(found, "agreements_found") == [
        ("total_equals_batches", "at"),
        ("total_equals_batches", "bt"),
    ]


def test_a_bound_that_leaves_room_is_neither_agreement_nor_discrepancy():
    batch, total = a_claim("a1", "A", 12, ONE), {"total": True}
    for qualifier, value in (("up to", 100), ("at least", 3), ("possibly more than", 11)):
        found = account(batch, a_claim("t", "A", value, total, qualifier=qualifier))
        assert found["discrepancies"] == found["agreements_found"] == []
    found = account(batch, a_claim("t", "A", 10, total, qualifier="up to"))
    assert kinds(found) == [("total_differs_from_batches", "t")]
    found = account(a_claim("a1", "A", 12, ONE, qualifier="at least"), a_claim("t", "A", 20, total))
    assert found["discrepancies"] == found["agreements_found"] == []


def test_a_total_without_an_end_reaches_the_day_it_was_told():
    early = a_claim("t", "A", 5, {"total": True}, on="2030-01-15")
    first = a_claim("a1", "A", 5, ONE, on="2030-01-02")
    later = a_claim("a2", "A", 7, TWO, on="2030-02-02")
    assert kinds(account(early, first, later), "agreements_found") == [
        ("total_equals_batches", "t")
    ]
    # a batch of a later date that somebody had spoken of by then belongs to it
    told = {**later, "claimed_on": "2030-01-10"}
    found = account(early, first, told)
    assert [(x["expected"], x["difference"]) for x in found["discrepancies"]] == [(12, -7)]


def test_two_givers_to_one_receiver_are_not_mixed():
    owed = (("A", "B", 10), ("C", "B", 20))
    parts = [
        a_claim("x", "B", 4, {**ONE, "from": "A"}),
        a_claim("y", "B", 6, {**ONE, "from": "C"}),
    ]
    found = account(*parts, a_claim("z", "B", 11, ONE), owed=owed)
    delivered = [duty["delivered"] for duty in found["obligations"]]
    assert delivered == [
        {"low": 4, "high": 4, "claims": ["x"]},
        {"low": 6, "high": 6, "claims": ["y"]},
    ]
    assert kinds(found) == [("total_differs_from_batches", "z")]
    assert found["discrepancies"][0]["expected"] == 4 + 6
    # a count that names no giver cannot be shared out between two
    found = account(a_claim("z", "B", 11, ONE), owed=owed)
    assert [duty["delivered"]["low"] for duty in found["obligations"]] == [None, None]


def test_two_dates_for_one_thing():
    def resumed(name, value):
        claim = a_claim(name, "A", 0, {})
        return {**claim, "measure": "resumed_on", "value": value}

    found = account(resumed("p", "2030-01-05"), resumed("q", "2030-01-08"))
    assert kinds(found) == [("dates_differ", "p", "q")]
    assert found["discrepancies"][0]["difference"] == 3
    assert account(resumed("p", "2030-01"), resumed("q", "2030-01-08"))["discrepancies"] == []


def test_about_allows_whole_numbers_only():
    found = account(a_claim("x", "B", 1, ONE, qualifier="about"))
    assert found["obligations"][0]["delivered"] == {"low": 1, "high": 1, "claims": ["x"]}


def test_a_qualifier_is_shown_wherever_its_number_is():
    data = {
        "parties": {"A": "Aland", "B": "Beland"},
        "sources": {"s": {"publisher": "a paper"}},
        "claims": [a_claim("x", "B", 40, {"batch": "2030", "agreement": None}, qualifier="up to")],
    }
    result = account_of(claims_from_json(data))
    out = io.StringIO()
    print_account(result, Console(file=out, width=80))
    assert "up to 40" in out.getvalue() and "up to 40" in account_page(result)
