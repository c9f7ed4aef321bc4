"""A mortuary for tests: tags that are valid, bags that wait, a tablet that signs."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from priam import events as ev
from priam.labels.tags import issue

TIME = "2025-06-16T09:30:00Z"
_choose = random.Random(6).choice


def tags(count: int) -> list[str]:
    """Fresh valid tags."""
    return issue(count, _choose)


def bags(*names: str, party: str = "A") -> None:
    """Register these bags as in the custody of ``party``."""
    from priam_office.record.state import known
    from priam_office.record.write import Entry, record_all

    events: list[ev.Event] = []
    if party not in known().state.parties:
        events.append(ev.PartyDeclared(party, f"Party {party}"))
    events += [ev.BagRegistered(tag, party) for tag in names]
    record_all([Entry(event) for event in events], by="tests")


def write(*events: ev.Event) -> None:
    """Record these events."""
    from priam_office.record.write import Entry, record_all

    record_all([Entry(event) for event in events], by="tests")


def opened(count: int = 1, by: Any = None) -> tuple[str, list[str]]:
    """A bag that was opened with ``count`` cases: (bag, cases)."""
    from priam_office.record.write import record

    bag, *cases = tags(count + 1)
    bags(bag)
    finding = "one" if count == 1 else "several"
    record(ev.BagOpened(bag, finding, tuple(cases)), by=by.actor if by else "tests")
    return bag, cases


@dataclass
class FakeTablet:
    """A tablet in Python: signs as a browser does, Ed25519 or ECDSA."""

    account: Any
    algorithm: str = "Ed25519"
    device: str = field(default_factory=ev.new_event_id)
    number: int = 0

    def __post_init__(self) -> None:
        made = ed25519.Ed25519PrivateKey.generate()
        self.key: Any = (
            made if self.algorithm == "Ed25519" else ec.generate_private_key(ec.SECP256R1())
        )

    @property
    def public(self) -> str:
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def register(self) -> FakeTablet:
        from priam_office.cases.sync import register_device

        register_device(self.device, self.algorithm, self.public, "tablet 1", by=self.account)
        return self

    def entry(self, act: str, body: dict[str, Any], *, at: str = TIME, **changes: Any) -> Any:
        """The next signed entry."""
        from priam_office.cases.sync import SignedEntry

        self.number += 1
        fields = {
            "v": 1,
            "id": ev.new_event_id(),
            "device": self.device,
            "number": self.number,
            "at": at,
            "act": act,
            "body": body,
        } | changes
        text = json.dumps(fields, ensure_ascii=False)
        return SignedEntry(text, self.sign(text))

    def sign(self, text: str) -> str:
        if self.algorithm == "Ed25519":
            return base64.b64encode(self.key.sign(text.encode())).decode()
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()


def id_of(entry: Any) -> str:
    return str(json.loads(entry.text)["id"])
