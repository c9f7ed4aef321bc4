"""Spellings of one name fold together; different names stay apart."""

from __future__ import annotations

import pytest

from priam.names.folding import fold, skeleton, surname_base
from priam.names.given import given_key, known_given, own_table
from priam.names.letters import clean, guess_language, mend_mixed, script
from priam.names.patronymics import is_patronymic, patronymic_key
from priam.names.transliteration import romanise, systems


@pytest.mark.parametrize(
    "spellings",
    [
        "Щербак Shcherbak Szczerbak Schtscherbak Ŝerbak Shherbak Sherbak",
        "Залізняк Зализняк Zaliznyak Zalizniak Zaliznâk Zaliznjak",
        "Мар'яненко Мар’яненко Марьяненко Marianenko Mar'yanenko",
        "Зеленська Зеленская Zelenskaya Зеленський Zelenskyi Zelensky Zelenskij",
        "Чорна Чорний Chornyi",
    ],
)
def test_spellings_of_one_surname_fold_together(spellings: str) -> None:
    assert len({surname_base(word) for word in spellings.split()}) == 1


def test_the_skeleton_survives_vowels_and_sibilants() -> None:
    words = ["Шевченко", "Szewczenko", "Schewtschenko", "Chevtchenko", "Ševčenko", "Шaвчeнкo"]
    assert len({skeleton(word) for word in words}) == 1
    assert (
        len({skeleton(word) for word in ["Кавалёў", "Ковалев", "Ковальов", "Kavaliou", "Kovaleff"]})
        == 1
    )


def test_a_latin_letter_inside_a_cyrillic_word_is_mended() -> None:
    assert mend_mixed("Шевчeнкo") == "Шевченко"
    assert mend_mixed("Iваненко") == "Іваненко"
    assert mend_mixed("Petrеnkо") == "Petrenko"
    assert script("Шевчeнко") == "mixed"
    assert fold("К0валь") == fold("Коваль")


def test_apostrophes_dashes_and_blanks_are_made_one() -> None:
    assert clean("Дем`ян\u00a0 Нечуй–Левицький\u200b") == "Дем’ян Нечуй-Левицький"


def test_languages_are_told_by_their_letters() -> None:
    guesses = [
        guess_language(word) for word in ["Сергій", "Цыганов", "Кавалёў", "Shevchenko", "Коваль"]
    ]
    assert guesses == ["uk", "ru", "be", "latin", ""]


@pytest.mark.parametrize("row", own_table(), ids=lambda row: "-".join(row[1]))
def test_every_form_of_a_row_is_one_name(row: tuple[tuple[str, ...], ...]) -> None:
    """Also in every romanisation of its Ukrainian and Russian form by the official systems."""
    key = given_key(row[0][0])
    for forms in row[:2]:
        assert given_key(forms[0]) == key
    assert given_key(romanise(row[0][0], "kmu-2010")) == key
    assert given_key(romanise(row[1][0], "icao-9303-ru")) == key
    assert given_key(romanise(row[1][0], "bgn-pcgn-ru")) == key


def test_different_names_stay_different() -> None:
    pairs = ["Володимир Владислав", "Олег Ольга", "Роман Руслан", "Марія Марина", "Іван Ян"]
    for pair in pairs:
        first, second = pair.split()
        assert given_key(first) != given_key(second), pair
    assert not known_given("Держибор")


@pytest.mark.parametrize(
    "forms",
    [
        "Іванович Ivanovich Иванович Іванавіч Iванiвна Ivanivna Ивановна Iwanowitsch Iwanowicz",
        "Олексійович Алексеевич Oleksiiovych Alekseevich Аляксеевіч Олексіївна",
        "Ілліч Ильич Illich Ilyich Іллівна Ильинична Ilinichna",
        "Миколайович Николаевич Mykolaiovych Nikolayevich Миколаївна",
        "Яковлевич Якович Yakovych Yakovlevich Якаўлевіч",
        "Ратиборович Ratyborovych Ратиборівна Ратиборовна Raciborovich",
    ],
)
def test_patronymics_share_the_fathers_name(forms: str) -> None:
    words = forms.split()
    assert all(is_patronymic(word) for word in words)
    keys = [patronymic_key(word) for word in words if not word.startswith("Rac")]
    assert len(set(keys)) == 1


def test_turkic_patronymics() -> None:
    assert patronymic_key("Мамед оглы") == patronymic_key("Mamed-oglu")


def test_every_system_names_its_source() -> None:
    assert all(system.source and system.title for system in systems().values())
    assert all(system.lost for system in systems().values() if not system.reversible)
