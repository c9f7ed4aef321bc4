"""The commands of a party, one after the other on one installation, as a newcomer types them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from priam.errors import UserError
from priam.labels.tags import issue
from priam_office.handovers.processes import PASSPHRASE
from tests.office.here import Here

Run = Callable[..., str]
A, B, C = issue(3, random.Random(11).choice)


@pytest.fixture
def here(sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    from django.conf import settings

    from priam.events import PartyDeclared
    from priam_office.record.write import record

    monkeypatch.setenv("PRIAM_DATA", str(tmp_path / "A"))
    monkeypatch.setenv("PRIAM_PASSPHRASE", PASSPHRASE)
    before = settings.INSTALLATION
    made = Here(tmp_path / "A", "A")
    record(PartyDeclared("B", "Office of B"), by="a.example/log")
    yield made
    settings.INSTALLATION = before


@pytest.fixture
def run(here: Here) -> Run:
    from priam_office.commands.exchange import exchange

    def call(*words: str, group: Any = exchange) -> str:
        result = CliRunner().invoke(group, [*words], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return result.output

    return call


def test_a_batch_with_a_transport_and_a_correction(run: Run, tmp_path: Path) -> None:
    assert "Proposed accord" in run("propose", "accord", "--with", "B")
    assert "one-sided" in run("reading", "accord", "one-sided", "--owes", "A:B:6000")
    assert "mutual" in run("reading", "accord", "mutual", "--owes", "A:B:1", "--owes", "B:A:open")
    with pytest.raises(UserError, match="expected GIVER:RECEIVER:COUNT"):
        run("reading", "accord", "x", "--owes", "A-B")
    run("offer", "o1", "--agreement", "accord", "--to", "B", "--number", "3",
        "--place", "point", "--date", "2025-06-11")  # fmt: skip
    assert "Withdrawn" in run("withdraw", "o1", "--reason", "the road is closed")
    bags = tmp_path / "bags.csv"
    bags.write_text(f"tag;seal;number\n{A};S1;0347\n{B};S2;0348\n{C};S3;\n")
    name = run("issue", "--agreement", "accord", "--batch", "one", "--to", "B",
               "--bags", str(bags)).strip()  # fmt: skip
    short = name[:10]
    run("depart", "lorry", short, "--vehicle", "AB 1", "--place", "here", "--seal", "K1",
        "--when", "2025-06-11T04:00:00Z")  # fmt: skip
    assert "Seals at departure: K1; found: none." in run("arrive", "lorry", "--place", "there")
    run("handover", short, "--agreement", "accord", "--name", "h", "--place", "there",
        "--date", "2025-06-11", "--open-only")  # fmt: skip
    assert "1 of 3 bags" in run("hand-over", short, "--tag", A)
    assert "3 of 3 bags" in run("hand-over", short)
    seen = tmp_path / "seen"
    seen.write_text(f"{A}\n{B}\n")
    said = run("count", short, "--bags", str(seen), "--reservation", C, "missing", "not there")
    assert "A counted 2, with 1 reservations" in said
    assert "has signed" in run("sign", short)
    assert "A counts 3 now" in run("correct", short, "3", "--reason", "found under the seat")
    assert "Closed: h" in run("close", "h")
    listed = run("list")
    assert "3 bags, 3 let go, 0 refused; signed: unilateral; A counted 3" in listed
    assert "offer o1: A to B, 3 bags; withdrawn by A" in listed
    history = run("bag", A.lower())
    assert "in the custody of B, seal S1" in history and "transport.arrived" in history
    for kind in ("manifest", "reception"):
        out = tmp_path / f"{kind}.pdf"
        run("paper", short, "--kind", kind, "--language", "ru", "--out", str(out))
        assert out.read_bytes().startswith(b"%PDF")


def test_the_record_as_epcis(run: Run, here: Here, tmp_path: Path) -> None:
    from priam_office.commands.export import export

    run("propose", "accord", "--with", "B")
    bags = tmp_path / "bags"
    bags.write_text(f"{A} S1\n")
    run("issue", "--agreement", "accord", "--batch", "one", "--to", "B", "--bags", str(bags))
    out = str(tmp_path / "epcis.json")
    assert "1 EPCIS events" in run("epcis", "--batch", "one", "--out", out, group=export)
    (event,) = json.loads(Path(out).read_text())["epcisBody"]["eventList"]
    assert event["epcList"] == [f"urn:priam:bag:{A}"]
    with pytest.raises(UserError, match="no manifest of batch 'two'; known: one"):
        run("epcis", "--batch", "two", "--out", out, group=export)


def test_keys_by_command(run: Run, here: Here, tmp_path: Path) -> None:
    assert "Fingerprint: " in run("card")
    assert run("keys").count("office, today's") == 2
    tablet = tmp_path / "tablet"
    assert "(point)" in run("enrol", "tablet-1", "--role", "point", "--out", str(tablet))
    assert "point, tablet-1" in run("keys")
    with pytest.raises(UserError, match="there is no key 'tablet-2'"):
        run("revoke", "tablet-2", "--reason", "lost")
    assert "Revoked 2 keys" in run("revoke", "tablet-1", "--reason", "lost")
    assert run("keys").count("REVOKED") == 2
    said = run("rotate-key", "--new-passphrase", "other words")
    assert "signs with new keys" in said
    assert run("keys").count("office, earlier") == 2
    with pytest.raises(UserError, match="0 recovery keys are not enough"):
        run("recover", "--new-passphrase", "x")
    said = run("recover", "--alone", "--new-passphrase", "x")
    assert "read them this" in said


def test_a_mistyped_tag_is_caught_at_the_point(run: Run, tmp_path: Path) -> None:
    run("propose", "accord", "--with", "B")
    bags = tmp_path / "bags"
    bags.write_text(f"{A} S1\n")
    name = run("issue", "--agreement", "accord", "--batch", "one", "--to", "B",
               "--bags", str(bags)).strip()  # fmt: skip
    run("handover", name, "--agreement", "accord", "--name", "h", "--place", "p", "--date", "d")
    wrong = A[:5] + ("Z" if A[5] != "Z" else "Y") + A[6:]
    bags.write_text(f"{wrong}\n")
    with pytest.raises(UserError, match=f"line 1.*{A}"):
        run("count", name, "--bags", str(bags))
