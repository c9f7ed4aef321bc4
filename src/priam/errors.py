"""What went wrong, for the person who can mend it.

A :class:`UserError` is bad input: one sentence that names the rule, the value and the way out.
The command line prints it without a traceback and exits with code 2. Anything else that is
raised is a bug of Priam.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["InputError", "UserError"]


class UserError(Exception):
    """Bad input or a forbidden act; the message is one clear sentence for the user."""


class InputError(UserError):
    """Bad input at a known place in a file.

    ``where`` is a line and column, a JSON path, a sheet cell: whatever leads the reader there.
    """

    def __init__(self, message: str, *, file: str | Path | None = None, where: str = "") -> None:
        self.file = None if file is None else str(file)
        self.where = where
        self.message = message
        place = ", ".join(part for part in (self.file, where) if part)
        super().__init__(f"{place}: {message}" if place else message)
