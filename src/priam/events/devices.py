"""Tablets that work without the network: whose key signs what they bring home."""

from __future__ import annotations

import base64
import binascii
import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.cases_rows import Device
from priam.events.state import State

__all__ = ["ALGORITHMS", "DeviceRegistered", "DeviceRevoked"]

ALGORITHMS = ("Ed25519", "ECDSA-P256")


@dataclass(frozen=True, slots=True)
class DeviceRegistered(Event):
    """A tablet made a key that cannot leave it, for one account (``actor``).

    ``key`` is the public key as SubjectPublicKeyInfo in base64; ``name`` is what people call it.
    """

    type: ClassVar[str] = "device.registered"
    compartment: ClassVar[str] = "custody"

    device: str
    actor: str
    algorithm: str
    key: str
    name: str

    def check(self, state: State, recorded: Recorded) -> None:
        if self.device in state.devices:
            raise RuleError(f"device {self.device!r} is already registered")
        if self.algorithm not in ALGORITHMS:
            raise RuleError(f"{self.algorithm[:40]!r} is none of {', '.join(ALGORITHMS)}")
        try:
            base64.b64decode(self.key, validate=True)
        except (binascii.Error, ValueError):
            raise RuleError("the key of a device is base64") from None
        if not self.device or not self.name.strip():
            raise RuleError("a device has an id and a name")

    def effect(self, state: State, recorded: Recorded) -> State:
        device = Device(self.device, self.actor, self.algorithm, self.key)
        return state.put("devices", self.device, device)


@dataclass(frozen=True, slots=True)
class DeviceRevoked(Event):
    """What a device signs counts no longer: it is lost, stolen or retired."""

    type: ClassVar[str] = "device.revoked"
    compartment: ClassVar[str] = "custody"

    device: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        device = state.devices.get(self.device)
        if device is None or device.revoked:
            raise RuleError(f"there is no registered device {self.device!r} to revoke")
        if not self.reason.strip():
            raise RuleError("the reason is missing")

    def effect(self, state: State, recorded: Recorded) -> State:
        revoked = dataclasses.replace(state.devices[self.device], revoked=True)
        return state.put("devices", self.device, revoked)
