"""Several installations in one process tree, each a process with its own folder and database.

Django knows one installation in a process; a demonstration or a test of an exchange needs three.
A child does one verb at a time and answers over a pipe; nothing else is shared.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from priam.errors import UserError

__all__ = ["PASSPHRASE", "Office"]

PASSPHRASE = "demonstration only"
_CHEAP = 2**10  # scrypt's cost there


class Office:
    """One installation in a child process; :meth:`do` runs one verb there."""

    def __init__(self, folder: Path, party: str, role: str = "party") -> None:
        context = multiprocessing.get_context("spawn")
        self.folder, self.party = folder, party
        self._pipe, child = context.Pipe()
        self._process = context.Process(
            target=_work, args=(child, str(folder), party, role), daemon=True
        )
        self._process.start()

    def do(self, verb: str, *args: Any, **keywords: Any) -> Any:
        """Run a verb of ``actions``, or one of this module's own; errors come back as they are."""
        self._pipe.send((verb, args, keywords))
        try:
            kind, value = self._pipe.recv()
        except EOFError:
            raise RuntimeError(f"the process of installation {self.party} died") from None
        if kind == "refused":
            raise UserError(value)
        if kind == "bug":
            raise RuntimeError(f"installation {self.party}, {verb}: {value}")
        return value

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.terminate()


def _work(pipe: Connection, folder: str, party: str, role: str) -> None:
    """The child: open the installation, then answer until the pipe is closed."""
    os.environ["PRIAM_DATA"] = folder
    os.environ.pop("PRIAM_DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "priam_office.settings"
    worker: _Worker | None = None
    while True:
        try:
            verb, args, keywords = pipe.recv()
        except EOFError:
            for stop in worker.stops if worker else ():
                stop()
            return
        try:
            worker = worker or _Worker(Path(folder), party, role)
            answer = ("done", worker.run(verb, args, keywords))
        except UserError as error:
            answer = ("refused", str(error))
        except Exception as error:
            answer = ("bug", f"{type(error).__name__}: {error}")
        pipe.send(answer)


class _Worker:
    """What a child knows: its party, and its keys, opened once."""

    def __init__(self, folder: Path, party: str, role: str) -> None:
        self.stops: list[Callable[[], None]] = []  # of servers that run here
        from priam_office import unlocking
        from priam_office.installation import create

        unlocking.remember(PASSPHRASE)
        installation = create(folder, f"{party.lower()}.example/log", PASSPHRASE, n=_CHEAP)
        import django

        django.setup()
        from django.core.management import call_command

        from priam_office.handovers import parties

        call_command("migrate", verbosity=0, interactive=False)
        self.me = parties.found(
            installation, party, PASSPHRASE, role=role, witness=role == "observer", n=_CHEAP
        )
        self.signers = self.me.signers(PASSPHRASE)

    def run(self, verb: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        own = getattr(self, f"do_{verb}", None)
        if own is not None:
            return own(*args, **keywords)
        from priam_office.handovers import actions

        return getattr(actions, verb)(self.me, *args, **keywords)

    def do_trust(self, card: Path, confirmed_by: tuple[str, ...] = ()) -> None:
        from priam_office.handovers import parties

        parties.trust(self.me, card, confirmed_by)

    def do_enrol(self, holder: str, role: str) -> None:
        from priam_office.handovers import parties

        parties.enrol(self.me, holder, role, self.me.folder / holder, PASSPHRASE, n=_CHEAP)

    def do_rotate(self) -> None:
        from priam_office.handovers import parties

        self.me = parties.rotate(self.me, PASSPHRASE, PASSPHRASE, n=_CHEAP)
        self.signers = self.me.signers(PASSPHRASE)

    def do_recover(self, holders: list[str], alone: bool = False) -> None:
        from priam.tlog.keys import load_key
        from priam_office.handovers import parties

        pairs = [load_key(self.me.folder / holder, PASSPHRASE) for holder in holders]
        self.me = parties.recover(self.me, pairs, PASSPHRASE, alone=alone, n=_CHEAP)
        self.signers = self.me.signers(PASSPHRASE)

    def do_replace_log_key(
        self, reason: str = "rotation", holders: tuple[str, ...] = (), alone: bool = False
    ) -> None:
        from django.conf import settings

        from priam.tlog.keys import load_key
        from priam_office.handovers import logkeys

        pairs = [load_key(self.me.folder / holder, PASSPHRASE) for holder in holders]
        after = logkeys.replace(
            settings.INSTALLATION,
            reason,
            PASSPHRASE,
            self.me,
            self.signers,
            pairs,
            alone=alone,
            n=_CHEAP,
        )
        assert after is not None
        self.me = after

    def do_revoke_key(self, vkey: str, reason: str) -> None:
        from priam_office.handovers import parties

        parties.revoke(self.me, [vkey], reason)

    def do_hold(self, why: str) -> None:
        from priam_office.record import restored

        restored.hold(why)

    def do_new_tags(self, number: int) -> list[str]:
        from priam_office.handovers import actions

        return actions.new_tags(number)

    def do_sign(self, manifest: str, holder: str | None = None) -> str:
        from priam.tlog.keys import load_key
        from priam_office.handovers import actions

        signers = self.signers
        if holder is not None:
            signers = load_key(self.me.folder / holder, PASSPHRASE).signers()
        return str(actions.sign(self.me, signers, manifest))

    def do_export(self, to: str, file: Path, since: int | None = None) -> list[Path]:
        """Write the file, or its parts beside it."""
        from priam_office.handovers import exporting

        return exporting.write_files(self.me, self.signers, to, file, since)

    def do_import(self, file: Path) -> tuple[int, int]:
        from priam_office.handovers import importing

        taken = importing.take(self.me, file.read_bytes())
        return taken.events, taken.new

    def do_exchange_serve(self) -> tuple[str, str]:
        """Serve the exchange over TLS on a free port; returns address and fingerprint."""
        from priam_office.certificate import fingerprint, own_certificate
        from priam_office.handovers import transfer
        from priam_office.handovers.answering import Answering

        tls = own_certificate(self.me.folder, [])
        digest = fingerprint(tls[0]).replace(":", "").lower()
        self.answering = Answering(self.me, self.signers, digest)
        return self._served(self.answering, tls, transfer.LARGEST), digest

    def _served(self, application: Any, tls: tuple[Path, Path] | None, largest: int) -> str:
        """Serve on a free port until this process ends; returns the address."""
        from priam_office import listening

        made = listening.server(application, "127.0.0.1", 0, tls, largest=largest)
        server = listening.prepared(made)
        self.stops.append(server.stop)
        threading.Thread(target=server.serve, daemon=True).start()
        return listening.address(server)

    def do_sync(self, url: str, peer: str, pin: str | None = None) -> tuple[Any, Any]:
        from priam_office.handovers import syncing

        done = syncing.sync(self.me, self.signers, url, peer, pin=pin)
        return tuple(one and (one.events, one.new) for one in (done.sent, done.received))

    def do_give_back(self, party: str, since: int) -> list[Path]:
        from priam_office.handovers import returning

        return returning.give_back(self.me, party, since)

    def do_take_back(self, files: list[Path]) -> tuple[int, int, int]:
        return self._taken_back([file.read_bytes() for file in files])

    def do_take_back_from(self, url: str, peer: str) -> tuple[int, int, int]:
        from priam_office.handovers import syncing

        return self._taken_back(syncing.returned(self.me, self.signers, url, peer))

    def _taken_back(self, files: list[bytes]) -> tuple[int, int, int]:
        from django.conf import settings

        from priam_office.handovers import returning

        done = returning.take_back(settings.INSTALLATION, files)
        returning.settle(settings.INSTALLATION)
        return done.before, done.size, done.lost

    def do_audit(self) -> tuple[list[str], int]:
        """What an audit finds, and how many events are known by their hash only."""
        from django.conf import settings

        from priam_office.record.audit import audit

        report = audit(settings.INSTALLATION.verifiers(), self.me.actor)
        return [text for _, text in report.findings], report.lost

    def do_dispute(self, batch: str, file: Path) -> None:
        from priam.tlog.witnessfiles import write_durably
        from priam_office.handovers import exporting

        write_durably(file, exporting.dispute(self.me, self.signers, batch))

    def do_figures(self) -> list[dict[str, Any]]:
        from priam.accounting.handovers import manifest_figures
        from priam_office.record.state import known

        return [figure.to_json() for figure in manifest_figures(known().state)]

    def do_bag(self, tag: str) -> tuple[str, list[str]]:
        """Who holds a bag, and the types of the events that touched it, in order."""
        from priam_office.record.models import Event
        from priam_office.record.state import known

        bag = known().state.bag(tag)
        found = Event.objects.filter(event_id__in=bag.history)
        kinds = dict(found.values_list("event_id", "type"))
        return bag.custodian, [kinds[event] for event in bag.history]

    def do_size(self) -> int:
        from priam_office.record.queries import head

        return head()[0]

    def do_annex(self, policy: Path, parties_file: Path) -> None:
        import json

        from priam_office.handovers import parties

        policy.write_bytes(bytes(parties.policy()))
        known = [{"name": p.name, "log": p.log, "vkeys": p.vkeys} for p in parties.bundle_parties()]
        parties_file.write_text(json.dumps(known, indent=1))

    def do_witness_serve(self) -> str:
        """Serve this installation's witness on a free port; returns its address."""
        from priam.tlog.cosignatures import verifier_of
        from priam.tlog.keys import load_key
        from priam.tlog.witness import MAX_REQUEST_BYTES, Witness
        from priam.tlog.witnessfiles import FileStore
        from priam.tlog.witnesshttp import wsgi
        from priam_office.handovers import parties

        logs = {
            keys.log: [verifier_of(vkey) for vkey in parties.log_keys_of_today(keys)]
            for keys in parties.trusted().values()
        }
        pair = load_key(self.me.folder / "witness-key", PASSPHRASE)
        store = FileStore(self.me.folder / "witness")
        return self._served(wsgi(Witness(pair.signers(), logs, store)), None, MAX_REQUEST_BYTES)

    def do_witness_request(self, url: str, witness: str) -> str:
        from priam.tlog.witnesshttp import post
        from priam_office.handovers import parties, witnessing

        vkeys = parties.trusted()[witness].witness_vkeys
        return witnessing.cosigned_by(self.me.folder, post(url), vkeys)
