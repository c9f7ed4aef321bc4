"""The commands of a party: keys, cards, a batch on a stick, bad input in one sentence."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from priam.labels.tags import issue

# Entry points are those of an installed Priam; here the commands are called as they are.
_CALL = """
import priam.cli.main as program
from priam.cli.dispute import dispute
from priam_office.commands import exchange, init, point
dispute.add_command(point.dispute_export, "export")
known = {"exchange": exchange.exchange, "init": init.init, "dispute": dispute}
program.Commands.get_command = lambda self, ctx, name: known[name]
program.main()
"""


def priam(folder: Path, *words: str) -> tuple[int, str]:
    env = {**os.environ, "PRIAM_DATA": str(folder), "PRIAM_PASSPHRASE": "words"}
    env.pop("PRIAM_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", _CALL, *words], env=env, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def good(folder: Path, *words: str) -> str:
    code, text = priam(folder, *words)
    assert code == 0, text
    return text


@pytest.mark.slow  # some twenty processes, and scrypt as costly as it should be
def test_a_batch_carried_on_a_stick(tmp_path: Path) -> None:
    a, b, stick = tmp_path / "a", tmp_path / "b", str(tmp_path / "stick")
    prints = {}
    for folder in (a, b):
        good(folder, "init", "--origin", f"{folder.name}.example/log")
        said = good(folder, "exchange", "init", "--party", folder.name.upper())
        prints[folder] = said.rpartition(": ")[2].strip()
    code, text = priam(a, "exchange", "trust", str(b / "party-card"), "--fingerprint", "0000")
    assert code == 2 and "do not trust it" in text
    for mine, other in ((a, b), (b, a)):
        good(mine, "exchange", "trust", str(other / "party-card"), "--fingerprint", prints[other])
    good(a, "exchange", "propose", "accord", "--with", "B")
    tags = issue(1, random.Random(7).choice)
    bags = tmp_path / "bags"
    bags.write_text(f"{tags[0]} S-1\n")
    name = good(
        a, "exchange", "issue", "--agreement", "accord", "--batch", "one", "--to", "B",
        "--bags", str(bags),
    ).strip()  # fmt: skip
    where = ["--agreement", "accord", "--name", "h", "--place", "point", "--date", "2025-06-11"]
    good(a, "exchange", "handover", name, *where)
    good(a, "exchange", "count", name, "--bags", str(bags))
    good(a, "exchange", "sign", name)
    good(a, "exchange", "export", "--to", "B", "--out", stick)
    assert "new" in good(b, "exchange", "import", stick)
    assert ", 0 of them new" in good(b, "exchange", "import", stick)
    good(b, "exchange", "count", name, "--bags", str(bags))
    good(b, "exchange", "sign", name)
    evidence = str(tmp_path / "evidence")
    assert "Wrote" in good(b, "dispute", "export", "one", "--out", evidence)
    assert "both parties signed the same bytes" in good(b, "dispute", "verify", evidence)
    bags.write_text("PRM-AAAAAAAAA\n")
    code, text = priam(b, "exchange", "count", name, "--bags", str(bags))
    assert code == 2 and "line 1" in text and "Traceback" not in text
