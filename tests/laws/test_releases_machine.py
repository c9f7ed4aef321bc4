"""Random histories to the grave: nothing leaves with a conflict open or without a decision."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from priam import events as ev
from priam.events.families_rows import Family, Relative
from priam.events.individuals import WAYS
from priam.events.releases import ENDED
from tests.laws.test_board_machine import CASES, MISSING, Board, some_cases

DIGEST = "ab" * 32


class Releases(Board):
    """The machine of the board, with families who wait and graves that are opened again.

    ``gone`` is a model by hand: case -> how it left, empty while it is here.
    """

    @initialize(wishes=st.tuples(*[st.sampled_from(("each", "first", "end", None))] * 2))
    def begin(self, wishes):
        super().begin()
        state = self.state
        for missing, wish in zip(MISSING, wishes):
            family, person = f"family-{missing}", f"kin-{missing}"
            state = state.put("families", family, Family(family, (missing,), (person,), wish))
            state = state.put("relatives", person, Relative(person, family, "authorised"))
        for bag in ("B1", "B2"):
            state = state.with_bags([ev.state.Bag(bag, "us", None, ())])
        self.state = state
        self.gone = dict.fromkeys(CASES, "")

    def release(self, data):
        return data.draw(st.sampled_from(sorted(self.state.releases) or ["none"]))

    def decide(self, cases, conclusion, missing):
        name = f"d{len(self.state.decisions)}"
        self.do(ev.DecisionProposed(name, cases, conclusion, "because", missing))
        for capacity, actor in zip(ev.CAPACITIES, ("person/a", "person/b")):
            if self.do(ev.DecisionSigned(name, capacity, "signature"), actor):
                self.signers.setdefault(name, []).append((capacity, actor))

    @rule(cases=some_cases, missing=st.sampled_from(MISSING))
    def decide_person(self, cases, missing):
        self.decide(cases, "identified", missing)

    @rule(cases=some_cases)
    def decide_other_side(self, cases):
        self.decide(cases, "other side", None)

    @rule(
        cases=some_cases,
        to=st.sampled_from(WAYS),
        missing=st.sampled_from(MISSING),
        complete=st.booleans(),
    )
    def plan(self, cases, to, missing, complete):
        family, person = (f"family-{missing}", f"kin-{missing}") if to == "family" else (None,) * 2
        name = f"r{len(self.state.releases)}"
        before = self.state
        if self.do(ev.ReleasePlanned(name, cases, to, "arranged", family, person, complete)):
            assert not any(self.gone[case] for case in cases)
            assert not any(before.may_release(case, to) for case in cases)
            if to == "family":
                wish = before.families[family].notify
                assert wish is not None and (wish != "end" or complete)
                assert wish != "first" or not before.received.get(family)

    @rule(data=st.data())
    def issue(self, data):
        self.do(ev.ReleaseDocumentIssued(self.release(data), "act of handover", "uk", DIGEST))

    @rule(data=st.data())
    def cancel(self, data):
        self.do(ev.ReleaseCancelled(self.release(data), "the road is closed"))

    @rule(data=st.data(), issued=st.booleans())
    def hand_over(self, data, issued):
        name = self.release(data)
        if issued:
            self.do(ev.ReleaseDocumentIssued(name, "act of handover", "uk", DIGEST))
        person = getattr(self.state.releases.get(name), "person", None) or "nobody"
        self.leave(name, ev.ReleaseHandedOver(name, person, "the mortuary", "passport"))

    @rule(data=st.data(), grave=st.sampled_from(("g1", "g2")))
    def bury(self, data, grave):
        name = self.release(data)
        taken = self.state.graves.get(grave)
        event = ev.GraveRecorded(name, grave, "North", "7", "row 3")
        if self.leave(name, event):
            assert taken is None or not taken.cases

    @rule(data=st.data(), bag=st.sampled_from(("B1", "B2")))
    def pack(self, data, bag):
        self.do(ev.ReleasePacked(self.release(data), bag))

    @rule(data=st.data())
    def take_out(self, data):
        grave = data.draw(st.sampled_from(sorted(self.state.graves) or ["none"]))
        case = data.draw(st.sampled_from(CASES))
        if self.do(ev.GraveOpened(grave, case, "identified since")):
            assert self.gone[case] == "temporary grave"
            self.gone[case] = ""

    @rule(
        case=st.sampled_from(CASES),
        missing=st.sampled_from(MISSING),
        to=st.sampled_from(("family", "temporary grave")),
        trouble=st.sampled_from(("", "", "conflict", "link", "reopen")),
    )
    def road(self, case, missing, to, trouble):
        """Random single steps rarely make a way; here is one, with or without trouble on it."""
        if to == "family":
            self.decide((case,), "identified", missing)
        self.plan((case,), to, missing, True)
        name = self.state.leaving.get(case)
        if name is None:
            return
        if trouble == "conflict":
            self.raise_conflict((case,), "by hand")
        elif trouble == "link":
            self.link(case, CASES[(CASES.index(case) + 1) % len(CASES)], False)
        elif trouble and self.state.decided.get(case):
            decision = self.state.decided[case][-1]
            if self.do(
                ev.DecisionReopened(decision, "doubt", ev.consequences(self.state, decision))
            ):
                self.ended.add(decision)
        self.do(ev.ReleaseDocumentIssued(name, "act of handover", "uk", DIGEST))
        if self.state.releases[name].to == "family":
            person = self.state.releases[name].person
            self.leave(name, ev.ReleaseHandedOver(name, person, "the mortuary", "passport"))
        else:
            self.leave(name, ev.GraveRecorded(name, f"g-{case}", "North", "7", "row 3"))

    def leave(self, name, event):
        before = self.state
        if not self.do(event):
            return False
        release = before.releases[name]
        opened = {case for cases in self.open.values() for case in cases}
        for case in release.cases:
            assert case not in opened
            assert not self.gone[case]
            self.gone[case] = release.to
            if release.to != "temporary grave":
                decision = before.decisions[release.decision]
                signers = self.signers[decision.decision]
                assert decision.status == "signed" and case in before.individual(release.cases[0])
                assert len({actor for _, actor in signers}) == 2
        return True

    @invariant()
    def the_state_says_where_every_case_is(self):
        for case in CASES:
            status = self.state.cases[case].status
            assert status == (ENDED[self.gone[case]] if self.gone[case] else "open")
            lies = [g.grave for g in self.state.graves.values() if case in g.cases]
            assert len(lies) == (self.gone[case] == "temporary grave")
            planned = [
                r.release
                for r in self.state.releases.values()
                if r.status == "planned" and case in r.cases
            ]
            assert planned == ([self.state.leaving[case]] if case in self.state.leaving else [])


Releases.TestCase.settings = settings(max_examples=120, stateful_step_count=40)
TestReleases = Releases.TestCase
