"""Forty names by the published rules, and thousands against three other programs.

The forty are written from the rules themselves: Cabinet of Ministers of Ukraine No. 55 of 2010
(Ukrainian), ICAO Doc 9303 part 3 section 6 and BGN/PCGN 1947 (Russian). Oracles: translitua 2.0,
uklatn 1.20, iuliia 0.13.
"""

from __future__ import annotations

import re

import iuliia
import numpy as np
import pytest
import translitua
import uklatn
from names_translator.dicts import default_dicts

from priam.names.transliteration import cyrillic_readings, romanise, systems

KMU = """
Алушта Alushta|Борщагівка Borshchahivka|Вінниця Vinnytsia|Гадяч Hadiach|Згорани Zghorany
Ґалаґан Galagan|Донецьк Donetsk|Єнакієве Yenakiieve|Гаєвич Haievych|Короп'є Koropie
Житомир Zhytomyr|Закарпаття Zakarpattia|Медвин Medvyn|Іршава Irshava|Їжакевич Yizhakevych
Кадиївка Kadyivka|Мар'їне Marine|Йосипівка Yosypivka|Стрий Stryi|Олексій Oleksii
Харків Kharkiv|Біла Bila|Розгон Rozghon|Щербухи Shcherbukhy|Гоща Hoshcha|Юрій Yurii
Крюківка Kriukivka|Яготин Yahotyn
"""
RUSSIAN = """
Пётр Petr Pëtr|Сергей Sergei Sergey|Юрьев Iurev Yur’yev|Ельцин Eltsin Yel’tsin
Щукин Shchukin Shchukin|Объедков Obieedkov Ob”yedkov|Андреев Andreev Andreyev
Цветаева Tsvetaeva Tsvetayeva|Эйхе Eikhe Eykhe|Яковлев Iakovlev Yakovlev
Соловьёв Solovev Solov’yëv|Рыжий Ryzhii Ryzhiy
"""


def rows(text: str) -> list[list[str]]:
    return [row.split() for line in text.strip().splitlines() for row in line.split("|")]


def test_forty_names_are_forty() -> None:
    assert len(rows(KMU)) + len(rows(RUSSIAN)) == 40


@pytest.mark.parametrize(("cyrillic", "latin"), rows(KMU))
def test_ukrainian_names_by_the_resolution(cyrillic: str, latin: str) -> None:
    assert romanise(cyrillic, "kmu-2010") == latin


@pytest.mark.parametrize(("cyrillic", "icao", "bgn"), rows(RUSSIAN))
def test_russian_names_by_icao_and_bgn(cyrillic: str, icao: str, bgn: str) -> None:
    assert romanise(cyrillic, "icao-9303-ru") == icao
    assert romanise(cyrillic, "bgn-pcgn-ru") == bgn


@pytest.mark.parametrize(
    ("cyrillic", "system", "latin"),
    [
        ("Кавалёў", "icao-9303-be", "Kavaliou"),
        ("Кавалёў", "bgn-pcgn-be", "Kavalyow"),
        ("Згурський", "icao-9303-uk", "Zhurskyi"),
        ("Цыганов", "gost-r-52535", "Tcyganov"),
        ("Хрущёв", "gost-r-7-0-34", "Xrushhyov"),
        ("Цыганов", "gost-7-79-b-ru", "Cy`ganov"),
        ("Щёголев", "iso-9", "Ŝëgolev"),
        ("ЩЕРБА", "kmu-2010", "SHCHERBA"),
    ],
)
def test_other_systems(cyrillic: str, system: str, latin: str) -> None:
    assert romanise(cyrillic, system) == latin


def sample(language: str, size: int = 150) -> list[str]:
    surnames = default_dicts().as_dict("last")
    if language == "uk":
        pool = [name.replace("’", "'").title() for name in surnames]
        shape = r"[А-ЩЬЮЯҐЄІЇ][а-щьюяґєії]+"
    else:
        pool = sorted({name for names in surnames.values() for name in names})
        shape = r"[А-ЯЁ][а-яё]+"
    fitting = [name for name in pool if re.fullmatch(shape, name)]
    chosen = np.random.default_rng(7).choice(len(fitting), size, replace=False)
    return [fitting[index] for index in chosen]


SIGNS = str.maketrans({"′": "'", "ʹ": "'", "’": "'", "`": "'", "ʺ": '"', "″": '"', "”": '"'})


@pytest.mark.parametrize(
    ("system", "table"),
    [
        ("kmu-2010", translitua.UkrainianKMU),
        ("bgn-pcgn-uk-2019", translitua.UkrainianBGN2019),
        ("bgn-pcgn-uk-1965", translitua.UkrainianBGN),
        ("iso-9", translitua.UkrainianISO9),
    ],
)
def test_ukrainian_against_translitua(system: str, table: object) -> None:
    """The signs for ь and ’ are typed differently; every letter agrees."""
    for name in sample("uk"):
        ours, theirs = romanise(name, system), translitua.translit(name, table)
        assert ours.translate(SIGNS) == theirs.translate(SIGNS)


def test_ukrainian_against_uklatn() -> None:
    for name in sample("uk"):
        assert romanise(name, "kmu-2010") == uklatn.encode(name, table=uklatn.KMU_55)


@pytest.mark.parametrize(
    ("system", "table"),
    [
        ("icao-9303-ru", translitua.RussianICAO),
        ("gost-r-52535", translitua.RussianGOST2006),
        ("iso-9", translitua.RussianISO9SystemA),
        ("gost-7-79-b-ru", translitua.RussianISO9SystemB),
    ],
)
def test_russian_against_translitua(system: str, table: object) -> None:
    for name in sample("ru"):
        ours, theirs = romanise(name, system), translitua.translit(name, table)
        assert ours.translate(SIGNS) == theirs.translate(SIGNS)


@pytest.mark.parametrize(
    ("system", "schema"),
    [
        ("icao-9303-ru", iuliia.ICAO_DOC_9303),
        ("gost-r-52535", iuliia.GOST_52535),
        ("gost-r-7-0-34", iuliia.GOST_7034),
        ("gost-7-79-b-ru", iuliia.GOST_779_ALT),
    ],
)
def test_russian_against_iuliia(system: str, schema: iuliia.Schema) -> None:
    """iuliia writes cz before ю, я and ё; the standard (and translitua) c before y."""
    for name in sample("ru"):
        if system.startswith("gost-7-79") and re.search("ц[юяё]", name.lower()):
            continue
        assert romanise(name, system) == schema.translate(name)


@pytest.mark.parametrize("key", list(systems()))
def test_every_reading_romanises_to_the_same_text(key: str) -> None:
    """The law of the way back; a reversible system gives the very word."""
    language = systems()[key].languages[0]
    for name in sample("ru" if language == "ru" else "uk", 60):
        if language == "be" and set(name.lower()) & set("иїєщ"):
            continue
        latin = romanise(name, key)
        readings = cyrillic_readings(latin, key)
        assert all(romanise(reading, key) == latin for reading in readings)
        if systems()[key].reversible:
            assert readings == [name]


@pytest.mark.slow
def test_three_thousand_names_against_translitua() -> None:
    """The tests above take 150 names each; here the Ukrainian tables get 3,000."""
    tables = [
        ("uk", "kmu-2010", translitua.UkrainianKMU),
        ("uk", "bgn-pcgn-uk-2019", translitua.UkrainianBGN2019),
        ("uk", "bgn-pcgn-uk-1965", translitua.UkrainianBGN),
        ("uk", "iso-9", translitua.UkrainianISO9),
    ]
    for language, system, table in tables:
        for name in sample(language, 3000):
            theirs = translitua.translit(name, table).translate(SIGNS)
            assert romanise(name, system).translate(SIGNS) == theirs
