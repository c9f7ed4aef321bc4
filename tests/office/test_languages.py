"""No text is untranslated; the compiled catalogues are those of the sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from tests.office import messages

LANGUAGES = ("ru", "uk")
# What is right to be the same in all languages.
SAME = {"j F Y", "F Y", "j M Y, H:i"}


HOMES = messages.homes()
each_catalogue = pytest.mark.parametrize(
    ("home", "language"),
    [pytest.param(h, name, id=f"{h.name}-{name}") for h in HOMES for name in LANGUAGES],
)


@each_catalogue
def test_every_text_is_translated(home: Path, language: str) -> None:
    known = messages.catalogue(home, language)
    missing = []
    for context, text in messages.texts(home):
        message = known.get(text if isinstance(text, str) else text[0], context)
        forms = (
            [message.string] if message and isinstance(text, str) else message and message.string
        )
        if not forms or not all(forms):
            missing.append((context, text))
    assert missing == [], "run `python -m tests.office.messages` and translate"


@each_catalogue
def test_catalogues_are_as_the_sources_make_them(home: Path, language: str) -> None:
    po, mo = messages.bytes_of(messages.updated(home, language), language)
    assert (messages.folder(home, language) / "django.po").read_bytes() == po
    assert (messages.folder(home, language) / "django.mo").read_bytes() == mo


@each_catalogue
def test_translations_are_cyrillic_and_keep_their_places(home: Path, language: str) -> None:
    for message in messages.catalogue(home, language):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if not message.id or message.id in SAME:
            continue
        places = set(re.findall(r"%\(\w+\)s", originals[-1]))
        for form in forms:
            assert set(re.findall(r"%\(\w+\)s", form)) <= places
            assert re.search(r"[а-яіїєґ]", form, re.IGNORECASE), form
            if language == "ru":
                assert not re.search(r"[іїєґ]", form), form
            else:
                assert not re.search(r"[ыэъё]", form), form


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 1, "1 discrepancy"),
        ("en", 2, "2 discrepancies"),
        ("uk", 1, "1 розбіжність"),
        ("uk", 3, "3 розбіжності"),
        ("uk", 7, "7 розбіжностей"),
        ("uk", 11, "11 розбіжностей"),
        ("uk", 21, "21 розбіжність"),
        ("ru", 1, "1 расхождение"),
        ("ru", 4, "4 расхождения"),
        ("ru", 12, "12 расхождений"),
        ("ru", 101, "101 расхождение"),
    ],
)
def test_plural_forms(language: str, number: int, expected: str) -> None:
    with translation.override(language):
        text = translation.ngettext(
            "Arithmetic finds %(n)s discrepancy.", "Arithmetic finds %(n)s discrepancies.", number
        )
    assert expected in text % {"n": number}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "2025-06-16", "16 June 2025"),
        ("uk", "2025-06-16", "16 червня 2025"),
        ("ru", "2025-06-16", "16 июня 2025"),
        ("en", "2025-01", "January 2025"),
        ("uk", "2025-01", "січень 2025"),
        ("ru", "2025-01", "январь 2025"),
        ("en", "2025-13-40", "2025-13-40"),
        ("en", "spring", "spring"),
    ],
)
def test_dates_in_local_form(language: str, text: str, expected: str) -> None:
    from priam_office.public.words import when

    with translation.override(language):
        assert when(text).lower() == expected.lower()


@pytest.mark.parametrize(
    ("language", "value", "expected"),
    [
        ("en", 14480, "14,480"),
        ("uk", 14480, "14\u00a0480"),
        ("ru", 14480, "14\u00a0480"),
        ("en", None, "no figure"),
        ("en", 0, "0"),
    ],
)
def test_numbers_in_local_form(language: str, value: int | None, expected: str) -> None:
    from priam_office.public.words import number

    with translation.override(language):
        assert number(value) == expected


def test_languages_are_named_in_their_own_script() -> None:
    from django.conf import settings

    assert settings.LANGUAGES == [("en", "English"), ("ru", "Русский"), ("uk", "Українська")]


GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "reference" / "glossary.md"
# Words that the glossary replaced, which come back with every new hand.
WRONG = {
    "uk": r"\b(випад(ок|к(ом|у|а|и|ів|ами|ах))|решт(ки|ок|ками|ках)|бирк\w+|маніфест\w*"
    r"|індивід\w*)\b",
    "ru": r"\b(опозна\w+|ярлык\w*|бирк\w+|манифест\w*|индивид\w*)\b",
}


def glossary() -> list[tuple[str, dict[str, str]]]:
    """English term -> its Ukrainian and Russian, every form of every row."""
    terms = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or cells[0] in {"English", "---"}:
            continue
        english, ukrainian, russian = (cell.split("; ") for cell in cells[:3])
        assert len(english) == len(ukrainian) == len(russian), line
        for term, uk, ru in zip(english, ukrainian, russian, strict=True):
            terms.append((term, {"uk": uk, "ru": ru}))
    return terms


@each_catalogue
def test_a_term_of_the_glossary_has_its_one_word(home: Path, language: str) -> None:
    terms = {english: words[language] for english, words in glossary()}
    assert len(terms) > 50
    other = [
        (message.id, message.string)
        for message in messages.catalogue(home, language)
        if isinstance(message.id, str)
        and (term := terms.get(message.id.rstrip(":").casefold()))
        and message.string.rstrip(":").casefold() != term
    ]
    assert other == []


@each_catalogue
def test_no_replaced_word_and_no_typewriter_marks(home: Path, language: str) -> None:
    for message in messages.catalogue(home, language):
        for form in message.string if isinstance(message.string, tuple) else (message.string,):
            wrong = re.search(WRONG[language], form, re.IGNORECASE)
            # “the two cases” of a sentence about possibilities is a plain word
            assert not wrong or "ці два випадки" in form, form
            assert not re.search(r"\w'\w| - ", form), form
            assert '"' not in re.sub(r'="[^"]*"', "", form), form


@pytest.mark.parametrize("language", LANGUAGES)
def test_printed_captions_have_no_replaced_word(language: str) -> None:
    from priam_office.handovers.printing import _WORDS

    place = {"uk": 1, "ru": 2}[language]
    assert [
        words[place]
        for words in _WORDS.values()
        if re.search(WRONG[language], words[place], re.IGNORECASE)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_text_has_one_translation_in_all_catalogues(language: str) -> None:
    """Django merges the catalogues: of two translations of one text the last one is shown."""
    said: dict[object, set[object]] = {}
    for home in HOMES:
        for message in messages.catalogue(home, language):
            if message.id:
                said.setdefault((message.context, message.id), set()).add(message.string)
    assert {text: all_ for text, all_ in said.items() if len(all_) > 1} == {}
