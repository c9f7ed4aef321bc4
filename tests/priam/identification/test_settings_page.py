"""The reference page names every setting and its default."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from priam.identification.evidence import LINES
from priam.identification.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "identify-settings.md"


def test_every_setting_and_line_of_evidence_is_described():
    text = PAGE.read_text()
    for part in dataclasses.fields(Settings()):
        section = getattr(Settings(), part.name)
        assert f"## [{part.name}]" in text
        for entry in dataclasses.fields(section):
            row = f"| `{entry.name}` | `{getattr(section, entry.name)!r}` |"
            assert f"{row} {entry.metadata['note']} |" in text
    assert all(f"| {line.name} | {line.model} |" in text for line in LINES)
