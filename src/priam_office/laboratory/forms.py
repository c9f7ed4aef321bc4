"""Forms of the laboratory."""

from __future__ import annotations

import functools
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from priam.genetics.frequencies import load_packaged, packaged_names
from priam.identification.settings import Settings
from priam_office.laboratory.actions import changed
from priam_office.laboratory.work import DEFAULT_TABLE

__all__ = ["ReasonForm", "SearchForm", "UploadForm"]


@functools.cache
def tables() -> list[tuple[str, str]]:
    """Packaged frequency tables that a search can use, the default first.

    One that does not say how many it counted cannot give unseen alleles a frequency.
    """
    loaded = {name: load_packaged(name) for name in packaged_names()}
    names = [name for name, table in loaded.items() if all(table[m].chromosomes for m in table)]
    names.sort(key=lambda name: (name != DEFAULT_TABLE, name))
    return [(name, name) for name in names]


class UploadForm(forms.Form):
    """A file of profiles, and of whom they are."""

    file = forms.FileField(label=_("File of the run"))
    kind = forms.ChoiceField(
        label=_("Whose profiles"),
        choices=[
            ("samples", _("Samples of remains and of relatives")),
            ("staff", _("People who handle samples")),
        ],
        widget=forms.RadioSelect,
        initial="samples",
    )


class ReasonForm(forms.Form):
    """Why something is done, in words."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class SearchForm(forms.Form):
    """What a search assumes; everything else is as ``priam identify`` has it."""

    frequencies = forms.ChoiceField(label=_("Allele frequencies"), choices=tables)
    missing = forms.IntegerField(
        label=_("Persons missing in all"),
        min_value=0,
        max_value=10_000_000,
        initial=0,
        help_text=_("0 counts the missing persons who are registered here."),
    )
    other_side = forms.DecimalField(
        label=_("Share that belongs to the other side, in per cent"),
        min_value=0,
        max_value=99,
        decimal_places=2,
        initial=2,
    )
    identified = forms.DecimalField(
        label=_("Posterior needed to propose an identification, in per cent"),
        min_value=90,
        max_value=100,
        decimal_places=4,
        initial="99.95",
    )
    combine = forms.BooleanField(
        label=_("Let sex, age, stature and teeth into the posterior"),
        required=False,
        help_text=_("Otherwise they are shown beside it."),
    )

    def settings(self) -> Settings:
        """The settings that were asked for."""
        asked: dict[str, Any] = self.cleaned_data
        return changed(
            Settings(),
            likelihood__frequencies=asked["frequencies"],
            population__missing=asked["missing"],
            population__other_side=float(asked["other_side"]) / 100,
            population__identified=float(asked["identified"]) / 100,
            evidence__combine=asked["combine"],
        )
