"""Random legal and illegal histories: no bag is lost or counted twice, illegal acts change nothing.

The model beside the state is plain sets and dictionaries, kept by hand in each rule.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from priam import events as ev

TIME = "2025-06-16T09:30:00Z"
PARTIES = ("A", "B")
TAGS = tuple(f"T{i}" for i in range(6))
parties, tags = st.sampled_from(PARTIES), st.sampled_from(TAGS)


def event_id(number: int) -> str:
    return f"01890000-0000-7000-8000-{number:012x}"


def other(party: str) -> str:
    return "B" if party == "A" else "A"


class Exchange(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.state = ev.State()
        self.recordeds: list[ev.Recorded] = []
        self.custody: dict[str, str] = {}
        self.touched: dict[str, int] = {}
        self.gone: list[tuple[str, str]] = []  # (manifest, tag) handed over
        self.claims: set[str] = set()
        for party in PARTIES:
            assert self.do(ev.PartyDeclared(party, f"Party {party}"))
        assert self.do(ev.SourceRecorded("s", "a paper"))

    def do(self, event: ev.Event) -> bool:
        """Record the event if the rules allow it; an illegal one leaves the state as it was."""
        before = self.state
        recorded = ev.Recorded(event_id(before.size), before.size, "key", TIME, TIME, event)
        try:
            ev.check(before, recorded)
        except ev.RuleError as error:
            with pytest.raises(ev.RuleError):
                ev.apply(before, recorded)
            assert self.state is before and str(error)
            return False
        self.state = ev.apply(before, recorded, checked=True)
        self.recordeds.append(recorded)
        return True

    def touch(self, tag: str) -> None:
        self.touched[tag] = self.touched.get(tag, 0) + 1

    @rule(tag=tags, by=parties)
    def register(self, tag, by):
        done = self.do(ev.BagRegistered(tag, by))
        assert done == (tag not in self.custody)
        if done:
            self.custody[tag] = by
            self.touch(tag)

    @rule(giver=parties, listed=st.sets(tags, max_size=4), right=st.booleans())
    def issue(self, giver, listed, right):
        receiver = other(giver)
        last, digest = self.state.series.get(f"\x1f{giver}\x1f{receiver}", (0, None))
        name = f"m{len(self.state.manifests)}"
        listing = tuple(ev.Item(tag) for tag in sorted(listed))
        sequence = last + 1 if right else last
        done = self.do(
            ev.ManifestIssued(name, "batch", sequence, giver, receiver, listing, previous=digest)
        )
        assert right or not done
        for tag in listed if done else ():
            assert self.custody.setdefault(tag, giver) == giver
            self.touch(tag)

    @rule(data=st.data())
    def open(self, data):
        name = data.draw(self.manifest())
        free = name in self.state.manifests and self.state.manifests[name].handover is None
        done = self.do(ev.HandoverOpened(f"h{len(self.state.handovers)}", "point", TIME, (name,)))
        assert done == free

    @rule(data=st.data(), some=st.lists(tags, max_size=3))
    def hand_over(self, data, some):
        name = data.draw(self.manifest())
        if not self.do(ev.BagsHandedOver(name, tuple(some))):
            return
        manifest = self.state.manifests[name]
        for tag in some:
            assert self.custody[tag] == manifest.giver
            self.custody[tag] = manifest.receiver
            self.gone.append((name, tag))
            self.touch(tag)

    @rule(data=st.data(), tag=tags, by=parties)
    def refuse_bag(self, data, tag, by):
        if self.do(ev.BagRefused(data.draw(self.manifest()), tag, by, "seal number unreadable")):
            self.touch(tag)  # and the custody stays

    @rule(data=st.data(), tag=tags, by=parties)
    def receive(self, data, tag, by):
        name = data.draw(self.manifest())
        if self.do(ev.BagsReceived(name, by, (tag,))) and tag in self.custody:
            self.touch(tag)

    @rule(data=st.data(), by=parties, count=st.integers(-1, 8))
    def count(self, data, by, count):
        name = data.draw(self.manifest())
        if self.do(ev.CountStated(name, by, count)):
            manifest = self.state.manifests[name]
            assert count >= 0 and (count <= len(manifest.items) or manifest.reservations)

    @rule(data=st.data(), by=parties, kind=st.sampled_from(("missing", "not on manifest", "hm")))
    def reserve(self, data, by, kind):
        tag = data.draw(st.none() | tags)
        self.do(
            ev.ReservationMade(data.draw(self.manifest()), by, ev.Reservation(kind, "why", tag))
        )

    @rule(number=st.integers(0, 60), by=parties, count=st.integers(0, 4), strike=st.booleans())
    def correct(self, number, by, count, strike):
        target = event_id(number)
        known = target in self.state.entries or target in self.state.corrections
        value = None if strike else count
        assert known or not self.do(ev.Corrected(target, by, "slip", count=value, strike=strike))
        if known:
            self.do(ev.Corrected(target, by, "slip", count=value, strike=strike))

    @rule(data=st.data())
    def close(self, data):
        name = f"h{data.draw(st.integers(0, max(0, len(self.state.handovers))))}"
        handover = self.state.handovers.get(name)
        left = [
            bag.tag
            for bag in self.state.bags.values()
            if handover is not None and bag.manifest in handover.manifests
        ]
        if self.do(ev.HandoverClosed(name)):
            for tag in left:
                self.touch(tag)

    @rule(claim=st.sampled_from("cdef"), value=st.integers(-1, 9), party=st.sampled_from("ABX"))
    def claim(self, claim, value, party):
        made = ev.ClaimMade(
            claim, "2025", "x", party, "offered", value, "stated", ev.Subject(batch="2025"), "s"
        )
        done = self.do(made)
        assert done == (claim not in self.claims and value >= 0 and party in PARTIES)
        if done:
            self.claims.add(claim)

    @rule(old=st.sampled_from("cdef"), new=st.sampled_from("cdef"))
    def correct_claim(self, old, new):
        if self.do(ev.ClaimCorrected(old, new, "2025")):
            assert old != new and {old, new} <= self.claims

    @rule(claim=st.sampled_from("cdef"))
    def withdraw_claim(self, claim):
        if self.do(ev.ClaimWithdrawn(claim, "2025")):
            assert claim in self.claims

    def manifest(self):
        return st.sampled_from([f"m{i}" for i in range(len(self.state.manifests) + 1)])

    @invariant()
    def every_bag_is_in_one_known_custody(self):
        if hasattr(self, "state"):
            held = {tag: bag.custodian for tag, bag in self.state.bags.items()}
            assert held == self.custody

    @invariant()
    def no_bag_is_given_twice_from_one_manifest(self):
        if hasattr(self, "state"):
            assert len(set(self.gone)) == len(self.gone)
            recorded = {
                (m.manifest, tag) for m in self.state.manifests.values() for tag in m.handed_over
            }
            assert recorded == set(self.gone)
            assert all(
                not set(m.handed_over) & set(m.refused) for m in self.state.manifests.values()
            )

    @invariant()
    def every_touch_is_in_the_history(self):
        if hasattr(self, "state"):
            lengths = {tag: len(bag.history) for tag, bag in self.state.bags.items()}
            assert lengths == self.touched
            assert set(self.state.claims) == self.claims

    def teardown(self):
        if hasattr(self, "state"):
            assert ev.fold(self.recordeds) == self.state
            again = [
                ev.Recorded(
                    r.event_id, r.sequence, r.actor, r.claimed_time, r.received_time,
                    ev.decode(r.event.type, r.event.version, r.event.to_payload()),
                )
                for r in self.recordeds
            ]  # fmt: skip
            assert again == self.recordeds


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=60, stateful_step_count=40)
