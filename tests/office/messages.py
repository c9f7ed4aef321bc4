"""Texts of the office and their translations.

    python -m tests.office.messages      takes new texts into the .po files, compiles the .mo files

Needs no GNU gettext. Then translate what is empty in ``src/priam_office/locale/*/LC_MESSAGES``
(or in the ``locale`` folder of the app, for an app that has one) and run it again;
``tests/office/test_languages.py`` fails as long as a text is untranslated.
"""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2] / "src" / "priam_office"
PLURALS = {
    "ru": ("(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2)"),
    "uk": (
        "(n % 1 == 0 && n % 10 == 1 && n % 100 != 11 ? 0 : n % 1 == 0 && n % 10 >= 2 && n % 10 "
        "<= 4 && (n % 100 < 12 || n % 100 > 14) ? 1 : n % 1 == 0 && (n % 10 ==0 || (n % 10 >=5 "
        "&& n % 10 <=9) || (n % 100 >=11 && n % 100 <=14 )) ? 2: 3)"
    ),
}
FORMS = {"ru": 3, "uk": 4}  # as Django's own catalogues count them, or Django ignores ours
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "lazy": None,
    "noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


Text = tuple[str | None, str | tuple[str, str]]


def homes() -> list[Path]:
    """Where catalogues lie: every app with a ``locale`` folder has its own, the rest share one."""
    return [ROOT, *sorted(path.parent for path in ROOT.glob("*/locale"))]


def texts(home: Path) -> dict[Text, str]:
    """(context, text or (singular, plural)) -> file, from the Python code and templates there."""
    from django.utils.translation.template import templatize

    others = [other for other in homes() if other != home and other.is_relative_to(home)]
    found: dict[Text, str] = {}
    for path in sorted([*home.rglob("*.py"), *home.rglob("*.html")]):
        if any(path.is_relative_to(other) for other in others):
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            source = templatize(source)
        for _, text, _, context in extract("python", io.BytesIO(source.encode()), _KEYWORDS):
            key = (context, text if isinstance(text, str) else (text[0], text[1]))
            found.setdefault(key, path.relative_to(ROOT).as_posix())
    if home.name == "cases":  # labels of the library, which knows no translation
        found.update(((None, text), "../priam/casework") for text in casework())
    return found


def casework() -> list[str]:
    """Every label of :mod:`priam.casework`, once, and the meanings of columns of an import."""
    from priam.casework import sections, skeleton
    from priam_office.cases.columns import COLUMNS

    texts: list[str] = [*COLUMNS.values()]
    for section in sections.SECTIONS.values():
        texts.append(section.label)
        for field in section.fields:
            texts += [field.label, field.am_label, field.unit, field.help]
            texts += [label for _, label in field.choices]
    texts += [*sections.TOOTH.values(), *sections.YESNO.values()]
    for table in (skeleton.REGIONS, skeleton.SIDES, skeleton.COMPLETENESS):
        texts += table.values()
    texts += [bone.label for bone in skeleton.BONES.values()]
    return sorted({text for text in texts if text} - {"EU", "cm", "kg", "O", "A", "B", "AB"})


def folder(home: Path, language: str) -> Path:
    """Where the catalogue of a language lies."""
    return home / "locale" / language / "LC_MESSAGES"


def catalogue(home: Path, language: str) -> Catalog:
    """The .po file; empty if there is none."""
    path = folder(home, language) / "django.po"
    if not path.exists():
        return Catalog(locale=language)
    # without the head, babel counts plural forms by its own table and drops the one too many
    return read_po(io.BytesIO(head(language).encode() + path.read_bytes()), locale=language)


def head(language: str) -> str:
    """The head that the files leave out: language, encoding and plural forms."""
    plural = f"nplurals={FORMS[language]}; plural={PLURALS[language]};"
    text = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
    text += '"Content-Type: text/plain; charset=utf-8\\n"\n'
    return text + f'"Plural-Forms: {plural}\\n"\n\n'


def updated(home: Path, language: str) -> Catalog:
    """The texts of today with the translations that are known."""
    old = catalogue(home, language)
    new = Catalog(locale=language, project="Priam", charset="utf-8")
    for (context, text), file in texts(home).items():
        known = old.get(text if isinstance(text, str) else text[0], context)
        translation = known.string if known else ("" if isinstance(text, str) else None)
        flags = ["python-format"] if "%(" in str(text) else []
        new.add(text, translation, locations=[(file, None)], flags=flags, context=context)
    return new


def bytes_of(catalog: Catalog, language: str) -> tuple[bytes, bytes]:
    """Contents of the .po and the .mo file, the same at every run."""
    catalog._num_plurals, catalog._plural_expr = FORMS[language], PLURALS[language]
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=100, omit_header=True, sort_by_file=False)
    text = head(language).encode() + po.getvalue()
    read = read_po(io.BytesIO(text), locale=language)
    read.creation_date = read.revision_date = datetime(2025, 1, 1, tzinfo=UTC)
    write_mo(mo, read)
    return text, mo.getvalue()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django.conf.global_settings")
    for home in homes():
        for language in FORMS:
            po, mo = bytes_of(updated(home, language), language)
            folder(home, language).mkdir(parents=True, exist_ok=True)
            (folder(home, language) / "django.po").write_bytes(po)
            (folder(home, language) / "django.mo").write_bytes(mo)


if __name__ == "__main__":
    main()
