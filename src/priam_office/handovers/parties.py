"""Who this installation is, its key, and whose keys it trusts.

A party's **card** is a note that it signs with its own keys: name, log, public keys. Cards travel
by hand; people compare the fingerprint aloud before they trust one.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from priam.errors import InputError, UserError
from priam.events import PartyDeclared
from priam.tlog import notes
from priam.tlog.bundle import BundleParty
from priam.tlog.cosignatures import verifier_of
from priam.tlog.errors import LogError
from priam.tlog.keys import SCRYPT_N, KeyPair, load_key, save_key
from priam.tlog.leaves import canonical_json
from priam.tlog.notes import Signer, VerifierKey
from priam.tlog.policy import Group, Policy, PolicyLog, PolicyWitness
from priam.tlog.witnessfiles import write_durably
from priam_office.handovers.papers import KeysTrusted
from priam_office.installation import Installation
from priam_office.record.acts import body
from priam_office.record.models import Event as Row
from priam_office.record.state import known
from priam_office.record.write import Entry, record_all

__all__ = [
    "Card",
    "Own",
    "bundle_parties",
    "fingerprint",
    "found",
    "own",
    "policy",
    "read_card",
    "trust",
    "trusted",
]

FORMAT = "priam-party/v1"
_PARTY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Card:
    """What a party publishes of itself. ``role``: party, mediator or observer."""

    party: str
    name: str
    role: str
    log: str
    log_vkeys: tuple[str, ...]
    vkeys: tuple[str, ...]
    witness_vkeys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _PARTY.fullmatch(self.party):
            raise UserError(
                f"{self.party[:60]!r} is no short name of a party; expected letters, digits, - or _"
            )

    @property
    def text(self) -> str:
        """The note text: one line of RFC 8785 JSON."""
        members = {name: getattr(self, name) for name in self.__dataclass_fields__}
        members = {n: list(v) if isinstance(v, tuple) else v for n, v in members.items()}
        return canonical_json({"format": FORMAT, **members}).decode() + "\n"


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
        trust(there, there.card)  # where a crash came between the card and its events
        return there
    host = origin.partition("/")[0]
    Card(party, name or party, role, origin, (), ())  # refuse a wrong name before keys are made
    pair = _key(folder / "party-key", f"{host}/office", "person", passphrase, n)
    eye: list[str] = []
    if witness:
        eye = _key(folder / "witness-key", f"{host}/witness", "witness", passphrase, n).vkeys()
    log_vkeys = tuple(str(signer.vkey) for signer in installation.signers())
    card = Card(party, name or party, role, origin, log_vkeys, tuple(pair.vkeys()), tuple(eye))
    write_durably(folder / "party-card", bytes(notes.sign(card.text, pair.signers())))
    me = Own(folder, card)
    trust(me, card)
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
            f"`priam exchange init --party NAME --data {installation.folder}`"
        )
    return Own(installation.folder, read_card(path))


def read_card(path: Path) -> Card:
    """A card, after its own signatures were checked."""
    try:
        note = notes.parse(path.read_bytes())
        card = _card(json.loads(note.text))
        if card.text != note.text:
            raise LogError("it is not in RFC 8785 form")
        notes.verify(note, [verifier_of(vkey) for vkey in card.vkeys], require_all=True)
    except LogError as error:
        raise InputError(f"this card of a party is refused: {error}", file=path) from None
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        raise InputError(f"this is no card of a party ({FORMAT})", file=path) from None
    return card


def _card(members: dict[str, Any]) -> Card:
    if members.pop("format") != FORMAT:
        raise KeyError
    lists = {name for name, value in members.items() if isinstance(value, list)}
    if lists != {"log_vkeys", "vkeys", "witness_vkeys"}:
        raise TypeError
    return Card(**{n: tuple(v) if n in lists else v for n, v in members.items()})


def fingerprint(card: Card) -> str:
    """Eight groups of four characters, to be read aloud over another line."""
    digest = hashlib.sha256(card.text.encode()).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def trust(me: Own, card: Card) -> None:
    """Record that the keys on a card are trusted; a second, different card is refused."""
    before = trusted().get(card.party)
    keys = KeysTrusted(card.party, card.log, card.log_vkeys, card.vkeys, card.witness_vkeys)
    if before == keys:
        return
    if before is not None:
        raise UserError(f"other keys of party {card.party!r} are trusted already; ask that party")
    entries = [Entry(keys)]
    if card.party not in known().state.parties:
        entries.insert(0, Entry(PartyDeclared(card.party, card.name, card.role)))
    record_all(entries, by=me.actor)


def trusted() -> dict[str, KeysTrusted]:
    """The trusted keys, by party."""
    rows = Row.objects.filter(type=KeysTrusted.type).order_by("sequence")
    keys = (KeysTrusted.from_payload(body(row)) for row in rows)
    return {key.party: key for key in keys}


def bundle_parties() -> list[BundleParty]:
    """The trusted parties in the form of a bundle."""
    return [BundleParty(k.party, k.log, k.vkeys) for k in trusted().values()]


def policy() -> Policy:
    """The trust annex: all trusted logs and witnesses; one witness is enough, if there is any."""
    keys = trusted().values()
    logs = [PolicyLog(VerifierKey.parse(vkey)) for key in keys for vkey in key.log_vkeys]
    eyes = [
        PolicyWitness(f"{key.party}-{number}", VerifierKey.parse(vkey))
        for key in keys
        for number, vkey in enumerate(key.witness_vkeys, start=1)
    ]
    if not eyes:
        return Policy(tuple(logs))
    group = Group("witnesses", 1, tuple(eye.name for eye in eyes))
    return Policy(tuple(logs), tuple(eyes), (group,), group.name)
