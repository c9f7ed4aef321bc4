"""Whose keys are trusted here, since when, and which were revoked: read from the record.

A party has one set of office keys at a time; earlier sets stay known, because what was signed
with them before they were revoked stays signed. Roles and devices have keys of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from priam.errors import UserError
from priam.events.base import Event
from priam.tlog.bundle import BundleParty
from priam.tlog.notes import VerifierKey
from priam.tlog.policy import Group, Policy, PolicyLog, PolicyWitness
from priam_office.handovers.cards import Card, open_card
from priam_office.handovers.evidence import (
    KeyEnrolled,
    KeyRevoked,
    KeysReplaced,
    KeysTrusted,
    LogKeysReplaced,
)
from priam_office.record.acts import body
from priam_office.record.models import Event as Row
from priam_office.record.state import head

__all__ = [
    "Keys",
    "bundle_parties",
    "keys_of",
    "log_keys_of_today",
    "of_card",
    "policy",
    "same_keys",
    "trusted",
]

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Keys:
    """What is known here of one party's keys.

    ``sets``: its office's keys, oldest first; the last are those of today. ``enrolled``: keys of
    its roles and devices. ``revoked``: single keys that count no more.
    """

    sets: tuple[tuple[str, ...], ...]
    enrolled: tuple[KeyEnrolled, ...]
    revoked: frozenset[str]

    def of_role(self, role: str) -> tuple[KeyEnrolled, ...]:
        """Who holds valid keys of a role."""
        return tuple(
            one for one in self.enrolled if one.role == role and not self.revoked & {*one.vkeys}
        )

    @property
    def all_vkeys(self) -> tuple[str, ...]:
        """Every key that ever was one of the party's."""
        own = [vkey for keys in self.sets for vkey in keys]
        return tuple(dict.fromkeys([*own, *(v for one in self.enrolled for v in one.vkeys)]))


def of_card(card: Card, how: str | None = None) -> KeysTrusted:
    """The keys on a card as they are trusted."""
    return KeysTrusted(card.party, card.log, card.log_vkeys, card.vkeys, card.witness_vkeys, how)


def same_keys(one: KeysTrusted, other: KeysTrusted) -> bool:
    """Whether both trust the same keys, for whatever reason."""
    return replace(one, how=None, confirmed_by=None) == replace(other, how=None, confirmed_by=None)


def trusted() -> dict[str, KeysTrusted]:
    """The keys that are trusted today, by party."""
    return {party: sets[-1] for party, sets in _history().items()}


def keys_of(party: str) -> Keys:
    """All that is known here of a party's keys."""
    return Keys(
        tuple(one.vkeys for one in _history().get(party, [])),
        tuple(one for one in _events(KeyEnrolled) if one.by == party),
        frozenset(one.vkey for one in _events(KeyRevoked) if one.by == party),
    )


def _history() -> dict[str, list[KeysTrusted]]:
    """The sets of keys of each party in the order in which they came to be trusted.

    A rotation was checked when it was taken in and counts by itself; keys in place of lost ones
    count only once people have compared the card.
    """
    history: dict[str, list[KeysTrusted]] = {}
    for event in _events(KeysTrusted, KeysReplaced, LogKeysReplaced):
        if isinstance(event, KeysReplaced | LogKeysReplaced):
            if event.reason == "lost" or event.card is None:
                continue
            event = of_card(open_card(event.card)[0], "rotation")
        sets = history.setdefault(event.party, [])
        if not sets or not same_keys(sets[-1], event):
            sets.append(event)
    return history


def log_keys_of_today(keys: KeysTrusted) -> tuple[str, ...]:
    """The keys with which a party's log signs today: those that it has not replaced."""
    gone = {v for one in _events(LogKeysReplaced) if one.log == keys.log for v in one.old}
    return tuple(vkey for vkey in keys.log_vkeys if vkey not in gone)


def _events(*kinds: type[E]) -> Iterator[E]:
    """Events of these kinds in order. All are read once for each version of the log."""
    version = head()
    if _kept[0][0] != version:
        rows = Row.objects.filter(type__in=_KINDS).order_by("sequence")
        _kept[0] = version, [_KINDS[row.type].from_payload(body(row)) for row in rows]
    return (event for event in _kept[0][1] if isinstance(event, kinds))


_KINDS: dict[str, type[Event]] = {
    kind.type: kind
    for kind in (KeyEnrolled, KeyRevoked, KeysReplaced, KeysTrusted, LogKeysReplaced)
}
# One value, replaced as a whole, as in `record.state`: an export asks for keys a hundred times.
_kept: list[tuple[tuple[int, str], list[Event]]] = [((0, ""), [])]


def bundle_parties() -> list[BundleParty]:
    """The trusted parties in the form of a bundle, with every key they ever had."""
    return [
        BundleParty(party, keys.log, keys_of(party).all_vkeys) for party, keys in trusted().items()
    ]


def policy(quorum: int = 1, *, instead: KeysTrusted | None = None, today: bool = False) -> Policy:
    """The trust annex: all trusted logs and witnesses, and how many witnesses must have cosigned.

    A log whose keys were replaced has lines for old and new ones, so that its old checkpoints
    verify; ``today`` leaves the old ones out, which is what a witness of new checkpoints needs.
    ``instead``: of this party these keys count, and not those that are trusted yet. A witness
    with two keys counts once, and only with a line of each: one line alone means that the other
    was cut off. Without any witness the policy asks for none.
    """
    known = trusted() | ({instead.party: instead} if instead else {})
    keys = known.values()
    of_log = log_keys_of_today if today else KeysTrusted.log_vkeys.__get__
    logs = [PolicyLog(VerifierKey.parse(vkey)) for key in keys for vkey in of_log(key)]
    eyes, groups = [], []
    for key in keys:
        lines = [
            PolicyWitness(f"{key.party}-{number}", VerifierKey.parse(vkey))
            for number, vkey in enumerate(key.witness_vkeys, start=1)
        ]
        if lines:
            names = tuple(eye.name for eye in lines)
            groups.append(Group(f"witness-{key.party}", len(names), names))
        eyes += lines
    if not eyes:
        return Policy(tuple(logs))
    if not 1 <= quorum <= len(groups):
        raise UserError(f"a quorum of {quorum} cannot be met: {len(groups)} witnesses are trusted")
    enough = Group("witnesses", quorum, tuple(group.name for group in groups))
    return Policy(tuple(logs), tuple(eyes), (*groups, enough), enough.name)
