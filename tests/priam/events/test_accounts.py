"""Who may do what: no role by one's own hand, no last administrator lost, no look without two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priam import events as ev
from priam.events.base import RuleError

TIME = "2025-06-16T09:30:00Z"
LATER = "2025-06-16T12:00:00Z"
REASON = "a family waits at the door"
SERVER = "office.example/log"

Act = tuple[str, ev.Event]  # who, what


def fold(*acts: Act, time: str = TIME) -> ev.State:
    return ev.fold(
        ev.Recorded(f"01890000-0000-7000-8000-{n:012x}", n, who, time, time, event)
        for n, (who, event) in enumerate(acts)
    )


def person(account: str) -> str:
    return f"person/{account}"


def opened(account: str, *roles: str) -> list[Act]:
    acts: list[Act] = [(SERVER, ev.AccountOpened(account))]
    return acts + [(SERVER, ev.RoleGiven(account, role)) for role in roles]


STAFF = [
    *opened("a1", "administrator"),
    *opened("m1", "mortuary"),
    *opened("l1", "legal"),
    *opened("u1", "auditor"),
]
ASKED: list[Act] = [
    *STAFF,
    (person("m1"), ev.AccessAsked("x1", "m1", "families.view", REASON, LATER)),
]
AGREED: list[Act] = [
    *ASKED,
    (person("l1"), ev.AccessAgreed("x1", "legal")),
    (person("u1"), ev.AccessAgreed("x1", "auditor")),
]
TOKEN: list[Act] = [*STAFF, (person("m1"), ev.TokenMade("m1", "t1"))]
KEYED: list[Act] = [*STAFF, (person("l1"), ev.SigningKeyAdded("l1", "k1", ("vkey",)))]


def test_an_account_gets_and_loses_roles() -> None:
    state = fold(*STAFF, (person("a1"), ev.RoleGiven("m1", "examiner")))
    assert set(state.accounts["m1"].roles) == {"mortuary", "examiner"}
    state = fold(*STAFF, (person("a1"), ev.RoleTaken("m1", "mortuary")))
    assert not state.accounts["m1"].roles


@pytest.mark.parametrize(
    ("acts", "who", "event", "says"),
    [
        (STAFF, SERVER, ev.AccountOpened("a1"), "open already"),
        (STAFF, SERVER, ev.RoleGiven("zz", "legal"), "no account 'zz'"),
        (STAFF, SERVER, ev.RoleGiven("m1", "mortuary"), "already"),
        (STAFF, person("m1"), ev.RoleGiven("m1", "legal"), "nobody gives a role to themselves"),
        (STAFF, SERVER, ev.RoleGiven("a1", "legal"), "goes with no other"),
        (STAFF, SERVER, ev.RoleGiven("m1", "administrator"), "goes with no other"),
        (STAFF, SERVER, ev.RoleTaken("m1", "legal"), "does not have"),
        (STAFF, SERVER, ev.RoleTaken("a1", "administrator"), "last administrator"),
        (STAFF, SERVER, ev.AccountDisabled("a1"), "last administrator"),
        (STAFF, SERVER, ev.AccountEnabled("m1"), "not disabled"),
        ([*STAFF, (SERVER, ev.AccountDisabled("m1"))], SERVER, ev.AccountDisabled("m1"), "already"),
        (
            [*STAFF, (SERVER, ev.AccountDisabled("m1"))],
            person("m1"),
            ev.AccountEnabled("m1"),
            "nobody enables",
        ),
        (
            [*TOKEN, (SERVER, ev.AccountDisabled("m1"))],
            SERVER,
            ev.AccountEnabled("m1"),
            "still hold",
        ),
        (
            [*STAFF, (SERVER, ev.AccountDisabled("m1"))],
            person("m1"),
            ev.TokenMade("m1", "t1"),
            "is disabled",
        ),
        (STAFF, person("a1"), ev.TokenMade("m1", "t1"), "by the person"),
        (STAFF, SERVER, ev.TokenEnded("m1", "t1"), "no token 't1'"),
        (TOKEN, SERVER, ev.TokenEnded("l1", "t1"), "no token 't1'"),
        (
            [*TOKEN, (SERVER, ev.TokenEnded("m1", "t1"))],
            person("m1"),
            ev.TokenMade("m1", "t1"),
            "known already",
        ),
        (STAFF, person("a1"), ev.SecondFactorReset("a1"), "nobody resets"),
        (STAFF, person("a1"), ev.SecondFactorReset("m1"), "two administrators"),
        (STAFF, person("a1"), ev.SecondFactorReset("m1", "a1"), "two administrators"),
        (STAFF, person("a1"), ev.SecondFactorReset("m1", "l1"), "two administrators"),
        (STAFF, person("a1"), ev.SigningKeyAdded("l1", "k1", ("v",)), "person who signs"),
        (STAFF, person("l1"), ev.SigningKeyAdded("l1", "k1", ()), "at least one"),
        (KEYED, person("l1"), ev.SigningKeyAdded("l1", "k2", ("v",)), "holds already"),
        (KEYED, person("m1"), ev.SigningKeyAdded("m1", "k1", ("v",)), "known already"),
        (KEYED, person("l1"), ev.SigningKeyRevoked("k1", "boredom"), "no reason"),
        (KEYED, person("l1"), ev.SigningKeyRevoked("k9", "lost"), "no signing key"),
        (
            [*KEYED, (SERVER, ev.SigningKeyRevoked("k1", "lost"))],
            SERVER,
            ev.SigningKeyRevoked("k1", "lost"),
            "already",
        ),
    ],
)
def test_what_may_not_happen_to_an_account(
    acts: list[Act], who: str, event: ev.Event, says: str
) -> None:
    with pytest.raises(RuleError, match=says):
        fold(*acts, (who, event))


def test_a_second_administrator_lets_the_first_go() -> None:
    both = [*STAFF, *opened("a2", "administrator")]
    assert fold(*both, (person("a2"), ev.AccountDisabled("a1"))).accounts["a1"].disabled
    assert fold(*both, (person("a1"), ev.SecondFactorReset("m1", "a2")))


def test_a_key_that_was_revoked_makes_room_for_another() -> None:
    state = fold(
        *KEYED,
        (person("l1"), ev.SigningKeyRevoked("k1", "replaced")),
        (person("l1"), ev.SigningKeyAdded("l1", "k2", ("v2",))),
    )
    assert state.accounts["l1"].key == "k2"
    assert state.signing_keys["k1"].reason == "replaced"


def test_two_people_of_two_roles_open_a_compartment() -> None:
    assert not fold(*ASKED).accesses["x1"].in_force
    assert not fold(*AGREED[:-1]).accesses["x1"].in_force
    assert fold(*AGREED).accesses["x1"].in_force
    assert not fold(*AGREED, (person("u1"), ev.AccessEnded("x1"))).accesses["x1"].in_force


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (ev.AccessAsked("x2", "l1", "families.view", REASON, LATER), "person who needs it"),
        (ev.AccessAsked("x1", "m1", "families.view", REASON, LATER), "already"),
        (ev.AccessAsked("x2", "m1", "families.work", REASON, LATER), "more than show"),
        (ev.AccessAsked("x2", "m1", "families.view", "  because ", LATER), "reason in words"),
        (ev.AccessAsked("x2", "m1", "families.view", REASON, TIME), "within 24 hours"),
        (ev.AccessAsked("x2", "m1", "families.view", REASON, "tomorrow"), "not a time"),
        (ev.AccessAsked("x2", "m1", "families.view", REASON, "2025-06-17T10:00:00Z"), "24 hours"),
        (
            ev.AccessAsked("x2", "m1", "families.view", REASON, "2025-06-16T12:00:00+00:00"),
            "not a time",
        ),
        (ev.AccessAgreed("x1", "legal"), "only legal and auditor"),
        (ev.AccessAgreed("x9", "legal"), "no such access"),
    ],
)
def test_what_may_not_be_asked(event: ev.Event, says: str) -> None:
    with pytest.raises(RuleError, match=says):
        fold(*ASKED, (person("m1"), event))


def test_administrators_never_look() -> None:
    asked = ev.AccessAsked("x2", "a1", "families.view", REASON, LATER)
    with pytest.raises(RuleError, match="not even as an exception"):
        fold(*STAFF, (person("a1"), asked))


def test_one_person_with_both_roles_is_not_two() -> None:
    both = [*STAFF, (SERVER, ev.RoleGiven("l1", "auditor")), *ASKED[len(STAFF) :]]
    first = (person("l1"), ev.AccessAgreed("x1", "legal"))
    with pytest.raises(RuleError, match="two people"):
        fold(*both, first, (person("l1"), ev.AccessAgreed("x1", "auditor")))


def test_who_asks_does_not_agree() -> None:
    asked = ev.AccessAsked("x1", "l1", "families.view", REASON, LATER)
    with pytest.raises(RuleError, match="two people"):
        fold(*STAFF, (person("l1"), asked), (person("l1"), ev.AccessAgreed("x1", "legal")))


def test_a_stranger_does_not_end_an_access() -> None:
    with pytest.raises(RuleError, match="by its reader"):
        fold(*AGREED, (person("a1"), ev.AccessEnded("x1")))
    with pytest.raises(RuleError, match="has ended"):
        ended = (person("m1"), ev.AccessEnded("x1"))
        fold(*AGREED, ended, (person("l1"), ev.AccessAgreed("x1", "legal")))


ACCOUNTS = st.sampled_from(["a1", "a2", "m1"])
ROLES = st.sampled_from(["administrator", "legal", "mortuary"])
ACTS = st.lists(
    st.tuples(
        st.one_of(st.just(SERVER), ACCOUNTS.map(person)),
        st.one_of(
            st.builds(ev.AccountOpened, ACCOUNTS),
            st.builds(ev.RoleGiven, ACCOUNTS, ROLES),
            st.builds(ev.RoleTaken, ACCOUNTS, ROLES),
            st.builds(ev.AccountDisabled, ACCOUNTS),
            st.builds(ev.AccountEnabled, ACCOUNTS),
        ),
    ),
    max_size=30,
)


@given(ACTS)
def test_an_administrator_stays_and_sees_no_data(acts: list[Act]) -> None:
    state, once = fold(*opened("a0")), False
    for n, (who, event) in enumerate(acts, start=1):
        recorded = ev.Recorded(f"01890000-0000-7000-8000-{n:012x}", n, who, TIME, TIME, event)
        try:
            state = ev.apply(state, recorded)
        except RuleError:
            recorded = ev.Recorded(
                recorded.event_id, n, SERVER, TIME, TIME, ev.AccountOpened(f"filler{n}")
            )
            state = ev.apply(state, recorded)
        rows = state.accounts.values()
        assert all(len(r.roles) == 1 for r in rows if "administrator" in r.roles)
        now = any("administrator" in r.roles and not r.disabled for r in rows)
        assert now or not once
        once = once or now
