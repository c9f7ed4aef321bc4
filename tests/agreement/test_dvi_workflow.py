"""The workflow of dvir 3.4.2 on its twelve data sets, as far as the definitions correspond."""

from __future__ import annotations

import json

import pytest

from priam.identification.dvi import (
    case_from_record,
    excluded,
    mismatch_count,
    pairwise_lr,
    undisputed,
)

NAMES = (
    "example1", "example2", "exclusionExample", "fire", "grave", "icmp", "KETPchap481",
    "KETPchap484", "KETPexer497", "KETPexer498", "planecrash", "symmetricSibs",
)  # fmt: skip


@pytest.fixture(params=NAMES)
def example(request, shared):
    """A case and what dvir says of it."""
    path = shared / "reference" / "dvi_workflow" / f"{request.param}.json"
    content = json.loads(path.read_text())
    given = content["input"]
    typed = given["am_genotypes"]
    families = []
    for entry in given["am"]:
        inside = {person["id"] for person in entry["pedigree"]}
        families.append(
            {
                "id": entry["family"],
                "pedigree": entry["pedigree"],
                "missing": [m for m in given["missing"] if m in inside],
                "genotypes": typed.get(entry["family"]) or {},
            }
        )
    victims = [{**v, "genotypes": given["pm_genotypes"][name]} for name, v in given["pm"].items()]
    record = {
        "name": content["name"],
        "markers": given["markers"],
        "victims": victims,
        "families": families,
        "missing": given["missing"],
    }
    expected = {name: entry.get("value") for name, entry in content["expected"].items()
                if isinstance(entry, dict)}  # fmt: skip
    return case_from_record(record), expected


def _close(found, expected):
    if expected is None or found is None:
        assert found is expected
    else:
        assert found == pytest.approx(float(expected), rel=1e-8, abs=1e-290)


def _check(found, expected):
    for victim, row in zip(expected["rows"], expected["values"], strict=True):
        for missing, value in zip(expected["cols"], row, strict=True):
            _close(found[victim][missing], value)


def _summary(rows):
    return sorted(
        (row["Family"], row["Missing"], row["Sample"], int(row["Comment"].split()[-1]))
        for row in rows or []
    )


def test_pairs_mismatches_and_exclusions(example):
    """dvir looks for exclusions at more than two markers; no name is written as [""]."""
    case, expected = example
    _check(pairwise_lr(case), expected["pairwiseLR"]["LRmatrix"])
    counts = mismatch_count(case)
    _check(counts, expected["exclusionMatrix"])
    victims, missing = excluded(counts, 2)
    theirs = expected["findExcluded_max2"]["excluded"]
    assert victims == [name for name in theirs["sample"] if name]
    assert missing == [name for name in theirs["missing"] if name]


@pytest.mark.parametrize("strict", [False, True])
def test_undisputed(example, strict):
    case, expected = example
    theirs = expected["findUndisputed_1e4_strict" if strict else "findUndisputed_1e4"]["summary"]
    found = undisputed(case, 1e4, strict=strict)
    assert sorted((u["family"], u["missing"], u["victim"], u["step"]) for u in found) == _summary(
        theirs
    )
    numbers = {(row["Missing"], row["Sample"]): row["LR"] for row in theirs or []}
    for u in found:
        _close(u["LR"], numbers[u["missing"], u["victim"]])
