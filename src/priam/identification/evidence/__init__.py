"""Evidence other than DNA: each line is a likelihood ratio with a stated model and source."""

from priam.identification.evidence.lines import LINES, Finding, Line, weigh

__all__ = ["LINES", "Finding", "Line", "weigh"]
