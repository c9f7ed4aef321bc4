"""Databases and installations for the tests of the office.

Every test that asks for ``store`` gets an empty, migrated database of its own; the fixture is
parametrised over SQLite and PostgreSQL. Rows of the record cannot be deleted, so the usual way
of emptying tables between tests would fail, as it should.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.test import Client

from priam_office.handovers.processes import Office
from priam_office.installation import create
from tests.office import databases
from tests.office.here import Here
from tests.office.installations import installation
from tests.office.signing_in import complete_sign_in

# Settings read the data folder when they are imported; it must be there before any test is.
_FOLDER = Path(tempfile.mkdtemp(prefix="priam-tests-"))
os.environ["PRIAM_DATA"] = str(_FOLDER)
os.environ["DJANGO_SETTINGS_MODULE"] = "priam_office.settings"
os.environ.pop("PRIAM_DATABASE_URL", None)
create(_FOLDER, "tests.example/log")
django.setup()  # so that tests may import models at their top


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on PostgreSQL carry their marker."""
    for item in items:
        if "postgres" in getattr(getattr(item, "callspec", None), "params", {}).values():
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session", autouse=True)
def _django(django_db_blocker: Any) -> Iterator[None]:
    # The fixtures here make databases of their own, so pytest-django need not forbid any.
    with django_db_blocker.unblock():
        yield
    import shutil

    shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def _as_found() -> Iterator[None]:
    """A command within this process names another data folder; a page leaves its language on."""
    from django.utils import translation

    yield
    os.environ["PRIAM_DATA"] = str(_FOLDER)
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _whole_sign_in() -> Iterator[None]:
    """``Client.force_login`` stands for the whole sign-in, second factor included."""
    alone = Client.force_login

    def whole(client: Client, user: Any, backend: str | None = None) -> None:
        alone(client, user, backend)
        complete_sign_in(client, user)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", whole)
        yield


@pytest.fixture(scope="session")
def sqlite_template(_django: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "priam.sqlite3"
    databases.point_django_at(f"sqlite:///{path}")
    databases.migrate()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Address of the PostgreSQL server; skips where none answers, but fails when CI=true."""
    url = os.environ.get("PRIAM_TEST_POSTGRES", databases.POSTGRES)
    why_not = databases.postgres_answers(url)
    if why_not and os.environ.get("CI") == "true":
        pytest.fail(f"no PostgreSQL server answers at {url}: {why_not}")
    if why_not:
        pytest.skip(f"no PostgreSQL server answers at {url} (PRIAM_TEST_POSTGRES): {why_not}")
    return url


@pytest.fixture(scope="session")
def postgres_template(_django: None, postgres_url: str) -> Iterator[str]:
    """Name of a migrated PostgreSQL database."""
    with databases.copy_postgres(postgres_url) as url:
        databases.point_django_at(url)
        databases.migrate()
        yield url.rpartition("/")[2]


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of an empty SQLite database, Django's default from now on."""
    url = databases.copy_sqlite(sqlite_template, tmp_path)
    databases.point_django_at(url)
    return url


@pytest.fixture
def pair(sqlite: str, sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Here, Office]]:
    """A, who is here, and B in a process of its own, under one agreement."""
    from django.conf import settings

    before = settings.INSTALLATION
    a = Here(tmp_path / "A", "A")
    b = installation(tmp_path / "B", sqlite_template, "B")
    b.do("size")
    a.do("trust", b.folder / "party-card")
    b.do("trust", a.folder / "party-card")
    a.do("propose", "accord", ["B"])
    yield a, b
    b.close()
    settings.INSTALLATION = before


@pytest.fixture
def postgres(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database, Django's default from now on."""
    from django.db import connections

    with databases.copy_postgres(postgres_url, postgres_template) as url:
        databases.point_django_at(url)
        yield url
        connections["default"].close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> str:
    """URL of an empty database of each kind."""
    url: str = request.getfixturevalue(request.param)
    return url
