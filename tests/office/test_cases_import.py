"""Bags, cases and samples from a table: whole or not at all, mistakes with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from priam.errors import InputError, UserError
from tests.office import mortuary


def table(*rows: str, head: str = "bag,party,finding,case,sample,sample_kind") -> bytes:
    return "\n".join([head, *rows, ""]).encode()


def test_rows_of_a_bag_belong_together_and_a_second_import_changes_nothing(store: str) -> None:
    from priam_office.cases.importing import import_rows, plan
    from priam_office.cases.models import Bag, Case, Sample
    from priam_office.record.queries import head

    b1, b2, b3, c1, c2, c3, s1, s2 = mortuary.tags(8)
    mortuary.bags(b3)
    data = table(
        f"{b1},A,,{c1},{s1},bone",
        f"{b3},,empty,,,",
        f"{b2},A,,{c3},,",
        f"{b1},,,{c2},{s2.lower()},tooth",
    )
    made = plan(data, "in/file.csv")
    assert made.problems == []
    assert made.new == {"bags": 2, "openings": 3, "cases": 3, "samples": 2, "placed": 0}
    assert made.there["bags"] == 1
    before = head()
    assert before == head()  # a plan writes nothing
    import_rows(made, by="tests")
    assert Bag.objects.get(pk=b1).finding == "several"
    assert set(Case.objects.filter(bag=b1).values_list("case", flat=True)) == {c1, c2}
    assert Sample.objects.get(pk=s2).kind == "tooth"
    again = plan(data, "file.csv")
    assert again.entries == [] and again.there == {
        "bags": 3,
        "openings": 0,
        "cases": 3,
        "samples": 2,
        "placed": 0,
    }


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{b},A,,{c},{s},wood", r"line 2, column sample_kind: found 'wood'"),
        ("{b},A,two,{c},,", r"line 2, column finding: found 'two', expected one of one, several"),
        ("PRM-12,A,,{c},,", r"line 2, column bag"),
        ("=1+1,A,,{c},,", r"line 2, column bag: found '=1\+1'"),
        ("{b},,,{c},,", r"line 2, column bag.*is not registered"),
        ("{b},A,,,{s},", r"line 2, column sample.*needs its case"),
        (",A,,{c},,", r"line 2, column bag: expected the tag"),
        ("{b},Z,,{c},,", r"line 2: there is no party 'Z'"),
        ("{b},A,empty,{c},,", r"line 2: the finding 'empty' goes with 0 cases, not 1"),
    ],
)
def test_a_mistake_is_named_with_line_and_column_and_nothing_is_written(
    sqlite: str, row: str, says: str
) -> None:
    import re

    from priam_office.cases.importing import import_rows, plan
    from priam_office.record.queries import head

    mortuary.bags(*mortuary.tags(1))
    b, c, s = mortuary.tags(3)
    before = head()
    made = plan(table(row.format(b=b, c=c, s=s)), "file.csv")
    assert made.problems and re.search(says, str(made.problems[0])), made.problems
    with pytest.raises(UserError):
        import_rows(made, by="tests")
    assert head() == before


def test_a_bag_that_contradicts_itself_and_a_column_nobody_knows(sqlite: str) -> None:
    from priam_office.cases.importing import plan

    mortuary.bags(*mortuary.tags(1))
    b, c, d = mortuary.tags(3)
    made = plan(table(f"{b},A,several,{c},,", f"{b},A,commingled,{d},,"), "f.csv")
    assert "line 2 says 'several' of this bag" in str(made.problems[0])
    with pytest.raises(InputError, match="column 'colour' is not known"):
        plan(b"bag,colour\nx,y\n", "f.csv")
    with pytest.raises(InputError, match="'bag' is missing"):
        plan(b"case,sample\nx,y\n", "f.csv")
    with pytest.raises(InputError):
        plan(b"\x00\x01\x02", "f.csv")


def test_the_command_previews_and_imports(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    data = tmp_path / "data"
    b, c = mortuary.tags(2)
    file = tmp_path / "in.csv"
    file.write_bytes(table(f"{b},A,,{c},,"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PRIAM_", "DJANGO_"))}
    environment["PRIAM_DATA"] = str(data)
    environment["PRIAM_OPEN_LOG_KEY"] = "1"

    def priam(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "priam", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    assert priam("init").returncode == 0
    refused = priam("cases", "import", str(file))
    assert refused.returncode == 2 and "there is no party 'A'" in refused.stderr
    assert "nothing was written" in refused.stderr and "Traceback" not in refused.stderr
    assert priam("load").returncode == 0
    file.write_bytes(table(f"{b},UA,,{c},,"))
    previewed = priam("cases", "import", str(file), "--preview")
    assert previewed.returncode == 0, previewed.stderr
    assert "1 cases would be new" in previewed.stdout and "recorded" not in previewed.stdout
    done = priam("cases", "import", str(file))
    assert done.stdout.endswith("2 events recorded.\n"), done
