"""Manifests and protocols on paper: what stands there, in which language, and that it is a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from priam.errors import UserError
from priam.events.values import Item, Number, Reservation
from priam.tlog.errors import LogError
from tests.office.here import Here


@pytest.fixture
def here(sqlite: str, tmp_path: Path) -> Iterator[Here]:
    from django.conf import settings

    from priam.events import PartyDeclared
    from priam_office.record.write import record

    before = settings.INSTALLATION
    made = Here(tmp_path / "A", "A")
    record(PartyDeclared("B", "Office of B"), by="a.example/log")
    made.do("propose", "accord", ["B"])
    yield made
    settings.INSTALLATION = before


def manifest(here: Here, bags: int = 3, **more: Any) -> tuple[str, list[str]]:
    tags = sorted(here.do("new_tags", bags))
    items = [Item(tag, f"S{n}", (Number("morgue 3", f"{n:04}"),)) for n, tag in enumerate(tags)]
    name = here.do("issue_manifest", "accord", "one", "B", items)
    return name, tags


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What would be printed."""
    from priam_office.handovers import printing

    seen: dict[str, Any] = {}
    monkeypatch.setattr(printing, "_typeset", lambda made: seen.update(made) or b"")
    return seen


def test_a_draft_then_a_one_sided_manifest(here: Here, job: dict[str, Any]) -> None:
    from priam_office.handovers import documents, printing
    from priam_office.record.state import known

    name, tags = manifest(here)
    printing.manifest_pdf(name)
    assert job["warning"][0] == "Draft: nobody has signed these bytes."
    assert [line["lines"] for line in job["signatures"]] == [[], []]
    here.do("sign", name)
    printing.manifest_pdf(name, "ru")
    assert job["warning"][0] == "Одностороннее: подписано только одной стороной."
    assert job["title"] == ["Ведомость передачи", "Handover manifest", "Відомість передачі"]
    giver, receiver = job["signatures"]
    assert [line["algorithm"] for line in giver["lines"]] == ["Ed25519", "ML-DSA-44"]
    assert len({line["fingerprint"] for line in giver["lines"]}) == 2 and not receiver["lines"]
    assert job["items"][0] == ["1", tags[0], "S0", "morgue 3 0000", ""]
    assert job["digest"] == name == documents.of_state(known().state, name).digest
    values = {fact["caption"][1]: fact["value"] for fact in job["facts"]}
    assert values["Receiver"] == "B, Office of B" and values["Bags on the manifest"] == "3"
    assert values["Bags let go"] == "нет числа"  # not zero


def test_the_protocol_has_counts_and_reservations(here: Here, job: dict[str, Any]) -> None:
    from priam_office.handovers import printing

    name, tags = manifest(here)
    with pytest.raises(UserError, match="nothing to print"):
        printing.reception_pdf(name)
    here.do("open_handover", "h", "accord", [name], place="point", date="2025-06-11")
    here.do("hand_over", name)
    here.do("count", name, tags[1:], [Reservation("missing", "not there", tags[0])])
    here.do("sign", name)
    printing.reception_pdf(name, "uk")
    giver, receiver = job["counts"]
    assert (giver["count"], giver["note"]) == ("2", "-1")
    assert receiver["count"] == "немає числа"
    (noted,) = job["reservations"]
    assert (noted["tag"], noted["kind"][0], noted["text"]) == (tags[0], "відсутній", "not there")
    assert len(job["signatures"][0]["lines"]) == 2
    printing.manifest_pdf(name)
    assert job["items"][0][-1] == "A: missing"


def test_a_signature_that_does_not_hold_is_not_printed(
    here: Here, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.handovers import documents, printing

    name, _ = manifest(here)
    here.do("sign", name)
    real = documents.note_of
    monkeypatch.setattr(
        documents,
        "note_of",
        lambda state, one: type(real(state, one))("other\n", real(state, one).signatures),
    )
    with pytest.raises(LogError, match="invalid signature"):
        printing.manifest_pdf(name)


@pytest.mark.parametrize("bags", [1, 120])
def test_it_is_a_pdf(here: Here, bags: int) -> None:
    from priam_office.handovers import printing

    name, _ = manifest(here, bags)
    for language in printing.LANGUAGES:
        assert printing.manifest_pdf(name, language).startswith(b"%PDF-1.")
    with pytest.raises(UserError, match="none of the languages"):
        printing.manifest_pdf(name, "de")


def test_every_caption_has_three_languages_and_every_reservation_a_caption() -> None:
    from priam.events.handovers import RESERVATIONS
    from priam_office.handovers.printing import _WORDS

    assert set(RESERVATIONS) <= set(_WORDS)
    for english, *others in _WORDS.values():
        assert english.isascii() and len(others) == 2
        assert all(any(c > "\u0400" for c in text) for text in others if text != "№")


def test_a_manifest_is_found_by_the_beginning_of_its_name(here: Here) -> None:
    from priam_office.handovers import documents
    from priam_office.record.state import known

    name, _ = manifest(here)
    assert documents.named(known().state, name[:8].upper()) == name
    for wrong in (name[:5], "0" * 12):
        with pytest.raises(UserError, match="exchange list"):
            documents.named(known().state, wrong)
