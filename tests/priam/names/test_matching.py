"""Two lists in, proposals out: quality on invented lists, files, bad input."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from priam.cli.names import names
from priam.errors import UserError
from priam.names.given import known_given
from priam.names.marginals import one_to_one_marginals
from priam.names.matching import best_assignment, explain, match_lists, proposals
from priam.names.reading import NameList, read_list
from priam.names.review import event
from priam.simulation.lists import ListOptions, TestLists, make_lists


def write(rows: list[dict[str, str]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def lists() -> TestLists:
    return make_lists(ListOptions(400, 250, 250), np.random.default_rng(11))


@pytest.fixture(scope="module")
def folder(lists: TestLists, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("lists")
    a, b = write(lists.a, base / "a.csv"), write(lists.b, base / "b.csv")
    result = CliRunner().invoke(names, ["match", str(a), str(b), "--out", str(base / "out")])
    assert result.exit_code == 0, result.output
    return base / "out"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_invented_given_names_are_in_no_table(lists: TestLists) -> None:
    given = {row["given"] for row in lists.a if len(row["given"]) > 3}
    assert np.mean([known_given(name) for name in given]) < 0.02


def test_the_matches_are_right_and_one_to_one(lists: TestLists, folder: Path) -> None:
    found = rows(folder / "matched.csv")
    truth = set(lists.truth)
    right = sum((row["id_a"], row["id_b"]) in truth for row in found)
    precision, recall = right / len(found), right / len(truth)
    assert 2 * precision * recall / (precision + recall) > 0.95
    strong = [row for row in found if row["band"] == "strong"]
    assert np.mean([(row["id_a"], row["id_b"]) in truth for row in strong]) >= 0.995
    assert len({row["id_a"] for row in found}) == len({row["id_b"] for row in found}) == len(found)


def test_matched_and_unmatched_make_up_the_list(lists: TestLists, folder: Path) -> None:
    matched = {row["id_a"] for row in rows(folder / "matched.csv")}
    alone = {row["id"] for row in rows(folder / "unmatched_a.csv")}
    assert matched | alone == {row["id"] for row in lists.a}
    assert not matched & alone


def test_every_decision_carries_its_weights_and_words(folder: Path) -> None:
    lines = (folder / "decisions.jsonl").read_text("utf-8").splitlines()
    decisions = [json.loads(line) for line in lines]
    assert len(decisions) == len(rows(folder / "matched.csv")) + len(rows(folder / "possible.csv"))
    for decision in decisions[:50]:
        total = sum(item["weight"] for item in decision["fields"])
        assert decision["weight"] == pytest.approx(total, abs=0.002)
        assert decision["words"].startswith("for: ")
    card = json.loads((folder / "model_card.json").read_text("utf-8"))
    assert card["seed"] == 1
    assert 0 < card["prior"]["share_of_women_under_another_surname"] < 0.1  # none of them changes
    surname = card["fields"][0]["levels"]
    assert surname[-1]["same_woman"] > surname[-1]["same_person"]
    assert len(card["lists"][0]["sha256"]) == 64


def small(tmp_path: Path, name: str, text: str, encoding: str = "utf-8") -> NameList:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read_list(path)


HEADER = "id,surname,given,patronymic,birth_date,place,unit\n"


def test_a_brother_in_the_same_unit_is_not_matched(tmp_path: Path) -> None:
    """Surname, father, village and unit agree; the given name differs."""
    a = small(tmp_path, "a.csv", HEADER + "1,Коваленко,Іван,Петрович,1990-02-03,Хуст,93 ОМБр\n")
    b = small(
        tmp_path,
        "b.csv",
        HEADER + "x,Коваленко,Сергей,Петрович,1992-05-06,Хуст,93 бригада\n"
        "y,Коваленко,Степан,Петрович,1990-02-03,Хуст,93 бригада\n",
    )
    assert not len(match_lists(a, b).proposed)


def test_one_person_under_four_spellings(tmp_path: Path) -> None:
    a = small(
        tmp_path,
        "a.csv",
        HEADER + "1,Щербак,Володимир,Сергійович,1985-03-09,Київ,93\n"
        "2,Кравець,Олексій,Іванович,1971-11-30,Одеса,28\n"
        "3,Юр'єв,Гліб,Якович,1990-01-17,Суми,58\n"
        "4,Ковальов,Олександр,Дмитрович,1988-12-01,Мінськ,72\n",
    )
    b = small(
        tmp_path,
        "b.csv",
        HEADER + "w,Szczerbak,Wladimir,Sergijowicz,03.1985,Kiew,93\n"
        "x,Алексей,Кравец,Иванович,30.11.1971,Одесса,28 бригада\n"
        "y,Yur’yev,Gleb,Yakovlevich,17 January 1990,Sumy,58th\n"
        "z,Кавалёў,Аляксандр,Дзмітрыевіч,1988,Мінск,72 ОМБр\n",
    )
    match = match_lists(a, b)
    found = list(proposals(match, match.proposed))
    assert {(item.left, item.right) for item in found} == {(0, 0), (1, 1), (2, 2), (3, 3)}
    assert all(item.band == "strong" for item in found)
    assert all("surname" in explain(item) for item in found)


def test_belief_propagation_is_exact_on_a_tree_and_close_on_a_cycle() -> None:
    rng = np.random.default_rng(0)
    path = (np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 2, 2]))
    cycle = (np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    for (left, right), tolerance in ((path, 1e-6), (cycle, 0.08)):
        odds = rng.lognormal(0, 1.5, len(left))
        exact = brute_force(left, right, odds)
        found = one_to_one_marginals(left, right, odds, (3, 3))
        assert found == pytest.approx(exact, abs=tolerance)


def brute_force(left: np.ndarray, right: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """Marginals by listing all matchings."""
    total, sums = 0.0, np.zeros(len(odds))
    for size in range(len(odds) + 1):
        for chosen in map(list, itertools.combinations(range(len(odds)), size)):
            if len(set(left[chosen])) == size == len(set(right[chosen])):
                weight = float(np.prod(odds[chosen]))
                total += weight
                sums[chosen] += weight
    return sums / total


def test_the_assignment_is_the_best_one() -> None:
    left, right = np.array([0, 0, 1]), np.array([0, 1, 0])
    chosen = best_assignment(left, right, np.array([0.6, 0.5, 0.5]), 0.05)
    assert chosen.tolist() == [False, True, True]


def test_many_allows_a_row_several_partners(tmp_path: Path) -> None:
    line = "Щербак,Володимир,Сергійович,1985-03-09,Київ,93\n"
    a = small(tmp_path, "a.csv", HEADER + "1," + line)
    b = small(tmp_path, "b.csv", HEADER + "x," + line + "y," + line)
    assert len(match_lists(a, b, one_to_one=False).proposed) == 2
    assert len(match_lists(a, b).proposed) <= 1


def test_names_in_each_others_place_are_one_person_and_one_piece_of_evidence(
    tmp_path: Path,
) -> None:
    header = "id,surname,given,date_of_birth,suburb,ssn\n"
    mapping = {"place": "suburb", "tag": "ssn", "birth_date": "date_of_birth"}
    lists = []
    for name, line in (
        ("a.csv", "1,satterley,matilda,19801112,kedron,7200837"),
        ("b.csv", "x,matilda,satterlley,19801112,kedron,7208037"),
    ):
        (tmp_path / name).write_text(header + line + "\n", encoding="utf-8")
        lists.append(read_list(tmp_path / name, mapping=mapping))
    match = match_lists(*lists)
    (found,) = proposals(match, match.proposed)
    weights = {item["field"]: item for item in found.fields}
    assert found.band == "strong"
    assert weights["surname"]["level"] == "in the place of the given name"
    assert weights["given"]["weight"] == 0


def test_a_namesake_of_the_village_with_another_date_of_birth_is_not_matched(
    tmp_path: Path,
) -> None:
    a = small(tmp_path, "a.csv", HEADER + "1,Коваленко,Іван,Петрович,1990-02-03,Хуст,\n")
    b = small(tmp_path, "b.csv", HEADER + "x,Коваленко,Иван,Сергеевич,1971-11-25,Хуст,\n")
    assert not len(match_lists(a, b).proposed)


def test_a_former_surname_and_a_foreign_initial_agree(tmp_path: Path) -> None:
    a = small(
        tmp_path,
        "a.csv",
        HEADER + "1,Шевчук (дів. Коваленко),Олена,Петрівна,1990-02-03,Хуст,93\n"
        "2,Гнатюк,Олександр,Якович,1985-03-09,Суми,28\n",
    )
    b = small(
        tmp_path,
        "b.csv",
        HEADER + "x,Коваленко,Елена,Петровна,03.02.1990,Хуст,93\n"
        "y,Гнатюк,А.,Я.,09.03.1985,Сумы,28\n",
    )
    match = match_lists(a, b)
    found = {(item.left, item.right): item for item in proposals(match, match.proposed)}
    assert set(found) == {(0, 0), (1, 1)}
    levels = {pair: {f["field"]: f["level"] for f in item.fields} for pair, item in found.items()}
    assert levels[0, 0]["surname"] == "a part of a double surname, or a former one"
    assert levels[1, 1]["given"] == "initial"


def test_a_level_that_no_sampled_pair_reached_is_rare(tmp_path: Path) -> None:
    """Two equal tag numbers are hardly ever chance, also where no sampled pair had equal ones."""
    line = "Щербак,Володимир,,,,,{}\n"
    header = HEADER.strip() + ",tag\n"
    rows_a = "".join(f"{n},{line.format(f'Q{n}58{n}')}" for n in range(10, 40))
    rows_b = "".join(f"{n},{line.format(f'R{n}58{n}')}" for n in range(10, 40))
    match = match_lists(
        small(tmp_path, "a.csv", header + rows_a), small(tmp_path, "b.csv", header + rows_b)
    )
    assert match.pairs.chance["tag"][0] < 1e-4


def test_a_folder_that_is_not_empty_is_refused(folder: Path) -> None:
    arguments = ["match", str(folder.parent / "a.csv"), str(folder.parent / "b.csv")]
    result = CliRunner().invoke(names, [*arguments, "--out", str(folder)])
    assert isinstance(result.exception, UserError)
    assert "not empty" in str(result.exception)


def test_decisions_of_people_stand_and_fold_back(folder: Path, lists: TestLists) -> None:
    """A possible pair becomes a match, a proposed one does not, and rivals give way."""
    possible = [json.loads(x) for x in (folder / "decisions.jsonl").read_text("utf-8").splitlines()]
    raised = next(x for x in possible if x["band"] == "possible")
    lowered = next(x for x in possible if x["band"] == "strong" and x["id_a"] != raised["id_a"])
    never = {"id_a": lists.a[0]["id"], "id_b": lists.b[0]["id"]}
    answers = [(raised, "same"), (lowered, "different"), (never, "unsure")]
    lines = [event((x["id_a"], x["id_b"]), answer, by="clerk") for x, answer in answers]
    path = folder.parent / "review.jsonl"
    path.write_text("".join(json.dumps(x) + "\n" for x in lines), encoding="utf-8")
    a, b, out = (str(folder.parent / name) for name in ("a.csv", "b.csv", "again"))
    command = ["match", a, b, "--out", out, "--decisions", str(path)]
    result = CliRunner().invoke(names, command)
    assert result.exit_code == 0, result.output
    assert "3 decided by people" in result.output
    found = {(x["id_a"], x["id_b"]): x["band"] for x in rows(Path(out) / "matched.csv")}
    assert found[raised["id_a"], raised["id_b"]] == "decided"
    assert (lowered["id_a"], lowered["id_b"]) not in found
    assert len({pair[0] for pair in found}) == len({pair[1] for pair in found}) == len(found)
    card = json.loads((Path(out) / "model_card.json").read_text("utf-8"))
    assert card["decided_by_people"] == {"same": 1, "different": 1, "unsure": 1}
    path.write_text(json.dumps(event(("nobody", "x"), "same", by="clerk")), encoding="utf-8")
    result = CliRunner().invoke(names, [*command, "--replace"])
    assert "'nobody' is not in list A" in str(result.exception)
