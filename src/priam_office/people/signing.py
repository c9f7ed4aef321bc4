"""A person's signature: keys that open with the person's passphrase alone.

A key pair (Ed25519 and ML-DSA-44) is made once and its private half kept under a passphrase
(scrypt, AES-256-GCM; :mod:`priam.tlog.keys`). The passphrase is not the account's password and
is never kept, so what lies in the database cannot sign. The public half is an event.

What is signed is a note (C2SP signed-note) over :data:`HEAD`, a line with the statement
(RFC 8785 JSON without a newline), so that no other kind of note can be taken for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from priam.errors import UserError
from priam.events import SigningKeyAdded, SigningKeyRevoked
from priam.events.accounts_rows import SigningKey
from priam.tlog import keys, notes
from priam.tlog.cosignatures import verifier_of
from priam.tlog.errors import LogError
from priam_office.installation import present
from priam_office.people.guesses import Guesses
from priam_office.people.models import SealedKey, User
from priam_office.record.state import known
from priam_office.record.write import Entry, record, record_all

__all__ = ["HEAD", "key_of", "make_key", "revoke_key", "sign", "verify", "with_signing_key"]

HEAD = "priam.statement/v1"
SHORTEST_PASSPHRASE = 12
SCRYPT_N = keys.SCRYPT_N

View = Callable[..., HttpResponse]


def key_of(user: User) -> SigningKey | None:
    """The person's signing key that holds now."""
    state = known().state
    account = state.accounts.get(user.key)
    return state.signing_keys[account.key] if account and account.key else None


def make_key(user: User, passphrase: str) -> SigningKey:
    """Make the person's key; an older one is revoked as replaced."""
    _check_passphrase(user, passphrase)
    count = SealedKey.objects.filter(account=user.key).count()
    host = present().origin().partition("/")[0]
    name = f"{host}/person/{user.key}/{count + 1}"
    pair = keys.KeyPair.generate(name, "person")
    sealed = keys.seal_key(pair, passphrase, n=SCRYPT_N)
    SealedKey.objects.create(key=name, account=user.key, sealed=sealed)
    entries = [Entry(SigningKeyAdded(user.key, name, tuple(pair.vkeys())))]
    older = key_of(user)
    if older is not None:
        entries.insert(0, Entry(SigningKeyRevoked(older.key, "replaced")))
    record_all(entries, by=user.actor)
    return known().state.signing_keys[name]


def revoke_key(user: User, reason: str, *, by: str) -> None:
    """The person's key signs no more; for the reasons see :class:`SigningKeyRevoked`."""
    key = key_of(user)
    if key is None:
        raise UserError("there is no signing key to revoke")
    record(SigningKeyRevoked(key.key, reason), by=by)


def sign(user: User, passphrase: str, statement: bytes) -> str:
    """The person's signature lines over ``statement``, one for each of the two algorithms.

    Raises :class:`priam.errors.UserError` without a key, for a wrong passphrase, and after too
    many of them.
    """
    key = key_of(user)
    if key is None:
        raise UserError(_("You have no signing key yet; make one first."))
    guesses = Guesses("signature", user.key)
    guesses.check()
    sealed = SealedKey.objects.get(key=key.key).sealed
    try:
        pair = keys.open_key(sealed, passphrase)
    except LogError:
        guesses.failed()
        raise UserError(_("This is not the passphrase of your signing key.")) from None
    guesses.forget()
    signed = notes.sign(_text(statement), pair.signers())
    return "".join(map(str, signed.signatures))


def verify(statement: bytes, signature: str, *, sequence: int | None = None) -> SigningKey:
    """Whose signature this is: the key, with its ``account``; raises unless every line verifies.

    ``sequence`` is that of the event that carries the signature: a key that was revoked later
    was still good then. Without it the key must hold now.
    """
    try:
        lines = [notes.parse_signature(line) for line in signature.splitlines()]
    except LogError as error:
        raise UserError(f"this is no signature: {error}") from None
    state = known().state
    key = state.signing_keys.get(lines[0].name) if lines else None
    if key is None:
        raise UserError("the signature is by no key that is known here")
    if key.revoked is not None:
        ended = state.event_ids[key.revoked]
        if sequence is None or sequence >= ended:
            raise UserError(f"the signing key {key.key} was revoked ({key.reason}) before this")
    _verify(notes.Note(_text(statement), tuple(lines)), key)
    return key


def with_signing_key(view: View) -> View:
    """Send whoever has no signing key to make one, and back afterwards."""

    @functools.wraps(view)
    def ready(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if key_of(request.user) is None:
            return redirect(f"{reverse('signing-key')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return ready


def _verify(note: notes.Note, key: SigningKey) -> None:
    try:
        notes.verify(note, [verifier_of(vkey) for vkey in key.vkeys], require_all=True)
    except LogError as error:
        raise UserError(f"the signature does not verify: {error}") from None


def _text(statement: bytes) -> str:
    text = notes.text_of(statement, "statement")
    if "\n" in text or not text:
        raise UserError("a statement to sign is one line of JSON")
    return f"{HEAD}\n{text}\n"


def _check_passphrase(user: User, passphrase: str) -> None:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise UserError(
            _("A passphrase has at least %(n)s characters.") % {"n": SHORTEST_PASSPHRASE}
        )
    if user.check_password(passphrase):
        raise UserError(
            _("The passphrase must not be the password you sign in with, which this server sees.")
        )
