"""Commands at the exchange point, added to ``priam exchange``; and ``priam dispute export``."""

from __future__ import annotations

from pathlib import Path

import click

from priam_office.commands.opening import data_option
from priam_office.commands.witness import passphrase_option

__all__ = ["count", "dispute_export", "hand_over", "handover"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Open a handover and let the bags of its manifest go.")
@data_option
@click.argument("manifest")
@click.option("--agreement", required=True, help="Name of the agreement.")
@click.option("--name", required=True, help="Name of the handover.")
@click.option("--place", required=True)
@click.option("--date", required=True)
@click.option("--offer", help="The accepted offer that this handover follows.")
@click.option(
    "--open-only", is_flag=True, help="Let the bags go later: `priam exchange hand-over`."
)
def handover(
    folder: Path,
    manifest: str,
    agreement: str,
    name: str,
    place: str,
    date: str,
    offer: str | None,
    open_only: bool,
) -> None:
    """Hand over all bags of MANIFEST.

    With --open-only the receiver can first refuse bags; they then stay with the giver.
    """
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam_office.handovers import actions, documents
    from priam_office.record.state import known

    manifest = documents.named(known().state, manifest)
    actions.open_handover(me, name, agreement, [manifest], place=place, date=date, offer=offer)
    if open_only:
        click.echo(f"Handover {name} is open.")
        return
    actions.hand_over(me, manifest)
    click.echo(f"Handed over manifest {manifest[:16]}.")


@click.command("hand-over", short_help="Let the bags of a manifest go at an open handover.")
@data_option
@click.argument("manifest")
@click.option("--tag", "tags", multiple=True, help="Only this bag; repeat. Default: all others.")
def hand_over(folder: Path, manifest: str, tags: tuple[str, ...]) -> None:
    """Let bags of MANIFEST go: all that were not refused, or those named by --tag."""
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam.labels.tags import parse
    from priam_office.handovers import actions, documents
    from priam_office.record.state import known

    name = documents.named(known().state, manifest)
    listed = known().state.manifest(name).items
    actions.hand_over(me, name, [parse(tag, listed) for tag in tags] or None)
    gone = len(known().state.manifest(name).handed_over)
    click.echo(f"{gone:,} of {len(listed):,} bags of manifest {name[:16]} are let go.")


@click.command(short_help="Count the bags of a manifest, with reservations.")
@data_option
@click.argument("manifest")
@click.option("--bags", required=True, type=_FILE, help="The bags that were there: a tag a line.")
@click.option(
    "--reservation",
    "reservations",
    nargs=3,
    multiple=True,
    metavar="TAG KIND WORDS",
    help="What is noted of one bag; KIND is missing, 'seal broken', damaged or other.",
)
def count(
    folder: Path, manifest: str, bags: Path, reservations: tuple[tuple[str, str, str], ...]
) -> None:
    """Tick the bags in a file off against MANIFEST and state how many they are."""
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam.events.values import Reservation
    from priam.formats.bag_list import read_tags
    from priam.labels.tags import parse
    from priam_office.handovers import actions, documents
    from priam_office.record.state import known

    manifest = documents.named(known().state, manifest)
    listed = known().state.manifest(manifest).items
    tags = read_tags(bags, listed)
    noted = [Reservation(kind, words, parse(tag, listed)) for tag, kind, words in reservations]
    actions.count(me, manifest, tags, noted)
    click.echo(f"{me.party} counted {len(tags)}, with {len(noted)} reservations.")


@click.command("export", short_help="Write all evidence about a batch to a file.")
@data_option
@click.argument("batch")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
def dispute_export(folder: Path, batch: str, out: Path, passphrase: str) -> None:
    """Write a bundle of evidence about BATCH; `priam dispute verify` says what it proves."""
    from priam_office.commands.exchange import own_party, write_file

    me = own_party(folder)
    from priam_office.handovers import exporting

    write_file(out, exporting.dispute(me, me.signers(passphrase), batch))
    click.echo(f"Wrote {out}; `priam dispute verify {out}` says what it proves.")
