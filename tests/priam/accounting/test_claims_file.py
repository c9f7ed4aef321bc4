"""A bad claims file is refused in one sentence with its JSON path, exit code 2, nothing stored."""

import copy
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priam.accounting.claims_file import claims_from_json, read_claims
from priam.errors import InputError
from priam.strict_json import MAX_BYTES, MAX_DEPTH, parse_json
from tests.priam.accounting.test_account import claim, file


def change(path, value):
    data = file(claim("1", 4), claim("2", 5), obligations=[{"from": "A", "to": "B", "unit": "u"}])
    data = copy.deepcopy(data)
    *parents, last = path
    inner = data
    for key in parents:
        inner = inner[key]
    inner[last] = value
    return data


CASES = [
    (("claims", 1, "claimed_on"), "2025-02-30", "$.claims[1].claimed_on"),
    (("claims", 1, "claimed_on"), "16.06.2025", "$.claims[1].claimed_on"),
    (("claims", 1, "source"), "nope", "$.claims[1].source"),
    (("claims", 1, "value"), -1, "$.claims[1].value"),
    (("claims", 1, "value"), True, "$.claims[1].value"),
    (("claims", 1, "value"), 1.5, "$.claims[1].value"),
    (("claims", 1, "value"), "many", "$.claims[1].value"),
    (("claims", 1, "value"), None, "$.claims[1].value"),
    (("claims", 1, "id"), "1", "$.claims[1].id"),
    (("claims", 1, "subject"), {"agreement": "nope"}, "$.claims[1].subject.agreement"),
    (("claims", 1, "subject"), {"agreement": "g", "reading": "x"}, "$.claims[1].subject.reading"),
    (("claims", 1, "subject"), {"reading": "r"}, "$.claims[1].subject.reading"),
    (("claims", 1, "subject"), {"bacth": "2030-01-01"}, "$.claims[1].subject.bacth"),
    (("claims", 1, "subject"), {"batch": "2030-13"}, "$.claims[1].subject.batch"),
    (("claims", 1, "claimant_party"), "Z", "$.claims[1].claimant_party"),
    (("claims", 1, "measure"), "transferred_to_Z", "$.claims[1].measure"),
    (("claims", 1, "subject"), {}, "$.claims[1].subject"),
    (("claims", 1, "subject"), {"offer": "2030-02-30"}, "$.claims[1].subject.offer"),
    (
        ("claims", 1, "subject"),
        {"total": True, "since": "2031", "through": "2030"},
        "subject.since",
    ),
    (("claims", 1, "subject"), {"total": True, "batch": "2030"}, "$.claims[1].subject"),
    (("claims", 1, "subject"), {"year": 99999}, "$.claims[1].subject.year"),
    (("claims", 1, "measure"), 7, "$.claims[1].measure"),
    (("claims", 1, "claimant_party"), "a", "$.claims[1].claimant_party"),  # the party is "A"
    (("claims", 1, "claimant"), "half \ud800", "$.claims[1].claimant"),
    (("sources",), {"s\ud800": {"publisher": "p"}}, "$.sources"),
    (("claims", 1, "corrects"), "9", "$.claims[1].corrects"),
    (("claims", 1, "colour"), "red", "$.claims[1].colour"),
    (("claims", 1), [], "$.claims[1]"),
    (("agreements", 0, "readings", 0, "obligations", 0, "from"), "Z", "obligations[0].from"),
    (("agreements", 0, "readings", 0, "obligations", 0, "to"), "A", "obligations[0]"),
    (("agreements", 0, "readings", 0, "obligations", 0, "count"), -3, "obligations[0].count"),
    (("sources", "s", "url"), "javascript:alert(1)", "$.sources.s.url"),
    (("sources",), [], "$.sources"),
]


@pytest.mark.parametrize(("path", "value", "where"), CASES)
def test_each_fault_is_named_with_its_place(path, value, where):
    with pytest.raises(InputError) as caught:
        claims_from_json(change(path, value), "c.json")
    assert caught.value.where.endswith(where)
    assert str(caught.value).startswith("c.json, $")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "is not JSON"),
        (b"{} x", "is not JSON"),
        (b'{"a": NaN}', "no JSON number"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[" * (MAX_DEPTH + 1), "nested"),
        (b'{"a":' * 100_000, "nested"),
        (b" " * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_honest_json_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        parse_json(text, "c.json")


def test_brackets_inside_strings_are_no_nesting():
    assert parse_json(b'["' + b"[{" * 500 + b'\\""]', "c.json") == ["[{" * 500 + '"']


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from([case[0] for case in CASES]), JSON)
def test_any_value_anywhere_is_taken_or_refused_but_never_crashes(path, value):
    try:
        claims_from_json(change(path, value))
    except InputError as error:
        assert error.where.startswith("$")


def test_the_command_ends_with_one_sentence_and_code_2(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(json.dumps(change(("claims", 1, "value"), -1)))
    done = subprocess.run(
        [sys.executable, "-m", "priam", "account", str(path)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "$.claims[1].value" in done.stderr


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_claims(tmp_path / "none.json")


def test_a_number_in_quotes_is_no_words():
    data = file({**claim("1", 4), "measure": "offered", "value": "1,212"})
    with pytest.raises(InputError, match="write a count without quotes"):
        claims_from_json(data)


def test_mediators_and_observers_may_speak():
    data = {**file({**claim("1", 4), "claimant_party": "M"}), "mediators": ["M"]}
    assert claims_from_json(data).claims[0].party == "M"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": ' + b"9" * 5000 + b"}", "5000 digits"),
        (b"[" + b"[]," * 600_000 + b"[]]", "more than 500,000 lists and objects"),
        (b'{"a": "' + b"x\\n" * 2_000_000 + b'"', "is not JSON"),  # one string, in linear time
    ],
)
def test_what_would_eat_memory_is_refused_first(data, words):
    with pytest.raises(InputError, match=words):
        parse_json(data, "c.json")
