"""Texts of releases that stand in more than one place."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from priam.errors import UserError
from priam_office.people.refusals import in_words

__all__ = ["IDENTITY_PAPERS", "TABS", "WAYS", "WISHES", "refusal"]

TABS = (
    ("ready", gettext_noop("May leave")),
    ("planned", gettext_noop("Arranged")),
    ("done", gettext_noop("Left")),
    ("cancelled", gettext_noop("Called off")),
)
WAYS = {
    "family": gettext_noop("To the family"),
    "temporary grave": gettext_noop("Into a temporary grave"),
    "other side": gettext_noop("Back to the other side"),
}
WISHES = {
    "each": gettext_noop("The family wants to be told of each finding."),
    "first": gettext_noop("The family wants to be told of the first finding only."),
    "end": gettext_noop("The family wants to be told when everything is found."),
}
IDENTITY_PAPERS = (
    ("passport", gettext_noop("passport")),
    ("identity card", gettext_noop("identity card")),
    ("military identity card", gettext_noop("military identity card")),
    ("other official paper", gettext_noop("other official paper")),
)
CANCELLED = gettext_noop("The release is called off; the cases stay.")
HANDED_OVER = gettext_noop("The handover is recorded.")
LAID = gettext_noop("The grave is recorded.")
PACKED = gettext_noop("The bag can go onto a manifest now.")
RETURNED = gettext_noop("The return is recorded.")
ISSUED = gettext_noop("The paper is made and kept.")


def refusal(error: UserError) -> str:
    """A refusal for the page, in the reader's language where its sentence is known."""
    return _("Not possible: %(why)s") % {"why": in_words(error)}
