"""Refusals of rules are said in the reader's language, and their forms are those of the rules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from priam.errors import UserError
from priam_office.people import refusals

SOURCE = Path(__file__).resolve().parents[2] / "src"
PLACE = re.compile(r"%\(\w\)s")


def rules() -> set[str]:
    """Every sentence in the rules and the office, with ``*`` where a value stands."""
    found: set[str] = set()
    for folder in ("priam/events", "priam_office"):
        for path in (SOURCE / folder).rglob("*.py"):
            if path.name == "refusals.py":
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
    # “there is no {what} {key}: {way_out}” is one rule for many things
    general = re.compile("there is no [a-z ]+ '\\*': \\*")
    lost = [
        form
        for form in refusals.FORMS
        if (text := PLACE.sub("*", form)) not in known and not general.fullmatch(text)
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
