"""What the record says of a case and of a missing person, as plain facts that can contradict."""

from __future__ import annotations

from typing import Any

from priam.identification.contradictions import Facts
from priam_office.board.models import Standing
from priam_office.cases.models import Bag, Case
from priam_office.families.models import MissingPerson
from priam_office.laboratory import examined, inputs
from priam_office.laboratory.models import Candidate

__all__ = ["facts_of"]


def facts_of(case: str, missing: str) -> Facts:
    """Facts of one pair; what is not known is left empty."""
    person = MissingPerson.objects.filter(pk=missing).first()
    told: dict[str, Any] = person.facts if person else {}
    body = examined.post_mortem([case]).get(case, {}).get("400", {})
    standing = Standing.objects.filter(pk=case).first()
    profile = inputs.subjects_of_cases([case]).get(case)
    search = standing.search if standing else ""
    candidate = Candidate.objects.filter(pk=f"{search}/{case}/{missing}").first()
    excluded = missing in (standing.content.get("excluded", ()) if standing else ())
    return Facts(
        dna_sex=profile.profile.sex if profile else "",
        examined_sex=body.get("sex", ""),
        missing_sex=told.get("sex", ""),
        last_seen=(told.get("last_seen") or {}).get("since", "") or "",
        received=_received(case),
        born=examined.years_of(told),
        age=_age(body.get("age", {})),
        log10_lr=candidate.log10_lr / 1000 if candidate else None,
        mismatches=candidate.mismatches if candidate else 0,
        excluded=excluded,
    )


def _received(case: str) -> str:
    """The day on which the bag of the case came into this custody."""
    bag = Case.objects.filter(pk=case).values_list("bag", flat=True).first()
    since = Bag.objects.filter(pk=bag).values_list("since", flat=True).first()
    return (since or "")[:10]


def _age(interval: dict[str, int]) -> tuple[float, float] | None:
    low, high = interval.get("from", interval.get("to")), interval.get("to", interval.get("from"))
    return None if low is None or high is None else (float(low), float(high))
