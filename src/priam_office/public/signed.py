"""Figures of signed manifests as the page of an exchange shows them, beside public claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from priam.accounting.claims_file import Claim
from priam.accounting.handovers import BatchBeside, OfferSeen
from priam_office.public.queries import View

__all__ = ["Beside", "Count", "Said", "beside", "offers"]


@dataclass(frozen=True)
class Count:
    """What one party counted; ``value`` None is no figure."""

    party: str
    value: int | None
    reservations: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """A public claim; ``differs`` where no signed or counted number satisfies it."""

    claim: Claim
    differs: bool


@dataclass(frozen=True)
class Beside:
    """One row: a batch in one direction."""

    batch: BatchBeside
    counts: tuple[Count, ...]
    said: tuple[Said, ...]

    @property
    def differs(self) -> bool:
        """Whether the parties counted differently, or not as many as were let go."""
        values = {count.value for count in self.counts if count.value is not None}
        return len(values | {self.batch.handed_over}) > 1


def beside(view: View, agreement: str) -> list[Beside]:
    """The batches of an agreement that have manifests."""
    claims = {claim.id: claim for claim in view.account.file.claims}
    rows = [one for one in view.signed if agreement in (one.agreement, one.known_as)]
    return [_row(one, claims) for one in sorted(rows, key=lambda one: (one.batch, one.giver))]


def _row(one: BatchBeside, claims: Mapping[str, Claim]) -> Beside:
    sides = [one.giver, one.receiver]
    others = sorted(set(one.counted) | set(one.reservations))
    parties = [*sides, *(party for party in others if party not in sides)]
    counts = [
        Count(party, one.counted.get(party), one.reservations.get(party, ())) for party in parties
    ]
    said = [Said(claims[name], name in one.differing) for name in one.claims]
    return Beside(one, tuple(counts), tuple(said))


def offers(view: View, agreement: str) -> list[OfferSeen]:
    """The offers under an agreement that more was said or done about than to accept them."""
    return [
        one
        for one in view.offers
        if agreement in (one.agreement, one.known_as)
        and (one.words or any(kind != "accepted" for _, kind, _ in one.acts))
    ]
