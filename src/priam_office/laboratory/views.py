"""Pages of the laboratory."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from priam.errors import UserError
from priam_office.laboratory import actions, intake, queries, work
from priam_office.laboratory.forms import ReasonForm, SearchForm, UploadForm
from priam_office.laboratory.models import Profile, Search, StaffProfile, Upload
from priam_office.people.permissions import requires
from priam_office.people.reading import note_read
from priam_office.people.refusals import sentence

__all__ = [
    "aside",
    "call_off",
    "candidate",
    "candidates",
    "differing",
    "new_search",
    "overview",
    "preview",
    "profiles",
    "progress",
    "search",
    "staff",
    "subject",
    "upload",
]


@require_safe
@requires("laboratory.view")
def overview(request: HttpRequest) -> HttpResponse:
    """What came in, what is searched, what needs a look."""
    return render(request, "laboratory/overview.html", queries.overview())


@require_safe
@requires("laboratory.view")
def profiles(request: HttpRequest) -> HttpResponse:
    """All profiles, the newest first."""
    filters = {
        name: request.GET.get(name, "").strip() for name in ("kind", "look", "sample", "run")
    }
    filters["sample"] = intake.tag_of(filters["sample"]) if filters["sample"] else ""
    part = queries.profiles(filters, request.GET.get("after", ""))
    note_read(request.user, "genetic", "profiles", "laboratory-profiles", len(part.rows))
    return render(request, "laboratory/profiles.html", {"part": part, "filters": filters})


@require_safe
@requires("laboratory.view")
def differing(request: HttpRequest) -> HttpResponse:
    """Cases and persons whose runs differ."""
    part = queries.differing(request.GET.get("after", ""))
    note_read(request.user, "genetic", "differing", "laboratory-differing", len(part.rows))
    return render(request, "laboratory/differing.html", {"part": part})


@require_safe
@requires("laboratory.view")
def subject(request: HttpRequest, tag: str) -> HttpResponse:
    """A case or a person: all runs beside each other, and what they show together."""
    page = queries.subject_page(tag)
    note_read(request.user, "genetic", page.of, "laboratory-subject")
    return render(request, "laboratory/subject.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires("laboratory.work")
def aside(request: HttpRequest, profile: str) -> HttpResponse:
    """Set one profile aside, with a reason."""
    row = get_object_or_404(Profile.objects.defer("genotypes"), pk=profile)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_aside(row, form.cleaned_data["reason"], by=request.user)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("The profile is set aside; what is left counts."))
            return redirect("laboratory-subject", row.sample)
    return _page(request, "laboratory/aside.html", {"row": row, "form": form}, form)


@require_safe
@requires("laboratory.view")
def staff(request: HttpRequest) -> HttpResponse:
    """People whose profiles are known, so that contamination is found."""
    rows = StaffProfile.objects.only("member", "markers", "at").order_by("member")
    note_read(request.user, "genetic", "staff", "laboratory-staff", len(rows))
    return render(request, "laboratory/staff.html", {"rows": rows})


# -- import -------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("laboratory.work")
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; nothing is recorded before its preview is agreed to."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read()
        try:
            held = intake.hold(data, form.cleaned_data["kind"], by=request.user.actor)
        except UserError as error:
            form.add_error("file", sentence(error))
        else:
            return redirect("laboratory-preview", held.upload)
    return _page(request, "laboratory/upload.html", {"form": form}, form)


@require_http_methods(["GET", "POST"])
@requires("laboratory.work")
def preview(request: HttpRequest, upload: Any) -> HttpResponse:
    """What the file would change; agree, or throw it away."""
    held = Upload.objects.filter(pk=str(upload), by=request.user.actor).first()
    if held is None:
        raise Http404
    if request.method == "POST" and "throw" in request.POST:
        intake.throw_away(held)
        messages.info(request, _("The file was thrown away; nothing was recorded."))
        return redirect("laboratory")
    if request.method == "POST":
        return _record(request, held)
    shown = intake.preview(held)
    note_read(request.user, "genetic", f"upload/{held.upload}", "laboratory-preview",
              len(shown.rows))  # fmt: skip
    return render(request, "laboratory/preview.html", {"shown": shown, "first": shown.first})


def _record(request: HttpRequest, held: Upload) -> HttpResponse:
    kind = held.kind
    try:
        count = actions.import_profiles(
            held,
            request.POST.get("fingerprint", ""),
            leave_out="leave_out" in request.POST,
            by=request.user,
        )
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect("laboratory-preview", held.upload)
    text = ngettext("%(n)s profile is recorded.", "%(n)s profiles are recorded.", count)
    messages.success(request, text % {"n": count})
    return redirect("laboratory-staff" if kind == "staff" else "laboratory-profiles")


# -- searches -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("laboratory.work")
def new_search(request: HttpRequest) -> HttpResponse:
    """Ask for a comparison of all remains with all families."""
    form = SearchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = actions.request_search(form.settings(), by=request.user)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            return redirect("laboratory-search", asked)
    context = {"form": form, "waiting": work.waiting()}
    return _page(request, "laboratory/new_search.html", context, form)


@require_safe
@requires("laboratory.view")
def search(request: HttpRequest, search: Any) -> HttpResponse:
    """A search: how far it is, or what it was made with and what it found."""
    row = get_object_or_404(Search, pk=str(search))
    now = work.waiting()
    if now is not None and now["search"].search != row.search:
        now = None
    return render(request, "laboratory/search.html", {"search": row, "waiting": now})


@require_safe
@requires("laboratory.view")
def progress(request: HttpRequest, search: Any) -> HttpResponse:
    """How far a search is: a piece of its page, asked for every two seconds."""
    now = work.waiting()
    if now is None or now["search"].search != str(search):
        response = HttpResponse()
        response["HX-Refresh"] = "true"  # it ended: the whole page says how
        return response
    return render(request, "laboratory/_progress.html", {"waiting": now})


@require_POST
@requires("laboratory.work")
def call_off(request: HttpRequest, search: Any) -> HttpResponse:
    """Stop a search."""
    row = get_object_or_404(Search, pk=str(search))
    try:
        actions.call_off(row, by=request.user)
    except UserError as error:
        messages.error(request, sentence(error))
    return redirect("laboratory-search", row.search)


@require_safe
@requires("laboratory.view")
def candidates(request: HttpRequest, search: Any = None) -> HttpResponse:
    """Whom cases may be, by a search (the last one, if none is named)."""
    row = get_object_or_404(Search, pk=str(search)) if search else queries.last_search()
    filters = {name: request.GET.get(name, "").strip() for name in ("case", "least", "first")}
    filters["case"] = intake.tag_of(filters["case"]) if filters["case"] else ""
    part = queries.Part([])
    if row is not None:
        part = queries.candidates(row, filters, request.GET.get("after", ""))
        subject_ = f"search/{row.search}"
        note_read(request.user, "genetic", subject_, "laboratory-candidates", len(part.rows))
    context = {"search": row, "part": part, "filters": filters}
    return render(request, "laboratory/candidates.html", context)


@require_safe
@requires("laboratory.view")
def candidate(request: HttpRequest, search: Any, case: str, missing: str) -> HttpResponse:
    """One case beside one missing person: pedigree, both profiles, the LR of every marker."""
    page = queries.candidate_page(str(search), case, missing)
    note_read(request.user, "genetic", f"candidate/{page.candidate.key}", "laboratory-candidate")
    return render(request, "laboratory/candidate.html", {"page": page})


def _page(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    """A page with a form; what is refused is answered with 422, so that no cache keeps it."""
    return render(request, template, context, status=422 if form.is_bound else 200)
