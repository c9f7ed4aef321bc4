"""Tiles: the example of the specification, and what a reader must refuse."""

from __future__ import annotations

import pytest

from priam.tlog.errors import FormatError, LogError
from priam.tlog.proofs import range_hash
from priam.tlog.tiles import TiledHashes, parse_entries, parse_tile_path, tile_path
from priam.tlog.tree import Tree, leaf_hash


def test_the_example_of_70_000_leaves() -> None:
    """C2SP tlog-tiles: 273 full tiles and one of 112, one full and one of 17, one of 1."""
    tree = Tree.from_hashes(b"".join(leaf_hash(b"%d" % i) for i in range(70_000)))
    asked = []

    def read(level: int, index: int, width: int) -> bytes:
        asked.append((level, index, width))
        first = index * 256
        return b"".join(tree.node(8 * level, node) for node in range(first, first + width))

    tiles = TiledHashes(read, 70_000)
    assert range_hash(tiles, 0, 70_000) == tree.root()
    assert sorted(asked) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    for level, index, width in [(0, 272, 256), (1, 0, 256)]:
        tiles.node(8 * level, index * 256)
        assert asked[-1] == (level, index, width)


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("tile/0/x001/x234/067", (0, 1234067, 256)),
        ("tile/63/000.p/1", (63, 0, 1)),
        ("tile/entries/x001/000.p/255", ("entries", 1000, 255)),
    ],
)
def test_paths(path: str, where: tuple[int | str, int, int]) -> None:
    assert parse_tile_path(path) == where
    assert tile_path(*where) == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/64/000",
        "tile/00/000",
        "tile/0/00",
        "tile/0/001/002",
        "tile/0/x000/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/data/000",
        "/tile/0/000",
    ],
)
def test_other_spellings_are_refused(path: str) -> None:
    with pytest.raises(FormatError):
        parse_tile_path(path)


def test_short_files_are_refused() -> None:
    tiles = TiledHashes(lambda *_: bytes(31), 1)
    with pytest.raises(FormatError, match=r"tile/0/000.p/1 has 31 bytes, expected 32"):
        tiles.node(0, 0)
    for bundle in (b"\x00", b"\x00\x02a", b"\x00\x01a\x00"):
        with pytest.raises(FormatError, match="ends within entry"):
            parse_entries(bundle)
    assert parse_entries(b"\x00\x00\x00\x01a") == [b"", b"a"]
    with pytest.raises(FormatError, match="257 entries"):
        parse_entries(b"\x00\x00" * 257)


def test_a_node_that_is_not_complete() -> None:
    with pytest.raises(LogError, match="no complete node 1/1"):
        TiledHashes(lambda *_: b"", 3).node(1, 1)
