"""The fields of a post-mortem record and of an ante-mortem record, facing each other.

One list for both sides: a field that both sides have stands under one key, so that a page, a
comparison or an export sets them side by side without a table of correspondences. The order of
subjects follows the INTERPOL form for disaster victims (100 administration to 900 conclusions);
the keys and the wording are ours. Labels are English texts; the office translates them.

Values are plain JSON by kind:

``text``, ``long``
    text, at most 500 and 8,000 characters.
``number``
    a whole number in the field's unit.
``interval``
    ``{"from": n, "to": n}`` in the field's unit, either end may be missing.
``date``
    ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: as exact as it is known.
``yesno``
    ``yes``, ``no`` or ``unknown``.
``choice``
    one of ``choices``.
``choices``
    a list of them.
``teeth``
    ``{"11": "filled", ...}``: FDI number of a tooth to one of ``TOOTH``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from priam.errors import UserError

__all__ = [
    "KINDS",
    "SECTIONS",
    "TEETH",
    "TOOTH",
    "FieldError",
    "RecordField",
    "Section",
    "canonical_fields",
    "cleaned",
    "faces",
]

KINDS = ("text", "long", "number", "interval", "date", "yesno", "choice", "choices", "teeth")
#: FDI numbers as a dentist faces them: upper right to upper left, lower right to lower left.
TEETH: tuple[tuple[str, ...], ...] = (
    (*[f"1{n}" for n in range(8, 0, -1)], *[f"2{n}" for n in range(1, 9)]),
    (*[f"4{n}" for n in range(8, 0, -1)], *[f"3{n}" for n in range(1, 9)]),
)
TOOTH: dict[str, str] = {
    "sound": "sound",
    "filled": "filled",
    "crown": "crown",
    "bridge": "bridge",
    "root canal": "root filled",
    "caries": "caries",
    "broken": "broken",
    "missing before": "missing before death",
    "missing after": "missing after death",
    "unerupted": "not erupted",
    "implant": "implant",
    "prosthesis": "prosthesis",
}
YESNO: dict[str, str] = {"yes": "yes", "no": "no", "unknown": "not known"}


class FieldError(UserError):
    """A value that the field does not take; ``key`` names the field."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(f"{key}: {message}")


@dataclass(frozen=True, slots=True)
class RecordField:
    """One question. ``sides`` says who is asked: ``pm``, ``am`` or ``both``.

    ``am_label`` is how the other side asks it, where the words differ: a stature is measured
    here and remembered there.
    """

    key: str
    label: str
    kind: str = "text"
    sides: str = "both"
    am_label: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    help: str = ""

    def asked(self, side: str) -> bool:
        """Whether ``side`` (``pm`` or ``am``) has this field."""
        return self.sides in (side, "both")

    def label_for(self, side: str) -> str:
        """The question in the words of that side."""
        return self.am_label if side == "am" and self.am_label else self.label


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the record: ``number`` 100 to 900."""

    number: str
    label: str
    fields: tuple[RecordField, ...]

    def asked(self, side: str) -> tuple[RecordField, ...]:
        """The fields of one side, in order."""
        return tuple(field for field in self.fields if field.asked(side))


def _pairs(*labels: str) -> tuple[tuple[str, str], ...]:
    return tuple((label, label) for label in labels)


_SEX = _pairs("male", "female", "not determined")
_QUANTITY = _pairs("none", "little", "much")
F = RecordField

_SECTIONS = (
    Section(
        "100",
        "Administration and place",
        (
            F("found_on", "Found on", "date", "pm"),
            F("found_at", "Place of recovery", am_label="Last seen at"),
            F("found_by", "Recovered by", sides="pm"),
            F("last_seen_on", "Last seen on", "date", "am"),
            F("numbers", "Numbers given by others", "long", "pm", help="One a line, with issuer."),
            F("examined_on", "Examined on", "date", "pm"),
            F("examined_by", "Examined by (capacity, not name)", sides="pm"),
            F("circumstances", "Circumstances", "long"),
        ),
    ),
    Section(
        "200",
        "Condition of the remains",
        (
            F(
                "state",
                "State",
                "choice",
                "pm",
                choices=_pairs(
                    "complete body",
                    "incomplete body",
                    "body part",
                    "skeleton, complete",
                    "skeleton, incomplete",
                    "single bones",
                    "fragments",
                ),
            ),
            F(
                "preservation",
                "Preservation",
                "choice",
                "pm",
                choices=_pairs(
                    "fresh",
                    "early decomposition",
                    "advanced decomposition",
                    "mummified",
                    "adipocere",
                    "skeletonised",
                ),
            ),
            F("burnt", "Burnt", "choice", "pm", choices=_pairs("no", "in part", "wholly")),
            F("interval", "Time since death", "interval", "pm", unit="months"),
            F(
                "persons",
                "Least number of persons",
                "number",
                "pm",
                help="From elements that occur twice, or do not fit one person.",
            ),
            F("persons_reason", "Reason for that number", "long", "pm"),
        ),
    ),
    Section(
        "300",
        "Clothing and effects",
        (
            F("clothing", "Clothing", "long", help="Kind, colour, size, maker, repairs."),
            F("footwear", "Footwear", "long"),
            F("shoe_size", "Shoe size", "interval", unit="EU"),
            F("insignia", "Insignia and unit marks", "long", am_label="Unit and insignia"),
            F("tag_number", "Identity disc: number as read", am_label="Identity disc: number"),
            F("documents", "Papers found", "long", am_label="Papers carried"),
            F("jewellery", "Jewellery and watches", "long"),
            F("religious", "Religious objects", "long"),
            F("electronics", "Telephone and electronics", "long"),
            F("glasses", "Glasses or lenses", "yesno"),
            F("other_effects", "Other objects", "long"),
        ),
    ),
    Section(
        "400",
        "Physical description",
        (
            F("sex", "Sex", "choice", choices=_SEX),
            F("sex_basis", "Sex: from what", sides="pm"),
            F("age", "Age at death", "interval", am_label="Age when last seen", unit="years"),
            F("stature", "Stature", "interval", am_label="Height", unit="cm"),
            F("weight", "Weight", "interval", unit="kg"),
            F(
                "build",
                "Build",
                "choice",
                choices=_pairs("slight", "medium", "heavy"),
            ),
            F(
                "hair_colour",
                "Hair colour",
                "choice",
                choices=_pairs("black", "brown", "fair", "red", "grey", "white", "none"),
            ),
            F("hair", "Hair: length, shape, dyed", "text"),
            F("facial_hair", "Beard and moustache"),
            F(
                "eye_colour",
                "Eye colour",
                "choice",
                choices=(
                    ("blue", "blue"),
                    ("grey", "grey eyes"),  # other words than for hair in some languages
                    ("green", "green"),
                    ("brown", "brown eyes"),
                    ("not determined", "not determined"),
                ),
            ),
            F("tattoos", "Tattoos", "long", help="Place, words, picture, colour."),
            F("scars", "Scars and skin marks", "long"),
            F("piercings", "Piercings", "long"),
            F("circumcised", "Circumcised", "yesno"),
            F("handedness", "Handedness", "choice", choices=_pairs("right", "left", "not known")),
        ),
    ),
    Section(
        "500",
        "Injuries and medical findings",
        (
            F("injuries", "Injuries at or about death", "long", "pm"),
            F("projectiles", "Projectiles and fragments", "long", "pm"),
            F("old_fractures", "Healed fractures", "long", am_label="Fractures"),
            F("amputations", "Amputations from before", "long", am_label="Amputations"),
            F("implants", "Implants: kind, place, serial number", "long"),
            F("operations", "Signs of operations", "long", am_label="Operations"),
            F("diseases", "Signs of disease", "long", am_label="Diseases"),
            F(
                "blood_group",
                "Blood group",
                "choice",
                choices=_pairs("O", "A", "B", "AB", "not known"),
            ),
            F("medicines", "Medicines and toxicology", "long", am_label="Medicines"),
        ),
    ),
    Section(
        "600",
        "Teeth",
        (
            F("teeth", "Teeth (FDI)", "teeth"),
            F("dentures", "Dentures", "long"),
            F("dental_age", "Dental age", "interval", "pm", unit="years"),
            F("dental_features", "Other features of teeth and jaws", "long"),
            F("dentist", "Dentist and where records are", "long", "am"),
            F("dental_images", "Dental images taken", "yesno", am_label="Dental images exist"),
        ),
    ),
    Section(
        "700",
        "DNA and other samples",
        (
            F("sampling_note", "Sampling: why these samples", "long", "pm"),
            F(
                "dna_state",
                "State of the sampled tissue",
                "choice",
                "pm",
                choices=_pairs("good", "moderate", "poor"),
            ),
            F("contamination", "Who handled it without gloves", "long", "pm"),
            F("belongings_dna", "Belongings that may carry DNA", "long", "am"),
            F("earlier_profile", "An earlier profile exists at", sides="am"),
        ),
    ),
    Section(
        "800",
        "Fingerprints and images",
        (
            F("fingerprints", "Fingerprints taken", "yesno", am_label="Fingerprints exist"),
            F("fingerprint_quality", "Quality", "choice", "pm", choices=_QUANTITY),
            F("fingerprints_at", "Where fingerprints are held", sides="am"),
            F("xray", "X-ray taken", "yesno", am_label="X-ray images exist"),
            F("xray_findings", "X-ray findings", "long", am_label="X-ray: where, of what"),
            F("ct", "CT taken", "yesno", am_label="CT images exist"),
        ),
    ),
    Section(
        "900",
        "Conclusions and further information",
        (
            F("cause", "Cause of death, if found", "long", "pm"),
            F("manner", "Signs that need a court", "long", "pm"),
            F("peculiarities", "What would be recognised", "long"),
            F("further", "Further information", "long"),
            F(
                "complete",
                "This record is",
                "choice",
                choices=_pairs("in work", "complete"),
            ),
        ),
    ),
)
#: Number -> section.
SECTIONS: dict[str, Section] = {section.number: section for section in _SECTIONS}


def faces(section: str) -> tuple[RecordField, ...]:
    """The fields of a section that both sides have: what can be set side by side."""
    return tuple(field for field in SECTIONS[section].fields if field.sides == "both")


def cleaned(section: str, side: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The stated values of one side of a section, checked; what is empty is left out.

    Raises :class:`FieldError` for an unknown section or field and for a value of another form.
    """
    if section not in SECTIONS:
        raise FieldError(section[:20], f"there is no such section; there are {', '.join(SECTIONS)}")
    fields = {field.key: field for field in SECTIONS[section].asked(side)}
    kept = {}
    for key, value in values.items():
        if key not in fields:
            raise FieldError(key[:40], f"section {section} has no such field")
        read = _READ[fields[key].kind](fields[key], value)
        if read not in (None, "", [], {}):
            kept[key] = read
    return kept


def canonical_fields(values: Mapping[str, Any]) -> str:
    """Values as the RFC 8785 text that an event carries."""
    return rfc8785.dumps(dict(values)).decode()


_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def _text(field: RecordField, value: Any, longest: int = 500) -> str:
    if not isinstance(value, str):
        raise FieldError(field.key, "expected text")
    # Marks that turn the reading direction or hide letters could make a text read as another.
    text = _HIDDEN.sub("", value.replace("\r\n", "\n")).strip()
    if len(text) > longest:
        raise FieldError(field.key, f"{len(text)} characters, at most {longest}")
    return text


def _long(field: RecordField, value: Any) -> str:
    return _text(field, value, 8000)


def _number(field: RecordField, value: Any) -> int | None:
    if value in (None, ""):
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}", value.strip()):
        return int(value)
    if type(value) is int and 0 <= value <= 999_999:
        return value
    raise FieldError(field.key, f"{str(value)[:20]!r} is no whole number from 0 to 999999")


def _interval(field: RecordField, value: Any) -> dict[str, int]:
    if value in (None, ""):
        return {}
    if not isinstance(value, dict) or set(value) - {"from", "to"}:
        raise FieldError(field.key, "expected a number from and a number to")
    ends = {name: _number(field, end) for name, end in value.items()}
    known = {name: end for name, end in ends.items() if end is not None}
    if len(known) == 2 and known["from"] > known["to"]:
        raise FieldError(field.key, f"from {known['from']} is more than to {known['to']}")
    return known


def _date(field: RecordField, value: Any) -> str:
    text = _text(field, value)
    if text and not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", text):
        raise FieldError(
            field.key, f"{text[:20]!r} is no date; expected 2025, 2025-06 or 2025-06-16"
        )
    return text


def _choice(field: RecordField, value: Any) -> str:
    known = YESNO if field.kind == "yesno" else dict(field.choices)
    if value in (None, ""):
        return ""
    if value not in known:
        raise FieldError(field.key, f"{str(value)[:40]!r} is none of {', '.join(known)}")
    return str(value)


def _choices(field: RecordField, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise FieldError(field.key, "expected a list")
    return sorted({_choice(field, each) for each in value} - {""})


def _teeth(field: RecordField, value: Any) -> dict[str, str]:
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise FieldError(field.key, "expected a tooth and its state")
    known = {tooth for row in TEETH for tooth in row}
    for tooth, state in value.items():
        if tooth not in known or (state and state not in TOOTH):
            raise FieldError(field.key, f"{tooth[:4]} {str(state)[:20]} is no tooth with its state")
    return {tooth: state for tooth, state in value.items() if state}


_READ: dict[str, Callable[[RecordField, Any], Any]] = {
    "text": _text,
    "long": _long,
    "number": _number,
    "interval": _interval,
    "date": _date,
    "yesno": _choice,
    "choice": _choice,
    "choices": _choices,
    "teeth": _teeth,
}
