"""Proposals in the situations that matter most."""

from __future__ import annotations

from priam.identification.conclusions import Alternative, FamilyNotes, propose
from priam.identification.relatives import Ask
from priam.identification.settings import Population
from priam.identification.sides import Sides

TWO = {"F": FamilyNotes(2, 1.0), "G": FamilyNotes(2, 0.5)}


def _whom(best, rivals):
    return (Ask("brother", 0.9, 9.0, 0.1, 5.0),)


def _propose(alternatives, notes=TWO, other=0.1, whom=_whom):
    sides = Sides(other, other, "", False)
    return propose("I-1", alternatives, notes, Population(), 7.5, sides, whom)


def _match(person="A", family="F", posterior=0.99999, lr=10.0, **more):
    values = {"markers": 24, "mismatches": 0, "without_one_log10": 4.0, **more}
    return Alternative(person, family, posterior, lr, **values)


def test_a_clear_match_is_identified():
    assert _propose([_match()]).kind == "identified"


def test_a_high_posterior_below_the_required_lr_is_probable_only():
    found = _propose([_match(lr=5.0)])
    assert found.kind == "probable"
    assert "declared population" in " ".join(found.reasons)


def test_two_brothers_are_undecidable_and_both_named():
    found = _propose([_match("A", posterior=0.5), _match("B", posterior=0.49999)])
    assert found.kind == "undecidable"
    assert "A or B" in " ".join(found.reasons)


def test_one_relative_alone_does_not_identify():
    alone = {"F": FamilyNotes(1, None)}
    found = _propose([_match(without_one_log10=None)], alone)
    assert found.kind == "probable"
    assert any("second sample" in need for need in found.needs)
    assert _propose([_match(without_one_log10=None, other_log10=2.5)], alone).kind == "identified"


def test_a_match_that_falls_without_one_sample_is_not_identified():
    assert _propose([_match(without_one_log10=0.2)]).kind == "probable"


def test_relatives_who_do_not_fit_each_other_hold_the_family():
    bad = {"F": FamilyNotes(2, -6.0)}
    found = _propose([_match()], bad)
    assert found.kind == "probable"
    assert "do not fit" in " ".join(found.reasons)


def test_mismatches_and_contrary_evidence_are_not_passed_over():
    assert _propose([_match(mismatches=3)]).kind == "probable"
    assert _propose([_match(other_log10=-2.0)]).kind == "probable"


def test_a_weak_match_names_whom_to_ask():
    found = _propose([_match(posterior=0.4, lr=3.0)])
    assert found.kind == "inconclusive"
    assert found.needs[0].startswith("a sample of brother: 90 of 100 such families")
    assert found.ask[0].person == "brother"


def test_brothers_are_named_although_their_family_is_only_probable():
    """Together 98 %: which family is clear enough to ask which of the two."""
    found = _propose([_match("A", posterior=0.6), _match("B", posterior=0.38, lr=1.8)])
    assert found.kind == "undecidable" and found.between == ("A", "B")
    apart = _propose([_match("A", posterior=0.6), _match("B", "G", posterior=0.38, lr=1.8)])
    assert apart.kind == "inconclusive"


def test_a_less_likely_brother_is_still_named():
    found = _propose([_match("A", posterior=0.97), _match("B", posterior=0.02, lr=1.8)])
    assert found.kind == "probable"
    assert "Also missing from this family: B" in " ".join(found.reasons)


def test_where_nobody_could_help_that_is_said():
    found = _propose([_match("A", posterior=0.5), _match("B", posterior=0.49999)],
                     whom=lambda best, rivals: ())  # fmt: skip
    assert found.needs[-1] == "no relative's sample would tell these persons apart"


def test_nobody_fits_is_told_apart_from_the_other_side():
    assert _propose([]).kind == "no family fits"
    assert _propose([], other=0.8).kind == "likely of the other side"
