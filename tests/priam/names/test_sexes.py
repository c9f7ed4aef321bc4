"""What a row shows of the sex, and that it is unknown where nothing is plain."""

from __future__ import annotations

import pytest

from priam.names.sexes import sex_of_names, sex_said


@pytest.mark.parametrize(
    ("surname", "given", "patronymic"),
    [
        ("Коваль", "Олена", "Петрівна"),
        ("Коваль", "О.", "Петровна"),
        ("Koval", "O.", "Petrivna"),
        ("Kowal", "O.", "Iljiniczna"),
        ("Бойко", "Ніка", "Лукінічна"),
        ("Каваль", "А.", "Пятроўна"),
        ("Алієва", "Г.", "Ахмед кизи"),
        ("Koval", "Tetiana", ""),
        ("Коваль", "Любовь", ""),
        ("Ковальська", "О.", ""),
        ("Щербакова", "О.", "П."),
    ],
)
def test_women(surname: str, given: str, patronymic: str) -> None:
    assert sex_of_names(surname, given, patronymic) == "female"


@pytest.mark.parametrize(
    ("surname", "given", "patronymic"),
    [
        ("Коваль", "Микола", "Петрович"),
        ("Галушина", "Ілля", ""),
        ("Сова", "Никита", "П."),
        ("Koval", "Nikita", ""),
        ("Koval", "O.", "Petrovych"),
        ("Коваль", "Лука", "Ілліч"),
        ("Мамедов", "Р.", "Ахмед оглы"),
        ("Koval", "Sasha", ""),
    ],
)
def test_men(surname: str, given: str, patronymic: str) -> None:
    assert sex_of_names(surname, given, patronymic) == "male"


@pytest.mark.parametrize(
    ("surname", "given", "patronymic"),
    [("Коваль", "О.", "П."), ("Сова", "", ""), ("Калина", "Щебробора", ""), ("", "", "")],
)
def test_unknown(surname: str, given: str, patronymic: str) -> None:
    assert sex_of_names(surname, given, patronymic) == ""


def test_a_cell_says_it() -> None:
    assert [sex_said(cell) for cell in ("Ж", "жін.", "F", "2", " М", "male", "?", "")] == [
        *["female"] * 4, *["male"] * 2, "", "",
    ]  # fmt: skip
