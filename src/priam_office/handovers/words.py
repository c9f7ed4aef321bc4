"""Words of negotiations, by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import pgettext_lazy

__all__ = ["ANSWERS", "party", "said"]

#: What became of an offer; "waits" where nobody has answered.
ANSWERS = {
    "waits": noop("not answered"),
    "accepted": noop("accepted"),
    "postponed": noop("postponed"),
    "refused": noop("refused"),
    "withdrawn": noop("withdrawn by the giver"),
}
_SPEAKERS = {
    "press": noop("Press"),
    "neutral": noop("Neutral organisation"),
    "reported": noop("Reported, side not certain"),
}
_CHIPS = {"waits": "wait", "accepted": "ok", "postponed": "wait", "refused": "stop"}
_WORDS: dict[str, dict[str, Any]] = {
    "answer": ANSWERS,
    "reservation": {
        "missing": pgettext_lazy("reservation", "missing"),
        "seal broken": pgettext_lazy("reservation", "seal broken"),
        "damaged": pgettext_lazy("reservation", "damaged"),
        "not on manifest": pgettext_lazy("reservation", "not on the manifest"),
        "count differs": pgettext_lazy("reservation", "count differs"),
        "other": pgettext_lazy("reservation", "other"),
    },
    "signed": {
        "bilateral": noop("by both parties"),
        "unilateral": noop("by one party only"),
        "nobody": noop("by nobody"),
    },
    "role": {
        "giver": pgettext_lazy("role", "giver"),
        "receiver": pgettext_lazy("role", "receiver"),
        "observer": pgettext_lazy("role", "observer"),
        "party": pgettext_lazy("role", "party"),
        "mediator": pgettext_lazy("role", "mediator"),
    },
}


def said(code: str, kind: str) -> str:
    """A code in words; ``kind`` is answer, reservation, signed or role, or chip for a class."""
    if kind == "chip":
        return _CHIPS.get(code, "")
    return _(str(_WORDS[kind].get(code, code)))


def party(code: str, names: Mapping[str, str]) -> str:
    """Name of a party or kind of speaker."""
    return _(names.get(code) or _SPEAKERS.get(code) or code)
