"""Signed checkpoints are made here; they are read in ``queries``."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from priam.errors import UserError
from priam.tlog.checkpoints import Checkpoint as Statement
from priam.tlog.checkpoints import parse_checkpoint, sign_checkpoint
from priam.tlog.errors import LogError
from priam.tlog.notes import Signer
from priam.tlog.proofs import consistency_proof, verify_consistency
from priam_office.record import queries, tree
from priam_office.record.models import Checkpoint
from priam_office.record.transactions import writing

__all__ = ["checkpoint"]


def checkpoint(size: int | None = None, signers: Sequence[Signer] = ()) -> Checkpoint:
    """Sign size and root of the log as it is now; the same row where nothing was added.

    With ``size``: of its first ``size`` events; with ``signers``: with these keys of the log, not
    only those of today. Refuses to sign a log that does not continue its last checkpoint.
    """
    with writing():
        newest, _ = queries.head()
        size = newest if size is None else size
        last = queries.latest()
        if last is not None and last.size > newest:
            raise _discontinued(last, f"it has {newest} events")
        there = Checkpoint.objects.filter(size=size).first()
        if there is not None:
            return there
        if not 0 < size <= newest:
            if newest == 0:
                raise UserError("the log is empty: there is nothing to sign; load something first")
            raise UserError(f"the log has {newest} events, and not {size} to be signed")
        edge = tree.compact_range(size)
        for other in (_neighbour(size, "lt"), _neighbour(size, "gt")):
            if other is not None:
                _check_continues(other, size, edge.root())
        signers = signers or _of_today()
        note = sign_checkpoint(Statement(signers[0].name, size, edge.root()), signers)
        hashes = " ".join(value.hex() for value in edge.hashes)
        return Checkpoint.objects.create(size=size, note=str(note), edge=hashes)


def _of_today() -> Sequence[Signer]:
    """The keys of the log, unless an event says that they were replaced."""
    signers: Sequence[Signer] = settings.INSTALLATION.signers()
    new = queries.log_keys_of_today(signers[0].name)
    if new and {str(signer.vkey) for signer in signers} != new:
        raise UserError(
            "these keys of the log were replaced, and the new ones are not in use yet; run "
            "`priam log replace-key` to finish it"
        )
    return signers


def _neighbour(size: int, way: str) -> Checkpoint | None:
    """The checkpoint next before (``lt``) or after (``gt``) a size."""
    order = "-size" if way == "lt" else "size"
    return Checkpoint.objects.filter(**{f"size__{way}": size}).order_by(order).first()


def _check_continues(other: Checkpoint, size: int, root: bytes) -> None:
    """Raise unless the log of ``size`` events and the one of the checkpoint are one history."""
    first, last = sorted((other.size, size))
    try:
        statement, _ = parse_checkpoint(other.note)
        roots = (statement.root, root) if other.size < size else (root, statement.root)
        proof = consistency_proof(tree.StoredTree(), first, last)
        verify_consistency(first, roots[0], last, roots[1], proof)
    except (LogError, LookupError) as error:
        raise _discontinued(other, str(error)) from None


def _discontinued(other: Checkpoint, why: str) -> UserError:
    return UserError(
        f"the log does not continue its checkpoint of {other.size} events ({why}); nothing "
        "was signed. Run `priam log verify` to see what was changed"
    )
