"""How two records are compared: fields, levels, and the error model behind the starting weights.

Each :class:`Field` has levels from best to worst, written as SQL over the folded columns of
:mod:`priam.names.records`. ``same`` is the share of pairs of *one* person that fall on the level,
``kin`` the share among pairs of close relatives (brothers), ``chance`` that among unrelated
people. They are starting values and priors:
:mod:`priam.names.estimation` learns from the lists. A ``tied`` level is not learned: it is that
many times as frequent as the level before it, because what is spoiled beyond recognition is rare
beside what is half spoiled. So a wholly different given name is all but a veto (brothers always
have one), and the more so, the cleaner the lists. An ``abridged`` level says less without saying
anything wrong (an initial, a year alone), so it is no sign of a careless row. A ``counted`` level
carries its evidence itself; one that is not says in words what another field has counted (names in
each other's place are one fact, not two).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FIELDS", "SURNAME", "Field", "Level"]


@dataclass(frozen=True)
class Level:
    """One degree of agreement; ``sql`` is tried after the levels before it."""

    label: str
    sql: str
    same: float
    kin: float
    chance: float
    frequency: bool = False
    tied: float = 0.0
    abridged: bool = False
    counted: bool = True


@dataclass(frozen=True)
class Field:
    """A compared field; ``frequency`` names the column whose rarity counts at exact agreement."""

    name: str
    null: str
    levels: tuple[Level, ...]
    frequency: str = ""


def _missing(*columns: str) -> str:
    return " OR ".join(f"{column}_{side} IS NULL" for column in columns for side in "lr")


def _edits(column: str) -> str:
    return f"damerau_levenshtein({column}_l, {column}_r)"


def _alike(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _initial(column: str, letters: str) -> str:
    return f"({_one_letter(column)}) AND list_has_any({letters}_l, {letters}_r)"


def _one_letter(column: str) -> str:
    return f"length({column}_l) = 1 OR length({column}_r) = 1"


_EXCHANGED = (
    "length(given_fold_l) > 2 AND length(given_fold_r) > 2 "
    "AND length(surname_l) > 2 AND length(surname_r) > 2 "
    "AND damerau_levenshtein(surname_l, given_fold_r) <= length(surname_l) // 4 "
    "AND damerau_levenshtein(given_fold_l, surname_r) <= length(given_fold_l) // 4"
)

_PART = "array_length(surname_parts_l) + array_length(surname_parts_r) > 2 AND "
SURNAME = Field(
    "surname",
    _missing("surname"),
    (
        Level("same", "surname_l = surname_r", 0.70, 0.70, 0.001, frequency=True),
        Level(
            "a part of a double surname, or a former one",
            _PART + "list_has_any(surname_parts_l, surname_parts_r)",
            0.02,
            0.02,
            0.0005,
        ),
        Level("same consonants", "surname_skeleton_l = surname_skeleton_r", 0.09, 0.09, 0.002),
        Level(
            "one letter apart",
            f"{_edits('surname')} <= 1 AND length(surname_l) > 3",
            0.11,
            0.11,
            0.001,
        ),
        Level(
            "two letters apart",
            f"{_edits('surname')} <= 2 AND length(surname_l) > 5",
            0.04,
            0.04,
            0.004,
        ),
        Level(
            "alike",
            f"{_alike('surname', 0.86)} OR {_edits('surname_skeleton')} <= 1 "
            "AND length(surname_skeleton_l) > 3",
            0.02,
            0.02,
            0.01,
        ),
        Level("in the place of the given name", _EXCHANGED, 0.01, 1e-5, 1e-5),
        Level(
            "partly alike",
            f"{_edits('surname')} * 2 <= greatest(length(surname_l), length(surname_r))",
            0.01,
            0.01,
            0.02,
        ),
        Level("different", "", 0.01, 0.01, 0.9615),
    ),
    frequency="surname",
)

_BOTH_KNOWN = "given_known_l AND given_known_r AND given_l <> given_r"
GIVEN = Field(
    "given",
    _missing("given"),
    (
        Level(
            "initial", _initial("given_fold", "given_initials"), 0.03, 0.02, 0.003, abridged=True
        ),
        Level("same", "given_l = given_r", 0.85, 0.002, 0.04, frequency=True),
        Level(
            "same consonants",
            f"given_skeleton_l = given_skeleton_r AND NOT ({_BOTH_KNOWN})",
            0.04,
            0.005,
            0.003,
        ),
        Level(
            "one letter apart",
            f"{_edits('given_fold')} <= 1 AND length(given_fold_l) > 3",
            0.04,
            0.01,
            0.004,
        ),
        Level(
            "alike",
            f"{_edits('given_fold')} <= 2 AND length(given_fold_l) > 5 "
            f"AND {_edits('given_skeleton')} <= 1 AND NOT ({_BOTH_KNOWN})",
            0.02,
            0.05,
            0.02,
        ),
        Level("in the place of the surname", _EXCHANGED, 0.01, 1e-5, 1e-5, counted=False),
        Level("initials differ", _one_letter("given_fold"), 0.004, 0.05, 0.05),
        Level(
            "partly alike",
            f"{_edits('given_fold')} * 2 <= greatest(length(given_fold_l), length(given_fold_r)) "
            f"AND NOT ({_BOTH_KNOWN})",
            0.01,
            0.08,
            0.08,
        ),
        Level("different", "", 0.001, 0.78, 0.8, tied=0.1),
    ),
    frequency="given",
)

PATRONYMIC = Field(
    "patronymic",
    _missing("patronymic"),
    (
        Level(
            "initial",
            _initial("patronymic", "patronymic_initials"),
            0.03,
            0.03,
            0.003,
            abridged=True,
        ),
        Level("same", "patronymic_l = patronymic_r", 0.86, 0.86, 0.04, frequency=True),
        Level(
            "same consonants", "patronymic_skeleton_l = patronymic_skeleton_r", 0.03, 0.03, 0.003
        ),
        Level(
            "one letter apart",
            f"{_edits('patronymic')} <= 1 AND length(patronymic_l) > 3",
            0.04,
            0.04,
            0.004,
        ),
        Level(
            "alike",
            f"{_edits('patronymic')} <= 2 AND length(patronymic_l) > 5 "
            f"OR {_alike('patronymic', 0.9)}",
            0.02,
            0.02,
            0.02,
        ),
        Level("different", "", 0.02, 0.02, 0.93),
    ),
    frequency="patronymic",
)


_DATE_CHANCE = (0.0001, 0.002, 0.0001, 0.0007, 0.003, 0.003, 0.05, 0.15, 0.7911)


def _date_field(what: str, kin: tuple[float, ...], same: tuple[float, ...]) -> Field:
    y, m, d = (f"{what}_{part}" for part in ("year", "month", "day"))

    def equal(column: str) -> str:
        return f"{column}_l = {column}_r"

    def open_or_equal(column: str) -> str:
        return f"({column}_l IS NULL OR {column}_r IS NULL OR {equal(column)})"

    full = f"{m}_l IS NOT NULL AND {m}_r IS NOT NULL AND {d}_l IS NOT NULL AND {d}_r IS NOT NULL"
    two = (
        f"CAST({equal(y)} AS INT) + CAST(coalesce({equal(m)}, false) AS INT) "
        f"+ CAST(coalesce({equal(d)}, false) AS INT)"
    )
    text = {
        side: f"CAST({y}_{side} * 10000 + coalesce({m}_{side}, 0) * 100 + coalesce({d}_{side}, 0) "
        "AS VARCHAR)"
        for side in "lr"
    }
    # by whole numbers, because every compared pair comes here: one digit wrong, or two exchanged
    year_digit = (
        f"{y}_l // 100 = {y}_r // 100 AND ({y}_l // 10 = {y}_r // 10 OR {y}_l % 10 = {y}_r % 10 "
        f"OR {y}_l % 10 = {y}_r // 10 % 10 AND {y}_l // 10 % 10 = {y}_r % 10)"
    )
    month_digit = f"{m}_l // 10 = {m}_r // 10 OR {m}_l % 10 = {m}_r % 10"
    sqls = (
        ("same", f"{equal(y)} AND {equal(m)} AND {equal(d)}"),
        (
            "no contradiction, parts missing",
            f"{equal(y)} AND {open_or_equal(m)} AND {open_or_equal(d)} AND NOT ({full})",
        ),
        ("day and month exchanged", f"{equal(y)} AND {m}_l = {d}_r AND {d}_l = {m}_r"),
        ("one digit apart", f"{full} AND damerau_levenshtein({text['l']}, {text['r']}) <= 1"),
        ("two of day, month and year", f"{full} AND {two} = 2"),
        (
            "one digit apart, day not known",
            f"NOT ({full}) AND ({equal(m)} AND {year_digit} OR {equal(y)} AND ({month_digit}))",
        ),
        ("year within one", f"abs({y}_l - {y}_r) <= 1"),
        ("one digit of the year apart", year_digit),
        ("different", ""),
    )
    levels = tuple(
        Level(label, sql, s, k, c, abridged="missing" in label)
        for (label, sql), s, k, c in zip(sqls, same, kin, _DATE_CHANCE, strict=True)
    )
    return Field(f"{what}_date", _missing(y), levels)


BIRTH = _date_field(
    "birth",
    kin=(0.01, 0.02, 0.0005, 0.004, 0.01, 0.01, 0.1, 0.1, 0.7455),
    same=(0.74, 0.11, 0.02, 0.05, 0.03, 0.01, 0.015, 0.01, 0.005),
)

# Place, unit, date and place of death belong together: people of one unit die in one place on one
# day. They are one comparison, by how many of them agree and how many contradict each other.
_AGREE = {
    "place": ("list_has_any(place_l, place_r)", "place_l IS NULL OR place_r IS NULL"),
    "unit": ("list_has_any(unit_l, unit_r)", "unit_l IS NULL OR unit_r IS NULL"),
    "death": (
        "death_year_l = death_year_r AND coalesce(death_month_l = death_month_r, true) "
        "AND coalesce(death_day_l = death_day_r, true)",
        "death_year_l IS NULL OR death_year_r IS NULL",
    ),
    "death_place": (
        "list_has_any(death_place_l, death_place_r)",
        "death_place_l IS NULL OR death_place_r IS NULL",
    ),
}


def _count(which: int) -> str:
    """SQL for how many of the four agree (0) or contradict each other (1)."""
    terms = []
    for agrees, unknown in _AGREE.values():
        test = agrees if which == 0 else f"NOT ({agrees})"
        terms.append(f"CASE WHEN {unknown} THEN 0 WHEN {test} THEN 1 ELSE 0 END")
    return "(" + " + ".join(terms) + ")"


CONTEXT = Field(
    "place_unit_death",
    " AND ".join(f"({unknown})" for _, unknown in _AGREE.values()),
    (
        Level("three or four agree", f"{_count(0)} >= 3", 0.35, 0.05, 0.001),
        Level("two agree, none against", f"{_count(0)} = 2 AND {_count(1)} = 0", 0.25, 0.12, 0.005),
        Level("two agree, some against", f"{_count(0)} = 2", 0.12, 0.13, 0.02),
        Level("one agrees, none against", f"{_count(0)} = 1 AND {_count(1)} = 0", 0.12, 0.2, 0.05),
        Level("one agrees, some against", f"{_count(0)} = 1", 0.11, 0.3, 0.2),
        Level("none agrees", "", 0.05, 0.2, 0.724),
    ),
)

TAG = Field(
    "tag",
    _missing("tag"),
    (
        Level("same", "tag_l = tag_r", 0.9, 0.0002, 1e-05),
        Level("one sign apart", f"{_edits('tag')} <= 1 AND length(tag_l) > 4", 0.07, 0.002, 0.0001),
        Level("different", "", 0.03, 0.9978, 0.99989),
    ),
)

FIELDS: tuple[Field, ...] = (SURNAME, GIVEN, PATRONYMIC, BIRTH, CONTEXT, TAG)
