"""Vehicles, places and times: a transport departs with bags under seals, and arrives.

A transport moves bags and not custody: who holds a bag changes at a handover only. The time is
the claimed time of the event. Seals found on arrival are stated beside those at departure; where
they differ nobody is called wrong.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State, Transport

__all__ = ["TransportArrived", "TransportDeparted"]


@dataclass(frozen=True, slots=True)
class TransportDeparted(Event):
    """A vehicle leaves a place with bags of these manifests, closed with these seals.

    ``tags`` may be empty where the manifests went whole. ``vehicle`` is what stands on it (a
    number plate, a wagon number); no driver is named.
    """

    type: ClassVar[str] = "transport.departed"

    transport: str
    by: str
    vehicle: str
    place: str
    manifests: tuple[str, ...]
    tags: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    destination: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.by)
        if self.transport in state.transports:
            raise RuleError(f"transport {self.transport!r} has already departed")
        if not self.manifests:
            raise RuleError(f"transport {self.transport!r} carries no manifest; name at least one")
        if not self.vehicle.strip() or not self.place.strip():
            raise RuleError("a transport needs its vehicle and the place it leaves from")
        for values, what in ((self.tags, "tag"), (self.seals, "seal"), (self.manifests, "name")):
            if len(set(values)) != len(values):
                raise RuleError(f"a {what} stands twice in transport {self.transport!r}")
        self._check_bags(state)

    def _check_bags(self, state: State) -> None:
        listed = {tag for name in self.manifests for tag in state.manifest(name).items}
        under_way = {
            tag: other.transport
            for other in state.transports.values()
            if other.arrived is None
            for tag in other.tags
        }
        for tag in self.tags or sorted(listed):
            if tag not in listed:
                raise RuleError(f"bag {tag!r} is on none of the manifests of this transport")
            if tag in under_way:
                raise RuleError(f"bag {tag!r} is under way in transport {under_way[tag]!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        listed = sorted({tag for name in self.manifests for tag in state.manifest(name).items})
        tags = self.tags or tuple(listed)
        made = Transport(
            self.transport,
            self.by,
            self.vehicle,
            self.place,
            self.manifests,
            tags,
            self.seals,
            recorded.event_id,
        )
        after = state.with_bags(state.bag(tag).touched(recorded) for tag in tags)
        return after.put("transports", self.transport, made)


@dataclass(frozen=True, slots=True)
class TransportArrived(Event):
    """The vehicle arrives; ``seals`` are those that were found on it, unbroken."""

    type: ClassVar[str] = "transport.arrived"

    transport: str
    by: str
    place: str
    seals: tuple[str, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.by)
        transport = state.transport(self.transport)
        if transport.arrived is not None:
            raise RuleError(f"transport {self.transport!r} has already arrived")
        if not self.place.strip():
            raise RuleError("an arrival needs its place")
        if len(set(self.seals)) != len(self.seals):
            raise RuleError(f"a seal stands twice on transport {self.transport!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        transport = state.transport(self.transport)
        there = dataclasses.replace(
            transport,
            arrived=recorded.event_id,
            arrived_at=self.place,
            seals_found=self.seals,
        )
        after = state.with_bags(state.bag(tag).touched(recorded) for tag in transport.tags)
        return after.put("transports", self.transport, there)
