"""Words for the codes of the family office, as shown."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

__all__ = ["CODES", "choices", "word"]

CODES: dict[str, dict[str, str]] = {
    "sex": {
        "male": noop("male"),
        "female": noop("female"),
        "unknown": noop("not known"),
    },
    "status": {"open": noop("looked for"), "closed": noop("closed")},
    "closing": {
        "found alive": noop("found alive"),
        "registered twice": noop("registered twice"),
        "withdrawn": noop("withdrawn by the family"),
        "other": noop("other"),
    },
    "relation": {
        "father": noop("father"),
        "mother": noop("mother"),
        "son": noop("son"),
        "daughter": noop("daughter"),
        "brother": noop("brother"),
        "sister": noop("sister"),
        "half-brother": noop("half-brother"),
        "half-sister": noop("half-sister"),
        "spouse": noop("spouse"),
        "grandfather": noop("grandfather"),
        "grandmother": noop("grandmother"),
        "grandson": noop("grandson"),
        "granddaughter": noop("granddaughter"),
        "uncle": noop("uncle"),
        "aunt": noop("aunt"),
        "nephew": noop("nephew"),
        "niece": noop("niece"),
        "cousin": noop("cousin"),
        "guardian": noop("guardian"),
        "other": noop("other"),
    },
    "reporter": {
        "comrade": noop("comrade"),
        "friend": noop("friend"),
        "physician": noop("physician"),
        "dentist": noop("dentist"),
        "authority": noop("authority"),
        "document": noop("document"),
        "other": noop("other"),
    },
    "purpose": {
        "identification": noop("identification"),
        "comparison abroad": noop("comparison abroad"),
        "research": noop("research"),
        "public": noop("public appeal"),
    },
    "notify": {
        "each": noop("told of each finding"),
        "first": noop("told of the first finding only"),
        "end": noop("told at the end, once"),
    },
    "how": {
        "telephone": noop("we telephoned"),
        "visit": noop("we visited"),
        "letter": noop("we wrote a letter"),
        "message": noop("we sent a message"),
        "they came": noop("they came"),
        "they called": noop("they called"),
        "they wrote": noop("they wrote"),
    },
    "about": {
        "questions": noop("questions about the missing person"),
        "sample": noop("a reference sample"),
        "consent": noop("consent"),
        "finding": noop("news: a finding"),
        "identification": noop("news: identification"),
        "release": noop("news: release"),
        "other": noop("something else"),
    },
    "language": {"uk": noop("Ukrainian"), "ru": noop("Russian"), "en": noop("English")},
    "type": {
        "family.registered": noop("Family registered"),
        "family.missing_linked": noop("Looks for a missing person"),
        "family.missing_unlinked": noop("No longer looks for a missing person"),
        "relative.added": noop("Relative added"),
        "relative.amended": noop("Relative amended"),
        "wish.recorded": noop("Wish recorded"),
        "contact.authorised": noop("Authorised"),
        "contact.barred": noop("Must not be contacted"),
        "family.contacted": noop("Contact"),
        "consent.given": noop("Consent given"),
        "consent.withdrawn": noop("Consent withdrawn"),
        "reference.sampled": noop("Reference sample taken"),
        "reference.destroyed": noop("Reference sample destroyed"),
    },
}
#: Units of the fields of a record (:mod:`priam.casework.sections`).
_UNITS = (noop("cm"), noop("kg"))


def word(kind: str, code: str) -> str:
    """The word for a code, in the present language; an unknown code as it is."""
    found = CODES[kind].get(code)
    return _(found) if found else code


def choices(kind: str, empty: str = "") -> list[tuple[str, str]]:
    """Codes with their words, for a field to choose from."""
    head = [("", empty)] if empty else []
    return [*head, *((code, word(kind, code)) for code in CODES[kind])]
