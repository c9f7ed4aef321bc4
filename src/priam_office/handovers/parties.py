"""Who this installation is, its keys, and whose keys it trusts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from priam.errors import UserError
from priam.events import PartyDeclared
from priam.events.base import Event
from priam.tlog import notes
from priam.tlog.errors import LogError
from priam.tlog.keys import SCRYPT_N, KeyPair, load_key, save_key
from priam.tlog.notes import Note, Signer
from priam.tlog.witnessfiles import write_durably
from priam_office.handovers.cards import Card, fingerprint, open_card, read_card, signed_with
from priam_office.handovers.evidence import KeyEnrolled, KeyRevoked, KeysReplaced, KeysTrusted
from priam_office.handovers.trusted import (
    bundle_parties,
    keys_of,
    log_keys_of_today,
    of_card,
    policy,
    same_keys,
    trusted,
)
from priam_office.installation import Installation
from priam_office.record.state import known
from priam_office.record.write import Entry, record_all

__all__ = [
    "Card",
    "Own",
    "bundle_parties",
    "enrol",
    "fingerprint",
    "found",
    "keys_of",
    "lent",
    "log_keys_of_today",
    "may_follow",
    "own",
    "policy",
    "quorum",
    "read_card",
    "recover",
    "revoke",
    "rotate",
    "settle",
    "trust",
    "trusted",
]

_NEW = ".new"
_HOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Own:
    """This installation as a party: its folder, its name, the origin of its log."""

    folder: Path
    card: Card

    @property
    def party(self) -> str:
        """The party's short name."""
        return self.card.party

    @property
    def actor(self) -> str:
        """Who acts in its log."""
        return self.card.log

    @property
    def host(self) -> str:
        """What the names of its keys begin with."""
        return self.card.log.partition("/")[0]

    def entries(self, events: Sequence[Event]) -> list[Entry]:
        """What is written when this party does something."""
        return [Entry(event) for event in events]

    def signers(self, passphrase: str) -> list[Signer]:
        """The party's signing keys; they open only with the passphrase."""
        return load_key(self.folder / "party-key", passphrase).signers()


def found(
    installation: Installation,
    party: str,
    passphrase: str,
    *,
    name: str | None = None,
    role: str = "party",
    witness: bool = False,
    n: int = SCRYPT_N,
) -> Own:
    """Make this installation the one of ``party``: keys, card, and its first events.

    ``witness`` makes a witness key too. Run again it changes nothing.
    """
    folder, origin = installation.folder, installation.origin()
    if (folder / "party-card").exists():
        there = own(installation)
        if there.party != party:
            raise UserError(f"this installation is already the one of party {there.party!r}")
        trust(there, folder / "party-card")  # where a crash came between the card and its events
        return there
    host = origin.partition("/")[0]
    Card(party, name or party, role, origin, (), ())  # refuse a wrong name before keys are made
    pair = _key(folder / "party-key", f"{host}/office", "person", passphrase, n)
    eye: list[str] = []
    if witness:
        eye = _key(folder / "witness-key", f"{host}/witness", "witness", passphrase, n).vkeys()
    log_vkeys = tuple(installation.vkeys())
    card = Card(party, name or party, role, origin, log_vkeys, tuple(pair.vkeys()), tuple(eye))
    write_durably(folder / "party-card", bytes(notes.sign(card.text, pair.signers())))
    me = Own(folder, card)
    trust(me, folder / "party-card")
    return me


def _key(path: Path, name: str, role: str, passphrase: str, n: int) -> KeyPair:
    if path.exists():
        return load_key(path, passphrase)
    pair = KeyPair.generate(name, role)
    save_key(pair, path, passphrase, n=n)
    return pair


def own(installation: Installation) -> Own:
    """The party of this installation."""
    path = installation.folder / "party-card"
    if not path.exists():
        raise UserError(
            f"this installation speaks for nobody yet; run "
            f"`priam init --party NAME --data {installation.folder}`"
        )
    if path.with_name(path.name + _NEW).exists():
        settle(installation.folder)  # a crash came while keys were replaced
    return Own(installation.folder, read_card(path))


def trust(me: Own, path: Path, confirmed_by: Sequence[str] = ()) -> None:
    """Record that the keys on the card at ``path`` are trusted.

    A card that replaces another must be signed with the keys of that one, or with a quorum of
    the party's recovery keys; else two people of this installation must answer for it
    (``confirmed_by``), who have compared it over another line.
    """
    card = read_card(path)
    before = trusted().get(card.party)
    new = of_card(card)
    if before is not None:
        if same_keys(before, new):
            return
        new = _replacing(before, path, confirmed_by)
    entries = [Entry(new)]
    if card.party not in known().state.parties:
        entries.insert(0, Entry(PartyDeclared(card.party, card.name, card.role)))
    record_all(entries, by=me.actor)


def _replacing(before: KeysTrusted, path: Path, confirmed_by: Sequence[str]) -> KeysTrusted:
    card, note = open_card(path.read_bytes())
    _check_same_party(before, card)
    if set(before.log_vkeys) == set(card.log_vkeys) and may_follow(before, note):
        return of_card(card, "rotation")
    if _recovered(note, card.party):
        return of_card(card, "recovery")
    names = tuple(dict.fromkeys(name.strip() for name in confirmed_by if name.strip()))
    if len(names) < 2:
        raise UserError(
            f"other keys of party {card.party!r} are trusted, and this card is signed neither with "
            "them nor with enough of its recovery keys. Ask that party over another line; if its "
            "keys are lost, two people of yours who have compared the fingerprint answer for it: "
            "--confirmed-by NAME --confirmed-by NAME"
        )
    return replace(of_card(card, "confirmed"), confirmed_by=names)


def _check_same_party(before: KeysTrusted, card: Card) -> None:
    if before.log != card.log or not set(before.log_vkeys) <= set(card.log_vkeys):
        raise UserError(
            f"the card names another log or other log keys than are trusted for {card.party!r}; "
            "a party's log goes on under its keys, or it is another party"
        )


def may_follow(before: KeysTrusted, card: Note) -> bool:
    """Whether the keys before vouch for a new card; a revoked key lends no authority."""
    revoked = keys_of(before.party).revoked & set(before.vkeys)
    return not revoked and signed_with(card, before.vkeys)


def _recovered(card: Note, party: str) -> bool:
    holders = keys_of(party).of_role("recovery")
    signed = {one.holder for one in holders if signed_with(card, one.vkeys)}
    return len(signed) >= quorum(len(holders))


def quorum(holders: int) -> int:
    """How many of the holders of recovery keys are needed: more than half, and never one alone."""
    return max(2, holders // 2 + 1)


def enrol(me: Own, holder: str, role: str, path: Path, passphrase: str, n: int = SCRYPT_N) -> None:
    """Make keys for a role or device of this party, sealed by its own passphrase, at ``path``."""
    if not _HOLDER.fullmatch(holder):
        raise UserError(f"{holder[:60]!r} is no name of a holder; expected letters, digits, - or _")
    taken = {one.holder for one in keys_of(me.party).enrolled}
    if holder in taken:
        raise UserError(f"{holder!r} has keys already; revoke them, and enrol it by another name")
    pair = KeyPair.generate(f"{me.host}/{role}/{holder}", "person")
    enrolled = KeyEnrolled(me.party, holder, role, tuple(pair.vkeys()))
    save_key(pair, path, passphrase, n=n)
    record_all([Entry(enrolled)], by=me.actor)


def revoke(me: Own, vkeys: Sequence[str], reason: str) -> None:
    """Withdraw keys of this party: what they sign from this place of the log on is void."""
    keys = keys_of(me.party)
    for vkey in vkeys:
        if vkey not in keys.all_vkeys:
            raise UserError("this is not a key of this party; see `priam exchange keys`")
        if vkey in keys.revoked:
            raise UserError("this key is revoked already; see `priam exchange keys`")
    record_all([Entry(KeyRevoked(me.party, vkey, reason)) for vkey in vkeys], by=me.actor)


def rotate(me: Own, old: str, new: str, n: int = SCRYPT_N) -> Own:
    """New keys for the office, sealed by the passphrase ``new``; the old ones sign the card."""
    if keys_of(me.party).revoked & set(me.card.vkeys):
        raise UserError(
            "the present keys are revoked and cannot vouch for new ones; use recovery keys: "
            "`priam exchange recover`"
        )
    return _replace(me, "rotation", lambda note: notes.sign(note, me.signers(old)), new, n)


def recover(
    me: Own, pairs: Sequence[KeyPair], new: str, *, alone: bool = False, n: int = SCRYPT_N
) -> Own:
    """New keys for the office whose old ones are lost; recovery keys sign the card.

    ``alone``: without a quorum of them; then two people of each counterpart must answer for it.
    """
    signers = lent(me, pairs, alone=alone)
    return _replace(me, "lost", lambda note: notes.sign(note, signers) if signers else note, new, n)


def lent(me: Own, pairs: Sequence[KeyPair], *, alone: bool = False) -> list[Signer]:
    """The signers of recovery keys that are enough of them, or, ``alone``, of what there is."""
    holders = keys_of(me.party).of_role("recovery")
    valid = [pair for pair in pairs if tuple(pair.vkeys()) in {one.vkeys for one in holders}]
    if len(valid) != len(pairs):
        raise UserError("one of these is no valid recovery key; see `priam exchange keys`")
    needed = quorum(len(holders))
    if len({pair.name for pair in valid}) < needed and not alone:
        raise UserError(
            f"{len(valid)} recovery keys are not enough: {needed} of {len(holders)} are needed. "
            "Without them (--alone) the new card holds only where two people of each other party "
            "answer for it"
        )
    return [signer for pair in valid for signer in pair.signers()]


def _replace(me: Own, reason: str, vouch: Callable[[Note], Note], passphrase: str, n: int) -> Own:
    """Key and card beside the old ones, then the events, then the files take their place."""
    key, card_path = me.folder / f"party-key{_NEW}", me.folder / f"party-card{_NEW}"
    card_path.unlink(missing_ok=True)
    key.unlink(missing_ok=True)  # of a replacement that never came to be recorded
    number = len(keys_of(me.party).sets) + 1
    pair = KeyPair.generate(f"{me.host}/office-{number}", "person")
    save_key(pair, key, passphrase, n=n)
    card = replace(me.card, vkeys=tuple(pair.vkeys()))
    note = vouch(notes.sign(card.text, pair.signers()))
    write_durably(card_path, bytes(note))
    gone = [vkey for vkey in me.card.vkeys if vkey not in keys_of(me.party).revoked]
    record_all(
        [
            Entry(KeysReplaced(me.party, reason, str(note))),
            *(Entry(KeyRevoked(me.party, vkey, f"replaced: {reason}")) for vkey in gone),
            Entry(of_card(card, "rotation" if reason == "rotation" else "recovery")),
        ],
        by=me.actor,
    )
    settle(me.folder)
    return Own(me.folder, card)


def settle(folder: Path) -> None:
    """Put new key and card in place, if they were recorded; else they count for nothing."""
    card = folder / f"party-card{_NEW}"
    try:
        new = open_card(card.read_bytes())[0]
    except (OSError, LogError):
        return
    recorded = trusted().get(new.party)
    if recorded is None or not same_keys(recorded, of_card(new)):
        return
    key = folder / f"party-key{_NEW}"
    if key.exists():
        number = sum(1 for _ in folder.glob("party-key.old-*")) + 1
        if (folder / "party-key").exists():
            (folder / "party-key").replace(folder / f"party-key.old-{number}")
        key.replace(folder / "party-key")
    card.replace(folder / "party-card")
