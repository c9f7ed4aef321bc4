"""Triggers that refuse to change or remove a row, in SQLite and in PostgreSQL.

They do not stop an owner of the database file, who can drop them: then :func:`missing` says so,
and ``priam log verify`` finds what was done to the rows. In SQLite ``INSERT OR REPLACE`` deletes
without firing delete triggers unless ``recursive_triggers`` is on, so each insert is guarded too.

A migration that rebuilds one of these tables on SQLite drops its triggers; end such a migration
with ``migrations.RunPython(guards.install_for)``.
"""

from __future__ import annotations

from typing import Any

__all__ = ["GUARDED", "install", "install_for", "missing", "remove_for", "statements"]

# table -> key column; rows are only ever added
GUARDED = {
    "record_event": "sequence",
    "record_leaf": "sequence",
    "record_salt": "sequence",
    "record_node": "place",
    "record_checkpoint": "size",
}
# Tables whose rows come one after the other, without a gap.
_CONSECUTIVE = ("record_event", "record_leaf")
# The one permitted deletion: the salt of an event that a later event names as destroyed.
DESTRUCTION = "record.salt_destroyed"


def install(connection: Any) -> None:
    """Create what is missing and put right what differs."""
    with connection.cursor() as cursor:
        for name, sql in statements(connection.vendor).items():
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(sql)


def install_for(apps: Any, schema_editor: Any) -> None:
    """:func:`install` as a step of a migration."""
    install(schema_editor.connection)


def remove_for(apps: Any, schema_editor: Any) -> None:
    """Backwards step of a migration."""
    with schema_editor.connection.cursor() as cursor:
        for table in GUARDED:
            for name in _names(schema_editor.connection.vendor, table):
                on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any) -> list[str]:
    """Names of guards that are absent, altered or switched off."""
    if connection.vendor == "sqlite":
        return _missing_in_sqlite(connection)
    return _missing_in_postgresql(connection)


def statements(vendor: str) -> dict[str, str]:
    """Trigger name -> the statement that creates it; on PostgreSQL the function comes first."""
    return _sqlite() if vendor == "sqlite" else _postgresql()


def _names(vendor: str, table: str) -> list[str]:
    acts = ("update", "delete", "insert") + (() if vendor == "sqlite" else ("truncate",))
    return [f"{table}_no_{act}" if act != "insert" else f"{table}_only_new" for act in acts]


# --- SQLite


def _sqlite() -> dict[str, str]:
    result = {}
    for table, key in GUARDED.items():
        no_update, no_delete, only_new = _names("sqlite", table)
        result[no_update] = (
            f"CREATE TRIGGER {no_update} BEFORE UPDATE ON {table} BEGIN "
            f"SELECT RAISE(ABORT, '{table}: rows are never changed'); END"
        )
        result[no_delete] = (
            f"CREATE TRIGGER {no_delete} BEFORE DELETE ON {table}{_unless_destroyed(table)} BEGIN "
            f"SELECT RAISE(ABORT, '{table}: rows are never removed'); END"
        )
        result[only_new] = (
            f"CREATE TRIGGER {only_new} BEFORE INSERT ON {table} WHEN {_not_new(table, key)} BEGIN "
            f"SELECT RAISE(ABORT, '{table}: rows are only added, each at the next place'); END"
        )
    return result


def _unless_destroyed(table: str) -> str:
    if table != "record_salt":
        return ""
    return (
        " WHEN NOT EXISTS (SELECT 1 FROM record_event AS e, record_event AS destroyed"
        f" WHERE e.type = '{DESTRUCTION}' AND destroyed.sequence = OLD.sequence"
        " AND json_extract(e.payload, '$.body.event') = destroyed.event_id)"
    )


def _not_new(table: str, key: str) -> str:
    if table in _CONSECUTIVE:
        next_place = f"(SELECT coalesce(max(sequence) + 1, 0) FROM {table})"
        also = (
            f" OR EXISTS (SELECT 1 FROM {table} WHERE event_id = NEW.event_id)"
            if table == "record_event"
            else ""
        )
        return f"NEW.sequence IS NOT {next_place}{also}"
    return f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"


def _missing_in_sqlite(connection: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    return [name for name, sql in _sqlite().items() if found.get(name) != sql]


# --- PostgreSQL

_FUNCTION = f"""\
CREATE OR REPLACE FUNCTION record_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence) + 1, 0) FROM record_event)
       AND TG_TABLE_NAME = 'record_event' THEN
      RAISE EXCEPTION 'record_event: rows are only added, each at the next place';
    END IF;
    IF NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence) + 1, 0) FROM record_leaf)
       AND TG_TABLE_NAME = 'record_leaf' THEN
      RAISE EXCEPTION 'record_leaf: rows are only added, each at the next place';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'record_salt' THEN
    IF EXISTS (SELECT 1 FROM record_event AS e, record_event AS destroyed
               WHERE e.type = '{DESTRUCTION}' AND destroyed.sequence = OLD.sequence
               AND e.payload::jsonb #>> '{{body,event}}' = destroyed.event_id) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '%: rows are never changed or removed', TG_TABLE_NAME;
END
$guard$"""


def _postgresql() -> dict[str, str]:
    result = {"record_guard": _FUNCTION}
    for table in GUARDED:
        no_update, no_delete, only_new, no_truncate = _names("postgresql", table)
        row, whole = "FOR EACH ROW", "FOR EACH STATEMENT"
        result[no_update] = _trigger(no_update, "UPDATE", table, row)
        result[no_delete] = _trigger(no_delete, "DELETE", table, row)
        result[no_truncate] = _trigger(no_truncate, "TRUNCATE", table, whole)
        if table in _CONSECUTIVE:
            result[only_new] = _trigger(only_new, "INSERT", table, row)
    return result


def _trigger(name: str, act: str, table: str, each: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} "
        f"{each} EXECUTE FUNCTION record_guard()"
    )


def _missing_in_postgresql(connection: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relname = ANY(%s)",
            [list(GUARDED)],
        )
        # 'O' fires for ordinary sessions, 'A' always; 'D' and 'R' do not
        found = {name: definition for name, definition, on in cursor.fetchall() if on in ("O", "A")}
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'record_guard'")
        bodies = [row[0] for row in cursor.fetchall()]
    expected = _postgresql()
    function = expected.pop("record_guard")
    absent = [] if len(bodies) == 1 and bodies[0] in function else ["record_guard"]
    return absent + [name for name, sql in expected.items() if not _same(found.get(name), sql)]


def _same(found: str | None, sql: str) -> bool:
    if found is None:
        return False
    plain = sql.replace("CREATE OR REPLACE", "CREATE")
    return found.replace("public.", "") == plain
