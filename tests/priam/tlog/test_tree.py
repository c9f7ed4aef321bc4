"""The tree against the recursive definition of RFC 6962, section 2.1."""

from __future__ import annotations

import pytest
from pymerkle import InmemoryTree

from priam.tlog.errors import LogError, ProofError
from priam.tlog.tree import (
    EMPTY_ROOT,
    CompactRange,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)

ENTRIES = [b"entry %d" % i for i in range(40)]


def mth(entries: list[bytes]) -> bytes:
    """Merkle Tree Hash, as the RFC writes it: slow and plainly right."""
    if not entries:
        return EMPTY_ROOT
    if len(entries) == 1:
        return leaf_hash(entries[0])
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return node_hash(mth(entries[:k]), mth(entries[k:]))


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree.from_hashes(b"".join(map(leaf_hash, ENTRIES)))


def test_roots_of_all_sizes(tree: Tree) -> None:
    edge = CompactRange()
    for size in range(len(ENTRIES) + 1):
        expected = mth(ENTRIES[:size])
        assert tree.root(size) == expected
        assert edge.root() == expected
        assert tree.compact_range(size).hashes == edge.hashes
        if size < len(ENTRIES):
            edge.append(leaf_hash(ENTRIES[size]))


def test_one_by_one_equals_many_at_once(tree: Tree) -> None:
    grown = Tree()
    for number, entry in enumerate(ENTRIES):
        assert grown.append(leaf_hash(entry)) == number
    assert grown.root() == tree.root()
    for start in range(len(ENTRIES)):
        edge = tree.compact_range(start)
        edge.extend(b"".join(map(leaf_hash, ENTRIES[start:])))
        assert edge.root() == tree.root()
        resumed = CompactRange(edge.size, edge.hashes)
        resumed.append(leaf_hash(b"x"))
        assert resumed.root() == mth([*ENTRIES, b"x"])


def test_every_inclusion_proof(tree: Tree) -> None:
    for size in range(1, 34):
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            leaf = leaf_hash(ENTRIES[index])
            verify_inclusion(leaf, index, size, proof, tree.root(size))
            for wrong in range(size):
                if wrong != index:
                    with pytest.raises(ProofError):
                        verify_inclusion(leaf, wrong, size, proof, tree.root(size))


def test_every_consistency_proof(tree: Tree) -> None:
    for size in range(1, 34):
        for earlier in range(1, size + 1):
            proof = tree.consistency_proof(earlier, size)
            verify_consistency(earlier, tree.root(earlier), size, tree.root(size), proof)
            with pytest.raises(ProofError):
                verify_consistency(earlier, mth([b"other"]), size, tree.root(size), proof)
            if earlier < size:
                with pytest.raises(ProofError):
                    verify_consistency(earlier, tree.root(earlier), size, mth([b"x"]), proof)


def test_every_subtree_proof(tree: Tree) -> None:
    for size in range(1, 34):
        for start in range(size):
            for end in range(start + 1, size + 1):
                width = 1
                while width < end - start:
                    width *= 2
                if start % width:
                    with pytest.raises(ProofError):
                        tree.subtree_consistency_proof(start, end, size)
                    continue
                root = mth(ENTRIES[start:end])
                proof = tree.subtree_consistency_proof(start, end, size)
                verify_subtree_consistency(start, end, root, size, tree.root(size), proof)
                middle = (start + end) // 2
                path = tree.subtree_inclusion_proof(middle, start, end)
                verify_subtree_inclusion(leaf_hash(ENTRIES[middle]), middle, start, end, path, root)


def test_pymerkle_agrees(tree: Tree) -> None:
    other = InmemoryTree(algorithm="sha256")
    for size, entry in enumerate(ENTRIES, start=1):
        other.append_entry(entry)
        assert other.get_root() == tree.root(size)
    for index in range(1, len(ENTRIES) + 1):
        path = [bytes.fromhex(h) for h in other.prove_inclusion(index).serialize()["path"]]
        assert path[1:] == tree.inclusion_proof(index - 1)


def test_size_zero_proves_nothing(tree: Tree) -> None:
    with pytest.raises(ProofError, match="0 < first"):
        tree.consistency_proof(0, 8)
    with pytest.raises(ProofError, match="0 < first"):
        verify_consistency(0, EMPTY_ROOT, 8, tree.root(8), [])


def test_what_the_tree_does_not_have(tree: Tree) -> None:
    with pytest.raises(LogError, match="has 40 leaves, 41 were asked for"):
        tree.root(41)
    with pytest.raises(ProofError):
        tree.inclusion_proof(8, 8)
    with pytest.raises(LogError):
        tree.node(9, 0)
    with pytest.raises(LogError, match="whole number"):
        tree.append(b"short")
    with pytest.raises(LogError, match="2 hashes were given for one"):
        Tree().append(bytes(64))
    with pytest.raises(LogError, match="2 edge hashes"):
        CompactRange(3, [bytes(32)])
