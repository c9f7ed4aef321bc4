"""Rows of the record cannot be changed or removed, tried by raw SQL on both databases."""

from __future__ import annotations

import sqlite3

import pytest

from tests.office.acts import Noted

TABLES = {
    "record_event": "sequence",
    "record_leaf": "sequence",
    "record_salt": "sequence",
    "record_node": "place",
    "record_checkpoint": "size",
}


@pytest.fixture
def filled(store: str) -> str:
    """A store in which every guarded table has a row."""
    from priam_office.record.models import Checkpoint
    from priam_office.record.write import Entry, record_all

    record_all([Entry(Noted("a")), Entry(Noted("b"))], by="a.example")
    Checkpoint.objects.create(size=2, note="a note", edge="")
    return store


def refused(sql: str) -> None:
    from django.db import DatabaseError, connection, transaction

    with (
        pytest.raises(DatabaseError, match=r"never|only added|UNIQUE|duplicate"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def contents(table: str) -> list[tuple[object, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        return list(cursor.fetchall())


@pytest.mark.parametrize("table", TABLES)
def test_update_delete_and_replace_are_refused(filled: str, table: str) -> None:
    from django.db import connection

    before = contents(table)
    assert before
    key = TABLES[table]
    refused(f"UPDATE {table} SET {key} = {key}")
    refused(f"DELETE FROM {table}")
    refused(f"INSERT INTO {table} SELECT * FROM {table}")
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        refused(f"REPLACE INTO {table} SELECT * FROM {table}")
    else:
        refused(f"TRUNCATE {table}")
        refused(f"TRUNCATE {table} CASCADE")
    assert contents(table) == before


@pytest.mark.parametrize("table", TABLES)
def test_replace_is_refused_to_a_program_that_sets_no_pragma(sqlite: str, table: str) -> None:
    """Without recursive_triggers REPLACE fires no delete trigger; the insert guard holds."""
    from django.db import connection

    from priam_office.record.models import Checkpoint
    from priam_office.record.write import Entry, record_all

    record_all([Entry(Noted("a")), Entry(Noted("b"))], by="a.example")
    Checkpoint.objects.create(size=2, note="a note", edge="")
    before = contents(table)
    connection.close()
    with sqlite3.connect(sqlite.removeprefix("sqlite:///")) as plain:
        assert plain.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        with pytest.raises(sqlite3.IntegrityError, match="only added"):
            plain.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    assert contents(table) == before


@pytest.mark.parametrize("place", [0, 1, 5, -1])
def test_an_event_cannot_be_put_at_another_place_than_the_next(filled: str, place: int) -> None:
    refused(
        "INSERT INTO record_event (sequence, event_id, type, version, actor, claimed_time, "
        f"received_time, commitment, payload) VALUES ({place}, 'x', 't', 1, 'a', '', '', '', '')"
    )


def test_an_event_id_cannot_be_used_again(filled: str) -> None:
    refused(
        "INSERT INTO record_event (sequence, event_id, type, version, actor, claimed_time, "
        "received_time, commitment, payload) SELECT 2, event_id, type, version, actor, "
        "claimed_time, received_time, commitment, payload FROM record_event WHERE sequence = 0"
    )


def test_all_guards_are_there_and_a_dropped_or_altered_one_is_named(store: str) -> None:
    from django.db import connection

    from priam_office.record import guards

    assert guards.missing(connection) == []
    on = " ON record_leaf" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER record_leaf_no_update{on}")
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE record_event DISABLE TRIGGER record_event_no_delete")
        else:
            cursor.execute("DROP TRIGGER record_event_no_delete")
            cursor.execute(
                "CREATE TRIGGER record_event_no_delete BEFORE DELETE ON record_event "
                "WHEN 0 BEGIN SELECT RAISE(ABORT, 'never'); END"
            )
    assert sorted(guards.missing(connection)) == ["record_event_no_delete", "record_leaf_no_update"]
    guards.install(connection)
    if connection.vendor == "sqlite":
        assert guards.missing(connection) == []


def test_a_guard_function_that_does_nothing_is_named(postgres: str) -> None:
    from django.db import connection

    from priam_office.record import guards

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION record_guard() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN OLD; END $$"
        )
    assert guards.missing(connection) == ["record_guard"]


def test_what_sqlite_must_promise_is_read_back(sqlite: str) -> None:
    from django.core.checks import run_checks
    from django.db import connection

    assert run_checks(databases=["default"]) == []
    for pragma in ("synchronous = NORMAL", "recursive_triggers = OFF", "foreign_keys = OFF"):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {pragma}")
    found = {str(error.msg) for error in run_checks(databases=["default"])}
    assert found == {
        "the database has synchronous = 1, expected 2 (FULL)",
        "the database has recursive_triggers = 0, expected 1 (ON)",
        "the database has foreign_keys = 0, expected 1 (ON)",
    }


def test_what_postgresql_must_promise_is_read_back(postgres: str) -> None:
    from django.core.checks import run_checks
    from django.db import connection

    assert run_checks(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    assert len(run_checks(databases=["default"])) == 1
