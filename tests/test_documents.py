"""The README names every command, the map every folder; no text names what is not there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from priam.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
SOURCES = [path for end in ("py", "html") for path in sorted((ROOT / "src").rglob(f"*.{end}"))]
#: A call at the beginning of a line of a shell: ``$ PRIAM_DATA=x .venv/bin/priam log verify``.
CALL = re.compile(r"(?:\$ )?(?:[A-Z_]+=\S+ |uv run |sudo |exec )*(?:\S*/)?priam ([a-z-].*)")
#: A call within a sentence, in quotation marks of some kind.
NAMED = re.compile(r"[`'\"]priam ([a-z-][^`'\"{(\n\\]*)[`'\"{]")


def test_readme_names_every_command_group() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `priam"))
    names = cli.list_commands(click.Context(cli))
    assert len(names) > 20
    assert [name for name in names if f"`{name}`" not in rows and f"priam {name}" not in rows] == []


def test_every_command_of_the_table_of_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `priam")]
    missing = []
    for cell in cells:
        beside: list[str] = []  # the group of the command named before
        for words in map(str.split, re.findall(r"`([^`]+)`", cell)):
            full = words[0] == "priam"
            beside = words[1:-1] if full else beside
            tried = [words[1:]] if full else [[*beside, *words], words]
            if all(lacking(" ".join(one)) for one in tried):
                missing.append(words)
    assert missing == []


def test_every_command_and_option_that_a_page_names_exists() -> None:
    found = [(page, call) for page in PAGES for call in calls(page.read_text(encoding="utf-8"))]
    assert len(found) > 200
    assert [f"{page.name}: {bad}" for page, call in found if (bad := lacking(call))] == []


def test_every_command_that_a_sentence_of_the_program_names_exists() -> None:
    texts = [(path, path.read_text(encoding="utf-8")) for path in SOURCES]
    found = [(path, call) for path, text in texts for call in NAMED.findall(text)]
    assert len(found) > 80
    assert [f"{path.name}: {bad}" for path, call in found if (bad := lacking(call))] == []


def test_every_option_that_a_page_names_by_itself_exists() -> None:
    known = {"--help", *every_option(cli)}
    named = {
        (page.name, option)
        for page in PAGES
        for option in re.findall(r"`(--[a-z][a-z-]*)", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    assert sorted((page, option) for page, option in named if option not in known) == []


def test_the_map_names_every_folder_and_every_module_beside_them() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    packages = [ROOT / "src" / name for name in ("priam", "priam_office")]
    names = {
        path.stem
        for package in packages
        for path in (*package.iterdir(), *(init.parent for init in package.rglob("__init__.py")))
        if path.is_dir() or path.suffix == ".py"
    } - {"__init__", "__main__", "__pycache__", "migrations", "locale", "templatetags"}
    assert len(names) > 40
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", text)] == []


def test_no_page_or_catalogue_holds_two_sides_of_a_merge() -> None:
    catalogues = sorted((ROOT / "src").rglob("*.po"))
    marks = re.compile(r"^(?:<{7}|>{7}) ", re.M)
    texts = [(path, path.read_text(encoding="utf-8")) for path in (*PAGES, *SOURCES, *catalogues)]
    assert [str(path) for path, text in texts if marks.search(text)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`priam log verfiy --data x`", "priam log has no command 'verfiy'"),
        ("```\n$ A=b priam log verify \\\n  --dta x\n```", "priam log verify has no option --dta"),
        ("say `priam logs` or nothing", "priam has no command 'logs'"),
        ("```\nfrom priam import events\n```\n`priam log verify --data=x`", None),
    ],
)
def test_a_mistake_would_be_found(text: str, expected: str | None) -> None:
    assert [bad for call in calls(text) if (bad := lacking(call))] == ([expected] * bool(expected))


def calls(text: str) -> Iterator[str]:
    """What stands behind ``priam`` in the code, within lines and in blocks, of a page."""
    blocks = re.findall(r"^ *```.*?^ *```", text, flags=re.M | re.S)
    for block in blocks:
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            for part in re.split(r" (?:&&|;|\|) ", line.strip()):
                if call := CALL.fullmatch(part):
                    yield call[1].split(" #")[0]
        text = text.replace(block, "")
    yield from NAMED.findall(text)


def lacking(call: str) -> str | None:
    """What is not there, of the commands and options of a call."""
    command: click.Command = cli
    path = "priam"
    try:
        words = shlex.split(call)
    except ValueError:  # an apostrophe of a sentence
        words = call.split()
    for word in words:
        if word.startswith("--"):
            name = word.split("=")[0]
            if name not in {"--help", "--version", *options(command)}:
                return f"{path} has no option {name}"
        elif isinstance(command, click.Group) and not word.startswith("-"):
            below = command.get_command(click.Context(command), word)
            if below is None:
                return f"{path} has no command {word!r}"
            command, path = below, f"{path} {word}"
    return None


def options(command: click.Command) -> set[str]:
    """All spellings of a command's own options."""
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)}


def every_option(command: click.Command) -> set[str]:
    """The options of a command and of all under it."""
    found = options(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            found |= every_option(below)
    return found
