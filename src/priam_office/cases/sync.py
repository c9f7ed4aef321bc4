"""What tablets bring home: signed entries become events, each once, and none is lost.

An entry is a text that a tablet signed with a key that cannot leave it::

    {"v": 1, "id": UUIDv7, "device": ..., "number": 1.., "at": time, "act": ..., "body": {...}}

The signature is over those bytes, so nothing is re-encoded before it is checked. The entry's id
becomes the event's id: an entry that is delivered twice is written once. What the rules refuse
is kept (``held``) and shown to a person; a tablet may then forget it. Only an entry that is not
authentic is turned away, and stays on the tablet that made it.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.db import IntegrityError

from priam import events as ev
from priam.errors import UserError
from priam.labels.tags import TagError
from priam_office.cases import pieces
from priam_office.cases.actions import SavedSection, save_section, tag_of, write
from priam_office.cases.models import Delivery, Section, Tablet
from priam_office.cases.photographs import add_photograph
from priam_office.cases.tablet_acts import MADE, text
from priam_office.people.models import User
from priam_office.people.permissions import permits
from priam_office.record.models import Event as EventRow
from priam_office.record.write import Entry, record_all

__all__ = [
    "Result",
    "SignedEntry",
    "deliver",
    "held_photograph",
    "read_key",
    "register_device",
    "retry",
    "settle",
    "take_piece",
]

LARGEST_ENTRY = 80_000
MOST_ENTRIES = 100
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_FUTURE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """An entry as it came: the signed text and the signature in base64."""

    text: str
    signature: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an entry: ``written``, ``beside``, ``held``, ``wanting`` or ``refused``.

    ``wanting`` is a photograph whose pieces are not all here; ``details`` name those missing. A
    tablet keeps what is ``wanting`` or ``refused``; everything else is safe here.
    """

    entry: str
    outcome: str
    words: str = ""
    details: dict[str, Any] | None = None


class _Refused(Exception):
    """The entry is not authentic; the argument says why, for the person with the tablet."""


@dataclass(frozen=True, slots=True)
class _Read:
    signed: SignedEntry
    entry: str
    device: str
    number: int
    at: str
    act: str
    body: dict[str, Any]
    account: User


def register_device(
    device: str, algorithm: str, key: str, name: str, *, by: User, event_id: str | None = None
) -> None:
    """Take the public key of a tablet for the account that is signed in on it."""
    read_key(algorithm, key)
    write(ev.DeviceRegistered(device, by.actor, algorithm, key, name), by=by, event_id=event_id)


@functools.lru_cache(maxsize=256)
def read_key(algorithm: str, key: str) -> Any:
    """The public key; raises :class:`UserError` if it is none of that algorithm."""
    expected = {"Ed25519": ed25519.Ed25519PublicKey, "ECDSA-P256": ec.EllipticCurvePublicKey}
    try:
        found = load_der_public_key(base64.b64decode(key, validate=True))
    except (ValueError, UnsupportedAlgorithm, binascii.Error):
        raise UserError("this is no public key") from None
    kind = expected.get(algorithm)
    if kind is None or not isinstance(found, kind):
        raise UserError(f"the key is not of the algorithm {algorithm[:20]!r}")
    if isinstance(found, ec.EllipticCurvePublicKey) and found.curve.name != "secp256r1":
        raise UserError("the key is on another curve than P-256")
    return found


# -- delivery --------------------------------------------------------------------------------


def deliver(entries: Sequence[SignedEntry]) -> list[Result]:
    """Take entries in their order; a result for each, whatever becomes of the others.

    What was written is noted at the end, for all at once: a crash before that loses nothing,
    because an event with the entry's id says that it was written.
    """
    read = [_read(entry) for entry in entries[:MOST_ENTRIES]]
    known = _known([one.entry for one in read if isinstance(one, _Read)])
    together = _written_together(read, known)
    results, written = [], []
    for one in read:
        if isinstance(one, Result):
            result = one
        elif one.entry in together:
            result = together[one.entry]
            written.append(_row(one, result.outcome))
        else:
            result = _deliver_one(one, written)
        results.append(result)
    Delivery.objects.bulk_create(written, ignore_conflicts=True)
    return results


def _known(ids: Sequence[str]) -> dict[str, Delivery]:
    return {row.entry: row for row in Delivery.objects.filter(pk__in=ids)}


def _written_together(
    read: Sequence[_Read | Result], known: dict[str, Delivery]
) -> dict[str, Result]:
    """Entries that all fit, in one transaction; nothing where one does not.

    A tablet that comes back after a day brings many: one write to the disk serves them. Sections
    follow one by one: they are merged with what stands there, and nothing else waits for them.
    """
    fresh = [one for one in read if isinstance(one, _Read) and one.entry not in known]
    plain = [one for one in fresh if one.act in MADE]
    if len(plain) < 2 or len({one.device for one in plain}) != 1:
        return {}
    numbers = {(one.device, one.number) for one in fresh}
    if len({one.entry for one in fresh}) < len(fresh) or len(numbers) < len(fresh):
        return {}
    if _numbers_taken(plain) or not permits(plain[0].account, "cases.work"):
        return {}
    try:
        entries = [entry for one in plain for entry in _entries(one)]
        record_all(entries, by=plain[0].account.actor)
    except (UserError, KeyError, TypeError, AttributeError):
        return {}  # one by one, then: each gets its own answer
    return {one.entry: Result(one.entry, "written") for one in plain}


def _numbers_taken(entries: Sequence[_Read]) -> bool:
    device = entries[0].device
    numbers = [one.number for one in entries]
    return Delivery.objects.filter(device=device, number__in=numbers).exists()


def _deliver_one(one: _Read, written: list[Delivery]) -> Result:
    earlier = Delivery.objects.filter(pk=one.entry).first()
    if earlier is not None:
        return _repeated(earlier, one)
    same = Delivery.objects.filter(device=one.device, number=one.number).first()
    numbered = [w for w in written if (w.device, w.number) == (one.device, one.number)]
    if any(w.entry != one.entry for w in [*numbered, *([same] if same else [])]):
        words = f"this tablet already brought another entry {one.number}"
        return Result(one.entry, "refused", words)
    if same is not None:  # it came a second time while we looked
        return _repeated(same, one)
    result = _done(one)
    if result.outcome in ("wanting", "refused"):
        return result  # it stays on the tablet, and nothing is noted
    row = _row(one, result.outcome, result.words)
    if result.outcome != "held":
        written.append(row)
        return result
    try:
        row.save(force_insert=True)  # a held entry is nowhere but here: it is noted at once
    except IntegrityError:  # the same entry came twice at once; the other one noted it
        if not Delivery.objects.filter(pk=one.entry).exists():
            raise
    return result


def _repeated(earlier: Delivery, one: _Read) -> Result:
    if earlier.signed != one.signed.text:
        return Result(one.entry, "refused", "another entry has this id")
    details = _section_now(one) if one.act == "section" else None
    return Result(one.entry, earlier.outcome, earlier.words, details)


def _done(one: _Read) -> Result:
    """Do what the entry says. An event with its id means that it was done before a crash.

    A photograph waits for all its pieces before anything else is asked: whatever is refused
    then, they are here, and the tablet may forget them.
    """
    if EventRow.objects.filter(event_id=one.entry).exists():
        pieces.forget(one.entry)
        details = _section_now(one) if one.act == "section" else None
        kept = EventRow.objects.filter(event_id=one.entry, type=ev.SectionKeptBeside.type)
        return Result(one.entry, "beside" if kept.exists() else "written", "", details)
    if one.act == "photograph" and (waits := _waits_for_pieces(one)) is not None:
        return waits
    if not permits(one.account, "cases.work"):
        return Result(one.entry, "held", "the account that made it may not do this any more")
    try:
        if one.act == "section":
            saved = _save_section(one)
            return Result(one.entry, saved.outcome, "", _details(saved))
        if one.act == "photograph":
            _add_photograph(one)
        else:
            record_all(_entries(one), by=one.account.actor)
        return Result(one.entry, "written")
    except (UserError, TagError) as error:
        if EventRow.objects.filter(event_id=one.entry).exists():
            return Result(one.entry, "written")  # by another delivery at the same moment
        return Result(one.entry, "held", str(error))
    except (KeyError, TypeError, AttributeError):
        return Result(one.entry, "held", "this entry lacks what an entry of its kind has")


def _row(one: _Read, outcome: str, words: str = "") -> Delivery:
    return Delivery(
        entry=one.entry,
        device=one.device,
        number=one.number,
        signed=one.signed.text,
        signature=one.signed.signature,
        outcome=outcome,
        words=words,
        received_at=_now(),
    )


# -- reading an entry and checking who made it -------------------------------------------------


def _read(entry: SignedEntry) -> _Read | Result:
    name = ""
    try:
        fields = _parsed(entry.text)
        name = fields["id"]
        tablet = Tablet.objects.filter(pk=fields["device"]).first()
        if tablet is None:
            raise _Refused("this tablet is not registered here")
        _verify(tablet, entry)
        if tablet.revoked_at:
            raise _Refused("this tablet was revoked")
        account = User.objects.filter(key=tablet.actor.removeprefix("person/")).first()
        if account is None:
            raise _Refused("the account of this tablet is not known")
    except _Refused as refusal:
        return Result(name, "refused", str(refusal))
    names = ("id", "device", "number", "at", "act", "body")
    return _Read(entry, *(fields[n] for n in names), account)


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > LARGEST_ENTRY:
        raise _Refused(f"the entry has {len(text)} characters, at most {LARGEST_ENTRY}")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise _Refused("the entry is not JSON") from None
    kinds = {"v": int, "id": str, "device": str, "number": int, "at": str, "act": str, "body": dict}
    if not isinstance(fields, dict) or set(fields) != set(kinds):
        raise _Refused("the entry has other fields than v, id, device, number, at, act, body")
    if any(type(fields[name]) is not kind for name, kind in kinds.items()) or fields["v"] != 1:
        raise _Refused("the entry is of another version, or a field is of another type")
    if not _UUID7.fullmatch(fields["id"]) or not 0 < fields["number"] < 2**53:
        raise _Refused("the entry has no UUIDv7 as its id, or no number")
    if not _TIME.fullmatch(fields["at"]):
        raise _Refused("the entry has no time in UTC")
    return fields


def _verify(tablet: Tablet, entry: SignedEntry) -> None:
    key = read_key(tablet.algorithm, tablet.key)
    data = entry.text.encode()
    try:
        signature = base64.b64decode(entry.signature, validate=True)
        if tablet.algorithm == "Ed25519":
            key.verify(signature, data)
        else:
            key.verify(_der(signature), data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, binascii.Error):
        raise _Refused("the signature does not fit this tablet's key") from None


def _der(signature: bytes) -> bytes:
    """WebCrypto gives r and s of 32 bytes each; the library asks for DER."""
    if len(signature) != 64:
        raise ValueError("not 64 bytes")
    halves = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    return encode_dss_signature(*halves)


# -- what entries say --------------------------------------------------------------------------


def _entries(one: _Read) -> list[Entry]:
    """What is written for the entry, in one transaction; the act itself under its id."""
    _check_clock(one.at)
    make = MADE.get(one.act)
    if make is None:
        raise UserError(f"{one.act[:20]!r} is nothing that a tablet does")
    made = make(one.body)
    return [
        *(Entry(event, claimed_time=one.at) for event in made.before),
        Entry(made.act, one.entry, one.at),
        *(Entry(event, claimed_time=one.at) for event in made.after),
    ]


def _check_clock(at: str) -> None:
    if datetime.fromisoformat(at) > datetime.now(UTC) + _FUTURE:
        raise UserError("the clock of the tablet is ahead; set it right and enter it again")


def _save_section(one: _Read) -> SavedSection:
    _check_clock(one.at)
    changes = one.body["changes"]
    if not isinstance(changes, dict):
        raise UserError("the changes of a section are an object")
    settles = one.body.get("settles", [])
    return save_section(
        tag_of(one.body["case"]),
        text(one.body, "section"),
        changes,
        text(one.body, "base"),
        by=one.account,
        event_id=one.entry,
        claimed_time=one.at,
        settles=[str(each) for each in settles] if isinstance(settles, list) else (),
    )


def _details(saved: SavedSection) -> dict[str, Any]:
    return {"revision": saved.revision, "base": saved.base, "clashing": list(saved.clashing)}


def _section_now(one: _Read) -> dict[str, Any] | None:
    """Where the section stands, for a tablet that did not hear the first answer."""
    key = f"{one.body.get('case')}/{one.body.get('section')}"
    row = Section.objects.filter(pk=key).first()
    return None if row is None else {"revision": row.revision, "base": row.event_id, "clashing": []}


# -- photographs -------------------------------------------------------------------------------


def take_piece(entry: SignedEntry, at: int, data: bytes) -> Result:
    """Keep one piece of the photograph that the entry announces, and say how that stands."""
    one = _read(entry)
    if isinstance(one, Result):
        return one
    if one.act != "photograph":
        return Result(one.entry, "refused", "this entry announces no photograph")
    if not Delivery.objects.filter(pk=one.entry).exists():
        try:
            pieces.keep(pieces.announced(one.entry, one.body), at, data)
        except UserError as error:
            return Result(one.entry, "refused", str(error))
    return deliver([entry])[0]


def _waits_for_pieces(one: _Read) -> Result | None:
    try:
        missing = pieces.missing(pieces.announced(one.entry, one.body))
    except UserError as error:  # no tablet of ours announces so: it keeps what it has
        return Result(one.entry, "refused", str(error))
    return Result(one.entry, "wanting", "", {"missing": missing}) if missing else None


def _add_photograph(one: _Read) -> None:
    _check_clock(one.at)
    photo = pieces.announced(one.entry, one.body)
    data = pieces.joined(photo)
    add_photograph(
        photo.case, data, photo.note, by=one.account, entry=one.entry, claimed_time=one.at
    )
    pieces.forget(photo.photograph)


def held_photograph(row: Delivery) -> bytes:
    """The bytes of a photograph that is held, as the tablet sent them."""
    one = _read(SignedEntry(row.signed, row.signature))
    if isinstance(one, Result):
        raise UserError(one.words)
    return pieces.joined(pieces.announced(one.entry, one.body))


# -- what is held ------------------------------------------------------------------------------


def retry(row: Delivery) -> Result:
    """Try an entry that is held once more: the bag is registered by now, say."""
    one = _read(SignedEntry(row.signed, row.signature))
    if isinstance(one, Result):
        return one
    result = _done(one)
    if result.outcome in ("wanting", "refused"):
        words = "pieces of this photograph are no longer in the data folder"
        result = Result(one.entry, "held", words)
    if result.outcome != "held":
        row.outcome, row.words = result.outcome, ""
        row.save(update_fields=["outcome", "words"])
    elif result.words != row.words:
        row.words = result.words
        row.save(update_fields=["words"])
    return result


def settle(row: Delivery, words: str, *, by: User) -> None:
    """Note what a person did about an entry that is held."""
    if not words.strip():
        raise UserError("say what was done about it")
    row.settled_at, row.settled_by, row.settled_words = _now(), by.actor, words.strip()
    row.save(update_fields=["settled_at", "settled_by", "settled_words"])


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
