"""Rules of the board and of the laboratory, one by one."""

from __future__ import annotations

import pytest

from priam import events as ev
from priam.events.cases_rows import Case, Sample
from priam.events.families_rows import Missing, Reference, Relative

TIME = "2025-06-16T09:30:00Z"
SHA = "ab" * 32


class Book:
    """A state to write in, with cases A, B, C, missing persons m and n, samples S and R."""

    def __init__(self) -> None:
        state = ev.State()
        for case in "ABC":
            state = state.put("cases", case, Case(case, "bag", "one", None, (), (), "open", ()))
        for missing, family in (("m", "F"), ("n", "G")):
            state = state.put("missing", missing, Missing(missing, family))
        state = state.put("samples", "S", Sample("S", "A", None, "bone", "taken"))
        state = state.put("samples", "T", Sample("T", "A", None, "tooth", "taken"))
        state = state.put("relatives", "p", Relative("p", "F", consents=frozenset()))
        self.state = state.put("references", "R", Reference("R", "p", "F"))

    def do(self, event: ev.Event, actor: str = "person/a") -> None:
        number = f"01890000-0000-7000-8000-{self.state.size:012x}"
        recorded = ev.Recorded(number, self.state.size, actor, TIME, TIME, event)
        self.state = ev.apply(self.state, recorded)

    def refused(self, event: ev.Event, words: str, actor: str = "person/a") -> None:
        before = self.state
        with pytest.raises(ev.RuleError, match=words):
            self.do(event, actor)
        assert self.state is before

    def sign(self, decision: str) -> None:
        self.do(ev.DecisionSigned(decision, "science", "line"), "person/a")
        self.do(ev.DecisionSigned(decision, "law", "line"), "person/b")


@pytest.fixture
def book() -> Book:
    return Book()


def identified(name: str, missing: str, *cases: str, extends: str | None = None) -> ev.Event:
    return ev.DecisionProposed(name, cases, "identified", "DNA", missing, None, extends)


def against(book: Book, case: str, to: str = "family") -> list[str]:
    return [one.kind for one in book.state.may_release(case, to)]


# -- decisions --------------------------------------------------------------------------------


def test_two_people_of_two_capacities(book: Book) -> None:
    book.do(identified("d", "m", "A"))
    assert against(book, "A") == ["no decision"]
    book.do(ev.DecisionSigned("d", "science", "line"), "person/a")
    assert against(book, "A") == ["no decision"]
    book.refused(ev.DecisionSigned("d", "law", "line"), "no one person", "person/a")
    book.refused(ev.DecisionSigned("d", "science", "line"), "already signed", "person/b")
    book.refused(ev.DecisionSigned("d", "medicine", "line"), "no capacity", "person/b")
    book.refused(ev.DecisionSigned("d", "law", " "), "signature line", "person/b")
    book.do(ev.DecisionSigned("d", "law", "line"), "person/b")
    assert book.state.may_release("A") == ()
    assert book.state.decision_in_force("A").missing == "m"  # type: ignore[union-attr]
    book.refused(ev.DecisionSigned("d", "law", "line"), "takes no signer", "person/c")
    book.refused(ev.DecisionWithdrawn("d", "slip"), "reopened")


def test_an_open_conflict_stops_the_signature_and_the_release(book: Book) -> None:
    book.do(identified("d", "m", "A", "B"))
    book.do(ev.ConflictRaised("k", ("B",), "by hand", "two left femora"))
    book.refused(ev.DecisionSigned("d", "law", "line"), "conflict 'k' of case 'B' is open")
    book.do(ev.ConflictSettled("k", "the second is of case C"))
    book.sign("d")
    assert against(book, "A") == []
    book.do(ev.ConflictRaised("k2", ("B",), "sex differs", "pelvis"))
    assert against(book, "A") == ["open conflict"]  # the individual, not only the case
    assert against(book, "A", "temporary grave") == ["open conflict"]
    assert book.state.decision_in_force("A") is None
    book.refused(ev.ConflictSettled("k2", " "), "words")
    book.do(ev.ConflictSettled("k2", "wrong label"))
    book.refused(ev.ConflictSettled("k2", "again"), "already settled")
    assert against(book, "A") == []


def test_one_person_is_not_decided_for_two_individuals(book: Book) -> None:
    book.do(identified("d", "m", "A"))
    book.sign("d")
    book.do(identified("e", "m", "B"))
    rival = book.state.decisions["e"]
    assert ev.conflicts_of_decision(book.state, rival) == (("same person twice", "d"),)
    book.refused(ev.DecisionSigned("e", "law", "line"), "'d' says otherwise and is signed")
    book.do(ev.ConflictRaised("k", ("A", "B"), "same person twice", "both m", "m", ("d", "e")))
    book.refused(ev.ConflictSettled("k", "never mind"), "withdraw or reopen one of them")
    book.do(ev.DecisionWithdrawn("e", "the profile was another's"))
    book.do(ev.ConflictSettled("k", "e is withdrawn"))
    assert against(book, "A") == []


def test_one_case_has_one_answer(book: Book) -> None:
    book.do(identified("d", "m", "A"))
    book.refused(identified("e", "n", "A", "B"), "waits for signatures")
    book.sign("d")
    book.do(identified("e", "n", "A", "B"))
    found = ev.conflicts_of_decision(book.state, book.state.decisions["e"])
    assert found == (("two answers", "d"),)
    book.refused(ev.DecisionSigned("e", "law", "line"), "reopen it first")


def test_a_later_fragment_extends_a_decision(book: Book) -> None:
    book.do(identified("d", "m", "A"))
    book.sign("d")
    book.refused(identified("x", "n", "B", extends="d"), "not in force about the same")
    book.do(identified("e", "m", "B", extends="d"))
    assert ev.conflicts_of_decision(book.state, book.state.decisions["e"]) == ()
    book.sign("e")
    assert book.state.individual("A") == ("A", "B") == book.state.individual("B")
    assert against(book, "B") == []
    listed = ev.consequences(book.state, "d")
    assert listed == ("case/A", "case/B", "decision/e", "family/F")
    book.refused(ev.DecisionReopened("d", "swapped sample", ()), "look at them again")
    book.do(ev.DecisionReopened("d", "swapped sample", listed))
    assert {d.status for d in book.state.decisions.values()} == {"reopened"}
    assert against(book, "B") == ["no decision"]


def test_a_link_that_the_decision_leaves_out_is_found(book: Book) -> None:
    book.do(ev.CaseLinked("A", "C", "fits"))
    book.do(identified("d", "m", "A"))
    found = ev.conflicts_of_decision(book.state, book.state.decisions["d"])
    assert found == (("linked case left out", "C"),)
    book.sign("d")
    assert against(book, "A") == ["link not decided"]
    assert against(book, "A", "temporary grave") == ["link not decided"]
    book.do(ev.CaseLinkWithdrawn("A", "C", "another side"))
    assert against(book, "A") == []


def test_where_remains_may_go_follows_from_the_conclusion(book: Book) -> None:
    book.do(ev.DecisionProposed("d", ("A",), "other side", "uniform and DNA"))
    book.sign("d")
    assert against(book, "A") == ["other side"] and against(book, "A", "other side") == []
    book.do(ev.DecisionProposed("e", ("B",), "not identified", "no family fits"))
    book.sign("e")
    assert against(book, "B") == ["not identified"]
    assert against(book, "B", "other side") == ["own side"]
    assert against(book, "B", "temporary grave") == []
    assert against(book, "C", "temporary grave") == []  # no decision is needed for that
    assert against(book, "X") == ["no case"] and against(book, "C", "moon")[0] == "unknown way"
    assert str(book.state.may_release("B")[0]) == "the decision e on case B names no missing person"


def test_a_decision_names_a_person_where_and_only_where_it_identifies(book: Book) -> None:
    book.refused(ev.DecisionProposed("d", ("A",), "identified", "DNA"), "names a missing person")
    book.refused(ev.DecisionProposed("d", ("A",), "other side", "DNA", "m"), "names a missing")
    book.refused(ev.DecisionProposed("d", (), "other side", "DNA"), "name the cases")
    book.refused(ev.DecisionProposed("d", ("A", "A"), "other side", "DNA"), "each once")
    book.refused(ev.DecisionProposed("d", ("X",), "other side", "DNA"), "no case 'X'")
    book.refused(ev.DecisionProposed("d", ("A",), "other side", " "), "reasons in words")


def test_what_is_signed_names_the_event_that_proposed_it() -> None:
    event = ev.DecisionProposed("d", ("A",), "identified", "DNA", "m")
    one, two = (ev.decision_bytes(event, f"01890000-0000-7000-8000-00000000000{n}") for n in "12")
    assert one != two and one.startswith(b'{"decision":{"cases":["A"]')


# -- the laboratory ---------------------------------------------------------------------------

TEXT = ev.genotypes_text({"TH01": ("9.3", None), "D3S1358": ("15", "16")})


def imported(book: Book) -> None:
    book.do(ev.RunImported(SHA[:16], "plain", SHA, 2))
    for name, sample in (("P1", "S"), ("P2", "T"), ("P3", "R")):
        kind = "reference" if sample == "R" else "remains"
        book.do(ev.ProfileRecorded(name, sample, kind, SHA[:16], TEXT, "male"))


def test_a_profile_needs_its_run_its_sample_and_canonical_genotypes(book: Book) -> None:
    profile = ev.ProfileRecorded("P", "S", "remains", SHA[:16], TEXT)
    book.refused(profile, "import its file first")
    book.refused(ev.RunImported("x", "plain", SHA, 1), "SHA-256")
    book.do(ev.RunImported(SHA[:16], "plain", SHA, 1))
    book.refused(ev.RunImported(SHA[:16], "plain", SHA, 1), "already imported")
    book.refused(ev.ProfileRecorded("P", "X", "remains", SHA[:16], TEXT), "no sample 'X'")
    for text in ('{"B":["1"],"A":["2"]}', "[]", "x", '{"A":[]}', '{"A":[1]}', '{"A":"12"}'):
        book.refused(ev.ProfileRecorded("P", "S", "remains", SHA[:16], text), "genotypes|marker")
    book.refused(ev.ProfileRecorded("P", "S", "remains", SHA[:16], TEXT, "m"), "sex 'm'")
    book.refused(ev.ProfileRecorded("P", "S", "reference", SHA[:16], TEXT), "of this kind")
    book.refused(ev.ProfileRecorded("P", "S", "soil", SHA[:16], TEXT), "no kind of sample")
    book.do(profile)
    book.refused(profile, "already recorded")
    assert ev.read_genotypes(TEXT) == {"TH01": ("9.3", None), "D3S1358": ("15", "16")}


def test_a_consensus_is_of_one_subject_and_of_profiles_that_stand(book: Book) -> None:
    imported(book)
    good = ev.ConsensusFormed("case/A", ("P1", "P2"), TEXT, "seen in two runs")
    book.do(good)
    book.refused(ev.ConsensusFormed("case/A", ("P1", "P3"), TEXT, "r"), "'P3' is not of case/A")
    book.refused(ev.ConsensusFormed("case/A", ("P1", "P1"), TEXT, "r"), "two or more different")
    book.refused(ev.ProfileSetAside("P2", " "), "with a reason")
    book.do(ev.ProfileSetAside("P2", "mixture"))
    book.refused(good, "set aside")
    book.refused(ev.ProfileSetAside("P2", "again"), "already set aside")


def test_a_search_notes_what_it_finds_once_and_ends_once(book: Book) -> None:
    found = ev.CandidateFound("m", "F", 8_123, 21, 0)
    noted = ev.CandidatesNoted("s", "A", (found,))
    book.refused(noted, "no search 's'")
    book.do(ev.SearchRequested("s", ""))
    book.refused(ev.SearchRequested("s", ""), "already requested")
    book.do(noted)
    book.refused(ev.CandidatesNoted("s", "A", (found, found)), "stands twice")
    book.refused(ev.CandidatesNoted("s", "X", (found,)), "no case 'X'")
    bad = ev.CandidateFound("x", "F", 1, 1, 0)
    book.refused(ev.CandidatesNoted("s", "A", (bad,)), "no missing person 'x'")
    book.do(ev.ProposalRecorded("s", ("A",), "identified", 999_900, 8_146, ("r",), missing="m"))
    book.refused(ev.ProposalRecorded("s", ("A",), "identified", 1, 1, ("r",)), "names the missing")
    book.refused(ev.ProposalRecorded("s", ("A",), "maybe", 1, 1, ()), "no conclusion")
    book.refused(ev.ProposalRecorded("s", ("A",), "probable", 1_000_001, 1, ()), "millionths")
    book.do(ev.SearchFinished("s", SHA, (), ()))
    book.refused(noted, "is finished; ask for a new one")
    book.refused(ev.SearchStopped("s", "called off"), "is finished")
    assert book.state.searches["s"].status == "finished"
    assert book.state.proposals["A"].missing == "m"


@pytest.mark.parametrize(
    "event",
    [
        ev.ProposalRecorded("s", ("A",), "probable", 1, 2, ("r",), ("n",), (
            ev.AlternativePerson("m", "F", 1, 2, 3, 0, 5),), ("n",), "m", -3),
        ev.DecisionProposed("d", ("A",), "identified", "DNA", "m", "s", "e"),
        ev.ConflictRaised("k", ("A",), "by hand", "words", None, ("d",)),
        ev.CandidatesNoted("s", "A", (ev.CandidateFound("m", "F", -1, 2, 3),)),
        ev.ConsensusFormed("case/A", ("P", "Q"), TEXT, "rule", "male", ("x",), ("TH01",)),
    ],
)  # fmt: skip
def test_an_event_is_read_back_from_its_payload(event: ev.Event) -> None:
    assert ev.decode(event.type, event.version, event.to_payload()) == event
