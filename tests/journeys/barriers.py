"""What stands between a page and those who cannot see it or use a mouse, as axe finds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["barriers"]

AXE = Path(__file__).with_name("axe-core") / "axe.min.js"
# A table repeats one kind of row; eight of them say what hundreds would, in a tenth of the time.
WHERE = {"exclude": [["tbody tr:nth-child(n+9)"]]}
COLOURS = ["color-contrast", "link-in-text-block"]


def barriers(tab: Any, *, colours_only: bool = False) -> list[Any]:
    """Rules that the page breaks, each with some of the elements that break it.

    ``colours_only``: for a second colour scheme of a page whose structure was seen.
    """
    tab.add_script_tag(path=str(AXE))
    how: dict[str, Any] = {"resultTypes": ["violations"]}
    if colours_only:
        how["runOnly"] = COLOURS
    result = tab.evaluate("([where, how]) => axe.run(where, how)", [WHERE, how])
    assert len(result["passes"]) >= (1 if colours_only else 10)
    return [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in result["violations"]]
