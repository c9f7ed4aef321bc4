"""Sealed payloads and fields: nothing readable in the database, nothing opens elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from priam.errors import UserError
from priam.events.base import Event, Recorded
from priam.events.state import State
from tests.office.acts import Noted

CANARY = "Канарейка-7731"


@dataclass(frozen=True, slots=True)
class Whispered(Event):
    type: ClassVar[str] = "whispered_in_tests"
    compartment: ClassVar[str] = "identity"
    text: str

    def check(self, state: State, recorded: Recorded) -> None: ...

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


def test_a_sealed_event_reads_back_and_verifies(store: str) -> None:
    from django.conf import settings

    from priam_office.record.acts import from_row
    from priam_office.record.audit import audit
    from priam_office.record.models import Event as Row
    from priam_office.record.write import record

    written = record(Whispered(CANARY), by="tests")
    again = record(Whispered(CANARY), by="tests", event_id=written.event_id)
    row = Row.objects.get()
    assert again == written == from_row(row)
    assert CANARY not in row.payload
    installation = settings.INSTALLATION
    report = audit(installation.verifiers(), installation.origin())
    assert report.ok and report.log.payloads == 1


def test_a_stolen_file_shows_no_canary(sqlite: str) -> None:
    from django.db import connection

    from priam_office.record.write import record

    record(Whispered(CANARY), by="tests")
    connection.close()
    path = Path(sqlite.removeprefix("sqlite:///"))
    for file in path.parent.glob(f"{path.name}*"):
        data = file.read_bytes()
        for encoding in ("utf-8", "utf-16-le", "cp1251"):
            assert CANARY.encode(encoding) not in data
        assert b"\\u041a" not in data


def test_without_the_key_the_compartment_is_locked(
    sqlite: str, tmp_path: Path, settings: object
) -> None:
    from django.test import Client

    from priam_office.record import state
    from priam_office.record.audit import audit
    from priam_office.record.queries import event
    from priam_office.record.write import record
    from priam_office.vault import compartments, datakeys

    keys = settings.COMPARTMENT_KEYS  # type: ignore[attr-defined]

    installation = settings.INSTALLATION  # type: ignore[attr-defined]
    written = record(Whispered(CANARY), by="tests")
    row = event(written.event_id)
    settings.COMPARTMENT_KEYS = tmp_path / "none"  # type: ignore[attr-defined]
    datakeys._opened.clear()
    try:
        from priam_office.record.acts import body

        with pytest.raises(compartments.CompartmentLocked, match="locked"):
            body(row)
        report = audit(installation.verifiers(), installation.origin())
        assert report.log.payloads == 0
        assert {kind for kind, _ in report.findings} <= {"events_unreadable"}
        state._kept[0] = state._EMPTY  # as a process that starts without the key
        assert Client().get("/en/").status_code == 200
        with pytest.raises(UserError, match="nothing can be recorded now"):
            record(Noted("a line"), by="tests")
    finally:
        datakeys._opened.clear()
    settings.COMPARTMENT_KEYS = keys  # type: ignore[attr-defined]
    assert record(Noted("a line"), by="tests").sequence == 1


def test_a_box_does_not_open_at_another_place(sqlite: str) -> None:
    from priam_office.vault.sealing import open_text, seal

    box = seal("genetic", CANARY, "a|1")
    assert open_text(box, "a|1") == CANARY
    with pytest.raises(UserError, match="does not open"):
        open_text(box, "a|2")
    with pytest.raises(UserError, match="does not open"):
        at = box.index('":"') + 5
        open_text(box[:at] + ("A" if box[at] != "A" else "B") + box[at + 1 :], "a|1")


def test_a_new_wrapping_key_leaves_the_data_readable(
    sqlite: str, tmp_path: Path, settings: object
) -> None:
    from priam_office.vault import compartments, datakeys
    from priam_office.vault.sealing import open_text, seal

    box = seal("identity", CANARY, "a|1")
    old = compartments.wrapping_key("identity")
    compartments.make_keys(tmp_path)
    settings.COMPARTMENT_KEYS = tmp_path  # type: ignore[attr-defined]
    assert datakeys.rewrap("identity", old, compartments.wrapping_key("identity")) == 1
    datakeys._opened.clear()
    assert open_text(box, "a|1") == CANARY
    datakeys._opened.clear()


def test_names_are_found_by_beginnings_across_alphabets(sqlite: str) -> None:
    from priam_office.vault.tokens import search_tokens, tokens_of

    stored = tokens_of(["Коваленко Сергій", "15.03.1990"])
    for typed in ("ковал", "Kovalenko", "kovalenko serhii", "Сергій КОВАЛЕНКО", "1990"):
        assert set(search_tokens(typed)) <= stored, typed
    for typed in ("ко", "Петренко", "Коваленко Петро"):
        assert not set(search_tokens(typed)) <= stored, typed
    assert all("коваленко" not in token and len(token) == 24 for token in stored)


def test_a_page_whose_compartment_is_locked_says_so(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.people import oversight
    from priam_office.vault.compartments import CompartmentLocked
    from tests.office.signing_in import signed_in

    def locked(*args: object) -> None:
        raise CompartmentLocked("the compartment 'identity' is locked", file="identity.key")

    monkeypatch.setattr(oversight.exceptions, "requests", locked)
    answer = signed_in("legal").get("/en/work/exceptions/")
    assert answer.status_code == 503 and "folder of keys" in answer.content.decode()
