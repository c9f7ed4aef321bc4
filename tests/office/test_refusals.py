"""Refusals of rules are said in the reader's language, and their forms are those of the rules."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest
from django.utils import translation

from priam.errors import UserError
from priam_office.laboratory import reasons
from priam_office.people import refusals

SOURCE = Path(__file__).resolve().parents[2] / "src"
PLACE = re.compile(r"%\(\w\)s")

#: Where a refusal can reach a page: rules, the fields of records, tags, files that are imported,
#: and the office.
REACHED = (
    "priam/events",
    "priam/casework",
    "priam/labels/tags.py",
    "priam/labels/sheet.py",
    "priam/formats/delimited.py",
    "priam/formats/rows.py",
    "priam/formats/text.py",
    "priam/formats/genotype_table.py",
    "priam/formats/genemapper.py",
    "priam/formats/cmf.py",
    "priam/genetics/profiles.py",
    "priam/names/dates.py",
    "priam_office",
)
#: What only the command line, another installation or another format of a library call meets.
UNREACHED = (
    "priam/events/simulations.py",
    "priam_office/backup",
    "priam_office/certificate.py",
    "priam_office/commands",
    "priam_office/database_url.py",
    "priam_office/demonstration",
    "priam_office/handovers/answering.py",
    "priam_office/handovers/attacks.py",
    "priam_office/handovers/cards.py",
    "priam_office/handovers/exporting.py",
    "priam_office/handovers/importing.py",
    "priam_office/handovers/june.py",
    "priam_office/handovers/logkeys.py",
    "priam_office/handovers/parties.py",
    "priam_office/handovers/processes.py",
    "priam_office/handovers/returning.py",
    "priam_office/handovers/syncing.py",
    "priam_office/handovers/transfer.py",
    "priam_office/handovers/trusted.py",
    "priam_office/handovers/witnessing.py",
    "priam_office/installation.py",
    "priam_office/listening.py",
    "priam_office/record/audit.py",
    "priam_office/record/checkpoints.py",
    "priam_office/record/restored.py",
    "priam_office/record/returned.py",
    "priam_office/settings.py",
    "priam_office/unlocking.py",
)
REFUSALS = {"UserError", "InputError", "RuleError", "TagError", "FieldError", "DiskFull", "error"}
REFUSALS |= {"_Refused", "PhotographRefused", "CompartmentLocked", "_expected"}
#: Pieces of a sentence, said where it is put together, and bytes that no page sends.
NO_SENTENCE = {
    "CMF version '*' is not known; write 3.2 or 3.3",
    "an object",
    "a list",
}


def raised() -> dict[str, str]:
    """Every sentence that is raised where a page can show it -> where it stands."""
    found = {}
    for name in REACHED:
        place = SOURCE / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            file = path.relative_to(SOURCE).as_posix()
            if file.startswith(UNREACHED):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for text in _refusal(node):
                    found.setdefault(text, f"{file}:{getattr(node, 'lineno', '')}")
    return found


def _refusal(node: ast.AST) -> list[str]:
    """Sentences of a call that makes a refusal."""
    if not isinstance(node, ast.Call):
        return []
    called = node.func
    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    if name not in REFUSALS:
        return []
    texts = [_text(argument) for argument in node.args]
    return [text for text in texts if text and " " in text]


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "".join(map(_part, node.values)) if isinstance(node, ast.JoinedStr) else ""


def test_every_refusal_that_a_page_can_show_has_a_form() -> None:
    """A new refusal needs a line in refusal_forms.py, and so a translation."""
    forms = {PLACE.sub("*", form) for form in (*refusals.FORMS, *reasons.FORMS)}
    there = raised()
    assert len(there) > 350
    without = {
        text: at
        for text, at in there.items()
        if text not in forms and text not in NO_SENTENCE and not _fits(text, forms)
    }
    assert without == {}


def _fits(text: str, forms: set[str]) -> bool:
    """Whether a form says it with other places: what is a word here is a value there."""
    return any(_covers(text, form) or _covers(form, text) for form in forms)


def _covers(general: str, special: str) -> bool:
    if len(general.replace("*", "")) < 10:
        return False
    return bool(re.fullmatch(re.escape(general).replace(r"\*", ".+?"), special))


def rules() -> set[str]:
    """Every sentence in the rules and the office, with ``*`` where a value stands."""
    found: set[str] = set()
    for folder in ("priam", "priam_office"):
        for path in (SOURCE / folder).rglob("*.py"):
            if path.name == "refusal_forms.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.JoinedStr):
                    found.add("".join(_part(part) for part in node.values))
    return found


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return "'*'" if part.conversion == ord("r") else "*"


def test_every_form_is_a_sentence_of_a_rule() -> None:
    known = rules()
    patterns = [re.compile(re.escape(rule).replace(r"\*", ".*")) for rule in known if "*" in rule]
    lost = [
        form
        for form in refusals.FORMS
        if (text := PLACE.sub("*", form)) not in known
        and not any(pattern.fullmatch(text) for pattern in patterns if len(pattern.pattern) > 12)
    ]
    assert lost == []


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_every_form_is_said_in_the_language(language: str) -> None:
    with translation.override(language):
        for form in refusals.FORMS:
            english = PLACE.sub("PRM-7K2M9QXT4", form)
            said = refusals.sentence(UserError(english))
            assert re.search("[а-яі]", said), form
            assert said[0].isupper() or said.startswith("PRM-"), said


def test_a_value_stays_and_english_is_as_the_rule_says() -> None:
    refused = UserError("bag 'PRM-7K2M9QXT4' is already opened; re-examine it instead")
    with translation.override("uk"):
        assert refusals.in_words(refused) == (
            "мішок PRM-7K2M9QXT4 уже відкрито; запишіть повторний огляд"
        )
    with translation.override("en"):
        assert refusals.in_words(refused) == str(refused)
        assert refusals.sentence(refused).endswith("instead.")


def test_a_refusal_without_a_form_is_shown_as_it_is() -> None:
    with translation.override("uk"):
        assert refusals.sentence("something that no rule says") == "Something that no rule says."


def test_a_place_in_a_file_is_said_too_and_several_refusals_one_after_the_other() -> None:
    placed = (
        "list.csv, line 3, column 2 (bag): two columns are called 'bag'; give each its own name"
    )
    two = "release 'R1' is cancelled; bag 'PRM-1' is already opened; re-examine it instead"
    with translation.override("uk"):
        assert refusals.in_words(placed) == (
            "list.csv, рядок 3, стовпець 2 (bag): два стовпці мають назву bag; дайте кожному свою"
        )
        assert refusals.in_words(two).endswith("мішок PRM-1 уже відкрито; запишіть повторний огляд")
        assert refusals.in_words("the reason is missing") == "не вказано: причина"
    with translation.override("en"):
        assert refusals.in_words(placed) == placed


def test_what_somebody_typed_does_not_keep_the_office_busy() -> None:
    """A refusal quotes what was typed: the forms are tried on it in bounded time."""
    for typed in ("' is '" * 500, "case 'x' is " * 250, ": " * 1500, "; " * 1500, "a: b; c" * 400):
        began = time.monotonic()
        refusals.sentence(f"case {typed!r} is {typed}; {typed}")
        assert time.monotonic() - began < 2
