"""Laws of the tree: random sizes, random mutations; leaf bytes equal the rfc8785 library's."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from priam.tlog.errors import LogError, ProofError
from priam.tlog.hashes import decode_base64, encode_base64
from priam.tlog.leaves import Leaf, encode_leaf, leaf_bytes, parse_leaf
from priam.tlog.proofs import consistency_proof, inclusion_proof
from priam.tlog.tiles import TiledHashes, parse_entries, parse_tile_path, tile_path
from priam.tlog.tree import CompactRange, Tree, leaf_hash, verify_consistency, verify_inclusion
from tests.priam.tlog.histories import event_id

TREE = Tree.from_hashes(b"".join(leaf_hash(b"%d" % i) for i in range(1500)))
SIZES = st.integers(1, TREE.size)


@given(SIZES, st.data())
def test_inclusion_and_no_mutation_of_it(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf = leaf_hash(b"%d" % index)
    proof, root = TREE.inclusion_proof(index, size), TREE.root(size)
    verify_inclusion(leaf, index, size, proof, root)
    assume(proof)
    place, bit = data.draw(st.integers(0, 32 * len(proof) - 1)), data.draw(st.integers(0, 7))
    flat = bytearray(b"".join(proof))
    flat[place] ^= 1 << bit
    mutated = [bytes(flat[i : i + 32]) for i in range(0, len(flat), 32)]
    for wrong in (mutated, proof[:-1], [*proof, root], proof[::-1] if len(proof) > 1 else []):
        with pytest.raises(ProofError):
            verify_inclusion(leaf, index, size, wrong, root)


@given(SIZES, SIZES, st.data())
def test_consistency_and_no_mutation_of_it(a: int, b: int, data: st.DataObject) -> None:
    size1, size2 = sorted((a, b))
    assume(size1 < size2)
    root1, root2 = TREE.root(size1), TREE.root(size2)
    proof = TREE.consistency_proof(size1, size2)
    verify_consistency(size1, root1, size2, root2, proof)
    flat = bytearray(b"".join(proof))
    flat[data.draw(st.integers(0, len(flat) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    mutated = [bytes(flat[i : i + 32]) for i in range(0, len(flat), 32)]
    for wrong in (mutated, proof[:-1], [*proof, root2]):
        with pytest.raises(ProofError):
            verify_consistency(size1, root1, size2, root2, wrong)
    with pytest.raises(ProofError):
        verify_consistency(size1, root2, size2, root2, proof)


@given(st.lists(st.integers(0, 700), max_size=6))
def test_any_way_of_appending_gives_one_tree(steps: list[int]) -> None:
    edge, tree = CompactRange(), Tree()
    for step in steps:
        step = min(step, TREE.size - tree.size)
        block = b"".join(TREE.node(0, tree.size + i) for i in range(step))
        edge.extend(block)
        tree.extend(block)
    assert edge.root() == tree.root() == TREE.root(tree.size)
    assert edge.hashes == TREE.compact_range(tree.size).hashes


@given(SIZES, st.data())
def test_tiles_give_the_same_proofs(size: int, data: st.DataObject) -> None:
    def read(level: int, index: int, width: int) -> bytes:
        nodes = range(index * 256, index * 256 + width)
        return b"".join(TREE.node(8 * level, node) for node in nodes)

    tiles = TiledHashes(read, size)
    index = data.draw(st.integers(0, size - 1))
    assert inclusion_proof(tiles, index, size) == TREE.inclusion_proof(index, size)
    assert consistency_proof(tiles, index + 1, size) == TREE.consistency_proof(index + 1, size)
    with pytest.raises(LogError):
        tiles.node(0, size)


@given(st.integers(0, 10**12), st.integers(1, 256), st.integers(0, 63) | st.just("entries"))
def test_tile_paths(index: int, width: int, level: int | str) -> None:
    assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)


@given(st.text(max_size=40))
def test_tile_path_parser_raises_only_its_own_error(text: str) -> None:
    try:
        level, index, width = parse_tile_path("tile/" + text)
    except LogError:
        return
    assert tile_path(level, index, width) == "tile/" + text


@given(st.binary(max_size=200))
def test_entry_bundles(data: bytes) -> None:
    try:
        entries = parse_entries(data)
    except LogError:
        return
    assert b"".join(len(e).to_bytes(2) + e for e in entries) == data


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
TIMES = st.datetimes().map(lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20))


@st.composite
def leaves(draw: st.DrawFn) -> Leaf:
    return Leaf(
        type=draw(TEXTS),
        event_id=event_id(draw(st.integers(0, 2**24 - 1))),
        sequence=draw(st.integers(0, 2**53 - 1)),
        actor=draw(TEXTS),
        claimed_time=draw(TIMES),
        received_time=draw(TIMES),
        commitment=draw(st.binary(min_size=32, max_size=32)).hex(),
    )


@given(leaves())
def test_leaf_bytes_are_canonical_json(leaf: Leaf) -> None:
    members = {name: getattr(leaf, name) for name in Leaf.__dataclass_fields__}
    assert leaf_bytes(leaf) == rfc8785.dumps(members)
    assert parse_leaf(leaf_bytes(leaf)) == leaf


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaping_is_that_of_rfc8785(text: str) -> None:
    expected = rfc8785.dumps({"actor": text, "type": text})
    encoded = encode_leaf(1, text, "", 0, text, "", "", "")
    assert expected[1 : expected.index(b',"type"')] in encoded
    assert rfc8785.dumps(text) in encoded


@given(leaves(), st.data())
def test_no_other_spelling_of_a_leaf(leaf: Leaf, data: st.DataObject) -> None:
    spelled = bytearray(leaf_bytes(leaf))
    spelled[data.draw(st.integers(0, len(spelled) - 1))] = data.draw(st.integers(0, 255))
    try:
        other = parse_leaf(bytes(spelled))
    except LogError:
        return
    assert leaf_bytes(other) == bytes(spelled)


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_leaf_parser_raises_only_its_own_error(data: bytes) -> None:
    with pytest.raises(LogError):
        parse_leaf(data)


@settings(max_examples=300)
@given(st.text(max_size=50) | st.text("ABCDwxyz0189+/=-_ \n", max_size=50))
def test_base64_has_one_spelling(text: str) -> None:
    try:
        data = decode_base64(text)
    except LogError:
        return
    assert encode_base64(data) == text
