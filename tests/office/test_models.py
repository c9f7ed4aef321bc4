"""Every field of every model is declared personal or not; keys point down the order of apps."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIME = "2026-02-01T00:00:00.000000Z"


# Tables of libraries. Sessions hold the id of an account; the rest is names of tables and rights.
# allauth keeps second factors, whose secrets are sealed (test_sign_in.py).
OF_LIBRARIES = {"contenttypes", "auth", "sessions", "account", "mfa"}


def test_every_field_is_declared_personal_or_not() -> None:
    from django.apps import apps

    for model in apps.get_models():
        if model._meta.app_label in OF_LIBRARIES:
            continue
        names = {field.name for field in model._meta.concrete_fields}
        assert names == model.PERSONAL | model.IMPERSONAL, model
        assert not model.PERSONAL & model.IMPERSONAL, model


def test_foreign_keys_point_only_down() -> None:
    from django.apps import apps

    order = [config.label for config in apps.get_app_configs()]
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is not None:
                below = order.index(field.related_model._meta.app_label)
                assert below <= order.index(model._meta.app_label), field


def test_models_and_migrations_agree(sqlite: str) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_setting_is_documented() -> None:
    import re

    used = set()
    for path in [*(ROOT / "src" / "priam_office").rglob("*.py")]:
        used |= set(re.findall(r"PRIAM_[A-Z_]+", path.read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert used and not {name for name in used if f"`{name}`" not in page}


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("mysql://x/y", "begins with 'mysql'"),
        ("sqlite:///", "names no file"),
        ("postgresql://u:secret@h:5432/", "names no database"),
        ("postgresql://u:secret@h:port/d", "port"),
        ("", "begins with 'nothing'"),
    ],
)
def test_a_bad_database_url_is_refused_without_its_password(url: str, part: str) -> None:
    from priam.errors import UserError
    from priam_office.database_url import database

    with pytest.raises(UserError) as caught:
        database(url)
    assert part in str(caught.value) and "secret" not in str(caught.value)


def test_a_database_url_is_taken_apart() -> None:
    from priam_office.database_url import database

    settings = database("postgresql://u%40x:p%2Fw@db.example:5433/office?sslmode=require")
    parts = (settings[k] for k in ("USER", "PASSWORD", "HOST", "PORT", "NAME"))
    assert tuple(parts) == ("u@x", "p/w", "db.example", "5433", "office")
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_a_type_of_event_has_one_maker_of_rows_in_a_projection(sqlite: str) -> None:
    from priam.events import BagRegistered, CaseClosed, CaseReopened, Event, Recorded
    from priam_office.record.projection import Makers

    makes = Makers()

    @makes(CaseClosed, CaseReopened)
    def _case(event: object, recorded: object, before: object) -> list[object]:
        return [event]

    def rows(event: Event) -> list[object]:
        one = Recorded("01890000-0000-7000-8000-000000000000", 0, "key", TIME, TIME, event)
        return list(makes.rows(one, lambda model, key: None))

    for event in (CaseClosed("C-1", "returned", "words"), CaseReopened("C-1", "words")):
        assert rows(event) == [event]
    assert rows(BagRegistered("B-1", "party-a")) == []
    with pytest.raises(AssertionError, match="two functions"):
        makes(BagRegistered, CaseClosed)(_case)
