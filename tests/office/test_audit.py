"""What somebody with the database file in hand does to it is found and named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.office.acts import Noted

Edit = Callable[[sqlite3.Connection], object]


@pytest.fixture
def log(sqlite: str) -> Path:
    """Ten events, a checkpoint after seven and after ten; the path of the file."""
    from django.db import connection

    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.write import Entry, record_all

    record_all([Entry(Noted(f"note {i}")) for i in range(7)], by="a.example")
    checkpoint()
    record_all([Entry(Noted(f"note {i}")) for i in range(7, 10)], by="a.example")
    checkpoint()
    connection.close()
    return Path(sqlite.removeprefix("sqlite:///"))


def audit(*elsewhere: str) -> Any:
    from django.conf import settings

    from priam_office.record.audit import audit

    signer = settings.INSTALLATION.signer()
    return audit([signer.verifier()], signer.name, elsewhere)


def tamper(path: Path, *edits: str | Edit, keep_guards: bool = False) -> None:
    """Do as an attacker with sqlite3 would: drop the triggers, edit, put the triggers back."""
    with sqlite3.connect(path) as plain:
        triggers = plain.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='trigger'"
        ).fetchall()
        for name, _ in triggers:
            plain.execute(f"DROP TRIGGER {name}")
        for edit in edits:
            plain.execute(edit) if isinstance(edit, str) else edit(plain)
        if not keep_guards:
            for _, sql in triggers:
                plain.execute(sql)
    plain.close()


def event_id(path: Path, sequence: int) -> str:
    with sqlite3.connect(path) as plain:
        sql = "SELECT event_id FROM record_leaf WHERE sequence = ?"
        return str(plain.execute(sql, [sequence]).fetchone()[0])


def test_an_untouched_log_has_no_finding(log: Path) -> None:
    report = audit()
    assert report.findings == ()
    assert (report.log.size, report.log.vouched, report.log.payloads) == (10, 10, 10)


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("payload", """'{"body":{"text":"forged"},"version":1}'""", "payload_edited"),
        ("actor", "'b.example'", "row_edited"),
        ("type", "'other'", "row_edited"),
        ("claimed_time", "'2020-01-01T00:00:00Z'", "row_edited"),
        ("received_time", "'2020-01-01T00:00:00Z'", "row_edited"),
        ("commitment", "'" + "ab" * 32 + "'", "row_edited"),
        ("version", "2", "row_edited"),
    ],
)
def test_an_edited_row_is_named(log: Path, column: str, value: str, kind: str) -> None:
    name = event_id(log, 4)
    tamper(log, f"UPDATE record_event SET {column} = {value} WHERE sequence = 4")
    texts = [text for found, text in audit().findings if found == kind]
    assert texts and all(name in text for text in texts)


@pytest.mark.parametrize("sequence", [0, 3, 6, 7, 9])
def test_a_removed_event_is_named(log: Path, sequence: int) -> None:
    name = event_id(log, sequence)
    tamper(log, f"DELETE FROM record_event WHERE sequence = {sequence}")
    assert any(kind == "event_removed" and name in text for kind, text in audit().findings)


def test_an_event_removed_with_its_leaf_and_salt_is_found(log: Path) -> None:
    tables = ("record_event", "record_leaf", "record_salt")
    tamper(log, *(f"DELETE FROM {table} WHERE sequence = 3" for table in tables))
    assert any("3" in text for kind, text in audit().findings if kind == "event_removed")


def test_reordered_events_are_named(log: Path) -> None:
    first, second = event_id(log, 2), event_id(log, 5)
    tamper(
        log,
        "UPDATE record_event SET sequence = 100 WHERE sequence = 2",
        "UPDATE record_event SET sequence = 2 WHERE sequence = 5",
        "UPDATE record_event SET sequence = 5 WHERE sequence = 100",
        "UPDATE record_salt SET sequence = 100 WHERE sequence = 2",
        "UPDATE record_salt SET sequence = 2 WHERE sequence = 5",
        "UPDATE record_salt SET sequence = 5 WHERE sequence = 100",
    )
    moved = " ".join(text for kind, text in audit().findings if kind == "event_moved")
    assert first in moved and second in moved


def test_a_truncated_log_is_found_by_its_checkpoint(log: Path) -> None:
    tables = ("record_event", "record_leaf", "record_salt")
    tamper(log, *(f"DELETE FROM {table} WHERE sequence > 7" for table in tables))
    assert "log_short" in {kind for kind, _ in audit().findings}


def test_a_log_cut_together_with_its_checkpoint_is_found_by_a_copy_kept_elsewhere(
    log: Path,
) -> None:
    with sqlite3.connect(log) as plain:
        copy = plain.execute("SELECT note FROM record_checkpoint WHERE size = 10").fetchone()[0]
    tables = ("record_event", "record_leaf", "record_salt")
    tamper(
        log,
        *(f"DELETE FROM {table} WHERE sequence > 6" for table in tables),
        "DELETE FROM record_checkpoint WHERE size = 10",
        "DELETE FROM record_node WHERE place NOT IN ('1/0', '1/1', '1/2', '2/0')",
    )
    assert audit().findings == ()
    assert [kind for kind, _ in audit(copy).findings] == ["log_short"]


def test_an_edited_checkpoint_is_found(log: Path) -> None:
    tamper(
        log, "UPDATE record_checkpoint SET note = replace(note, char(10) || '7', char(10) || '8')"
    )
    assert "checkpoint_edited" in {kind for kind, _ in audit().findings}


def test_a_row_rewritten_with_leaf_salt_and_nodes_does_not_fit_the_signed_root(log: Path) -> None:
    """The best an attacker without the key can do; the last checkpoint bounds where."""

    def rewrite(plain: sqlite3.Connection) -> None:
        from priam.tlog.audit import EventRow, row_hash
        from priam.tlog.leaves import commitment

        payload = '{"body":{"text":"forged"},"version":1}'
        salt = plain.execute("SELECT value FROM record_salt WHERE sequence = 8").fetchone()[0]
        committed = commitment(bytes.fromhex(salt), payload.encode())
        edit = "UPDATE record_event SET payload = ?, commitment = ? WHERE sequence = 8"
        plain.execute(edit, [payload, committed])
        columns = (
            "sequence, event_id, type, version, actor, claimed_time, received_time, commitment"
        )
        row = plain.execute(f"SELECT {columns} FROM record_event WHERE sequence = 8").fetchone()
        leaf = row_hash(EventRow(*row, None, None)).hex()
        plain.execute("UPDATE record_leaf SET hash = ? WHERE sequence = 8", [leaf])

    tamper(log, rewrite)
    found = [text for kind, text in audit().findings if kind == "root_mismatch"]
    assert len(found) == 1 and "7" in found[0] and "9" in found[0]


def test_a_missing_salt_is_found_unless_its_destruction_was_recorded(log: Path) -> None:
    from priam_office.record.write import destroy_salt

    destroy_salt(event_id(log, 1), "asked for", by="a.example")
    assert audit().ok
    name = event_id(log, 5)
    tamper(log, "DELETE FROM record_salt WHERE sequence = 5")
    assert [(kind, name in text) for kind, text in audit().findings] == [("salt_missing", True)]


def test_a_forged_tree_node_is_found(log: Path) -> None:
    tamper(log, "UPDATE record_node SET hash = '" + "00" * 32 + "' WHERE place = '2/0'")
    assert audit().findings == (("node_edited", "tree node 2/0 is not what its leaves give"),)


def test_missing_guards_are_a_finding(log: Path) -> None:
    tamper(log, keep_guards=True)
    assert {kind for kind, _ in audit().findings} == {"guard_missing"}
    assert len(audit().findings) == 15


def test_a_changed_log_is_not_signed_again(log: Path) -> None:
    from priam.errors import UserError
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.write import record

    tamper(
        log,
        "UPDATE record_leaf SET hash = '" + "11" * 32 + "' WHERE sequence = 8",
        "UPDATE record_node SET hash = '" + "22" * 32 + "' WHERE place = '1/4'",
    )
    record(Noted("more"), by="a.example")
    with pytest.raises(UserError, match="does not continue its checkpoint of 10 events"):
        checkpoint()


@pytest.mark.parametrize(
    "edits",
    [
        (),
        ("UPDATE record_event SET payload = 'forged' WHERE sequence = 5",),
        ("DELETE FROM record_event WHERE sequence IN (3, 4, 5)",),
        ("DELETE FROM record_leaf WHERE sequence > 6",),
        ("UPDATE record_event SET sequence = 10000000 WHERE sequence = 2",),
        ("UPDATE record_event SET sequence = -1 WHERE sequence = 0",),
        ("UPDATE record_event SET sequence = 'none' WHERE sequence = 9",),
        ("DELETE FROM record_event", "DELETE FROM record_leaf"),
    ],
)
def test_several_processes_find_what_one_finds(
    log: Path, monkeypatch: pytest.MonkeyPatch, edits: tuple[str, ...]
) -> None:
    from priam_office.record import ranges

    tamper(log, *edits)
    alone = audit()
    monkeypatch.setattr(ranges, "RANGE", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert audit() == alone
    assert alone.ok == (not edits)


def test_sealed_payloads_are_opened_by_every_process(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam.events import BagRegistered, PartyDeclared
    from priam.events.cases import BagOpened
    from priam_office.record import ranges
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.write import Entry, record_all
    from priam_office.vault.datakeys import make_missing

    make_missing()
    record_all([Entry(PartyDeclared("A", "A"))], by="a.example")
    for tag in ("PRM-1", "PRM-2"):
        opened = BagOpened(tag, "one", (f"{tag}-C",))
        record_all([Entry(BagRegistered(tag, "A")), Entry(opened)], by="a.example")
    checkpoint()
    monkeypatch.setattr(ranges, "RANGE", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    report = audit()
    assert report.ok, report.findings
    assert report.log.payloads == report.log.vouched == 5


def test_an_audit_hinders_no_writer_and_sees_one_moment(store: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    from priam_office.record.models import Event
    from priam_office.record.transactions import reading
    from priam_office.record.write import Entry, record_all

    def write(number: int) -> None:
        record_all([Entry(Noted(f"note {number}"))], by="a.example")
        connections.close_all()

    write(0)
    with reading():
        assert Event.objects.count() == 1
        with ThreadPoolExecutor(1) as other:
            other.submit(write, 1).result(timeout=20)
        assert Event.objects.count() == 1
    assert Event.objects.count() == 2


def test_events_that_no_longer_fit_each_other_are_a_finding(sqlite: str) -> None:
    from django.db import connection

    from priam.events import BagRegistered, PartyDeclared
    from priam.events.cases import BagOpened
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.write import Entry, record_all
    from priam_office.vault.datakeys import make_missing

    make_missing()
    acts = PartyDeclared("A", "A"), BagRegistered("PRM-1", "A"), BagOpened("PRM-1", "empty")
    record_all([Entry(act) for act in acts], by="a.example")
    checkpoint()
    connection.close()
    tamper(Path(sqlite.removeprefix("sqlite:///")), "DELETE FROM record_event WHERE sequence = 1")
    kinds = {kind for kind, _ in audit().findings}
    assert {"event_removed", "events_unreadable"} <= kinds


def test_an_interrupted_comparison_says_what_was_not_checked(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from priam_office.commands.log import _with_tables
    from priam_office.record import audit as module

    def interrupted(advance: object) -> None:
        raise KeyboardInterrupt

    report = audit()
    monkeypatch.setattr(module, "audit_tables", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _with_tables(report, 10, False)
    assert "Interrupted. Tables: NOT compared" in capsys.readouterr().out
