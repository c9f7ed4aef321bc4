"""Who of a party's office did an act of the party: their own signature stands beside it.

What a party does is written under the party's name, whoever types it. On the pages of the office
a person signs each act with a key of their own (:mod:`priam_office.people.signing`), in the same
transaction, so that the office can say who answered an offer or signed an agreement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from priam.errors import UserError
from priam.events import new_event_id
from priam.events.base import Event
from priam.tlog.leaves import canonical_json
from priam_office.handovers import parties
from priam_office.handovers.evidence import ActSigned
from priam_office.handovers.parties import Own
from priam_office.people import signing
from priam_office.people.models import User
from priam_office.record.acts import body
from priam_office.record.models import Event as Row
from priam_office.record.write import Entry

__all__ = ["Acting", "Signer", "acting", "signers_of", "statement"]


@dataclass(frozen=True)
class Acting(Own):
    """This installation's party, and the person who acts for it."""

    user: User
    passphrase: str = field(repr=False)

    def entries(self, events: Sequence[Event]) -> list[Entry]:
        """Each act, and the person's signature over it; raises for a wrong passphrase."""
        acts = [Entry(event, new_event_id()) for event in events]
        signed = [
            ActSigned(act.event_id or "", self._sign(act.event_id or "", act.event)) for act in acts
        ]
        return [*acts, *(Entry(one, by=self.user.actor) for one in signed)]

    def _sign(self, act: str, event: Event) -> str:
        return signing.sign(
            self.user, self.passphrase, statement(act, event.type, event.to_payload())
        )


def acting(user: User, passphrase: str) -> Acting:
    """The party of this installation, with ``user`` who acts for it."""
    me = parties.own(settings.INSTALLATION)
    return Acting(me.folder, me.card, user, passphrase)


def statement(act: str, type: str, content: Mapping[str, Any]) -> bytes:
    """The bytes that a person signs: RFC 8785 JSON of the act's id, type and content."""
    return canonical_json({"act": act, "body": content, "type": type})


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed an act, by name; ``verifies``: the signature holds, made with a key of theirs."""

    name: str
    at: str
    verifies: bool


def signers_of(acts: Iterable[str]) -> dict[str, Signer]:
    """The person who signed each of these acts, where one did. At most three queries."""
    wanted = set(acts)
    rows = Row.objects.filter(type=ActSigned.type).order_by("sequence")
    signed = {
        one.act: (row, one)
        for row in rows
        if (one := ActSigned.from_payload(body(row))).act in wanted
    }
    events = {row.event_id: row for row in Row.objects.filter(event_id__in=list(signed))}
    keys = {row.actor.partition("/")[2] for row, _ in signed.values()}
    people = {user.actor: str(user) for user in User.objects.filter(key__in=keys)}
    return {
        act: Signer(
            people.get(row.actor, row.actor),
            row.received_time,
            act in events and _verifies(row, one, events[act]),
        )
        for act, (row, one) in signed.items()
    }


def _verifies(row: Row, one: ActSigned, act: Row) -> bool:
    try:
        signed = statement(one.act, act.type, body(act))
        key = signing.verify(signed, one.signature, sequence=row.sequence)
    except UserError:
        return False
    return f"person/{key.account}" == row.actor
