"""The page of simulated exchanges, and the command that records one, on a tiny exchange."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from priam.accounting.claims_file import packaged_claims
from priam.events import CHECKS, SimulatedFigure, SimulationIdentified, Stamp
from tests.office.test_pages import load

COUNTS = {
    ("bag", "handed over"): 6060,
    ("case", "registered"): 6060,
    ("case", "searched"): 5896,
    ("case", "set aside"): 164,
    ("individual", "found"): 4993,
    ("individual", "identified"): 2642,
    ("individual", "probable"): None,
    ("individual", "likely of the other side"): 0,
} | {("individual", kind): n for n, kind in enumerate(CHECKS, start=1)}


@pytest.fixture
def client(sqlite: str) -> Client:
    from priam_office.record.write import record

    load(packaged_claims())
    record(
        SimulationIdentified(
            simulation="june",
            giver="RU",
            receiver="UA",
            seed=7,
            suppressed_below=5,
            figures=tuple(SimulatedFigure(*key, n) for key, n in COUNTS.items()),
            made_with=(Stamp("sha256 remains.csv", "ab" * 32),),
            sized_after="t1",
        ),
        by="a.example",
    )
    return Client()


def test_each_figure_has_its_unit_and_leads_to_its_event(client: Client) -> None:
    from priam_office.record.models import Event

    event_id = Event.objects.get(type="simulation.identified").event_id
    page = client.get("/en/simulated/").content.decode()
    for number in ("6,060", "5,896", "164", "4,993", "2,642"):
        assert f'<a href="/en/events/{event_id}/">{number}</a>' in page
    assert "bags (handover units)" in page and "not shown" in page
    assert "All persons, families, profiles and cases on this page are synthetic" in page
    assert '<a href="/en/claims/t1/">a public claim</a>' in page
    assert "2642" in client.get(f"/en/events/{event_id}/").content.decode()


def test_the_strips_of_a_line_are_as_wide_as_their_share(client: Client) -> None:
    page = client.get("/uk/simulated/").content.decode()
    lines = re.findall(r'<svg class="line".*?</svg>', page, re.DOTALL)
    widths = [[float(w) for w in re.findall(r' width="([\d.]+)"', line)] for line in lines]
    assert widths == [[1000.0], [972.9, 27.1], [1000.0], [529.1]]


def test_a_simulation_changes_nothing_in_the_account(client: Client) -> None:
    from priam.accounting.account import account_of
    from priam_office.public.queries import view

    assert view().account.to_json() == account_of(packaged_claims()).to_json()
    assert 'href="/en/simulated/"' in client.get("/en/").content.decode()
    assert "june" not in client.get("/claims.csv").content.decode()


RECORD = (
    "import sys; from priam.cli import main as m; "
    "from priam_office.commands.record_simulation import record_simulation as r; "
    "m.cli.add_command(r); m.Commands.get_command = lambda s, c, n: r; m.main()"
)


def priam(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """As ``priam``; also where the installed package is older than the new command."""
    start = ["-c", RECORD] if arguments[0] == "record-simulation" else ["-m", "priam"]
    words = [sys.executable, *start, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120)


def test_the_command_records_a_tiny_exchange_once(tmp_path: Path) -> None:
    exchange, out, data = tmp_path / "exchange", tmp_path / "out", tmp_path / "office"
    sizes = ["--remains", "20", "--families", "20", "--missing", "30", "--seed", "5"]
    assert priam("simulate", "exchange", *sizes, "--out", exchange).returncode == 0
    done = priam("identify", exchange, "--out", out, "--no-pdf", "--quiet")
    assert done.returncode == 0, done.stderr
    assert priam("init", "--data", data).returncode == 0
    words = ["record-simulation", exchange, out, "--data", data]
    words += ["--name", "tiny", "--giver", "RU", "--receiver", "UA"]
    refused = priam(*words)
    assert refused.returncode == 2 and "no party 'RU'" in refused.stderr
    assert priam("load", "--data", data).returncode == 0
    first, second = priam(*words), priam(*words)
    assert first.stdout.endswith("recorded.\n"), first.stderr
    assert second.stdout.endswith("was there before.\n")
    shutil.rmtree(out)
    out.mkdir()
    unfinished = priam(*words)
    assert unfinished.returncode == 2 and unfinished.stderr.count("\n") == 1
