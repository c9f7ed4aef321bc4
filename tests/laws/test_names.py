"""What holds for every name: folding, look-alike letters, and the matching of pairs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from priam.names.folding import fold, surname_base
from priam.names.marginals import one_to_one_marginals
from priam.names.transliteration import romanise

WORDS = st.text("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", min_size=3, max_size=14)
LOOKS = str.maketrans("асеорхі", "aceopxi")


@given(WORDS)
def test_a_fold_is_plain_and_the_same_for_capitals(word: str) -> None:
    assert set(fold(word)) <= set("abcdefghijklmnopqrstuvwxyz")
    assert fold(word) == fold(word.upper()) == fold(word.title())


@given(WORDS)
def test_look_alike_letters_leave_the_fold_unchanged(word: str) -> None:
    """One Latin letter inside a Cyrillic word; the rest says which alphabet is meant."""
    word = "щ" + word + "жд"
    for at, char in enumerate(word):
        mixed = word[:at] + char.translate(LOOKS) + word[at + 1 :]
        assert fold(mixed) == fold(word)


@given(WORDS)
def test_the_gender_is_taken_off_both_forms(word: str) -> None:
    assert surname_base(word + "ська") == surname_base(word + "ський")


@given(WORDS)
def test_romanising_leaves_latin_alone(word: str) -> None:
    latin = romanise(word, "kmu-2010")
    assert romanise(latin, "kmu-2010") == latin


EDGES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(0.01, 50)),
    min_size=1,
    max_size=10,
    unique_by=lambda edge: edge[:2],
)


@given(EDGES, st.permutations(range(5)))
def test_lists_may_change_places_and_rows_their_numbers(
    edges: list[tuple[int, int, float]], numbers: list[int]
) -> None:
    left, right = (np.array([edge[side] for edge in edges]) for side in (0, 1))
    odds = np.array([edge[2] for edge in edges])
    found = one_to_one_marginals(left, right, odds, (5, 5))
    turned = one_to_one_marginals(right, left, odds, (5, 5))
    named = one_to_one_marginals(np.array(numbers)[left], right, odds, (5, 5))
    np.testing.assert_allclose(found, turned, atol=1e-4)
    np.testing.assert_allclose(found, named, atol=1e-9)
    assert found.min() >= 0
    assert found.max() <= 1
