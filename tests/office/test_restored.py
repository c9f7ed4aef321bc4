"""A restored backup stays read-only until it has caught up with what others saw of its log."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from priam.errors import UserError
from priam_office.handovers.processes import Office
from tests.office.installations import three_that_trust

SENTENCE = "are missing, as after an old backup was restored. It is read-only until"


@pytest.fixture
def three(sqlite_template: Path, tmp_path: Path) -> Iterator[dict[str, Office]]:
    offices = three_that_trust(tmp_path, sqlite_template)
    yield offices
    for office in offices.values():
        office.close()


def restored(office: Office, backup: Path) -> Office:
    """The installation again, with the files in ``backup`` in place of its own."""
    office.close()
    shutil.rmtree(office.folder)
    shutil.copytree(backup, office.folder)
    return Office(office.folder, office.party)


def test_a_backup_of_the_whole_folder(three: dict[str, Office], tmp_path: Path) -> None:
    a, b, c = (three[p] for p in "ABC")
    url = c.do("witness_serve")
    a.do("propose", "one", ["B"])
    a.do("witness_request", url, "C")
    a.close()
    shutil.copytree(a.folder, tmp_path / "backup")
    a = Office(a.folder, "A")
    a.do("propose", "two", ["B"])
    a.do("export", "B", tmp_path / "stick")
    b.do("import", tmp_path / "stick")
    a.do("witness_request", url, "C")
    a = three["A"] = restored(a, tmp_path / "backup")
    with pytest.raises(UserError, match="rolled back"):
        a.do("witness_request", url, "C")
    size = a.do("size")
    with pytest.raises(UserError, match=SENTENCE):
        a.do("propose", "another two", ["B"])
    assert a.do("size") == size
    # what B saw of A's log says the same where no witness is asked
    a = three["A"] = restored(a, tmp_path / "backup")
    b.do("export", "A", tmp_path / "stick")
    with pytest.raises(UserError, match="B has seen more of this log"):
        a.do("import", tmp_path / "stick")
    with pytest.raises(UserError, match=SENTENCE):
        a.do("propose", "another two", ["B"])


def test_a_backup_of_the_database_alone(three: dict[str, Office], tmp_path: Path) -> None:
    """The cosigned checkpoints beside the database know more than it does."""
    a, c = three["A"], three["C"]
    url = c.do("witness_serve")
    a.do("witness_request", url, "C")
    a.close()
    database = a.folder / "priam.sqlite3"
    shutil.copy(database, tmp_path / "old")
    a = Office(a.folder, "A")
    a.do("propose", "one", ["B"])
    a.do("witness_request", url, "C")
    a.close()
    shutil.copy(database, tmp_path / "new")
    shutil.copy(tmp_path / "old", database)
    a = Office(a.folder, "A")
    with pytest.raises(UserError, match=SENTENCE):
        a.do("propose", "two", ["B"])
    a.close()
    shutil.copy(tmp_path / "new", database)  # the way out: it has caught up
    a = three["A"] = Office(a.folder, "A")
    a.do("propose", "two", ["B"])


def test_a_marked_backup_writes_when_the_witness_remembers_no_more(
    three: dict[str, Office],
) -> None:
    a, c = three["A"], three["C"]
    url = c.do("witness_serve")
    a.do("witness_request", url, "C")
    a.do("hold", "this installation was restored from a backup of yesterday")
    with pytest.raises(UserError, match="others may hold more"):
        a.do("propose", "one", ["B"])
    a.do("witness_request", url, "C")
    a.do("propose", "one", ["B"])


def test_another_history_of_the_same_length_may_not_write(three: dict[str, Office]) -> None:
    a, c = three["A"], three["C"]
    a.do("witness_request", c.do("witness_serve"), "C")
    (note,) = (a.folder / "cosigned").glob("*.note")
    lines = note.read_text().split("\n")
    lines[2] = "A" * 43 + "="
    a.close()
    note.write_text("\n".join(lines))
    a = three["A"] = Office(a.folder, "A")
    with pytest.raises(UserError, match="states another root"):
        a.do("propose", "one", ["B"])


def test_a_party_gives_back_over_the_network(three: dict[str, Office], tmp_path: Path) -> None:
    a, b = three["A"], three["B"]
    a.close()
    shutil.copytree(a.folder, tmp_path / "backup")
    a = Office(a.folder, "A")
    a.do("propose", "net-1", ["B"])
    a.do("export", "B", tmp_path / "stick")
    b.do("import", tmp_path / "stick")
    url, _ = b.do("exchange_serve")
    size = a.do("size")
    a = three["A"] = restored(a, tmp_path / "backup")
    before = a.do("size")
    assert before < size
    with pytest.raises(UserError, match="B has seen more of this log"):
        a.do("sync", url, "B")
    assert a.do("take_back_from", url, "B") == (before, size, 0)
    a.do("propose", "net-2", ["B"])
    assert a.do("sync", url, "B")[0] == (1, 1)
    assert a.do("audit") == ([], 0)


def test_restore_marks_a_party_and_nobody_else(tmp_path: Path) -> None:
    from priam_office.commands.backup import hold_restored

    assert not hold_restored(tmp_path, "yesterday")
    (tmp_path / "party-card").touch()
    assert hold_restored(tmp_path, "yesterday")
    assert "restored from a backup of yesterday" in (tmp_path / "restored.json").read_text()
