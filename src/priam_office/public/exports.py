"""The same figures for programs: JSON, CSV, proofs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from priam.formats.delimited import safe_cell
from priam_office.handovers import witnesses
from priam_office.public import queries
from priam_office.record import queries as record

__all__ = ["account_json", "checkpoint", "claims_csv", "discrepancies_csv", "figures_csv"]
__all__ += ["health", "proof", "safe_cell"]


def _csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(head)
    for row in rows:
        writer.writerow(["" if cell is None else safe_cell(cell) for cell in row])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


@require_safe
def account_json(request: HttpRequest) -> HttpResponse:
    """The account, in the shape of ``priam account --format json``.

    Where manifests are recorded they stand in ``manifests``, beside the claims under them.
    A party's installation adds ``witnesses``: what each last stated of this log, silent or not.
    """
    view = queries.view()
    account = view.account.to_json()
    if view.signed:
        account["manifests"] = [one.to_json() for one in view.signed]
        account["offers"] = [one.to_json() for one in view.offers]
    seen = witnesses.statuses()
    if seen:
        account["witnesses"] = [one.to_json() for one in seen]
    return JsonResponse(account, json_dumps_params={"ensure_ascii": False})


@require_safe
def claims_csv(request: HttpRequest) -> HttpResponse:
    """All claims with their sources."""
    head = ["claim", "claimed_on", "claimant", "party", "measure", "qualifier", "value", "unit"]
    head += ["subject", "publisher", "url", "note", "status", "event"]
    rows = (
        [
            claim.claim,
            claim.claimed_on,
            claim.claimant,
            claim.party,
            claim.measure,
            claim.qualifier,
            claim.value if claim.count is None else claim.count,
            claim.unit,
            claim.subject,
            claim.source.publisher,
            claim.source.url,
            claim.note,
            claim.status,
            claim.event_id,
        ]
        for claim in queries.claims()
    )
    return _csv("claims", head, rows)


@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """Every value of every figure."""
    head = ["measure", "subject", "claim", "party", "claimant", "qualifier", "value", "status"]
    rows = (
        [
            figure.measure,
            _json(figure.subject.to_json()),
            claim.id,
            claim.party,
            claim.claimant,
            claim.qualifier,
            claim.value,
            status,
        ]
        for figure in queries.view().account.figures
        for claim, status in zip(figure.claims, figure.statuses, strict=True)
    )
    return _csv("figures", head, rows)


@require_safe
def discrepancies_csv(request: HttpRequest) -> HttpResponse:
    """Every discrepancy with the claims it names."""
    head = ["kind", "measure", "subject", "claims", "values", "expected", "difference", "text"]
    rows = (
        [
            found.kind,
            found.measure,
            _json(found.subject),
            " ".join(found.claims),
            " ".join(map(str, found.values)),
            found.expected,
            found.difference,
            found.text,
        ]
        for found in queries.view().account.discrepancies
    )
    return _csv("discrepancies", head, rows)


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint, as its bytes are."""
    last = record.latest()
    if last is None:
        raise Http404
    return HttpResponse(last.note, content_type="text/plain; charset=utf-8")


@require_safe
def proof(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """The proof of an event as a C2SP tlog-proof."""
    row = record.event(str(event_id))
    found = record.proof(row) if row else None
    if found is None:
        raise Http404
    return HttpResponse(found.text, content_type="text/plain; charset=utf-8")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the office can work: the database answers, events and leaves are equally many.

    Says ``ok``, or in one word what does not work, with status 503.
    """
    try:
        words = "ok" if record.size_of_events() == record.head()[0] else "log"
    except DatabaseError:
        words = "database"
    code = 200 if words == "ok" else 503
    return HttpResponse(f"{words}\n", content_type="text/plain", status=code)
