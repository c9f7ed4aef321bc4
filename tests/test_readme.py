"""The README names every command that there is."""

from __future__ import annotations

from pathlib import Path

import click

from priam.cli.main import cli


def test_readme_names_every_command_group() -> None:
    text = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `priam"))
    names = cli.list_commands(click.Context(cli))
    assert len(names) > 20
    assert [name for name in names if f"`{name}`" not in rows and f"priam {name}" not in rows] == []
