"""Random histories of the board: nothing gets past one signer, a conflict or a second name.

The model beside the state is plain sets, kept by hand. Cases and missing persons are put into the
state as rows, because how they came there is another law's business.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from priam import events as ev
from priam.events.cases_rows import Case
from priam.events.families_rows import Missing
from priam.events.individuals import WAYS

TIME = "2025-06-16T09:30:00Z"
CASES = tuple(f"C{i}" for i in range(5))
MISSING = ("m0", "m1")
PEOPLE = ("person/a", "person/b", "person/c")
some_cases = st.lists(st.sampled_from(CASES), min_size=1, max_size=3, unique=True).map(tuple)


class Board(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        state = ev.State()
        for case in CASES:
            state = state.put("cases", case, Case(case, "B", "one", None, (), (), "open", ()))
        for missing in MISSING:
            state = state.put("missing", missing, Missing(missing, f"family-{missing}"))
        self.state = state
        self.signers: dict[str, list[tuple[str, str]]] = {}
        self.open: dict[str, tuple[str, ...]] = {}  # conflict -> cases
        self.ended: set[str] = set()

    def do(self, event, actor=PEOPLE[0]):
        before = self.state
        number = f"01890000-0000-7000-8000-{before.size:012x}"
        recorded = ev.Recorded(number, before.size, actor, TIME, TIME, event)
        try:
            self.state = ev.apply(before, recorded)
        except ev.RuleError:
            assert self.state is before
            return False
        return True

    def decision(self, data):
        return data.draw(st.sampled_from(sorted(self.state.decisions) or ["none"]))

    @rule(data=st.data(), cases=some_cases, conclusion=st.sampled_from(ev.CONCLUSIONS))
    def propose(self, data, cases, conclusion):
        missing = data.draw(st.sampled_from(MISSING)) if conclusion == "identified" else None
        extends = data.draw(st.none() | st.sampled_from(sorted(self.state.decisions) or ["none"]))
        name = f"d{len(self.state.decisions)}"
        self.do(ev.DecisionProposed(name, cases, conclusion, "because", missing, None, extends))

    @rule(data=st.data(), capacity=st.sampled_from(ev.CAPACITIES), actor=st.sampled_from(PEOPLE))
    def sign(self, data, capacity, actor):
        decision = self.decision(data)
        if self.do(ev.DecisionSigned(decision, capacity, "signature"), actor):
            self.signers.setdefault(decision, []).append((capacity, actor))
            opened = {case for cases in self.open.values() for case in cases}
            assert not opened & set(self.state.decisions[decision].cases)

    @rule(data=st.data(), first=st.sampled_from(PEOPLE), second=st.sampled_from(PEOPLE))
    def sign_both(self, data, first, second):
        """Random single signatures rarely meet; two in a row often do."""
        decision = self.decision(data)
        for capacity, actor in zip(ev.CAPACITIES, (first, second)):
            if self.do(ev.DecisionSigned(decision, capacity, "signature"), actor):
                self.signers.setdefault(decision, []).append((capacity, actor))

    @rule(data=st.data())
    def withdraw(self, data):
        decision = self.decision(data)
        if self.do(ev.DecisionWithdrawn(decision, "a slip")):
            assert len(self.signers.get(decision, [])) < 2
            self.ended.add(decision)

    @rule(data=st.data(), stale=st.booleans())
    def reopen(self, data, stale):
        decision = self.decision(data)
        if decision == "none":
            return
        listed = () if stale else ev.consequences(self.state, decision)
        if self.do(ev.DecisionReopened(decision, "new evidence", listed)):
            assert not stale  # there is always at least the case itself
            self.ended |= {x.partition("/")[2] for x in listed if x.startswith("decision/")}
            self.ended.add(decision)

    @rule(cases=some_cases, kind=st.sampled_from(ev.CONFLICT_KINDS))
    def raise_conflict(self, cases, kind):
        name = f"k{len(self.state.conflicts)}"
        assert self.do(ev.ConflictRaised(name, cases, kind, "does not fit"))
        self.open[name] = cases

    @rule(data=st.data())
    def settle(self, data):
        name = data.draw(st.sampled_from(sorted(self.state.conflicts) or ["none"]))
        if self.do(ev.ConflictSettled(name, "looked at again")):
            del self.open[name]

    @rule(one=st.sampled_from(CASES), two=st.sampled_from(CASES), off=st.booleans())
    def link(self, one, two, off):
        event = ev.CaseLinkWithdrawn if off else ev.CaseLinked
        self.do(event(one, two, "fits"))

    @invariant()
    def two_people_of_two_capacities(self):
        for decision in self.state.decisions.values():
            signers = self.signers.get(decision.decision, [])
            if decision.status == "signed":
                assert sorted(c for c, _ in signers) == ["law", "science"]
                assert len({actor for _, actor in signers}) == 2
            assert (decision.decision in self.ended) == (not decision.lives)

    @invariant()
    def one_name_for_a_case_and_one_individual_for_a_name(self):
        signed = [d for d in self.state.decisions.values() if d.status == "signed"]
        for case in CASES:
            assert sum(case in d.cases for d in signed) <= 1
        for missing in MISSING:
            roots = [d for d in signed if d.missing == missing and d.extends is None]
            assert len(roots) <= 1
        for decision in signed:
            assert decision.extends is None or self.state.decisions[decision.extends] in signed

    @invariant()
    def nothing_is_released_without_a_decision_in_force(self):
        opened = {case for cases in self.open.values() for case in cases}
        for case in CASES:
            signed = [
                d for d in self.state.decisions.values() if d.status == "signed" and case in d.cases
            ]
            for way in WAYS:
                if self.state.may_release(case, way):
                    continue
                assert case not in opened
                assert not set(self.state.cases[case].links) - set(self.state.individual(case))
                if way != "temporary grave":
                    assert len(signed) == 1
                if way == "family":
                    assert signed[0].conclusion == "identified" and signed[0].missing
                if way == "other side":
                    assert signed[0].conclusion == "other side"
            force = self.state.decision_in_force(case)
            assert force is None or (case not in opened and force.status == "signed")
            if force is not None:
                assert not opened & set(self.state.individual(case))


Board.TestCase.settings = settings(max_examples=120, stateful_step_count=40)
TestBoard = Board.TestCase
