"""``priam export``: what an installation holds, in forms that other programs read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from priam.errors import UserError
from priam_office.commands.opening import data_option, open_installation

__all__ = ["export"]


@click.group(short_help="What is held here, in forms that other programs read.")
def export() -> None:
    """Write what this installation holds for other programs."""


@export.command(short_help="Handovers, vehicles, places and times as EPCIS 2.0 (JSON-LD).")
@data_option
@click.option("--batch", help="Only the manifests of this batch.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def epcis(folder: Path, batch: str | None, out: Path) -> None:
    """Write an EPCIS 2.0 document: tags, seals, counts and transports; no names, no words.

    docs/reference/epcis.md says what becomes what.
    """
    open_installation(folder)
    from priam.formats.epcis import epcis_document
    from priam.tlog.witnessfiles import write_durably
    from priam_office.record.acts import from_row
    from priam_office.record.models import Event
    from priam_office.record.state import known

    held = known().state.manifests.values()
    names = None if batch is None else [m.manifest for m in held if m.batch == batch]
    if names == []:
        batches = ", ".join(sorted({m.batch for m in held})) or "none"
        raise UserError(f"there is no manifest of batch {batch!r}; known: {batches}")
    rows = Event.objects.order_by("sequence").iterator(2000)
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document = epcis_document(map(from_row, rows), created=created, manifests=names)
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    try:
        write_durably(out, text.encode())
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{len(document['epcisBody']['eventList'])} EPCIS events in {out}.")
