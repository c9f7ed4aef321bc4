"""Random acts and random faults on three installations; bounded here, thousands when asked for."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from priam.errors import UserError
from tests.office.faults.nodes import Forked, Keys, Local, found_three
from tests.office.faults.prepared import in_memory
from tests.office.faults.runs import Broken, Shape, run

Prepared = tuple[Path, dict[str, Keys], Path]
PROCESSES = Shape(steps=50, outside_kills=0.5)


@pytest.fixture(scope="module")
def founded(sqlite_template: Path) -> Iterator[tuple[Path, dict[str, Keys]]]:
    """Three founded installations to copy, and their keys."""
    with tempfile.TemporaryDirectory(dir=in_memory(), prefix="priam-faults-") as folder:
        yield Path(folder) / "template", found_three(Path(folder) / "template", sqlite_template)


@pytest.fixture
def prepared(founded: tuple[Path, dict[str, Keys]]) -> Iterator[Prepared]:
    """The same, and a folder for this test's runs."""
    with tempfile.TemporaryDirectory(dir=in_memory(), prefix="priam-faults-") as folder:
        yield *founded, Path(folder) / "run"


@pytest.mark.parametrize("seed", range(1, 7))
def test_faults_within_one_process(seed: int, prepared: Prepared) -> None:
    template, keys, folder = prepared
    counted = run(seed, Local, template, keys, folder, Shape(steps=100))
    assert counted["acknowledged"] > 0 and counted["requests"] > 50


@pytest.mark.parametrize("seed", range(1, 5))
def test_faults_on_processes(seed: int, prepared: Prepared) -> None:
    template, keys, folder = prepared
    counted = run(seed, Forked, template, keys, folder, PROCESSES)
    assert counted["acknowledged"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_many_faults(block: int, prepared: Prepared) -> None:
    template, keys, folder = prepared
    for seed in range(10_000 + 50 * block, 10_050 + 50 * block):
        run(seed, Local, template, keys, folder, Shape(steps=100))
    for seed in range(10_000 + 10 * block, 10_010 + 10 * block):
        run(seed, Forked, template, keys, folder, PROCESSES)


def test_the_checker_sees_a_lost_event(prepared: Prepared, monkeypatch: Any) -> None:
    """A store that acknowledges and forgets is found; otherwise nothing above means anything."""
    from django.db import transaction

    from priam_office.record import write

    real = write.record_all

    def forgetful(entries: Any, *, by: str) -> Any:
        if random.random() < 0.9:
            return real(entries, by=by)
        outer = transaction.Atomic(using=None, savepoint=True, durable=False)
        with outer:
            asked = write._Asked(entries, by)
            write._written([asked])
            transaction.set_rollback(True)
        return asked.results

    random.seed(5)
    monkeypatch.setattr(write, "record_all", forgetful)
    template, keys, folder = prepared
    with pytest.raises(Broken):
        for seed in range(20):
            run(seed, Local, template, keys, folder, Shape(100, 0, 0, 0, 0))


def test_a_run_is_repeated_by_its_seed(prepared: Prepared) -> None:
    template, keys, folder = prepared
    first, second = (run(7, Local, template, keys, folder, Shape(80)) for _ in range(2))
    del first["milliseconds"], second["milliseconds"]
    assert first == second


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes."""
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(mount)], capture_output=True
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.decode()}")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


def test_a_disk_that_is_really_full(prepared: Prepared, small_disk: Path) -> None:
    """Writes until the system says ENOSPC; nothing acknowledged is lost, and it goes on after."""
    import shutil

    from priam.events import BagRegistered
    from tests.office.faults.world import event_id

    template, keys, _ = prepared
    shutil.copytree(template / "A", small_disk / "A")
    node, chance = Forked("A", small_disk / "A", keys["A"]), random.Random(1)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(_free(small_disk) - 300_000))
    kept, refused = [], None
    for number in range(2000):
        entries = [
            (BagRegistered(f"PRM-{number}-{n}", "A"), event_id(chance, number), None)
            for n in range(5)
        ]
        try:
            kept += node.call("record", entries)
        except UserError as error:
            refused = entries
            assert "the disk is full" in str(error)
            break
    assert refused is not None and kept
    assert node.call("rows", 0)[-len(kept) :] == kept
    node.close()  # it is started anew on the full disk, and then has room again
    ballast.unlink()
    kept += node.call("record", refused)
    assert node.call("rows", 0)[-len(kept) :] == kept
    assert node.call("audit", []) == []
    node.close()


def _free(folder: Path) -> int:
    stat = os.statvfs(folder)
    return stat.f_bavail * stat.f_frsize


def test_an_observer_takes_files_in_any_order(prepared: Prepared) -> None:
    """A closes a meeting after it heard of B's refusal; C hears of the closing first."""
    import itertools
    import shutil

    from priam import events
    from tests.office.faults.runs import picture

    template, keys, folder = prepared
    for order in sorted(set(itertools.permutations("AABB"))):
        shutil.copytree(template, folder)
        a, b, c = (Local(p, folder / p, keys[p]) for p in "ABC")
        name = _at_the_point(a, b, "PRM-1", "PRM-2")
        _write(b, events.BagRefused(name, "PRM-1", "B", "no seal"))
        _carry(b, a)
        _write(a, events.BagsHandedOver(name, ("PRM-2",)), events.HandoverClosed("h"))
        _carry(a, b)
        for sender in (*order, *"ABAB"):
            _carry({"A": a, "B": b}[sender], c)
        ours, theirs = (picture(node.call("state")) for node in (a, c))
        assert ours == theirs, order
        for node in (a, b, c):
            node.close()
        shutil.rmtree(folder)


def test_a_chain_of_acts_needs_one_file_of_each(prepared: Prepared) -> None:
    """A and B go to and fro many times before the observer hears of any of it."""
    import shutil

    from priam import events
    from tests.office.faults.runs import picture

    template, keys, folder = prepared
    shutil.copytree(template, folder)
    a, b, c = (Local(p, folder / p, keys[p]) for p in "ABC")
    _at_the_point(a, b, "PRM-1", "PRM-2")
    for number in range(10, 16):
        _write(a, events.BagRegistered(f"PRM-{number}", "A"))
        _carry(a, b)
        _write(b, events.BagRegistered(f"PRM-{number}9", "B"))
        _carry(b, a)
    waiting, why = _carry(b, c)
    assert waiting and "take in a file of A first" in why
    assert (c.folder / "waiting" / "B.bundle").is_file()
    assert _carry(a, c) == (0, "")
    assert not (c.folder / "waiting" / "B.bundle").exists()
    assert picture(c.call("state")) == picture(a.call("state"))
    for node in (a, b, c):
        assert node.call("audit", []) == []
        node.close()
    shutil.rmtree(folder)


def test_a_file_that_cannot_be_kept_is_not_taken_in(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import shutil

    from priam import events
    from priam_office.handovers import importing

    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    template, keys, folder = prepared
    shutil.copytree(template, folder)
    a, b = (Local(p, folder / p, keys[p]) for p in "AB")
    _write(a, events.BagRegistered("PRM-1", "A"))
    before = len(b.call("rows", 0))
    with monkeypatch.context() as context:
        context.setattr(importing, "write_durably", full)
        with pytest.raises(UserError, match="the disk is full: the file cannot be kept"):
            _carry(a, b)
    assert len(b.call("rows", 0)) == before
    assert _carry(a, b) == (0, "")
    assert "PRM-1" in b.call("state").bags
    for node in (a, b):
        node.close()
    shutil.rmtree(folder)


def test_a_count_signed_before_a_refusal_was_heard_of_is_taken_in(prepared: Prepared) -> None:
    """A signs what it counted while B pushes a bag back: A could not say more than it knew."""
    import shutil

    from priam import events
    from tests.office.faults.runs import picture

    template, keys, folder = prepared
    for order in ("AB", "BA"):
        shutil.copytree(template, folder)
        a, b, c = (Local(p, folder / p, keys[p]) for p in "ABC")
        name = _at_the_point(a, b, "PRM-1", "PRM-2")
        _write(a, events.CountStated(name, "A", 2))
        a.call("sign", name)
        _write(b, events.BagRefused(name, "PRM-2", "B", "no seal"))
        for sender in order:
            _carry({"A": a, "B": b}[sender], c)
        assert not (c.folder / "waiting" / f"{order[0]}.bundle").exists()
        assert _carry(a, b) == _carry(b, a) == (0, "")
        pictures = [picture(node.call("state")) for node in (a, b, c)]
        assert pictures[0] == pictures[1] == pictures[2]
        for node in (a, b, c):
            node.close()
        shutil.rmtree(folder)


def _write(node: Local, *made: Any) -> None:
    from tests.office.faults.world import event_id

    node.call("record", [(event, event_id(random.Random(), 1), None) for event in made])


def _carry(one: Local, other: Local) -> tuple[int, str]:
    (data,) = one.call("export", other.party)
    result: tuple[int, str] = other.call("take", data)
    return result


def _at_the_point(a: Local, b: Local, *tags: str) -> str:
    """A meeting is open with a manifest of these bags, and B knows; returns its name."""
    from priam import events
    from priam.events.values import Item
    from priam_office.handovers.documents import document

    items = tuple(map(Item, tags))
    name = document(
        agreement="x", batch="one", sequence=1, previous=None, giver="A", receiver="B", items=items
    ).digest
    _write(a, events.AgreementProposed("x", "A", ("A", "B")))
    _write(a, events.ManifestIssued(name, "one", 1, "A", "B", items, "x"))
    _write(a, events.HandoverOpened("h", "the point", "2025-06-07", (name,)))
    assert _carry(a, b) == (0, "")
    return name


def test_contradicting_acts_are_named(prepared: Prepared) -> None:
    """B pushes a bag back while A's list says it let it go: both keep their word, and say so."""
    import shutil

    from priam import events

    template, keys, folder = prepared
    shutil.copytree(template, folder)
    a, b = (Local(p, folder / p, keys[p]) for p in "AB")
    name = _at_the_point(a, b, "PRM-1", "PRM-2")
    _write(a, events.BagsHandedOver(name, ("PRM-1", "PRM-2")))
    _write(b, events.BagRefused(name, "PRM-2", "B", "no seal"))
    waiting, why = _carry(a, b)
    assert waiting and "'PRM-2' was refused here" in why
    waiting, why = _carry(b, a)
    assert waiting and "'PRM-2' is already handed over" in why
    assert a.call("state").bags["PRM-2"].custodian == "B"
    assert b.call("state").bags["PRM-2"].custodian == "A"
    for node in (a, b):
        assert node.call("audit", []) == []
        node.close()
    shutil.rmtree(folder)


def test_parts_of_a_long_file_come_in_any_order(prepared: Prepared) -> None:
    """Also twice, and one of them only after the next export was cut elsewhere."""
    import itertools
    import shutil

    from priam import events
    from tests.office.faults.runs import picture

    template, keys, folder = prepared
    shutil.copytree(template, folder)
    a = Local("A", folder / "A", keys["A"])
    _write(a, *(events.BagRegistered(f"PRM-{number}", "A") for number in range(90)))
    parts = a.call("export", "B", 70_000)
    assert len(parts) == 3 and all(len(part) <= 70_000 for part in parts)
    _write(a, *(events.BagRegistered(f"PRM-{number}", "A") for number in range(90, 100)))
    more = a.call("export", "B", 90_000)
    assert len(more) > 1
    wanted = picture(a.call("state"))
    for order in [*itertools.permutations(parts), (parts[2], *more, parts[1])]:
        shutil.rmtree(folder / "B")
        shutil.copytree(template / "B", folder / "B")
        b = Local("B", folder / "B", keys["B"])
        for part in order:
            b.call("take", part)
        for part in order:  # again: nothing waits, nothing is written
            size = len(b.call("rows", 0))
            assert b.call("take", part) == (0, "")
            assert len(b.call("rows", 0)) == size
        assert not list((b.folder / "waiting").glob("*"))
        for part in more:
            b.call("take", part)
        assert picture(b.call("state")) == wanted
        assert b.call("audit", []) == []
        b.close()
    assert _carry(b, a) == (0, "")  # what B has seen of A's log is a checkpoint that A signed
    b.close()
    assert a.call("audit", []) == []
    with pytest.raises(UserError, match="does not fit into a file of 20,000 bytes"):
        a.call("export", "C", 20_000)
    a.close()
