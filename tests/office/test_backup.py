"""A backup gives back the same installation on either database; a damaged one gives nothing."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from priam.errors import InputError, UserError
from tests.office import databases
from tests.office.acts import Noted
from tests.office.test_commands import data, made, priam  # noqa: F401  fixtures
from tests.office.test_vault import CANARY, Whispered


def silent(name: str, number: int) -> None: ...


def written() -> None:
    """Some of everything: events open and sealed, a checkpoint, an account."""
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.write import record
    from tests.office.signing_in import account

    record(Noted("before"), by="tests")
    record(Whispered(CANARY), by="tests")
    account("mortuary", username="somebody")
    checkpoint()
    record(Noted("after the checkpoint"), by="tests")


def contents() -> dict[str, list[Any]]:
    """All rows of all tables that a backup keeps, boxes opened."""
    from priam_office.backup.tables import kept_models

    return {
        m._meta.db_table: list(m._default_manager.order_by("pk").values()) for m in kept_models()
    }


def back_up(out: Path) -> Any:
    from django.conf import settings as django_settings

    from priam_office.backup.making import back_up

    identity = pyrage.x25519.Identity.generate()
    back_up(django_settings.INSTALLATION, out, [identity.to_public()], silent)
    return identity


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_all_comes_back_on_either_database(
    store: str, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    from django.db import connections

    from priam_office.backup import restoring
    from priam_office.record.models import Event

    written()
    before = contents()
    identity = back_up(tmp_path / "backup.age")
    connections["default"].close()
    if target == "sqlite":
        folder = tmp_path / "restored"
        folder.mkdir()
        template = request.getfixturevalue("sqlite_template")
        databases.point_django_at(databases.copy_sqlite(template, folder))
    else:
        base, template = (request.getfixturevalue(f"postgres_{n}") for n in ("url", "template"))
        copy = databases.copy_postgres(base, template)
        databases.point_django_at(copy.__enter__())
        request.addfinalizer(lambda: (connections["default"].close(), copy.__exit__(*[None] * 3)))
    expected = restoring.about(tmp_path / "backup.age", identity)
    assert not Event.objects.exists()
    restoring.restore_tables(tmp_path / "backup.age", identity, silent)
    assert restoring.verify(expected) == []
    assert contents() == before
    with pytest.raises(UserError, match="holds events already"):
        restoring.restore_tables(tmp_path / "backup.age", identity, silent)
    written_again()


def written_again() -> None:
    """The restored installation goes on: new rows do not clash with those put in."""
    from priam_office.record.write import record
    from tests.office.signing_in import account

    record(Whispered("and on"), by="tests")
    account("auditor", username="somebody else")


def test_a_backup_names_nobody_even_when_it_is_opened(sqlite: str, tmp_path: Path) -> None:
    """What is sealed in the database stays sealed in the backup; the keys are not in it."""
    from django.conf import settings as django_settings

    from priam_office.backup.archive import read

    written()
    identity = back_up(tmp_path / "backup.age")
    raw = (tmp_path / "backup.age").read_bytes()
    members = list(read(tmp_path / "backup.age", identity))
    opened = b"".join(content for _, content in members)
    keys = [path.read_text().strip() for path in django_settings.COMPARTMENT_KEYS.iterdir()]
    for secret in (CANARY, *keys):
        assert secret.encode() not in raw and secret.encode() not in opened
    assert b"before" in opened  # an open payload is there, so the search was not in vain
    assert not any(name.startswith("files/compartments") for name, _ in members)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A backup of a few members, and what opens it."""
    from priam_office.backup import archive

    path = tmp_path_factory.mktemp("small") / "backup.age"
    identity = pyrage.x25519.Identity.generate()
    members = [("about.json", b"{}"), ("files/a", b"a" * 100_000), ("tables/t/0.jsonl", b"[1]\n")]
    archive.write(path, [identity.to_public()], members)
    assert list(archive.read(path, identity)) == members
    return path, identity


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**30), st.integers(1, 255), st.booleans())
def test_a_changed_or_shortened_backup_is_refused(
    small: tuple[Path, Any], place: int, change: int, cut: bool
) -> None:
    from priam_office.backup import archive

    path, identity = small
    whole = path.read_bytes()
    at = place % len(whole)
    flip = whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]
    damaged = path.with_name("damaged.age")
    damaged.write_bytes(whole[:at] if cut else flip)
    with pytest.raises(InputError):
        list(archive.read(damaged, identity))


def test_a_backup_that_lacks_a_member_is_refused(tmp_path: Path) -> None:
    """One that was put together again by somebody who can read it, but left something out."""
    from priam_office.backup import archive

    identity = pyrage.x25519.Identity.generate()
    path = tmp_path / "backup.age"
    archive.write(path, [identity.to_public()], [("about.json", b"{}"), ("files/a", b"a")])
    plain = io.BytesIO(pyrage.decrypt(path.read_bytes(), [identity]))
    out = io.BytesIO()
    with tarfile.open(fileobj=plain) as source, tarfile.open(fileobj=out, mode="w") as target:
        for info in source:
            if info.name != "files/a":
                target.addfile(info, source.extractfile(info))
    path.write_bytes(pyrage.encrypt(out.getvalue(), [identity.to_public()]))
    with pytest.raises(InputError, match="not complete"):
        list(archive.read(path, identity))


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "a/../../outside", "a\nb", ".."])
def test_a_member_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    from priam_office.backup import archive, restoring

    identity = pyrage.x25519.Identity.generate()
    path = tmp_path / "backup.age"
    archive.write(path, [identity.to_public()], [(f"files/{name}", b"a")])
    with pytest.raises(InputError, match="not one of a backup"):
        restoring.restore_files(path, identity, tmp_path / "new")
    assert not (tmp_path / "outside").exists()


def test_by_command(data: Path, tmp_path: Path) -> None:  # noqa: F811
    assert priam("load", data=data).returncode == 0
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_text(priam("log", "checkpoint", data=data).stdout)
    secret, file, keys = (tmp_path / name for name in ("secret", "b.age", "k.age"))
    public = priam("backup", "key", "--out", secret, data=data).stdout.strip()
    assert public.startswith("age1") and secret.stat().st_mode & 0o077 == 0
    assert (
        "no public key"
        in priam("backup", "create", "--to", "age1x", "--out", file, data=data).stderr
    )
    assert priam("backup", "create", "--to", public, "--out", file, data=data).returncode == 0
    assert priam("backup", "keys", "--to", public, "--out", keys, data=data).returncode == 0

    new = tmp_path / "new"
    done = priam("restore", file, "--identity", secret, "--keys", keys, data=new)
    assert done.returncode == 0 and "Restored 107 events" in done.stdout, done.stderr
    assert priam("log", "verify", "--checkpoint", checkpoint, data=new).returncode == 0

    again = priam("restore", file, "--identity", secret, data=new)
    assert again.returncode == 2 and "is not empty" in again.stderr
    (tmp_path / "short.age").write_bytes(file.read_bytes()[:-20])
    short = priam("restore", tmp_path / "short.age", "--identity", secret, data=tmp_path / "third")
    assert short.returncode == 2 and "changed or cut short" in short.stderr
    assert not (tmp_path / "third").exists()
