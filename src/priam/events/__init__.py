"""Typed immutable events, the state they fold into, and what may follow what.

Pure Python: no database, no clock, no randomness but :func:`new_event_id`. ``EVENTS`` maps each
type name to its class; a new event type is a frozen class with its rule and its effect.
"""

from priam.events import (
    accounts,
    agreements,
    board,
    cases,
    claims,
    corrections,
    devices,
    families,
    handovers,
    laboratory,
    missing,
    offers,
    releases,
    reviews,
    simulations,
    transport,
    values,
)
from priam.events.accounts import *  # noqa: F403
from priam.events.agreements import *  # noqa: F403
from priam.events.base import EVENTS, Event, Recorded, RuleError, decode, new_event_id
from priam.events.board import *  # noqa: F403
from priam.events.cases import *  # noqa: F403
from priam.events.claims import *  # noqa: F403
from priam.events.corrections import *  # noqa: F403
from priam.events.devices import *  # noqa: F403
from priam.events.families import *  # noqa: F403
from priam.events.handovers import *  # noqa: F403
from priam.events.laboratory import *  # noqa: F403
from priam.events.missing import *  # noqa: F403
from priam.events.offers import *  # noqa: F403
from priam.events.releases import *  # noqa: F403
from priam.events.reviews import *  # noqa: F403
from priam.events.simulations import *  # noqa: F403
from priam.events.state import State, apply, check, fold, record
from priam.events.transport import *  # noqa: F403
from priam.events.values import *  # noqa: F403

__all__ = [
    "EVENTS",
    "Event",
    "Recorded",
    "RuleError",
    "State",
    "apply",
    "check",
    "decode",
    "fold",
    "new_event_id",
    "record",
]
__all__ += accounts.__all__
__all__ += agreements.__all__ + board.__all__ + cases.__all__ + claims.__all__
__all__ += corrections.__all__ + devices.__all__ + families.__all__ + handovers.__all__
__all__ += laboratory.__all__ + missing.__all__ + offers.__all__ + releases.__all__
__all__ += reviews.__all__ + simulations.__all__ + transport.__all__ + values.__all__
