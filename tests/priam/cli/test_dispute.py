"""``priam dispute verify`` as a reader uses it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from priam.tlog.bundle import write_bundle
from priam.tlog.prooffiles import ProofFile
from tests.priam.tlog.disputes import Dispute, dispute, policy


def run(*arguments: object, what: str = "verify") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "priam", "dispute", what, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def case() -> Dispute:
    return dispute(1250, 3)


@pytest.fixture
def files(case: Dispute, tmp_path: Path) -> tuple[Path, Path, Path]:
    names = [tmp_path / name for name in ("batch.bundle", "trust.policy", "parties.json")]
    names[0].write_bytes(write_bundle(case.bundle, case.a.office_key.signers()))
    names[1].write_bytes(bytes(policy(case.a, case.b)))
    names[2].write_text(json.dumps([asdict(case.a.party), asdict(case.b.party)]))
    return names[0], names[1], names[2]


def test_text(files: tuple[Path, Path, Path]) -> None:
    bundle, trust, parties = files
    done = run(bundle, "--policy", trust, "--parties", parties)
    assert done.returncode == 1, done.stderr
    assert "CONTRADICTIONS" in done.stdout
    assert "the manifest states 1250, B counted 1247, a difference of 3" in done.stdout
    assert "both parties signed the same bytes [A, B]" in done.stdout
    assert "compare them with the agreement" not in done.stdout


def test_json(files: tuple[Path, Path, Path]) -> None:
    done = run(files[0], "--format", "json")
    report = json.loads(done.stdout)
    assert report["exported_by"] == ["A"]
    assert {s["status"] for s in report["statements"]} == {"proved", "claimed", "contradiction"}


def test_bad_input(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    bundle, _, parties = files
    changed = tmp_path / "changed.bundle"
    data = bundle.read_bytes()
    changed.write_bytes(data.replace(b'count\\":1250', b'count\\":1251'))
    assert changed.read_bytes() != data
    for arguments, message in [
        ((changed,), "the bundle is refused: invalid signature"),
        ((bundle, "--policy", parties), "policy, line 1"),
        ((bundle, "--parties", bundle), "no JSON list"),
    ]:
        done = run(*arguments)
        assert done.returncode == 2
        assert message in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_proof_of_one_event(case: Dispute, files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    size = case.a.tree.size
    path, leaf = tuple(case.a.tree.inclusion_proof(1)), case.a.leaves[1]
    proof = tmp_path / "event.tlog-proof"
    proof.write_bytes(bytes(ProofFile(1, path, str(case.a.checkpoints[size]), leaf)))
    salt, body = case.a.opened[1]
    payload = tmp_path / "payload.json"
    payload.write_bytes(body.replace(b":", b" : "))
    done = run(
        proof, "--policy", files[1], "--payload", payload, "--salt", salt.hex(), what="proof"
    )
    assert done.returncode == 0, done.stderr
    assert "place 1 of a.example/log, which had 2 leaves" in done.stdout
    assert "cosigned by neutral" in done.stdout
    assert "content: is the one given" in done.stdout
    assert "not disclosed" in run(proof, "--policy", files[1], what="proof").stdout
    for arguments, message in [
        (("--payload", payload), "go together"),
        (("--payload", payload, "--salt", "00" * 32), "not the content"),
        (("--payload", payload, "--salt", "x"), "64 hexadecimal"),
        (("--payload", payload, "--salt", "00"), "32 bytes"),
        (("--leaf", payload), "does not hold"),
    ]:
        done = run(proof, "--policy", files[1], *arguments, what="proof")
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr
