"""What is known of a missing person, and what an examiner would say of the remains."""

from __future__ import annotations

import numpy as np

__all__ = ["EXAMINATION_FIELDS", "PERSON_FIELDS", "describe_person", "examine", "note_side"]

PERSON_FIELDS = (
    "person", "family", "sex", "birth_year", "stature_cm", "dental", "mark", "effect",
    "last_seen_place", "last_seen",
)  # fmt: skip
EXAMINATION_FIELDS = (
    "case", "sex", "age_low", "age_high", "stature_cm", "dental", "mark", "effect",
    "found_place", "found", "side",
)  # fmt: skip

_PLACES = ("north", "river", "steppe", "town", "coast", "ridge")
_MARKS = ("", "", "", "tattoo, left arm", "tattoo, chest", "healed fracture, left tibia", "scar")
_EFFECTS = ("", "", "", "", "cross on a chain", "ring, engraved", "identity tag")


def describe_person(person: str, family: str, rng: np.random.Generator) -> dict[str, str]:
    """One row of ``persons.csv``; nothing in it stands for a real person."""
    return {
        "person": person,
        "family": family,
        "sex": "male" if rng.random() < 0.985 else "female",
        "birth_year": str(int(rng.normal(1986, 9))),
        "stature_cm": str(round(float(rng.normal(177, 6.5)))),
        "dental": "".join("x" if rng.random() < 0.12 else "." for _ in range(8)),
        "mark": str(rng.choice(_MARKS)),
        "effect": str(rng.choice(_EFFECTS)),
        "last_seen_place": str(rng.choice(_PLACES)),
        "last_seen": f"2024-{int(rng.integers(1, 13)):02d}",
    }


def examine(case: str, person: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
    """One row of ``examinations.csv``: the person as an examiner would record the remains."""
    age = 2025 - int(person["birth_year"]) + float(rng.normal(0, 3))
    width = float(rng.choice([5, 8, 12]))
    dental = "".join(
        "?" if rng.random() < 0.2 else ("x" if c == "." and rng.random() < 0.05 else c)
        for c in person["dental"]
    )
    place = person["last_seen_place"] if rng.random() < 0.8 else str(rng.choice(_PLACES))
    return {
        "case": case,
        "sex": person["sex"] if rng.random() < 0.97 else "",
        "age_low": str(max(16, round(age - width))),
        "age_high": str(max(18, round(age + width))),
        "stature_cm": str(round(float(person["stature_cm"]) + float(rng.normal(0, 3.5)))),
        "dental": dental,
        "mark": person["mark"] if rng.random() < 0.6 else "",
        "effect": person["effect"] if rng.random() < 0.5 else "",
        "found_place": place,
        "found": person["last_seen"],
    }


def note_side(other: bool, rng: np.random.Generator) -> str:
    """What uniform, tags and papers say of the side: nothing in six cases of ten.

    Effects change hands: a note is wrong in 5 % for the other side, in 2 % for the own.
    """
    if rng.random() >= 0.4:
        return ""
    return "other" if rng.random() < (0.95 if other else 0.02) else "own"
