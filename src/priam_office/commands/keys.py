"""Commands about keys, added to ``priam exchange``: the card, roles, rotation, loss."""

from __future__ import annotations

from pathlib import Path

import click

from priam.cli.counted import counted
from priam.errors import UserError
from priam_office.commands.opening import PassphraseOption, data_option
from priam_office.commands.witness import new_passphrase_option, passphrase_option

__all__ = ["KEY_COMMANDS", "replacing_passphrase_option"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
#: The passphrase of keys that take the place of others.
replacing_passphrase_option = click.option(
    "--new-passphrase",
    cls=PassphraseOption,
    envvar="PRIAM_NEW_PASSPHRASE",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Seals the new keys; asked for, or taken from PRIAM_NEW_PASSPHRASE.",
)


@click.command(short_help="This party's card and its fingerprint, to be read aloud.")
@data_option
def card(folder: Path) -> None:
    """Print where the card is and what to read to the others over the telephone."""
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam_office.handovers import parties

    click.echo(f"Card of {me.party} ({me.card.name}): {folder / 'party-card'}")
    click.echo(f"Fingerprint: {parties.fingerprint(me.card)}")


@click.command(short_help="All keys that are known here: whose, for what, valid or not.")
@data_option
def keys(folder: Path) -> None:
    """List the keys of all parties."""
    from priam_office.commands.exchange import own_party

    own_party(folder)
    from priam_office.handovers import parties

    for party in sorted(parties.trusted()):
        held = parties.keys_of(party)
        roles = {v: f"{one.role}, {one.holder}" for one in held.enrolled for v in one.vkeys}
        for vkey in held.all_vkeys:
            standing = "today's" if vkey in held.sets[-1] else "earlier"
            role = roles.get(vkey, f"office, {standing}")
            state = "REVOKED" if vkey in held.revoked else "valid"
            name, number, _ = vkey.split("+", 2)
            click.echo(f"{party}  {state:<8} {role:<24} {name}+{number}")


@click.command(short_help="Give a role or a device keys of its own.")
@data_option
@click.argument("holder")
@click.option(
    "--role",
    required=True,
    type=click.Choice(["point", "recovery"]),
    help="point: signs counts only. recovery: vouches, with others, for a new card.",
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@new_passphrase_option
def enrol(folder: Path, holder: str, role: str, out: Path, passphrase: str) -> None:
    """Make keys for HOLDER in the file --out, sealed by a passphrase of its own.

    Keep the files of recovery keys apart from each other and from this machine.
    """
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam_office.handovers import parties

    parties.enrol(me, holder, role, out, passphrase)
    click.echo(f"{holder} ({role}) has keys in {out}. The others learn it with the next export.")


@click.command(short_help="Withdraw keys: what they sign from now on is void.")
@data_option
@click.argument("key")
@click.option("--reason", required=True)
def revoke(folder: Path, key: str, reason: str) -> None:
    """Revoke KEY: the name of a holder, or "office", or a key as `priam exchange keys` shows it."""
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam_office.handovers import parties

    held = parties.keys_of(me.party)
    chosen = {one.holder: one.vkeys for one in held.enrolled} | {"office": held.sets[-1]}
    vkeys = chosen.get(key) or tuple(v for v in held.all_vkeys if v.startswith(key + "+"))
    if not vkeys:
        raise UserError(f"there is no key {key!r}; `priam exchange keys` lists them")
    parties.revoke(me, vkeys, reason)
    click.echo(f"Revoked {counted(len(vkeys), 'key')}. What was signed before stays signed.")
    click.echo("Send it to the others now: `priam exchange export`, or `sync`.")


@click.command("rotate-key", short_help="New keys for the office; the old ones vouch for them.")
@data_option
@passphrase_option
@replacing_passphrase_option
def rotate_key(folder: Path, passphrase: str, new_passphrase: str) -> None:
    """Replace the keys of the office. The next export tells the others, who need do nothing."""
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam_office.handovers import parties

    after = parties.rotate(me, passphrase, new_passphrase)
    click.echo(f"{me.party} signs with new keys from now on; the old ones are revoked.")
    click.echo(f"Fingerprint of the new card: {parties.fingerprint(after.card)}")


@click.command(short_help="New keys for the office whose old ones are lost.")
@data_option
@click.option("--with", "files", multiple=True, type=_FILE, help="Key file of a recovery role.")
@click.option("--alone", is_flag=True, help="There is no quorum of recovery keys.")
@replacing_passphrase_option
def recover(folder: Path, files: tuple[Path, ...], alone: bool, new_passphrase: str) -> None:
    """Make new keys and a new card; recovery keys, more than half of them, vouch for it.

    The others compare the fingerprint over another line and run `priam exchange trust`.
    """
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam.tlog.keys import load_key
    from priam_office.handovers import parties

    pairs = [
        load_key(file, click.prompt(f"Passphrase of {file}", hide_input=True)) for file in files
    ]
    after = parties.recover(me, pairs, new_passphrase, alone=alone)
    click.echo(f"{me.party} signs with new keys from now on; the lost ones are revoked.")
    click.echo(f"Give {folder / 'party-card'} to the others and read them this:")
    click.echo(parties.fingerprint(after.card))


KEY_COMMANDS = (card, keys, enrol, revoke, rotate_key, recover)
