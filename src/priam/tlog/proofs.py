"""Inclusion and consistency proofs of RFC 6962, made and verified.

A proof is made from a :class:`HashSource`: anything that knows the hashes of *complete* nodes.
Node ``(level, index)`` covers the leaves ``index * 2**level`` up to ``(index + 1) * 2**level``;
level 0 holds the leaf hashes. :class:`priam.tlog.tree.Tree` is such a source in memory,
:class:`priam.tlog.tiles.TiledHashes` one over stored tiles.

Verifying functions return nothing and raise :class:`~priam.tlog.errors.ProofError`: a result
that nobody looks at cannot pass for a proof.

Sources: RFC 6962, section 2.1 (doi:10.17487/RFC6962); subtrees as in
draft-ietf-plants-merkle-tree-certs, section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from priam.tlog.errors import ProofError
from priam.tlog.hashes import EMPTY_ROOT, HASH_SIZE, node_hash

__all__ = [
    "HashSource",
    "consistency_proof",
    "inclusion_proof",
    "range_hash",
    "root_from_inclusion",
    "subtree_consistency_proof",
    "subtree_inclusion_proof",
    "verify_consistency",
    "verify_inclusion",
    "verify_subtree_consistency",
    "verify_subtree_inclusion",
]

MAX_SIZE = 2**63 - 1  # sizes above are refused everywhere


class HashSource(Protocol):
    """Hashes of complete nodes of one tree."""

    def node(self, level: int, index: int) -> bytes:
        """Hash of the complete node ``index`` of ``level`` (32 bytes)."""
        ...


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (RFC 6962's k); ``size`` > 1."""
    return 1 << ((size - 1).bit_length() - 1)


def _is_subtree(start: int, end: int) -> bool:
    """Whether [start, end) is a non-empty subtree: start is a multiple of its rounded-up width."""
    return 0 <= start < end <= MAX_SIZE and start % (1 << (end - start - 1).bit_length()) == 0


def range_hash(source: HashSource, start: int, end: int) -> bytes:
    """MTH(D[start:end]) for a subtree [start, end); the root of a tree is [0, size)."""
    if start == end:
        return EMPTY_ROOT
    if not _is_subtree(start, end):
        raise ProofError(f"[{start}, {end}) is not a subtree of any tree")
    pieces = []
    while start < end:
        # the largest complete node that begins here and ends in time
        level = (end - start).bit_length() - 1
        pieces.append(source.node(level, start >> level))
        start += 1 << level
    result = pieces.pop()
    while pieces:
        result = node_hash(pieces.pop(), result)
    return result


def inclusion_proof(source: HashSource, index: int, size: int) -> list[bytes]:
    """PATH(index, D[0:size]): sibling hashes from the leaf up."""
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(f"no leaf {index} in a tree of {size} leaves")
    return subtree_inclusion_proof(source, index, 0, size)


def subtree_inclusion_proof(source: HashSource, index: int, start: int, end: int) -> list[bytes]:
    """Sibling hashes from leaf ``index`` up to the subtree [start, end)."""
    if not _is_subtree(start, end) or not start <= index < end:
        raise ProofError(f"leaf {index} does not lie in a subtree [{start}, {end})")
    siblings = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append(range_hash(source, middle, end))
            end = middle
        else:
            siblings.append(range_hash(source, start, middle))
            start = middle
    return siblings[::-1]


def consistency_proof(source: HashSource, size1: int, size2: int) -> list[bytes]:
    """PROOF(size1, D[0:size2]); ``size1`` = 0 is an error, for it proves nothing."""
    if not 0 < size1 <= size2 <= MAX_SIZE:
        raise ProofError(
            f"no consistency proof from size {size1} to size {size2}: expected 0 < first <= second"
        )
    return subtree_consistency_proof(source, 0, size1, size2)


def subtree_consistency_proof(source: HashSource, start: int, end: int, size: int) -> list[bytes]:
    """That the subtree [start, end) is part of the tree of ``size`` leaves."""
    if start == end <= size:
        return []
    if not _is_subtree(start, end) or end > size:
        raise ProofError(f"[{start}, {end}) is not a subtree of a tree of {size} leaves")
    proof: list[bytes] = []
    low, high, known = 0, size, True
    while (low, high) != (start, end):
        middle = low + _split(high - low)
        if end <= middle:
            proof.append(range_hash(source, middle, high))
            high = middle
        elif start >= middle:
            proof.append(range_hash(source, low, middle))
            low = middle
        else:  # the subtree begins at ``low`` and crosses the middle
            proof.append(range_hash(source, low, middle))
            low = start = middle
            known = False  # the verifier cannot know the hash of the rest
    if not known:
        proof.append(range_hash(source, low, high))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that ``proof`` leads to from the leaf hash ``leaf``."""
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(f"no leaf {index} in a tree of {size} leaves")
    _check_lengths([leaf, *proof])
    sides = _sides(index, size)
    if len(proof) != len(sides):
        raise ProofError(
            f"the inclusion proof of leaf {index} in {size} leaves has {len(proof)} hashes, "
            f"expected {len(sides)}"
        )
    result = leaf
    for sibling, on_left in zip(proof, sides):
        result = node_hash(sibling, result) if on_left else node_hash(result, sibling)
    return result


def _sides(index: int, size: int) -> list[bool]:
    """From the leaf up: whether each sibling stands on the left."""
    sides = []
    last = size - 1
    while last:
        if index & 1 or index < last:
            sides.append(bool(index & 1))
        index >>= 1
        last >>= 1
    return sides


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash ``leaf`` stands at ``index`` in the tree (``size``, ``root``)."""
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise ProofError(f"leaf {index} is not in the tree of {size} leaves with the given root")


def verify_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that ``leaf`` stands at ``index`` in the subtree [start, end) with hash ``root``."""
    if not _is_subtree(start, end) or not start <= index < end:
        raise ProofError(f"leaf {index} does not lie in a subtree [{start}, {end})")
    verify_inclusion(leaf, index - start, end - start, proof, root)


def verify_consistency(
    size1: int, root1: bytes, size2: int, root2: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree (``size1``, ``root1``) is the beginning of (``size2``, ``root2``).

    ``size1`` = 0 is refused: every tree begins with the empty one, so such a proof says nothing.
    """
    if not 0 < size1 <= size2 <= MAX_SIZE:
        raise ProofError(
            f"no consistency from size {size1} to size {size2}: expected 0 < first <= second"
        )
    verify_subtree_consistency(0, size1, root1, size2, root2, proof)


def verify_subtree_consistency(
    start: int, end: int, subtree: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the subtree [start, end) with hash ``subtree`` is part of (``size``, ``root``).

    An empty subtree is part of every tree; it has the empty hash and an empty proof.
    """
    if 0 <= start == end <= size:
        if subtree != EMPTY_ROOT or proof:
            raise ProofError("an empty subtree has the empty hash and an empty proof")
        return
    if not _is_subtree(start, end) or not end <= size <= MAX_SIZE:
        raise ProofError(f"[{start}, {end}) is not a subtree of a tree of {size} leaves")
    _check_lengths(proof)
    rest = list(proof)
    found_subtree, found_root = _rebuild(start, end, subtree, size, rest)
    if rest:
        raise ProofError(f"the consistency proof has {len(rest)} hashes too many")
    if found_subtree != subtree or found_root != root:
        raise ProofError(f"leaves [{start}, {end}) are not consistent with the {size} leaves")


def _rebuild(
    start: int, end: int, subtree: bytes, size: int, rest: list[bytes]
) -> tuple[bytes, bytes]:
    """The hashes of the subtree and of the tree, from the proof read from its end.

    Goes down the same way as :func:`subtree_consistency_proof`, then folds back up.
    """
    low, high, known = 0, size, True
    steps: list[tuple[bytes, bool, bool]] = []  # sibling, sibling on the left, part of subtree
    while (low, high) != (start, end):
        middle = low + _split(high - low)
        sibling = _take(rest)
        if end <= middle:
            steps.append((sibling, False, False))
            high = middle
        elif start >= middle:
            steps.append((sibling, True, False))
            low = middle
        else:
            steps.append((sibling, True, True))
            low = start = middle
            known = False
    inner = outer = subtree if known else _take(rest)
    for sibling, on_left, inside in reversed(steps):
        outer = node_hash(sibling, outer) if on_left else node_hash(outer, sibling)
        if inside:
            inner = node_hash(sibling, inner)
    return inner, outer


def _take(rest: list[bytes]) -> bytes:
    if not rest:
        raise ProofError("the consistency proof has too few hashes")
    return rest.pop()


def _check_lengths(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError(f"a hash has {len(value)} bytes, expected {HASH_SIZE}")
