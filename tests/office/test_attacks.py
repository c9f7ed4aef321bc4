"""Each of the seven attacks is tried, and found by who should find it."""

from __future__ import annotations

import pytest

from priam_office.handovers.attacks import Attack, run

EXPECTED = {
    "count altered after signing": ("any reader", "does not verify"),
    "one-sided manifest shown as agreed": ("any reader", "unilateral, signed by A only"),
    "event deleted, log signed again": ("the witness C", "not cosigned (422)"),
    "yesterday's backup restored": ("the witness C", "It is read-only until it has caught up"),
    "two histories shown to two parties": ("the witness C", "two histories"),
    "a manifest replayed": ("the receiver B", "stand in an earlier manifest too"),
    "stolen key used after revocation": ("the receiver B", "has revoked"),
}


@pytest.fixture(scope="module")
def attacks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Attack]:
    return {one.name: one for one in run(tmp_path_factory.mktemp("attacks") / "new")}


@pytest.mark.parametrize("name", EXPECTED)
def test_attack_is_found(name: str, attacks: dict[str, Attack]) -> None:
    finder, words = EXPECTED[name]
    assert attacks[name].finder.startswith(finder)
    assert words in attacks[name].found


def test_no_attack_is_forgotten(attacks: dict[str, Attack]) -> None:
    assert attacks.keys() == EXPECTED.keys()


def test_the_table_can_be_read(attacks: dict[str, Attack]) -> None:
    from priam_office.commands.demo import attack_table

    text = attack_table(list(attacks.values()))
    assert max(map(len, text.splitlines())) <= 140
    for number, name in enumerate(EXPECTED, start=1):
        assert f"{number}" in text and name.split()[0].capitalize() in text
    assert "NOBODY" not in text and "NOBODY" in attack_table([Attack("x", "y", "", "z")])
