"""Keys of a log that were replaced: up to which size a checkpoint signed with them counts.

A log says so itself, in an event of type :data:`REPLACED` whose payload names the keys that go
(``old``) and those that come (``new``). The place of that event is the only time that counts. The
checkpoint that ends with it is the last one the old keys sign, and the first of the new ones, so
that whoever knows either set can go on from it. A larger checkpoint under the old keys alone was
made by somebody who has them and should not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from priam.tlog.errors import SignatureError
from priam.tlog.notes import VerifierKey

__all__ = ["REPLACED", "check_not_replaced"]

REPLACED = "log_key_replaced"  # type of the event


def check_not_replaced(
    origin: str, size: int, signed: Iterable[VerifierKey], replaced: Mapping[str, int]
) -> None:
    """Refuse a checkpoint of ``size`` leaves that only replaced keys of its log signed.

    ``signed``: the log's keys whose lines verified. ``replaced``: vkey -> place of the event that
    names it as old. What is left must hold a key of each kind that signed. Raises
    :class:`~priam.tlog.errors.SignatureError`.
    """
    keys = list(signed)
    left = [key for key in keys if size <= replaced.get(str(key), size) + 1]
    if {key.kind for key in left} != {key.kind for key in keys}:
        place = max(replaced[str(key)] for key in keys if key not in left)
        raise SignatureError(
            f"signed with a key of {origin} that was replaced at place {place} of its log; "
            "whoever holds that key may have made it"
        )
