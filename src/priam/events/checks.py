"""Rules on single values that events of several kinds share. Each raises RuleError, a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import rfc8785

from priam.events.base import RuleError

__all__ = [
    "LONG",
    "SECTION",
    "SHORT",
    "check_identifier",
    "check_language",
    "check_one_of",
    "check_revision",
    "check_section",
    "check_text",
]

#: At most so many characters: of a name or a kind; of an explanation; of a record's section.
SHORT, LONG, SECTION = 300, 8_000, 64_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_one_of(what: str, value: str, known: Iterable[str]) -> None:
    """``value`` is one of the known ones."""
    if value not in (names := tuple(known)):
        raise RuleError(f"{what} {value[:40]!r} is none of {', '.join(names)}")


def check_text(what: str, text: str, most: int | None = None, *, empty: bool = False) -> None:
    """A text that is there (unless it may be ``empty``) and, where ``most`` is given, no longer."""
    if not text.strip() and not empty:
        raise RuleError(f"{what} is missing")
    if most is not None and len(text) > most:
        raise RuleError(f"{what} has {len(text)} characters; at most {most} are kept")


def check_identifier(what: str, value: str) -> None:
    """Up to 64 printable ASCII characters without a space."""
    if not 0 < len(value) <= 64 or not value.isascii() or not value.isprintable() or " " in value:
        raise RuleError(f"{value[:70]!r} is no identifier of a {what}: up to 64 plain characters")


def check_language(code: str) -> None:
    """A language code (BCP 47), not whether there is such a language."""
    if not _LANGUAGE.fullmatch(code):
        raise RuleError(f"{code!r} is no language code like uk, ru or en")


def check_revision(what: str, revision: int, last: int) -> None:
    """Who writes has seen the last revision."""
    if revision != last + 1:
        raise RuleError(
            f"{what} was changed in the meantime (revision {last}, yours follows {revision - 1}); "
            "look at it again and save once more"
        )


def check_section(fields: str) -> None:
    """The fields of a record's section: a JSON object in RFC 8785 form, so that it has one hash."""
    if len(fields) > SECTION:
        raise RuleError(f"the section has {len(fields)} characters; at most {SECTION} are kept")
    try:
        value = json.loads(fields)
        canonical = isinstance(value, dict) and rfc8785.dumps(value).decode() == fields
    except (ValueError, rfc8785.CanonicalizationError):
        canonical = False
    if not canonical:
        raise RuleError("the fields of a section are a JSON object in RFC 8785 form")
