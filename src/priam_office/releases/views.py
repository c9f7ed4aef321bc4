"""Pages of releases. Names are shown to those who work with families, and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from priam.errors import UserError
from priam.events.individuals import WAYS
from priam.labels.tags import parse
from priam_office.people.permissions import permits, requires
from priam_office.people.reading import note_read
from priam_office.record.state import known
from priam_office.releases import actions, papers, queries, words

__all__ = ["family_code", "grave_list", "release", "release_list", "release_plan"]

#: Papers without a name on them: those that the mortuary may make and read.
NAMELESS = ("grave record",)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def _sees_names(request: HttpRequest) -> bool:
    return permits(request.user, "families.view")


@require_safe
@requires("release.view")
def release_list(request: HttpRequest) -> HttpResponse:
    """Who may leave, who is about to, who has left."""
    tab = request.GET.get("tab", "ready")
    if tab not in ("ready", "planned", "done", "cancelled"):
        raise Http404
    context: dict[str, Any] = {"tab": tab, "tabs": words.TABS, "sees_names": _sees_names(request)}
    if tab == "ready":
        context["individuals"] = found = queries.ready()
        context["more"] = len(found) == queries.PAGE
        families = [one.family for one in found]
    else:
        before = request.GET.get("before", "")
        place = (
            int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None
        )
        context["rows"], context["next"] = queries.releases(tab, place)
        families = [row.family for row in context["rows"]]
    if context["sees_names"]:
        context["names"] = queries.names_of(families)
        note_read(request.user, "identity", "releases", "releases", len(context["names"]))
    return render(request, "releases/list.html", context)


@requires("release.plan")
def release_plan(request: HttpRequest) -> HttpResponse:
    """Arrange that an individual leaves: whereto, which cases, who receives."""
    case = request.POST.get("case") or request.GET.get("case", "")
    found = queries.individual(case)
    sees_names = _sees_names(request)
    ways = [way for way in WAYS if _may_plan(request, way)]
    if request.method == "POST":
        made = _try(request, lambda: _plan(request, found, ways))
        if made:
            return redirect("release", made)
    context = {
        "case": case,
        "found": found,
        "ways": [(way, words.WAYS[way], found.against[way]) for way in ways],
        "sent": request.POST,
        "sees_names": sees_names,
    }
    if sees_names and found.family:
        context["receivers"] = queries.receivers(found.family)
        context["names"] = queries.names_of([found.family]).get(found.family, "")
        context["family"] = queries.FamilyRow.objects.filter(pk=found.family).first()
        context["wishes"] = words.WISHES
        note_read(request.user, "identity", f"family/{found.family}", "release-plan")
    return render(request, "releases/plan.html", context)


def _may_plan(request: HttpRequest, way: str) -> bool:
    return permits(request.user, "release.work" if way == "family" else "release.hand_over")


def _plan(request: HttpRequest, found: queries.Individual, ways: list[str]) -> str:
    sent, to = request.POST, request.POST.get("to", "")
    if to not in ways:
        raise UserError(_("Say where the remains are to go."))
    return actions.plan(
        [case for case in found.cases if case in sent.getlist("cases")],
        to,
        sent.get("words", ""),
        family=found.family if to == "family" else "",
        person=sent.get("person", "") if to == "family" else "",
        complete="complete" in sent,
        by=request.user,
    )


@require_safe
@requires("release.view")
def release(request: HttpRequest, release: str) -> HttpResponse:
    """One release: what was arranged, its papers, and the next step."""
    sees_names = _sees_names(request)
    page = queries.release_page(release, with_names=sees_names)
    if sees_names:
        note_read(request.user, "identity", f"release/{release}", "release")
    kinds = [k for k in _kinds(page) if sees_names or k in NAMELESS]
    context = {
        "page": page,
        "sees_names": sees_names,
        "way": words.WAYS[page.row.to],
        "kinds": [(kind, papers.KINDS[kind]) for kind in kinds],
        "titles": papers.KINDS,
        "identity_papers": words.IDENTITY_PAPERS,
        "manifests": _manifests_of(page),
    }
    return render(request, "releases/release.html", context)


def _kinds(page: queries.ReleasePage) -> list[str]:
    if page.row.to == "temporary grave":
        return ["grave record"] if page.grave else []
    if page.row.to == "family":
        return ["notice of identification", "act of handover", "list of effects"]
    return []


def _manifests_of(page: queries.ReleasePage) -> list[str]:
    """Manifests from which the packed bag was handed over."""
    bag = known().state.bags.get(page.row.bag)
    if bag is None or page.row.status != "planned":
        return []
    return [m.manifest for m in known().state.manifests.values() if bag.tag in m.handed_over]


def _step(permission: str, do: Callable[[HttpRequest, str], object], said: Any) -> Any:
    """A view that takes one step of a release and shows it again."""

    @require_POST
    @requires(permission)
    def step(request: HttpRequest, release: str) -> HttpResponse:
        if _try(request, lambda: do(request, release) or True):
            messages.success(request, _(said))
        return redirect("release", release)

    return step


def _try(request: HttpRequest, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except UserError as error:
        messages.error(request, words.refusal(error))
        return None


def _sent(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _do_cancel(request: HttpRequest, release: str) -> None:
    actions.cancel(release, _sent(request, "reason"), by=request.user)


def _do_hand_over(request: HttpRequest, release: str) -> None:
    now = known().state.release(release)
    actions.hand_over(
        release,
        now.person or "",
        _sent(request, "place"),
        _sent(request, "identity_seen"),
        _sent(request, "note"),
        by=request.user,
    )


def _do_bury(request: HttpRequest, release: str) -> None:
    names = ("grave", "cemetery", "plot", "place", "note")
    actions.lay_in_grave(release, *(_sent(request, name) for name in names), by=request.user)


def _do_pack(request: HttpRequest, release: str) -> None:
    actions.pack(release, parse(_sent(request, "bag")), by=request.user)


def _do_return(request: HttpRequest, release: str) -> None:
    actions.returned(release, _sent(request, "manifest"), by=request.user)


def _do_issue(request: HttpRequest, release: str) -> None:
    kind, language = _sent(request, "kind"), _sent(request, "language")
    sees_names = _sees_names(request)
    if kind not in papers.KINDS or not (sees_names or kind in NAMELESS):
        raise UserError(_("This account makes no such paper."))
    if language not in ("uk", "ru", "en"):
        raise UserError(_("Choose the language of the paper."))
    page = queries.release_page(release, with_names=sees_names)
    with translation.override(language):
        facts = queries.facts_of(page, _("Office for the return of the dead"))
    file = papers.paper(kind, language, facts)
    actions.issue(release, kind, language, file, by=request.user)


release_cancel = _step("release.plan", _do_cancel, words.CANCELLED)
release_hand_over = _step("release.work", _do_hand_over, words.HANDED_OVER)
release_bury = _step("release.hand_over", _do_bury, words.LAID)
release_pack = _step("release.hand_over", _do_pack, words.PACKED)
release_return = _step("release.hand_over", _do_return, words.RETURNED)
release_issue = _step("release.papers", _do_issue, words.ISSUED)


@require_safe
@requires("release.papers")
def release_paper(request: HttpRequest, release: str, digest: str) -> HttpResponse:
    """A paper as it was issued."""
    if not _DIGEST.fullmatch(digest):
        raise Http404
    row = queries.Paper.objects.filter(pk=f"{release} {digest}").first()
    if row is None or not (_sees_names(request) or row.kind in NAMELESS):
        raise Http404
    if row.kind not in NAMELESS:
        note_read(request.user, "identity", f"release/{release}", "release-paper")
    answer = HttpResponse(actions.paper(digest), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{row.kind.replace(" ", "-")}.pdf"'
    return answer


@require_safe
@requires("release.view")
def grave_list(request: HttpRequest) -> HttpResponse:
    """Temporary graves: where they are, who lies in them, by case."""
    text = request.GET.get("text", "").strip()[:100]
    context = {
        "graves": queries.graves(text),
        "text": text,
    }
    return render(request, "releases/graves.html", context)


@require_POST
@requires("release.hand_over")
def grave_open(request: HttpRequest) -> HttpResponse:
    """A case was taken out of its grave."""
    sent = (_sent(request, name) for name in ("grave", "case", "reason"))
    if _try(request, lambda: actions.open_grave(*sent, by=request.user) or True):
        messages.success(request, _("The case is open again."))
    return redirect("release-graves")


@requires("release.work")
def family_code(request: HttpRequest, family: str) -> HttpResponse:
    """Give a family a code for the public page of its status; shown once."""
    if family not in known().state.families:
        raise Http404
    code = ""
    if request.method == "POST":
        code = _try(request, lambda: actions.new_code(family, by=request.user)) or ""
    note_read(request.user, "identity", f"family/{family}", "release-family-code")
    names = queries.names_of([family]).get(family, "")
    has_one = family in known().state.code_of_family
    context = {"family": family, "names": names, "code": code, "has_one": has_one}
    return render(request, "releases/code.html", context)
