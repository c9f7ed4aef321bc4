"""A simulation is recorded as counts that add up, and shows nothing small."""

import dataclasses

import pytest

from priam import events as ev

IDS = [f"01976b4e-7a00-7cc3-98c4-{n:012x}" for n in range(9)]
TIME = "2025-06-16T09:30:00Z"
EVENT = ev.SimulationIdentified(
    simulation="s",
    giver="A",
    receiver="B",
    seed=1,
    suppressed_below=5,
    figures=(
        ev.SimulatedFigure("case", "registered", 20),
        ev.SimulatedFigure("case", "searched", 14),
        ev.SimulatedFigure("case", "set aside", 6),
        ev.SimulatedFigure("individual", "identified wrongly", 1),
    ),
    made_with=(ev.Stamp("version priam", "0"),),
)


def parties() -> ev.State:
    declared = [ev.PartyDeclared("A", "Aland"), ev.PartyDeclared("B", "Beland")]
    return ev.fold(ev.Recorded(IDS[n], n, "k", TIME, TIME, e) for n, e in enumerate(declared))


def after(state: ev.State, event: ev.Event) -> ev.State:
    return ev.apply(state, ev.Recorded(IDS[state.size], state.size, "k", TIME, TIME, event))


def test_a_later_run_is_shown_in_place_of_the_earlier():
    state = after(parties(), EVENT)
    assert state.simulations["s"].event == EVENT and not state.claims
    later = after(state, dataclasses.replace(EVENT, seed=2))
    assert later.simulations["s"].event.seed == 2
    assert later.simulations["s"].event_id == IDS[3]


def figures(*given: tuple[str, str, int | None]) -> dict[str, object]:
    return {"figures": tuple(ev.SimulatedFigure(*one) for one in given)}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"giver": "C"}, "no party 'C'"),
        ({"receiver": "A"}, "to itself"),
        ({"sized_after": "t"}, "no claim 't'"),
        (figures(("case", "set aside", 4)), "below 5"),
        (figures(("case", "set aside", -1)), "no count"),
        (figures(("bag", "identified", 9)), "no such figure"),
        (figures(("bag", "handed over", 9), ("bag", "handed over", 9)), "given twice"),
        (
            figures(("case", "registered", 9), ("case", "searched", 5), ("case", "set aside", 5)),
            "add up to 10, not 9",
        ),
        (figures(("case", "registered", 9), ("case", "searched", 10)), "add up to 10"),
    ],
)
def test_what_does_not_fit_is_refused(change, says):
    with pytest.raises(ev.RuleError, match=says):
        after(parties(), dataclasses.replace(EVENT, **change))
