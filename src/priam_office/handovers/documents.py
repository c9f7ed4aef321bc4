"""The bytes that parties sign, made from events; a manifest's name is the hash of its bytes.

Both installations make the same bytes from the same event, so a signature made in one holds in
the other, and a manifest that was changed no longer has its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from priam.errors import UserError
from priam.events.handovers import CountStated, ReservationMade
from priam.events.state import State
from priam.events.values import Item
from priam.tlog import notes
from priam.tlog.manifests import REFUSED, Manifest, Reception, Reservation
from priam.tlog.manifests import Item as SignedItem
from priam.tlog.notes import Note
from priam_office.handovers.evidence import ManifestSignatures, ReceptionSigned
from priam_office.record.acts import body
from priam_office.record.models import Event as Row

__all__ = ["document", "kept_receptions", "named", "note_of", "of_state", "reception"]

NO_AGREEMENT = "none"  # in the bytes of a manifest that is under no agreement


def document(
    *,
    agreement: str | None,
    batch: str,
    sequence: int,
    previous: str | None,
    giver: str,
    receiver: str,
    items: Iterable[Item],
) -> Manifest:
    """The manifest that is signed; items in the order of their tags.

    ``sequence`` is the number of the event: both count within agreement, giver and receiver.
    """
    if agreement == NO_AGREEMENT:
        raise UserError(f"{agreement!r} stands for no agreement; give the agreement another name")
    listed = sorted(items, key=lambda item: item.tag)
    categories = {item.category for item in listed}
    return Manifest(
        agreement=agreement or NO_AGREEMENT,
        batch=batch,
        sequence=sequence,
        previous=previous,
        giver=giver,
        receiver=receiver,
        category=categories.pop() if len(categories) == 1 else "mixed",
        items=tuple(SignedItem(item.tag, item.seal) for item in listed),
        count=len(listed),
    )


def named(state: State, text: str) -> str:
    """The manifest whose name begins with ``text``, of at least six characters, and no other."""
    if text in state.manifests:
        return text
    found = [name for name in state.manifests if len(text) >= 6 and name.startswith(text.lower())]
    if len(found) == 1:
        return found[0]
    why = "several begin so" if found else "`priam exchange list` shows those that are here"
    raise UserError(f"there is no manifest {text[:64]!r}: {why}")


def of_state(state: State, name: str) -> Manifest:
    """The document of a manifest that is here."""
    held = state.manifest(name)
    return document(
        agreement=held.agreement,
        batch=held.batch,
        sequence=held.sequence,
        previous=held.before,
        giver=held.giver,
        receiver=held.receiver,
        items=held.items.values(),
    )


def note_of(state: State, name: str) -> Note:
    """The manifest with all signature lines that are here; none may be."""
    lines: list[str] = []
    for row in Row.objects.filter(type=ManifestSignatures.type).order_by("sequence"):
        kept = ManifestSignatures.from_payload(body(row))
        if kept.manifest == name:
            lines += [line for line in kept.lines if line not in lines]
    text = of_state(state, name).text
    return notes.parse(f"{text}\n{''.join(lines)}") if lines else Note(text, ())


def reception(
    state: State, name: str, by: str, *, heard: Collection[str] | None = None
) -> Reception:
    """What ``by`` counted for a manifest, as it is signed: the count and the reservations.

    Bags that the receiver refused stand there too, with its reason: they were not handed over.
    ``heard``: the refused bags that another party than the receiver had heard of; all if None.
    """
    held = state.manifest(name)
    stated = state.entries[held.counts[by]].value if by in held.counts else None
    if not isinstance(stated, CountStated):
        raise UserError(f"{by!r} has not counted manifest {name[:16]} yet; count it first")
    events = sorted(held.reservations, key=lambda event: state.event_ids[event])
    noted = [state.entries[event].value for event in events]
    reservations = {
        one.reservation.tag: Reservation(
            one.reservation.tag,
            one.reservation.kind != "missing",
            f"{one.reservation.kind}: {one.reservation.text}",
        )
        for one in noted
        if isinstance(one, ReservationMade) and one.by == by and one.reservation.tag in held.items
    }
    reservations |= {
        tag: Reservation(tag, False, f"{REFUSED}{reason}")
        for tag, reason in sorted(held.refusals.items())
        if heard is None or tag in heard
    }
    role = {held.giver: "giver", held.receiver: "receiver"}.get(by, "observer")
    return Reception(name, by, role, stated.count, tuple(reservations.values()))


def kept_receptions(name: str) -> list[str]:
    """The signed receptions of a manifest that are here."""
    rows = Row.objects.filter(type=ReceptionSigned.type).order_by("sequence")
    kept = (ReceptionSigned.from_payload(body(row)) for row in rows)
    return [one.note for one in kept if one.manifest == name]
