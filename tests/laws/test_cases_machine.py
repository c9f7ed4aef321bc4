"""Random histories of a mortuary: every label stands for one thing, and nothing disappears."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from priam import events as ev
from priam.casework.skeleton import BONES, SIDES
from priam.events.base import RuleError
from priam.events.cases import CASE_CLOSINGS, FINDINGS

TIME = "2025-06-16T09:30:00Z"
labels = st.sampled_from([f"L{n}" for n in range(12)])
several = st.lists(labels, max_size=3).map(tuple)


class Mortuary(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state = ev.State()
        self.done: list[ev.Recorded] = []
        self.do(ev.PartyDeclared("A", "Party A"))
        for n in range(4):
            self.do(ev.BagRegistered(f"B{n}", "A"))
        self.do(ev.PlaceDeclared("P", "Shelf", "shelf"))

    def do(self, event: ev.Event) -> None:
        number = self.state.size
        one = ev.Recorded(
            f"01890000-0000-7000-8000-{number:012x}", number, "key", TIME, TIME, event
        )
        try:
            self.state = ev.apply(self.state, one)
        except RuleError:
            return
        self.done.append(one)

    @rule(n=st.integers(0, 3), finding=st.sampled_from(sorted(FINDINGS)), cases=several)
    def open(self, n, finding, cases):
        self.do(ev.BagOpened(f"B{n}", finding, cases))

    @rule(n=st.integers(0, 3), finding=st.sampled_from(sorted(FINDINGS)), cases=several)
    def reexamine(self, n, finding, cases):
        self.do(ev.BagReexamined(f"B{n}", finding, "why", cases))

    @rule(case=labels, into=several)
    def split(self, case, into):
        self.do(ev.CaseSplit(case, into, "why"))

    @rule(case=labels, other=labels)
    def link(self, case, other):
        self.do(ev.CaseLinked(case, other, "why"))

    @rule(case=labels, other=labels)
    def unlink(self, case, other):
        self.do(ev.CaseLinkWithdrawn(case, other, "why"))

    @rule(case=labels, outcome=st.sampled_from(CASE_CLOSINGS))
    def close(self, case, outcome):
        self.do(ev.CaseClosed(case, outcome, "why"))

    @rule(case=labels)
    def reopen(self, case):
        self.do(ev.CaseReopened(case, "why"))

    @rule(
        element=labels,
        case=labels,
        bone=st.sampled_from(sorted(BONES)),
        side=st.sampled_from(sorted(SIDES)),
    )
    def element(self, element, case, bone, side):
        self.do(ev.ElementRecorded(element, case, bone, side, "part"))

    @rule(element=labels, to=labels)
    def move(self, element, to):
        self.do(ev.ElementMoved(element, to))

    @rule(sample=labels, case=labels, element=st.none() | labels)
    def sample(self, sample, case, element):
        self.do(ev.SampleTaken(sample, case, "bone", element))

    @rule(sample=labels, what=st.sampled_from(["send", "receive", "consume"]))
    def carry(self, sample, what):
        kinds = {
            "send": lambda: ev.SampleSent(sample, "lab"),
            "receive": lambda: ev.SampleReceived(sample, "lab"),
            "consume": lambda: ev.SampleConsumed(sample, "used up"),
        }
        self.do(kinds[what]())

    @rule(thing=labels, place=st.sampled_from(["P", None]))
    def store(self, thing, place):
        self.do(ev.Stored(thing, place))

    @rule(case=labels, revision=st.integers(1, 3), base=st.integers(0, 2))
    def save(self, case, revision, base):
        self.do(ev.SectionSaved(case, "400", "{}", revision))
        self.do(ev.SectionKeptBeside(case, "400", "{}", base))

    @invariant()
    def every_label_stands_for_one_thing(self):
        s = self.state
        tables = {"case": s.cases, "element": s.elements, "sample": s.samples, "place": s.places}
        for kind, table in tables.items():
            assert {label for label, k in s.things.items() if k == kind} == set(table)
        assert not set(s.things) & set(s.bags)

    @invariant()
    def families_of_cases_fit_together(self):
        for tag, case in self.state.cases.items():
            assert case.bag in self.state.openings
            if case.parent is None:
                assert tag in self.state.openings[case.bag].cases
            else:
                assert tag in self.state.cases[case.parent].parts
            assert all(tag in self.state.cases[link].links for link in case.links)
            assert len(set(case.parts)) == len(case.parts)

    @invariant()
    def what_is_taken_from_a_case_has_a_case(self):
        for sample in self.state.samples.values():
            assert sample.case in self.state.cases
        for element in self.state.elements.values():
            assert element.case in self.state.cases

    @invariant()
    def every_case_knows_its_events_and_a_second_fold_is_equal(self):
        for case in self.state.cases.values():
            assert case.events and set(case.events) <= set(self.state.event_ids)
        assert ev.fold(self.done) == self.state


Mortuary.TestCase.settings = settings(max_examples=40, stateful_step_count=40)
TestMortuary = Mortuary.TestCase
