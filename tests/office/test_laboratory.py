"""Runs, retests, consensus and searches, from a file to the candidates."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from priam.errors import UserError
from tests.office import casework
from tests.office.signing_in import account, signed_in


@pytest.fixture(scope="module")
def world() -> casework.World:
    return casework.build()


@pytest.fixture
def small(sqlite: str, world: casework.World) -> casework.World:
    """The exchange in the record, nothing of the laboratory yet."""
    casework.write(world)
    return world


def take_in(text: str, kind: str = "samples", leave_out: bool = False) -> int:
    from priam_office.laboratory import actions, intake

    upload = intake.hold(text.encode(), kind, by="person/x")
    shown = intake.preview(upload)
    user = account("laboratory")
    return actions.import_profiles(upload, shown.fingerprint, leave_out=leave_out, by=user)


def requested() -> str:
    from priam.identification.settings import Settings
    from priam_office.laboratory import actions

    settings = actions.changed(Settings(), likelihood__frequencies="nist1036-cauc")
    return actions.request_search(settings, by=account("laboratory"))


def searched() -> str:
    from priam_office.laboratory import work

    search = requested()
    assert work.run_next(quiet, lambda _: None) == search
    return search


def quiet(stage: str, done: int, total: int) -> None:
    return None


def rows_of(text: str, samples: list[str]) -> str:
    head, *rest = text.splitlines()
    return "\n".join([head, *(row for row in rest if row.split(",")[0] in samples)]) + "\n"


# -- the whole way ------------------------------------------------------------------------------


def test_a_search_from_files_to_candidates(store: str, world: casework.World) -> None:
    from priam_office.laboratory.models import Candidate, Search, Work
    from priam_office.laboratory.work import folder_of
    from priam_office.record import projection
    from priam_office.record.acts import from_row
    from priam_office.record.models import Event
    from priam_office.record.state import known

    casework.write(world)
    assert take_in(world.remains) == len(world.sample_of)
    assert take_in(world.references) == len(world.reference_of)
    assert take_in(world.staff, "staff") == 12
    search = Search.objects.get(search=searched())
    assert search.status == "finished", search.reason
    assert int(search.counts["cases"]) == len(world.case_of)
    assert not Work.objects.exists() and not folder_of(search.search).exists()
    state = known().state
    right = 0
    case_of = {tag: case for case, tag in world.case_of.items()}
    for case, proposal in state.proposals.items():
        if proposal.conclusion == "identified":
            assert proposal.missing in world.truth["cases"][case_of[case]]["persons"]
            right += 1
    assert right > 5
    assert set(state.proposals) == set(world.case_of.values())
    assert Candidate.objects.filter(rank=1).count() > 5
    rows = projection.Rows(from_database=False)
    folded = projection.fold((from_row(row) for row in Event.objects.order_by("sequence")), rows)
    assert projection.compare(folded) == []
    _every_sentence_has_a_translation()


def _every_sentence_has_a_translation() -> None:
    from django.utils import translation

    from priam_office.board.models import Standing
    from priam_office.laboratory.reasons import in_words

    with translation.override("uk"):
        for standing in Standing.objects.all():
            for text in (*standing.content["reasons"], *standing.content["needs"]):
                assert in_words(text) != text, text


# -- the preview --------------------------------------------------------------------------------


def preview_of(text: str) -> Any:
    from priam_office.laboratory import intake

    return intake.preview(intake.hold(text.encode(), "samples", by="person/x"))


def test_the_preview_says_what_each_profile_is(small: casework.World) -> None:
    from priam_office.laboratory.models import Consensus

    one, two, three = list(small.sample_of.values())[:3]
    assert preview_of(rows_of(small.remains, [one, two])).counts == {"new": 2}
    take_in(rows_of(small.remains, [one, two]))
    again = rows_of(small.remains, [one, two, three])
    marker = next(line for line in again.splitlines() if line.startswith(two) and "FGA" in line)
    changed = again.replace(marker, f"{two},FGA,17,18" + "," * (marker.count(",") - 3))
    strange = changed + f"PRM-UNKNOWN,FGA,17,18\n{three},BOGUS,7,8\n"
    strange = strange.replace("PRM-UNKNOWN,FGA,17,18", "PRM-UNKNOWN,FGA,17,18")
    shown = preview_of(strange)
    assert shown.counts == {"same": 1, "differs": 1, "new": 1, "unknown sample": 1}
    assert shown.unknown_markers == ("BOGUS",)
    differing = next(r for r in shown.rows if r.standing == "differs")
    assert [each[0] for each in differing.incoming.differing] == ["FGA"]
    with pytest.raises(UserError, match="left out"):
        take_in(strange)
    assert take_in(strange, leave_out=True) == 3
    formed = {row.of: row.differing for row in Consensus.objects.all()}
    names = {sample: f"case/{small.case_of[case]}" for case, sample in small.sample_of.items()}
    assert formed == {names[one]: 0, names[two]: 1}


def test_a_file_is_one_run_and_nothing_of_it_is_recorded_twice(small: casework.World) -> None:
    from priam_office.laboratory.models import Profile, Run

    text = rows_of(small.remains, list(small.sample_of.values())[:2])
    take_in(text)
    assert preview_of(text).counts == {"repeated": 2}
    with pytest.raises(UserError, match="nothing to record"):
        take_in(text)
    assert Run.objects.count() == 1 and Profile.objects.count() == 2


def test_what_is_recorded_is_what_was_shown(small: casework.World) -> None:
    from priam_office.laboratory import actions, intake
    from priam_office.laboratory.models import Profile

    text = rows_of(small.remains, list(small.sample_of.values())[:2])
    upload = intake.hold(text.encode(), "samples", by="person/x")
    shown = intake.preview(upload)
    take_in(rows_of(small.remains, list(small.sample_of.values())[:1]))  # somebody else was faster
    before = Profile.objects.count()
    with pytest.raises(UserError, match="changed since the preview"):
        actions.import_profiles(upload, shown.fingerprint, leave_out=False, by=account())
    assert Profile.objects.count() == before


def test_a_profile_set_aside_takes_no_part(small: casework.World) -> None:
    from priam_office.laboratory import actions
    from priam_office.laboratory.models import Profile
    from priam_office.laboratory.queries import subject_page

    sample = list(small.sample_of.values())[0]
    take_in(rows_of(small.remains, [sample]))
    take_in(rows_of(small.remains, [sample]).replace("FGA,", "FGA,1"))
    page = subject_page(sample)
    assert len(page.profiles) == 2 and any(differs for *_, differs in page.rows)
    actions.set_aside(Profile.objects.order_by("-place")[0], "wrong ladder", by=account())
    page = subject_page(sample)
    assert not any(differs for *_, differs in page.rows)
    assert page.together is not None and len(page.together.profiles) == 1


def test_the_mortuary_sees_every_retest_and_no_allele(small: casework.World) -> None:
    from priam_office.laboratory import actions
    from priam_office.laboratory.models import Profile

    sample = list(small.sample_of.values())[0]
    client, at = signed_in("mortuary"), f"/en/work/mortuary/samples/{sample}/"
    assert "no analysis of this sample" in client.get(at).content.decode()
    take_in(rows_of(small.remains, [sample]))
    take_in(rows_of(small.remains, [sample]).replace("FGA,", "FGA,7"))
    actions.set_aside(Profile.objects.order_by("-place")[0], "wrong ladder", by=account())
    page = client.get(at).content.decode()
    analyses = page.partition('id="analyses"')[2].partition("</section>")[0]
    assert re.findall("First analysis|Retest [0-9]|takes part|set aside", analyses) == [
        "First analysis",
        "takes part",
        "Retest 1",
        "set aside",
    ]
    known = {marker for row in Profile.objects.all() for marker in row.genotypes}
    assert "FGA" in known and not any(marker in page for marker in known)
    assert "wrong ladder" not in page  # a reason may say what was seen


# -- hostile files ------------------------------------------------------------------------------


def zipped(text: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("run.csv", text)
    return stream.getvalue()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<CODISImportFile><SPECIMEN><SPECIMENID>&b;</SPECIMENID></SPECIMEN></CODISImportFile>"
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(b"x" * 1000), "ZIP archive"),
        (gzip.compress(b"x" * 1000, mtime=0), "GZIP archive"),
        (BOMB, "document type or entities"),
        (b"", "holds no profiles"),
        (b"\x00\x01\x02", "NUL"),
        (b"hello", "no known form|holds no profiles"),
        (b"Sample Name,Marker,Allele 1\nS,FGA,\x01\n", "unprintable"),
        (b"<CODISImportFile>" + b"<a>" * 100, "deeply nested|damaged"),
        (b'{"families": []}', "no known form|holds no profiles"),
    ],
)
def test_a_file_that_is_no_run_is_refused_in_one_sentence(
    sqlite: str, data: bytes, words: str
) -> None:
    from priam_office.laboratory.models import Upload

    client = signed_in("laboratory")
    file = SimpleUploadedFile("run.csv", data)
    answer = client.post("/en/work/laboratory/import/", {"file": file, "kind": "samples"})
    assert answer.status_code == 422 and not Upload.objects.exists()
    if data:
        import re

        assert re.search(words, answer.content.decode()), answer.content.decode()[-1500:]


def test_a_file_too_large_is_refused(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from priam_office.laboratory import intake

    monkeypatch.setattr(intake, "LARGEST", 1000)
    with pytest.raises(UserError, match="divide the run"):
        intake.hold(b"x" * 1001, "samples", by="person/x")


def test_names_from_a_file_are_shown_as_text(small: casework.World) -> None:
    client = signed_in("laboratory")
    text = 'Sample Name,Marker,Allele 1,Allele 2\n"<script>alert(1)</script>",FGA,20,21\n'
    text += "=cmd|' /C calc'!A0,FGA,20,21\n../../etc/passwd,FGA,20,21\n\u202eabc,FGA,20,21\n"
    file = SimpleUploadedFile("../../etc/passwd", text.encode())
    answer = client.post("/en/work/laboratory/import/", {"file": file, "kind": "samples"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert page.count("unknown sample") >= 4


def test_an_upload_is_sealed_and_for_its_owner_only(small: casework.World) -> None:
    from django.db import connection

    client, other = signed_in("laboratory"), signed_in("laboratory")
    file = SimpleUploadedFile(
        "run.csv", b"Sample Name,Marker,Allele 1,Allele 2\nCANARY,FGA,20,21\n"
    )
    answer = client.post("/en/work/laboratory/import/", {"file": file, "kind": "samples"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM laboratory_upload")
        assert "CANARY" not in cursor.fetchone()[0]
    assert other.get(answer["Location"]).status_code == 404
    assert client.post(answer["Location"], {"throw": "1"}).status_code == 302
    assert client.get(answer["Location"]).status_code == 404


# -- searches -----------------------------------------------------------------------------------


@pytest.fixture
def typed(small: casework.World) -> casework.World:
    take_in(small.remains)
    take_in(small.references)
    return small


def test_a_search_goes_on_after_an_interruption(typed: casework.World) -> None:
    from priam_office.laboratory import work
    from priam_office.laboratory.models import Candidate, Search, Work

    search = requested()

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "joint":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.run_next(interrupt, lambda _: None)
    folder = work.folder_of(search)
    assert list(folder.rglob("block-*.npz")) and not (folder / "in").exists()
    assert Work.objects.get().worker == "" and not Candidate.objects.exists()
    seen: list[str] = []
    assert work.run_next(lambda stage, *_: seen.append(stage), lambda _: None) == search
    assert Search.objects.get().status == "finished" and "search" in seen
    assert Candidate.objects.exists() and not folder.exists()
    assert work.run_next(quiet, lambda _: None) is None


def test_a_worker_that_died_while_recording_writes_nothing_twice(
    typed: casework.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.laboratory import work
    from priam_office.record.models import Event

    monkeypatch.setattr(work, "_BATCH", 5)
    search = requested()
    written = work._write
    calls: list[int] = []

    def dies(events: list[Any]) -> None:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(len(events))
        written(events)

    monkeypatch.setattr(work, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        work.run_next(quiet, lambda _: None)
    monkeypatch.setattr(work, "_write", written)
    assert work.run_next(quiet, lambda _: None) == search
    noted = Event.objects.filter(type="candidates.noted").count()
    cases = {row.case for row in _candidates()}
    assert noted == len(cases)


def _candidates() -> Iterator[Any]:
    from priam_office.laboratory.models import Candidate

    return iter(Candidate.objects.all())


def test_only_who_consents_is_compared(typed: casework.World) -> None:
    from priam import events as ev
    from priam.genetics.frequencies import load_packaged
    from priam_office.laboratory.inputs import searchable
    from priam_office.record.state import known
    from priam_office.record.write import record

    table = load_packaged("nist1036-cauc")
    person = next(iter(typed.reference_of))
    before = searchable(known().state, table)
    assert any(person in family.genotypes for family in before.families)
    record(ev.ConsentWithdrawn(person, "identification", "by telephone"), by="tests")
    after = searchable(known().state, table)
    assert not any(person in family.genotypes for family in after.families)
    client, at = signed_in("laboratory"), "/en/work/laboratory/"
    of = f"{at}of/{typed.reference_of[person]}/"
    assert "does not consent to identification now" in client.get(of).content.decode()
    assert client.get(at + "profiles/?kind=reference").content.decode().count("no consent") == 1


def test_a_search_without_anything_to_compare_says_so(small: casework.World) -> None:
    from priam_office.laboratory.models import Search

    searched()
    row = Search.objects.get()
    assert row.status == "stopped" and "nothing to compare" in row.reason


def test_a_search_can_be_called_off(typed: casework.World) -> None:
    from priam_office.laboratory import actions, work
    from priam_office.laboratory.models import Search, Work

    user = account("laboratory")
    search = requested()
    with pytest.raises(UserError, match="waiting or at work"):
        requested()

    def call_off(stage: str, done: int, total: int) -> None:
        if stage == "re-associate" and done == 0:
            actions.call_off(Search.objects.get(), by=user)

    assert work.run_next(call_off, lambda _: None) == search
    assert Search.objects.get().status == "stopped" and not Work.objects.exists()


def test_a_dead_worker_is_replaced_and_a_living_one_is_not(typed: casework.World) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from priam_office.laboratory import work
    from priam_office.laboratory.models import Work

    search = requested()
    Work.objects.create(search=search, worker="elsewhere/1", beat=timezone.now())
    assert work.run_next(quiet, lambda _: None) is None
    Work.objects.update(beat=timezone.now() - timedelta(minutes=5))
    assert work.run_next(quiet, lambda _: None) == search


# -- pages --------------------------------------------------------------------------------------


def test_pages_ask_a_bounded_number_of_queries(
    typed: casework.World, django_assert_max_num_queries: Any
) -> None:
    from priam_office.laboratory.models import Candidate

    search = searched()
    client = signed_in("laboratory")
    best = Candidate.objects.filter(rank=1).order_by("-log10_lr")[0]
    at = "/en/work/laboratory/"
    sample = next(iter(typed.sample_of.values()))
    reference = next(iter(typed.reference_of.values()))
    for address, most in (
        ("", 34),
        ("profiles/?kind=remains&look=flagged", 26),
        ("differing/", 26),
        (f"of/{sample}/", 34),
        (f"of/{best.case}/", 34),
        (f"of/{reference}/", 34),
        ("staff/", 26),
        ("candidates/?least=3&first=1", 28),
        (f"candidates/{search}/{best.case}/{best.missing}/", 40),
        (f"search/{search}/", 26),
    ):
        client.get(at + address)  # the first request of a client reads its session anew
        with django_assert_max_num_queries(most):
            assert client.get(at + address).status_code == 200, address


def test_lists_go_on_where_they_stopped(
    typed: casework.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.laboratory import queries
    from priam_office.laboratory.models import Search

    searched()
    monkeypatch.setattr(queries, "PAGE", 7)
    for read in (
        lambda after: queries.profiles({}, after),
        lambda after: queries.candidates(Search.objects.get(), {}, after),
    ):
        seen, after = [], ""
        while True:
            part = read(after)
            seen += [row.pk for row in part.rows]
            if not part.after:
                break
            after = part.after
        assert len(seen) == len(set(seen)) > 7


def test_a_tag_leads_to_its_subject(small: casework.World) -> None:
    from priam_office.laboratory.answers import find

    case, sample = next(iter(small.sample_of.items()))
    reference = next(iter(small.reference_of.values()))
    for tag in (sample, small.case_of[case], reference):
        found = find(tag)
        assert found is not None and found.endswith(f"/of/{tag}/")
    assert find("PRM-000000000") is None


def test_progress_is_a_piece_of_a_page_and_reloads_at_the_end(typed: casework.World) -> None:
    from priam_office.laboratory.models import Search, Work

    client = signed_in("laboratory")
    search = requested()
    at = f"/en/work/laboratory/search/{search}/"
    assert "hx-get" in client.get(at).content.decode()
    assert "<progress" in client.get(at + "progress/").content.decode()
    client.post(at + "call-off/")
    assert Search.objects.get().status == "stopped" and not Work.objects.exists()
    assert client.get(at + "progress/")["HX-Refresh"] == "true"
