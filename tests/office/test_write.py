"""The one function that writes, on both databases."""

from __future__ import annotations

import threading

import pytest

from priam.errors import UserError
from priam.tlog.tree import Tree
from tests.office.acts import Noted

FIRST = "01976b4e-7a00-7cc3-98c4-dc0c0c07398f"


def test_an_event_gets_the_next_place_a_leaf_and_a_salt(store: str) -> None:
    from priam_office.record.models import Event, Leaf, Salt
    from priam_office.record.write import record

    one = record(Noted("first"), by="a.example")
    two = record(Noted("second"), by="a.example")
    assert (one.sequence, two.sequence) == (0, 1)
    assert [row.payload for row in Event.objects.all()] == [
        '{"body":{"text":"first"},"version":1}',
        '{"body":{"text":"second"},"version":1}',
    ]
    assert list(Leaf.objects.values_list("event_id", flat=True)) == [one.event_id, two.event_id]
    assert len(set(Salt.objects.values_list("value", flat=True))) == 2


def test_what_the_rules_forbid_leaves_no_trace(store: str) -> None:
    from priam_office.record.models import Event, Leaf, Node, Salt
    from priam_office.record.write import Entry, record, record_all

    record(Noted("kept"), by="a.example")
    with pytest.raises(UserError, match="empty line"):
        record_all([Entry(Noted("good")), Entry(Noted("")), Entry(Noted("good"))], by="a.example")
    counts = [model.objects.count() for model in (Event, Leaf, Salt, Node)]
    assert counts == [1, 1, 1, 0]
    assert record(Noted("next"), by="a.example").sequence == 1


def test_the_same_id_with_the_same_content_is_written_once(store: str) -> None:
    from priam_office.record.models import Event
    from priam_office.record.write import Entry, record, record_all

    first = record(Noted("x"), by="a.example", event_id=FIRST)
    again = record(Noted("x"), by="a.example", event_id=FIRST)
    both = record_all([Entry(Noted("x"), FIRST), Entry(Noted("y"))], by="a.example")
    assert first == again == both[0]
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "by", "claimed"),
    [
        ("other", "a.example", None),
        ("x", "b.example", None),
        ("x", "a.example", "2025-06-16T09:30:00Z"),
    ],
)
def test_the_same_id_with_other_content_is_refused(
    store: str, text: str, by: str, claimed: str | None
) -> None:
    from priam_office.record.write import record

    record(Noted("x"), by="a.example", event_id=FIRST)
    with pytest.raises(UserError, match="already recorded with other content"):
        record(Noted(text), by=by, event_id=FIRST, claimed_time=claimed)


def test_one_id_twice_in_one_import_is_one_event(store: str) -> None:
    from priam_office.record.models import Event
    from priam_office.record.write import Entry, record_all

    results = record_all([Entry(Noted("x"), FIRST), Entry(Noted("x"), FIRST)], by="a.example")
    assert results[0] == results[1]
    assert Event.objects.count() == 1


def test_stored_nodes_are_those_of_the_whole_tree(store: str) -> None:
    from priam_office.record.models import Leaf, Node
    from priam_office.record.tree import compact_range
    from priam_office.record.write import Entry, record_all

    number = 0
    for size in (1, 2, 1, 5, 8, 3):
        record_all([Entry(Noted(str(number + i))) for i in range(size)], by="a.example")
        number += size
        hashes = [bytes.fromhex(h) for h in Leaf.objects.values_list("hash", flat=True)]
        whole = Tree.from_hashes(b"".join(hashes))
        assert compact_range(number).root() == whole.root()
        for place, value in Node.objects.values_list("place", "hash"):
            level, index = map(int, place.split("/"))
            assert whole.node(level, index).hex() == value
    assert Node.objects.count() == sum(number >> level for level in range(1, number.bit_length()))


def test_writers_at_the_same_time_queue(store: str) -> None:
    from django.db import connection

    from priam_office.record.models import Event
    from priam_office.record.write import record

    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for i in range(10):
                record(Noted(f"{name} {i}"), by=name)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"writer-{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert list(Event.objects.values_list("sequence", flat=True)) == list(range(40))


def test_the_state_is_folded_again_after_a_backup_was_put_back(store: str) -> None:
    from priam_office.record import state
    from priam_office.record.write import record

    record(Noted("x"), by="a.example")
    true = state.known()
    state.remember(state.Known(7, "00" * 32, true.state))
    assert state.known() == true


def test_a_salt_goes_only_after_an_event_that_says_so(store: str) -> None:
    from django.db import DatabaseError, transaction

    from priam_office.record.models import Event, Salt
    from priam_office.record.write import destroy_salt, record

    one = record(Noted("x"), by="a.example")
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        Salt.objects.all().delete()
    destroy_salt(one.event_id, "the family asked for it", by="a.example")
    assert list(Salt.objects.values_list("sequence", flat=True)) == [1]
    assert Event.objects.count() == 2


def _at_once(monkeypatch: pytest.MonkeyPatch, *texts: str) -> tuple[dict[str, object], int]:
    """All texts recorded by threads that wait for the same writer; outcomes and transactions."""
    import contextlib
    import time

    from django.db import connections

    from priam_office.record import turns, write

    outcomes: dict[str, object] = {}
    begun: list[int] = []
    real = write.writing

    @contextlib.contextmanager
    def counted() -> object:
        begun.append(1)
        with real():
            yield

    monkeypatch.setattr(write, "writing", counted)

    def work(text: str) -> None:
        try:
            outcomes[text] = write.record(Noted(text), by="a.example").sequence
        except Exception as error:
            outcomes[text] = error
        connections.close_all()

    threads = [threading.Thread(target=work, args=[text]) for text in texts]
    with turns._writing:
        for thread in threads:
            thread.start()
        while len(turns._waiting) < len(texts):
            time.sleep(0.001)
    for thread in threads:
        thread.join(30)
    assert not turns._waiting
    return outcomes, len(begun)


def test_who_waits_is_written_in_one_transaction(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.record.models import Event, Leaf

    outcomes, transactions = _at_once(monkeypatch, *map(str, range(7)), "")
    refused = outcomes.pop("")
    assert isinstance(refused, UserError) and "empty line" in str(refused)
    assert sorted(outcomes.values()) == list(range(7))  # type: ignore[type-var]
    assert transactions == 1
    assert Event.objects.count() == Leaf.objects.count() == 7
    for row in Event.objects.all():
        assert outcomes[row.payload.split('"')[5]] == row.sequence


def test_a_failure_of_one_is_not_the_failure_of_all(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.record import projection
    from priam_office.record.models import Event

    real = projection.fold

    def fold(recorded: list[object], rows: object) -> object:
        recorded = list(recorded)
        if any(one.event.text == "poison" for one in recorded):  # type: ignore[attr-defined]
            raise ValueError("a bug")
        return real(recorded, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(projection, "fold", fold)
    outcomes, _ = _at_once(monkeypatch, "a", "poison", "b", "c")
    assert isinstance(outcomes.pop("poison"), ValueError)
    assert sorted(outcomes.values()) == [0, 1, 2]  # type: ignore[type-var]
    assert Event.objects.count() == 3
