"""Opaque tags: ``PRM-`` + eight characters + one check character.

A tag says nothing about what it is stuck on. The check character follows ISO/IEC 7064,
system MOD 37-2, over the letters and digits without the hyphen (``PRM`` included). That system
finds every single wrong character and every swap of two neighbours. Bodies whose check
character would be ``*`` or a letter that is easily misread are never issued.

Sources: ISO/IEC 7064:2003 (MOD 37-2; computed by python-stdnum); Crockford's base 32 for the
alphabet without I, L, O, U.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from stdnum.iso7064 import mod_37_2

from priam.errors import UserError

__all__ = ["ALPHABET", "BODY_LENGTH", "PREFIX", "TagError", "issue", "likely", "near", "parse"]

PREFIX = "PRM"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 8

# What is misread or mistyped for what, most likely first.
_CONFUSED = {
    "0": "ODQ",
    "1": "ILT7",
    "2": "Z",
    "4": "A",
    "5": "S",
    "6": "G",
    "7": "1T",
    "8": "B",
    "9": "GPQ",
    "B": "8",
    "C": "G",
    "D": "0",
    "E": "F",
    "F": "E",
    "G": "6C",
    "K": "X",
    "M": "N",
    "N": "M",
    "P": "R",
    "Q": "0",
    "R": "P",
    "S": "5",
    "V": "WY",
    "W": "V",
    "X": "K",
    "Y": "V",
    "Z": "2",
}

# A keyboard scanner types key positions: with a Cyrillic layout switched on, PRM arrives as ЗКЬ.
# The Ukrainian and the Russian layout differ, among these keys, only at S (І, Ы).
_KEYS = str.maketrans("ЙЦУКЕНГШЩЗФІЫВАПРОЛДЯЧСМИТЬ", "QWERTYUIOPASSDFGHJKLZXCVBNM")
# A person who copies a tag by hand may use the Cyrillic letter that looks the same.
_LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЗ", "ABEKMHOPCTYXI3")
_HYPHENS = dict.fromkeys(map(ord, "-‐‑‒–—― \t_·"))


class TagError(UserError):
    """A text that is not a tag; ``suggestions`` holds tags that it may have been meant to be."""

    def __init__(self, message: str, suggestions: tuple[str, ...] = ()) -> None:
        self.suggestions = suggestions
        super().__init__(message)


def issue(count: int, choose: Callable[[str], str], taken: Collection[str] = ()) -> list[str]:
    """Return ``count`` new tags, none of them in ``taken``.

    ``choose`` picks one character of a string: ``secrets.choice`` in production, the method of a
    seeded ``random.Random`` in tests and demonstrations. With eight characters of 32 there are
    9.5e11 tags, so tags of two installations practically never meet.
    """
    seen = set(taken)
    issued: list[str] = []
    while len(issued) < count:
        body = "".join(choose(ALPHABET) for _ in range(BODY_LENGTH))
        check = _check_character(body)
        tag = _written(body, check)
        if check in ALPHABET and tag not in seen:
            seen.add(tag)
            issued.append(tag)
    return issued


def parse(text: str, known: Collection[str] = ()) -> str:
    """Return the tag written in ``text``, in its one form ``PRM-XXXXXXXXC``.

    Lower case, missing or odd hyphens, spaces, Cyrillic look-alikes and a scanner that types on
    a Cyrillic keyboard layout are understood. Anything else raises :class:`TagError`, which
    names the tags that were likely meant (:func:`likely`).
    """
    letters = _letters(text)
    if not letters.startswith(PREFIX):
        raise TagError(f"{text!r} is not a Priam tag: it should begin with {PREFIX}-")
    body = _unambiguous(letters[len(PREFIX) :])
    if len(body) != BODY_LENGTH + 1:
        raise TagError(
            f"{text!r} has {len(body)} characters after {PREFIX}-, expected {BODY_LENGTH + 1}",
            _known_near(body, known),
        )
    wrong = [character for character in body if character not in ALPHABET]
    if not wrong and _check_character(body[:-1]) == body[-1]:
        return _written(body[:-1], body[-1])
    suggestions = tuple(likely(body, known))[:3]
    hint = f"; did you mean {' or '.join(suggestions)}?" if suggestions else "; scan it again"
    raise TagError(
        f"{text!r} has a wrong character (its check character does not fit){hint}", suggestions
    )


def likely(body: str, known: Collection[str] = ()) -> Iterator[str]:
    """Yield valid tags one mistake away from ``body`` (nine characters), likeliest first.

    A mistake is one wrong character or two neighbours swapped. With ``known`` (tags in use here)
    only those are yielded; without, one per position fits the check character, so the list is
    ordered by how easily the characters are taken for each other.
    """
    found: dict[str, int] = {}
    for candidate, rank in _one_mistake_away(body):
        if all(character in ALPHABET for character in candidate):
            tag = _written(candidate[:-1], candidate[-1])
            fits = _check_character(candidate[:-1]) == candidate[-1]
            if fits and (not known or tag in known):
                found[tag] = min(rank, found.get(tag, rank))
    yield from sorted(found, key=lambda tag: (found[tag], tag))


def near(text: str) -> Iterator[str]:
    """Yield valid tags one mistake away from the written ``text``, likeliest first.

    Beside the mistakes of :func:`likely`, one character lost or typed twice. Some thirty tags, to
    be looked up where the tags in use are too many to be given as a collection.
    """
    letters = _letters(text)
    body = _unambiguous(letters[len(PREFIX) :])
    if not letters.startswith(PREFIX) or abs(len(body) - BODY_LENGTH - 1) > 1:
        return
    if len(body) == BODY_LENGTH + 1:
        yield from likely(body)
        return
    for candidate in sorted(_one_more_or_less(body)):
        valid = len(candidate) == BODY_LENGTH + 1 and all(c in ALPHABET for c in candidate)
        if valid and _check_character(candidate[:-1]) == candidate[-1]:
            yield _written(candidate[:-1], candidate[-1])


def _one_mistake_away(body: str) -> Iterator[tuple[str, int]]:
    for place in range(len(body) - 1):
        swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
        yield swapped, 1
    for place, character in enumerate(body):
        confused = _CONFUSED.get(character, "")
        for other in ALPHABET:
            if other != character:
                rank = 0 if other in confused or character in _CONFUSED.get(other, "") else 2
                yield body[:place] + other + body[place + 1 :], rank


def _known_near(body: str, known: Collection[str]) -> tuple[str, ...]:
    """Known tags that differ from ``body`` by one character lost or typed twice."""
    wanted = set(known)
    candidates = (f"{PREFIX}-{candidate}" for candidate in _one_more_or_less(body))
    return tuple(sorted(tag for tag in candidates if tag in wanted))


def _one_more_or_less(body: str) -> set[str]:
    longer = {body[:i] + extra + body[i:] for i in range(len(body) + 1) for extra in ALPHABET}
    shorter = {body[:i] + body[i + 1 :] for i in range(len(body))}
    return longer | shorter


def _letters(text: str) -> str:
    """Upper-case Latin letters and digits of ``text``; hyphens and spaces go."""
    plain = text.strip().upper().translate(_HYPHENS)
    typed = plain.translate(_KEYS)
    if typed.startswith(PREFIX) and not plain.startswith(PREFIX):
        return typed
    return plain.translate(_LOOKALIKES)


def _unambiguous(letters: str) -> str:
    """Letters that no tag holds, read as the digit they look like."""
    return letters.translate(str.maketrans("OIL", "011"))


def _check_character(body: str) -> str:
    return str(mod_37_2.calc_check_digit(PREFIX + body))


def _written(body: str, check: str) -> str:
    return f"{PREFIX}-{body}{check}"
