"""Forms of the board."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["ProposeForm", "RaiseForm", "ReasonForm", "SignForm", "WordsForm"]


def _long(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ProposeForm(forms.Form):
    """An answer for one individual, over all its cases."""

    cases = forms.MultipleChoiceField(
        label=_("Cases of this individual"), widget=forms.CheckboxSelectMultiple
    )
    conclusion = forms.ChoiceField(
        label=_("Conclusion"),
        choices=[
            ("identified", _("Identified as the person below")),
            ("other side", _("Of the other side")),
            ("not identified", _("Not identified")),
        ],
        widget=forms.RadioSelect,
    )
    missing = forms.ChoiceField(label=_("Missing person"), required=False)
    extends = forms.BooleanField(
        label=_("A further part of somebody who is decided already"), required=False
    )
    words = _long(_("Reasons"), _("What the decision rests on, in words that a court can read."))

    def __init__(self, *args: Any, cases: Any, people: Any, extendable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cases"].choices = [(case, case) for case in cases]
        self.fields["missing"].choices = [("", "–"), *people]
        self.extendable = dict(extendable)  # missing person -> decision in force
        if not self.extendable:
            del self.fields["extends"]

    def clean(self) -> dict[str, Any]:
        """An identification names a person, and nothing else does."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("conclusion") == "identified" and not found.get("missing"):
            self.add_error("missing", _("An identification names a missing person."))
        if found.get("conclusion") != "identified":
            found["missing"] = ""
        return found


class SignForm(forms.Form):
    """The capacity and the passphrase of the signer's own key."""

    capacity = forms.ChoiceField(label=_("Capacity"), widget=forms.RadioSelect)
    passphrase = forms.CharField(
        label=_("Passphrase of your signing key"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        strip=False,
        max_length=500,
    )

    def __init__(self, *args: Any, capacities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"science": _("Science"), "law": _("Law")}
        self.fields["capacity"].choices = [(name, words[name]) for name in capacities]
        if len(capacities) == 1:
            self.fields["capacity"].initial = capacities[0]


class ReasonForm(forms.Form):
    """Why a decision is taken back or looked at anew."""

    reason = _long(_("Reason"))


class RaiseForm(forms.Form):
    """What does not fit."""

    words = _long(_("What does not fit"), _("No names: the case and the person are known by ids."))


class WordsForm(forms.Form):
    """Why a conflict stands no longer."""

    words = _long(_("What was found, and what holds"))
