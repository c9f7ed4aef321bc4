"""The Merkle tree of RFC 6962, growing at its right edge.

:class:`Tree` keeps all complete nodes in memory (64 bytes a leaf) and makes proofs.
:class:`CompactRange` keeps only the right edge (one hash for each set bit of the size) and
gives the root; it is what a writer resumes from and what a verifier streams through.

>>> tree = Tree()
>>> for entry in (b"one", b"two", b"three"):
...     _ = tree.append(leaf_hash(entry))
>>> proof = tree.inclusion_proof(2)
>>> verify_inclusion(leaf_hash(b"three"), 2, tree.size, proof, tree.root())
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Self

from priam.tlog.errors import LogError
from priam.tlog.hashes import EMPTY_ROOT, HASH_SIZE, leaf_hash, node_hash
from priam.tlog.proofs import (
    consistency_proof,
    inclusion_proof,
    range_hash,
    subtree_consistency_proof,
    subtree_inclusion_proof,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)

__all__ = [
    "EMPTY_ROOT",
    "HASH_SIZE",
    "CompactRange",
    "Tree",
    "leaf_hash",
    "node_hash",
    "parents",
    "verify_consistency",
    "verify_inclusion",
    "verify_subtree_consistency",
    "verify_subtree_inclusion",
]


def parents(row: bytes) -> bytes:
    """One level up: the hashes of all complete pairs of ``row`` (concatenated 32-byte hashes).

    An odd last hash has no partner yet and is left out.
    """
    sha256 = hashlib.sha256
    end = len(row) - len(row) % 64
    return b"".join([sha256(b"\x01" + row[i : i + 64]).digest() for i in range(0, end, 64)])


def _checked(hashes: bytes) -> bytes:
    if len(hashes) % HASH_SIZE:
        raise LogError(f"{len(hashes)} bytes are not a whole number of {HASH_SIZE}-byte hashes")
    return bytes(hashes)


class CompactRange:
    """The right edge of a tree: enough to append to it and to know its root.

    ``hashes`` are the roots of the complete subtrees that the tree falls into, largest first;
    with ``size`` they are the whole state, to be stored and resumed from.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count() or any(len(h) != HASH_SIZE for h in hashes):
            raise LogError(
                f"a tree of {size} leaves has {max(size, 0).bit_count()} edge hashes of "
                f"{HASH_SIZE} bytes, found {len(hashes)}"
            )
        self.size = size
        self._hashes = [bytes(h) for h in hashes]

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """Roots of the complete subtrees, largest first."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._push(0, _checked(leaf))

    def extend(self, hashes: bytes) -> None:
        """Add many leaf hashes, concatenated; level by level, so that it runs at full speed."""
        hashes = _checked(hashes)
        at, count = 0, len(hashes) // HASH_SIZE
        while at < count:
            level = (count - at).bit_length() - 1
            if self.size:  # the block must be aligned to its width
                level = min(level, (self.size & -self.size).bit_length() - 1)
            block = hashes[at * HASH_SIZE : (at + (1 << level)) * HASH_SIZE]
            for _ in range(level):
                block = parents(block)
            self._push(level, block)
            at += 1 << level

    def _push(self, level: int, node: bytes) -> None:
        before = self.size >> level
        while before & 1:
            node = node_hash(self._hashes.pop(), node)
            before >>= 1
        self._hashes.append(node)
        self.size += 1 << level

    def root(self) -> bytes:
        """Root of the tree so far."""
        if not self._hashes:
            return EMPTY_ROOT
        result = self._hashes[-1]
        for node in reversed(self._hashes[:-1]):
            result = node_hash(node, result)
        return result


class Tree:
    """A whole tree in memory: appends, roots and proofs at any size up to the present one.

    It is a :class:`~priam.tlog.proofs.HashSource`. ``Tree.from_hashes(stored)`` resumes it from
    the concatenated leaf hashes of a database.
    """

    def __init__(self) -> None:
        self._levels = [bytearray()]

    @classmethod
    def from_hashes(cls, hashes: bytes) -> Self:
        """A tree over concatenated leaf hashes."""
        tree = cls()
        tree.extend(hashes)
        return tree

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0]) // HASH_SIZE

    def node(self, level: int, index: int) -> bytes:
        """Hash of the complete node ``index`` of ``level``."""
        start = index * HASH_SIZE
        if not 0 <= level < len(self._levels) or not 0 <= start < len(self._levels[level]):
            raise LogError(f"the tree of {self.size} leaves has no complete node {level}/{index}")
        return bytes(self._levels[level][start : start + HASH_SIZE])

    def append(self, leaf: bytes) -> int:
        """Add one leaf hash; its index is returned."""
        levels, sha256 = self._levels, hashlib.sha256
        index = at = self.size
        levels[0] += _checked(leaf)
        if self.size != index + 1:
            raise LogError(f"{len(leaf) // HASH_SIZE} hashes were given for one leaf")
        level = 0
        while at & 1:  # a pair is complete: its parent comes into being
            parent = sha256(b"\x01" + levels[level][-2 * HASH_SIZE :]).digest()
            level += 1
            at >>= 1
            if level == len(levels):
                levels.append(bytearray())
            levels[level] += parent
        return index

    def extend(self, hashes: bytes) -> None:
        """Add many leaf hashes, concatenated."""
        self._levels[0] += _checked(hashes)
        level = 0
        while len(self._levels[level]) >= 2 * HASH_SIZE:
            if level + 1 == len(self._levels):
                self._levels.append(bytearray())
            above = self._levels[level + 1]
            above += parents(bytes(self._levels[level][2 * len(above) :]))
            level += 1

    def root(self, size: int | None = None) -> bytes:
        """Root of the first ``size`` leaves; of all when ``size`` is not given."""
        return range_hash(self, 0, self._known(size))

    def compact_range(self, size: int | None = None) -> CompactRange:
        """The right edge of the first ``size`` leaves."""
        size = self._known(size)
        hashes, start = [], 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                hashes.append(self.node(level, start >> level))
                start += 1 << level
        return CompactRange(size, hashes)

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Sibling hashes of leaf ``index`` in the first ``size`` leaves, from the leaf up."""
        return inclusion_proof(self, index, self._known(size))

    def consistency_proof(self, size1: int, size2: int | None = None) -> list[bytes]:
        """That the first ``size1`` leaves are the beginning of the first ``size2``."""
        return consistency_proof(self, size1, self._known(size2))

    def subtree_inclusion_proof(self, index: int, start: int, end: int) -> list[bytes]:
        """Sibling hashes of leaf ``index`` in the subtree [start, end)."""
        return subtree_inclusion_proof(self, index, start, self._known(end))

    def subtree_consistency_proof(
        self, start: int, end: int, size: int | None = None
    ) -> list[bytes]:
        """That the subtree [start, end) is part of the first ``size`` leaves."""
        return subtree_consistency_proof(self, start, end, self._known(size))

    def _known(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise LogError(f"the tree has {self.size} leaves, {size} were asked for")
        return size
