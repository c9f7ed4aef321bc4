"""The page of estimates: stored public results, apart from the claims of scale."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client

from priam.accounting.claims_file import packaged_claims
from priam.cli.totals import totals
from tests.office import databases
from tests.office.test_pages import load

CELLS = {"100": 69, "010": 55, "001": 63, "110": 21, "101": 17, "011": 18, "111": 28}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    from priam_office.installation import Installation, create

    place = tmp_path / "data"
    create(place, "tests.example/log")
    monkeypatch.setattr(settings, "INSTALLATION", Installation(place))
    (place / "totals").mkdir()
    yield place / "totals"


def store(folder: Path, name: str, *options: str) -> None:
    source = folder.parent / "lists.json"
    source.write_text(json.dumps({"lists": ["<b>A</b>", "B", "C"], "cells": CELLS}))
    out = ["--out", str(folder / f"{name}.json"), "--skip", "latent-class", *options]
    done = CliRunner().invoke(totals, ["estimate", str(source), *out])
    assert done.exit_code == 0, done.output


@pytest.fixture
def client(sqlite_template: Any, tmp_path: Path) -> Client:
    databases.point_django_at(databases.copy_sqlite(sqlite_template, tmp_path))
    return Client()


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Estimates"), ("uk", "Оцінки"), ("ru", "Оценки")]
)
def test_page_shows_estimates_and_claims_apart(
    client: Client, folder: Path, language: str, title: str
) -> None:
    load(packaged_claims())
    store(folder, "example", "--public")
    page = client.get(f"/{language}/estimates/")
    text = page.content.decode()
    assert page.status_code == 200
    assert f"<h1>{title}</h1>" in text and "<svg" in text
    assert "<b>A</b>" not in text and "style=" not in text
    above, _, below = text.rpartition("<h2>")
    assert f"/{language}/claims/" in below  # claims of scale stand under their own heading
    assert f'href="/{language}/claims/' not in above.partition("<h1>")[2]


def test_only_public_results_are_shown(client: Client, folder: Path) -> None:
    store(folder, "private")
    (folder / "broken.json").write_text("{")
    text = client.get("/en/estimates/").content.decode()
    assert "private" not in text and "No estimate has been stored yet." in text
