"""Every sentence that the library writes for a page has its translation."""

from __future__ import annotations

import itertools

import pytest
from django.utils import translation

from priam.genetics.profiles import Profile, consensus
from priam.identification.conclusions import Alternative, FamilyNotes, propose
from priam.identification.contradictions import Facts, contradictions
from priam.identification.evidence import LINES
from priam.identification.incoming import quality_reason
from priam.identification.relatives import Ask
from priam.identification.settings import Population, Profiles
from priam.identification.sides import Sides


def proposals() -> set[str]:
    """Reasons and needs over many constellations."""
    found: set[str] = set()
    sides = Sides(0.2, 0.2, "", False)
    for posterior, lr, mismatches, other, relatives, fit in itertools.product(
        (0.2, 0.96, 0.9999999), (3.0, 12.0), (0, 3), (None, -2.0), (1, 2), (None, -5.0)
    ):
        asked = [Ask("F1-MO", 0.9, 9.0, 0.1, 3.0), Ask("F1-S", 0.5, 5.0, 0.1, 3.0, False)]
        ask = tuple(asked if relatives == 1 else [])
        notes = {"F": FamilyNotes(relatives, fit)}
        one = Alternative("a", "F", posterior, lr, 20, mismatches, other, None, 0.5)
        two = Alternative("b", "F", (1 - posterior) / 2, lr - 1, 20, 0)
        close = Alternative("c", "F", 0.79, lr, 20, 0)
        for alternatives in ([one], [one, two], [one, close], []):
            made = propose(
                "I", alternatives, notes, Population(), 8.0, sides, lambda *_, ask=ask: ask
            )
            found |= {*made.reasons, *made.needs}
    return found


def gate() -> set[str]:
    calls = {"FGA": ("20", "21"), "TH01": ("6", "7"), "D3S1358": ("15", "16"),
             "vWA": ("17", "18"), "TPOX": ("8", "9")}  # fmt: skip
    staff = {"S1": {marker: (a, b) for marker, (a, b) in calls.items()}}
    mixed = Profile.of("x", {**calls, "FGA": ("20", "21", "22"), "TH01": ("6", "7", "8")})
    plain = Profile.of("x", calls)
    return {
        quality_reason(mixed, {}, Profiles()),
        quality_reason(plain, staff, Profiles()),
        quality_reason(plain, {}, Profiles()),
    }


def flags() -> set[str]:
    odd = Profile.of(
        "x",
        {"FGA": ("20", "21", "22"), "TH01": ("OL", "7"), "vWA": ("17",), "TPOX": ("<8", "9"),
         "AMEL": ("Y",), "DXS10074": ("8", "9")},
        single="partial", male=True,
    )  # fmt: skip
    strange = Profile.of("x", {"AMEL": ("X", "Z")})
    one = Profile.of("x", {"FGA": ("20", "21"), "AMEL": ("X", "Y")})
    two = Profile.of("x", {"FGA": ("20", "23"), "AMEL": ("X", "X")})
    made = consensus([one, two]).profile
    return {flag.text for profile in (odd, strange, made) for flag in profile.flags}


def clashes() -> set[str]:
    told = [
        Facts(mismatches=3), Facts(log10_lr=-4.0), Facts(excluded=True),
        Facts(last_seen="2026-01", received="2025-01-01"),
        Facts(born=(1980, 1981), age=(18, 25), received="2025-01-01"),
    ]  # fmt: skip
    for one, two in (("male", "female"), ("female", "male")):
        told += [Facts(dna_sex=one, missing_sex=two), Facts(examined_sex=one, missing_sex=two)]
    return {found.words for facts in told for found in contradictions(facts)}


def models() -> set[str]:
    return {line.model for line in LINES if line.name in ("sex", "age", "stature", "dental")}


@pytest.mark.parametrize("made", [proposals, gate, flags, clashes, models])
@pytest.mark.parametrize("language", ["uk", "ru"])
def test_every_sentence_of_the_library_is_translated(made, language: str) -> None:
    from priam_office.laboratory.reasons import in_words

    texts = made()
    assert len(texts) >= 3 and "" not in texts
    with translation.override(language):
        for text in texts:
            shown = in_words(text)
            assert shown != text and "%(" not in shown, text


def test_words_of_people_are_shown_as_they_are() -> None:
    from priam_office.laboratory.reasons import in_words

    with translation.override("uk"):
        assert in_words("He telephoned.") == "He telephoned."


def test_numbers_and_members_are_written_as_pages_write_them() -> None:
    from priam_office.laboratory.reasons import in_words

    family = "01976b4e-7a00-7cc3-98c4-dc0c0c07398f"
    with translation.override("uk"):
        said = in_words(
            f"Posterior over 99.995 % for {family}; log10 LR 10.49 over 24 markers, 6.40 required "
            "for the declared population."
        )
        assert "99,995" in said and "10,49" in said and "6,40" in said and "." not in said[:-1]
        asked = in_words(
            f"a sample of {family}:p2: 100 of 100 such families then reach the required LR, now "
            "97 (expected log10 LR 21.8, now 8.8)"
        )
        assert "№ p2" in asked and "21,8" in asked and "c07398f" not in asked
        assert "9.3" in in_words("one allele of two observed: 9.3")
    with translation.override("en"):
        assert in_words("log10 LR -1.20 speaks against the relation").startswith("log10 LR -1.20")
