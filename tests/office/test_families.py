"""The family office: writes, lists, pages, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.office.signing_in import account, session_of, signed_in

WORK = "/en/work"


def facts(surname: str = "Коваленко", given: str = "Іван", **more: Any) -> Any:
    from priam import events as ev

    return ev.MissingFacts(
        (ev.PersonName(surname, given, "Петрович", "uk"),), sex=more.pop("sex", "male"), **more
    )


@pytest.fixture
def liaison(store: str) -> Any:
    return account("liaison")


def registered(by: Any, *args: str, **more: Any) -> str:
    from priam_office.families import actions

    return actions.register_missing(facts(*args, **more), "the family", by=by)


def relative(by: Any, family: str, missing: str, relation: str = "mother", given: str = "Олена"):
    from priam import events as ev
    from priam_office.families import actions

    person = ev.new_event_id()
    name = ev.PersonName("Коваленко", given)
    actions.add_relative(ev.RelativeAdded(person, family, name, relation, missing), by=by)
    return person


def test_a_name_is_found_in_any_alphabet_and_by_its_beginning(liaison: Any) -> None:
    from priam import events as ev
    from priam_office.families.queries import missing_people

    one = registered(
        liaison,
        born=ev.Span("1987-05-03", "1987-05-03"),
        unit="81 бригада",
        numbers=(ev.Number("Ministry", "0347-22"),),
    )
    registered(liaison, "Шевченко", "Тарас", sex="unknown")

    def found(text: str = "", **chosen: str) -> list[str]:
        return [row.missing for row in missing_people(text, chosen).rows]

    for text in ("Kovalenko", "коваленко іван", "Ivan KOVAL", "Ков", "0347-22", "Kowalenko"):
        assert found(text) == [one], text
    assert found("Ковальчук") == [] and len(found()) == 2
    assert found(born="1987") == found(unit="81-а Бригада") == found(sex="male") == [one]
    assert found("Шевченко", sex="male") == []


def test_an_amended_name_is_found_and_the_old_one_no_longer(liaison: Any) -> None:
    from priam_office.families import actions
    from priam_office.families.queries import missing_people

    one = registered(liaison)
    actions.amend_missing(one, facts("Бондаренко"), 1, "spelling", by=liaison)
    assert missing_people("Коваленко").rows == []
    assert [row.missing for row in missing_people("Bondarenko").rows] == [one]


def test_lists_go_on_where_they_stopped(liaison: Any) -> None:
    from priam_office.families import actions
    from priam_office.families.queries import missing_people

    people = [(facts("Іваненко", sex="female" if n % 2 else "male"), "") for n in range(7)]
    assert actions.import_missing(people, by=liaison) == 7
    seen, place = [], None
    for _ in range(4):
        part = missing_people("Іваненко", {"sex": "female"}, before=place, size=2)
        seen += [row.missing for row in part.rows]
        place = part.after
        if place is None:
            break
    assert len(seen) == len(set(seen)) == 3


def test_the_rows_are_what_the_events_say(liaison: Any) -> None:
    from priam import events as ev
    from priam_office.families import actions
    from priam_office.record.rebuild import rebuild

    one = registered(liaison)
    family = actions.register_family([one], by=liaison)
    mother = relative(liaison, family, one)
    actions.give_consent(mother, ["identification", "research"], "paper 1", by=liaison)
    actions.withdraw_consent(mother, "research", "by letter", by=liaison)
    actions.bar(family, mother, "asked for it", by=liaison)
    actions.authorise(family, mother, "changed her mind", by=liaison)
    actions.record_wish(family, "each", "uk", "Так", mother, by=liaison)
    actions.contacted(family, mother, "visit", "finding", "told", by=liaison)
    actions.save_section(one, "400", mother, '{"stature":{"from":170}}', 0, by=liaison)
    actions.amend_relative(
        ev.RelativeAmended(mother, ev.PersonName("Нова", "Олена"), "mother", one), by=liaison
    )
    actions.close_missing(one, "found alive", "", "", by=liaison)
    actions.unlink_missing(family, one, "a namesake", by=liaison)
    assert rebuild_differences(rebuild) == []


def rebuild_differences(rebuild: Any) -> list[str]:
    from priam_office.record import projection
    from priam_office.record.acts import from_row
    from priam_office.record.models import Event

    recorded = [from_row(row) for row in Event.objects.order_by("sequence")]
    rows = projection.fold(recorded, projection.Rows(from_database=False))
    return [str(each) for each in projection.compare(rows)]


def test_a_withdrawn_consent_takes_the_sample_out_of_the_export(liaison: Any) -> None:
    from priam_office.families import actions, exports

    one = registered(liaison)
    brother = registered(liaison, "Коваленко", "Петро")
    family = actions.register_family([one, brother], by=liaison)
    mother = relative(liaison, family, one)
    actions.give_consent(mother, ["identification"], "paper 1", by=liaison)
    tag = new_tag()
    actions.take_sample(tag, mother, "buccal swab", by=liaison)
    genotypes = {tag: {"D3S1358": ("15", "16")}}
    record = exports.families(genotypes)
    (made,) = record["families"]
    assert set(made["missing"]) == {one, brother}
    assert list(made["genotypes"].values()) == [{"D3S1358": ["15", "16"]}]
    assert "Коваленко" not in str(record)
    assert exports.families({})["families"] == []
    actions.withdraw_consent(mother, "identification", "", by=liaison)
    assert exports.families(genotypes)["families"] == []


def test_the_export_is_what_identify_reads(liaison: Any, tmp_path: Any) -> None:
    import json

    from priam.identification.records import Problems, read_families
    from priam_office.families import actions, exports

    one = registered(liaison)
    family = actions.register_family([one], by=liaison)
    mother = relative(liaison, family, one)
    actions.give_consent(mother, ["identification"], "paper 1", by=liaison)
    tag = new_tag()
    actions.take_sample(tag, mother, "buccal swab", by=liaison)
    path = tmp_path / "families.json"
    path.write_text(json.dumps(exports.families({tag: {"D3S1358": ("15", "16")}})))
    problems = Problems(keep_going=False)
    (read,) = read_families(path, problems).families
    assert not problems.found and read.missing == (one,)
    assert read.genotypes == {mother: {"D3S1358": ("15", "16")}}


def test_told_and_found_stand_beside_each_other(sqlite: str) -> None:
    from priam.casework.sections import canonical_fields
    from priam_office.families import actions, facing

    user = account("liaison", "examiner")
    family, missing, mother = family_of(user)
    father = relative(user, family, missing, "father", "Петро")
    for who, values in (
        (mother, {"stature": {"from": 170, "to": 174}, "eye_colour": "blue", "glasses": "no"}),
        (father, {"stature": {"from": 190}, "eye_colour": "blue"}),
    ):
        values.pop("glasses", None)
        actions.save_section(missing, "400", who, canonical_fields(values), 0, by=user)
    told = facing_rows(missing)
    rows = facing.both(
        "400",
        told,
        {"400": {"stature": {"from": 172}, "eye_colour": "brown", "handedness": "left"}},
        {mother: {"of": "relation", "kind": "mother"}},
    )
    standing = {row.label: row.standing for row in rows}
    assert standing == {"Stature": "near", "Eye colour": "apart", "Handedness": ""}
    assert [who for row in rows for who, _ in row.told][:2] == ["mother", "—"]


@pytest.mark.parametrize(
    ("told", "found", "standing"),
    [
        ({"11": "crown"}, {"11": "crown", "21": "sound"}, "same"),
        ({"11": "filled"}, {"11": "missing before"}, "near"),
        ({"11": "filled"}, {"11": "sound"}, "apart"),
        ({"11": "missing before"}, {"11": "filled"}, "apart"),
        ({"11": "missing before"}, {"11": "bridge"}, "near"),
        ({"11": "sound"}, {"11": "missing after"}, "near"),
        ({"11": "sound"}, {"12": "sound"}, ""),
    ],
)
def test_a_tooth_never_heals(told: Any, found: Any, standing: str) -> None:
    from types import SimpleNamespace

    from priam_office.families import facing

    said = [SimpleNamespace(reporter="r", fields={"teeth": told})]
    (row,) = facing.both("600", said, {"600": {"teeth": found}}, {})
    assert row.standing == standing


def facing_rows(missing: str) -> Any:
    from priam_office.families.queries import sections

    return sections(missing)


def new_tag() -> str:
    import secrets

    from priam.labels.tags import issue

    return issue(1, secrets.choice)[0]


def test_lists_narrow_to_what_is_still_to_be_done(liaison: Any) -> None:
    from priam_office.families import actions
    from priam_office.families.queries import families, missing_people

    one, two = registered(liaison), registered(liaison, "Шевченко")
    first = actions.register_family([one], by=liaison)
    third = registered(liaison, "Бондар")
    second = actions.register_family([third], by=liaison)
    actions.record_wish(second, "end", "uk", "", "", by=liaison)
    assert [row.missing for row in missing_people(family="none").rows] == [two]
    assert [row.missing for row in missing_people("Коваленко", family="none").rows] == []
    assert [row.family for row in families(notify="").rows] == [first]
    assert [row.family for row in families("Бондар", notify="end").rows] == [second]
    person = relative(liaison, first, one)
    assert len(families(contact="none").rows) == 2 and not families(contact="barred").rows
    actions.authorise(first, person, "asked by the family", by=liaison)
    assert [row.family for row in families(contact="authorised").rows] == [first]
    assert [row.family for row in families(contact="none").rows] == [second]
    for status, found in (("open", 3), ("closed", 0), ("identified", 0)):
        assert len(missing_people(status=status).rows) == found
    assert [row.missing for row in missing_people("Шевченко", status="open").rows] == [two]


# -- pages -----------------------------------------------------------------------------------


def family_of(by: Any) -> tuple[str, str, str]:
    from priam_office.families import actions

    one = registered(by)
    family = actions.register_family([one], by=by)
    return family, one, relative(by, family, one)


def client_of(user: Any) -> Client:
    client = Client()
    client.cookies["sessionid"] = session_of(user)
    return client


def test_every_page_answers_and_reads_are_recorded(liaison: Any) -> None:
    from priam_office.record.models import Event

    family, missing, mother = family_of(liaison)
    client = client_of(liaison)
    for address in (
        "missing/",
        "missing/new/",
        "missing/import/",
        f"missing/{missing}/",
        f"missing/{missing}/amend/",
        f"missing/{missing}/antemortem/400/",
        f"missing/{missing}/antemortem/600/{mother}/",
        "families/",
        f"families/{family}/",
        f"families/{family}/diary/",
        f"families/{family}/ask/",
        f"families/{family}/wish/",
        f"families/{family}/pedigree/",
        f"families/{family}/relative/",
        f"families/{family}/relative/{mother}/",
        f"families/{family}/contact/{mother}/",
        f"families/{family}/consent/{mother}/",
        f"families/{family}/sample/{mother}/",
    ):
        before = Event.objects.filter(type="access.read").count()
        response = client.get(f"{WORK}/{address}")
        assert response.status_code == 200, (address, response.content[:300])
        after = Event.objects.filter(type="access.read").count()
        empty = address in ("missing/new/", "missing/import/")
        assert after - before == (0 if empty else 1), address


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("missing/", 1),
        ("families/", 3),
        ("families/{family}/", 7),
        ("missing/{missing}/", 4),
        ("missing/{missing}/antemortem/400/", 4),
    ],
)
def test_a_page_asks_few_questions(sqlite: str, address: str, most: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    user = account("liaison")
    family, missing, _mother = family_of(user)
    for given in ("Петро", "Ганна", "Марія"):
        relative(user, family, missing, "sister", given)
    client = client_of(user)
    address = f"{WORK}/{address.format(family=family, missing=missing)}"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    own = [q["sql"] for q in queries if '"families_' in q["sql"] and "SELECT" in q["sql"]]
    assert len(own) <= most, own


def test_registering_shows_who_may_be_the_same_and_joins_nothing(sqlite: str) -> None:
    user = account("liaison")
    registered(user)
    client = client_of(user)
    hint = client.post(f"{WORK}/missing/similar/", {"surname": "Kovalenko", "given": "Ivan"})
    assert "Коваленко" in hint.content.decode()
    data = {
        "surname": "Kovalenko",
        "given": "Ivan",
        "sex": "male",
        "language": "en",
        "born": "1987",
    }
    response = client.post(f"{WORK}/missing/new/", data)
    assert response.status_code == 302
    from priam_office.families.models import MissingPerson

    assert MissingPerson.objects.count() == 2


def test_no_search_and_no_name_stands_in_an_address(sqlite: str) -> None:
    user = account("liaison")
    registered(user)
    client = client_of(user)
    page = client.post(f"{WORK}/missing/", {"q": "Коваленко"})
    assert "Коваленко" in page.content.decode()
    page = client.get(f"{WORK}/missing/").content.decode()
    assert 'method="get"' not in page and "?q=" not in page


def test_a_barred_person_cannot_be_contacted_from_any_page(sqlite: str) -> None:
    from priam_office.families import actions
    from priam_office.families.models import DiaryEntry

    user = account("liaison")
    family, _, mother = family_of(user)
    from priam import events as ev
    from priam_office.families.models import RelativeRow

    of = RelativeRow.objects.get().told["of"]
    amended = ev.RelativeAmended(
        mother, ev.PersonName("Коваленко", "Олена"), "mother", of, contact="telephone 555-0199"
    )
    actions.amend_relative(amended, by=user)
    actions.bar(family, mother, "the police asked", by=user)
    client = client_of(user)
    for address in (f"families/{family}/", f"families/{family}/contact/{mother}/"):
        page = client.get(f"{WORK}/{address}").content.decode()
        assert "the police asked" in page
        assert "555-0199" not in page
    assert 'value="they called"' in page and 'value="telephone"' not in page
    said = client.post(
        f"{WORK}/families/{family}/contact/{mother}/", {"how": "telephone", "about": "questions"}
    )
    assert said.status_code == 422 and "must not be contacted" in said.content.decode()
    assert not DiaryEntry.objects.filter(type="family.contacted").exists()
    came = client.post(
        f"{WORK}/families/{family}/contact/{mother}/", {"how": "they came", "about": "questions"}
    )
    assert came.status_code == 302


def test_sections_save_as_they_are_typed_and_keep_their_states(sqlite: str) -> None:
    from priam_office.families.models import SectionRevision

    user = account("liaison")
    family, missing, mother = family_of(user)
    father = relative(user, family, missing, "father", "Петро")
    client = client_of(user)
    address = f"{WORK}/missing/{missing}/antemortem/400"
    htmx = {"HX-Request": "true"}

    def save(reporter: str, revision: int, **values: str) -> str:
        data = {"revision": str(revision), **values}
        return client.post(f"{address}/{reporter}/", data, headers=htmx).content.decode()

    assert 'value="1"' in save(mother, 0, **{"stature.from": "170", "eye_colour": "blue"})
    assert 'value="1"' in save(mother, 1, **{"stature.from": "170", "eye_colour": "blue"})
    assert "Not saved" in save(mother, 0, eye_colour="grey")
    assert 'value="1"' in save(father, 0, eye_colour="green")
    assert 'value="2"' in save(mother, 1, eye_colour="blue", tattoos="<script>alert(1)</script>")
    assert SectionRevision.objects.count() == 3
    page = client.get(f"{address}/").content.decode()
    assert 'class="apart"' in page and "told differently" in page
    assert "<script>alert" not in page
    old = SectionRevision.objects.get(revision=1, reporter=mother)
    then = client.get(f"{WORK}/missing/{missing}/antemortem/revision/{old.pk}/")
    assert "170" in then.content.decode()


def test_the_pedigree_is_edited_and_mistakes_are_said_in_a_sentence(sqlite: str) -> None:
    from priam_office.families.models import FamilyRow

    user = account("liaison")
    family, _missing, _mother = family_of(user)
    client = client_of(user)
    address = f"{WORK}/families/{family}/pedigree/"

    def press(**data: str) -> str:
        row = FamilyRow.objects.get()
        data = {"revision": str(row.pedigree_revision), **data}
        return client.post(address, data, headers={"HX-Request": "true"}).content.decode()

    assert len(FamilyRow.objects.get().pedigree) == 3  # the missing person and both parents
    assert "Brother added" in press(member="1", verb="brother")
    assert "Parents added" in press(member="2", verb="parents")
    assert "<svg" in press(member="1", verb="partner")
    assert "two mothers" in press(member="1", verb="set", sex="male", father="3", mother="3")
    assert "own ancestor" in press(member="2", verb="set", sex="male", father="1")
    wrong = press(member="3", verb="set", sex="unknown")
    assert "sex" in wrong and "unknown" in wrong
    assert "has children" in press(member="2", verb="remove")
    assert "Daughter added" in press(member="1", verb="daughter")
    stale = client.post(address, {"member": "1", "verb": "sister", "revision": "1"})
    assert stale.status_code == 422 and "meantime" in stale.content.decode()


def test_whom_to_ask_is_told_without_a_genotype(sqlite: str) -> None:
    user = account("liaison")
    family, missing, _mother = family_of(user)
    relative(user, family, missing, "sister", "Ганна")
    page = client_of(user).get(f"{WORK}/families/{family}/ask/").content.decode()
    assert page.index("Олена") < page.index("Ганна")  # a parent tells more than a sister
    assert "D3S1358" not in page


def test_nobody_is_sent_first_to_who_withdrew_a_consent(sqlite: str) -> None:
    """The sample counts no more, and advice says of the relative that it was given before."""
    from priam_office.families import actions

    liaison = account("liaison")
    family, missing, mother = family_of(liaison)
    relative(liaison, family, missing, "sister", "Ганна")
    actions.give_consent(mother, ["identification"], "paper 1", by=liaison)
    actions.take_sample(new_tag(), mother, "buccal swab", by=liaison)
    client = client_of(liaison)
    page = client.get(f"{WORK}/families/{family}/ask/").content.decode()
    assert "withdrew" not in page
    sent = {"purpose": "identification", "form": "a letter"}
    answer = client.post(f"{WORK}/families/{family}/withdraw/{mother}/", sent, follow=True)
    assert "consent withdrawn" in answer.content.decode()
    page = client.get(f"{WORK}/families/{family}/ask/").content.decode()
    assert "may be used and could recognise" in page
    assert page.index("Ганна") < page.index("Gave a sample and withdrew the consent")


@pytest.mark.parametrize(
    "header",
    [
        "прізвище;ім'я;по батькові;дата народження;стать;частина;жетон",
        "фамилия;имя;отчество;дата рождения;пол;часть;личный номер",
        "surname;given name;patronymic;date of birth;sex;unit;tag number",
    ],
)
def test_a_list_is_looked_at_and_then_taken_in_wholly(sqlite: str, header: str) -> None:
    from priam_office.families.models import MissingPerson, PendingImport

    user = account("liaison")
    registered(user, "Коваленко", "Іван")
    client = client_of(user)
    text = f"{header}\nШевченко;Тарас;Григорович;9.3.1984;ч;81 бригада;К-123\n"
    text += "Бондар;Олег;Ілліч;1990;м;;К-124\n"
    page = upload(client, text.encode("cp1251" if "ы" in header else "utf-8"))
    assert page.status_code == 302, page.content
    shown = client.get(page["Location"]).content.decode()
    assert "Шевченко" in shown and MissingPerson.objects.count() == 1
    done = client.post(page["Location"], {"answer": "import"})
    assert done.status_code == 302 and PendingImport.objects.count() == 0
    row = MissingPerson.objects.order_by("-place")[1]
    assert row.facts["names"][0]["surname"] == "Шевченко"
    assert row.facts["born"] == {"since": "1984-03-09", "through": "1984-03-09"}
    assert row.facts["sex"] == "male" and row.facts["numbers"][0]["number"] == "К-123"
    again = upload(client, text.encode())
    assert "registered already" in client.get(again["Location"]).content.decode()
    client.post(again["Location"], {"answer": "import", "skip": "yes"})
    assert MissingPerson.objects.count() == 3


def upload(client: Client, data: bytes, name: str = "list.csv") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile(name, data)
    return client.post(f"{WORK}/missing/import/", {"file": file, "issuer": "Ministry"})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a,b\n1,2\n", "no column holds a name"),
        (b"", "empty"),
        ("прізвище,ім'я\nА\n".encode(), "line 2"),
        (b"\x00\x01\x02\xff" * 100, "no column holds a name"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_and_nothing_written(
    sqlite: str, data: bytes, says: str
) -> None:
    from priam_office.families.models import MissingPerson, PendingImport

    client = client_of(account("liaison"))
    page = upload(client, data, "../../etc/passwd\u202e.csv")
    assert page.status_code == 422 and (says in page.content.decode())
    assert "etc/" not in page.content.decode()
    assert MissingPerson.objects.count() == PendingImport.objects.count() == 0


def test_a_file_that_is_too_large_is_not_read(sqlite: str) -> None:
    client = client_of(account("liaison"))
    page = client.post(f"{WORK}/missing/import/", {"issuer": "x"}, CONTENT_LENGTH=str(4 * 2**30))
    assert page.status_code == 413


def test_another_account_does_not_see_a_list_that_waits(sqlite: str) -> None:
    client = client_of(account("liaison"))
    page = upload(client, "surname,given\nА,Б\n".encode())
    assert signed_in("liaison").get(page["Location"]).status_code == 404


def test_a_stolen_database_shows_no_name(sqlite: str) -> None:
    from pathlib import Path

    from django.db import connection

    user = account("liaison")
    family, _missing, _mother = family_of(user)
    client = client_of(user)
    upload(client, "surname,given,unit\nКанарейченко,Василь,Таємна частина\n".encode())
    client.post(
        f"{WORK}/families/{family}/wish/",
        {"notify": "end", "language": "uk", "words": "Слова матері"},
    )
    connection.close()
    path = Path(sqlite.removeprefix("sqlite:///"))
    for file in path.parent.glob(f"{path.name}*"):
        data = file.read_bytes()
        for word in ("Коваленко", "Kovalenko", "kovalenk", "Олена", "Канарейченко", "Слова"):
            for encoding in ("utf-8", "utf-16-le"):
                assert word.encode(encoding) not in data, word
        assert b"\\u041a" not in data


def test_hostile_names_stay_text(sqlite: str) -> None:
    user = account("liaison")
    hostile = "<script>alert(1)</script>"
    one = registered(user, hostile, "\u202eгодоп'--; DROP TABLE")
    from priam_office.families import actions

    family = actions.register_family([one], by=user)
    relative(user, family, one, "mother", hostile)
    client = client_of(user)
    for address in (
        f"missing/{one}/",
        "missing/",
        f"families/{family}/",
        f"families/{family}/pedigree/",
        f"families/{family}/ask/",
    ):
        page = client.get(f"{WORK}/{address}").content.decode()
        assert "<script>alert" not in page, address
    for text in ("' OR 1=1 --", "%", "\u202e", "a" * 5000, "\x00"):
        assert client.post(f"{WORK}/missing/", {"q": text}).status_code == 200


def test_rules_speak_the_language_of_the_page(sqlite: str) -> None:
    user = account("liaison")
    family, missing, mother = family_of(user)
    client = client_of(user)
    address = f"/uk/work/missing/{missing}/antemortem/400/{mother}/"
    htmx = {"HX-Request": "true"}
    client.post(address, {"revision": "0", "eye_colour": "blue"}, headers=htmx)
    stale = client.post(address, {"revision": "0", "eye_colour": "grey"}, headers=htmx)
    assert "тим часом змінили" in stale.content.decode()
    wrong = client.post(address, {"revision": "1", "weight.from": "сто"}, headers=htmx)
    assert "Вага: потрібні цілі числа" in wrong.content.decode()
    news = client.post(
        f"/ru/work/families/{family}/contact/{mother}/", {"how": "visit", "about": "finding"}
    )
    assert "уполномоченному члену семьи" in news.content.decode()
