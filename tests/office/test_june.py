"""June 2025 by three installations: few bags by default, all of them as a slow test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from priam.errors import UserError
from priam.tlog.bundle import parse_parties
from priam.tlog.dispute import Report, verify_bundle
from priam.tlog.policy import parse_policy
from priam_office.commands.demo import manifest_table, verdict
from priam_office.handovers.june import BATCHES, Batch, play

SMALL = (Batch("2025-06-15", 4), Batch("2025-06-16", 8, missing=3, back=2))


def report(file: Path, result: dict[str, Any]) -> Report:
    return verify_bundle(
        file.read_bytes(),
        policy=parse_policy(result["policy"].read_bytes()),
        parties=parse_parties(result["parties"].read_bytes()),
    )


def check(result: dict[str, Any], batches: tuple[Batch, ...]) -> None:
    expected = {(b.date, "A"): (b.given, b.given - b.missing) for b in batches}
    expected |= {(b.date, "B"): (b.back, b.back) for b in batches if b.back}
    for figures in result["figures"].values():
        assert len(figures) == len(expected)
        for line in figures:
            counts = {count["party"]: count["value"] for count in line["counts"]}
            found = (counts[line["giver"]], counts[line["receiver"]])
            assert found == expected[line["batch"], line["giver"]]
            assert line["signed"] == "bilateral"
    assert "All three installations hold the same figures." in manifest_table(result["figures"])
    for batch in batches:
        for file in result["bundles"][batch.date]:
            found = report(file, result)
            assert not found.of("invalid")
            assert len(found.of("contradiction")) == (1 if batch.missing else 0)
            cosigned = [s.text for s in found.of("proved") if "cosigned by" in s.text]
            assert cosigned
            both = [s for s in found.of("proved") if "both parties signed the same" in s.text]
            assert len(both) == (2 if batch.back else 1)


def test_june_with_few_bags(tmp_path: Path) -> None:
    said: list[str] = []
    result = play(tmp_path / "june", said.append, SMALL)
    check(result, SMALL)
    assert "A says B postponed; B says no date had been agreed" in said[0]
    text = verdict(result["bundles"]["2025-06-16"][0], result)
    assert "the manifest states 8, B counted 5, a difference of 3" in text
    before = len(said)
    assert play(tmp_path / "june", said.append, SMALL) == result and len(said) == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine").touch()
    with pytest.raises(UserError, match="not empty"):
        play(tmp_path / "other", said.append, SMALL)
    (tmp_path / "june" / "finished.json").unlink()  # as if it had been interrupted
    assert play(tmp_path / "june", said.append, SMALL[:1])["bundles"].keys() == {"2025-06-15"}


@pytest.mark.slow
def test_june_in_full(tmp_path: Path) -> None:
    result = play(tmp_path / "june", lambda text: None)
    check(result, BATCHES)
    given = [line for line in result["figures"]["C"] if line["giver"] == "A"]
    assert sum(line["listed"] for line in given) == 6060
    totals = [sum(c["value"] for c in line["counts"] if c["party"] == "B") for line in given]
    assert sum(totals) == 6057
