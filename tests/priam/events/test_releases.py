"""Rules of release, one by one."""

from __future__ import annotations

import pytest

from priam import events as ev
from priam.events.families_rows import Family, Relative
from tests.priam.events.test_board import Book, identified

DIGEST = "ab" * 32


@pytest.fixture
def book() -> Book:
    """Case A decided as the missing person m of family F, whose p is authorised."""
    book = Book()
    family = Family("F", ("m",), ("p", "q"), "each")
    state = book.state.put("families", "F", family)
    state = state.put("relatives", "p", Relative("p", "F", "authorised"))
    state = state.put("relatives", "q", Relative("q", "F"))
    book.state = state.with_bags([ev.state.Bag("NEW", "us", None, ())])
    book.do(identified("d", "m", "A"))
    book.sign("d")
    return book


def to_family(name: str = "r", *cases: str, person: str = "p", complete: bool = False) -> ev.Event:
    return ev.ReleasePlanned(name, cases or ("A",), "family", "Tuesday", "F", person, complete)


def test_to_the_family_with_papers(book: Book) -> None:
    book.do(to_family())
    assert book.state.leaving["A"] == "r"
    over = ev.ReleaseHandedOver("r", "p", "the mortuary", "passport")
    book.refused(over, "issue the act of handover first")
    book.do(ev.ReleaseDocumentIssued("r", "act of handover", "uk", DIGEST))
    book.refused(ev.ReleaseHandedOver("r", "q", "here", "passport"), "somebody else")
    book.do(over)
    assert book.state.cases["A"].status == "released to the family"
    assert book.state.received["F"] == ("r",) and "A" not in book.state.leaving
    book.refused(over, "is done")
    book.refused(to_family("again"), "released to the family")


def test_a_conflict_that_opens_after_planning_stops_it(book: Book) -> None:
    book.do(to_family())
    book.do(ev.ReleaseDocumentIssued("r", "act of handover", "uk", DIGEST))
    book.do(ev.ConflictRaised("k", ("A",), "by hand", "a second look"))
    over = ev.ReleaseHandedOver("r", "p", "the mortuary", "passport")
    book.refused(over, "conflict k of case A is open")
    book.do(ev.ConflictSettled("k", "looked at"))
    book.do(over)


def test_a_decision_reopened_and_made_again_needs_a_new_plan(book: Book) -> None:
    book.do(to_family())
    book.do(ev.ReleaseDocumentIssued("r", "act of handover", "uk", DIGEST))
    book.do(ev.DecisionReopened("d", "doubt", ev.consequences(book.state, "d")))
    over = ev.ReleaseHandedOver("r", "p", "the mortuary", "passport")
    book.refused(over, "no decision signed")
    book.do(identified("e", "m", "A"))
    book.sign("e")
    book.refused(over, "no longer the one in force")
    book.do(ev.ReleaseCancelled("r", "planned anew"))
    book.do(to_family("s"))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (to_family(person="q"), "authorised"),
        (to_family("r", "B"), "no decision"),
        (ev.ReleasePlanned("r", ("A",), "the sea", "x"), "none of"),
        (ev.ReleasePlanned("r", ("A",), "family", "x"), "names the family"),
        (ev.ReleasePlanned("r", ("A",), "family", " ", "F", "p"), "in words"),
        (ev.ReleasePlanned("r", (), "family", "x", "F", "p"), "its cases"),
        (ev.ReleasePlanned("r", ("A",), "other side", "x"), "does not say"),
        (ev.ReleasePlanned("r", ("B", "C"), "temporary grave", "x"), "not one individual"),
        (ev.ReleasePlanned("r", ("B",), "temporary grave", "x", "F", "p"), "only a release to"),
    ],
)
def test_what_cannot_be_planned(book: Book, event: ev.Event, words: str) -> None:
    book.refused(event, words)


def test_the_wish_of_the_family_is_kept(book: Book) -> None:
    def wish(notify: str | None) -> None:
        family = Family("F", ("m",), ("p", "q"), notify)
        book.state = book.state.put("families", "F", family)

    wish(None)
    book.refused(to_family(), "ask the family first")
    wish("end")
    book.refused(to_family(), "at the end")
    book.do(to_family(complete=True))
    book.do(ev.ReleaseCancelled("r", "later"))
    wish("first")
    book.do(to_family("s"))
    book.do(ev.ReleaseDocumentIssued("s", "act of handover", "uk", DIGEST))
    book.do(ev.ReleaseHandedOver("s", "p", "the mortuary", "passport"))
    book.do(identified("more", "m", "B", extends="d"))
    book.sign("more")
    book.refused(to_family("t", "B"), "the first finding only")
    book.do(ev.ReleasePlanned("t", ("B",), "temporary grave", "as the family wishes"))


def test_a_grave_is_opened_again(book: Book) -> None:
    book.do(ev.ReleasePlanned("r", ("B",), "temporary grave", "no family yet"))
    book.refused(ev.GraveRecorded("r", "", "North", "7", "row 3"), "with its grave")
    book.do(ev.GraveRecorded("r", "G1", "North", "7", "row 3"))
    assert book.state.cases["B"].status == "in a temporary grave"
    book.refused(ev.ReleasePlanned("s", ("B",), "temporary grave", "x"), "open the grave first")
    book.do(ev.ReleasePlanned("t", ("C",), "temporary grave", "x"))
    book.refused(ev.GraveRecorded("t", "G1", "North", "7", "row 3"), "in use")
    book.refused(ev.GraveOpened("G1", "C", "x"), "does not lie")
    book.do(ev.GraveOpened("G1", "B", "identified since"))
    assert book.state.cases["B"].status == "open"
    book.do(ev.GraveRecorded("t", "G1", "North", "7", "row 3"))


def test_back_to_the_other_side_by_the_road_of_handovers(book: Book) -> None:
    book.do(ev.DecisionProposed("o", ("B",), "other side", "the uniform"))
    book.sign("o")
    book.do(ev.ReleasePlanned("r", ("B",), "other side", "with the next batch"))
    book.refused(ev.RemainsReturned("r", "m1"), "not packed")
    book.do(ev.ReleasePacked("r", "NEW"))
    book.refused(ev.ReleasePacked("r", "NEW"), "packed already")
    book.refused(ev.RemainsReturned("r", "m1"), "no manifest")


def test_a_code_of_a_family_ends_the_one_before(book: Book) -> None:
    book.do(ev.FamilyCodeIssued("F", "a" * 24))
    book.refused(ev.FamilyCodeIssued("F", "a" * 24), "make another")
    book.refused(ev.FamilyCodeIssued("F", "secret"), "hexadecimal")
    book.do(ev.FamilyCodeIssued("F", "b" * 24))
    assert dict(book.state.family_codes) == {"b" * 24: "F"}
