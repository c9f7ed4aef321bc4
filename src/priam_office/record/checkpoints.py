"""Signed checkpoints are made here; they are read in ``queries``."""

from __future__ import annotations

from django.conf import settings

from priam.errors import UserError
from priam.tlog.checkpoints import Checkpoint as Statement
from priam.tlog.checkpoints import parse_checkpoint, sign_checkpoint
from priam.tlog.errors import LogError
from priam.tlog.proofs import consistency_proof, verify_consistency
from priam_office.record import queries, tree
from priam_office.record.models import Checkpoint
from priam_office.record.transactions import writing

__all__ = ["checkpoint"]


def checkpoint() -> Checkpoint:
    """Sign size and root of the log as it is now; the same row where nothing was added.

    Refuses to sign a log that does not continue its last checkpoint.
    """
    with writing():
        size, _ = queries.head()
        last = queries.latest()
        if last is not None and last.size == size:
            return last
        if size == 0:
            raise UserError("the log is empty: there is nothing to sign; load something first")
        edge = tree.compact_range(size)
        if last is not None:
            _check_continues(last, size, edge.root())
        signers = settings.INSTALLATION.signers()
        note = sign_checkpoint(Statement(signers[0].name, size, edge.root()), signers)
        hashes = " ".join(value.hex() for value in edge.hashes)
        return Checkpoint.objects.create(size=size, note=str(note), edge=hashes)


def _check_continues(last: Checkpoint, size: int, root: bytes) -> None:
    try:
        statement, _ = parse_checkpoint(last.note)
        if last.size > size:
            raise LogError(f"it has {size} events")
        proof = consistency_proof(tree.StoredTree(), last.size, size)
        verify_consistency(last.size, statement.root, size, root, proof)
    except LogError as error:
        raise UserError(
            f"the log does not continue its checkpoint of {last.size} events ({error}); nothing "
            "was signed. Run `priam log verify` to see what was changed"
        ) from None
