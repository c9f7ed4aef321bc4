"""A witness that falls silent is on every page, in the account for programs, and in a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from priam.events import PartyDeclared
from priam.tlog.keys import KeyPair
from priam.tlog.witness import MemoryStore, Witness

NOW = 1_800_000_000  # 15 January 2027
DAY = 86_400


@pytest.fixture
def office(sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A party's installation that trusts the witness of C."""
    from django.conf import settings

    from priam_office.handovers import parties, witnesses
    from priam_office.handovers.evidence import KeysTrusted
    from priam_office.installation import create
    from priam_office.record.write import Entry, record_all

    installation = create(tmp_path / "office", "office.example/log")
    monkeypatch.setattr(settings, "INSTALLATION", installation)
    monkeypatch.setattr(witnesses.time, "time", lambda: NOW)
    monkeypatch.setitem(witnesses._kept, "until", 0.0)
    me = parties.found(installation, "A", "words", n=2)
    eye = KeyPair.generate("c.example/witness", "witness")
    keys = KeysTrusted("C", "c.example/log", (), (), tuple(eye.vkeys()))
    record_all([Entry(PartyDeclared("C", "C", "observer")), Entry(keys)], by=me.actor)
    return installation, eye


def cosign(office: Any, at: int) -> None:
    from priam_office.handovers import witnessing

    installation, eye = office
    logs = {installation.origin(): installation.verifiers()}
    witness = Witness(eye.signers(lambda: at), logs, MemoryStore())

    def send(body: bytes) -> tuple[int, str]:
        answer = witness.add_checkpoint(body)
        return answer.status, answer.body

    witnessing.cosigned_by(installation.folder, send, eye.vkeys())


def pages() -> dict[str, str]:
    client = Client()
    return {code: client.get(f"/{code}/log/").content.decode() for code in ("en", "ru", "uk")}


def test_a_silent_witness_is_red_everywhere(office: Any) -> None:
    cosign(office, NOW - 8 * DAY)
    said = pages()
    assert "The witness c.example/witness has been silent for 8 days." in said["en"]
    assert "It last cosigned on 7 January 2027, at 4 events." in said["en"]
    assert "молчит 8 дней" in said["ru"] and "мовчить 8 днів" in said["uk"]
    assert all('class="alarm" role="alert"' in page for page in said.values())
    (one,) = Client().get("/account.json").json()["witnesses"]
    assert (one["silent"], one["days"], one["size"]) == (True, 8, 4)
    assert one["last_cosigned"] == "2027-01-07"


def test_a_witness_that_was_heard_lately_is_not(office: Any) -> None:
    cosign(office, NOW - 6 * DAY)
    assert all("alarm" not in page for page in pages().values())
    (one,) = Client().get("/account.json").json()["witnesses"]
    assert one["silent"] is False and one["missing"] == 0


def test_a_witness_that_never_spoke(office: Any) -> None:
    assert "It has never cosigned this log." in pages()["en"]


def test_the_command(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from priam_office.commands import witness

    monkeypatch.setattr(witness, "open_installation", lambda folder: None)
    cosign(office, NOW - 9 * DAY)
    result = CliRunner().invoke(witness.witness, ["status"], standalone_mode=False)
    assert "C  c.example/witness  SILENT for 9 days; 4 events on 2027-01-06" in result.output
    assert result.return_value == 1


def test_a_read_only_installation_says_so(office: Any) -> None:
    from priam_office.record import restored

    cosign(office, NOW)
    restored.hold("restored from a backup")
    assert "This installation is read-only." in pages()["en"]


def test_the_quorum_of_the_annex(office: Any) -> None:
    """A witness with two keys counts once, and with both lines only."""
    from priam.errors import UserError
    from priam_office.handovers import trusted

    made = trusted.policy()
    assert made.quorum == "witnesses" and not made.satisfied_by(["C-1"])
    assert made.satisfied_by(["C-1", "C-2"])
    with pytest.raises(UserError, match="2 cannot be met: 1 witnesses"):
        trusted.policy(2)
