"""An old backup lost events; the others give them back, and the log goes on where it was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from priam import events
from priam.errors import UserError
from priam.events.values import Item
from priam.tlog.bundle import read_bundle, write_bundle
from priam_office.handovers import returning
from priam_office.record.lost import PutBack
from tests.office.faults.nodes import Keys, Local, found_three
from tests.office.faults.prepared import in_memory
from tests.office.faults.runs import picture
from tests.office.faults.test_faults import _at_the_point, _carry, _write


@dataclass
class Story:
    """A's folder of an old backup, and the three installations as they are after it."""

    folder: Path
    keys: dict[str, Keys]
    picture: Any
    size: int
    local: int  # the place of an act of A that nobody else was told of

    def node(self, party: str) -> Local:
        return Local(party, self.folder / party, self.keys[party])

    def restored(self) -> Local:
        """A, put back as it was when the backup was made, and the others as they were then."""
        for party, kept in (("A", "backup"), ("B", "B-kept"), ("C", "C-kept")):
            shutil.rmtree(self.folder / party)
            shutil.copytree(self.folder / kept, self.folder / party)
        return self.node("A")


@pytest.fixture(scope="module")
def told(sqlite_template: Path) -> Iterator[Story]:
    with tempfile.TemporaryDirectory(dir=in_memory(), prefix="priam-returned-") as folder:
        base = Path(folder)
        keys = found_three(base, sqlite_template)
        a, b, c = (Local(party, base / party, keys[party]) for party in "ABC")
        first = _at_the_point(a, b, "PRM-1", "PRM-2")
        _carry(b, a)
        a.close()
        shutil.copytree(base / "A", base / "backup")
        _write(a, events.BagsHandedOver(first, ("PRM-1", "PRM-2")))
        _write(a, events.CountStated(first, "A", 2))
        a.call("sign", first)
        _write(a, events.PartyDeclared("Z", "Z", "observer"))  # told to nobody
        local = len(a.call("rows", 0)) - 1
        _carry(a, b)
        back = _issued(b)
        _carry(b, a)  # an act of B, on which A's next ones rest
        _write(a, events.CountStated(back, "A", 1))
        a.call("sign", back)
        _carry(a, c)
        _write(c, events.BagRegistered("PRM-C", "C"))
        _carry(c, a)
        _carry(b, c)
        assert _carry(a, b) == (0, "")
        _carry(a, c)
        state = picture(a.call("state"))
        size = int(read_bundle(_newest(base / "B", "A"))[0].checkpoints[-1].split("\n")[1])
        for node in (a, b, c):
            node.close()
        for party in "BC":
            shutil.copytree(base / party, base / f"{party}-kept")
        yield Story(base, keys, state, size, local)


def _issued(b: Local) -> str:
    """B lists a bag for A and lets it go at a meeting."""
    from priam_office.handovers.documents import document

    items = (Item("PRM-B"),)
    name = document(
        agreement="x", batch="two", sequence=1, previous=None, giver="B", receiver="A", items=items
    ).digest
    _write(b, events.ManifestIssued(name, "two", 1, "B", "A", items, "x"))
    _write(b, events.HandoverOpened("h2", "the point", "2025-06-08", (name,)))
    _write(b, events.BagsHandedOver(name, ("PRM-B",)))
    return str(name)


def _newest(folder: Path, party: str) -> bytes:
    return max((folder / "received").glob(f"{party}-*.bundle")).read_bytes()


def given_back(story: Story, *parties: str) -> list[bytes]:
    found = []
    for party in parties:
        node = story.node(party)
        with node._here():
            found += [path.read_bytes() for path in returning.give_back(node._me, "A", 0)]
        node.close()
    return found


def acts_of_a(file: bytes) -> tuple[Any, ...]:
    found = read_bundle(file)[0].events
    return tuple(one for one in found if b'"actor":"a.example/log"' in one.leaf)


def take(node: Local, files: list[bytes]) -> Any:
    from django.conf import settings

    with node._here():
        done = returning.take_back(settings.INSTALLATION, files)
        returning.settle(settings.INSTALLATION)
    return done


def test_the_others_give_back_what_was_lost(told: Story) -> None:
    a = told.restored()
    b, c = told.node("B"), told.node("C")
    with pytest.raises(UserError, match="B has seen more of this log"):
        _carry(b, a)
    with pytest.raises(UserError, match="priam log take-back"):
        _write(a, events.BagRegistered("PRM-9", "A"))
    before = len(a.call("rows", 0))
    done = take(a, given_back(told, "B", "C"))
    assert (done.before, done.size) == (before, told.size)
    assert done.lost == 1  # what nobody else was told of
    assert picture(a.call("state")) == told.picture
    rows = a.call("rows", 0)
    assert [row.sequence for row in rows if row.event.type == "record.lost"] == [told.local]
    assert rows[-1].event == PutBack(told.local + 1, (told.local,))
    assert a.call("audit", []) == []
    # the log goes on: the others take in what comes next, and C cosigns it
    _write(a, events.BagRegistered("PRM-9", "A"))
    assert _carry(a, b) == (0, "") and _carry(a, c) == (0, "")
    assert _carry(b, a) == (0, "")
    status, _ = c.call("answer", a.call("request", 0))
    assert status == 200
    assert a.call("audit", []) == [] and "PRM-9" in b.call("state").bags
    for node in (a, b, c):
        node.close()


def test_by_the_commands(told: Story, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from priam_office.commands.exchange import give_back
    from priam_office.commands.log import take_back, verify

    def run(node: Local, command: Any, *arguments: str) -> Any:
        with node._here():
            return CliRunner().invoke(command, ["--data", str(node.folder), *arguments])

    a = told.restored()
    for party in "BC":
        node = told.node(party)
        out = str(tmp_path / party)
        done = run(node, give_back, "--to", "A", "--since", "1", "--out", out)
        assert done.exit_code == 0 and f"in {out} to A" in done.output, done.output
        none = run(node, give_back, "--to", "A", "--since", "999", "--out", out)
        assert isinstance(none.exception, UserError)
        node.close()
    files = [str(path) for path in tmp_path.glob("*/*.bundle")]
    assert isinstance(run(a, take_back, "--passphrase", "x").exception, UserError)
    done = run(a, take_back, "--passphrase", "x", *files)
    assert done.exit_code == 0 and "Of 1 event only the hash is known" in done.output, done.output
    assert "Writing goes on." in done.output
    checked = run(a, verify)
    assert "1 event lost by an old backup" in checked.output and checked.exit_code == 0
    a.close()


def test_nothing_is_taken_for_anybody_s_word(told: Story) -> None:
    a = told.restored()
    files = given_back(told, "B")
    rows = a.call("rows", 0)
    signers = told.keys["B"].signers  # whoever gives back may sign what he likes

    def changed(file: bytes, **members: Any) -> bytes:
        return write_bundle(replace(read_bundle(file)[0], **members), signers)

    *earlier, last = files
    bundle = read_bundle(last)[0]
    (run,) = bundle.leaves
    other = replace(run, hashes=run.hashes[:-32] + bytes(32))
    salted = replace(bundle.events[-1], payload=b"{}")
    for wrong, sentence in (
        ([*earlier, changed(last, leaves=(other,), events=())], "not what the checkpoint"),
        ([*earlier, changed(last, leaves=(other,))], "two different events at place"),
        ([*earlier, changed(last, events=(salted,))], "is not what its leaf says"),
        ([*earlier, b"nothing"], "a file is refused"),
        ([last], "do not lead on from"),
        ([changed(file, leaves=()) for file in files], "do not lead on from"),
        ([changed(file, checkpoints=()) for file in files], "do not lead on from"),
        # A's acts rest on acts of B, which must come back too
        ([changed(file, events=acts_of_a(file)) for file in files], "known by its hash only"),
    ):
        with pytest.raises(UserError, match=sentence):
            take(a, wrong)
    assert a.call("rows", 0) == rows and a.call("audit", []) == []
    a.close()


def test_a_hash_in_place_of_an_event_is_found(told: Story) -> None:
    """Whoever has the database could make an event look lost."""
    a = told.restored()
    take(a, given_back(told, "B", "C"))
    with a._here():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER record_event_no_update")
            cursor.execute(
                "UPDATE record_event SET type = 'record.lost', commitment = "
                "(SELECT hash FROM record_leaf WHERE sequence = 3) WHERE sequence = 3"
            )
    found = a.call("audit", [])
    assert any("the event at place 3 is gone" in text for text in found), found
    a.close()
