"""One installation: its data folder, its keys, its database.

The folder is named by ``PRIAM_DATA`` (``./priam-data`` if unset). Nothing in it belongs in the
repository; keys are made by ``priam init`` and readable by their owner alone.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from priam.errors import InputError, UserError
from priam_office import unlocking
from priam_office.vault.compartments import make_keys

if TYPE_CHECKING:
    from priam.tlog.keys import KeyPair
    from priam.tlog.notes import Signer, Verifier

__all__ = ["DEFAULT_FOLDER", "FileProblem", "Installation", "compartment_keys", "create", "present"]

DEFAULT_FOLDER = "priam-data"
_ORIGIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[a-z0-9._-]+)*")


class FileProblem(InputError):
    """A file that every installation has is missing, cannot be read, or holds something else."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Paths of one installation; nothing is read before it is asked for."""

    folder: Path

    @property
    def secret_key_file(self) -> Path:
        return self.folder / "secret-key"

    @property
    def signing_key_file(self) -> Path:
        return self.folder / "log-key"

    @property
    def second_key_file(self) -> Path:
        """Seed of the ML-DSA-44 key; installations made before 0.1 have none."""
        return self.folder / "log-key-ml-dsa-44"

    @property
    def sealed_key_file(self) -> Path:
        """Both keys of the log, sealed by a passphrase; else they lie open in the two above."""
        return self.folder / "log-key.sealed"

    @property
    def description_file(self) -> Path:
        return self.folder / "installation.toml"

    @property
    def database_url(self) -> str:
        """``PRIAM_DATABASE_URL``, or the SQLite file in the folder."""
        own = f"sqlite:///{self.folder.resolve() / 'priam.sqlite3'}"
        return os.environ.get("PRIAM_DATABASE_URL") or own

    @property
    def next_key_file(self) -> Path:
        """New keys of the log that are to replace the present ones, sealed; there for a moment."""
        return self.folder / "log-key.next"

    @property
    def replaced_keys_file(self) -> Path:
        """Public keys with which this log signed before, a vkey a line, oldest first."""
        return self.folder / "log-keys.replaced"

    @property
    def has_keys(self) -> bool:
        """Whether the log has keys, sealed or open."""
        files = self.sealed_key_file, self.signing_key_file, self.next_key_file
        return any(file.exists() for file in files)

    @property
    def exists(self) -> bool:
        return self.description_file.is_file()

    def secret_key(self) -> str:
        """Django's key."""
        return _read(self.secret_key_file)

    def origin(self) -> str:
        """Name of this installation's log."""
        try:
            value = tomllib.loads(_read(self.description_file))["origin"]
        except (tomllib.TOMLDecodeError, KeyError):
            raise FileProblem(
                "expected one line such as origin = 'priam.example/log'", file=self.description_file
            ) from None
        return checked_origin(value)

    def signers(self) -> list[Signer]:
        """All keys that sign this installation's checkpoints, one line each.

        The ML-DSA-44 line (FIPS 204) holds where Ed25519 may one day be broken. Sealed keys open
        with a passphrase of :func:`priam_office.unlocking.for_log`, once in a process.
        """
        from priam.tlog.keys import KeyPair
        from priam.tlog.notes import Ed25519Signer

        if self.sealed_key_file.exists():
            return self._opened().signers()
        first = _seed(self.signing_key_file)
        if not self.second_key_file.exists():
            return [Ed25519Signer.from_seed(self.origin(), first)]
        return KeyPair(self.origin(), "log", first, _seed(self.second_key_file)).signers()

    def signer(self) -> Signer:
        """The Ed25519 key among them."""
        return self.signers()[0]

    def _opened(self, path: Path | None = None) -> KeyPair:
        from priam.tlog.errors import LogError
        from priam.tlog.keys import open_key

        path, wrong = path or self.sealed_key_file, None
        text = _read(path)
        if text in _OPENED:
            return _OPENED[text]
        for passphrase in unlocking.for_log(path):
            try:
                return _OPENED.setdefault(text, open_key(text, passphrase))
            except LogError as error:
                wrong = error
        if wrong is None:
            wrong = LogError("no passphrase was given")
        raise UserError(
            f"the log's keys {path} stay sealed ({wrong}); set {unlocking.LOG}, or name a file "
            f"with {unlocking.LOG}_FILE (docs/how-to/run-a-server.md)"
        )

    def seal(self, passphrase: str) -> None:
        """Put keys of the log that lie open under a passphrase; the open files go away.

        A copy of them in an old backup is as open as it was.
        """
        from priam.tlog.keys import KeyPair

        if self.sealed_key_file.exists():
            raise UserError(f"{self.sealed_key_file} is there: the log's key is sealed already")
        if not self.second_key_file.exists():
            raise UserError("this installation has one key; run `priam init` to give it the second")
        seeds = _seed(self.signing_key_file), _seed(self.second_key_file)
        _save_sealed(KeyPair(self.origin(), "log", *seeds), self.sealed_key_file, passphrase)
        for path in (self.signing_key_file, self.second_key_file):
            path.write_bytes(bytes(path.stat().st_size))  # a courtesy: disks keep old blocks
            path.unlink()

    def make_next(self, passphrase: str, n: int | None = None) -> KeyPair:
        """New keys for the log beside the present ones, sealed by ``passphrase``."""
        from priam.tlog.keys import KeyPair

        self.next_key_file.unlink(missing_ok=True)  # of a replacement that was never recorded
        pair = KeyPair.generate(self.origin(), "log")
        _save_sealed(pair, self.next_key_file, passphrase, n)
        return pair

    def next_vkeys(self) -> list[str]:
        """Public halves of the keys that :meth:`make_next` made; empty where there are none."""
        from priam.tlog.keys import load_public_keys

        if not self.next_key_file.exists():
            return []
        return [str(key) for key in load_public_keys(self.next_key_file)]

    def next_signers(self) -> list[Signer]:
        """The keys that :meth:`make_next` made."""
        return self._opened(self.next_key_file).signers()

    def take_next(self, old: Sequence[str]) -> None:
        """Sign with the next keys from now on; ``old`` are the public keys that they replace.

        After a crash in between it may be called again.
        """
        known = dict.fromkeys([*self.replaced_vkeys(), *old])
        _write_over(self.replaced_keys_file, "\n".join(known))
        if self.sealed_key_file.exists():
            number = sum(1 for _ in self.folder.glob("log-key.sealed.old-*")) + 1
            self.sealed_key_file.replace(self.folder / f"log-key.sealed.old-{number}")
        self.next_key_file.replace(self.sealed_key_file)
        self.signing_key_file.unlink(missing_ok=True)
        self.second_key_file.unlink(missing_ok=True)

    def replaced_vkeys(self) -> list[str]:
        """Public keys with which this log signed before."""
        path = self.replaced_keys_file
        return _read(path).split() if path.exists() else []

    def vkeys(self) -> list[str]:
        """The public halves of :meth:`signers`, as they are published; never sealed."""
        from priam.tlog.keys import load_public_keys

        if self.sealed_key_file.exists():
            return [str(key) for key in load_public_keys(self.sealed_key_file)]
        return [str(signer.vkey) for signer in self.signers()]

    def verifiers(self) -> list[Verifier]:
        """The public halves of :meth:`signers`, and of all keys that signed before them."""
        from priam.tlog.cosignatures import verifier_of

        return [verifier_of(vkey) for vkey in (*self.replaced_vkeys(), *self.vkeys())]


_OPENED: dict[str, KeyPair] = {}  # by the sealed text: scrypt takes half a second


def compartment_keys(folder: Path) -> Path:
    """Where the keys of the compartments lie: ``PRIAM_COMPARTMENT_KEYS``, or in the folder."""
    named = os.environ.get("PRIAM_COMPARTMENT_KEYS")
    return Path(named) if named else folder / "compartments"


def present() -> Installation:
    """The installation named by the environment."""
    return Installation(Path(os.environ.get("PRIAM_DATA") or DEFAULT_FOLDER))


def create(
    folder: Path, origin: str, passphrase: str | None = None, *, n: int | None = None
) -> Installation:
    """Make the folder and its keys; what is already there is kept.

    With a ``passphrase`` the keys that sign checkpoints are sealed by it and never lie open on the
    disk; ``n`` is scrypt's cost then. Without one they lie open.

    What an installation has lost is not made anew: another key would not be the log's, and would
    not open what is sealed (:func:`priam_office.vault.datakeys.complete`).
    """
    from priam.tlog.keys import KeyPair

    installation = Installation(folder)
    checked_origin(origin)
    there = installation.exists
    if there and not installation.has_keys:
        raise FileProblem(
            "the keys of the log are gone; put them back from a backup (docs/how-to/back-up.md), "
            "or replace them: `priam log replace-key --reason lost`",
            file=installation.sealed_key_file,
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_once(installation.secret_key_file, secrets.token_urlsafe(50), private=True)
    if not installation.has_keys and passphrase is not None:
        pair = KeyPair.generate(origin, "log")
        _save_sealed(pair, installation.sealed_key_file, passphrase, n)
    if not installation.sealed_key_file.exists() and not installation.next_key_file.exists():
        _write_once(installation.signing_key_file, secrets.token_hex(32), private=True)
        _write_once(installation.second_key_file, secrets.token_hex(32), private=True)
    _write_once(installation.description_file, f"origin = '{origin}'", private=False)
    if not there:
        make_keys(compartment_keys(folder))
    return installation


def _save_sealed(pair: KeyPair, path: Path, passphrase: str, n: int | None = None) -> None:
    from priam.tlog.keys import SCRYPT_N, save_key

    save_key(pair, path, passphrase, n=n or SCRYPT_N)
    _OPENED[_read(path)] = pair


def checked_origin(origin: object) -> str:
    """A log's name looks like a host and path without a scheme."""
    if not isinstance(origin, str) or not _ORIGIN.fullmatch(origin):
        raise UserError(
            f"{origin!r} is no log name; expected lower-case letters as in 'office.example/log'"
        )
    return origin


def _seed(path: Path) -> bytes:
    try:
        return bytes.fromhex(_read(path))
    except ValueError:
        raise FileProblem("expected 64 hexadecimal digits", file=path) from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if Installation(path.parent).exists:
            raise FileProblem(
                "this file of the installation is missing; put it back from a backup "
                "(docs/how-to/back-up.md)",
                file=path,
            ) from None
        raise UserError(
            f"there is no installation in {path.parent}; make one with "
            f"`priam init --data {path.parent}`"
        ) from None
    except OSError as error:
        raise FileProblem(
            f"cannot be read ({error.strerror}); it belongs to the account that runs Priam, "
            "with mode 600",
            file=path,
        ) from None
    except UnicodeDecodeError:
        raise FileProblem("is no text; put it back from a backup", file=path) from None


def _write_once(path: Path, text: str, *, private: bool) -> None:
    """Write the whole file or nothing; never over an older one."""
    if not path.exists():
        _write_over(path, text, private=private)


def _write_over(path: Path, text: str, *, private: bool = False) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
