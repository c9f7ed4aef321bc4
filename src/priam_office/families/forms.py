"""What is typed into the pages of the family office, read into values of :mod:`priam.events`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from priam import events as ev
from priam.errors import InputError
from priam.labels.tags import TagError, parse
from priam.names.dates import PartialDate, parse_date
from priam_office.families.words import choices

__all__ = [
    "CloseForm",
    "ConsentForm",
    "ContactForm",
    "ImportForm",
    "MissingForm",
    "RelativeForm",
    "ReporterForm",
    "SampleForm",
    "StandingForm",
    "WishForm",
    "parse_span",
    "written_numbers",
]

_BETWEEN = re.compile(r"\s*(?:–|—|\.\.|\s-\s|\s(?:to|до|по)\s)\s*")
_LONG = forms.Textarea(attrs={"rows": 3})


class _Form(forms.Form):
    """A form as the pages show it: labels without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


class _Words(_Form):
    """Fields that offer choices in the language of the page, not of the process."""

    kinds: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind in self.kinds.items():
            field: Any = self.fields[name]
            field.choices = choices(kind, "" if field.required else "—")


def parse_span(text: str) -> ev.Span:
    """A date or two, as exact as written: ``5.3.1987``, ``1987``, ``1985–1987``."""
    ends = [part for part in _BETWEEN.split(text.strip()) if part]
    if not ends:
        return ev.Span()
    if len(ends) > 2:
        raise ValidationError(_("Write one date, or two with a dash between them."))
    since, through = (_iso(part) for part in (ends[0], ends[-1]))
    return ev.Span(since, through)


def _iso(text: str) -> str:
    try:
        date: PartialDate = parse_date(text)
    except InputError:
        raise ValidationError(
            _("“%(text)s” is not a date; write 5.3.1987, 1987-03-05, 03.1987 or 1987.")
            % {"text": text[:40]}
        ) from None
    if not date.year:
        return ""
    month = f"-{date.month:02d}" if date.month else ""
    return f"{date.year:04d}{month}" + (f"-{date.day:02d}" if date.month and date.day else "")


def _span_text(span: dict[str, str]) -> str:
    since, through = span.get("since", ""), span.get("through", "")
    return since if since == through else f"{since} – {through}"


class MissingForm(_Words):
    """A missing person; ``facts`` after it is valid."""

    kinds = {"sex": "sex", "language": "language"}

    surname = forms.CharField(label=lazy("Surname"), max_length=300, required=False)
    given = forms.CharField(label=lazy("Given name"), max_length=300, required=False)
    patronymic = forms.CharField(label=lazy("Patronymic"), max_length=300, required=False)
    language = forms.ChoiceField(label=lazy("Written in"), initial="uk")
    others = forms.CharField(
        label=lazy("Other spellings and call signs"),
        help_text=lazy("One a line: surname given name patronymic."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=4000,
    )
    sex = forms.ChoiceField(label=lazy("Sex"), initial="unknown")
    born = forms.CharField(
        label=lazy("Born"),
        help_text=lazy("As exact as known: 5.3.1987, 03.1987, 1987 or 1985 – 1987."),
        required=False,
        max_length=60,
    )
    last_seen = forms.CharField(
        label=lazy("Last seen"),
        help_text=lazy("A date, or two with a dash between them."),
        required=False,
        max_length=60,
    )
    place = forms.CharField(label=lazy("Last seen at"), max_length=300, required=False)
    region = forms.CharField(label=lazy("Region"), max_length=300, required=False)
    unit = forms.CharField(label=lazy("Military unit"), max_length=300, required=False)
    numbers = forms.CharField(
        label=lazy("Numbers"),
        help_text=lazy("One a line, with who issued it: Ministry: 0347-22."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=4000,
    )
    note = forms.CharField(label=lazy("Note"), widget=_LONG, required=False, max_length=8000)
    source = forms.CharField(
        label=lazy("Who told"), max_length=300, required=False, initial=lazy("the family")
    )

    def clean_born(self) -> ev.Span:
        return parse_span(self.cleaned_data["born"])

    def clean_last_seen(self) -> ev.Span:
        return parse_span(self.cleaned_data["last_seen"])

    def clean_numbers(self) -> tuple[ev.Number, ...]:
        return written_numbers(self.cleaned_data["numbers"])

    def facts(self) -> ev.MissingFacts:
        """What was typed; checked by the rules when it is recorded."""
        data = self.cleaned_data
        first = ev.PersonName(data["surname"], data["given"], data["patronymic"], data["language"])
        others = (_name_of(line) for line in data["others"].splitlines() if line.strip())
        keys = ("sex", "born", "last_seen", "place", "region", "unit", "numbers", "note")
        return ev.MissingFacts((first, *others), **{key: data[key] for key in keys})

    @classmethod
    def of(cls, facts: dict[str, Any]) -> MissingForm:
        """The form filled with what is known."""
        first, *others = facts["names"]
        texts = {key: facts.get(key, "") for key in ("sex", "place", "region", "unit", "note")}
        return cls(
            initial={
                **texts,
                **first,
                "others": "\n".join(_line_of(name) for name in others),
                "born": _span_text(facts.get("born", {})),
                "last_seen": _span_text(facts.get("last_seen", {})),
                "numbers": "\n".join(
                    f"{number['issuer']}: {number['number']}" for number in facts["numbers"]
                ),
            }
        )


def written_numbers(text: str) -> tuple[ev.Number, ...]:
    """Numbers with issuers, one a line."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        issuer, colon, number = line.partition(":")
        if not (colon and issuer.strip() and number.strip()):
            raise ValidationError(
                _("“%(line)s” says no issuer; write it as Ministry: 0347-22.") % {"line": line[:60]}
            )
        found.append(ev.Number(issuer.strip(), number.strip()))
    return tuple(found)


def _name_of(line: str) -> ev.PersonName:
    from priam.names.letters import guess_language

    words = [*line.split(), "", "", ""]
    language = guess_language(line)
    code = "en" if language == "latin" else language or "uk"
    return ev.PersonName(words[0], words[1], " ".join(filter(None, words[2:])), code)


def _line_of(name: dict[str, str]) -> str:
    return " ".join(filter(None, (name["surname"], name["given"], name["patronymic"])))


class CloseForm(_Words):
    """Why nobody need be looked for."""

    kinds = {"why": "closing"}
    why = forms.ChoiceField(label=lazy("Why"))
    other = forms.CharField(
        label=lazy("The other record"),
        help_text=lazy(
            "If it was registered twice: the address or the id of the record that stays."
        ),
        required=False,
        max_length=300,
    )
    words = forms.CharField(label=lazy("In words"), widget=_LONG, required=False, max_length=8000)

    def clean_other(self) -> str:
        return str(self.cleaned_data["other"].strip().rstrip("/").rpartition("/")[2])


class ImportForm(_Form):
    """A list of missing persons."""

    file = forms.FileField(label=lazy("List (CSV)"))
    issuer = forms.CharField(
        label=lazy("Who made the list"),
        help_text=lazy("Numbers in the list are kept with this issuer."),
        max_length=300,
    )


class RelativeForm(_Words):
    """A relative of a missing person."""

    kinds = {"relation": "relation", "language": "language"}
    surname = forms.CharField(label=lazy("Surname"), max_length=300, required=False)
    given = forms.CharField(label=lazy("Given name"), max_length=300, required=False)
    patronymic = forms.CharField(label=lazy("Patronymic"), max_length=300, required=False)
    relation = forms.ChoiceField(label=lazy("Relation"))
    of = forms.ChoiceField(label=lazy("To the missing person"))
    contact = forms.CharField(
        label=lazy("How to reach them"),
        help_text=lazy("Telephone, address, when to call."),
        max_length=300,
        required=False,
    )
    language = forms.ChoiceField(label=lazy("Speaks"), required=False)

    def __init__(self, *args: Any, missing: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["of"]
        field.choices = list(missing)

    def name(self) -> ev.PersonName:
        """The name as typed."""
        data = self.cleaned_data
        language = data["language"] or "uk"
        return ev.PersonName(data["surname"], data["given"], data["patronymic"], language)


class ReporterForm(_Words):
    """Somebody who tells and is no relative."""

    kinds = {"kind": "reporter"}
    name = forms.CharField(label=lazy("Name"), max_length=300)
    kind = forms.ChoiceField(label=lazy("Who it is"))
    contact = forms.CharField(label=lazy("How to reach them"), max_length=300, required=False)


class WishForm(_Words):
    """What the family wants to be told."""

    kinds = {"notify": "notify", "language": "language"}
    notify = forms.ChoiceField(label=lazy("The family wants to be"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=lazy("In which language"))
    words = forms.CharField(
        label=lazy("In their own words"), widget=_LONG, required=False, max_length=8000
    )
    person = forms.ChoiceField(label=lazy("Who said it"), required=False)

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = [("", "—"), *people]


class StandingForm(_Form):
    """Authorise or bar, with the reason."""

    standing = forms.ChoiceField(choices=[("authorised", ""), ("barred", "")])
    reason = forms.CharField(label=lazy("Reason"), max_length=8000)


class ContactForm(_Words):
    """A line of the contact diary."""

    kinds = {"how": "how", "about": "about"}
    how = forms.ChoiceField(label=lazy("How"))
    about = forms.ChoiceField(label=lazy("About"))
    note = forms.CharField(label=lazy("What was said"), widget=_LONG, required=False)


class ConsentForm(_Words):
    """Purposes that a person agrees to."""

    kinds = {"purposes": "purpose"}
    purposes = forms.MultipleChoiceField(
        label=lazy("Agrees to"), widget=forms.CheckboxSelectMultiple
    )
    form = forms.CharField(
        label=lazy("How it was given"),
        help_text=lazy("Signed paper and its number; or spoken, before whom."),
        max_length=300,
    )


class SampleForm(_Form):
    """A reference sample under its label."""

    sample = forms.CharField(
        label=lazy("Label"),
        help_text=lazy("Scan the label on the tube."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.CharField(label=lazy("Kind"), max_length=300, initial=lazy("buccal swab"))

    def clean_sample(self) -> str:
        try:
            return parse(self.cleaned_data["sample"])
        except TagError:
            raise ValidationError(_("This is no valid label; scan it again.")) from None
