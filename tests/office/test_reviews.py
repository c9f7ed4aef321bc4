"""Reviews of pairs: answers are events, tables follow, the export folds back into a match."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from priam.errors import InputError, UserError
from priam.names.comparisons import FIELDS
from priam.names.review import read_decisions
from tests.office.review_pairs import content, data
from tests.office.signing_in import signed_in


@pytest.fixture
def opened(store: str) -> str:
    """The name of a review of five pairs."""
    from priam_office.reviews.actions import open_review

    return open_review(data(), "June", by="person/test")


def stands(review: str) -> list[str]:
    from priam_office.reviews.models import Pair

    return list(Pair.objects.filter(review_id=review).values_list("answer", flat=True))


def page(client: Any, review: str, **query: int) -> str:
    response = client.get(f"/en/work/lists/{review}/", query)
    assert response.status_code == 200
    return response.content.decode()


def say(client: Any, review: str, number: int, answer: str, **more: str) -> str:
    response = client.post(
        f"/en/work/lists/{review}/pairs/{number}/", {"answer": answer, **more}, follow=True
    )
    assert response.status_code == 200
    return response.content.decode()


def test_an_answer_is_an_event_and_undo_another(opened: str) -> None:
    from priam_office.record.models import Event
    from priam_office.record.rebuild import check, rebuild
    from priam_office.reviews.actions import decide, take_back

    decide(opened, 1, "match", by="person/test", note="same village")
    decide(opened, 2, "undecided", by="person/test")
    take_back(opened, 1, by="person/other")
    assert stands(opened) == ["", "undecided", "", "", ""]
    types = list(
        Event.objects.filter(type__startswith="review.")
        .order_by("sequence")
        .values_list("type", flat=True)
    )
    assert types == [
        "review.opened", "review.pairs_queued", "review.pair_decided", "review.pair_decided",
        "review.decision_withdrawn",
    ]  # fmt: skip
    assert check() == []
    assert rebuild() == []


def test_names_are_sealed_in_events_and_tables(opened: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table, column in (("record_event", "payload"), ("reviews_pair", "shown")):
            cursor.execute(f"SELECT {column} FROM {table}")
            texts = [str(row[0]) for row in cursor.fetchall()]
            assert texts and not any("Мирон" in text or "Myron" in text for text in texts)


def test_one_row_has_one_match_and_one_pair_one_answer(opened: str) -> None:
    from priam_office.reviews.actions import decide, take_back

    decide(opened, 1, "match", by="x")
    with pytest.raises(UserError, match="already one person with another row"):
        decide(opened, 4, "match", by="x")
    with pytest.raises(UserError, match="decided already"):
        decide(opened, 1, "no match", by="y")
    decide(opened, 4, "no match", by="x")
    take_back(opened, 4, by="x")
    take_back(opened, 1, by="x")
    decide(opened, 4, "match", by="x")
    with pytest.raises(UserError, match="no answer that could be taken back"):
        take_back(opened, 1, by="x")


def test_a_row_may_match_twice_where_the_lists_allow_it(store: str) -> None:
    from priam_office.reviews.actions import decide, open_review

    review = open_review(data(one_to_one=False), "", by="x")
    decide(review, 1, "match", by="x")
    decide(review, 4, "match", by="x")


def test_more_pairs_than_one_event_holds(store: str) -> None:
    from priam_office.record.rebuild import check
    from priam_office.reviews.actions import open_review

    review = open_review(data(450), "", by="x")
    assert len(stands(review)) == 450
    assert check() == []


def test_the_export_folds_back_and_names_foreign_rows(sqlite: str, tmp_path: Path) -> None:
    from priam_office.reviews.actions import decide, open_review

    review = open_review(data(), "", by="x")
    for number, answer in ((1, "match"), (2, "no match"), (3, "undecided")):
        decide(review, number, answer, by="x")
    client = signed_in("liaison")
    response = client.get(f"/en/work/lists/{review}/decisions.jsonl")
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(b"".join(response.streaming_content))
    ids = ([f"A{n}" for n in range(5)], [f"Б-{n}" for n in range(5)])
    answers, lists = read_decisions(path, ids)
    assert answers == {("A0", "Б-0"): "same", ("A1", "Б-1"): "different", ("A2", "Б-2"): "unsure"}
    assert lists == {("a" * 64, "b" * 64)}
    with pytest.raises(InputError, match=r"line 2.*'A1' is not in list A"):
        read_decisions(path, (["A0", "A2"], ids[1]))


def test_the_page_shows_a_pair_and_goes_on(sqlite: str) -> None:
    client = signed_in("liaison")
    file = SimpleUploadedFile("pairs.json", data(), content_type="application/json")
    response = client.post("/en/work/lists/", {"pairs": file, "title": ""})
    review = response["Location"].rstrip("/").rpartition("/")[2]
    shown = page(client, review)
    for text in ("Pair 1 of 5", "manifest.csv / reception.csv", "Shchebrohost Myron", "52"):
        assert text in shown, text
    assert "same consonants" in shown and "68 to 1" in shown
    after = say(client, review, 1, "match")
    assert "Pair 1: Match." in after and "Pair 2 of 5" in after and "1 of 5 pairs decided" in after
    assert "Pair 4 of 5" in page(client, review, after=3)
    assert "already one person" in say(client, review, 4, "match")
    assert "Choose one of the three" in say(client, review, 2, "perhaps")
    response = client.post(f"/en/work/lists/{review}/back/", follow=True)
    assert "Pair 1 of 5" in response.content.decode()
    assert stands(review) == [""] * 5
    for number in (1, 2, 3, 5):
        say(client, review, number, "match")
    assert "Every pair is decided" in say(client, review, 4, "no match")
    assert "finished" in client.get("/en/work/lists/").content.decode()


def test_a_form_sent_twice_is_one_answer(sqlite: str) -> None:
    from priam_office.reviews.actions import open_review

    client = signed_in("liaison")
    review = open_review(data(), "", by="x")
    once = {"event_id": "01976b4e-7a00-7cc3-98c4-dc0c0c07398f"}
    assert "Pair 1: Match." in say(client, review, 1, "match", **once)
    assert "Pair 1: Match." in say(client, review, 1, "match", **once)


def test_every_pair_shown_is_a_recorded_read(sqlite: str) -> None:
    from priam_office.record.models import Event
    from priam_office.reviews.actions import open_review

    review = open_review(data(), "", by="x")
    page(signed_in("liaison"), review)
    assert Event.objects.filter(type="access.read").count() == 1


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"", "is not a pairs.json"),
        (b"\xff\xfe", "is not a pairs.json"),
        (b'{"version": 2, "pairs": []}', "version 1"),
        (json.dumps({**content(), "pairs": []}).encode(), "nothing to decide"),
        (json.dumps({**content(), "lists": ["a"]}).encode(), "does not name its two lists"),
        (json.dumps({**content(), "pairs": [{"id_a": "1"}]}).encode(), "pair 1"),
    ],
)
def test_a_bad_file_is_refused_with_one_sentence_and_nothing_is_written(
    sqlite: str, bad: bytes, says: str
) -> None:
    from priam_office.record.models import Event

    file = SimpleUploadedFile("pairs.json", bad)
    response = signed_in("liaison").post("/en/work/lists/", {"pairs": file})
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Event.objects.filter(type__startswith="review.").exists()


def test_every_level_and_field_has_words() -> None:
    from priam_office.reviews import words

    for item in FIELDS:
        assert item.name in words._FIELDS
        assert {level.label for level in item.levels} <= set(words._LEVELS)
    for one in content()["pairs"][0]["fields"]:
        assert one["level"] in words._LEVELS
    assert set(content()["pairs"][0]["a"]) - {"id"} <= set(words._FIELDS)
