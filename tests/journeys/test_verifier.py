"""The second verifier in Chromium: the verdict of :mod:`priam.tlog.dispute`, by other code."""

from __future__ import annotations

import random
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from priam.cli.dispute import dispute as dispute_commands
from priam.errors import UserError
from priam.tlog.bundle import BundleParty, write_bundle
from priam.tlog.dispute import verify_bundle
from priam.tlog.errors import LogError
from priam.tlog.policy import Policy, parse_policy
from tests.priam.tlog import test_dispute
from tests.priam.tlog.disputes import dispute, policy

SOURCES = Path(__file__).parents[2] / "verifier"
PAGE = Path(__file__).parents[2] / "src" / "priam" / "tlog" / "verifier.html"
HONEST = dispute()
# Playwright's own waiting needs eval, which the page forbids.
VERDICT = """async () => {
    while (window.verdict === null) await new Promise((later) => setTimeout(later, 5));
    return window.verdict;
}"""


@dataclass(frozen=True)
class Case:
    """The three files that a reader has."""

    bundle: bytes
    policy: bytes | None
    parties: bytes | None


class Browser:
    """The page, opened from the disk; ``requests`` are all it asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.trusted: Any = ()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def verdict(self, case: Case) -> dict[str, Any]:
        trusted = case.policy, case.parties
        if trusted != self.trusted:  # else only the bundle changes
            self.page.goto(PAGE.as_uri())
            self._choose("policy", case.policy)
            self._choose("parties", case.parties)
            self.trusted = trusted
        self._choose("bundle", case.bundle)
        return self.page.evaluate(VERDICT)

    def _choose(self, slot: str, data: bytes | None) -> None:
        if data is not None:
            file = {"name": slot, "mimeType": "text/plain", "buffer": data}
            self.page.set_input_files(f"#{slot}", file)


@pytest.fixture
def browser(browser: Any) -> Iterator[Browser]:
    """One page without network in the Chromium that all journeys share."""
    context = browser.new_context(offline=True)
    used = Browser(context.new_page())
    yield used
    context.close()
    assert set(used.requests) == {PAGE.as_uri()}, "the page asked for something"
    assert used.problems == []


def parties_file(parties: Any) -> bytes:
    import json

    listed = [{"name": p.name, "log": p.log, "vkeys": list(p.vkeys)} for p in parties]
    return json.dumps(listed).encode()


def ours(case: Case) -> dict[str, Any] | None:
    """Priam's report; None where it refuses the file."""
    from priam.tlog.bundle import parse_parties

    try:
        report = verify_bundle(
            case.bundle,
            policy=None if case.policy is None else parse_policy(case.policy),
            parties=None if case.parties is None else parse_parties(case.parties),
        )
    except LogError:
        return None
    return report.as_json()


def comparable(verdict: dict[str, Any] | None) -> Any:
    """Without the reasons why evidence is invalid: each verifier says them in its own words."""
    if verdict is None or "refused" in verdict:
        return "refused"
    statements = [dict(statement) for statement in verdict["statements"]]
    for statement in statements:
        if statement["status"] == "invalid":
            statement["text"] = statement["text"].partition(": ")[0]
    return {**verdict, "statements": statements}


def agree(browser: Browser, case: Case) -> Any:
    expected = comparable(ours(case))
    assert comparable(browser.verdict(case)) == expected
    return expected


def cases_of_the_attacks(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Every bundle that the tests of ``priam.tlog.dispute`` verify, attacks included."""
    kept: list[Case] = []

    def keep(
        data: bytes, *, policy: Policy | None = None, parties: list[BundleParty] | None = None
    ) -> Any:
        listed = None if parties is None else parties_file(parties)
        kept.append(Case(data, None if policy is None else bytes(policy), listed))
        return verify_bundle(data, policy=policy, parties=parties)

    monkeypatch.setattr(test_dispute, "verify_bundle", keep)
    for name, test in vars(test_dispute).items():
        if name.startswith("test_") and not hasattr(test, "hypothesis"):
            marks = getattr(test, "pytestmark", [])
            for values in marks[0].args[1] if marks else [()]:
                test(*(values if isinstance(values, tuple) else (values,)))
    return kept


def test_the_page_is_built_from_its_sources() -> None:
    assert runpy.run_path(str(SOURCES / "build.py"))["built"]() == PAGE.read_text("utf-8")


def test_same_verdict_on_every_attack(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = cases_of_the_attacks(monkeypatch)
    verdicts = [agree(browser, case) for case in dict.fromkeys(cases)]
    said = {s["status"] for v in verdicts if v != "refused" for s in v["statements"]}
    assert said == {"proved", "claimed", "contradiction", "invalid"}
    assert "refused" in verdicts and len(verdicts) > 35


@pytest.mark.parametrize(("bags", "missing"), [(8, 0), (1250, 3)])
def test_same_verdict_on_handovers(browser: Browser, bags: int, missing: int) -> None:
    case = dispute(bags, missing)
    data = write_bundle(case.bundle, case.a.office_key.signers())
    trusted = bytes(policy(case.a, case.b)), parties_file([case.a.party, case.b.party])
    assert agree(browser, Case(data, *trusted))["ok"] is (missing == 0)
    assert agree(browser, Case(data, None, None)) != "refused"


def test_same_verdict_on_bundles_of_real_installations(browser: Browser, tmp_path: Path) -> None:
    """A small June by three installations; then A replaces its keys and exports again."""
    from priam_office.handovers.june import Batch, play
    from priam_office.handovers.processes import Office

    batches = (Batch("2025-06-16", 8, missing=3, back=2),)
    result = play(tmp_path / "june", lambda text: None, batches)
    annex = result["policy"].read_bytes(), result["parties"].read_bytes()
    for files in result["bundles"].values():
        for file in files:
            assert agree(browser, Case(file.read_bytes(), *annex)) != "refused"
            assert agree(browser, Case(file.read_bytes(), None, None)) != "refused"
    office = Office(tmp_path / "june" / "A", "A")
    office.do("rotate")
    office.do("dispute", "2025-06-16", tmp_path / "after")
    office.do("annex", tmp_path / "policy", tmp_path / "parties")
    office.close()
    annex = (tmp_path / "policy").read_bytes(), (tmp_path / "parties").read_bytes()
    verdict = agree(browser, Case((tmp_path / "after").read_bytes(), *annex))
    both = [s for s in verdict["statements"] if "both parties signed the same" in s["text"]]
    assert len(both) == 2  # what was signed before the keys were replaced stays signed


def test_a_flipped_byte_is_refused(browser: Browser) -> None:
    draw = random.Random(5)
    for place in draw.sample(range(len(test_dispute.FILE)), 12):
        data = bytearray(test_dispute.FILE)
        data[place] ^= 1 << draw.randrange(8)
        assert agree(browser, Case(bytes(data), None, None)) == "refused"


@pytest.mark.parametrize(("seed", "count"), [(6, 30), pytest.param(7, 300, marks=pytest.mark.slow)])
def test_same_verdict_where_an_exporter_flips_bytes_inside(
    browser: Browser, seed: int, count: int
) -> None:
    """The text is changed, then signed by the exporter: every inner check has to see it."""
    from priam.tlog import notes

    draw = random.Random(seed)
    text = HONEST.bundle.text
    trusted = bytes(policy(HONEST.a, HONEST.b)), parties_file([HONEST.a.party, HONEST.b.party])
    found = set()
    for place in draw.sample(range(text.index("checkpoints"), len(text) - 2), count):
        new = draw.choice([c for c in '0aA"{' if c != text[place]])
        changed = text[:place] + new + text[place + 1 :]
        data = bytes(notes.sign(changed, HONEST.a.office_key.signers()))
        found.add(str(agree(browser, Case(data, *trusted))))
    assert len(found) > 5


def test_dropped_files_find_their_place(browser: Browser) -> None:
    """All three at once, known by how they begin."""
    browser.page.goto(PAGE.as_uri())
    trusted = policy(HONEST.a, HONEST.b)
    texts = [
        bytes(trusted).decode(),
        test_dispute.FILE.decode(),
        parties_file([HONEST.a.party, HONEST.b.party]).decode(),
    ]
    browser.page.evaluate(
        """texts => {
            const transfer = new DataTransfer();
            texts.forEach((text, i) => transfer.items.add(new File([text], `file ${i}`)));
            dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
        }""",
        texts,
    )
    case = Case(texts[1].encode(), texts[0].encode(), texts[2].encode())
    assert browser.page.evaluate(VERDICT) == ours(case)
    assert "Contradictions: 1" in browser.page.inner_text("#verdict")


def test_the_page_is_written_by_the_command(tmp_path: Path) -> None:
    out = tmp_path / "verifier.html"
    command = ["verifier", "--out"]
    assert CliRunner().invoke(dispute_commands, [*command, str(out)]).exit_code == 0
    assert out.read_bytes() == PAGE.read_bytes()
    for refused in (out, tmp_path / "no" / "v.html"):
        result = CliRunner().invoke(dispute_commands, [*command, str(refused)])
        assert isinstance(result.exception, UserError)


def test_files_that_are_none_are_named(browser: Browser) -> None:
    case = Case(test_dispute.FILE, b"logg x\n", None)
    verdict = browser.verdict(case)
    assert verdict == {
        "refused": "policy, line 1: this is no log, witness, group or quorum line",
        "file": "your policy",
    }
    assert "your list" not in browser.page.inner_text("#verdict").lower()
    assert browser.verdict(Case(b"hello", None, None))["file"] == "the bundle"
