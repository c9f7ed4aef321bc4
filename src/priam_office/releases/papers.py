"""The papers of a release, in the language of whoever reads them, as PDF.

What stands on a paper is said here once, in gettext; ``papers.typ`` only sets it. The words are
for a family on the hardest day: short, true, and without a claim that the record does not carry.
Typst brings its font, so a paper looks the same on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

__all__ = ["KINDS", "Element", "Facts", "Packet", "day", "paper"]

#: Kind of a paper (:data:`priam.events.DOCUMENTS`) -> its title.
KINDS = {
    "notice of identification": gettext_noop("Notice of identification"),
    "act of handover": gettext_noop("Act of handover of remains"),
    "list of effects": gettext_noop("List of personal effects"),
    "grave record": gettext_noop("Record of a temporary grave"),
}


@dataclass(frozen=True)
class Element:
    """One bone or part, in words of the paper's language."""

    case: str
    bone: str
    side: str
    completeness: str


@dataclass(frozen=True)
class Packet:
    """Effects in a sealed packet."""

    packet: str
    seal: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What a paper may say. ``name`` is the missing person's, ``receiver`` the relative's."""

    office: str
    release: str
    cases: tuple[str, ...]
    name: str = ""
    born: str = ""
    receiver: str = ""
    place: str = ""
    decision: str = ""
    decided_on: str = ""
    elements: tuple[Element, ...] = ()
    packets: tuple[Packet, ...] = ()
    complete: bool = False
    grave: str = ""
    cemetery: str = ""
    plot: str = ""
    where: str = ""
    log: str = ""
    events: int = 0
    contact: str = ""


Part = dict[str, Any]


def _in_words(when: date) -> str:
    # Django's English form is American; the papers are read in Europe
    english = translation.get_language() == "en"
    return date_format(when, "j F Y" if english else "DATE_FORMAT")


def day(text: str) -> str:
    """A day of the record in the form of the active language; what is no day stays as it is."""
    try:
        return _in_words(date.fromisoformat(text))
    except ValueError:
        return text


def paper(kind: str, language: str, facts: Facts) -> bytes:
    """The paper as PDF; the same facts on the same day give the same bytes."""
    import typst

    with translation.override(language):
        job = {
            "language": language,
            "title": _(KINDS[kind]),
            "office": facts.office,
            "date": _in_words(timezone.localdate()),
            "footer": _("Record of release %(release)s in the log %(log)s at %(events)s events")
            % {"release": facts.release[-12:], "log": facts.log, "events": facts.events},
            "parts": _PARTS[kind](facts),
        }
    template = files("priam_office.releases").joinpath("papers.typ").read_bytes()
    return bytes(typst.compile(template, sys_inputs={"job": json.dumps(job)}))


def _text(*texts: str) -> list[Part]:
    return [{"kind": "text", "text": text} for text in texts]


def _heading(text: str) -> Part:
    return {"kind": "heading", "text": text}


def _facts(*rows: tuple[str, str]) -> Part:
    return {"kind": "facts", "rows": [list(row) for row in rows if row[1]]}


def _table(head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]) -> Part:
    return {"kind": "table", "head": list(head), "widths": list(widths), "rows": list(rows)}


def _signatures(*names: str) -> Part:
    return {"kind": "signatures", "names": list(names)}


def _of_whom(facts: Facts) -> tuple[tuple[str, str], ...]:
    return (
        (_("Name"), facts.name),
        (_("Born"), facts.born),
        (_("Cases"), ", ".join(facts.cases)),
    )


def _notice(facts: Facts) -> list[Part]:
    """To the family: what was decided, on what it rests, what they can do."""
    return [
        *_text(
            _("We have to tell you that remains have been identified as those of"),
        ),
        _facts(*_of_whom(facts)),
        *_text(
            _(
                "The identification was decided on %(day)s by two people of the board, one for "
                "the science and one for the law. It rests on the comparison of DNA with the "
                "samples of relatives and on everything else that is known of the case."
            )
            % {"day": facts.decided_on},
            _parts_in_words(facts),
        ),
        _heading(_("What you can ask for")),
        *_text(
            _(
                "You can ask to have the whole evidence explained to you, and you can have it "
                "checked by an expert of your own. You decide whether, when and in whose presence "
                "you see the remains and the belongings."
            ),
            _(
                "You do not have to decide anything today. If you have doubts about the "
                "identification, tell us: a decision can be opened again at any time."
            ),
        ),
        _heading(_("Whom to ask")),
        *_text(facts.contact or _("The person of the family office who gave you this paper.")),
        _signatures(_("For the board, science"), _("For the board, law")),
    ]


def _parts_in_words(facts: Facts) -> str:
    number = len(facts.cases)
    found = ngettext(
        "What was found came in %(n)s case.", "What was found came in %(n)s cases.", number
    ) % {"n": number}
    if facts.complete:
        return found + " " + _("No further parts are expected.")
    return (
        found
        + " "
        + _(
            "Further parts may still be found. What then happens follows what you told us you "
            "want, and you can change that at any time."
        )
    )


def _act(facts: Facts) -> list[Part]:
    """Both sides keep a copy: what was handed over, by whom, to whom."""
    return [
        _facts(
            *_of_whom(facts),
            (_("Received by"), facts.receiver),
            (_("Place"), facts.place),
            (_("Decision"), facts.decision[-12:]),
        ),
        _heading(_("What is handed over")),
        _elements(facts),
        *_effects(facts),
        *_text(
            _(
                "The receiver has seen the labels and seals listed above. Signing confirms "
                "receipt and nothing else; it is no consent to the identification and takes away "
                "no right."
            )
        ),
        _signatures(_("Handed over by"), _("Received by")),
    ]


def _elements(facts: Facts) -> Part:
    head = [_("Case"), _("Part of the body"), pgettext("of a body", "Side"), _("Completeness")]
    rows = [[e.case, e.bone, e.side, e.completeness] for e in facts.elements]
    listed = {e.case for e in facts.elements}
    rows += [
        [case, _("as described in the case"), "", ""] for case in facts.cases if case not in listed
    ]
    return _table(head, [3, 5, 3, 3], rows)


def _effects(facts: Facts) -> list[Part]:
    if not facts.packets:
        return [_heading(_("Personal effects")), *_text(_("None were found."))]
    head = [_("Packet"), _("Seal"), pgettext("of a packet", "Holds")]
    rows = [[p.packet, p.seal, "; ".join(p.items)] for p in facts.packets]
    return [_heading(_("Personal effects")), _table(head, [3, 3, 8], rows)]


def _list_of_effects(facts: Facts) -> list[Part]:
    """Effects go to the next of kin with a list (First Geneva Convention, article 16)."""
    return [
        _facts(*_of_whom(facts), (_("Received by"), facts.receiver)),
        *_text(
            _(
                "Personal effects are kept in sealed packets and handed over with this list, as "
                "article 16 of the First Geneva Convention asks."
            )
        ),
        *_effects(facts),
        _signatures(_("Handed over by"), _("Received by")),
    ]


def _grave(facts: Facts) -> list[Part]:
    """What identifies a grave, for the register and for the plate on it."""
    return [
        _facts(
            (_("Cemetery"), facts.cemetery),
            (_("Plot"), facts.plot),
            (_("Place"), facts.where),
            (_("Cases"), ", ".join(facts.cases)),
        ),
        *_text(
            _(
                "The remains lie here for a time, until they can be returned. The grave is "
                "numbered and must stay marked; it is opened only with a record of why."
            )
        ),
        {
            "kind": "plate",
            "above": facts.cemetery,
            "number": facts.grave,
            "below": facts.plot,
        },
        _signatures(_("Laid by"), _("Witness")),
    ]


_PARTS = {
    "notice of identification": _notice,
    "act of handover": _act,
    "list of effects": _list_of_effects,
    "grave record": _grave,
}
