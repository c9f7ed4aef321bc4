"""Pages of the mortuary: the board of the day, bags, cases, and lists of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from priam import events as ev
from priam.errors import UserError
from priam.formats.delimited import safe_cell
from priam.labels.sheet import label_sheet
from priam_office.cases import actions, forms, photographs, queries, words
from priam_office.cases.diagram import figure
from priam_office.cases.models import Bag, Case, Label
from priam_office.cases.projection import STAGES
from priam_office.people.permissions import requires
from priam_office.people.refusals import sentence
from priam_office.record.state import known

__all__ = [
    "bag",
    "bags",
    "board",
    "case",
    "case_act",
    "case_list",
    "cases_csv",
    "find_bag",
    "first_error",
    "labels",
    "parties",
    "posted",
    "reexamine",
    "try_to",
]


def posted(request: HttpRequest) -> Any:
    """What a form sent, be it empty; None where nothing was sent."""
    return request.POST if request.method == "POST" else None


def try_to(request: HttpRequest, act: Any, done: str) -> bool:
    """Do something and say so, or say in words why it cannot be."""
    try:
        act()
    except UserError as error:
        messages.error(request, sentence(error))
        return False
    messages.success(request, done)
    return True


@require_safe
@requires("cases.view")
def board(request: HttpRequest) -> HttpResponse:
    """What waits today, where and how long."""
    found = queries.board()
    where = queries.places_of([case.case for case in found["longest"]])
    return render(request, "cases/board.html", {**found, "places": where})


# -- bags ------------------------------------------------------------------------------------


@require_safe
@requires("cases.view")
def bags(request: HttpRequest) -> HttpResponse:
    """Bags that are not opened, the longest waiting first."""
    others = queries.custodians()
    custodian = request.GET.get("custodian", "")
    custodian = custodian if custodian in dict(others) else ""
    listed = queries.waiting_bags(request.GET.get("after", ""), custodian=custodian)
    context = {
        "listed": listed,
        "places": queries.places_of([row.tag for row in listed]),
        "others": others,
        "custodian": custodian,
    }
    return render(request, "cases/bags.html", context)


@require_safe
@requires("cases.view")
def find_bag(request: HttpRequest) -> HttpResponse:
    """To the page of a scanned bag, also of one that nobody registered."""
    try:
        tag = actions.tag_of(request.GET.get("tag", ""))
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect("bags")
    label = Label.objects.filter(pk=tag).first()
    if label is not None and label.kind != "bag":
        return redirect(queries.address(label.kind, tag))
    return redirect("bag", tag)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.view", sends="cases.work")
def bag(request: HttpRequest, tag: str) -> HttpResponse:
    """A bag: to be opened, or what it was found to hold."""
    tag = _tag_or_404(tag)
    row = Bag.objects.filter(pk=tag).first()
    if row is None and Label.objects.filter(pk=tag).exists():
        raise Http404
    if row is not None and row.finding:
        return _opened_bag(request, row)
    form = forms.OpenBagForm(posted(request), parties=None if row else parties())
    if request.method == "POST" and form.is_valid() and _open(request, tag, form.cleaned_data):
        return redirect("bag", tag)
    found = {"tag": tag, "bag": row, "form": form, "course": queries.course(tag) if row else []}
    found["names"] = queries.course_names(one.actor for one in found["course"])
    return render(request, "cases/bag_open.html", found)


def _open(request: HttpRequest, tag: str, data: dict[str, Any]) -> bool:
    cases = data["cases"] or actions.new_tags(data["wanted"] if data["wanted"] else 0)
    return try_to(
        request,
        lambda: actions.open_bag(
            tag,
            data["finding"],
            cases,
            data["note"],
            by=request.user,
            party=data.get("party"),
            place=data["place"] or None,
        ),
        _("The bag is opened."),
    )


def parties() -> list[tuple[str, str]]:
    """Code and name of each party, the own one first."""
    own = queries.own_party()
    rows = known().state.parties.values()
    return sorted(
        ((row.party, row.name) for row in rows if row.role == "party"),
        key=lambda pair: (pair[0] != own, pair[1]),
    )


def _tag_or_404(tag: str) -> str:
    try:
        return actions.tag_of(tag)
    except UserError:
        raise Http404 from None


def _opened_bag(request: HttpRequest, row: Bag) -> HttpResponse:
    cases = list(Case.objects.filter(bag=row.tag).order_by("made_at", "case"))
    course = queries.course(row.tag)
    return render(
        request,
        "cases/bag.html",
        {
            "bag": row,
            "cases": cases,
            "course": course,
            "names": queries.course_names([row.opened_by, *(one.actor for one in course)]),
            "places": queries.places_of([row.tag, *(case.case for case in cases)]),
            "form": forms.ReexamineForm(),
            "new_labels": [case.case for case in cases],
            "packets": queries.packets_of(row.tag),
            "effects_form": forms.EffectsForm(prefix="effects"),
        },
    )


@require_POST
@requires("cases.work")
def reexamine(request: HttpRequest, tag: str) -> HttpResponse:
    """What the bag holds turned out otherwise."""
    form = forms.ReexamineForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("bag", tag)
    data = form.cleaned_data
    event = ev.BagReexamined(tag, data["finding"], data["reason"], tuple(data["cases"]))
    try_to(request, lambda: actions.write(event, by=request.user), _("Noted."))
    return redirect("bag", tag)


def first_error(form: Any) -> str:
    """The first thing that is wrong with a form, behind the label of its field."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])


# -- cases -----------------------------------------------------------------------------------


@require_safe
@requires("cases.view")
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases by what they wait for."""
    chosen = {name: request.GET.get(name, "") for name in ("stage", "kind", "tag")}
    listed = queries.cases(**chosen, after=request.GET.get("after", ""))
    where = queries.places_of([row.case for row in listed])
    found = {
        "listed": listed,
        "places": where,
        "chosen": chosen,
        "stages": STAGES,
        "kinds": {k: v for k, v in words.FINDING.items() if k != "packed"},
        "filters": "&".join(f"{name}={value}" for name, value in chosen.items() if value),
    }
    return render(request, "cases/cases.html", found)


_CSV_HEAD = (
    "case", "bag", "kind", "parent", "status", "stage", "since", "sections", "elements",
    "samples", "photographs", "packets",
)  # fmt: skip


class _Line:
    """What a CSV writer writes to: gives each line back."""

    def write(self, text: str) -> str:
        return text


@require_safe
@requires("cases.view")
def cases_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All cases as a table; no cell is taken for a formula."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Line())
        yield writer.writerow(_CSV_HEAD)
        for row in Case.objects.order_by("case").values_list(*_CSV_HEAD).iterator(2000):
            yield writer.writerow([safe_cell(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return response


@require_safe
@requires("cases.view")
def case(request: HttpRequest, tag: str) -> HttpResponse:
    """Everything about one case."""
    return _case_page(request, _case_or_404(tag))


def _case_or_404(tag: str) -> Case:
    row = Case.objects.filter(pk=tag).first()
    if row is None:
        raise Http404
    return row


def _case_page(request: HttpRequest, row: Case, refused: Any = None) -> HttpResponse:
    found = queries.case_page(row)
    standing = [e for e in found["elements"] if not e.withdrawn]
    named = [(e.element, f"{words.bone_name(e.bone, e.side)} · {e.element}") for e in standing]
    made: dict[str, Any] = {
        "split": forms.SplitForm(prefix="split"),
        "link": forms.LinkForm(prefix="link"),
        "close": forms.CloseForm(prefix="close"),
        "reopen": forms.ReasonForm(prefix="reopen"),
        "element": forms.ElementForm(prefix="element"),
        "sample": forms.SampleForm(prefix="sample", elements=named),
        "photograph": forms.PhotographForm(prefix="photograph"),
        "effects": forms.EffectsForm(prefix="effects"),
    }
    if refused is not None:
        made[refused.prefix] = refused
    made["split"].fields["elements"].choices = named
    actors = {one.actor for one in (*found["course"], *found["bag_course"])}
    found |= {
        "case": row,
        "forms": made,
        "refused": refused.prefix if refused is not None else "",
        "figure": figure(standing),
        "names": queries.course_names({*actors, row.made_by}),
        "labels": [row.case, *(s.sample for s in found["samples"])],
    }
    return render(request, "cases/case.html", found, status=400 if refused is not None else 200)


@require_POST
@requires("cases.work")
def case_act(request: HttpRequest, tag: str, act: str) -> HttpResponse:
    """Something done with a case, from one of the forms on its page."""
    if act not in _ACTS:
        raise Http404
    row = _case_or_404(tag)
    kind, do, done = _ACTS[act]
    options: dict[str, Any] = {}
    if act == "sample":
        options["elements"] = _elements(tag)
    form = kind(request.POST, request.FILES, prefix=act, **options)
    if act == "split":
        form.fields["elements"].choices = _elements(tag)
    if not form.is_valid():
        return _case_page(request, row, form)
    if not try_to(request, lambda: do(row, form.cleaned_data, request.user), _(done)):
        return redirect("case", tag)
    return redirect(f"{reverse('case', args=[tag])}#{act}")


def _elements(tag: str) -> list[tuple[str, str]]:
    return [(name, name) for name in queries.standing_elements(tag)]


def _do_split(row: Case, data: dict[str, Any], by: Any) -> None:
    into = data["into"] or actions.new_tags(1)
    elements = dict.fromkeys(data["elements"], into[0])
    actions.split_case(row.case, into, elements, data["reason"], by=by)


def _do_element(row: Case, data: dict[str, Any], by: Any) -> None:
    element = data["element"] or actions.new_tags(1)[0]
    note = data["note"] or None
    parts = data["bone"], data["side"], data["completeness"]
    actions.write(ev.ElementRecorded(element, row.case, *parts, note), by=by)


def _do_sample(row: Case, data: dict[str, Any], by: Any) -> None:
    sample = data["sample"] or actions.new_tags(1)[0]
    element, note = data["element"] or None, data["note"] or None
    actions.write(ev.SampleTaken(sample, row.case, data["kind"], element, note), by=by)


def _do_effects(row: Case, data: dict[str, Any], by: Any) -> None:
    packet = data["packet"] or actions.new_tags(1)[0]
    event = ev.EffectsSealed(packet, data["seal"], actions.items(data["items"]), case=row.case)
    actions.write(event, by=by)


def _do_photograph(row: Case, data: dict[str, Any], by: Any) -> None:
    photographs.add_photograph(row.case, data["file"].read(), data["note"], by=by)


def _event(make: Any) -> Any:
    return lambda row, data, by: actions.write(make(row.case, data), by=by)


_ACTS: dict[str, tuple[Any, Any, str]] = {
    "split": (forms.SplitForm, _do_split, gettext_noop("The case is split.")),
    "link": (
        forms.LinkForm,
        _event(lambda c, d: ev.CaseLinked(c, d["other"], d["reason"])),
        gettext_noop("The cases are linked."),
    ),
    "close": (
        forms.CloseForm,
        _event(lambda c, d: ev.CaseClosed(c, d["outcome"], d["reason"])),
        gettext_noop("Work on the case has ended here."),
    ),
    "reopen": (
        forms.ReasonForm,
        _event(lambda c, d: ev.CaseReopened(c, d["reason"])),
        gettext_noop("Work on the case goes on."),
    ),
    "unlink": (
        forms.LinkForm,
        _event(lambda c, d: ev.CaseLinkWithdrawn(c, d["other"], d["reason"])),
        gettext_noop("The link is withdrawn."),
    ),
    "element": (forms.ElementForm, _do_element, gettext_noop("The element is recorded.")),
    "sample": (forms.SampleForm, _do_sample, gettext_noop("The sample is recorded.")),
    "photograph": (
        forms.PhotographForm,
        _do_photograph,
        gettext_noop("The photograph is sealed."),
    ),
    "effects": (forms.EffectsForm, _do_effects, gettext_noop("The packet is sealed.")),
}


# -- labels ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.work")
def labels(request: HttpRequest) -> HttpResponse:
    """A sheet of labels as PDF: of these tags, or of new ones for a box of empty labels."""
    form = forms.LabelsForm(posted(request))
    if request.method == "POST" and (request.POST.getlist("tag") or form.is_valid()):
        return _sheet(request, form)
    return render(request, "cases/labels.html", {"form": form})


def _sheet(request: HttpRequest, form: forms.LabelsForm) -> HttpResponse:
    asked = request.POST.getlist("tag")[:500]
    data = {"stock": "a4-21", "skip": 0, "copies": 2} if asked else form.cleaned_data
    try:
        tags = [actions.tag_of(tag) for tag in asked] or actions.new_tags(data["count"])
        pdf = label_sheet(tags, data["stock"], skip=data["skip"], copies=data["copies"])
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect("labels")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="labels.pdf"'
    return response
