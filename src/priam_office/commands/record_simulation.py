"""``priam record-simulation``: counts of an identified simulation become an event."""

from __future__ import annotations

from pathlib import Path

import click

from priam_office.commands.opening import data_option, open_installation

__all__ = ["record_simulation"]

_folder = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command("record-simulation", short_help="Record the counts of an identified simulation.")
@data_option
@click.argument("simulated", type=_folder)
@click.argument("out", type=_folder)
@click.option("--name", required=True, help="Name of the simulation; a later run replaces it.")
@click.option("--giver", required=True, help="Party that hands over, for example RU.")
@click.option("--receiver", required=True, help="Party that receives, for example UA.")
@click.option("--sized-after", help="Claim whose number of bags the simulation took.")
def record_simulation(
    folder: Path,
    simulated: Path,
    out: Path,
    name: str,
    giver: str,
    receiver: str,
    sized_after: str | None,
) -> None:
    """Record what `priam identify` found in a simulated exchange, as counts only.

    SIMULATED is the folder of `priam simulate exchange`, OUT that of `priam identify`. The
    public page of simulations shows the counts; no person and no genotype is stored. The same
    run is not recorded twice.
    """
    from priam.identification.summary import simulation_event

    event = simulation_event(simulated, out, name, giver, receiver, sized_after)
    installation = open_installation(folder)
    from priam_office.agreements.ids import content_id
    from priam_office.record.queries import head
    from priam_office.record.write import record

    before, _ = head()
    recorded = record(event, by=installation.origin(), event_id=content_id(event))
    after, _ = head()
    done = "recorded" if after > before else "was there before"
    click.echo(f"Simulation {name!r}: event {recorded.event_id} {done}.")
