"""Take the picture of the page for the documentation: ``python verifier/screenshot.py FOLDER``.

FOLDER is the one of `priam demo parties`; the bundle is that of the last batch as A tells it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "second-verifier.png"


def main(folder: Path) -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    chromium = os.environ.get("PRIAM_TEST_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 1000})
        page.goto((ROOT / "src/priam/tlog/verifier.html").as_uri())
        page.set_input_files("#policy", folder / "trust.policy")
        page.set_input_files("#parties", folder / "trust.json")
        page.set_input_files("#bundle", folder / "evidence-2025-06-16-A.bundle")
        page.get_by_text("Contradictions").first.wait_for()
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
