"""Seal and open one text: AES-256-GCM under a data key, bound to its place.

A sealed text is itself a JSON object, so that what reads JSON columns never stumbles:
``{"sealed": 1, "key": id, "box": base64(nonce || ciphertext || tag)}``. ``place`` (table and
column, or event id and type) is authenticated with it: a box moved elsewhere does not open.
"""

from __future__ import annotations

import base64
import json
import os

from cryptography.exceptions import InvalidTag

from priam.errors import UserError
from priam_office.vault import datakeys
from priam_office.vault.compartments import CompartmentLocked

__all__ = ["PREFIX", "is_sealed", "open_text", "seal"]

PREFIX = '{"box":"'


def seal(compartment: str, text: str, place: str) -> str:
    """``text`` as a box that only the compartment's key opens."""
    key_id, cipher = datakeys.current(compartment)
    nonce = os.urandom(12)
    box = nonce + cipher.encrypt(nonce, text.encode(), _bound(compartment, place))
    return f'{PREFIX}{base64.b64encode(box).decode()}","key":"{key_id}","sealed":1}}'


def is_sealed(text: str) -> bool:
    """Whether the text is a box."""
    return text.startswith(PREFIX)


def open_text(text: str, place: str) -> str:
    """What was sealed; a text that is no box is returned as it is.

    Raises :class:`CompartmentLocked` without the key, :class:`priam.errors.UserError` where the
    box was changed or stands at another place than it was sealed for.
    """
    if not is_sealed(text):
        return text
    try:
        parts = json.loads(text)
        compartment, cipher = datakeys.opened(parts["key"])
        box = base64.b64decode(parts["box"], validate=True)
        return cipher.decrypt(box[:12], box[12:], _bound(compartment, place)).decode()
    except CompartmentLocked:
        raise
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise UserError(f"a sealed text of {place.partition('|')[0]} does not open") from None


def _bound(compartment: str, place: str) -> bytes:
    return f"{compartment}|{place}".encode()
