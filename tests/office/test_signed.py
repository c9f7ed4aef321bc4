"""Figures of signed manifests on the account page, beside the public claims, never among them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from priam.accounting.claims_file import packaged_claims
from priam_office.handovers.june import PUBLIC_NAMES, Batch, deliver, play
from tests.office import databases
from tests.office.installations import installation
from tests.office.test_pages import AGREEMENT, load

FEW = (Batch("2025-06-15", 4), Batch("2025-06-16", 8, missing=3, back=2))


@pytest.fixture(scope="module")
def account(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation with the public claims, to which a small play was delivered."""
    from django.conf import settings

    from priam_office.installation import Installation

    folder, before = tmp_path_factory.mktemp("account"), settings.INSTALLATION
    made = installation(folder / "office", sqlite_template, "account", "observer")
    made.do("size")
    made.close()
    databases.point_django_at(f"sqlite:///{folder / 'office' / 'priam.sqlite3'}")
    load(packaged_claims())
    play(folder / "june", lambda text: None, FEW, PUBLIC_NAMES)
    acts, new = deliver(folder / "june", folder / "office", PUBLIC_NAMES)
    assert acts > 20 and new > acts  # and whose keys are trusted, what was seen of each log
    assert deliver(folder / "june", folder / "office", PUBLIC_NAMES) == (acts, 0)
    assert play(folder / "june", lambda text: None)["names"] == PUBLIC_NAMES  # not again
    settings.INSTALLATION = Installation(folder / "office")
    yield folder
    settings.INSTALLATION = before


def page(language: str = "en") -> str:
    return " ".join(Client().get(f"/{language}/{AGREEMENT}").content.decode().split())


def test_no_manifests_no_section(sqlite: str) -> None:
    load(packaged_claims())
    assert 'id="manifests"' not in page()


def test_each_figure_has_its_unit_and_its_side(account: Path) -> None:
    text = page()
    assert "All of them count bags (handover units), not persons." in text
    assert "Russian Federation: <b>8</b>" in text
    assert 'Ukraine: <b>5</b> <span class="quiet">(3 reservations)</span>' in text
    assert "by both parties" in text
    assert "no signed or counted figure is this" in text  # 1,245 was said, 5 were played
    assert ">1,245</a>" in text and ">1,248</a>" in text


def test_it_says_that_it_was_played_in_each_language(account: Path) -> None:
    assert "No party has signed anything." in page()
    assert "Ни одна сторона ничего не подписывала." in page("ru")
    assert "Жодна сторона нічого не підписувала." in page("uk")


def test_the_offer_of_7_june_in_everybody_s_words(account: Path) -> None:
    text = page()
    assert "Ukraine: put it off, “no date had been agreed”" in text
    assert "Russian Federation, in its own words: “the other side postponed taking" in text
    assert "Ukraine, in its own words: “a unilateral step" in text


def test_claims_stay_as_they_were(account: Path) -> None:
    from priam.accounting.account import account_of

    data = Client().get("/account.json").json()
    plain = account_of(packaged_claims()).to_json()
    for part in ("figures", "discrepancies", "obligations"):
        assert len(data[part]) == len(plain[part]), part
    assert [a["id"] for a in data.get("agreements", plain.get("agreements", []))] == [
        a["id"] for a in plain.get("agreements", [])
    ]
    last = next(m for m in data["manifests"] if (m["batch"], m["giver"]) == ("2025-06-16", "RU"))
    assert last["counted"] == {"RU": 8, "UA": 5} and last["unit"] == "handover unit"
    assert last["demonstration"] is True and len(last["reservations"]["UA"]) == 3
    assert {w["party"]: w["silent"] for w in data["witnesses"]} == {"intermediary": False}
    (seventh,) = [o for o in data["offers"] if o["offer"] == "2025-06-07"]
    assert [kind for _, kind, _ in seventh["acts"]] == ["postponed"]
