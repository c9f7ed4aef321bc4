import os
import subprocess
import sys

import pytest

from priam.tlog.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from priam.tlog.errors import LogError
from priam_office.installation import create


def test_checkpoints_carry_both_lines_and_an_older_installation_still_signs(tmp_path):
    installation = create(tmp_path / "two", "office.example/log")
    both = sign_checkpoint(Checkpoint("office.example/log", 1, bytes(32)), installation.signers())
    assert len(open_checkpoint(str(both), installation.verifiers()).opened.verified) == 2
    installation.second_key_file.unlink()
    one = sign_checkpoint(Checkpoint("office.example/log", 1, bytes(32)), installation.signers())
    assert len(open_checkpoint(str(one), installation.verifiers()).opened.verified) == 1
    create(tmp_path / "two", "office.example/log")
    assert installation.second_key_file.stat().st_mode & 0o777 == 0o600
    older = open_checkpoint(str(one), installation.verifiers(), every_kind=False)
    assert len(older.opened.verified) == 1
    with pytest.raises(LogError, match="no ML-DSA-44 line"):  # now that both keys are published
        open_checkpoint(str(one), installation.verifiers())


def test_a_changed_ml_dsa_line_is_not_accepted(tmp_path):
    installation = create(tmp_path / "two", "office.example/log")
    statement = Checkpoint("office.example/log", 1, bytes(32))
    text = str(sign_checkpoint(statement, installation.signers()))
    *rest, last = text.rstrip("\n").split("\n")
    swapped = last[:-8] + ("A" if last[-8] != "A" else "B") + last[-7:]
    with pytest.raises(LogError):
        open_checkpoint("\n".join([*rest, swapped]) + "\n", installation.verifiers())


def test_the_database_file_is_for_its_owner_alone_also_in_an_older_installation(tmp_path):
    folder = tmp_path / "data"
    unset = {"PRIAM_DATA", "PRIAM_DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    command = [sys.executable, "-m", "priam", "init", "--data", str(folder)]
    database = folder / "priam.sqlite3"
    for _ in range(2):
        subprocess.run(command, check=True, env=environment, umask=0o022, capture_output=True)
        assert [oct(file.stat().st_mode & 0o777) for file in folder.glob("priam.sqlite3*")] == [
            "0o600" for _ in folder.glob("priam.sqlite3*")
        ]
        database.chmod(0o644)


def test_the_log_s_keys_can_be_sealed(tmp_path, monkeypatch):
    from priam.errors import UserError

    monkeypatch.delenv("PRIAM_LOG_PASSPHRASE", raising=False)
    monkeypatch.setattr("priam.tlog.keys.SCRYPT_N", 2)
    installation = create(tmp_path / "office", "office.example/log")
    before = installation.vkeys()
    installation.seal("words")
    monkeypatch.setattr("priam_office.installation._OPENED", {})  # as in another process
    monkeypatch.setattr("priam_office.unlocking._remembered", [])
    assert not installation.signing_key_file.exists()
    create(tmp_path / "office", "office.example/log")  # makes no new ones
    assert not installation.signing_key_file.exists() and installation.vkeys() == before
    point = Checkpoint("office.example/log", 1, bytes(32))
    with pytest.raises(UserError, match=r"stay sealed \(no passphrase .*set PRIAM_LOG_PASSPHRASE"):
        installation.signers()
    monkeypatch.setenv("PRIAM_LOG_PASSPHRASE", "wrong")
    with pytest.raises(UserError, match="wrong passphrase"):
        installation.signers()
    monkeypatch.setenv("PRIAM_LOG_PASSPHRASE", "words")
    note = sign_checkpoint(point, installation.signers())
    assert len(open_checkpoint(str(note), installation.verifiers()).opened.verified) == 2
    with pytest.raises(UserError, match="sealed already"):
        installation.seal("words")
