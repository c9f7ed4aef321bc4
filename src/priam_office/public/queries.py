"""What the pages show, read once: the account as of one place in the log.

The account is a pure function of the state, so it is computed once for each version of the log
and kept until the log grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from priam.accounting.account import Account, account_of
from priam.accounting.handovers import (
    BatchBeside,
    OfferSeen,
    batches_beside_claims,
    offers_seen,
)
from priam.accounting.recording import claims_file_of
from priam_office.agreements.models import Claim
from priam_office.record import queries, state
from priam_office.record.models import Checkpoint, Event

__all__ = ["PUBLIC_TYPES", "View", "claims", "events", "public_event", "view"]

# Types of events whose content is meant for everybody. Any other is shown as its leaf alone.
PUBLIC_TYPES = frozenset(
    {
        "party.declared",
        "agreement.recorded",
        "agreement.proposed",
        "agreement.countersigned",
        "agreement.reading_stated",
        "agreement.reading_held",
        "agreement.amendment_proposed",
        "agreement.amendment_countersigned",
        "source.recorded",
        "claim.made",
        "claim.corrected",
        "claim.withdrawn",
        "offer.made",
        "offer.characterised",
        "offer.accepted",
        "offer.postponed",
        "offer.refused",
        "offer.withdrawn",
        "record.salt_destroyed",
        "record.put_back",
        "simulation.identified",
    }
)


@dataclass(frozen=True)
class View:
    """The account, and everything looked up by name, as of ``size`` events."""

    size: int
    last: str
    account: Account
    event_ids: Mapping[str, str]  # claim -> its event
    signed: tuple[BatchBeside, ...]
    offers: tuple[OfferSeen, ...]

    @property
    def names(self) -> Mapping[str, str]:
        """Code -> name of the parties."""
        return self.account.file.parties


_kept: list[View | None] = [None]


def view() -> View:
    """The account as the log stands now."""
    size, last = queries.head()
    kept = _kept[0]
    if kept is None or (kept.size, kept.last) != (size, last):
        known = state.known()
        ids = {name: entry.event_id for name, entry in known.state.claims.items()}
        kept = View(
            known.size,
            known.last,
            account_of(claims_file_of(known.state)),
            ids,
            batches_beside_claims(known.state),
            offers_seen(known.state),
        )
        _kept[0] = kept
    return kept


def claims(ids: Iterable[str] | None = None, agreement: str | None = None) -> list[Claim]:
    """Claims with their sources, in the order of the record; by id or by agreement if given."""
    found = Claim.objects.select_related("source").order_by("place")
    if ids is not None:
        found = found.filter(claim__in=list(ids))
    if agreement is not None:
        found = found.filter(agreement=agreement)
    return list(found)


def events(first: int, count: int) -> list[Event]:
    """``count`` events of the log from place ``first`` on."""
    return list(Event.objects.filter(sequence__gte=first).order_by("sequence")[:count])


@dataclass(frozen=True)
class PublicEvent:
    """An event as everybody may see it."""

    row: Event
    open: bool
    body: Mapping[str, Any]
    leaf: str
    proof: queries.Proof | None
    checkpoint: Checkpoint | None


def public_event(event_id: str) -> PublicEvent | None:
    """An event with its leaf and proof; its content only if its type is public."""
    from priam_office.record.acts import body

    row = queries.event(event_id)
    if row is None:
        return None
    open_ = row.type in PUBLIC_TYPES
    proof = queries.proof(row)
    return PublicEvent(
        row=row,
        open=open_,
        body=body(row) if open_ else {},
        leaf=queries.leaf(row).decode(),
        proof=proof,
        checkpoint=proof.checkpoint if proof else None,
    )
