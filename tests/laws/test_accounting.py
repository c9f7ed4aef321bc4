"""Laws of the account: it does not depend on names or order, and it adds up."""

import random

from hypothesis import given
from hypothesis import strategies as st

from priam.accounting.account import account_of
from priam.accounting.claims_file import claims_from_json

PARTIES = ("A", "B")


@st.composite
def files(draw):
    """Batches claimed by none, one or both sides, totals right or wrong, in random order."""
    days = draw(st.lists(st.integers(1, 28), unique=True, min_size=1, max_size=6))
    claims = []
    for day in days:
        for party in draw(st.sets(st.sampled_from(PARTIES))):
            value = draw(st.integers(0, 50))
            claims.append(_claim(f"b{day}{party}", party, value, {"batch": f"2030-01-{day:02}"}))
    for n in range(draw(st.integers(0, 3))):
        value = draw(st.integers(0, 200))
        claims.append(
            _claim(f"t{n}", draw(st.sampled_from((*PARTIES, "press"))), value, {"total": True})
        )
    count = draw(st.one_of(st.none(), st.integers(0, 300)))
    return _file(draw(st.permutations(claims)), count)


def _claim(id, party, value, subject):
    return {
        "id": id,
        "claimed_on": "2030-02-01",
        "claimant": f"office of {party}",
        "claimant_party": party,
        "measure": "transferred_to_B",
        "value": value,
        "subject": {"agreement": "g", **subject},
        "source": "s",
    }


def _file(claims, count):
    duty = {"from": "A", "to": "B", "count": count, "unit": "bodies"}
    return {
        "parties": {"A": "First", "B": "Second"},
        "agreements": [
            {
                "id": "g",
                "concluded_on": "2030-01-01",
                "readings": [{"id": "r", "obligations": [duty]}],
            }
        ],
        "sources": {"s": {"publisher": "P"}},
        "claims": claims,
    }


def account(data):
    return account_of(claims_from_json(data)).to_json()


def signature(result):
    return sorted(
        (e["kind"], sorted(e["claims"]), str(e["expected"]), e["difference"])
        for e in result["discrepancies"] + result["agreements_found"]
    )


@given(files(), st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(data, rng: random.Random):
    shuffled = {**data, "claims": rng.sample(data["claims"], len(data["claims"]))}
    assert signature(account(data)) == signature(account(shuffled))


@given(files())
def test_the_names_of_parties_do_not_matter(data):
    renamed = {**data, "parties": {"X": "First", "Y": "Second"}}
    new = {"A": "X", "B": "Y", "press": "press"}
    renamed["claims"] = [
        {**c, "claimant_party": new[c["claimant_party"]], "measure": "transferred_to_Y"}
        for c in data["claims"]
    ]
    (agreement,) = data["agreements"]
    duty = {**agreement["readings"][0]["obligations"][0], "from": "X", "to": "Y"}
    renamed["agreements"] = [{**agreement, "readings": [{"id": "r", "obligations": [duty]}]}]
    assert signature(account(data)) == signature(account(renamed))


@given(files())
def test_delivered_spans_every_sum_and_every_total(data):
    (entry,) = account(data)["obligations"]
    batches: dict[str, list[int]] = {}
    totals = []
    for claim in data["claims"]:
        batch = claim["subject"].get("batch")
        batches.setdefault(batch, []).append(claim["value"]) if batch else totals.append(
            claim["value"]
        )
    lows = totals + ([sum(map(min, batches.values()))] if batches else [])
    highs = totals + ([sum(map(max, batches.values()))] if batches else [])
    assert entry["delivered"]["low"] == min(lows, default=None)
    assert entry["delivered"]["high"] == max(highs, default=None)


@given(files())
def test_each_total_is_either_equal_or_not_to_its_sides_sum(data):
    """Recomputed by hand: a side's own count where it gave one, else the other's."""
    result = account(data)
    batches: dict[str, dict[str, int]] = {}
    for claim in data["claims"]:
        if "batch" in claim["subject"]:
            batches.setdefault(claim["subject"]["batch"], {})[claim["claimant_party"]] = claim[
                "value"
            ]
    for claim in data["claims"]:
        party = claim["claimant_party"]
        counted = any(party in counts for counts in batches.values())
        if claim["subject"].get("total") and counted:
            expected = sum(c.get(party, next(iter(c.values()))) for c in batches.values())
            equal = [e for e in result["agreements_found"] if e["claims"] == [claim["id"]]]
            assert bool(equal) == (claim["value"] == expected)


@given(files(), st.integers(1, 40))
def test_a_batch_added_to_both_sides_changes_no_difference_of_batches(data, value):
    before = [e for e in account(data)["discrepancies"] if e["kind"] == "batch_counts_differ"]
    added = [_claim(f"n{party}", party, value, {"batch": "2030-01-31"}) for party in PARTIES]
    after = account({**data, "claims": [*data["claims"], *added]})["discrepancies"]
    assert before == [e for e in after if e["kind"] == "batch_counts_differ"]
