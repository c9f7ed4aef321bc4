"""Further acts of a party, added to ``priam exchange``; what is here; manifests on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from priam.cli.counted import counted
from priam.errors import UserError
from priam_office.commands.opening import data_option

if TYPE_CHECKING:
    from types import ModuleType

    from priam.events.values import Obligation
    from priam_office.handovers.parties import Own

__all__ = ["ACTS"]

_REASON = click.option("--reason", required=True, help="Why; it travels as it is typed.")
_PLACE = click.option("--place", required=True)
_SEALS = click.option("--seal", "seals", multiple=True, help="A seal on the vehicle; repeat.")
_WHEN = click.option("--when", help="When it happened, in UTC: 2025-06-16T09:30:00Z. Default: now.")
_OWES = click.option(
    "--owes",
    "duties",
    multiple=True,
    required=True,
    metavar="GIVER:RECEIVER:COUNT",
    help="What one owes another, in handover units; COUNT may be open. Repeat.",
)


def _me(folder: Path) -> Own:
    from priam_office.commands.exchange import own_party

    return own_party(folder)


def _acting(folder: Path) -> tuple[ModuleType, Own]:
    """The verbs of handovers, which can be loaded once an installation is open, and its party."""
    me = _me(folder)
    from priam_office.handovers import actions

    return actions, me


def _named(text: str) -> str:
    from priam_office.handovers import documents
    from priam_office.record.state import known

    return documents.named(known().state, text)


def _obligations(texts: tuple[str, ...]) -> list[Obligation]:
    from priam.events.values import Obligation

    made = []
    for text in texts:
        giver, _, rest = text.partition(":")
        receiver, _, count = rest.partition(":")
        if not giver or not receiver or not (count == "open" or count.isdecimal()):
            raise UserError(f"{text!r} is no obligation; expected GIVER:RECEIVER:COUNT, COUNT open")
        number = None if count == "open" else int(count)
        made.append(Obligation(giver, receiver, number, "handover unit"))
    return made


@click.command(short_help="Say how this party reads an agreement.")
@data_option
@click.argument("agreement")
@click.argument("reading")
@_OWES
def reading(folder: Path, agreement: str, reading: str, duties: tuple[str, ...]) -> None:
    """State READING of AGREEMENT: two readings of a term may both stand, each with its holders."""
    actions, me = _acting(folder)
    actions.state_reading(me, agreement, reading, _obligations(duties))
    click.echo(f"{me.party} reads {agreement} as {reading!r}.")


@click.command("hold-reading", short_help="Read an agreement as another party does.")
@data_option
@click.argument("agreement")
@click.argument("reading")
def hold_reading(folder: Path, agreement: str, reading: str) -> None:
    """Hold READING of AGREEMENT, which another party has stated."""
    actions, me = _acting(folder)
    actions.hold_reading(me, agreement, reading)
    click.echo(f"{me.party} reads {agreement} as {reading!r} too.")


@click.command(short_help="Propose an amendment of one reading of an agreement.")
@data_option
@click.argument("agreement")
@click.argument("amendment")
@click.option("--reading", required=True)
@click.option("--text", default="", help="The amendment in words.")
@_OWES
def amend(
    folder: Path, agreement: str, amendment: str, reading: str, text: str, duties: tuple[str, ...]
) -> None:
    """Propose AMENDMENT; it is in force when all parties have signed."""
    actions, me = _acting(folder)
    actions.amend(me, agreement, amendment, reading, _obligations(duties), text)
    click.echo(f"Proposed {amendment}; the others sign with `priam exchange sign-amendment`.")


@click.command("sign-amendment", short_help="Sign an amendment that another party proposed.")
@data_option
@click.argument("agreement")
@click.argument("amendment")
def sign_amendment(folder: Path, agreement: str, amendment: str) -> None:
    """Sign AMENDMENT of AGREEMENT."""
    actions, me = _acting(folder)
    actions.sign_amendment(me, agreement, amendment)
    click.echo(f"{me.party} has signed {amendment}.")


@click.command(short_help="Say in this party's words what became of an offer.")
@data_option
@click.argument("offer")
@click.argument("words")
def characterise(folder: Path, offer: str, words: str) -> None:
    """Keep WORDS about OFFER beside what others say; write no names."""
    actions, me = _acting(folder)
    actions.characterise(me, offer, words)
    click.echo("Recorded.")


@click.command(short_help="Take an offer of this party back.")
@data_option
@click.argument("offer")
@_REASON
def withdraw(folder: Path, offer: str, reason: str) -> None:
    """Withdraw OFFER."""
    actions, me = _acting(folder)
    actions.withdraw(me, offer, reason)
    click.echo(f"Withdrawn: {offer}.")


@click.command("refuse-bag", short_help="Do not take a bag; it stays with the giver.")
@data_option
@click.argument("manifest")
@click.argument("tag")
@_REASON
def refuse_bag(folder: Path, manifest: str, tag: str, reason: str) -> None:
    """Refuse the bag TAG of MANIFEST; it may be offered again and keeps its history."""
    actions, me = _acting(folder)
    actions.refuse_bag(me, _named(manifest), tag, reason)
    click.echo("Refused; the bag stays in the giver's custody.")


@click.command("other-side", short_help="A bag holds remains of the other side.")
@data_option
@click.argument("tag")
@click.option("--words", required=True, help="How it was found; write no names.")
def other_side(folder: Path, tag: str, words: str) -> None:
    """Say so of the bag TAG; it goes back by the same road, on a manifest to the other side."""
    actions, me = _acting(folder)
    actions.found_other_side(me, tag, words)
    click.echo("Recorded; list the bag on a manifest to the other side to give it back.")


@click.command(short_help="End a handover.")
@data_option
@click.argument("handover")
def close(folder: Path, handover: str) -> None:
    """Close HANDOVER; bags that were not handed over may be listed again."""
    actions, me = _acting(folder)
    actions.close(me, handover)
    click.echo(f"Closed: {handover}.")


@click.command(short_help="Correct the count that this party stated.")
@data_option
@click.argument("manifest")
@click.argument("count", type=click.IntRange(0))
@_REASON
def correct(folder: Path, manifest: str, count: int, reason: str) -> None:
    """State COUNT for MANIFEST in place of what was stated; both stay on record."""
    actions, me = _acting(folder)
    actions.correct(me, _named(manifest), count, reason)
    click.echo(f"{me.party} counts {count:,} now.")


@click.command(short_help="A vehicle leaves with the bags of manifests.")
@data_option
@click.argument("transport")
@click.argument("manifests", nargs=-1, required=True)
@click.option("--vehicle", required=True, help="What stands on it, such as a number plate.")
@_PLACE
@click.option("--to", "destination", help="Where it goes.")
@click.option("--tag", "tags", multiple=True, help="Only these bags; repeat. Default: all.")
@_SEALS
@_WHEN
def depart(folder: Path, transport: str, manifests: tuple[str, ...], **given: Any) -> None:
    """Record that TRANSPORT leaves with the bags of MANIFESTS."""
    actions, me = _acting(folder)
    actions.depart(me, transport, [_named(name) for name in manifests], **given)
    click.echo(f"{transport} has left {given['place']}.")


@click.command(short_help="The vehicle arrives.")
@data_option
@click.argument("transport")
@_PLACE
@_SEALS
@_WHEN
def arrive(folder: Path, transport: str, **given: Any) -> None:
    """Record that TRANSPORT arrives, and with which seals unbroken."""
    actions, me = _acting(folder)
    from priam_office.record.state import known

    actions.arrive(me, transport, **given)
    there = known().state.transport(transport)
    click.echo(f"{transport} is in {given['place']}.")
    if set(there.seals) != set(there.seals_found):
        left, found = ", ".join(there.seals) or "none", ", ".join(there.seals_found) or "none"
        click.echo(f"Seals at departure: {left}; found: {found}.")


@click.command("list", short_help="Agreements, offers, manifests and what waits for whom.")
@data_option
def list_(folder: Path) -> None:
    """Show what is here. Counts are bags (handover units)."""
    _me(folder)
    from priam.accounting.handovers import manifest_figures
    from priam_office.record.state import known

    state = known().state
    for one in state.agreements.values():
        signed = ", ".join(sorted(one.signed_by)) or "nobody here"
        click.echo(f"agreement {one.agreement}: signed by {signed}")
    for offer in state.offers.values():
        last = offer.responses[-1] if offer.responses else None
        word = f"{last.kind} by {last.by}" if last else f"waits for {offer.receiver}"
        number = "no figure" if offer.count is None else counted(offer.count, "bag")
        click.echo(f"offer {offer.offer}: {offer.giver} to {offer.receiver}, {number}; {word}")
    for figure in manifest_figures(state):
        counts = "; ".join(f"{c.party} counted {_number(c.value)}" for c in figure.counts)
        click.echo(
            f"manifest {figure.manifest[:12]} batch {figure.batch}: {figure.giver} to "
            f"{figure.receiver}, {counted(figure.listed, 'bag')}, {figure.handed_over:,} let go, "
            f"{figure.refused:,} refused; signed: {figure.signed}; {counts}"
        )
    back = [bag for bag in state.bags.values() if bag.found_other_side]
    for bag in sorted(back, key=lambda bag: bag.tag):
        click.echo(f"bag {bag.tag}: of the other side, in the custody of {bag.custodian}")


def _number(value: int | None) -> str:
    return "no figure" if value is None else f"{value:,}"


@click.command(short_help="One bag: who holds it, and everything that happened to it.")
@data_option
@click.argument("tag")
def bag(folder: Path, tag: str) -> None:
    """Show the history of the bag TAG, refusals included."""
    _me(folder)
    from priam.labels.tags import parse
    from priam_office.record.models import Event
    from priam_office.record.state import known

    state = known().state
    found = state.bag(parse(tag, state.bags))
    seal = f", seal {found.seal}" if found.seal else ""
    click.echo(f"{found.tag}: in the custody of {found.custodian}{seal}")
    rows = {row.event_id: row for row in Event.objects.filter(event_id__in=found.history)}
    for event in found.history:
        row = rows[event]
        click.echo(f"  {row.claimed_time[:19]}Z  {row.type}  by {row.actor}  ({event})")


@click.command(short_help="A manifest, or the protocol of its reception, as PDF.")
@data_option
@click.argument("manifest")
@click.option("--kind", type=click.Choice(["manifest", "reception"]), default="manifest")
@click.option(
    "--language",
    type=click.Choice(["en", "uk", "ru"]),
    default="en",
    show_default=True,
    help="The language of the large captions; the other two stand small beside them.",
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def paper(folder: Path, manifest: str, kind: str, language: str, out: Path) -> None:
    """Print MANIFEST: tags, seals, counts, reservations, signatures as fingerprints, the hash."""
    from priam_office.commands.exchange import write_file

    _me(folder)
    from priam_office.handovers import printing

    make = printing.manifest_pdf if kind == "manifest" else printing.reception_pdf
    write_file(out, make(_named(manifest), language))
    click.echo(f"Wrote {out}.")


ACTS = (
    reading,
    hold_reading,
    amend,
    sign_amendment,
    characterise,
    withdraw,
    refuse_bag,
    other_side,
    close,
    correct,
    depart,
    arrive,
    list_,
    bag,
    paper,
)
