"""Proof that a log lied: two signed checkpoints that cannot both be of one history.

Either two roots for one size, or two sizes with proofs of different leaves at one place. Both
carry the log's own signatures, so anyone who knows its key can check them and nobody can make
one against an honest log. Found once, such a proof is kept and shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from priam.tlog.checkpoints import Checkpoint, open_checkpoint
from priam.tlog.errors import FormatError, LogError, ProofError
from priam.tlog.hashes import decode_hash, encode_base64
from priam.tlog.leaves import canonical_json
from priam.tlog.notes import Verifier
from priam.tlog.proofs import verify_inclusion

__all__ = ["Place", "SplitView", "find_split_view"]

FORMAT = "priam-split-view/v1"


@dataclass(frozen=True, slots=True)
class Place:
    """One leaf under one of the checkpoints, with its inclusion proof."""

    index: int
    leaf: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SplitView:
    """Two signed checkpoints (texts of notes) of one log; with different sizes also the two
    leaves at one place."""

    first: str
    second: str
    places: tuple[Place, Place] | None = None

    def verify(self, verifiers: Iterable[Verifier]) -> tuple[Checkpoint, Checkpoint]:
        """Check that the log with the keys ``verifiers`` signed both; raises if it is no proof."""
        keys = list(verifiers)
        one = open_checkpoint(self.first, keys)
        two = open_checkpoint(self.second, keys, origin=one.checkpoint.origin)
        origin_signed = {line.name for line in one.opened.verified} & {
            line.name for line in two.opened.verified
        }
        if one.checkpoint.origin not in origin_signed:
            raise ProofError("the two checkpoints are not both signed by the log they name")
        self._contradict(one.checkpoint, two.checkpoint)
        return one.checkpoint, two.checkpoint

    def _contradict(self, one: Checkpoint, two: Checkpoint) -> None:
        if self.places is None:
            if one.size != two.size or one.root == two.root:
                raise ProofError("the two checkpoints do not state different roots for one size")
            return
        left, right = self.places
        verify_inclusion(left.leaf, left.index, one.size, left.proof, one.root)
        verify_inclusion(right.leaf, right.index, two.size, right.proof, two.root)
        if left.index != right.index or left.leaf == right.leaf:
            raise ProofError("the two leaves do not differ at one place")

    def __bytes__(self) -> bytes:
        """RFC 8785 JSON."""
        content: dict[str, Any] = {"format": FORMAT, "first": self.first, "second": self.second}
        if self.places is not None:
            content["places"] = [
                {
                    "index": place.index,
                    "leaf": encode_base64(place.leaf),
                    "proof": [encode_base64(value) for value in place.proof],
                }
                for place in self.places
            ]
        return canonical_json(content)

    @classmethod
    def parse(cls, data: bytes) -> SplitView:
        """Read a stored proof; it is not verified."""
        try:
            content = json.loads(data)
            if content["format"] != FORMAT:
                raise KeyError
            places = content.get("places")
            view = cls(
                _text(content["first"]),
                _text(content["second"]),
                None if places is None else _places(places),
            )
            same = bytes(view) == data
        except FormatError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
            same = False
        if not same:
            raise FormatError(f"this is no proof of the form {FORMAT} in RFC 8785 JSON")
        return view


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _places(values: Any) -> tuple[Place, Place]:
    left, right = (
        Place(
            value["index"],
            decode_hash(value["leaf"]),
            tuple(decode_hash(line) for line in value["proof"]),
        )
        for value in values
    )
    if type(left.index) is not int or type(right.index) is not int:
        raise TypeError
    return left, right


def find_split_view(notes: Iterable[str], verifiers: Iterable[Verifier]) -> SplitView | None:
    """The first pair of checkpoints of one log and size with different roots, if there is one.

    Notes that do not verify are passed over: they prove nothing against anybody.
    """
    keys = list(verifiers)
    seen: dict[tuple[str, int], tuple[bytes, str]] = {}
    for note in notes:
        try:
            point = open_checkpoint(note, keys).checkpoint
        except LogError:
            continue
        root, first = seen.setdefault((point.origin, point.size), (point.root, note))
        if root == point.root:
            continue
        view = SplitView(first, note)
        try:
            view.verify(keys)
        except LogError:
            continue
        return view
    return None
