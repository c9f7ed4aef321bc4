"""Pages of reviews: the list, the pair that waits, its answer, the export."""

from __future__ import annotations

import json
from typing import Any

import uuid_utils
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from priam.errors import UserError
from priam.events import ANSWERS
from priam_office.people.permissions import requires
from priam_office.people.reading import note_read
from priam_office.people.refusals import sentence
from priam_office.reviews import actions, queries, words
from priam_office.reviews.facing import facing, reasons
from priam_office.reviews.models import Pair, Review

__all__ = ["answer", "back", "export", "review", "reviews"]

_LARGEST = 64_000_000  # bytes of a pairs.json
_PERMISSION = "reviews.decide"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(_PERMISSION)
def reviews(request: HttpRequest) -> HttpResponse:
    """All reviews; a new one is opened from a ``pairs.json``."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            return redirect("review", _opened(request))
        except UserError as error:
            problem, status = sentence(error), 422
    rows = queries.reviews()
    if rows:
        note_read(request.user, "identity", "reviews", "reviews", rows=len(rows))
    return render(
        request, "reviews/reviews.html", {"rows": rows, "problem": problem}, status=status
    )


def _opened(request: HttpRequest) -> str:
    file = request.FILES.get("pairs")
    if file is None:
        raise UserError(_("Choose the file pairs.json of a match first."))
    if file.size > _LARGEST:
        raise UserError(_("This file is larger than 64 MB; raise --floor and match again."))
    title = request.POST.get("title", "")
    return actions.open_review(file.read(), title, by=request.user.actor, file=file.name)


@require_GET
@requires(_PERMISSION)
def review(request: HttpRequest, review: str) -> HttpResponse:
    """The pair that waits (or the one that is asked for), side by side, with its weights."""
    row = get_object_or_404(Review, pk=review)
    pair = _asked(request, review)
    if pair is not None:
        note_read(request.user, "identity", f"review/{pair.key}", "review", rows=2)
    context: dict[str, Any] = {
        "review": row,
        "progress": queries.progress(review),
        "pair": pair,
        "last": queries.last_by(review, request.user.actor),
    }
    if pair is not None:
        context |= _shown(row, pair)
    return render(request, "reviews/review.html", context)


def _asked(request: HttpRequest, review: str) -> Pair | None:
    number, after = (_number(request.GET.get(name)) for name in ("pair", "after"))
    if number:
        return get_object_or_404(Pair, review_id=review, number=number)
    return queries.next_open(review, after)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


def _shown(row: Review, pair: Pair) -> dict[str, Any]:
    """What the page says of a pair."""
    return {
        "cells": facing(pair),
        "reasons": reasons(pair),
        "probability": pair.shown["per_million"] / 1_000_000,
        "said": words.answer(pair.answer) if pair.answer else "",
        "event_id": str(uuid_utils.uuid7()),
        "list_a": row.lists[0]["name"],
        "list_b": row.lists[1]["name"],
    }


@require_POST
@requires(_PERMISSION)
def answer(request: HttpRequest, review: str, number: int) -> HttpResponse:
    """Record an answer and go to the next pair; a rule that forbids it is said there."""
    get_object_or_404(Pair, review_id=review, number=number)
    given = request.POST.get("answer", "")
    if given not in ANSWERS:
        messages.error(request, _("Choose one of the three answers."))
        return _to(review, "pair", number)
    try:
        actions.decide(
            review,
            number,
            given,
            by=request.user.actor,
            note=request.POST.get("note", ""),
            event_id=request.POST.get("event_id") or None,
        )
    except UserError as error:
        messages.error(request, sentence(error))
        return _to(review, "pair", number)
    said = {"number": number, "answer": words.answer(given)}
    messages.success(request, _("Pair %(number)s: %(answer)s.") % said)
    return _to(review, "after", number)


@require_POST
@requires(_PERMISSION)
def back(request: HttpRequest, review: str) -> HttpResponse:
    """Take back an answer: of the pair that is named, else the last one of this person."""
    get_object_or_404(Review, pk=review)
    number = _number(request.POST.get("pair"))
    if not number:
        last = queries.last_by(review, request.user.actor)
        if last is None:
            messages.error(request, _("You have no answer here that could be taken back."))
            return redirect("review", review)
        number = last.number
    try:
        actions.take_back(review, number, by=request.user.actor)
        messages.success(request, _("The answer to pair %s is taken back.") % number)
    except UserError as error:
        messages.error(request, sentence(error))
    return _to(review, "pair", number)


def _to(review: str, name: str, number: int) -> HttpResponse:
    response = redirect("review", review)
    response["Location"] += f"?{name}={number}"
    return response


@require_GET
@requires(_PERMISSION)
def export(request: HttpRequest, review: str) -> HttpResponse | StreamingHttpResponse:
    """The answers that stand, for ``priam names match --decisions``."""
    row = get_object_or_404(Review, pk=review)
    note_read(
        request.user, "identity", f"review/{review}", "review-export", queries.progress(review).done
    )
    lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in queries.decisions(row))
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="decisions-{review}.jsonl"'
    return response
