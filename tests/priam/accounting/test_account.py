"""The account of the public statements finds by itself what a careful reader would."""

import json

import pytest

from priam.accounting.account import account_of
from priam.accounting.claims_file import claims_from_json, packaged_claims
from priam.accounting.measures import measure_in_words


@pytest.fixture(scope="module")
def account():
    return account_of(packaged_claims()).to_json()


def found(account, kind, *claims):
    entries = account["discrepancies"] + account["agreements_found"]
    return [e for e in entries if e["kind"] == kind and set(claims) <= set(e["claims"])]


def test_the_packaged_statements_are_the_shared_ones(shared):
    theirs = json.loads((shared / "facts/exchanges-2025-2026.json").read_text())
    assert claims_from_json(theirs) == packaged_claims()


def test_the_totals_part_ways_in_one_batch_alone(account):
    (batch,) = found(account, "batch_counts_differ")
    assert sorted(batch["values"]) == [1245, 1248]
    (between,) = found(account, "totals_differ_between_sides")
    assert between["difference"] == 6060 - 6057 == 1248 - 1245
    assert [place["batch"] for place in between["sits_in"]] == ["2025-06-16"]


def test_four_batches_of_june_agree(account):
    june = [
        figure
        for figure in account["figures"]
        if figure["subject"].get("batch", "").startswith("2025-06")
        and len({value["party"] for value in figure["values"]}) > 1
    ]
    assert [figure["agree"] for figure in june].count(True) == 4
    assert [figure["agree"] for figure in june].count(False) == 1


def test_one_government_gives_two_totals(account):
    (within,) = found(account, "totals_differ_within_side", "t3", "t4")
    assert within["difference"] == 3


def test_the_batches_the_other_way_sum_to_78_and_one_report_says_79(account):
    (report,) = found(account, "report_differs_from_others", "t5")
    assert (report["expected"], report["difference"]) == (78, 1)
    (total,) = found(account, "total_differs_from_batches", "t5")
    assert total["expected"] == 27 + 0 + 0 + 0 + 51


def test_fulfilment_depends_on_the_reading(account):
    by = {(o["reading"], o["from"]): o for o in account["obligations"]}
    mutual = by["mutual-6000", "UA"]
    assert mutual["delivered"]["low"] == 78
    assert round(mutual["share"]["low"], 3) == 0.013
    assert mutual["fulfilled"] is False
    assert round(by["mutual-6000", "RU"]["share"]["high"], 2) == 1.01
    unilateral = by["unilateral-6000", "UA"]
    assert unilateral["agreed"] is None
    assert unilateral["share"] == {"low": None, "high": None}
    assert by["unilateral-6000", "RU"]["fulfilled"] is True


def test_a_resumption_without_a_handover_is_named(account):
    (date,) = found(account, "date_without_handover", "d5")
    assert (date["expected"], date["difference"]) == ("2025-06-11", -3)
    assert {"b2025-06-11-ua", "b2025-06-11-ru"} <= set(date["stands_on"])


@pytest.mark.parametrize(("claim", "sums"), [("x-total-a", {16301, 16304}), ("x-total-b", {439})])
def test_yearly_totals_that_do_not_equal_their_batches(account, claim, sums):
    assert {e["expected"] for e in found(account, "total_differs_from_batches", claim)} == sums


@pytest.mark.parametrize("claim", ["t1", "t2", "t3", "t6", "x-total-c"])
def test_totals_that_equal_their_batches(account, claim):
    (entry,) = found(account, "total_equals_batches", claim)
    assert entry["difference"] == 0


def test_a_window_that_opens_before_the_record_is_not_held_against_it(account):
    assert not found(account, "total_differs_from_batches", "t7")


def test_a_stated_zero_is_a_zero_and_silence_is_no_figure(account):
    zero = [f for f in account["figures"] if any(v["value"] == 0 for v in f["values"])]
    assert len(zero) == 3
    assert all({v["party"] for v in figure["values"]} == {"RU"} for figure in zero)


DUTY = {"from": "A", "to": "B", "unit": "whatever is held"}


def file(*claims, parties=("A", "B"), obligations=(DUTY,)):
    readings = [{"id": "r", "obligations": list(obligations), "held_by": ["A"]}]
    return {
        "parties": {party: f"Party {party}" for party in parties},
        "agreements": [{"id": "g", "concluded_on": "2030-01-01", "readings": readings}],
        "sources": {"s": {"publisher": "P", "date": "2030-02"}},
        "claims": list(claims),
    }


def claim(id, value, party="A", measure="transferred_to_B", claimed_on="2030-03-01", **rest):
    subject = {"agreement": "g", **rest.pop("subject", {})}
    return {
        "id": id,
        "claimed_on": claimed_on,
        "claimant": f"office of {party}",
        "claimant_party": party,
        "measure": measure,
        "value": value,
        "subject": subject,
        "source": "s",
        **rest,
    }


def kinds(*claims, **more):
    account = account_of(claims_from_json(file(*claims, **more))).to_json()
    return [e["kind"] for e in account["discrepancies"] + account["agreements_found"]]


def test_a_bound_that_allows_the_other_figure_is_no_discrepancy():
    low = claim("1", 60)
    assert kinds(low, claim("2", 100, "B", qualifier="up to")) == []
    assert kinds(low, claim("2", 50, "B", qualifier="at least")) == []
    assert kinds(low, claim("2", 50, "B", qualifier="no more than")) == ["figures_differ"]
    assert kinds(claim("1", 1180), claim("2", 1200, "B", qualifier="about")) == []
    assert kinds(claim("1", 1280), claim("2", 1200, "B", qualifier="about")) == ["figures_differ"]


def test_a_withdrawn_or_corrected_claim_counts_no_more_and_stays_listed():
    one, two = claim("1", 60), claim("2", 61, "B")
    assert kinds(one, two) == ["figures_differ"]
    assert kinds(one, {**two, "withdrawn_on": "2030-04-01"}) == []
    three = {**claim("3", 60, "B"), "corrects": "2"}
    assert kinds(one, two, three) == []
    data = claims_from_json(file(one, two, three))
    (figure,) = account_of(data).to_json()["figures"]
    assert [value["status"] for value in figure["values"]] == ["standing", "corrected", "standing"]


def test_an_obligation_without_any_figure_has_no_figure():
    duty = {"from": "A", "to": "B", "count": 10, "unit": "bodies"}
    (entry,) = account_of(claims_from_json(file(obligations=[duty]))).to_json()["obligations"]
    assert entry["delivered"] == {"low": None, "high": None, "claims": []}
    assert entry["share"] == entry["outstanding"] == {"low": None, "high": None}


def test_a_month_is_a_total_over_its_days_and_not_summed_twice():
    duty = {"from": "A", "to": "B", "count": 10, "unit": "bodies"}
    batches = [
        claim("1", 4, subject={"batch": "2030-02-03"}),
        claim("2", 5, subject={"batch": "2030-02-20"}),
    ]
    month = claim("3", 9, subject={"batch": "2030-02"})
    data = claims_from_json(file(*batches, month, obligations=[duty]))
    (entry,) = account_of(data).to_json()["obligations"]
    assert (entry["delivered"]["low"], entry["delivered"]["high"]) == (9, 9)
    assert kinds(*batches, month) == ["total_equals_batches"]
    assert kinds(*batches, {**month, "value": 8}) == ["total_differs_from_batches"]


def test_a_window_that_cuts_a_month_is_not_compared():
    parts = [
        claim("1", 4, subject={"batch": "2030-01"}),
        claim("2", 5, subject={"batch": "2030-02"}),
    ]
    total = claim("3", 5, subject={"total": True, "through": "2030-02-10"})
    assert kinds(*parts, total) == []


def test_a_measure_names_the_party_it_ends_with():
    parties = {"A": "First", "UA": "Ukraine"}
    assert measure_in_words("transferred_to_UA", parties) == "Transferred to Ukraine"
    assert measure_in_words("military_deaths_UA", parties) == "Military deaths, Ukraine"
    assert measure_in_words("data", {"a": "First"}) == "Data"


def test_hostile_text_is_escaped_on_the_page():
    from priam.accounting.page import account_page

    nasty = claim("1", 4, note="x", subject={"batch": "2030-02-03"})
    nasty["claimant"] = "<script>alert(1)</script>"
    page = account_page(account_of(claims_from_json(file(nasty))))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
