"""Findings of the account in plain words of the present language.

The arithmetic is :mod:`priam.accounting`'s; here each kind of finding has its sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from priam.accounting.account import Account
from priam.accounting.claims_file import Claim
from priam.accounting.findings import Finding
from priam_office.public import words

__all__ = ["Said", "findings", "subject_words", "title"]

# kind -> heading
TITLES = {
    "batch_counts_differ": gettext_noop("Two counts of one batch"),
    "totals_differ_between_sides": gettext_noop("The sides' totals differ"),
    "totals_differ_within_side": gettext_noop("Two totals from one side"),
    "report_differs_from_others": gettext_noop("One report against others"),
    "figures_differ": gettext_noop("Figures differ"),
    "total_differs_from_batches": gettext_noop("A total is not the sum of its batches"),
    "total_equals_batches": gettext_noop("A total equals the sum of its batches"),
    "date_without_handover": gettext_noop("A date without a recorded handover"),
}
# kind -> what arithmetic says; what was said stands below it, claim by claim
_SENTENCES = {
    "batch_counts_differ": gettext_noop("The counts differ by %(difference)s."),
    "totals_differ_between_sides": gettext_noop("The totals differ by %(difference)s."),
    "totals_differ_within_side": gettext_noop("The totals differ by %(difference)s."),
    "report_differs_from_others": gettext_noop(
        "The others give %(expected)s; the difference is %(difference)s."
    ),
    "figures_differ": gettext_noop("The figures differ by %(difference)s."),
    "total_differs_from_batches": gettext_noop(
        "The batches sum to %(expected)s; the difference is %(difference)s."
    ),
    "total_equals_batches": gettext_noop("The batches sum to %(expected)s."),
    "date_without_handover": gettext_noop(
        "No handover is recorded on that day; the nearest recorded is %(expected)s."
    ),
}


@dataclass(frozen=True)
class Said:
    """One finding as a page shows it."""

    kind: str
    title: str
    about: str
    sentence: str
    where: str
    basis: str
    claims: tuple[Claim, ...]
    stands_on: tuple[str, ...]
    agreement: str | None


def findings(account: Account, found: tuple[Finding, ...]) -> list[Said]:
    """The findings in words, in their order."""
    by_id = {claim.id: claim for claim in account.file.claims}
    return [_said(finding, account.file.parties, by_id) for finding in found]


def _said(finding: Finding, names: Mapping[str, str], by_id: Mapping[str, Claim]) -> Said:
    numbers = {"expected": _shown(finding.expected), "difference": _size(finding.difference)}
    sentence = _(_SENTENCES[finding.kind]) % numbers if finding.kind in _SENTENCES else finding.text
    basis = ""
    if finding.basis:
        basis = _("Batches as counted by: %(party)s.") % {
            "party": words.party(finding.basis, names)
        }
    measure = words.measure(finding.measure, names)
    return Said(
        kind=finding.kind,
        title=title(finding.kind),
        about=f"{measure} · {subject_words(finding.subject)}",
        sentence=sentence,
        where=_where(finding.sits_in),
        basis=basis,
        claims=tuple(by_id[name] for name in finding.claims if name in by_id),
        stands_on=finding.stands_on,
        agreement=str(finding.subject.get("agreement") or "") or None,
    )


def title(kind: str) -> str:
    """Heading of a kind of finding."""
    return _(TITLES.get(kind, kind.replace("_", " ")))


def _shown(value: object) -> str:
    return words.when(value) if isinstance(value, str) else words.number(value)


def _size(difference: int | None) -> str:
    return "" if difference is None else words.number(abs(difference))


def _where(sits_in: tuple[dict[str, Any], ...]) -> str:
    """In which batches the difference lies."""
    if not sits_in:
        return ""
    batches = "; ".join(
        f"{words.when(entry['batch'])} "
        f"({' / '.join(words.number(value['value']) for value in entry['values'])})"
        for entry in sits_in
    )
    return ngettext(
        "The whole difference lies in one batch: %(batches)s.",
        "The whole difference lies in %(count)s batches: %(batches)s.",
        len(sits_in),
    ) % {"batches": batches, "count": words.number(len(sits_in))}


def subject_words(subject: Mapping[str, Any]) -> str:
    """What a figure is about, without its agreement."""
    parts = []
    if subject.get("batch"):
        parts.append(_("batch of %(date)s") % {"date": words.when(subject["batch"])})
    if subject.get("offer"):
        parts.append(_("offer of %(date)s") % {"date": words.when(subject["offer"])})
    if subject.get("total"):
        parts.append(_("in total"))
    if subject.get("since"):
        parts.append(_("from %(date)s") % {"date": words.when(subject["since"])})
    if subject.get("through"):
        parts.append(_("to %(date)s") % {"date": words.when(subject["through"])})
    if subject.get("year"):
        parts.append(_("in %(year)s") % {"year": subject["year"]})
    return ", ".join(parts) or _("the agreement as a whole")
