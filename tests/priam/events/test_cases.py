"""What may happen to an opened bag, a case, an element, a sample; and what may not."""

from __future__ import annotations

import pytest

from priam import events as ev
from priam.casework.sections import SECTIONS, FieldError, canonical_fields, cleaned, faces
from priam.events.base import RuleError
from priam.events.cases_rows import Case, Opening, PostMortem

TIME = "2025-06-16T09:30:00Z"
BEGIN = (
    ev.PartyDeclared("A", "Party A"),
    *(ev.BagRegistered(tag, "A") for tag in ("B1", "B2", "B3")),
    ev.PlaceDeclared("P1", "Refrigerator 1", "refrigerator"),
)
OPENED = (*BEGIN, ev.BagOpened("B1", "one", ("C1",)), ev.BagOpened("B2", "several", ("C2", "C3")))
FULL = (
    *OPENED,
    ev.ElementRecorded("E1", "C1", "femur", "left", "complete"),
    ev.SampleTaken("S1", "C1", "bone", "E1"),
    ev.EffectsSealed("K1", "seal 7", (ev.EffectsItem(1, "ring"),), case="C1"),
    ev.SectionSaved("C1", "400", '{"sex":"male"}', 1),
    ev.PhotographSealed("F1", "C1", "0" * 64, "1" * 64),
)


def fold(*events: ev.Event) -> ev.State:
    return ev.fold(
        ev.Recorded(f"01890000-0000-7000-8000-{n:012x}", n, "key", TIME, TIME, event)
        for n, event in enumerate(events)
    )


def event_id(n: int) -> str:
    return f"01890000-0000-7000-8000-{n:012x}"


def test_an_opened_bag_gives_cases_that_know_their_bag() -> None:
    state = fold(*OPENED)
    assert state.openings["B2"] == Opening("B2", "several", ("C2", "C3"), event_id(6))
    assert state.case("C2") == Case("C2", "B2", "several", None, (), (), "open", (event_id(6),))
    assert state.bag("B1").history[-1] == event_id(5)
    assert dict(state.things) == {"P1": "place", "C1": "case", "C2": "case", "C3": "case"}


@pytest.mark.parametrize(
    ("finding", "cases", "says"),
    [
        ("one", (), "goes with 1 cases, not 0"),
        ("one", ("C8", "C9"), "goes with 1 cases, not 2"),
        ("several", ("C9",), "2 or more cases, not 1"),
        ("commingled", (), "1 or more"),
        ("empty", ("C9",), "goes with 0 cases, not 1"),
        ("two", ("C9",), "finding 'two' is none of"),
        ("one", ("C1",), "already on a case"),
        ("one", ("B2",), "already on a bag"),
        ("several", ("C9", "C9"), "stands twice"),
        ("one", ("<b>x</b>",), "is no label"),
        ("one", ("C\u202e9",), "is no label"),
    ],
)
def test_a_finding_goes_with_its_number_of_new_labels(finding, cases, says) -> None:
    with pytest.raises(RuleError, match=says):
        fold(*OPENED, ev.BagOpened("B3", finding, cases))


def test_a_bag_is_opened_once_and_not_while_it_is_promised() -> None:
    with pytest.raises(RuleError, match="already opened"):
        fold(*OPENED, ev.BagOpened("B1", "empty"))
    with pytest.raises(RuleError, match="on manifest 'm'"):
        fold(
            *BEGIN,
            ev.PartyDeclared("B", "Party B"),
            ev.ManifestIssued("m", "b", 1, "A", "B", (ev.Item("B3"),)),
            ev.BagOpened("B3", "empty"),
        )
    with pytest.raises(RuleError, match="no bag 'B9'"):
        fold(*BEGIN, ev.BagOpened("B9", "empty"))


def test_a_bag_can_turn_out_to_hold_more_and_nothing_is_forgotten() -> None:
    state = fold(*OPENED, ev.BagReexamined("B1", "several", "two skulls", ("C9",)))
    assert state.openings["B1"].cases == ("C1", "C9")
    assert state.openings["B1"].finding == "several"
    with pytest.raises(RuleError, match="goes with 0 cases, not 1"):
        fold(*OPENED, ev.BagReexamined("B1", "empty", "why"))
    emptied = fold(
        *OPENED,
        ev.CaseClosed("C1", "not human", "dog"),
        ev.BagReexamined("B1", "not human", "dog"),
    )
    assert emptied.openings["B1"].cases == ("C1",)


def test_split_link_and_back() -> None:
    state = fold(
        *OPENED,
        ev.CaseSplit("C1", ("C8", "C9"), "two left femora"),
        ev.CaseLinked("C9", "C2", "the same coat"),
    )
    assert state.case("C1").parts == ("C8", "C9") and state.case("C8").parent == "C1"
    assert state.case("C8").bag == "B1" and state.case("C8").kind == "split"
    assert state.case("C2").links == ("C9",) and state.case("C9").links == ("C2",)
    after = ev.apply(
        state,
        ev.Recorded(
            event_id(90), state.size, "key", TIME, TIME, ev.CaseLinkWithdrawn("C2", "C9", "DNA")
        ),
    )
    assert after.case("C9").links == () == after.case("C2").links
    assert after.case("C9").events[-1] == event_id(90)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (ev.CaseSplit("C1", (), "why"), "at least one"),
        (ev.CaseSplit("C1", ("C2",), "why"), "already on a case"),
        (ev.CaseSplit("C1", ("C9",), " "), "reason is missing"),
        (ev.CaseLinked("C1", "C1", "why"), "itself"),
        (ev.CaseLinked("C1", "C9", "why"), "no case 'C9'"),
        (ev.CaseLinkWithdrawn("C1", "C2", "why"), "are not linked"),
        (ev.ElementRecorded("E9", "C1", "femur", "middle", "complete"), "does not fit"),
        (ev.ElementRecorded("E9", "C1", "skull", "left", "complete"), None),
        (ev.ElementRecorded("E9", "C1", "tail", "left", "complete"), "bone 'tail' is none of"),
        (ev.ElementRecorded("E1", "C1", "femur", "left", "complete"), "already on a element"),
        (ev.ElementMoved("E1", "C1"), "already lies"),
        (ev.ElementMoved("E9", "C2"), "no element 'E9'"),
        (ev.SampleTaken("S9", "C2", "bone", "E1"), "does not lie in case 'C2'"),
        (ev.SampleTaken("S1", "C1", "bone"), "already on a sample"),
        (ev.SampleTaken("S9", "C1", "wood"), "kind 'wood' is none of"),
        (ev.SampleReceived("S9", "lab"), "no sample 'S9'"),
        (ev.SampleSent("S1", " "), "receiver is missing"),
        (ev.SampleMoved("S1", "C1", "why"), "already belongs"),
        (ev.SectionSaved("C1", "400", "{}", 1), "is at revision 1"),
        (ev.SectionSaved("C1", "400", "{}", 2, ("x",)), "no open version"),
        (ev.SectionSaved("C1", "450", "{}", 1), "section '450' is none of"),
        (ev.SectionSaved("C1", "500", '{"b":1,"a":1}', 1), "RFC 8785"),
        (ev.SectionSaved("C1", "500", "[]", 1), "RFC 8785"),
        (ev.SectionSaved("C1", "500", '{"a":"' + "x" * 70_000 + '"}', 1), "at most 64000"),
        (ev.SectionKeptBeside("C1", "400", "{}", 1), "has an earlier base"),
        (ev.PhotographSealed("F9", "C1", "../../etc", "1" * 64), "no SHA-256"),
        (ev.EffectsSealed("K9", "s", (), case="C1"), "at least one item"),
        (ev.EffectsSealed("K9", "s", (ev.EffectsItem(0, "x"),), case="C1"), "0 is no count"),
        (ev.EffectsSealed("K9", "s", (ev.EffectsItem(1, "x"),)), "to a case or to a bag"),
        (ev.EffectsSealed("K9", "s", (ev.EffectsItem(1, "x"),), bag="B3"), "not opened"),
        (ev.EffectsResealed("K1", "seal 7", (ev.EffectsItem(1, "x"),), "w"), "number of the old"),
        (ev.Stored("X", "P1"), "nothing has the label 'X'"),
        (ev.Stored("P1", "P1"), "is a place"),
        (ev.Stored("C1", "P9"), "no place 'P9'"),
        (ev.Stored("C1"), "is in no place"),
        (ev.PlaceDeclared("P1", "again", "room"), "already on a place"),
        (ev.PlaceDeclared("P2", "x", "room", "P9"), "no place 'P9'"),
        (ev.CaseClosed("C1", "lost", "x"), "outcome 'lost' is none of"),
        (ev.CaseClosed("C1", "emptied by splitting", "x"), "was not split"),
        (ev.CaseReopened("C1", "x"), "did not close it"),
        (ev.DeviceRevoked("d", "lost"), "no registered device"),
        (ev.DeviceRegistered("d", "person/x", "RSA", "AA==", "tablet 1"), "is none of"),
        (ev.DeviceRegistered("d", "person/x", "Ed25519", "!", "tablet 1"), "base64"),
    ],
)
def test_what_may_not_follow_is_said_in_one_sentence(event: ev.Event, says: str | None) -> None:
    if says is None:  # a skull has no side, but a half of it may be called left
        fold(*FULL, event)
        return
    with pytest.raises(RuleError, match=says):
        fold(*FULL, event)


def test_nothing_is_added_to_a_closed_case_until_it_is_reopened() -> None:
    closed = (*FULL, ev.CaseClosed("C1", "unidentifiable", "burnt"))
    for event in (
        ev.SampleTaken("S2", "C1", "bone"),
        ev.SectionSaved("C1", "400", "{}", 2),
        ev.CaseSplit("C1", ("C9",), "why"),
        ev.PhotographSealed("F2", "C1", "0" * 64, "1" * 64),
    ):
        with pytest.raises(RuleError, match="is unidentifiable"):
            fold(*closed, event)
        fold(*closed, ev.CaseReopened("C1", "new method"), event)


def test_a_sample_goes_and_comes_and_ends() -> None:
    state = fold(
        *FULL,
        ev.SampleSent("S1", "laboratory"),
        ev.SampleReceived("S1", "laboratory"),
        ev.SampleSent("S1", "laboratory 2"),
        ev.SampleReceived("S1", "laboratory 2"),
        ev.SampleConsumed("S1", "used up"),
    )
    assert state.sample("S1").status == "consumed"
    with pytest.raises(RuleError, match="is consumed; it cannot be sent"):
        fold(*FULL, ev.SampleConsumed("S1", "lost"), ev.SampleSent("S1", "laboratory"))


def test_elements_move_and_are_withdrawn() -> None:
    state = fold(*FULL, ev.ElementMoved("E1", "C2"))
    assert state.elements["E1"].case == "C2"
    assert state.case("C1").events[-1] == state.case("C2").events[-1]
    with pytest.raises(RuleError, match="was withdrawn"):
        fold(*FULL, ev.ElementWithdrawn("E1", "is wood"), ev.ElementMoved("E1", "C2"))


def test_two_versions_of_a_section_stand_beside_each_other_until_settled() -> None:
    beside = (
        *FULL,
        ev.SectionKeptBeside("C1", "400", '{"sex":"female"}', 0),
    )
    kept = event_id(len(beside) - 1)
    state = fold(*beside)
    assert state.postmortem["C1/400"].conflicts == (kept,)
    settled = fold(*beside, ev.SectionSaved("C1", "400", '{"sex":"not determined"}', 2, (kept,)))
    row = settled.postmortem["C1/400"]
    assert row == PostMortem(2, event_id(len(beside)), ())


def test_things_are_put_in_places() -> None:
    placed = (*FULL, *(ev.Stored(thing, "P1") for thing in ("B3", "C1", "S1", "E1", "K1")))
    state = fold(*placed)
    assert set(state.storage) == {"B3", "C1", "S1", "E1", "K1"}
    with pytest.raises(RuleError, match="already in place"):
        fold(*placed, ev.Stored("C1", "P1"))
    assert "C1" not in fold(*placed, ev.Stored("C1")).storage
    with pytest.raises(RuleError, match="is closed"):
        fold(*FULL, ev.PlaceClosed("P1", "broken"), ev.Stored("C1", "P1"))


def test_every_section_faces_itself_and_takes_its_own_values() -> None:
    assert list(SECTIONS) == [f"{n}00" for n in range(1, 10)]
    for section in SECTIONS.values():
        keys = [field.key for field in section.fields]
        assert len(keys) == len(set(keys))
        assert set(faces(section.number)) <= set(section.asked("pm")) & set(section.asked("am"))
    given = {
        "sex": "male",
        "age": {"from": "20", "to": 35},
        "tattoos": " an\u202echor ",
        "hair": "",
    }
    assert cleaned("400", "pm", given) == {
        "sex": "male",
        "age": {"from": 20, "to": 35},
        "tattoos": "anchor",
    }
    assert canonical_fields({"b": 1, "a": "x"}) == '{"a":"x","b":1}'


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("400", "sex", "man"),
        ("400", "age", {"from": 40, "to": 20}),
        ("400", "age", "about 40"),
        ("400", "stature", {"from": "-1"}),
        ("400", "tattoos", "x" * 9000),
        ("400", "teeth", {}),
        ("600", "teeth", {"99": "sound"}),
        ("600", "teeth", {"11": "gold"}),
        ("100", "found_on", "16.06.2025"),
        ("450", "x", "x"),
    ],
)
def test_a_value_of_another_form_is_named(section: str, key: str, value: object) -> None:
    with pytest.raises(FieldError):
        cleaned(section, "pm", {key: value})
