"""Numbers with the noun they count, for terminals."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, one: str, many: str = "") -> str:
    """“1 bag”, “1,248 bags”; ``many`` where it is not the singular with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
