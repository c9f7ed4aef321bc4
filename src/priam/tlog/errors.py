"""What can be wrong with a log, a note or a proof.

Every parser and every check of :mod:`priam.tlog` raises a subclass of :class:`LogError` and
nothing else, whatever bytes it is given.
"""

from __future__ import annotations

from priam.errors import UserError

__all__ = ["FormatError", "LogError", "NotCanonicalError", "ProofError", "SignatureError"]


class LogError(UserError):
    """Base of all errors of this package."""


class FormatError(LogError):
    """The bytes are not of the format they should be."""


class NotCanonicalError(FormatError):
    """The value can be read, but is not written in its one allowed form."""


class SignatureError(LogError):
    """A signature is missing or does not verify."""


class ProofError(LogError):
    """A well-formed proof does not prove what it should."""
