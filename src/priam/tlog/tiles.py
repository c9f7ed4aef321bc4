"""C2SP tlog-tiles: a log as static files, read.

Format: https://c2sp.org/tlog-tiles. A tile holds up to 256 hashes of one level; the hashes of
tile level L are nodes of tree level 8 L. :class:`TiledHashes` makes any proof from a few tiles, so
neither a file server nor a database has to hold a tree: leaf hashes and one hash for each 256 of
them are enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from priam.tlog.errors import FormatError, LogError
from priam.tlog.hashes import HASH_SIZE
from priam.tlog.tree import Tree

__all__ = ["TILE_WIDTH", "TiledHashes", "parse_entries", "parse_tile_path", "tile_path"]

TILE_WIDTH = 256
_PATH = re.compile(
    r"tile/(entries|0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


def tile_path(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """``tile/L/N`` or ``tile/L/N.p/W``; ``level`` may be ``"entries"``.

    >>> tile_path(0, 1234067, 8)
    'tile/0/x001/x234/067.p/8'
    """
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    number = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
    return f"tile/{level}/{number}" + (f".p/{width}" if width < TILE_WIDTH else "")


def parse_tile_path(path: str) -> tuple[int | str, int, int]:
    """Level (or ``"entries"``), index and width of a tile path."""
    match = _PATH.fullmatch(path)
    if match:
        level: int | str = match[1] if match[1] == "entries" else int(match[1])
        index = int(re.sub(r"[x/]", "", match[2]))
        width = int(match[3] or TILE_WIDTH)
        if tile_path(level, index, width) == path:
            return level, index, width
    raise FormatError(f"{path[:80]!r} is no tile path")


def parse_entries(bundle: bytes) -> list[bytes]:
    """The entries of a bundle: each behind its length in two bytes, big-endian."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2])
        if at + 2 > len(bundle) or end > len(bundle):
            raise FormatError(f"the entry bundle ends within entry {len(entries)}")
        entries.append(bundle[at + 2 : end])
        at = end
    if len(entries) > TILE_WIDTH:
        raise FormatError(f"the entry bundle has {len(entries)} entries, at most {TILE_WIDTH}")
    return entries


class TiledHashes:
    """Nodes of a tree of ``size`` leaves from its tiles: a
    :class:`~priam.tlog.proofs.HashSource`.

    ``read(level, index, width)`` returns the hashes of a tile, concatenated. Tiles are kept once
    read.
    """

    def __init__(self, read: Callable[[int, int, int], bytes], size: int) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], Tree] = {}

    def node(self, level: int, index: int) -> bytes:
        """Hash of the complete node ``index`` of ``level``."""
        if level < 0 or not 0 <= index < self.size >> level:
            raise LogError(f"the tree of {self.size} leaves has no complete node {level}/{index}")
        tile_level, height = divmod(level, 8)
        across = 8 - height  # a tile holds 2**across nodes of this height
        tile = self._tile(tile_level, index >> across)
        return tile.node(height, index & ((1 << across) - 1))

    def _tile(self, level: int, index: int) -> Tree:
        tile = self._tiles.get((level, index))
        if tile is None:
            width = min(TILE_WIDTH, (self.size >> 8 * level) - index * TILE_WIDTH)
            hashes = self._read(level, index, width)
            if len(hashes) != width * HASH_SIZE:
                raise FormatError(
                    f"{tile_path(level, index, width)} has {len(hashes)} bytes, "
                    f"expected {width * HASH_SIZE}"
                )
            tile = self._tiles[level, index] = Tree.from_hashes(hashes)
        return tile
