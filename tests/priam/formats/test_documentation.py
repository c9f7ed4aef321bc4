"""The pages name every format, model, kit and table, and their examples work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from priam.formats import FORMATS, Tables, loads
from priam.genetics.frequencies import load_packaged, packaged_names, parse_table
from priam.genetics.kits import KITS
from priam.genetics.mutation import MODELS, TRANSFORMS

DOCS = Path(__file__).resolve().parents[3] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_has_a_heading_and_a_row(name: str) -> None:
    text, module = page("reference/formats.md"), FORMATS[name]
    assert f"\n### {name}\n" in text
    write = "yes" if hasattr(module, "write") else "no"
    assert f"| {name} | {module.TITLE} | {module.HOLDS} | yes | {write} |" in text


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_has_a_heading_and_its_parameters(name: str) -> None:
    text = page("reference/mutation-models.md")
    part = text.split(f"\n### {name}\n")[1].split("\n### ")[0]
    assert all(f"`{parameter}`" in part for parameter in MODELS[name].parameters)


def test_every_transformation_is_in_the_table() -> None:
    text = page("reference/mutation-models.md")
    assert all(f"| {name} | " in text for name in TRANSFORMS)


@pytest.mark.parametrize("name", sorted(KITS))
def test_every_kit_is_counted_right(name: str) -> None:
    kit = KITS[name]
    row = f"| {name} | {kit.maker} | {len(kit)} | {len(kit.autosomal)} |"
    assert row in page("reference/kits.md")


@pytest.mark.parametrize("name", packaged_names())
def test_every_table_is_described_right(name: str) -> None:
    table = load_packaged(name)
    size = f"{table.individuals:,}" if table.individuals else "not stated"
    row = re.search(rf"^\| {name} \|.*$", page("reference/frequency-tables.md"), re.MULTILINE)
    assert row and f"| {size} | {len(table)} |" in row[0]


def test_the_example_table_can_be_read() -> None:
    found = re.search(r"```json\n(.*?)```", page("reference/frequency-tables.md"), re.DOTALL)
    assert found and parse_table(found[1])["TH01"].frequency("7") == 0.5


def test_the_table_of_the_guide_can_be_read() -> None:
    found = re.search(r"```text\n(.*?)```", page("how-to/use-your-own-frequencies.md"), re.DOTALL)
    assert found
    content = loads(re.sub(r"^ {3}", "", found[1], flags=re.MULTILINE)).content
    assert isinstance(content, Tables)
    assert (len(content.tables[0]), content.tables[0].individuals) == (2, 100)
