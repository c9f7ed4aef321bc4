"""Evidence beside DNA: what fits speaks for, what does not against, silence says nothing."""

from __future__ import annotations

import pytest

from priam.identification.evidence import LINES, weigh

PERSON = {"sex": "male", "birth_year": "1985", "stature_cm": "180", "dental": "x...x...",
          "mark": "scar", "effect": "ring, engraved", "last_seen_place": "river"}  # fmt: skip
FITS = {"sex": "male", "age_low": "35", "age_high": "45", "stature_cm": "181",
        "dental": "x...x...", "mark": "scar", "effect": "ring, engraved",
        "found_place": "river"}  # fmt: skip
OTHER = {"sex": "female", "age_low": "18", "age_high": "24", "stature_cm": "160",
         "dental": ".xxx.xxx", "mark": "tattoo, chest", "effect": "identity tag",
         "found_place": "coast"}  # fmt: skip


@pytest.mark.parametrize("line", [line.name for line in LINES])
def test_each_line_speaks_for_what_fits_and_against_what_does_not(line):
    fits = {f.line: f.lr for f in weigh(FITS, PERSON, 2025)}
    other = {f.line: f.lr for f in weigh(OTHER, PERSON, 2025)}
    assert fits[line] >= 1.0 - 0.02 * (line == "sex")
    assert other[line] < 1.0


def test_silence_on_either_side_says_nothing():
    assert weigh({}, PERSON, 2025) == ()
    assert weigh(FITS, {}, 2025) == ()


def test_no_line_decides_alone():
    for remains in (FITS, OTHER):
        assert all(1e-3 <= f.lr <= 1e3 for f in weigh(remains, PERSON, 2025))


def test_every_line_states_its_model_and_source():
    assert all(line.model and line.source for line in LINES)
