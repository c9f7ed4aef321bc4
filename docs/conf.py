"""Sphinx: MyST pages; formulas become MathML at build time, so no page asks another host."""

from __future__ import annotations

from typing import Any

import latex2mathml.converter
from docutils import nodes

project = "Priam"
author = "the Priam authors"
copyright = "2026, the Priam authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "amsmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Priam"
html_show_sphinx = False
html_math_renderer = "mathml"
exclude_patterns = ["_build"]


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(latex2mathml.converter.convert(node.astext()))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(latex2mathml.converter.convert(node.astext(), display="block"))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the MathML renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
