"""Put the verifier together as one page: ``python verifier/build.py`` writes it into the package.

The page allows only its own script and style, named by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "src" / "priam" / "tlog" / "verifier.html"
SCRIPTS = (
    "vendor.js",
    "formats.js",
    "policy.js",
    "documents.js",
    "verdict.js",
    "counts.js",
    "page.js",
)


def built() -> str:
    """The page as it should be."""
    # "use strict" counts only before all other statements
    script = '\n"use strict";\n' + "\n".join(map(_read, SCRIPTS))
    style = "\n" + _read("page.css")
    page = _read("page.html")
    for name, text in (("SCRIPT", script), ("STYLE", style)):
        page = page.replace(f"@{name}_HASH@", _source(text)).replace(f"@{name}@", text)
    return page


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """How a content security policy names a text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


if __name__ == "__main__":
    PAGE.write_text(built(), encoding="utf-8")
