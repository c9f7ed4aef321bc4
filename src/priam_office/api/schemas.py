"""Shapes of what is answered. A field is never taken away within one version."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from ninja import Schema
from pydantic import Field

__all__ = ["ClaimOut", "EventOut", "Figure", "LogOut", "Page", "Problem", "UnitOut", "Value"]

Item = TypeVar("Item")


class Problem(Schema):
    """Why there is no answer."""

    detail: str


class Page(Schema, Generic[Item]):
    """A part of a list; ``next`` is the value of ``after`` for the part that follows."""

    items: list[Item]
    next: str | None = None


class ClaimOut(Schema):
    """A statement with who made it; none is called true."""

    claim: str
    claimed_on: str | None
    claimant: str
    party: str | None
    measure: str
    qualifier: str
    value: int | str | None
    unit: str | None
    subject: dict[str, Any]
    publisher: str
    url: str | None
    status: str = Field(description="standing, corrected or withdrawn")
    event: str


class Value(Schema):
    """One value of a figure."""

    claim: str
    claimant: str
    party: str | None
    value: int | str | None
    qualifier: str
    claimed_on: str | None
    source: str
    status: str


class Figure(Schema):
    """One measure of one subject with every value that was given for it."""

    measure: str
    subject: dict[str, Any]
    values: list[Value]
    agree: bool


class EventOut(Schema):
    """An event. ``body`` is there only where its type is public; the leaf always is."""

    event: str
    sequence: int
    type: str
    claimed_time: str
    received_time: str
    commitment: str
    body: dict[str, Any] | None


class UnitOut(Schema):
    """A figure of casework. Units are never added to each other."""

    key: str
    unit: str
    count: int | None = Field(description="null where a small number of persons could be read")
    types: list[str] = Field(description="the types of events it is reckoned from")


class LogOut(Schema):
    """Size and last signed state of the log."""

    origin: str
    events: int
    signed_events: int | None
    keys: list[str]
