"""What an event is: a frozen value with a name, a version, a rule and an effect.

A subclass of :class:`Event` is a frozen dataclass that names its ``type`` and ``version`` and
says two things in the same place: :meth:`Event.check`, what must hold before it may happen, and
:meth:`Event.effect`, the state after it. Defining the class registers it in :data:`EVENTS`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import uuid_utils

from priam.errors import UserError

if TYPE_CHECKING:
    from priam.events.state import State

__all__ = ["EVENTS", "LARGEST", "Event", "Recorded", "RuleError", "decode", "new_event_id"]

LARGEST = 2**53 - 1  # the largest whole number that RFC 8785 JSON keeps exactly


class RuleError(UserError):
    """The event may not follow the events before it; nothing changed."""


EVENTS: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """The base of all events. Payloads are JSON-safe dictionaries, stable for one version."""

    type: ClassVar[str] = ""
    version: ClassVar[int] = 1
    #: Who may read it: ``negotiation``, ``custody``, ``identity`` or ``genetic``. An installation
    #: keeps the last three sealed. What everybody may read is a list of the public pages.
    compartment: ClassVar[str] = "negotiation"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # slots=True builds each class twice; the second, of the same name, is the one kept
        known = EVENTS.get(cls.type)
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"two events are called {cls.type!r}")
        EVENTS[cls.type] = cls

    def check(self, state: State, recorded: Recorded) -> None:
        """Raise :class:`RuleError` if this event may not happen in this state."""
        raise NotImplementedError

    def effect(self, state: State, recorded: Recorded) -> State:
        """The state after this event, which has been checked."""
        raise NotImplementedError

    def to_payload(self) -> dict[str, Any]:
        """The event's fields as JSON-safe values; optional fields that are None are left out."""
        return typing.cast(dict[str, Any], _plain(self))

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The event back from :meth:`to_payload`; strict about names and types."""
        return typing.cast(Self, _read(cls, payload, cls.type))

    @classmethod
    def upgrade(cls, version: int, payload: dict[str, Any]) -> dict[str, Any]:
        """The payload of an older ``version`` in today's form; a class with a history overrides."""
        raise UserError(f"event {cls.type!r}: version {version} is not known, only {cls.version}")


def decode(type: str, version: int, payload: dict[str, Any]) -> Event:
    """The event of this type from its stored payload; older versions are upgraded."""
    cls = EVENTS.get(type)
    if cls is None:
        raise UserError(f"event type {type!r} is not known to this version of Priam; update Priam")
    if version != cls.version:
        payload = cls.upgrade(version, payload)
    return cls.from_payload(payload)


def new_event_id() -> str:
    """A fresh UUIDv7 (RFC 9562) as text."""
    return str(uuid_utils.uuid7())


_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_UTC = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z"
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it was written down.

    ``sequence`` counts from 0 in one installation and is the index of the event's leaf in that
    installation's log. ``claimed_time`` is when the actor says it happened; ``received_time`` is
    when this installation wrote it. Both are ISO 8601 in UTC, ``2025-06-16T09:30:00Z``.
    """

    event_id: str
    sequence: int
    actor: str
    claimed_time: str
    received_time: str
    event: Event

    def __post_init__(self) -> None:
        if not _UUID7.fullmatch(self.event_id):
            raise UserError(f"event id {self.event_id!r} is not a UUIDv7 in lower case")
        if self.sequence < 0:
            raise UserError(f"sequence {self.sequence} is negative; sequences count from 0")
        for name in ("claimed_time", "received_time"):
            value = getattr(self, name)
            if not _UTC.fullmatch(value):
                raise UserError(f"{name} {value!r} is not a time in UTC like 2025-06-16T09:30:00Z")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not dataclasses.is_dataclass(value):
        return value
    plain = {}
    for name, (_, required) in _fields(typing.cast(type, value.__class__)).items():
        item = getattr(value, name)
        if item is not None or required:
            plain[name] = _plain(item)
    return plain


@functools.cache
def _fields(cls: type) -> dict[str, tuple[Any, bool]]:
    """Field name -> (type, required) of a dataclass; a field that may be None is not required."""
    hints = typing.get_type_hints(cls)
    return {
        field.name: (
            hints[field.name],
            field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING
            and types.NoneType not in typing.get_args(hints[field.name]),
        )
        for field in dataclasses.fields(cls)
    }


_Reader = Callable[[Any, str], Any]


def _read(kind: Any, value: Any, where: str) -> Any:
    """``value`` as the annotated type ``kind``, or a :class:`UserError` that says where."""
    return _reader(kind)(value, where)


@functools.cache
def _reader(kind: Any) -> _Reader:
    """How values of an annotated type are read; looked up once, for a log has millions."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return functools.partial(_read_list, _reader(arguments[0]))
    if origin in (types.UnionType, typing.Union):
        rest = {one: _reader(one) for one in arguments if one is not types.NoneType}
        return functools.partial(_read_union, rest, len(rest) < len(arguments))
    if dataclasses.is_dataclass(kind):
        return functools.partial(_read_dataclass, typing.cast(type, kind))
    return functools.partial(_read_plain, kind)


def _read_plain(kind: Any, value: Any, where: str) -> Any:
    if type(value) is not kind or (kind is int and abs(value) > LARGEST):
        raise _wrong(where, value, {str: "text", int: "a whole number"}.get(kind, kind.__name__))
    return value


def _read_list(item: _Reader, value: Any, where: str) -> Any:
    if not isinstance(value, list | tuple):
        raise _wrong(where, value, "a list")
    return tuple([item(entry, f"{where}[{i}]") for i, entry in enumerate(value)])


def _read_union(rest: dict[Any, _Reader], none: bool, value: Any, where: str) -> Any:
    if value is None and none:
        return None
    read = rest.get(type(value))
    if read is None and len(rest) == 1:
        (read,) = rest.values()
    if read is None:
        raise _wrong(where, value, " or ".join(kind.__name__ for kind in rest))
    return read(value, where)


def _read_dataclass(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise _wrong(where, value, "an object")
    readers, bare = _members(kind)
    for name in value:
        if name not in readers:
            raise UserError(f"{where}: {name!r} is not a field; known are {', '.join(readers)}")
    for name, (_, required) in _fields(kind).items():
        if required and name not in value:
            raise UserError(f"{where}: the field {name!r} is missing")
    read = {name: readers[name](item, f"{where}.{name}") for name, item in value.items()}
    # to_payload leaves out what is None, also where the field has no default.
    absent = {name: None for name in bare if name not in value}
    return kind(**absent, **read)


@functools.cache
def _members(kind: type) -> tuple[dict[str, _Reader], tuple[str, ...]]:
    """How each field of a dataclass is read, and the fields that have no default."""
    readers = {name: _reader(hint) for name, (hint, _) in _fields(kind).items()}
    bare = (
        field.name
        for field in dataclasses.fields(kind)
        if field.default is field.default_factory is dataclasses.MISSING
    )
    return readers, tuple(bare)


def _wrong(where: str, value: Any, expected: str) -> UserError:
    return UserError(f"{where}: {str(value)[:60]!r} is not {expected}")
