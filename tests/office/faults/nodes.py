"""One installation under test: in this process (``Local``) or in one of its own (``Forked``).

Both answer :meth:`call` and know the same faults. A ``Local`` node dies by an exception that no
code expects, raised at the n-th call or return of any Python or C function, with its connection
and all it knew thrown away; a ``Forked`` node gets a real ``SIGKILL`` at such a point, or from
outside after some microseconds. Django is loaded once; a child is a fork.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from priam.errors import UserError
from priam.events.base import Recorded

__all__ = ["PARTIES", "Crash", "Fault", "Forked", "Keys", "Local", "found_three"]

PARTIES = {"A": "party", "B": "party", "C": "observer"}
_PASSPHRASE = "tests only"
_NO_LIMIT = 4_294_967_294  # pages; the largest that SQLite takes
_LOCKS = (type(threading.Lock()), type(threading.RLock()))


class Crash(BaseException):
    """The node is dead; nobody knows what it had done of the last request."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong during one request.

    ``dies_after``: calls and returns of functions until the node is gone. ``killed_after``:
    seconds until a kill from outside (``Forked`` only). ``full_disk``: no file grows further.
    """

    dies_after: int | None = None
    killed_after: float | None = None
    full_disk: bool = False


@dataclass
class Keys:
    """A party's keys, opened once for all runs."""

    signers: list[Any]
    witness: Any = None


@dataclass
class _Installed:
    """What belongs to one open installation and must be swapped with it."""

    wrapper: Any
    known: Any
    me: Any = field(default=None)


class Local:
    """An installation in this process. Several take turns; each has its own database connection."""

    def __init__(self, party: str, folder: Path, keys: Keys) -> None:
        self.party, self.folder, self.keys = party, folder, keys
        self.clock = 0.0
        self._open: _Installed | None = None

    def call(self, verb: str, *args: Any, fault: Fault | None = None) -> Any:
        """Run ``do_VERB``; raises :class:`Crash` where the node died over it."""
        fault = fault or Fault()
        try:
            with self._here():
                full = self._no_more_pages() if fault.full_disk else contextlib.nullcontext()
                with full, _dying_after(fault.dies_after, self._die):
                    return getattr(self, f"do_{verb}")(*args)
        except Crash:
            pass  # and with it the frames that hold cursors
        self.close()
        raise Crash

    def _die(self) -> None:
        raise Crash

    def close(self) -> None:
        """Forget everything that is not in the files."""
        opened, self._open = self._open, None
        if opened is not None and opened.wrapper.connection is not None:
            sqlite3.Connection.close(opened.wrapper.connection)  # rolls back, as recovery would

    @contextlib.contextmanager
    def _here(self) -> Iterator[None]:
        """This installation is Django's, for a while."""
        from django.conf import settings
        from django.db import connections

        from priam_office.installation import Installation
        from priam_office.record import state, write

        opened = self._open = self._open or self._opened()
        default, connections["default"] = connections["default"], opened.wrapper
        state._kept[0] = opened.known
        clock, write.now = write.now, self._now
        own = settings.INSTALLATION
        settings.INSTALLATION = Installation(self.folder)
        try:
            if opened.me is None:
                from priam_office.handovers import parties

                opened.me = parties.own(settings.INSTALLATION)
            yield
        finally:
            write.now, settings.INSTALLATION = clock, own
            connections["default"] = default
            opened.known = state._kept[0]

    def _opened(self) -> _Installed:
        from django.db import connections

        from priam_office.database_url import database
        from priam_office.record import state

        before = connections.databases["default"]
        connections.databases["default"] = database(f"sqlite:///{self.folder / 'priam.sqlite3'}")
        connections.configure_settings(connections.databases)
        wrapper = connections.create_connection("default")
        connections.databases["default"] = before
        return _Installed(wrapper, state._EMPTY)

    def _now(self) -> str:
        now = datetime.now(UTC) + timedelta(seconds=self.clock)
        return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    @contextlib.contextmanager
    def _no_more_pages(self) -> Iterator[None]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA max_page_count = {_NO_LIMIT}")

    # --- what can be asked of a node

    def do_clock(self, seconds: float) -> None:
        """From now on its clock is wrong by so much."""
        self.clock = seconds

    def do_record(self, entries: list[tuple[Any, str, str | None]]) -> list[Recorded]:
        from priam_office.record.write import Entry, record_all

        return record_all([Entry(*one) for one in entries], by=self._me.actor)

    def do_sign(self, manifest: str) -> None:
        from priam_office.handovers import actions

        actions.sign(self._me, self.keys.signers, manifest)

    def do_rows(self, since: int) -> list[Recorded]:
        """Events as they lie in the table; the state that the node keeps is not asked."""
        from priam_office.record.acts import from_row
        from priam_office.record.models import Event

        rows = Event.objects.filter(sequence__gte=since).order_by("sequence")
        return [from_row(row) for row in rows]

    def do_state(self) -> Any:
        """The state that the node keeps from write to write."""
        from priam_office.record.state import known

        return known().state

    def do_export(self, to: str, largest: int | None = None) -> list[bytes]:
        """The file for ``to``; its parts where files may not be larger than ``largest``."""
        from priam_office.handovers import exporting

        usual = exporting.LARGEST
        exporting.LARGEST = largest or usual
        try:
            parts = exporting.stretches(self._me, to)
            return [exporting.export(self._me, self.keys.signers, to, one) for one in parts]
        finally:
            exporting.LARGEST = usual

    def do_take(self, data: bytes) -> tuple[int, str]:
        """How many acts had to wait, and why."""
        from priam_office.handovers import importing

        taken = importing.take(self._me, data)
        return taken.waiting, taken.why

    def do_request(self, known: int) -> bytes:
        from priam_office.handovers import witnessing

        return witnessing.request_file(known)

    def do_answer(self, request: bytes) -> tuple[int, str]:
        """As a witness: cosign a checkpoint of another's log."""
        from priam.tlog.cosignatures import verifier_of
        from priam.tlog.witness import Witness
        from priam.tlog.witnessfiles import FileStore
        from priam_office.handovers import parties

        logs = {
            keys.log: [verifier_of(vkey) for vkey in parties.log_keys_of_today(keys)]
            for keys in parties.trusted().values()
        }
        signers = self.keys.witness.signers(lambda: max(1, int(time.time() + self.clock)))
        answer = Witness(signers, logs, FileStore(self.folder / "witness")).add_checkpoint(request)
        return answer.status, answer.body

    def do_cosigned(self, lines: str) -> str:
        """Keep a witness's lines."""
        from priam_office.handovers import parties, witnessing

        vkeys = parties.trusted()["C"].witness_vkeys
        return witnessing.take_answer(self.folder, lines, vkeys)

    def do_notes(self) -> dict[str, list[str]]:
        """Log -> signed checkpoints of it that lie here."""
        from priam_office.handovers.evidence import CheckpointSeen
        from priam_office.record.acts import body
        from priam_office.record.models import Event

        found: dict[str, list[str]] = {}
        for row in Event.objects.filter(type=CheckpointSeen.type):
            seen = CheckpointSeen.from_payload(body(row))
            found.setdefault(seen.log, []).append(seen.note)
        for path in (self.folder / "cosigned").glob("*.note"):
            found.setdefault(self._me.actor, []).append(path.read_text("utf-8"))
        for path in (self.folder / "witness" / "logs").glob("*.note"):
            note = path.read_text("utf-8")
            found.setdefault(note.partition("\n")[0], []).append(note)
        return found

    def do_audit(self, elsewhere: list[str]) -> list[str]:
        from django.conf import settings

        from priam_office.record.audit import audit

        verifiers = settings.INSTALLATION.verifiers()
        report = audit(verifiers, settings.INSTALLATION.origin(), elsewhere)
        return [f"{kind}: {text}" for kind, text in report.findings]

    def do_figures(self) -> list[Any]:
        from priam.accounting.handovers import manifest_figures
        from priam_office.record.state import known

        return [figure.to_json() for figure in manifest_figures(known().state)]

    @property
    def _me(self) -> Any:
        assert self._open is not None
        return self._open.me


@contextlib.contextmanager
def _dying_after(events: int | None, die: Any) -> Iterator[None]:
    """Call ``die`` at the n-th call or return of any function inside."""
    if events is None:
        yield
        return
    left = events

    def see(frame: Any, event: str, arg: Any) -> None:
        nonlocal left
        left -= 1
        # A dead process leaves no lock of its threads behind; here one would be left for good.
        if left <= 0 and type(getattr(arg, "__self__", None)) not in _LOCKS:
            sys.setprofile(None)
            die()

    sys.setprofile(see)
    try:
        yield
    finally:
        sys.setprofile(None)


class _Killable(Local):
    """What runs in the child: it dies by SIGKILL, and its disk is full by a limit of the system."""

    def _die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    @contextlib.contextmanager
    def _no_more_pages(self) -> Iterator[None]:
        files = [*self.folder.glob("priam.sqlite3*")]
        size = min(file.stat().st_size for file in files if file.stat().st_size)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


class Forked:
    """An installation in a process of its own, started anew after each death."""

    def __init__(self, party: str, folder: Path, keys: Keys) -> None:
        self.party, self.folder, self.keys = party, folder, keys
        self.clock = 0.0
        self._child: tuple[int, Connection] | None = None

    def call(self, verb: str, *args: Any, fault: Fault | None = None) -> Any:
        """As :meth:`Local.call`."""
        fault = fault or Fault()
        self._child = self._child or self._started()
        pid, pipe = self._child
        pipe.send((verb, args, fault))
        if fault.killed_after is not None:
            time.sleep(fault.killed_after)
            os.kill(pid, signal.SIGKILL)
        try:
            kind, value = pipe.recv()
        except (EOFError, ConnectionResetError):
            self._buried()
            raise Crash from None
        if fault.killed_after is not None:
            self._buried()  # it had answered before
        if verb == "clock":
            self.clock = args[0]
        if kind == "done":
            return value
        raise value if isinstance(value, UserError) else RuntimeError(value)

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            os.kill(self._child[0], signal.SIGKILL)
            self._buried()

    def _buried(self) -> None:
        assert self._child is not None
        pid, pipe = self._child
        pipe.close()
        os.waitpid(pid, 0)
        self._child = None

    def _started(self) -> tuple[int, Connection]:
        here, there = Pipe()
        pid = os.fork()
        if pid:
            there.close()
            return pid, here
        here.close()
        try:
            _answer(_Killable(self.party, self.folder, self.keys), self.clock, there)
        finally:
            os._exit(0)


def _answer(node: Local, clock: float, pipe: Connection) -> None:
    node.clock = clock
    random.seed()
    while True:
        try:
            verb, args, fault = pipe.recv()
        except EOFError:
            return
        try:
            answer = ("done", node.call(verb, *args, fault=fault))
        except UserError as error:
            answer = ("refused", UserError(str(error)))
        except Exception as error:
            answer = ("bug", f"{type(error).__name__}: {error}")
        pipe.send(answer)


def found_three(folder: Path, migrated: Path) -> dict[str, Keys]:
    """Make three installations in ``folder`` that trust each other; returns their keys."""
    from priam.tlog.keys import load_key
    from priam_office import unlocking
    from priam_office.handovers import parties
    from priam_office.installation import create

    unlocking.remember(_PASSPHRASE)
    nodes = {}
    for party, role in PARTIES.items():
        installation = create(folder / party, f"{party.lower()}.example/log", _PASSPHRASE, n=2)
        shutil.copy(migrated, folder / party / "priam.sqlite3")
        node = nodes[party] = _Founding(party, folder / party, Keys([]))
        witness = role == "observer"
        with node.here():
            parties.found(installation, party, _PASSPHRASE, role=role, witness=witness, n=2)
        node.keys.signers = load_key(folder / party / "party-key", _PASSPHRASE).signers()
        if witness:
            node.keys.witness = load_key(folder / party / "witness-key", _PASSPHRASE)
    for node in nodes.values():
        with node.here():
            for other in PARTIES:
                me = parties.Own(node.folder, node.card)
                parties.trust(me, folder / other / "party-card")
        node.close()
    return {party: node.keys for party, node in nodes.items()}


class _Founding(Local):
    """A node before it has a card."""

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        self._open = self._open or self._opened()
        self._open.me = self._open.me or "founding"
        with self._here():
            yield

    @property
    def card(self) -> Any:
        from priam_office.handovers.cards import read_card

        return read_card(self.folder / "party-card")
