"""The log's keys are sealed from the start; where their passphrase may come from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from priam.errors import InputError, UserError
from priam.tlog import keys
from priam_office import installation, unlocking
from priam_office.commands.init import init
from priam_office.installation import Installation, create

ORIGIN = "office.example/log"


@pytest.fixture(autouse=True)
def nothing_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (unlocking.LOG, unlocking.PARTY):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(f"{variable}_FILE", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("PRIAM_OPEN_LOG_KEY", raising=False)
    monkeypatch.setattr(unlocking, "_remembered", [])
    monkeypatch.setattr(unlocking, "_ask", [])
    monkeypatch.setattr(installation, "_OPENED", {})


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    made = create(tmp_path / "office", ORIGIN, "words", n=2)
    monkeypatch.setattr(installation, "_OPENED", {})  # as in another process
    return made


def test_sealed_keys_never_lie_open(sealed: Installation) -> None:
    assert sorted(path.name for path in sealed.folder.glob("log-key*")) == ["log-key.sealed"]
    assert sealed.sealed_key_file.stat().st_mode & 0o777 == 0o600
    create(sealed.folder, ORIGIN)  # run again without a passphrase, as an upgrade is
    assert not sealed.signing_key_file.exists()
    assert len(sealed.vkeys()) == 2  # public keys need no passphrase
    with pytest.raises(UserError, match=r"stay sealed \(no passphrase was given\); set PRIAM_LOG"):
        sealed.signers()


def test_a_file_and_a_credential_and_the_environment(
    sealed: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "priam-log-passphrase").write_text("words")
    (tmp_path / "file").write_text("words\n")
    for name, value in (
        ("CREDENTIALS_DIRECTORY", credentials),
        ("PRIAM_LOG_PASSPHRASE_FILE", tmp_path / "file"),
        ("PRIAM_LOG_PASSPHRASE", "words"),
        ("PRIAM_PASSPHRASE", "words"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(installation, "_OPENED", {})
            patch.setenv(name, str(value))
            assert len(sealed.signers()) == 2, name
            patch.setattr(installation, "_OPENED", {})
            (tmp_path / "file").write_text("wrong\n")
            (credentials / "priam-log-passphrase").write_text("wrong")
            if "words" not in str(value):
                with pytest.raises(UserError, match="wrong passphrase"):
                    sealed.signers()
        (tmp_path / "file").write_text("words\n")


def test_a_passphrase_file_of_another_form_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("two\nlines\n")
    monkeypatch.setenv("PRIAM_LOG_PASSPHRASE_FILE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="expected one line, the passphrase"):
        unlocking.given(unlocking.LOG)
    monkeypatch.setenv("PRIAM_LOG_PASSPHRASE_FILE", str(tmp_path / "nothing"))
    with pytest.raises(InputError, match="cannot be read"):
        unlocking.given(unlocking.LOG)


def test_what_was_typed_for_the_party_opens_the_log_too(sealed: Installation) -> None:
    unlocking.remember("of another party")
    unlocking.remember("words")
    assert len(sealed.signers()) == 2


def test_whoever_sits_there_is_asked_last(sealed: Installation) -> None:
    asked: list[str] = []

    def answer(words: str) -> str:
        asked.append(words)
        return "words"

    unlocking.ask_with(answer)
    assert len(sealed.signers()) == 2
    assert len(sealed.signers()) == 2
    assert asked == [f"Passphrase of {sealed.sealed_key_file}"]  # once in a process


def test_init_makes_no_open_key_unless_it_is_told_to(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "SCRYPT_N", 2)
    before = dict(os.environ)
    folder = tmp_path / "made"
    refused = CliRunner().invoke(init, ["--data", str(folder)])
    assert isinstance(refused.exception, UserError)
    assert "need a passphrase" in str(refused.exception) and not folder.exists()
    monkeypatch.setenv("PRIAM_LOG_PASSPHRASE", "words")
    made = CliRunner().invoke(init, ["--data", str(folder)])
    assert made.exit_code == 0 and "unsafe" not in made.output, made.output
    assert [path.name for path in folder.glob("log-key*")] == ["log-key.sealed"]
    monkeypatch.delenv("PRIAM_LOG_PASSPHRASE")
    again = CliRunner().invoke(init, ["--data", str(folder)])  # an upgrade needs no passphrase
    assert again.exit_code == 0, again.output
    opened = CliRunner().invoke(init, ["--data", str(tmp_path / "open"), "--open-log-key"])
    assert opened.exit_code == 0 and "unsafe   the log's keys lie open" in opened.output
    os.environ.update(before)


def test_open_keys_are_called_unsafe(sqlite: str, tmp_path: Path) -> None:
    from priam_office import unsafe

    def found(made: Installation) -> set[str]:
        before, unsafe.settings.INSTALLATION = unsafe.settings.INSTALLATION, made
        try:
            return {name for name, _, _ in unsafe._files()}
        finally:
            unsafe.settings.INSTALLATION = before

    made = create(tmp_path / "open", ORIGIN)
    assert "W015" in found(made)
    assert "W015" not in found(create(tmp_path / "sealed", ORIGIN, "words", n=2))
