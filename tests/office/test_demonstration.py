"""The demonstration: made-up people only, and its doors exist nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from priam_office.people.permissions import ROLES


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated exchange."""
    from click.testing import CliRunner

    from priam.cli.main import cli

    folder = tmp_path_factory.mktemp("exchange") / "made"
    sizes = ["--remains", "30", "--families", "40", "--missing", "50", "--seed", "5"]
    done = CliRunner().invoke(cli, ["simulate", "exchange", *sizes, "--out", str(folder)])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def marked(tmp_path: Path, settings: Any) -> Any:
    """An installation of its own whose mark does not outlive the test."""
    from priam_office.installation import create

    installation = create(tmp_path / "office", "demo.example/log")
    settings.INSTALLATION = installation
    return installation


def test_an_office_with_the_account_of_an_exchange_is_played_into(
    sqlite: str, exchange: Path, marked: Any
) -> None:
    """``make demo`` loads the packaged account first, which names the same party."""
    from priam.events import PartyDeclared
    from priam_office.demonstration import playing
    from priam_office.record.state import known
    from priam_office.record.write import record

    record(PartyDeclared("UA", "Ukraine"), by="tests")
    assert playing.play(marked, exchange, lambda n: None) > 500
    assert len(known().state.cases) == 33


def test_a_real_installation_has_no_such_doors(sqlite: str, marked: Any) -> None:
    client = Client()
    assert client.get("/en/guide/").status_code == 404
    for account in ("mortuary", "administrator", "nobody"):
        assert client.post(f"/en/guide/as/{account}/").status_code == 404
    assert "made-up" not in client.get("/en/").content.decode()


def test_an_exchange_is_played_once_and_everybody_can_be_somebody(
    store: str, exchange: Path, marked: Any
) -> None:
    from priam_office.demonstration import playing
    from priam_office.record import rebuild
    from priam_office.record.state import known

    count = playing.play(marked, exchange, lambda n: None)
    state = known().state
    assert len(state.families) == 40 and len(state.cases) == 33
    assert len(state.missing) >= 40 and state.references and state.profiles
    assert count > 500 and playing.play(marked, exchange, lambda n: None) == 0
    assert rebuild.check() == []
    played = playing.played(marked)
    assert set(played.cases.values()) < set(state.cases)
    assert set(played.missing.values()) == set(state.missing)

    client = Client()
    page = client.get("/uk/guide/")
    assert page.status_code == 200 and "made-up" in page.content.decode()
    assert client.post("/en/guide/as/nobody/").status_code == 404
    for role in ROLES:
        assert client.post(f"/en/guide/as/{role}/").status_code == 302, role
        answer = client.get("/en/work/")
        assert answer.status_code == 200 and "made-up" in answer.content.decode()
    assert "made-up" in client.get("/en/units/").content.decode()


@pytest.mark.parametrize("category", ["demonstration bags", "bags"])
def test_the_office_of_a_party_of_a_play_opens_and_no_other(
    sqlite: str, marked: Any, monkeypatch: pytest.MonkeyPatch, category: str
) -> None:
    from priam import events as ev
    from priam.errors import UserError
    from priam.events.values import Item
    from priam_office.demonstration import playing
    from priam_office.handovers import parties
    from priam_office.people import signing
    from priam_office.record.state import known
    from priam_office.record.write import Entry, record_all
    from tests.office import mortuary

    monkeypatch.setattr(signing, "SCRYPT_N", 2**10)
    with pytest.raises(UserError, match="more or less than a play"):
        playing.populate(marked)  # nothing was played in it
    parties.found(marked, "UA", "a passphrase for tests", n=2**10)
    item = Item(*mortuary.tags(1), category=category)
    made = ev.OfferMade("o1", "RU", "UA", None, "the point", "2025-06-07", count=1212)
    _, offered, _ = record_all(
        [
            Entry(ev.PartyDeclared("RU", "Russia")),
            Entry(made),
            Entry(ev.ManifestIssued("m1", "2025-06-16", 1, "RU", "UA", (item,))),
        ],
        by="ru.example/log",
    )
    if category == "bags":
        with pytest.raises(UserError, match="more or less than a play"):
            playing.populate(marked)
        assert not playing.is_demonstration(marked)
        return
    playing.populate(marked)
    playing.populate(marked)
    client = Client()
    assert client.post("/en/guide/as/negotiator/").status_code == 302
    form = f"/en/work/negotiation/offers/{offered.event_id}/answer/"
    assert "1,212" in client.get(form).content.decode()  # what is answered stands on the form
    sent = {"answer": "accept", "reason": "", "passphrase": playing.PASSPHRASE}
    assert client.post(form, sent).status_code == 302
    assert [one.by for one in known().state.offers["o1"].responses] == ["UA"]


def test_the_board_of_the_demonstration_decides_some_and_leaves_the_rest(
    sqlite: str, exchange: Path, marked: Any
) -> None:
    """The worker's search, the board's verbs, real keys, the release's verbs: the whole way."""
    import json

    from priam_office.demonstration import deciding, playing
    from priam_office.record import rebuild
    from priam_office.record.state import known

    playing.play(marked, exchange, lambda n: None)
    deciding.search(lambda stage, done, total: None)
    assert deciding.decide() > 0
    state = known().state
    signed = [d for d in state.decisions.values() if d.status == "signed"]
    assert signed and len(state.proposals) > len(signed)
    assert any(g.cases for g in state.graves.values())
    truth = json.loads((exchange / "truth.json").read_text())["cases"]
    who = {office: name for name, office in playing.played(marked).cases.items()}
    people = {office: name for name, office in playing.played(marked).missing.items()}
    for decision in signed:
        for case in decision.cases:
            assert people[decision.missing or ""] in truth[who[case]]["persons"]
    assert rebuild.check() == []


def test_an_office_with_casework_is_not_played_over(
    sqlite: str, exchange: Path, marked: Any
) -> None:
    from priam.errors import UserError
    from priam_office.demonstration import playing
    from tests.office.mortuary import opened

    opened()
    with pytest.raises(UserError, match="holds casework already"):
        playing.play(marked, exchange, lambda n: None)
    assert not playing.is_demonstration(marked)


def test_made_up_names_are_no_list_of_anybody() -> None:
    """Stems are put together at random; the same seed gives the same persons."""
    import numpy as np

    from priam.simulation.lists import synthetic_names, synthetic_relative

    names = synthetic_names(200, np.random.default_rng(1))
    assert names == synthetic_names(200, np.random.default_rng(1))
    assert len({name.surname for name in names}) > 40
    mother = synthetic_relative(names[0], True, "Ганна")
    assert mother.surname == names[0].surname and mother.patronymic.endswith("івна")
