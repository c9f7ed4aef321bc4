"""Pages of the board."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from priam.errors import UserError
from priam_office.board import actions, queries
from priam_office.board.forms import ProposeForm, RaiseForm, ReasonForm, SignForm, WordsForm
from priam_office.board.models import Conflict, Decision, Standing
from priam_office.people.permissions import permits, requires
from priam_office.people.reading import note_read
from priam_office.people.refusals import sentence
from priam_office.people.signin import recently_signed_in
from priam_office.people.signing import with_signing_key

__all__ = [
    "board",
    "case",
    "conflict",
    "decision",
    "propose",
    "raise_conflict",
    "reopen",
    "sign",
    "withdraw",
]

_WAITS = ("decision", "signature", "conflict")


@require_safe
@requires("board.view")
def board(request: HttpRequest) -> HttpResponse:
    """What waits for the board."""
    what = request.GET.get("what", "decision")
    what = what if what in _WAITS else "decision"
    conclusions = queries.proposed(what)
    conclusion = request.GET.get("conclusion", "")
    conclusion = conclusion if conclusion in conclusions else ""
    part = queries.waiting(request.user, what, request.GET.get("after", ""), conclusion)
    note_read(request.user, "identity", "waiting", "board", len(part.rows))
    context = {
        "what": what,
        "part": part,
        "filters": {"what": what, "conclusion": conclusion},
        "conclusions": conclusions,
        "waits": queries.waits(),
        "to_sign": queries.to_sign(request.user),
        "sees_names": permits(request.user, "board.see_names"),
    }
    return render(request, "board/board.html", context)


@require_safe
@requires("board.view")
def case(request: HttpRequest, tag: str) -> HttpResponse:
    """All evidence of one case."""
    page = queries.case_page(request.user, tag, request.GET.get("person", ""))
    of = "genetic" if page.sees["genotypes"] else "identity"
    note_read(request.user, of, f"case/{tag}", "board-case")
    return render(request, "board/case.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires("board.decide")
def propose(request: HttpRequest, tag: str) -> HttpResponse:
    """Put an answer for one individual to the board."""
    page = queries.case_page(request.user, tag, request.GET.get("person", ""))
    choices = queries.proposable(request.user, page)
    initial = {
        "cases": choices["cases"],
        "missing": page.missing,
        "conclusion": "identified" if page.missing else None,
    }
    form = ProposeForm(request.POST or None, initial=initial, **choices)
    if request.method == "POST" and form.is_valid():
        try:
            made = _propose(request.user, page, form)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            return redirect("board-decision", made)
    note_read(request.user, "identity", f"case/{tag}", "board-propose")
    return _page(request, "board/propose.html", {"page": page, "form": form}, form)


def _propose(user: Any, page: queries.CasePage, form: ProposeForm) -> str:
    told = form.cleaned_data
    missing = told["missing"] or None
    extends = form.extendable.get(missing) if told.get("extends") and missing else None
    return actions.propose(
        told["cases"],
        told["conclusion"],
        told["words"],
        by=user,
        missing=missing,
        search=page.standing.search if page.standing else None,
        extends=extends,
    )


@require_safe
@requires("board.view")
def decision(request: HttpRequest, decision: Any) -> HttpResponse:
    """A decision: who signed, what stands against it."""
    page = queries.decision_page(request.user, str(decision))
    note_read(request.user, "identity", f"decision/{decision}", "board-decision")
    return render(request, "board/decision.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires("board.decide")
@recently_signed_in
@with_signing_key
def sign(request: HttpRequest, decision: Any) -> HttpResponse:
    """Sign a decision with one's own key."""
    page = queries.decision_page(request.user, str(decision))
    if not page.capacities or page.signed_myself:
        messages.error(request, _("There is nothing here for you to sign."))
        return redirect("board-decision", page.decision.decision)
    form = SignForm(request.POST or None, capacities=page.capacities)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.sign(page.decision, told["capacity"], told["passphrase"], by=request.user)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("You have signed this decision."))
            return redirect("board-decision", page.decision.decision)
    note_read(request.user, "identity", f"decision/{decision}", "board-sign")
    return _page(request, "board/sign.html", {"page": page, "form": form}, form)


@require_http_methods(["GET", "POST"])
@requires("board.decide")
def withdraw(request: HttpRequest, decision: Any) -> HttpResponse:
    """Take back a decision that two people have not signed."""
    row = get_object_or_404(Decision, pk=str(decision))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(row, form.cleaned_data["reason"], by=request.user)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("The decision is withdrawn."))
            return redirect("board-case", row.cases.split()[0])
    return _page(request, "board/withdraw.html", {"decision": row, "form": form}, form)


@require_http_methods(["GET", "POST"])
@requires("board.decide")
def reopen(request: HttpRequest, decision: Any) -> HttpResponse:
    """Let a signed decision hold no longer, after its consequences were shown."""
    page = queries.decision_page(request.user, str(decision))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reopen(
                page.decision,
                form.cleaned_data["reason"],
                request.POST.getlist("listed"),
                by=request.user,
            )
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.warning(request, _("The decision is reopened. Look at what it touches."))
            return redirect("board-decision", page.decision.decision)
    note_read(request.user, "identity", f"decision/{decision}", "board-reopen")
    return _page(request, "board/reopen.html", {"page": page, "form": form}, form)


# -- conflicts ----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("board.raise_conflict")
def raise_conflict(request: HttpRequest, tag: str) -> HttpResponse:
    """Say that something about a case does not fit."""
    standing = Standing.objects.filter(pk=tag).first()
    form = RaiseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        missing = standing.missing if standing else ""
        try:
            actions.raise_conflict(
                [tag], form.cleaned_data["words"], by=request.user, missing=missing or None
            )
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.warning(request, _("The conflict is raised; nothing is released until then."))
            return redirect("board-case", tag)
    return _page(request, "board/raise.html", {"tag": tag, "form": form}, form)


@require_http_methods(["GET", "POST"])
@requires("board.view", sends="board.decide")
def conflict(request: HttpRequest, conflict: Any) -> HttpResponse:
    """A conflict, and how it is settled."""
    row = get_object_or_404(Conflict, pk=str(conflict))
    form = WordsForm(request.POST if request.method == "POST" and not row.settled_at else None)
    if form.is_valid():
        try:
            actions.settle(row.conflict, form.cleaned_data["words"], by=request.user)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("The conflict is settled."))
            return redirect("board-case", row.cases.split()[0])
    note_read(request.user, "identity", f"conflict/{conflict}", "board-conflict")
    names = queries.accounts({row.raised_by, row.settled_by})
    context = {
        "conflict": row,
        "form": form,
        "by": names.get(row.raised_by, ""),
        "settled_by": names.get(row.settled_by, ""),
    }
    return _page(request, "board/conflict.html", context, form)


def _page(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    """A page with a form; what is refused is answered with 422."""
    return render(request, template, context, status=422 if form.is_bound else 200)
