"""Forms of negotiations: each is signed with the passphrase of the person's own key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from priam.events.values import Obligation

__all__ = [
    "ActForm",
    "AgreementForm",
    "AmendForm",
    "AnswerForm",
    "ChosenForm",
    "OfferForm",
    "ReadingForm",
    "WordsForm",
]

_DUTIES = 4  # obligations of one reading that the form has room for
Choices = Iterable[tuple[str, str]]


def _long(label: Any, help_text: Any = "", **options: Any) -> forms.CharField:
    rows = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, help_text=help_text, max_length=2000, widget=rows, **options
    )


class ActForm(forms.Form):
    """An act that needs no further words: the passphrase of whoever does it comes last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passphrase"] = forms.CharField(
            label=_("Passphrase of your signing key"),
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
            strip=False,
            max_length=500,
        )


class AnswerForm(ActForm):
    """What the receiver does with an offer."""

    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[("accept", _("Accept")), ("postpone", _("Postpone")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = _long(
        _("Reason"),
        _("It travels to the other side as it is typed. No names. To accept needs no reason."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Only to accept needs no reason."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("answer") in ("postpone", "refuse") and not found.get("reason"):
            self.add_error("reason", _("To postpone or to refuse needs a reason."))
        return found


class WordsForm(ActForm):
    """This party's own words: about an offer, or why it is taken back."""

    words = _long(_("In your own words"), _("They travel as they are typed. No names."))


class ChosenForm(ActForm):
    """One of several: a reading to hold, an amendment to sign."""

    chosen = forms.ChoiceField(label="", widget=forms.RadioSelect)

    def __init__(self, *args: Any, label: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].label = label
        self.fields["chosen"].choices = [(name, name) for name in names]


class OfferForm(ActForm):
    """A number of bags at a place and on a day."""

    agreement = forms.ChoiceField(label=_("Agreement"))
    receiver = forms.ChoiceField(label=_("To whom"))
    number = forms.IntegerField(label=_("Bags"), min_value=1, max_value=1_000_000)
    place = forms.CharField(label=_("Place"), max_length=200)
    date = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, *args: Any, agreements: Sequence[str], parties: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].choices = [(name, name) for name in agreements]
        self.fields["receiver"].choices = list(parties)


class AgreementForm(ActForm):
    """An agreement that this party proposes."""

    name = forms.CharField(
        label=_("Name of the agreement"),
        help_text=_("Short, and as both sides will call it: istanbul-2025-06-02"),
        max_length=100,
    )
    parties = forms.MultipleChoiceField(label=_("With whom"), widget=forms.CheckboxSelectMultiple)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    date = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )

    def __init__(self, *args: Any, parties: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parties"].choices = list(parties)


class _DutiesForm(ActForm):
    """Obligations: who owes whom how many bags; a number left empty stays open."""

    def __init__(self, *args: Any, parties: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        passphrase, known = self.fields.pop("passphrase"), [("", "–"), *parties]
        for row in range(_DUTIES):
            first = row == 0
            self.fields[f"giver{row}"] = forms.ChoiceField(
                label=_("%(n)s. Who hands over") % {"n": row + 1}, choices=known, required=first
            )
            self.fields[f"receiver{row}"] = forms.ChoiceField(
                label=_("To whom"), choices=known, required=first
            )
            self.fields[f"count{row}"] = forms.IntegerField(
                label=_("Bags; empty where the number is open"),
                min_value=0,
                max_value=10_000_000,
                required=False,
            )
        self.fields["passphrase"] = passphrase

    def clean(self) -> dict[str, Any]:
        """The obligations, as ``duties``; a row is whole or empty."""
        found: dict[str, Any] = super().clean() or {}
        duties = []
        for row in range(_DUTIES):
            giver, receiver = found.get(f"giver{row}"), found.get(f"receiver{row}")
            count = found.get(f"count{row}")
            if giver and receiver:
                duties.append(Obligation(giver, receiver, count, "handover unit"))
            elif giver or receiver or count is not None:
                name = f"receiver{row}" if giver else f"giver{row}"
                if name not in self.errors:
                    self.add_error(name, _("Say who hands over, and to whom."))
        found["duties"] = duties
        return found


class ReadingForm(_DutiesForm):
    """How this party reads an agreement."""

    reading = forms.CharField(
        label=_("Name of the reading"),
        help_text=_("A few words that tell it from the other readings: all for all"),
        max_length=100,
    )


class AmendForm(_DutiesForm):
    """Other obligations for one reading."""

    amendment = forms.CharField(label=_("Name of the amendment"), max_length=100)
    reading = forms.ChoiceField(label=_("Which reading it changes"))
    text = _long(_("The amendment in words"), required=False)

    def __init__(self, *args: Any, readings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reading"].choices = [(name, name) for name in readings]
