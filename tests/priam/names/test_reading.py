"""Files as people send them: encodings, separators, headers, dates, ids."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from priam.cli.names import names
from priam.errors import InputError
from priam.names.dates import UNKNOWN, PartialDate, day_comes_second, parse_date
from priam.names.matching import match_lists
from priam.names.parts import Habits, learn_habits, split_name
from priam.names.places import place_keys, tag_key, unit_keys
from priam.names.reading import Person, offer_mapping, read_list
from tests.priam.names.second_hand import second_lists

TEXT = "код;Прізвище;Ім'я;По батькові;Дата народження\n7;Їжак;Ґалаґан;Олексійович;12.05.1985\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-u"])
def test_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(TEXT.encode(encoding))
    found = read_list(path)
    assert found.persons[0].texts["surname"] == "Їжак"
    assert found.persons[0].birth == PartialDate(1985, 5, 12)
    assert found.mapping["id"] == "код"


@pytest.mark.parametrize(
    "header",
    [
        "id,surname,given,patronymic,dob,place,unit,death_date,tag",
        "код,фамилия,имя,отчество,дата рождения,место рождения,часть,дата гибели,жетон",
        "№,Прізвище,Ім'я,По батькові,Дата народження,Місце народження,Частина,Дата загибелі,Жетон",
    ],
)
def test_headers_in_three_languages(header: str) -> None:
    columns = tuple(header.split(","))
    fields = [
        "id",
        "surname",
        "given",
        "patronymic",
        "birth_date",
        "place",
        "unit",
        "death_date",
        "tag",
    ]
    assert offer_mapping(columns) == dict(zip(fields, columns, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.05.1985", (1985, 5, 12)),
        ("1985-05-12", (1985, 5, 12)),
        ("12/05/85", (1985, 5, 12)),
        ("12-May-85", (1985, 5, 12)),
        ("May-85", (1985, 5, 0)),
        ("12 мая 85", (1985, 5, 12)),
        ("12 травня 1985 р.", (1985, 5, 12)),
        ("12 мая 1985 г.", (1985, 5, 12)),
        ("May 12, 1985", (1985, 5, 12)),
        ("05/31/1985", (1985, 5, 31)),
        ("05.1985", (1985, 5, 0)),
        ("1985", (1985, 0, 0)),
        ("00.00.1985", (1985, 0, 0)),
        ("??.05.1985", (1985, 5, 0)),
        ("невідомо", (0, 0, 0)),
    ],
)
def test_dates_in_many_notations(text: str, expected: tuple[int, int, int]) -> None:
    assert parse_date(text) == PartialDate(*expected)


def test_a_column_with_the_month_first_is_noticed() -> None:
    assert day_comes_second(["05/31/1985", "01/02/1990"])
    assert not day_comes_second(["31/05/1985", "01/02/1990"])
    assert parse_date("01/02/1990", month_first=True) == PartialDate(1990, 1, 2)


def test_a_day_that_its_month_has_not_is_told_and_kept(tmp_path: Path) -> None:
    """31 February is an error, but it still says much of the date that was meant."""
    with pytest.raises(InputError, match="month 2 has no day 30"):
        parse_date("30.02.1984")
    assert parse_date("29.02.1984") == PartialDate(1984, 2, 29)
    path = tmp_path / "a.csv"
    path.write_text("id,surname,given,born\n1,Коваль,Яків,31.02.1985\n", encoding="utf-8")
    read = read_list(path)
    assert read.persons[0].birth == PartialDate(1985, 2, 31)
    assert "line 2, column 4 (born): '31.02.1985'" in read.notices[0]


def test_systems_that_lack_a_letter_say_so_and_latin_is_read_back() -> None:
    written = CliRunner().invoke(names, ["write", "Юрій"]).output.splitlines()
    lines = dict(line.split(maxsplit=1) for line in written)
    assert lines["kmu-2010"] == "Yurii"
    assert lines["icao-9303-ru"] == "(has no letter і)"
    back = CliRunner().invoke(names, ["read", "Shcherbak", "--system", "kmu-2010"]).output
    assert "Щербак" in back


def failing(tmp_path: Path, text: str) -> str:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_list(path)
    return str(caught.value)


def test_a_duplicate_id_names_both_lines(tmp_path: Path) -> None:
    message = failing(tmp_path, "id,surname\n1,Коваль\n2,Бойко\n1,Кравець\n")
    assert "line 4, column 1" in message
    assert "line 2" in message


def test_a_list_without_names_offers_its_columns(tmp_path: Path) -> None:
    message = failing(tmp_path, "a,b\n1,2\n")
    assert "--map" in message
    assert "a, b" in message


def test_a_bad_date_is_a_notice_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,surname,dob\n1,Коваль,45.13.1985\n2,Бойко,1O.05.1980\n", encoding="utf-8")
    found = read_list(path)
    assert "line 2, column 3 (dob)" in found.notices[0]
    assert [person.birth.year for person in found.persons] == [1985, 1980]
    assert found.persons[1].birth == PartialDate(1980, 5, 10)


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ("Коваль Іван Петрович", ("Коваль", "Іван", "Петрович")),
        ("Іван Петрович Коваль", ("Коваль", "Іван", "Петрович")),
        ("Koval, Ivan", ("Koval", "Ivan", "")),
        ("Іван Коваль", ("Коваль", "Іван", "")),
        ("Коваль І.П.", ("Коваль", "І", "П")),
        ("І. П. Коваль", ("Коваль", "І", "П")),
        ("Нечуй-Левицький Іван Семенович", ("Нечуй-Левицький", "Іван", "Семенович")),
        ("Мамедов Рустам Ахмед оглу", ("Мамедов", "Рустам", "Ахмед оглу")),
    ],
)
def test_whole_names_are_taken_apart(
    tmp_path: Path, whole: str, expected: tuple[str, str, str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"id;ПІБ\n1;{whole}\n", encoding="utf-8")
    found = read_list(path)
    parts = split_name(found.persons[0], learn_habits([found]))
    assert (parts.surname, parts.given, parts.patronymic) == expected


def test_places_units_and_tags() -> None:
    assert place_keys("м. Київ") == place_keys("Kiev") == place_keys("г. Киев")
    assert unit_keys("93 ОМБр") == unit_keys("93rd Mechanised Brigade")
    assert tag_key("АВ-123 456") == tag_key("AB123456")


def test_another_hands_lists_are_matched(tmp_path: Path) -> None:
    """Lists of a generator that shares nothing with the first and that nothing was tuned to."""
    a, b, truth = second_lists(300, 200, 8)
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path, rows in zip(paths, (a, b), strict=True):
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    left, right = map(read_list, paths)
    match = match_lists(left, right)
    pairs = [
        (left.persons[match.pairs.left[i]].id, right.persons[match.pairs.right[i]].id)
        for i in match.proposed
    ]
    right_ones = np.array([pair in truth for pair in pairs])
    assert 2 * right_ones.sum() / (len(pairs) + len(truth)) > 0.95
    assert right_ones[match.fit.probability[match.proposed] >= 0.9].mean() > 0.985


def test_several_lists_make_groups(tmp_path: Path) -> None:
    rows = {
        "one": "id,surname,given,dob\n1,Щербак,Володимир,1985-03-09\n2,Бойко,Іван,1970-01-02\n",
        "two": "id,surname,given,dob\nx,Щербак,Владимир,09.03.1985\n",
        "three": "id,name,born\ny,Volodymyr Shcherbak,9 March 1985\n",
    }
    for name, text in rows.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    paths = [str(tmp_path / f"{name}.csv") for name in rows]
    result = CliRunner().invoke(names, ["cluster", *paths, "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "three.csv (utf-8): id = id, name = name, birth_date = born" in result.output
    histories = (tmp_path / "out" / "histories.csv").read_text("utf-8").splitlines()
    assert histories == ["one,two,three,count", "1,1,1,1", "1,0,0,1"]


@pytest.mark.parametrize(
    ("texts", "surname", "former"),
    [
        ({"name": "Шевчук (Коваленко) Олена Петрівна"}, "Шевчук", "Коваленко"),
        ({"name": "Shevchuk, Olena (née Kovalenko)"}, "Shevchuk", "Kovalenko"),
        ({"surname": "Шевчук (Нечуй-Левицька)", "given": "Олена"}, "Шевчук", "Нечуй-Левицька"),
        ({"surname": "Шевчук", "given": "Олена (дів. Коваленко)"}, "Шевчук", "Коваленко"),
        ({"surname": "Шевчук", "given": "Олександр (Сашко)"}, "Шевчук", ""),
        ({"surname": "(Шевчук)", "given": "Олена"}, "Шевчук", ""),
        ({"name": "О. Шевчук П."}, "Шевчук", ""),
    ],
)
def test_former_surnames_in_brackets(texts: dict[str, str], surname: str, former: str) -> None:
    person = Person("1", texts, UNKNOWN, UNKNOWN, 2)
    parts = split_name(person, Habits(Counter(), Counter()))
    assert (parts.surname, parts.former) == (surname, former)
