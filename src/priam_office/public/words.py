"""Words for what the data names by codes: parties, measures, qualifiers, kinds, dates, numbers.

Names of parties come from the data; where one of them is listed here it is translated, any other
is shown as it is. Nothing here says which claim is right.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from priam_office.dates import when
from priam_office.handovers.words import party

__all__ = ["event_type", "measure", "number", "party", "percent", "qualifier", "unit", "when"]

# Names that the packaged claims use; the catalogues translate them, other data may bring others.
KNOWN_NAMES = (
    gettext_noop("Ukraine"),
    gettext_noop("Russian Federation"),
    gettext_noop("Türkiye"),
    gettext_noop("ICRC"),
    gettext_noop("Istanbul"),
    gettext_noop("bodies"),
    gettext_noop("whatever is held"),
    gettext_noop("handover unit"),
    gettext_noop("persons"),
)
_QUALIFIERS = {
    "up to": gettext_noop("up to"),
    "possibly more than": gettext_noop("possibly more than"),
    "more than": gettext_noop("more than"),
    "about": gettext_noop("about"),
    "at least": gettext_noop("at least"),
    "reported": gettext_noop("reported"),
}
_MEASURES = {
    "terms": gettext_noop("Terms"),
    "observation": gettext_noop("Observation"),
    "offered": gettext_noop("Offered"),
    "offer_disputed": gettext_noop("Offer disputed"),
    "offer_refused": gettext_noop("Offer refused"),
    "resumed_on": gettext_noop("Resumed on"),
    "other_side_suspected": gettext_noop("Suspected to be of the other side"),
    "other_side_confirmed_and_returned": gettext_noop(
        "Confirmed to be of the other side and returned"
    ),
    "identified_share_before_transfer": gettext_noop("Share identified before the transfer"),
}
_EVENTS = {
    "account.opened": gettext_noop("Account opened"),
    "account.role_given": gettext_noop("Role given"),
    "account.role_taken": gettext_noop("Role taken"),
    "account.disabled": gettext_noop("Account disabled"),
    "account.enabled": gettext_noop("Account enabled"),
    "account.second_factor_reset": gettext_noop("Second factor reset"),
    "account.key_added": gettext_noop("Signing key added"),
    "account.key_revoked": gettext_noop("Signing key revoked"),
    "account.token_made": gettext_noop("A program may act for an account"),
    "account.token_ended": gettext_noop("A program acts for an account no more"),
    "access.asked": gettext_noop("Exceptional access asked for"),
    "access.agreed": gettext_noop("Exceptional access agreed to"),
    "access.ended": gettext_noop("Exceptional access ended"),
    "access.read": gettext_noop("Sealed data read"),
    "party.declared": gettext_noop("Party declared"),
    "agreement.recorded": gettext_noop("Agreement recorded"),
    "agreement.proposed": gettext_noop("Agreement proposed"),
    "agreement.countersigned": gettext_noop("Agreement countersigned"),
    "agreement.reading_stated": gettext_noop("Reading of an agreement stated"),
    "agreement.reading_held": gettext_noop("Reading of an agreement held by one more"),
    "agreement.amendment_proposed": gettext_noop("Amendment proposed"),
    "agreement.amendment_countersigned": gettext_noop("Amendment countersigned"),
    "source.recorded": gettext_noop("Source recorded"),
    "claim.made": gettext_noop("Claim recorded"),
    "claim.corrected": gettext_noop("Claim corrected"),
    "claim.withdrawn": gettext_noop("Claim withdrawn"),
    "offer.made": gettext_noop("Offer made"),
    "offer.characterised": gettext_noop("Offer characterised by a side"),
    "offer.accepted": gettext_noop("Offer accepted"),
    "offer.postponed": gettext_noop("Offer postponed"),
    "offer.refused": gettext_noop("Offer refused"),
    "offer.withdrawn": gettext_noop("Offer withdrawn"),
    "record.salt_destroyed": gettext_noop("Salt of an event destroyed"),
    "record.lost": gettext_noop("Event lost, only its hash is known"),
    "record.put_back": gettext_noop("Lost events put back"),
    "log_key_replaced": gettext_noop("Keys of the log replaced"),
    "review.opened": gettext_noop("Review of pairs of names opened"),
    "review.pairs_queued": gettext_noop("Pairs of names queued for review"),
    "review.pair_decided": gettext_noop("Pair of names decided"),
    "review.decision_withdrawn": gettext_noop("Decision on a pair of names withdrawn"),
    "simulation.identified": gettext_noop("Simulated exchange identified"),
    "missing.registered": gettext_noop("Missing person registered"),
    "missing.amended": gettext_noop("Missing person amended"),
    "missing.closed": gettext_noop("Record of a missing person closed"),
    "missing.reopened": gettext_noop("Record of a missing person reopened"),
    "reporter.added": gettext_noop("Reporter added"),
    "antemortem.section_saved": gettext_noop("Section of an ante-mortem record saved"),
    "family.registered": gettext_noop("Family registered"),
    "family.missing_linked": gettext_noop("Missing person linked to a family"),
    "family.missing_unlinked": gettext_noop("Missing person taken out of a family"),
    "relative.added": gettext_noop("Relative added"),
    "relative.amended": gettext_noop("Relative amended"),
    "pedigree.saved": gettext_noop("Pedigree saved"),
    "wish.recorded": gettext_noop("Wish of a family recorded"),
    "contact.authorised": gettext_noop("Relative authorised"),
    "contact.barred": gettext_noop("Contact with a relative barred"),
    "family.contacted": gettext_noop("Family contacted"),
    "consent.given": gettext_noop("Consent given"),
    "consent.withdrawn": gettext_noop("Consent withdrawn"),
    "reference.sampled": gettext_noop("Reference sample taken"),
    "reference.destroyed": gettext_noop("Reference sample destroyed"),
    "run.imported": gettext_noop("Laboratory run imported"),
    "profile.recorded": gettext_noop("Profile recorded"),
    "profile.set_aside": gettext_noop("Profile set aside"),
    "consensus.formed": gettext_noop("Consensus profile formed"),
    "staff.profile_recorded": gettext_noop("Staff profile recorded"),
    "search.requested": gettext_noop("Search requested"),
    "candidates.noted": gettext_noop("Candidates noted"),
    "search.finished": gettext_noop("Search finished"),
    "search.stopped": gettext_noop("Search stopped"),
    "proposal.recorded": gettext_noop("Proposal recorded"),
    "conflict.raised": gettext_noop("Conflict raised"),
    "conflict.settled": gettext_noop("Conflict settled"),
    "decision.proposed": gettext_noop("Decision proposed"),
    "decision.signed": gettext_noop("Decision signed"),
    "decision.withdrawn": gettext_noop("Decision withdrawn"),
    "decision.reopened": gettext_noop("Decision reopened"),
    "release.planned": gettext_noop("Release planned"),
    "release.cancelled": gettext_noop("Release cancelled"),
    "release.document_issued": gettext_noop("Document of a release issued"),
    "release.handed_over": gettext_noop("Remains handed over to the family"),
    "release.packed": gettext_noop("Remains packed for return"),
    "grave.recorded": gettext_noop("Grave recorded"),
    "grave.opened": gettext_noop("Grave opened"),
    "case.returned": gettext_noop("Remains returned to the other side"),
    "family.code_issued": gettext_noop("Code given to a family"),
    "bag.opened": gettext_noop("Bag opened"),
    "bag.reexamined": gettext_noop("Bag re-examined"),
    "case.split": gettext_noop("Case split"),
    "case.linked": gettext_noop("Cases linked"),
    "case.link_withdrawn": gettext_noop("Link of cases withdrawn"),
    "case.closed": gettext_noop("Work on a case ended"),
    "case.reopened": gettext_noop("Work on a case went on"),
    "element.recorded": gettext_noop("Element recorded"),
    "element.moved": gettext_noop("Element moved to another case"),
    "element.withdrawn": gettext_noop("Element withdrawn"),
    "sample.taken": gettext_noop("Sample taken"),
    "sample.moved": gettext_noop("Sample moved to another case"),
    "sample.sent": gettext_noop("Sample sent"),
    "sample.received": gettext_noop("Sample received"),
    "sample.consumed": gettext_noop("Sample used up"),
    "postmortem.section_saved": gettext_noop("Section of a post-mortem record saved"),
    "postmortem.section_kept_beside": gettext_noop("Another version of a section kept"),
    "photograph.sealed": gettext_noop("Photograph sealed"),
    "effects.sealed": gettext_noop("Effects sealed in a packet"),
    "effects.resealed": gettext_noop("Packet of effects sealed again"),
    "place.declared": gettext_noop("Storage place named"),
    "place.closed": gettext_noop("Storage place closed"),
    "thing.stored": gettext_noop("Thing put in its place"),
    "device.registered": gettext_noop("Tablet registered"),
    "device.revoked": gettext_noop("Tablet revoked"),
    "bag.registered": gettext_noop("Bag registered"),
    "bag.found_other_side": gettext_noop("Bag found to hold the other side's remains"),
    "manifest.issued": gettext_noop("Manifest issued"),
    "handover.handed_over": gettext_noop("Bags handed over"),
    "act.signed": gettext_noop("Act of a party signed by a person"),
}


def measure(code: str, names: Mapping[str, str]) -> str:
    """What is counted or said."""
    for prefix, text in (
        ("transferred_to_", pgettext("measure", "Handed over to: %(party)s")),
        ("military_deaths_", pgettext("measure", "Military deaths: %(party)s")),
    ):
        if code.startswith(prefix) and code.removeprefix(prefix) in names:
            return text % {"party": party(code.removeprefix(prefix), names)}
    return _(_MEASURES.get(code) or code.replace("_", " "))


def qualifier(code: str) -> str:
    """Words before a value; a value that is simply stated has none."""
    return "" if code == "stated" else _(_QUALIFIERS.get(code) or code)


def unit(code: str) -> str:
    """A unit of counting."""
    return _(code) if code else ""


def event_type(code: str) -> str:
    """Title of an event."""
    return _(_EVENTS.get(code) or code)


def number(value: object) -> str:
    """A number with its thousands apart; None is no figure, which is not zero."""
    if value is None:
        return _("no figure")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return formats.number_format(value, use_l10n=True, force_grouping=True)
    return str(value)


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal, enough to tell 101.0 from 100."""
    if share is None:
        return _("no figure")
    return formats.number_format(100 * share, decimal_pos=1) + "\u00a0%"
