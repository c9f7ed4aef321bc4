"""The keys of a log are replaced: as a routine, because they were stolen, because they are lost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from priam.errors import UserError
from priam.tlog import notes
from priam.tlog.bundle import parse_parties, read_bundle, write_bundle
from priam.tlog.checkpoints import Checkpoint, sign_checkpoint
from priam.tlog.cosignatures import verifier_of
from priam.tlog.dispute import verify_bundle
from priam.tlog.keys import KeyPair, load_key
from priam.tlog.policy import parse_policy
from priam.tlog.witness import MemoryStore, Request, Witness
from priam_office.handovers import exporting, logkeys
from priam_office.handovers.processes import PASSPHRASE
from priam_office.installation import create
from priam_office.record import checkpoints, queries
from priam_office.record.audit import audit
from tests.office.here import Here
from tests.office.test_keys import Pair, carry, proved, signed

ORIGIN = "a.example/log"


@pytest.fixture
def pair(pair: Pair) -> Pair:
    """B has heard of the agreement."""
    carry(*pair)
    return pair


def findings(*elsewhere: str) -> list[str]:
    from django.conf import settings

    report = audit(settings.INSTALLATION.verifiers(), ORIGIN, elsewhere)
    return [text for _, text in report.findings]


def annex(office: Any, name: str) -> tuple[bytes, bytes]:
    files = office.folder.parent / f"{name}.policy", office.folder.parent / f"{name}.json"
    office.do("annex", *files)
    return files[0].read_bytes(), files[1].read_bytes()


def test_new_keys_as_a_routine_need_nothing_of_the_others(pair: Pair) -> None:
    a, b = pair
    old_annex = annex(b, "old")
    signed(a, "before")
    a.do("replace_log_key")
    signed(a, "after")
    carry(a, b)
    for office in (a, b):
        for batch in ("before", "after"):
            assert proved(office, batch)[0], (office, batch)
    assert findings() == []
    (row,) = [r for r in exporting.Checkpoint.objects.all() if len(signers(r.note)) == 4]
    assert row.size == queries.replaced_log_keys(ORIGIN)[signers(row.note)[-1]] + 1
    # whoever still has the annex of before learns that it must be renewed
    b.do("dispute", "after", b.folder.parent / "bundle")
    data = (b.folder.parent / "bundle").read_bytes()
    report = verify_bundle(
        data, policy=parse_policy(old_annex[0]), parties=parse_parties(old_annex[1])
    )
    assert any(
        "no signature of a known key" in s.text or "not signed by a log" in s.text
        for s in report.of("invalid")
    )
    a.do("rotate")  # the office's keys too, and the log's once more
    a.do("replace_log_key")
    signed(a, "last")
    carry(a, b)
    assert b.do("import", a.folder.parent / "stick")[1] == 0
    assert proved(b, "last")[0] and findings() == []


def signers(note: str) -> list[str]:
    """The keys of A's log that signed a checkpoint."""
    from django.conf import settings

    lines = {(line.name, line.key_id) for line in notes.parse(note).signatures}
    vkeys = [*settings.INSTALLATION.vkeys(), *settings.INSTALLATION.replaced_vkeys()]
    found = [verifier_of(vkey) for vkey in vkeys]
    return [str(v.vkey) for v in found if (v.name, v.key_id) in lines]


def test_parts_of_a_long_file_are_checked_alone(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = pair
    for batch in range(6):
        if batch == 4:
            a.do("replace_log_key")
        signed(a, f"n{batch}")
    monkeypatch.setattr(exporting, "LARGEST", 90_000)
    parts = a.do("export", "B", tmp_path / "long")
    assert len(parts) > 2
    for part in reversed(parts):
        b.do("import", part)
    assert len(b.do("figures")) == 6 and findings() == []
    carry(b, a)


def test_a_stolen_key_that_is_used_afterwards(pair: Pair, tmp_path: Path) -> None:
    a, b = pair
    shutil.copy(a.folder / "log-key.sealed", tmp_path / "stolen")
    signed(a, "before")
    a.do("replace_log_key", "stolen")
    signed(a, "after")
    a.do("export", "B", tmp_path / "stick")
    thief = load_key(tmp_path / "stolen", PASSPHRASE)
    data = (tmp_path / "stick").read_bytes()
    bundle, _ = read_bundle(data)
    newest = bundle.checkpoints[-1]
    statement = Checkpoint.from_text(notes.parse(newest).text)
    # B: the same file with its newest checkpoint under the old keys, even signed by A's office
    mine = str(sign_checkpoint(statement, thief.signers()))
    forged = replace(bundle, checkpoints=(*bundle.checkpoints[:-1], mine))
    (tmp_path / "forged").write_bytes(write_bundle(forged, a._worker.signers))
    with pytest.raises(UserError, match="it does not count: signed with a key of"):
        b.do("import", tmp_path / "forged")
    b.do("import", tmp_path / "stick")
    # later files do not bring the event again: B remembers it
    carry(b, a)
    signed(a, "more")
    a.do("export", "B", tmp_path / "more")
    bundle, _ = read_bundle((tmp_path / "more").read_bytes())
    statement = Checkpoint.from_text(notes.parse(bundle.checkpoints[-1]).text)
    mine = str(sign_checkpoint(statement, thief.signers()))
    forged = replace(bundle, checkpoints=(*bundle.checkpoints[:-1], mine))
    (tmp_path / "forged").write_bytes(write_bundle(forged, a._worker.signers))
    with pytest.raises(UserError, match="not signed with the keys that the log of A has today"):
        b.do("import", tmp_path / "forged")
    b.do("import", tmp_path / "more")
    # a witness with today's annex, and A's own check, refuse it too; nobody calls it a lie of A
    from priam_office.handovers import parties

    today = parties.policy(today=True)
    known = {ORIGIN: [verifier_of(log.vkey) for log in today.logs if log.vkey.name == ORIGIN]}
    eye = KeyPair.generate("eye.example/witness", "witness")
    witness = Witness(eye.signers(), known, MemoryStore())
    assert witness.add_checkpoint(bytes(Request(0, (), notes.parse(mine)))).status == 403
    honest = notes.parse(bundle.checkpoints[-1])
    assert witness.add_checkpoint(bytes(Request(0, (), honest))).status == 200
    assert [text for text in findings(mine) if "was replaced at place" in text]
    rival = str(sign_checkpoint(Checkpoint(ORIGIN, statement.size, bytes(32)), thief.signers()))
    assert not [text for text in findings(rival) if "different roots" in text]


def test_lost_keys_need_recovery_keys_and_a_comparison(pair: Pair) -> None:
    a, b = pair
    for number in range(3):
        a.do("enrol", f"r{number}", "recovery")
    signed(a, "before")
    carry(a, b)
    (a.folder / "log-key.sealed").unlink()
    with pytest.raises(UserError, match="the keys of the log are gone"):
        create(a.folder, ORIGIN, PASSPHRASE)
    with pytest.raises(UserError, match="2 of 3 are needed"):
        a.do("replace_log_key", "lost", ("r0",))
    a.do("replace_log_key", "lost", ("r0", "r2"))
    signed(a, "after")
    with pytest.raises(UserError, match="keys of its log are lost"):
        carry(a, b)
    b.do("trust", a.folder / "party-card")
    carry(a, b)
    assert proved(b, "before")[0] and proved(b, "after")[0]
    assert findings() == []


def test_without_recovery_keys_two_people_of_the_other_side_answer(pair: Pair) -> None:
    a, b = pair
    with pytest.raises(UserError, match="0 recovery keys are not enough"):
        a.do("replace_log_key", "lost")
    a.do("replace_log_key", "lost", alone=True)
    with pytest.raises(UserError, match="two people of yours"):
        b.do("trust", a.folder / "party-card")
    b.do("trust", a.folder / "party-card", ("head of office", "registrar"))
    signed(a, "after")
    carry(a, b)
    assert proved(b, "after")[0]


def test_an_office_key_alone_cannot_bring_other_keys_of_the_log(pair: Pair, tmp_path: Path) -> None:
    """Who stole it signs a card with a log key of his own, and says that it is a rotation."""
    from priam_office.handovers import parties
    from priam_office.handovers.evidence import KeysReplaced, LogKeysReplaced
    from priam_office.record.write import Entry, record_all

    a, b = pair
    me = a._worker.me
    pair_ = KeyPair.generate(ORIGIN, "log")
    card = replace(me.card, log_vkeys=(*me.card.log_vkeys, *pair_.vkeys()))
    text = str(notes.sign(card.text, a._worker.signers))
    (tmp_path / "card").write_text(text)
    with pytest.raises(UserError, match="two people of yours"):
        b.do("trust", tmp_path / "card")
    old = tuple(me.card.log_vkeys)
    with pytest.raises(UserError, match="cannot replace the keys of the log"):
        event = LogKeysReplaced("b.example/log", "stolen", old, tuple(pair_.vkeys()), text)
        record_all([Entry(event)], by=me.actor)
    record_all([Entry(KeysReplaced("A", "rotation", text))], by=me.actor)
    with pytest.raises(UserError, match="without saying so"):
        carry(a, b)
    assert parties.trusted()["A"].log == ORIGIN


def test_a_crash_between_record_and_checkpoint_is_mended(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    a, b = pair
    calls: list[int] = []
    real = logkeys.finish

    def dies(*arguments: Any) -> bool:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("the machine stopped")
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(logkeys, "finish", dies)
        with pytest.raises(RuntimeError):
            a.do("replace_log_key")
    signed(a, "after")
    with pytest.raises(UserError, match="run `priam log replace-key` to finish"):
        carry(a, b)
    assert logkeys.finish(settings.INSTALLATION, a._worker.me)
    assert not logkeys.finish(settings.INSTALLATION, a._worker.me)
    again = Here(a.folder, "A")
    carry(again, b)
    assert proved(b, "after")[0] and findings() == []


def test_the_command_replaces_and_the_annex_for_witnesses_forgets(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from priam_office.commands.exchange import annex as annex_command
    from priam_office.commands.log import replace_key

    a, _ = pair
    monkeypatch.setenv("PRIAM_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("PRIAM_NEW_PASSPHRASE", "other words")
    data = ["--data", str(a.folder)]
    old = a._worker.me.card.log_vkeys
    done = CliRunner().invoke(replace_key, [*data, "--reason", "stolen"])
    assert done.exit_code == 0, done.output
    assert "signed with new keys" in done.output and "Fingerprint of the new card" in done.output
    for name, options in (("all", []), ("today", ["--today"])):
        out = str(tmp_path / name)
        assert CliRunner().invoke(annex_command, [*data, "--out", out, *options]).exit_code == 0
        listed = {str(log.vkey) for log in parse_policy(Path(out).read_bytes()).logs}
        assert (set(old) <= listed) is (name == "all") and len(listed) == (
            6 if name == "all" else 4
        )
    assert findings() == []


def test_a_log_of_nobody_s(sqlite: str, tmp_path: Path) -> None:
    """An office that speaks for no party: open keys become sealed ones, and the log goes on."""
    from django.conf import settings

    from priam import events
    from priam_office.record.write import Entry, record_all

    before, settings.INSTALLATION = settings.INSTALLATION, create(tmp_path / "o", ORIGIN)
    try:
        record_all([Entry(events.PartyDeclared("X", "X", "party"))], by=ORIGIN)
        checkpoints.checkpoint()
        logkeys.replace(settings.INSTALLATION, "rotation", "words", n=2)
        names = sorted(path.name for path in (tmp_path / "o").glob("log-key*"))
        assert names == ["log-key.sealed", "log-keys.replaced"]
        record_all([Entry(events.PartyDeclared("Y", "Y", "party"))], by=ORIGIN)
        checkpoints.checkpoint()
        assert findings() == []
        settings.INSTALLATION.sealed_key_file.unlink()
        with pytest.raises(UserError, match="the log has ended"):
            logkeys.replace(settings.INSTALLATION, "lost", "words", n=2)
    finally:
        settings.INSTALLATION = before
