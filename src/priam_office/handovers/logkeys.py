"""New keys for the log itself: an event in it, one checkpoint under both keys, and a new card.

The event names the keys that go and those that come. The checkpoint that ends with it is signed
by both, where the old ones are still here; after it the new ones sign alone
(:mod:`priam.tlog.logkeys`). A party's card names all keys its log ever had, and is signed by its
office; where the old keys of the log are lost, recovery keys have to sign it too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from priam.errors import UserError
from priam.tlog import notes
from priam.tlog.keys import KeyPair
from priam.tlog.logkeys import REPLACED
from priam.tlog.notes import Signer
from priam.tlog.witnessfiles import write_durably
from priam_office.handovers import parties
from priam_office.handovers.evidence import LogKeysReplaced
from priam_office.handovers.parties import Own
from priam_office.handovers.trusted import of_card
from priam_office.installation import Installation
from priam_office.record import checkpoints, queries
from priam_office.record.acts import body
from priam_office.record.models import Event as Row
from priam_office.record.write import Entry, record_all

__all__ = ["finish", "replace"]


def replace(
    installation: Installation,
    reason: str,
    passphrase: str,
    me: Own | None = None,
    office: Sequence[Signer] = (),
    recovery: Sequence[KeyPair] = (),
    *,
    alone: bool = False,
    n: int | None = None,
) -> Own | None:
    """Replace the keys of this installation's log by new ones, sealed by ``passphrase``.

    ``reason``: ``rotation``, ``stolen`` or ``lost``. A party (``me``) signs its new card with the
    keys of its ``office``, and where the old ones are lost with a quorum of ``recovery`` keys, or
    ``alone``. Returns the party with its new card.
    """
    finish(installation, me)
    lost = reason == "lost"
    if not lost:
        installation.signers()  # else it could be recorded and never finished
    old = _present(installation, me)
    signers = [*office]
    if lost and me is not None:
        signers += parties.lent(me, recovery, alone=alone)
    origin, after = installation.origin(), me
    pair = installation.make_next(passphrase, n)
    text, entries = None, []
    if me is not None:
        card = dataclasses.replace(me.card, log_vkeys=(*me.card.log_vkeys, *pair.vkeys()))
        text = str(notes.sign(card.text, signers))
        write_durably(me.folder / "party-card.new", text.encode())
        entries, after = [Entry(of_card(card, _HOW[reason]))], Own(me.folder, card)
    event = LogKeysReplaced(origin, reason, tuple(old), tuple(pair.vkeys()), text)
    record_all([Entry(event), *entries], by=origin)
    finish(installation, me)
    return after


_HOW = {"rotation": "rotation", "stolen": "rotation", "lost": "recovery"}


def _present(installation: Installation, me: Own | None) -> list[str]:
    """Public keys with which the log signs today, also where the files with them are gone."""
    if installation.has_keys:
        return installation.vkeys()
    if me is None:
        raise UserError(
            "the keys of this log are gone and nothing here names their public halves: the log "
            "has ended. Start a new installation, and keep this one as evidence"
        )
    gone = {*queries.replaced_log_keys(installation.origin())}
    return [vkey for vkey in me.card.log_vkeys if vkey not in gone]


def finish(installation: Installation, me: Own | None) -> bool:
    """Finish a replacement that was recorded; whether there was one. A crash may come before."""
    row = Row.objects.filter(type=REPLACED, actor=installation.origin()).last()
    if row is None or not installation.next_vkeys():
        return False
    event = LogKeysReplaced.from_payload(body(row))
    if tuple(installation.next_vkeys()) != event.new:
        return False
    size = row.sequence + 1
    if not queries.is_signed(size):
        signers = installation.next_signers()
        if event.reason != "lost":
            signers = [*signers, *installation.signers()]
        checkpoints.checkpoint(size, signers)
    installation.take_next(event.old)
    if me is not None:
        parties.settle(me.folder)
    return True
