"""Decisions are events; an undo takes back the last one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from priam.cli.names import names
from priam.errors import InputError
from priam.names.review import event, read_events, standing

PAIR = ("a1", "b1")


def pair(first: str, second: str) -> dict:
    record = {"id": first, "name": "Коваль Іван"}
    fields = [{"field": "surname", "level": "same", "weight": 2.1}]
    return {
        "id_a": first, "id_b": second, "probability": 0.4, "fields": fields, "a": record,
        "b": {**record, "id": second, "name": "Коваль Иван"},
    }  # fmt: skip


def test_the_last_answer_stands_and_an_undo_takes_it_back() -> None:
    answers = ["same", "different", "undone"]
    assert standing([event(PAIR, answer, by="x") for answer in answers]) == {PAIR: "same"}
    assert standing([event(PAIR, answer, by="x") for answer in ("same", "undone")]) == {}


def test_keys_write_events_and_the_next_run_goes_on(tmp_path: Path) -> None:
    pairs = [pair("a1", "b1"), pair("a2", "b2"), pair("a3", "b3")]
    (tmp_path / "pairs.json").write_text(
        json.dumps({"version": 1, "pairs": pairs}), encoding="utf-8"
    )
    arguments = ["review", str(tmp_path), "--by", "clerk 1"]
    result = CliRunner().invoke(names, arguments, input="sdzq")
    assert result.exit_code == 0, result.output
    assert " * name" in result.output
    events = read_events(tmp_path / "review.jsonl")
    assert [item["answer"] for item in events] == ["same", "different", "undone"]
    assert standing(events) == {("a1", "b1"): "same"}
    again = CliRunner().invoke(names, arguments, input="xuq")
    assert "3 pairs, 1 decided" in again.output
    assert standing(read_events(tmp_path / "review.jsonl"))[("a2", "b2")] == "unsure"


def test_a_spoiled_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    path.write_text(json.dumps(event(PAIR, "same", by="x")) + "\nnonsense\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        read_events(path)
