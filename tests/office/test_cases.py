"""The mortuary's writes: tables follow the events, records merge, photographs are sealed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from priam import events as ev
from priam.errors import UserError
from tests.office import mortuary
from tests.office.signing_in import account


def image(width: int = 60, height: int = 40, form: str = "JPEG", **options: Any) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 90, 60)).save(out, form, **options)
    return out.getvalue()


def a_full_day(by: Any) -> tuple[str, list[str]]:
    """One of each event; returns the bag and its cases."""
    from priam_office.cases.actions import save_section, split_case, write

    bag, cases = mortuary.opened(2, by)
    first, second = cases
    element, sample, moved, packet, place, part, extra = mortuary.tags(7)
    item = ev.EffectsItem(1, "ring", "inscription")
    for event in (
        ev.PlaceDeclared(place, "Refrigerator 1", "refrigerator"),
        ev.Stored(first, place),
        ev.ElementRecorded(element, first, "femur", "left", "complete", "worn"),
        ev.SampleTaken(sample, first, "bone", element),
        ev.SampleTaken(moved, first, "tooth"),
        ev.SampleMoved(moved, second, "wrong label"),
        ev.EffectsSealed(packet, "7", (item,), case=first),
        ev.EffectsResealed(packet, "8", (item, item), "listed again"),
        ev.CaseLinked(first, second, "the same coat"),
        ev.SampleSent(sample, "laboratory"),
        ev.SampleReceived(sample, "laboratory"),
        ev.BagReexamined(bag, "several", "a third skull", (extra,)),
        ev.CaseClosed(extra, "not human", "dog"),
    ):
        write(event, by=by)
    split_case(first, [part], {element: part}, "two left femora", by=by)
    save_section(first, "400", {"sex": "male"}, "", by=by)
    return bag, cases


def test_tables_are_what_the_events_make_of_them(store: str) -> None:
    from priam_office.cases.models import Case, Element, Label, Sample
    from priam_office.record.rebuild import check, rebuild

    _, (first, second) = a_full_day(account("mortuary"))
    case = Case.objects.get(pk=first)
    assert (case.samples, case.unsent, case.elements, case.packets) == (1, 0, 0, 1)
    assert (case.stage, case.sections, case.links) == ("results", "400", second)
    assert Case.objects.get(pk=second).stage == "examine"
    part = Case.objects.get(parent=first)
    assert Element.objects.get().case == part.case and part.elements == 1
    assert Label.objects.get(pk=first).place
    assert Sample.objects.get(case=second).status == "taken"
    assert check() == []
    assert rebuild() == []


def test_nothing_that_people_wrote_is_readable_in_the_file(sqlite: str) -> None:
    from django.db import connection

    from priam_office.cases.actions import save_section

    user = account("mortuary")
    _, (case,) = mortuary.opened(1, user)
    save_section(case, "400", {"tattoos": "Канарейка-7731"}, "", by=user)
    connection.close()
    path = Path(sqlite.removeprefix("sqlite:///"))
    for file in path.parent.glob(f"{path.name}*"):
        assert "Канарейка".encode() not in file.read_bytes()


def test_two_people_fill_in_different_fields_and_both_are_kept(store: str) -> None:
    from priam_office.cases.actions import save_section

    one, two = account("mortuary"), account("examiner")
    _, (case,) = mortuary.opened()
    first = save_section(case, "400", {"sex": "male"}, "", by=one)
    second = save_section(case, "400", {"stature": {"from": 170}}, "", by=two)
    assert second.outcome == "written"
    assert second.fields == {"sex": "male", "stature": {"from": 170}}
    third = save_section(case, "400", {"sex": ""}, first.base, by=one)
    assert third.fields == {"stature": {"from": 170}} and third.revision == 3


def test_two_people_fill_in_one_field_and_neither_is_lost(store: str) -> None:
    from priam_office.cases.actions import save_section
    from priam_office.cases.models import Case
    from priam_office.cases.queries import section_page

    one, two = account("mortuary"), account("examiner")
    _, (case,) = mortuary.opened()
    save_section(case, "400", {"sex": "male"}, "", by=one)
    beside = save_section(case, "400", {"sex": "female", "build": "slight"}, "", by=two)
    assert (beside.outcome, beside.clashing) == ("beside", ("sex",))
    assert beside.fields == {"sex": "male"}
    page = section_page(case, "400")
    assert [v.fields for v in page["beside"]] == [{"build": "slight", "sex": "female"}]
    assert Case.objects.get(pk=case).conflicts == 1
    kept = page["beside"][0].event_id
    settled = save_section(
        case, "400", {"sex": "not determined"}, beside.base, by=two, settles=[kept]
    )
    assert settled.outcome == "written"
    assert Case.objects.get(pk=case).conflicts == 0
    assert section_page(case, "400")["beside"] == []


def test_a_save_that_changes_nothing_writes_nothing(sqlite: str) -> None:
    from priam_office.cases.actions import save_section
    from priam_office.record.queries import head

    user = account("mortuary")
    _, (case,) = mortuary.opened()
    first = save_section(case, "400", {"sex": "male"}, "", by=user)
    before = head()
    again = save_section(case, "400", {"sex": "male"}, first.base, by=user)
    assert head() == before and again.base == first.base


def test_an_unknown_bag_is_registered_with_its_opening(sqlite: str) -> None:
    from priam_office.cases.actions import open_bag
    from priam_office.cases.models import Bag, Label

    user = account("mortuary")
    mortuary.bags(*mortuary.tags(1))
    bag, case, place = mortuary.tags(3)
    with pytest.raises(UserError, match="no bag"):
        open_bag(bag, "one", [case], "", by=user)
    from priam_office.cases.actions import write

    write(ev.PlaceDeclared(place, "Shelf", "shelf"), by=user)
    open_bag(bag, "one", [case], "torn", by=user, party="A", place=place)
    assert Bag.objects.get(pk=bag).note == "torn"
    assert Label.objects.get(pk=case).place == place


def test_custody_follows_the_handover(sqlite: str) -> None:
    from priam_office.cases.models import Bag
    from priam_office.record.write import Entry, record_all

    bag = mortuary.tags(1)[0]
    record_all(
        [
            Entry(event)
            for event in (
                ev.PartyDeclared("A", "A"),
                ev.PartyDeclared("B", "B"),
                ev.ManifestIssued("m", "b", 1, "A", "B", (ev.Item(bag, "s1"),)),
                ev.HandoverOpened("h", "point", mortuary.TIME, ("m",)),
                ev.BagsHandedOver("m", (bag,)),
            )
        ],
        by="tests",
    )
    row = Bag.objects.get()
    assert (row.custodian, row.seal) == ("B", "s1")


# -- photographs -----------------------------------------------------------------------------


def test_a_photograph_is_sealed_and_its_copy_knows_nothing(sqlite: str) -> None:
    from PIL import Image

    from priam_office.cases import photographs
    from priam_office.cases.models import Photograph

    user = account("mortuary")
    _, (case,) = mortuary.opened()
    exif = Image.Exif()
    exif[0x010F] = "CANARY-CAMERA"
    exif[0x0112] = 6  # turned by a quarter
    data = image(exif=exif, comment=b"CANARY-COMMENT")
    photographs.add_photograph(case, data, "left femur", by=user)
    row = Photograph.objects.get()
    copy = photographs.copy_of(row)
    assert photographs.original_of(row) == data
    assert b"CANARY" in data and b"CANARY" not in copy
    with Image.open(io.BytesIO(copy)) as seen:
        assert seen.size == (40, 60) and not seen.getexif()
    folder = photographs._path(row.photograph, "copy").parent
    for file in folder.glob(f"{row.photograph}*"):
        assert b"CANARY" not in file.read_bytes() and b"\xff\xd8\xff" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def test_a_photograph_that_was_exchanged_is_not_shown(sqlite: str) -> None:
    from priam_office.cases import photographs
    from priam_office.cases.models import Photograph

    user = account("mortuary")
    _, (case,) = mortuary.opened()
    for shade in (image(61), image(62)):
        photographs.add_photograph(case, shade, "", by=user)
    one, two = Photograph.objects.order_by("at")
    path = photographs._path(one.photograph, "copy")
    box = photographs._path(two.photograph, "copy").read_bytes()
    path.write_bytes(box)
    with pytest.raises(UserError, match="does not open"):
        photographs.copy_of(one)


def bomb() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high; a few hundred bytes."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (bomb(), "no photograph|pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no photograph"),
        (b"%PDF-1.7", "no photograph"),
        (b"GIF89a" + b"\0" * 50, "no photograph"),
        (b"", "no photograph"),
        (image()[:400], "damaged"),
        (b"\xff\xd8\xff" + b"\0" * 34_000_000, "at most"),
    ],
)
def test_what_is_no_photograph_is_refused_and_leaves_nothing(
    sqlite: str, data: bytes, says: str
) -> None:
    from django.conf import settings

    from priam_office.cases import photographs

    user = account("mortuary")
    _, (case,) = mortuary.opened()
    folder = settings.INSTALLATION.folder / "photographs"
    before = set(folder.rglob("*"))
    with pytest.raises(photographs.PhotographRefused, match=says):
        photographs.add_photograph(case, data, "", by=user)
    assert set(folder.rglob("*")) == before


def test_a_photograph_of_a_closed_case_leaves_no_file(sqlite: str) -> None:
    from django.conf import settings

    from priam_office.cases import photographs
    from priam_office.cases.actions import write

    user = account("mortuary")
    _, (case,) = mortuary.opened()
    write(ev.CaseClosed(case, "unidentifiable", "burnt"), by=user)
    folder = settings.INSTALLATION.folder / "photographs"
    before = {f for f in folder.rglob("*") if f.is_file()}
    with pytest.raises(UserError, match="is unidentifiable"):
        photographs.add_photograph(case, image(), "", by=user)
    assert {f for f in folder.rglob("*") if f.is_file()} == before


def test_a_case_that_left_is_no_longer_work_and_comes_back(store: str) -> None:
    from priam_office.cases.actions import write
    from priam_office.cases.models import Case
    from priam_office.record.rebuild import check

    user = account("mortuary", "liaison")
    _, (case,) = mortuary.opened()
    write(ev.SampleTaken(mortuary.tags(1)[0], case, "bone"), by=user)
    write(ev.ReleasePlanned("r", (case,), "temporary grave", "arranged"), by=user)
    write(ev.GraveRecorded("r", "G 1", "City cemetery", "12", "row 3"), by=user)
    row = Case.objects.get(pk=case)
    assert (row.status, row.stage) == ("in a temporary grave", "ended")
    write(ev.GraveOpened("G 1", case, "a family was found"), by=user)
    row = Case.objects.get(pk=case)
    assert (row.status, row.stage) == ("open", "examine")
    assert check() == []
