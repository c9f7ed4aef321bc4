import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priam.labels.tags import ALPHABET, BODY_LENGTH, PREFIX, TagError, issue, likely, parse

seeds = st.integers(0, 2**32)


def tag_of(seed: int) -> str:
    return issue(1, random.Random(seed).choice)[0]


@given(seeds)
def test_an_issued_tag_is_read_back(seed):
    tag = tag_of(seed)
    assert parse(tag) == tag
    assert "*" not in tag
    assert set(tag.removeprefix("PRM-")) <= set(ALPHABET)
    assert len(tag) == len(PREFIX) + 1 + BODY_LENGTH + 1


@given(seeds, st.integers(4, 12), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_found_and_the_right_tag_named(seed, place, other):
    tag = tag_of(seed)
    if tag[place] == other:
        return
    typed = tag[:place] + other + tag[place + 1 :]
    with pytest.raises(TagError) as caught:
        parse(typed)
    assert tag in likely(typed.removeprefix("PRM-"))
    with pytest.raises(TagError) as caught:
        parse(typed, known={tag})
    assert caught.value.suggestions == (tag,)
    assert tag in str(caught.value)


@given(seeds, st.integers(4, 11))
def test_every_swap_of_neighbours_is_found_and_the_right_tag_named(seed, place):
    tag = tag_of(seed)
    if tag[place] == tag[place + 1]:
        return
    typed = tag[:place] + tag[place + 1] + tag[place] + tag[place + 2 :]
    with pytest.raises(TagError) as caught:
        parse(typed, known={tag})
    assert caught.value.suggestions == (tag,)


@given(seeds)
def test_odd_ways_of_writing_are_understood(seed):
    tag = tag_of(seed)
    body = tag.removeprefix("PRM-")
    for written in (tag.lower(), f"  {tag}\n", f"PRM{body}", f"prm – {body[:4]} {body[4:]}"):
        assert parse(written) == tag


@given(seeds)
def test_a_scanner_on_a_cyrillic_layout_is_understood(seed):
    tag = tag_of(seed)
    latin = "QWERTYUIOPASDFGHJKLZXCVBNM"
    for keys in ("ЙЦУКЕНГШЩЗФІВАПРОЛДЯЧСМИТЬ", "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ"):
        assert parse(tag.translate(str.maketrans(latin, keys))) == tag


def test_letters_that_look_like_digits_are_read_as_digits():
    tag = next(t for t in issue(500, random.Random(1).choice) if "0" in t and "1" in t)
    body = tag.removeprefix("PRM-")
    assert parse("PRM-" + body.replace("0", "O").replace("1", "l")) == tag


def test_a_lost_or_doubled_character_names_the_known_tag():
    tag = tag_of(7)
    for typed in (tag[:-2] + tag[-1], tag[:6] + tag[6] + tag[6:]):
        with pytest.raises(TagError) as caught:
            parse(typed, known={tag, tag_of(8)})
        assert caught.value.suggestions == (tag,)


@pytest.mark.parametrize("text", ["", "X", "PRM-", "PRM-*", "200-UA-17", "PRM-ЖЖЖЖЖЖЖЖЖ"])
def test_what_is_no_tag_is_refused(text):
    with pytest.raises(TagError):
        parse(text)


def test_taken_tags_are_not_issued_again():
    first = issue(50, random.Random(3).choice)
    second = issue(50, random.Random(3).choice, taken=first)
    assert not set(first) & set(second)
    assert len(set(first + second)) == 100
