"""A short way to write a history down in a test."""

from __future__ import annotations

from priam import events as ev

TIME = "2025-06-16T09:30:00Z"


def recorded(event: ev.Event, number: int) -> ev.Recorded:
    """The event as the ``number``-th record, with an id made from the number."""
    return ev.Recorded(f"01890000-0000-7000-8000-{number:012x}", number, "key", TIME, TIME, event)


def after(*events: ev.Event, state: ev.State | None = None) -> ev.State:
    """The state after these events."""
    state = state or ev.State()
    for event in events:
        state = ev.apply(state, recorded(event, state.size))
    return state


def parties(*names: str) -> list[ev.Event]:
    """Declarations of the parties."""
    return [ev.PartyDeclared(name, f"Party {name}") for name in names]


def manifest(name: str, *tags: str, giver="A", receiver="B", sequence=1, previous=None):
    """A manifest of these bags."""
    items = tuple(ev.Item(tag) for tag in tags)
    return ev.ManifestIssued(name, "2025-06-16", sequence, giver, receiver, items, None, previous)
