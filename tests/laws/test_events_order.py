"""The order of independent events does not matter; the order of dependent ones is enforced.

Independent threads (each a legal history about its own agreement, bags, offer or claims) are
interleaved at random. Every event keeps its id; only its sequence number changes.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

from priam import events as ev

TIME = "2025-06-16T09:30:00Z"
COMMON: list[ev.Event] = [
    ev.PartyDeclared("A", "Party A"),
    ev.PartyDeclared("B", "Party B"),
    ev.SourceRecorded("s", "a paper"),
]


def bag_thread(n: int) -> list[ev.Event]:
    agreement, tags = f"g{n}", (f"T{n}a", f"T{n}b")
    listed = tuple(ev.Item(tag) for tag in tags)
    return [
        ev.AgreementRecorded(agreement),
        ev.ManifestIssued(f"m{n}", "b", 1, "A", "B", listed, agreement),
        ev.HandoverOpened(f"h{n}", "point", TIME, (f"m{n}",), agreement=agreement),
        ev.BagsHandedOver(f"m{n}", tags[:1]),
        ev.BagRefused(f"m{n}", tags[1], "B", "seal broken"),
        ev.BagsReceived(f"m{n}", "B", tags[:1]),
        ev.CountStated(f"m{n}", "B", 1),
        ev.HandoverClosed(f"h{n}"),
    ]


def offer_thread(n: int) -> list[ev.Event]:
    return [
        ev.OfferMade(f"o{n}", "A", "B", count=n),
        ev.OfferPostponed(f"o{n}", "B", "no date"),
        ev.OfferAccepted(f"o{n}", "B"),
    ]


def claim_thread(n: int) -> list[ev.Event]:
    about = ev.Subject(batch="2025")
    made = [
        ev.ClaimMade(f"{name}{n}", "2025", "x", "A", "offered", n, "stated", about, "s")
        for name in "cd"
    ]
    return [*made, ev.ClaimCorrected(f"c{n}", f"d{n}", "2025"), ev.ClaimWithdrawn(f"d{n}", "2025")]


makers = st.sampled_from([bag_thread, offer_thread, claim_thread])


def interleaved(threads, turns):
    """One merge of the threads, each in its own order; an event's id is its thread and place."""
    queues = [[(t, i, event) for i, event in enumerate(thread)] for t, thread in enumerate(threads)]
    for turn in turns:
        left = [queue for queue in queues if queue]
        if not left:
            return
        yield left[turn % len(left)].pop(0)
    for queue in queues:
        yield from queue


def folded(order) -> ev.State:
    common = [(999, i, event) for i, event in enumerate(COMMON)]
    return ev.fold(
        ev.Recorded(f"01890000-0000-7000-8000-{t:06x}{i:06x}", number, "key", TIME, TIME, event)
        for number, (t, i, event) in enumerate([*common, *order])
    )


@settings(max_examples=60)
@given(st.lists(makers, min_size=2, max_size=5), st.lists(st.integers(0, 9), max_size=40))
def test_independent_threads_may_interleave(makers, turns):
    threads = [make(n) for n, make in enumerate(makers)]
    plain = folded(interleaved(threads, []))
    mixed = folded(interleaved(threads, turns))
    assert set(plain.event_ids) == set(mixed.event_ids)
    assert plain.having(event_ids=Map()) == mixed.having(event_ids=Map())


@settings(max_examples=30)
@given(makers, st.data())
def test_a_thread_out_of_its_order_is_refused_or_different(make, data):
    """No step may come before the one it stands on: the first event never comes later."""
    thread = make(1)
    late = data.draw(st.integers(1, len(thread) - 1))
    moved = [*thread[1 : late + 1], thread[0], *thread[late + 1 :]]
    try:
        state = folded([(0, i, event) for i, event in enumerate(moved)])
    except ev.RuleError:
        return
    # only making two claims may be exchanged: neither stands on the other
    assert make is claim_thread and late == 1 and len(state.claims) == 2
