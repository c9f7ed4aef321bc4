"""Where a passphrase comes from, so that a server starts without questions and a person is asked.

A variable such as ``PRIAM_LOG_PASSPHRASE`` is looked for in three places: in the environment; in
the file that ``PRIAM_LOG_PASSPHRASE_FILE`` names; as a systemd credential of the name
``priam-log-passphrase``. The log's keys open with their own passphrase, or, where none is given,
with the one of the party, which is usually the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from priam.errors import InputError

__all__ = ["LOG", "PARTY", "ask_with", "file_of", "for_log", "given", "remember"]

LOG, PARTY = "PRIAM_LOG_PASSPHRASE", "PRIAM_PASSPHRASE"
Ask = Callable[[str], str]


def given(variable: str) -> str | None:
    """The passphrase that was laid out for ``variable``; None where there is none."""
    found = os.environ.get(variable)
    if found:
        return found
    path = file_of(variable)
    return None if path is None else _first_line(path)


def file_of(variable: str) -> Path | None:
    """The file that holds the passphrase: named by ``VARIABLE_FILE``, or a systemd credential."""
    named = os.environ.get(f"{variable}_FILE")
    if named:
        return Path(named)
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    credential = Path(folder or "") / variable.lower().replace("_", "-")
    return credential if folder and credential.is_file() else None


def _first_line(path: Path) -> str:
    try:
        line = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the passphrase cannot be read: {error}", file=path) from None
    if not line or "\n" in line:
        raise InputError("expected one line, the passphrase", file=path)
    return line


_remembered: list[str] = []  # passphrases that a command asked for, for the rest of the process
_ask: list[Ask] = []


def remember(passphrase: str) -> None:
    """A passphrase that was given to this command may open the log's keys too."""
    if passphrase not in _remembered:
        _remembered.append(passphrase)


def ask_with(ask: Ask) -> None:
    """Somebody sits here and may be asked, in these words, where nothing was laid out."""
    _ask[:] = [ask]


def for_log(path: Path) -> Iterator[str]:
    """Passphrases that may open the log's keys at ``path``, the likeliest first."""
    laid_out = (given(LOG), *_remembered, given(PARTY))
    yield from dict.fromkeys(passphrase for passphrase in laid_out if passphrase)
    for ask in _ask:
        yield ask(f"Passphrase of {path}")
