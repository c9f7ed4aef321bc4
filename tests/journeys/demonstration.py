"""Main pages of the office for every role, on a played demonstration.

python -m tests.journeys.demonstration ADDRESS FOLDER   writes the screenshots of the handbook
(docs/screenshots) from an office that `priam demo casework` filled and `priam serve` serves.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

__all__ = ["PAGES", "become", "visit"]

#: Role -> addresses under /LANG/work/. "@" is the first thing that the list before it links to.
PAGES: dict[str, tuple[str, ...]] = {
    "mortuary": (
        "",
        "mortuary/",
        "mortuary/bags/",
        "mortuary/bags/@",
        "mortuary/cases/",
        "mortuary/cases/@",
        "mortuary/cases/@record/400/",
        "mortuary/samples/",
        "mortuary/places/",
        "mortuary/store/",
        "mortuary/labels/",
        "mortuary/import/",
        "mortuary/tablets/",
        "mortuary/offline/",
        "releases/graves/",
    ),
    "laboratory": (
        "laboratory/",
        "laboratory/profiles/",
        "laboratory/import/",
        "laboratory/search/",
        "laboratory/candidates/",
        "laboratory/candidates/@",
    ),
    "liaison": (
        "missing/",
        "missing/new/",
        "missing/@",
        "families/",
        "families/@",
        "families/@pedigree/",
        "families/@wish/",
        "releases/",
    ),
    "examiner": ("board/", "board/case/@"),
    "legal": ("", "board/case/@", "exceptions/"),
    "auditor": ("reads/", "permissions/"),
    "administrator": ("accounts/", "accounts/new/", "account/"),
    "negotiator": (
        "",
        "negotiation/",
        "negotiation/agreements/",
        "negotiation/agreements/@",
        "negotiation/offers/?tab=all",
        "negotiation/manifests/",
        "negotiation/refused/",
        "negotiation/others/",
    ),
}
#: Of these the handbook shows a picture: (role, address, name of the file).
SHOWN = (
    ("mortuary", "mortuary/", "mortuary"),
    ("mortuary", "mortuary/cases/@", "case"),
    ("laboratory", "laboratory/candidates/@", "candidate"),
    ("liaison", "families/@", "family"),
    ("examiner", "board/case/@", "board"),
    ("auditor", "reads/", "reads"),
)
#: And these as on a telephone or in the dark: (role, address, width, scheme, name of the file).
SHOWN_OTHERWISE = (
    ("mortuary", "mortuary/cases/@record/400/", 390, "dark", "record-on-a-phone"),
    ("liaison", "families/@", 390, "light", "family-on-a-phone"),
    ("liaison", "families/@", 1100, "dark", "family-in-the-dark"),
    ("examiner", "board/case/@", 1100, "dark", "board-in-the-dark"),
)
ID = r"(?:[0-9a-f]{8}-[0-9a-f-]{27}|PRM-\w+)"


def become(tab: Any, office: str, role: str) -> None:
    """Sign in as somebody of the guided day."""
    tab.goto(f"{office}/en/guide/")
    tab.locator(f'form[action$="/as/{role}/"] button').first.click()
    tab.wait_for_url("**/en/work/")


def visit(tab: Any, office: str, address: str, language: str = "en") -> None:
    """Open a page; what stands for the first thing of a list is looked up there."""
    base = f"{office}/{language}/work/"
    before, mark, after = address.partition("@")
    if mark:
        tab.goto(base + before.replace("board/case/", "board/"))
        links = [link.get_attribute("href") or "" for link in tab.locator("main a").all()]
        found = (re.search(rf"/work/({before}(?:{ID}/)+)$", link) for link in links)
        before = next(match[1] for match in found if match)
    answer = tab.goto(base + before + after)
    assert answer.status == 200, (address, answer.status)


def main(office: str, folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    from tests.journeys.conftest import ARGUMENTS, CHROMIUM

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        tab = browser.new_page(viewport={"width": 1100, "height": 800}, reduced_motion="reduce")
        for role, address, name in SHOWN:
            become(tab, office, role)
            visit(tab, office, address)
            _photograph(tab, folder / f"{name}.png")
        for role, address, width, scheme, name in SHOWN_OTHERWISE:
            tab.set_viewport_size({"width": width, "height": 800})
            tab.emulate_media(color_scheme=scheme)
            become(tab, office, role)
            visit(tab, office, address)
            _photograph(tab, folder / f"{name}.png")


def _photograph(tab: Any, path: Path) -> None:
    """What the window shows, once the parts that load by themselves have come."""
    from PIL import Image

    tab.wait_for_load_state("networkidle")
    image = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    image.quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
