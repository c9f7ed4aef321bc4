"""Families: nothing is used without consent, nobody is told what they did not ask for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam import events as ev
from tests.priam.events.histories import after, recorded
from tests.priam.events.test_rules import refused

NAME = ev.PersonName("Testenko", "Ivan", "Petrovych", "uk")
MISSING = ev.MissingRegistered("m1", ev.MissingFacts((NAME,), sex="male"))
FAMILY = [
    MISSING,
    ev.FamilyRegistered("f1"),
    ev.MissingLinked("f1", "m1"),
    ev.RelativeAdded("p1", "f1", ev.PersonName("Testenko", "Olena"), "mother", "m1"),
    ev.RelativeAdded("p2", "f1", ev.PersonName("Testenko", "Petro"), "father", "m1"),
]


def test_a_missing_person_is_registered_once_and_amended_against_what_was_read():
    state = after(MISSING)
    refused(state, MISSING, "already registered; amend it")
    amended = ev.MissingAmended("m1", ev.MissingFacts((NAME,), unit="unit 7"), 2)
    state = after(amended, state=state)
    refused(state, amended, "changed in the meantime")
    assert state.missing["m1"].revision == 2


@pytest.mark.parametrize(
    "facts, says",
    [
        (ev.MissingFacts(()), "needs a name"),
        (ev.MissingFacts((ev.PersonName(" "),)), "at least one part"),
        (ev.MissingFacts((NAME,), sex="m"), "none of male, female, unknown"),
        (ev.MissingFacts((NAME,), born=ev.Span("1987-13", "1987-13")), "is no date like"),
        (ev.MissingFacts((NAME,), born=ev.Span("1988", "1987-05")), "before it begins"),
        (ev.MissingFacts((NAME,), numbers=(ev.Number("", "1"),)), "issuer of a number is missing"),
        (ev.MissingFacts((ev.PersonName("x" * 301),)), "at most 300"),
        (ev.MissingFacts((ev.PersonName("x", language="U"),)), "no language code"),
    ],
)
def test_facts_that_cannot_be_are_refused_in_a_sentence(facts, says):
    refused(ev.State(), ev.MissingRegistered("m", facts), says)


def test_a_span_may_be_less_exact_at_one_end():
    after(ev.MissingRegistered("m", ev.MissingFacts((NAME,), born=ev.Span("1987-05", "1987"))))


def test_a_record_closed_as_a_double_names_the_other_and_can_be_reopened():
    state = after(MISSING, ev.MissingRegistered("m2", ev.MissingFacts((NAME,))))
    refused(state, ev.MissingClosed("m2", "registered twice"), "names the other record")
    refused(state, ev.MissingClosed("m2", "registered twice", other="m2"), "another one")
    refused(state, ev.MissingClosed("m2", "found alive", other="m1"), "names the other record")
    state = after(ev.MissingClosed("m2", "registered twice", other="m1"), state=state)
    assert state.missing["m2"].status == "closed"
    refused(state, ev.MissingClosed("m1", "registered twice", other="m2"), "and open")
    assert after(ev.MissingReopened("m2", "error"), state=state).missing["m2"].status == "open"


def test_each_reporter_has_a_record_of_their_own():
    state = after(*FAMILY, ev.ReporterAdded("m1", "r1", "dentist", "A dentist"))
    say = ev.AntemortemSectionSaved
    state = after(
        say("m1", "400", "p1", '{"stature":"170"}', 1),
        say("m1", "400", "p2", '{"stature":"182"}', 1),
        say("m1", "400", "p1", '{"stature":"172"}', 2),
        say("m1", "600", "r1", '{"17":"filled"}', 1),
        state=state,
    )
    assert dict(state.missing["m1"].sections) == {"400 p1": 2, "400 p2": 1, "600 r1": 1}
    refused(state, say("m1", "400", "p2", "{}", 3), "changed in the meantime")
    refused(state, say("m1", "999", "p2", "{}", 1), "section '999' is none of")
    refused(state, say("m1", "400", "p9", "{}", 1), "no relative of this family")
    refused(state, say("m1", "200", "p1", '{"b": 1}', 1), "RFC 8785")
    refused(state, say("m1", "200", "p1", "[1]", 1), "JSON object")


def test_two_brothers_are_missing_in_one_family_and_nobody_in_two():
    brother = ev.MissingRegistered("m2", ev.MissingFacts((NAME,)))
    state = after(*FAMILY, brother, ev.MissingLinked("f1", "m2"), ev.FamilyRegistered("f2"))
    assert state.families["f1"].missing == ("m1", "m2")
    refused(state, ev.MissingLinked("f2", "m1"), "already belongs to family 'f1'")
    state = after(ev.MissingUnlinked("f1", "m2", "namesake"), state=state)
    assert state.families["f1"].missing == ("m1",) and state.missing["m2"].family is None


def test_a_pedigree_names_only_persons_of_the_family():
    state = after(*FAMILY)

    def drawn(*members, revision=1):
        return ev.PedigreeSaved("f1", members, revision)

    father = ev.Member("1", "male", person="p2")
    mother = ev.Member("2", "female", person="p1")
    child = ev.Member("3", "male", "1", "2", missing="m1")
    state = after(drawn(father, mother, child), state=state)
    assert state.families["f1"].pedigree == 1
    refused(state, drawn(father, mother, child), "changed in the meantime")
    refused(state, drawn(father, father, revision=2), "member '1' stands twice")
    refused(state, drawn(child, revision=2), "tied to '1', who is not in the drawing")
    refused(state, drawn(ev.Member("1", missing="m9"), revision=2), "of another family")
    refused(state, drawn(ev.Member("1", person="p9"), revision=2), "of another family")
    both = ev.Member("1", missing="m1", person="p1")
    refused(state, drawn(both, revision=2), "not both")


def test_a_barred_person_is_never_contacted_but_may_come():
    state = after(*FAMILY, ev.ContactBarred("f1", "p2", "asked not to be called"))
    call = ev.FamilyContacted("f1", "p2", "telephone", "questions")
    refused(state, call, "must not be contacted")
    after(ev.FamilyContacted("f1", "p2", "they came", "questions"), state=state)
    refused(state, ev.ContactBarred("f1", "p2", "again"), "already barred")
    state = after(ev.ContactAuthorised("f1", "p2", "asked in writing"), call, state=state)
    assert state.relatives["p2"].contact == "authorised"


def test_news_goes_to_the_authorised_and_as_the_family_wished():
    state = after(*FAMILY)
    news = ev.FamilyContacted("f1", "p1", "visit", "finding")
    refused(state, news, "only an authorised person")
    state = after(ev.ContactAuthorised("f1", "p1", "chosen"), state=state)
    refused(state, news, "ask the family first")
    first = after(ev.WishRecorded("f1", "first", "uk", "лише перший раз"), news, state=state)
    refused(first, news, "first finding only")
    end = after(ev.WishRecorded("f1", "end", "uk", "", "p1"), state=state)
    refused(end, news, "at the end")
    after(ev.FamilyContacted("f1", "p1", "visit", "identification"), state=end)
    after(ev.WishRecorded("f1", "each", "uk"), news, news, state=state)


def test_a_sample_needs_consent_and_its_withdrawal_stops_use_at_once():
    state = after(*FAMILY)
    refused(state, ev.ReferenceSampled("S-1", "p1"), "needs the person's consent")
    state = after(
        ev.ConsentGiven("p1", "identification", "paper 12"),
        ev.ConsentGiven("p1", "research", "paper 12"),
        ev.ReferenceSampled("S-1", "p1"),
        state=state,
    )
    refused(state, ev.ReferenceSampled("S-1", "p1"), "already on a reference sample")
    refused(state, ev.ConsentGiven("p1", "research", "again"), "already consents")
    assert [r.sample for r in ev.usable_references(state)] == ["S-1"]
    assert not ev.uses(state, "S-1", "comparison abroad")
    state = after(ev.ConsentWithdrawn("p1", "identification"), state=state)
    assert list(ev.usable_references(state)) == []
    assert ev.uses(state, "S-1", "research")  # purpose by purpose
    refused(state, ev.ConsentWithdrawn("p1", "identification"), "does not consent")
    state = after(ev.ReferenceDestroyed("S-1", "asked for"), state=state)
    refused(state, ev.ReferenceDestroyed("S-1", "twice"), "already destroyed")


def test_everything_of_families_is_identity():
    modules = ("priam.events.families", "priam.events.missing")
    own = [c for c in ev.EVENTS.values() if c.__module__ in modules]
    assert len(own) == 20 and {c.compartment for c in own} == {"identity"}


people = st.sampled_from(["p1", "p2"])
purposes = st.sampled_from(ev.PURPOSES)
steps = st.one_of(
    st.builds(ev.ConsentGiven, people, purposes, st.just("paper")),
    st.builds(ev.ConsentWithdrawn, people, purposes),
    st.builds(ev.ReferenceSampled, st.sampled_from(["s1", "s2", "s3"]), people),
    st.builds(ev.ContactBarred, st.just("f1"), people, st.just("why")),
    st.builds(ev.ContactAuthorised, st.just("f1"), people, st.just("why")),
    st.builds(ev.WishRecorded, st.just("f1"), st.sampled_from(ev.NOTIFY), st.just("uk")),
    st.builds(
        ev.FamilyContacted,
        st.just("f1"),
        people,
        st.sampled_from(ev.CONTACT_WAYS),
        st.sampled_from(ev.ABOUT),
    ),
)


@settings(max_examples=150)
@given(st.lists(steps, max_size=40))
def test_in_any_history_the_rules_of_consent_and_contact_hold(events):
    state, consents, barred, authorised, done = after(*FAMILY), set(), set(), set(), []
    samples: dict[str, str] = {}
    for event in events:
        try:
            ev.check(state, recorded(event, state.size))
        except ev.RuleError:
            continue
        state = after(event, state=state)
        done.append(event)
        match event:
            case ev.ConsentGiven(person, purpose):
                consents.add((person, purpose))
            case ev.ConsentWithdrawn(person, purpose):
                consents.discard((person, purpose))
            case ev.ReferenceSampled(sample, person):
                assert (person, "identification") in consents
                samples[sample] = person
            case ev.ContactBarred(_, person):
                barred, authorised = barred | {person}, authorised - {person}
            case ev.ContactAuthorised(_, person):
                barred, authorised = barred - {person}, authorised | {person}
            case ev.FamilyContacted(_, person, how, about):
                assert person not in barred or how.startswith("they")
                assert person in authorised or about not in ("finding", "identification", "release")
        for purpose in ev.PURPOSES:
            usable = {r.sample for r in ev.usable_references(state, purpose)}
            assert usable == {s for s, p in samples.items() if (p, purpose) in consents}
    again = [ev.decode(e.type, 1, e.to_payload()) for e in done]
    assert again == done
