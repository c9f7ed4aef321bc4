"""``priam exchange``: speak for a party, act, and carry records to the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from priam.cli.counted import counted
from priam.errors import InputError, UserError
from priam_office import unlocking
from priam_office.commands.acts import ACTS
from priam_office.commands.init import speak_for
from priam_office.commands.keys import KEY_COMMANDS
from priam_office.commands.network import serve, sync
from priam_office.commands.opening import PassphraseOption, data_option, open_installation
from priam_office.commands.point import count, hand_over, handover
from priam_office.commands.witness import passphrase_option

if TYPE_CHECKING:
    from priam_office.handovers.parties import Own

__all__ = ["exchange", "own_party", "write_file"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
_AGREEMENT = click.option("--agreement", required=True, help="Name of the agreement.")


@click.group(short_help="Handovers between parties: act, sign, carry records.")
def exchange() -> None:
    """What this installation's party agrees, offers, hands over, counts and signs."""


def own_party(folder: Path) -> Own:
    """The party that this installation speaks for."""
    installation = open_installation(folder)
    from priam_office.handovers import parties

    return parties.own(installation)


def write_file(out: Path, data: bytes) -> None:
    """Write a file whole, or not at all."""
    from priam.tlog.witnessfiles import write_durably

    try:
        write_durably(out, data)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from None


@exchange.command(short_help="Make this installation the one of a party.")
@data_option
@click.option("--party", required=True, help="Short name of the party, such as A.")
@click.option("--name", help="Its name in full.")
@click.option("--role", type=click.Choice(["party", "mediator", "observer"]), default="party")
@click.option("--witness", is_flag=True, help="Make a witness key too.")
@click.option(
    "--passphrase",
    cls=PassphraseOption,
    envvar=unlocking.PARTY,
    help="Seals the party's keys.",
)
def init(
    folder: Path, party: str, name: str | None, role: str, witness: bool, passphrase: str | None
) -> None:
    """Make the keys of a party, sealed by a passphrase, and its card.

    The same as `priam init --party`, for an installation that is there already.
    """
    speak_for(open_installation(folder), party, passphrase, name=name, role=role, witness=witness)


@exchange.command(short_help="Trust the keys on another party's card.")
@data_option
@click.argument("card", type=_FILE)
@click.option("--fingerprint", required=True, help="What the other party read aloud.")
@click.option(
    "--confirmed-by",
    multiple=True,
    help="Who answers here for a card that nothing vouches for (two people), for lost keys.",
)
def trust(folder: Path, card: Path, fingerprint: str, confirmed_by: tuple[str, ...]) -> None:
    """Trust the keys on CARD, if its fingerprint is the one that was read aloud.

    A card that replaces an earlier one has to be signed with the keys of that, or with recovery
    keys of the party; docs/how-to/replace-keys.md.
    """
    me = own_party(folder)
    from priam_office.handovers import parties

    read = parties.read_card(card)
    if "".join(fingerprint.split()).lower() != parties.fingerprint(read).replace(" ", ""):
        raise InputError(
            f"the card has the fingerprint {parties.fingerprint(read)}, and not the one given; "
            "do not trust it",
            file=card,
        )
    parties.trust(me, card, confirmed_by)
    click.echo(f"The keys of {read.party} ({read.name}) are trusted from now on.")


@exchange.command(short_help="Write the trust annex: policy and parties' keys.")
@data_option
@_OUT
@click.option(
    "--quorum",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="How many witnesses must have cosigned a checkpoint.",
)
@click.option(
    "--today",
    is_flag=True,
    help="Without keys that a log has replaced: for a witness, who sees new checkpoints only.",
)
def annex(folder: Path, out: Path, quorum: int, today: bool) -> None:
    """Write the C2SP tlog-policy to --out and the parties' keys beside it (.json).

    Write it anew, and give it to the others and to witnesses, when a log's keys were replaced.
    """
    own_party(folder)
    from priam_office.handovers import parties

    known = [{"name": p.name, "log": p.log, "vkeys": p.vkeys} for p in parties.bundle_parties()]
    write_file(out, bytes(parties.policy(quorum, today=today)))
    write_file(out.with_suffix(".json"), json.dumps(known, indent=1).encode())
    click.echo(f"Wrote {out} and {out.with_suffix('.json')}.")


@exchange.command(short_help="Propose an agreement.")
@data_option
@click.argument("agreement")
@click.option("--with", "others", multiple=True, required=True, help="A further party.")
@click.option("--date", help="Day it is concluded.")
@click.option("--place", default="")
def propose(
    folder: Path, agreement: str, others: tuple[str, ...], date: str | None, place: str
) -> None:
    """Propose AGREEMENT and thereby sign it."""
    me = own_party(folder)
    from priam_office.handovers import actions

    actions.propose(me, agreement, others, date=date, place=place)
    click.echo(f"Proposed {agreement} to {', '.join(others)}.")


@exchange.command(short_help="Sign an agreement that another party proposed.")
@data_option
@click.argument("agreement")
def countersign(folder: Path, agreement: str) -> None:
    """Countersign AGREEMENT."""
    me = own_party(folder)
    from priam_office.handovers import actions

    actions.countersign(me, agreement)
    click.echo(f"{me.party} has signed {agreement}.")


@exchange.command("issue", short_help="Issue the manifest of a batch.")
@data_option
@_AGREEMENT
@click.option("--batch", required=True)
@click.option("--to", "receiver", required=True)
@click.option(
    "--bags",
    required=True,
    type=_FILE,
    help="A bag a line: tag, space, seal; or a table with the columns tag, seal, number, issuer,"
    " category.",
)
def issue_(folder: Path, agreement: str, batch: str, receiver: str, bags: Path) -> None:
    """List the bags of a batch; prints the name of the manifest.

    Numbers that a line does not give another issuer are this party's own.
    """
    me = own_party(folder)
    from priam.formats.bag_list import read_bags
    from priam_office.handovers import actions

    click.echo(actions.issue_manifest(me, agreement, batch, receiver, read_bags(bags, me.party)))


@exchange.command(short_help="Offer a number of bags at a place and day.")
@data_option
@click.argument("offer")
@_AGREEMENT
@click.option("--to", "receiver", required=True)
@click.option("--number", required=True, type=click.IntRange(1))
@click.option("--place", required=True)
@click.option("--date", required=True)
def offer(
    folder: Path, offer: str, agreement: str, receiver: str, number: int, place: str, date: str
) -> None:
    """Make the offer named OFFER."""
    me = own_party(folder)
    from priam_office.handovers import actions

    actions.offer(me, offer, receiver, agreement, number=number, place=place, date=date)
    click.echo(f"Offered {counted(number, 'bag')} to {receiver}.")


@exchange.command(short_help="Accept, postpone or refuse an offer.")
@data_option
@click.argument("offer")
@click.argument("answer", type=click.Choice(["accept", "postpone", "refuse"]))
@click.option("--reason", default="")
def answer(folder: Path, offer: str, answer: str, reason: str) -> None:
    """Answer OFFER."""
    me = own_party(folder)
    from priam_office.handovers import actions

    actions.answer(me, offer, answer, reason)
    click.echo(f"Recorded: {answer}.")


@exchange.command(short_help="Sign a manifest, and what this party counted.")
@data_option
@click.argument("manifest")
@click.option("--key", type=_FILE, help="Key file of a device: signs what was counted, only.")
@passphrase_option
def sign(folder: Path, manifest: str, key: Path | None, passphrase: str) -> None:
    """Sign the bytes of MANIFEST with this party's keys."""
    me = own_party(folder)
    from priam.tlog.keys import load_key
    from priam_office.handovers import actions, documents
    from priam_office.record.state import known

    manifest = documents.named(known().state, manifest)
    signers = load_key(key, passphrase).signers() if key else me.signers(passphrase)
    actions.sign(me, signers, manifest)
    click.echo(f"{me.party} has signed {manifest[:16]}.")


@exchange.command(short_help="Write what another party has not yet seen to a file.")
@data_option
@click.option("--to", required=True, help="The party that the file is for.")
@_OUT
@click.option("--since", type=click.IntRange(0), help="Go on from this size of the log.")
@passphrase_option
def export(folder: Path, to: str, out: Path, since: int | None, passphrase: str) -> None:
    """Write this party's acts for party --to into a signed file, for a stick or a letter.

    What does not fit into one file (16 MiB, some 10,000 acts) becomes numbered parts beside it.
    """
    me = own_party(folder)
    from priam_office.handovers import exporting

    signers = me.signers(passphrase)
    try:
        written = exporting.write_files(me, signers, to, out, since)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from None
    for path in written:
        click.echo(f"Carry {path} to {to}.")
    if len(written) > 1:
        click.echo("They may be taken in in any order, also twice.")


@exchange.command("import", short_help="Take in files that another party exported.")
@data_option
@click.argument("files", type=_FILE, nargs=-1, required=True)
def import_(folder: Path, files: tuple[Path, ...]) -> None:
    """Verify FILES and record what is new in them; taken in twice they change nothing."""
    me = own_party(folder)
    from priam_office.handovers import importing

    for file in files:
        taken = importing.take(me, file.read_bytes())
        click.echo(f"{counted(taken.events, 'act')} of {taken.sender}, {taken.new} of them new.")
        if taken.waiting:
            click.echo(
                f"{counted(taken.waiting, 'act')} wait ({taken.why}). They are kept, and taken in "
                "by themselves once they can follow."
            )
        if taken.freed:
            click.echo(f"{counted(taken.freed, 'act')} had waited for this file and are taken in.")


@exchange.command("give-back", short_help="Return a party's own files that it has lost.")
@data_option
@click.option("--to", required=True, help="The party whose files they are.")
@click.option("--since", default=0, show_default=True, help="Events of its log that it still has.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
def give_back(folder: Path, to: str, since: int, out: Path) -> None:
    """Copy the exchange files of party --to that lie here into the folder --out, to be returned.

    They are as that party signed them; nothing of this installation is in them that it had not
    given to it before. There: `priam log take-back`.
    """
    me = own_party(folder)
    from priam_office.handovers import returning

    found = returning.give_back(me, to, since)
    if not found:
        raise UserError(f"no file of {to} lies here that goes beyond its first {since} events")
    out.mkdir(parents=True, exist_ok=True)
    for path in found:
        write_file(out / path.name, path.read_bytes())
    click.echo(f"Carry {counted(len(found), 'file')} in {out} to {to}.")


for _command in (handover, hand_over, count, serve, sync, *ACTS, *KEY_COMMANDS):
    exchange.add_command(_command)
