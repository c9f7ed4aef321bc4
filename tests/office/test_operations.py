"""Logs without personal data, unsafe settings named, keys exchanged, health."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.office.test_commands import data, made, priam  # noqa: F401  fixtures

CANARY = "Kanareyka-5512"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """What the log says, as it would be written."""
    from priam_office.logs import JsonLines

    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="priam.requests")
    formatter = JsonLines()
    return lambda: [formatter.format(record) for record in caplog.records]


def test_a_request_is_logged_without_its_address(sqlite: str, lines: Any) -> None:
    from tests.office.signing_in import signed_in

    client = signed_in("mortuary")
    client.get(f"/en/claims/?id={CANARY}")
    client.get(f"/en/{CANARY}/")
    client.get("/en/work/", {"q": CANARY}, headers={"user-agent": CANARY})
    Client().post("/en/work/sign-in/", {"username": CANARY, "password": CANARY})
    written = lines()
    assert CANARY not in "\n".join(written)
    requests = [json.loads(line) for line in written if '"request":' in line]
    assert [r["page"] for r in requests][:3] == ["claims", None, "day"]
    assert requests[2]["account"] and requests[2]["status"] in (200, 302)


def test_an_error_is_logged_by_its_place_and_never_by_its_words(
    sqlite: str, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.public import views

    def fails(*args: object) -> None:
        raise ValueError(f"no such person {CANARY}")

    monkeypatch.setattr(views.queries, "view", fails)
    answer = Client(raise_request_exception=False).get("/en/")
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode() + "\n".join(lines())
    error = next(json.loads(line) for line in lines() if '"error"' in line)
    assert error["error"] == "builtins.ValueError"
    assert any("test_operations.py" in place for place in error["places"])


def test_a_method_of_an_attacker_is_not_quoted(sqlite: str, lines: Any) -> None:
    Client().generic("KANAREYKA5512", "/en/")
    assert "KANAREYKA5512" not in "\n".join(lines())


def test_health(sqlite: str) -> None:
    from django.db import connection

    from priam_office.record.write import record
    from tests.office.acts import Noted

    assert Client().get("/health").content == b"ok\n"
    record(Noted("one"), by="tests")
    assert Client().get("/health").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER record_leaf_no_delete")
        cursor.execute("DELETE FROM record_leaf")
    answer = Client().get("/health")
    assert (answer.status_code, answer.content) == (503, b"log\n")


def found(**changed: Any) -> set[str]:
    from django.core import checks
    from django.test import override_settings

    from priam_office import unsafe

    with override_settings(**changed):
        return {message.id or "" for message in checks.run_checks(tags=[unsafe.TAG])}


def test_unsafe_settings_are_named(sqlite: str, tmp_path: Path) -> None:
    assert "priam.W001" in found(ALLOWED_HOSTS=["office.example"], HTTPS=False)
    assert "priam.W001" not in found(ALLOWED_HOSTS=["office.example"], HTTPS=True)
    assert "priam.W001" not in found(ALLOWED_HOSTS=["127.0.0.1", "localhost", "[::1]"])
    assert "priam.W002" in found(ALLOWED_HOSTS=["*"])
    assert "priam.W003" in found(DEBUG=True)
    assert "priam.W012" in found()
    assert "priam.W012" not in found(COMPARTMENT_KEYS=tmp_path)
    (tmp_path / "identity.key").write_text("00" * 32)
    (tmp_path / "identity.key").chmod(0o644)
    assert "priam.W010" in found(COMPARTMENT_KEYS=tmp_path)
    far = {"ENGINE": "django.db.backends.postgresql", "HOST": "db.example", "OPTIONS": {}}
    near = far | {"HOST": "127.0.0.1"}
    sure = far | {"OPTIONS": {"sslmode": "verify-full"}}
    asked = [found_in(database) for database in (far, near, sure)]
    assert ["priam.W021" in ids for ids in asked] == [True, False, False]


def found_in(database: dict[str, Any]) -> set[str]:
    from priam_office import unsafe

    before = unsafe.settings.DATABASES["default"]
    unsafe.settings.DATABASES["default"] = {"NAME": "x", **database}
    try:
        return {f"priam.{name}" for name, _, _ in unsafe._database()}
    finally:
        unsafe.settings.DATABASES["default"] = before


def test_keys_are_exchanged_by_command(data: Path) -> None:  # noqa: F811
    keys = data / "compartments"
    old = (keys / "identity.key").read_text()
    assert "identity   1 data keys, open" in priam("compartments", "status", data=data).stdout
    assert priam("compartments", "rewrap", "identity", data=data).returncode == 0
    assert (keys / "identity.key").read_text() != old
    assert (keys / "identity.key.old").read_text() == old
    assert "identity   1 data keys, open" in priam("compartments", "status", data=data).stdout
    again = priam("compartments", "rewrap", "identity", data=data)
    assert again.returncode == 2 and "is still there" in again.stderr
    assert priam("compartments", "rotate", "identity", data=data).returncode == 0
    assert "identity   2 data keys, open" in priam("compartments", "status", data=data).stdout
    (keys / "genetic.key").unlink()
    locked = priam("compartments", "status", data=data).stdout
    assert "genetic    1 data keys, the compartment 'genetic' is locked" in locked
    assert priam("compartments", "rotate", "names", data=data).returncode == 2


def test_check_by_command(data: Path) -> None:  # noqa: F811
    answer = priam("check", data=data)
    assert answer.returncode == 1 and "priam.W040" in answer.stdout, answer.stderr
