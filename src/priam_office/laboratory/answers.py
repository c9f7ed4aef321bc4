"""What the laboratory answers to other apps, without the mathematics that its pages load."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from priam_office.cases.analyses import Analysis
from priam_office.cases.models import Sample
from priam_office.families.models import ReferenceSample
from priam_office.laboratory.models import Profile

__all__ = ["analyses_of", "find"]


def find(tag: str) -> str | None:
    """Address of what the laboratory knows of a sample or case."""
    known = Sample.objects.filter(Q(sample=tag) | Q(case=tag)).exists()
    if known or ReferenceSample.objects.filter(sample=tag).exists():
        return reverse("laboratory-subject", args=[tag])
    return None


def analyses_of(sample: str) -> list[Analysis]:
    """Every profile of a sample of remains, the first one first, without what it shows."""
    rows = Profile.objects.filter(sample=sample, kind="remains").order_by("place")
    return [
        Analysis(at, kit, standing == "set aside")
        for at, kit, standing in rows.values_list("at", "kit", "standing")
    ]
