"""What a party might do next, given what its installation knows and what truly is.

Records travel late, but the bag on the table is seen by both sides: nobody hands over a bag that
the other has just pushed back, even if its computer has not heard of it. Acts that would truly
contradict each other are therefore not made here; what becomes of those is shown by
``test_contradictions``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from priam import events
from priam.events.base import Event
from priam.events.state import Manifest, Offer, State
from priam.events.values import Item, Number, Obligation, Reservation
from priam.labels.tags import issue

__all__ = ["Act", "View", "next_act"]

AGREEMENT = "accord"
_OTHER = {"A": "B", "B": "A"}


@dataclass(frozen=True)
class Act:
    """Events for one write, or a manifest to be signed; ``about`` names what it touches."""

    events: tuple[Event, ...] = ()
    sign: str | None = None
    about: frozenset[str] = frozenset()


@dataclass(frozen=True)
class View:
    """What ``party`` sees: its own installation's state, and the world through all of them.

    ``open_questions`` are the names that acts without a known outcome touch.
    """

    party: str
    state: State
    everywhere: tuple[State, ...]
    open_questions: frozenset[str]
    chance: random.Random

    @property
    def other(self) -> str:
        return _OTHER[self.party]

    def pick(self, values: Iterator[object]) -> object | None:
        """Any of them."""
        found = sorted(values, key=repr)
        return self.chance.choice(found) if found else None

    def some(self, names: list[str]) -> list[str]:
        """At least one of them, in order."""
        return sorted(self.chance.sample(names, self.chance.randint(1, len(names))))

    def settled(self, name: str) -> bool:
        return name not in self.open_questions


def next_act(view: View) -> Act | None:
    """A random act that is possible; None where a few throws of the dice found none."""
    verbs = _OBSERVER if view.party == "C" else _PARTY
    for verb in view.chance.choices([*verbs], [*verbs.values()], k=30):
        made = verb(view)
        if made is not None:
            return made
    return None


def _act(*made: Event, about: str = "") -> Act:
    return Act(made, about=frozenset([about] if about else []))


def _name(view: View) -> str:
    return f"{view.party}-{view.chance.getrandbits(40):010x}"


# --- agreements and words


def _propose(view: View) -> Act | None:
    known = view.state.agreements.get(AGREEMENT)
    if known is None:
        if view.party != "A":
            return None
        return _act(events.AgreementProposed(AGREEMENT, "A", ("A", "B"), "2025-06-02"))
    if view.party in known.signed_by:
        return None
    return _act(events.AgreementCountersigned(AGREEMENT, view.party))


def _read(view: View) -> Act | None:
    if AGREEMENT not in view.state.agreements:
        return None
    duty = Obligation("A", "B", view.chance.randrange(7000), "handover unit")
    return _act(events.ReadingStated(AGREEMENT, _name(view), (duty,), (view.party,)))


def _characterise(view: View) -> Act | None:
    offer = view.pick(iter(view.state.offers))
    return offer and _act(events.OfferCharacterised(str(offer), view.party, "in our words"))


# --- bags and offers


def _register(view: View) -> Act | None:
    if len(_free(view)) > 6:
        return None
    taken = {tag: 0 for state in view.everywhere for tag in state.bags}
    tags = issue(view.chance.randint(1, 3), view.chance.choice, taken)
    number = Number("M", str(view.chance.randrange(10**6)))
    return _act(*(events.BagRegistered(tag, view.party, "S1", (number,)) for tag in tags))


def _free(view: View) -> list[str]:
    bags = view.state.bags.values()
    return sorted(b.tag for b in bags if b.custodian == view.party and b.manifest is None)


def _offer(view: View) -> Act | None:
    tags = [tag for tag in _free(view) if view.state.bags[tag].offer is None]
    if AGREEMENT not in view.state.agreements or not tags:
        return None
    chosen = view.some(tags)[:4]
    named = tuple(chosen) if view.chance.random() < 0.5 else ()
    made = events.OfferMade(
        _name(view),
        view.party,
        view.other,
        AGREEMENT,
        "the point",
        "2025-06-07",
        None,
        tags=named,
        count=len(chosen),
    )
    return _act(made)


def _open_offers(view: View, role: str) -> Iterator[Offer]:
    """Offers without an end, here and everywhere, in which this party has the role."""
    for offer in view.state.offers.values():
        seen = [s.offers[offer.offer] for s in view.everywhere if offer.offer in s.offers]
        open_ = all(r.kind == "postponed" for one in seen for r in one.responses)
        if open_ and getattr(offer, role) == view.party and view.settled(offer.offer):
            yield offer


def _answer(view: View) -> Act | None:
    offer = view.pick(_open_offers(view, "receiver"))
    if not isinstance(offer, Offer):
        return None
    kind = view.chance.choice(("accept", "accept", "refuse", "postpone"))
    made: dict[str, Event] = {
        "accept": events.OfferAccepted(offer.offer, view.party),
        "refuse": events.OfferRefused(offer.offer, view.party, "no lorries"),
        "postpone": events.OfferPostponed(offer.offer, view.party, "next week"),
    }
    return _act(made[kind], about=offer.offer)


def _withdraw(view: View) -> Act | None:
    offer = view.pick(_open_offers(view, "giver"))
    if not isinstance(offer, Offer):
        return None
    if any(offer.offer in s.offers and s.offers[offer.offer] != offer for s in view.everywhere):
        return None  # the other side has said something that is not here yet
    return _act(events.OfferWithdrawn(offer.offer, view.party, "the road"), about=offer.offer)


def _found_other_side(view: View) -> Act | None:
    tag = view.pick(tag for tag in _free(view) if not view.state.bags[tag].found_other_side)
    return tag and _act(events.BagFoundOtherSide(str(tag), view.party, "insignia"))


# --- manifests and the meeting


def _issue(view: View) -> Act | None:
    from priam_office.handovers.documents import document

    tags = _free(view)
    if AGREEMENT not in view.state.agreements or not tags:
        return None
    items = tuple(Item(tag, f"S{view.chance.randrange(99)}") for tag in view.some(tags)[:5])
    key = f"{AGREEMENT}\x1f{view.party}\x1f{view.other}"
    last, digest = view.state.series.get(key, (0, None))
    before = [m.manifest for m in view.state.manifests.values() if digest and m.digest == digest]
    name = document(
        agreement=AGREEMENT,
        batch="one",
        sequence=last + 1,
        previous=before[0] if before else None,
        giver=view.party,
        receiver=view.other,
        items=items,
    ).digest
    made = events.ManifestIssued(
        name, "one", last + 1, view.party, view.other, items, AGREEMENT, digest
    )
    return _act(made)


def _manifests(view: View, role: str) -> Iterator[Manifest]:
    for manifest in view.state.manifests.values():
        if getattr(manifest, role) == view.party and view.settled(manifest.manifest):
            yield manifest


def _open(view: View) -> Act | None:
    waiting = (m for m in _manifests(view, "giver") if m.handover is None)
    manifest = view.pick(waiting)
    if not isinstance(manifest, Manifest):
        return None
    accepted = [
        offer.offer
        for offer in view.state.offers.values()
        if offer.giver == view.party and offer.standing(offer.receiver) == "accepted"
    ]
    made = events.HandoverOpened(
        _name(view),
        "the point",
        "2025-06-07",
        (manifest.manifest,),
        ("A", "B", "C"),
        AGREEMENT,
        view.chance.choice(sorted(accepted)) if accepted and view.chance.random() < 0.7 else None,
    )
    return _act(made, about=manifest.manifest)


def _moved(seen: list[Manifest], tag: str) -> bool:
    return any(tag in one.handed_over or tag in one.refused for one in seen)


def _table(view: View, role: str) -> tuple[Manifest, list[str]] | None:
    manifest = view.pick(_manifests(view, role))
    if not isinstance(manifest, Manifest) or manifest.handover is None:
        return None
    name, meeting = manifest.manifest, manifest.handover
    if any(s.handovers[meeting].closed for s in view.everywhere if meeting in s.handovers):
        return None
    seen = [s.manifests[name] for s in view.everywhere if name in s.manifests]
    tags = sorted(tag for tag in manifest.items if not _moved(seen, tag))
    return (manifest, tags) if tags else None


def _hand_over(view: View) -> Act | None:
    found = _table(view, "giver")
    if found is None:
        return None
    manifest, tags = found
    held = [tag for tag in tags if view.state.bags[tag].custodian == view.party]
    if not held:
        return None
    made = events.BagsHandedOver(manifest.manifest, tuple(view.some(held)))
    return _act(made, about=manifest.manifest)


def _refuse(view: View) -> Act | None:
    found = _table(view, "receiver")
    if found is None:
        return None
    manifest, tags = found
    made = events.BagRefused(manifest.manifest, view.chance.choice(tags), view.party, "no seal")
    return _act(made, about=manifest.manifest)


def _close(view: View) -> Act | None:
    """The giver ends a meeting once it has heard of every refusal there."""
    meeting = view.pick(h.handover for h in view.state.handovers.values() if not h.closed)
    if meeting is None:
        return None
    for name in view.state.handovers[str(meeting)].manifests:
        mine = view.state.manifests[name]
        seen = [s.manifests[name] for s in view.everywhere if name in s.manifests]
        if mine.giver != view.party or not view.settled(name):
            return None
        if any(one.refused != mine.refused for one in seen if len(one.refused) > len(mine.refused)):
            return None
    listed = view.state.handovers[str(meeting)].manifests
    return Act((events.HandoverClosed(str(meeting)),), about=frozenset(listed))


def _count(view: View) -> Act | None:
    uncounted = (m for m in view.state.manifests.values() if view.party not in m.counts)
    manifest = view.pick(m for m in uncounted if m.handed_over)
    if not isinstance(manifest, Manifest):
        return None
    name, there = manifest.manifest, sorted(manifest.handed_over)
    missing = there.pop() if view.chance.random() < 0.3 else None
    noted: list[Event] = []
    if missing:
        noted.append(
            events.ReservationMade(name, view.party, Reservation("missing", "not seen", missing))
        )
    return _act(
        *noted,
        events.BagsReceived(name, view.party, tuple(there)),
        events.CountStated(name, view.party, len(there)),
        about=f"{name} {view.party}",
    )


def _recount(view: View) -> Act | None:
    """Correct this party's own count; it may not exceed what is listed."""
    counted = [m for m in view.state.manifests.values() if view.party in m.counts]
    manifest = view.pick(iter(counted))
    if not isinstance(manifest, Manifest):
        return None
    first = manifest.counts[view.party]
    entry = view.state.entries[first]
    last = entry.corrections[-1] if entry.corrections else first
    number = view.chance.randint(0, len(manifest.items))
    return _act(events.Corrected(last, view.party, "counted again", count=number))


def _sign(view: View) -> Act | None:
    unsigned = (
        m
        for m in view.state.manifests.values()
        if view.party in (m.giver, m.receiver) and view.party not in m.signatures
    )
    manifest = view.pick(unsigned)
    if not isinstance(manifest, Manifest):
        return None
    return Act(sign=manifest.manifest)


_Verb = Callable[[View], Act | None]
# What moves an exchange on comes often, or no run would get as far as a count.
_PARTY: dict[_Verb, int] = {
    _propose: 20,
    _read: 1,
    _characterise: 1,
    _register: 4,
    _offer: 2,
    _answer: 6,
    _withdraw: 1,
    _found_other_side: 1,
    _issue: 6,
    _open: 12,
    _hand_over: 16,
    _refuse: 6,
    _close: 2,
    _count: 20,
    _recount: 2,
    _sign: 10,
}
_OBSERVER: dict[_Verb, int] = {_read: 1, _characterise: 1, _count: 10, _recount: 2}
