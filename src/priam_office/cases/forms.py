"""Forms of the mortuary. A field for a tag takes what a scanner types, and only a valid tag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from priam.casework.sections import SECTIONS, TEETH, RecordField
from priam.casework.skeleton import BONES, COMPLETENESS, REGIONS, SIDES
from priam.errors import UserError
from priam.events.cases import CASE_CLOSINGS, FINDINGS, PLACE_KINDS, SAMPLE_KINDS
from priam.labels.sheet import STOCKS
from priam_office.cases import words
from priam_office.cases.actions import tag_of

__all__ = [
    "CloseForm",
    "EffectsForm",
    "ElementForm",
    "ImportForm",
    "LabelsForm",
    "LinkForm",
    "MoveForm",
    "OpenBagForm",
    "PhotographForm",
    "PlaceForm",
    "ReasonForm",
    "ReexamineForm",
    "ResealForm",
    "SampleForm",
    "SendForm",
    "SplitForm",
    "StoreForm",
    "TagField",
    "posted_fields",
]

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class PlainText(forms.CharField):
    """Text without marks that hide or turn letters."""

    def to_python(self, value: Any) -> str:
        return _HIDDEN.sub("", super().to_python(value) or "").strip()


class TagField(forms.CharField):
    """One tag, as scanned or typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "class": "tag",
        }

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return _tag(text) if text else ""


class TagsField(forms.CharField):
    """Several tags, one a line: a scanner ends each with Enter."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=8000, **kwargs)
        self.widget.attrs |= {
            "rows": 4,
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "class": "tag",
        }

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        text = super().to_python(value) or ""
        found = [_tag(line) for line in re.split(r"[\n,;]+", text) if line.strip()]
        if len(set(found)) < len(found):
            raise ValidationError(_("A tag stands here twice."))
        return found


def _tag(text: str) -> str:
    try:
        return tag_of(text)
    except UserError:
        raise ValidationError(
            _("“%(tag)s” is no valid tag; scan it again."), params={"tag": text[:40]}
        ) from None


def _choices(table: dict[str, str], names: Any) -> list[tuple[str, Any]]:
    return [(name, _(table[name])) for name in names]


def _bones() -> list[tuple[Any, list[tuple[str, Any]]]]:
    return [
        (_(label), [(b.bone, _(b.label)) for b in BONES.values() if b.region == region])
        for region, label in REGIONS.items()
    ]


_NOTE = {"widget": forms.Textarea(attrs={"rows": 2}), "required": False, "max_length": 2000}


class OpenBagForm(forms.Form):
    finding = forms.ChoiceField(
        label=_("What the bag holds"),
        choices=lambda: _choices(words.FINDING, FINDINGS),
        widget=forms.RadioSelect,
    )
    cases = TagsField(
        label=_("Labels of the cases"),
        help_text=_("Scan a printed label for each case. Leave this empty to get new numbers."),
        required=False,
    )
    count = forms.IntegerField(
        label=_("How many new numbers"), min_value=1, max_value=40, required=False
    )
    party = forms.ChoiceField(label=_("In whose custody"), required=False)
    place = TagField(label=_("Put the cases in the place"), required=False)
    note = PlainText(label=_("Note"), **_NOTE)

    def __init__(self, *args: Any, parties: list[tuple[str, str]] | None = None, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if parties is None:
            del self.fields["party"]
        else:
            self.fields["party"].choices = parties  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        least, most = FINDINGS[data["finding"]]
        count = len(data["cases"]) or data.get("count") or least
        if count < least or (most is not None and count > most):
            self.add_error("cases", _("This number of cases does not fit what the bag holds."))
        data["wanted"] = count
        return data


class ReexamineForm(forms.Form):
    finding = forms.ChoiceField(
        label=_("What the bag holds"), choices=lambda: _choices(words.FINDING, FINDINGS)
    )
    cases = TagsField(label=_("Labels of further cases"), required=False)
    reason = PlainText(label=_("Reason"), max_length=2000)


class SplitForm(forms.Form):
    into = TagsField(
        label=_("Labels of the new cases"),
        help_text=_("Scan a printed label for each part. Leave this empty to get one new number."),
        required=False,
    )
    elements = forms.MultipleChoiceField(
        label=_("Elements that go to the first new case"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = PlainText(label=_("Reason"), max_length=2000)


class LinkForm(forms.Form):
    other = TagField(label=_("Tag of the other case"))
    reason = PlainText(label=_("Reason"), max_length=2000)


class ReasonForm(forms.Form):
    reason = PlainText(label=_("Reason"), max_length=2000)


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Why work ends here"), choices=lambda: _choices(words.CLOSING, CASE_CLOSINGS)
    )
    reason = PlainText(label=_("Reason"), max_length=2000)


class ElementForm(forms.Form):
    bone = forms.ChoiceField(label=_("Element"), choices=_bones)
    side = forms.ChoiceField(
        label=pgettext_lazy("of a body", "Side"),
        choices=lambda: [("", "—"), *_choices(SIDES, SIDES)],
        required=False,
    )
    completeness = forms.ChoiceField(
        label=_("Completeness"), choices=lambda: _choices(COMPLETENESS, COMPLETENESS)
    )
    element = TagField(
        label=_("Label"), help_text=_("Leave this empty to get a new number."), required=False
    )
    note = PlainText(label=_("Note"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        known = BONES.get(data.get("bone", ""))
        if known and not data.get("side"):
            data["side"] = "unknown" if known.paired else "middle"
        if known and known.paired and data.get("side") == "middle":
            self.add_error("side", _("This element is left or right."))
        return data


class SampleForm(forms.Form):
    sample = TagField(
        label=_("Label of the sample"),
        help_text=_("Scan a printed label. Leave this empty to get a new number."),
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: _choices(words.SAMPLE, SAMPLE_KINDS))
    element = forms.ChoiceField(label=_("Taken from"), required=False)
    note = PlainText(label=_("Note"), required=False, max_length=500)

    def __init__(self, *args: Any, elements: Sequence[tuple[str, str]] = (), **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["element"].choices = [("", "—"), *elements]  # type: ignore[attr-defined]


class SendForm(forms.Form):
    samples = TagsField(
        label=_("Samples"), help_text=_("Scan each tube; a scanner ends each tag with Enter.")
    )
    to = PlainText(label=_("To which laboratory"), max_length=200)
    note = PlainText(label=_("Note"), required=False, max_length=500)


class MoveForm(forms.Form):
    to = TagField(label=_("Tag of the right case"))
    reason = PlainText(label=_("Reason"), max_length=2000)


class PhotographForm(forms.Form):
    file = forms.FileField(label=_("Photograph"))
    note = PlainText(label=_("What it shows"), required=False, max_length=500)


class EffectsForm(forms.Form):
    packet = TagField(
        label=_("Label of the packet"),
        help_text=_("Scan a printed label. Leave this empty to get a new number."),
        required=False,
    )
    seal = PlainText(label=_("Number of the seal"), max_length=100)
    items = PlainText(
        label=_("List of effects"),
        help_text=_("One a line: number, what it is, marks. For example: 1; watch; engraved 1987"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=8000,
    )

    def clean_items(self) -> list[tuple[int, str, str]]:
        found = []
        for number, line in enumerate(self.cleaned_data["items"].splitlines(), 1):
            if not line.strip():
                continue
            count, what, marks = _item(line)
            if not what or not 1 <= count <= 10_000:
                raise ValidationError(
                    _("Line %(line)s is not “number; what it is; marks”."), params={"line": number}
                )
            found.append((count, what, marks))
        if not found:
            raise ValidationError(_("A packet has a list; write at least one line."))
        return found


class ResealForm(EffectsForm):
    reason = PlainText(label=_("Why it was opened"), max_length=2000)

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        del self.fields["packet"]


def _item(line: str) -> tuple[int, str, str]:
    first, _mark, rest = line.partition(";")
    if not first.strip().isdecimal():
        first, rest = "1", line
    what, _mark, marks = rest.partition(";")
    return int(first), what.strip()[:500], marks.strip()[:500]


class PlaceForm(forms.Form):
    name = PlainText(label=pgettext_lazy("of a place", "Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: _choices(words.PLACE, PLACE_KINDS))
    within = forms.ChoiceField(label=_("Within"), required=False)
    place = TagField(
        label=_("Label"), help_text=_("Leave this empty to get a new number."), required=False
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["within"].choices = [("", "—"), *places]  # type: ignore[attr-defined]


class StoreForm(forms.Form):
    things = TagsField(
        label=_("What is put away"), help_text=_("Scan bags, cases, samples, packets: one a line.")
    )
    place = TagField(
        label=_("Place"), required=False, help_text=_("Scan its label. Empty: taken out.")
    )


class LabelsForm(forms.Form):
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=500, initial=21)
    stock = forms.ChoiceField(label=_("Sheet"), choices=[(name, name) for name in STOCKS])
    copies = forms.IntegerField(label=_("Copies of each"), min_value=1, max_value=8, initial=1)
    skip = forms.IntegerField(label=_("Places already used"), min_value=0, initial=0)


class ImportForm(forms.Form):
    file = forms.FileField(label=_("CSV file"))


def posted_fields(section: str, post: Any) -> dict[str, Any]:
    """Values of a section as its form sends them, in the form of the record."""
    return {
        field.key: _posted(field, post)
        for field in SECTIONS[section].asked("pm")
        if any(name == f"f.{field.key}" or name.startswith(f"f.{field.key}.") for name in post)
    }


def _posted(field: RecordField, post: Any) -> Any:
    name = f"f.{field.key}"
    if field.kind == "interval":
        return {end: post.get(f"{name}.{end}", "") for end in ("from", "to")}
    if field.kind == "teeth":
        teeth = [tooth for row in TEETH for tooth in row]
        return {t: post[f"{name}.{t}"] for t in teeth if post.get(f"{name}.{t}")}
    if field.kind == "choices":
        return post.getlist(name)
    return post.get(name, "")
