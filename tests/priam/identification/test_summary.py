"""Counts of an identified simulation: nothing small shows, not even by subtraction."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from priam.cli.main import cli
from priam.errors import InputError
from priam.events import CHECKS, PARTS
from priam.identification.summary import SUPPRESSED_BELOW, simulation_event, suppressed

small = st.integers(0, 12)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    sizes = ["--remains", "40", "--families", "60", "--missing", "80", "--seed", "3"]
    run(["simulate", "exchange", *sizes, "--out", f"{folder}/exchange"])
    run(identify(folder))
    return folder


def identify(folder: Path) -> list[str]:
    return ["identify", f"{folder}/exchange", "--out", f"{folder}/out", "--no-pdf", "--quiet"]


def run(arguments: list[str]) -> str:
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@given(st.lists(small, min_size=3, max_size=3), small, st.lists(small, min_size=6, max_size=6))
def test_no_small_count_can_be_found_by_subtraction(aside, searched, conclusions):
    counts = {("case", "registered"): searched + sum(aside), ("case", "searched"): searched}
    counts["case", "set aside"] = sum(aside)
    counts |= {("case", k): n for k, n in zip(PARTS["case", "set aside"], aside)}
    counts["individual", "found"] = sum(conclusions)
    counts |= {("individual", k): n for k, n in zip(PARTS["individual", "found"], conclusions)}
    shown = suppressed(counts, 5)
    assert all(n is None or (n == counts[key] and not 0 < n < 5) for key, n in shown.items())
    for (unit, whole), parts in PARTS.items():
        hidden = [part for part in parts if shown[unit, part] is None]
        if shown[unit, whole] is not None and hidden:
            together = sum(counts[unit, part] for part in hidden)
            others = [part for part in parts if shown[unit, part]]
            assert (len(hidden) > 1 and together >= 5) or not others


def test_the_figures_are_those_of_the_run(made):
    event = simulation_event(made / "exchange", made / "out", "tiny", "A", "B")
    figures = {(f.unit, f.kind): f.count for f in event.figures}
    joint = json.loads((made / "out/joint.json").read_text())
    assert figures["bag", "handed over"] == figures["case", "registered"] == 40
    assert figures["individual", "found"] == len(joint["individuals"])
    for kind in PARTS["individual", "found"]:
        count = figures["individual", kind]
        assert count is None or count == joint["counts"][kind]
        assert count is None or not 0 < count < SUPPRESSED_BELOW
    rightly, wrongly = (figures["individual", kind] for kind in CHECKS[:2])
    assert rightly + wrongly == joint["counts"]["identified"] > 0
    assert {"sha256 remains.csv", "sha256 settings", "version priam"} <= {
        stamp.name for stamp in event.made_with
    }
    text = json.dumps(event.to_payload())
    assert "R00001" not in text and "-MP" not in text  # no case, no person


def test_a_finished_run_is_used_again_and_a_changed_one_is_not(made):
    before = (made / "out/joint.json").stat().st_mtime_ns
    assert "finished run" in run([*identify(made), "--reuse"])
    assert (made / "out/joint.json").stat().st_mtime_ns == before
    assert "finished run" not in run([*identify(made), "--reuse", "--missing", "90"])
    assert "finished run" not in run([*identify(made), "--reuse"])


def test_what_is_no_simulation_or_another_one_is_refused(made, tmp_path):
    with pytest.raises(InputError, match="only a simulated exchange"):
        simulation_event(tmp_path, made / "out", "x", "A", "B")
    for name in ("truth.json", "families.json"):
        (tmp_path / name).write_bytes((made / "exchange" / name).read_bytes())
    (tmp_path / "remains.csv").write_text("case\n")
    with pytest.raises(InputError, match=r"remains\.csv is not the file"):
        simulation_event(tmp_path, made / "out", "x", "A", "B")
    with pytest.raises(InputError, match="run `priam identify`"):
        simulation_event(made / "exchange", tmp_path, "x", "A", "B")
