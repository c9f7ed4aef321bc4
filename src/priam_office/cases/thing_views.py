"""Pages of what is taken from cases and where it lies: samples, elements, effects, places."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from priam import events as ev
from priam_office.cases import actions, forms, queries, words
from priam_office.cases.analyses import analyses_of
from priam_office.cases.models import Element, Label, Packet, Place, Sample
from priam_office.cases.views import first_error, posted, try_to
from priam_office.people.permissions import requires

__all__ = [
    "element",
    "packet",
    "place",
    "places",
    "sample",
    "sample_list",
    "seal_bag_effects",
    "send",
    "store",
]


# -- samples ---------------------------------------------------------------------------------


@require_safe
@requires("cases.view")
def sample_list(request: HttpRequest) -> HttpResponse:
    """Samples by where they are, the longest waiting first."""
    status = request.GET.get("status", "")
    listed = queries.samples(status=status, after=request.GET.get("after", ""))
    found = {
        "listed": listed,
        "status": status,
        "statuses": words.STATUS,
        "places": queries.places_of([row.sample for row in listed]),
    }
    return render(request, "cases/samples.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.work")
def send(request: HttpRequest) -> HttpResponse:
    """Send samples to a laboratory by scanning them."""
    form = forms.SendForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        count = len(data["samples"])
        done = ngettext("%(count)s sample sent.", "%(count)s samples sent.", count) % {
            "count": count
        }
        sent = partial(actions.send, data["samples"], data["to"], data["note"], by=request.user)
        if try_to(request, sent, done):
            return redirect("samples")
    return render(request, "cases/send.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.view", sends="cases.work")
def sample(request: HttpRequest, tag: str) -> HttpResponse:
    """One sample: where it is, where it was, what to do with it."""
    row = Sample.objects.filter(pk=tag).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        _do_with_sample(request, row)
        return redirect("sample", tag)
    course = queries.course(tag)
    found = {
        "sample": row,
        "analyses": analyses_of(tag),
        "course": course,
        "names": queries.course_names([row.taken_by, *(one.actor for one in course)]),
        "place": queries.places_of([tag]).get(tag, ""),
        "move": forms.MoveForm(),
    }
    return render(request, "cases/sample.html", found)


def _do_with_sample(request: HttpRequest, row: Sample) -> None:
    words_ = request.POST.get("words", "").strip()[:500]
    act = request.POST.get("act", "")
    if act == "move":
        form = forms.MoveForm(request.POST)
        if not form.is_valid():
            messages.error(request, first_error(form))
            return
        data = form.cleaned_data
        event: Any = ev.SampleMoved(row.sample, data["to"], data["reason"])
    elif act in _SAMPLE_ACTS:
        event = _SAMPLE_ACTS[act](row.sample, words_)
    else:
        raise Http404
    try_to(request, lambda: actions.write(event, by=request.user), _("Noted."))


_SAMPLE_ACTS: dict[str, Any] = {
    "send": lambda tag, to: ev.SampleSent(tag, to),
    "receive": lambda tag, by: ev.SampleReceived(tag, by),
    "consume": lambda tag, note: ev.SampleConsumed(tag, note),
}


# -- elements and effects ----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.view", sends="cases.work")
def element(request: HttpRequest, tag: str) -> HttpResponse:
    """One element: where it lies, and moving it to another case."""
    row = Element.objects.filter(pk=tag).first()
    if row is None:
        raise Http404
    form = forms.MoveForm(request.POST if request.POST.get("act") == "move" else None)
    if request.method == "POST":
        if request.POST.get("act") == "withdraw":
            event: Any = ev.ElementWithdrawn(tag, request.POST.get("reason", "")[:2000])
        elif form.is_valid():
            data = form.cleaned_data
            event = ev.ElementMoved(tag, data["to"], data["reason"])
        else:
            messages.error(request, first_error(form) if form.errors else _("Nothing was chosen."))
            return redirect("case-element", tag)
        try_to(request, lambda: actions.write(event, by=request.user), _("Noted."))
        return redirect("case-element", tag)
    course = queries.course(tag)
    found = {
        "element": row,
        "form": form,
        "course": course,
        "names": queries.course_names(one.actor for one in course),
        "place": queries.places_of([tag]).get(tag, ""),
    }
    return render(request, "cases/element.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.view", sends="cases.work")
def packet(request: HttpRequest, tag: str) -> HttpResponse:
    """A packet of effects with its list, as it goes with the packet on paper."""
    row = Packet.objects.filter(pk=tag).first()
    if row is None:
        raise Http404
    form = forms.ResealForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        event = ev.EffectsResealed(tag, data["seal"], actions.items(data["items"]), data["reason"])
        if try_to(request, lambda: actions.write(event, by=request.user), _("Sealed again.")):
            return redirect("case-packet", tag)
    course = queries.course(tag)
    found = {
        "packet": row,
        "form": form,
        "course": course,
        "names": queries.course_names([row.by, *(one.actor for one in course)]),
        "place": queries.places_of([tag]).get(tag, ""),
    }
    return render(request, "cases/packet.html", found)


@require_POST
@requires("cases.work")
def seal_bag_effects(request: HttpRequest, tag: str) -> HttpResponse:
    """Effects of a bag that held no remains."""
    form = forms.EffectsForm(request.POST, prefix="effects")
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("bag", tag)
    data = form.cleaned_data
    label = data["packet"] or actions.new_tags(1)[0]
    event = ev.EffectsSealed(label, data["seal"], actions.items(data["items"]), bag=tag)
    try_to(request, lambda: actions.write(event, by=request.user), _("The packet is sealed."))
    return redirect("bag", tag)


# -- places ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.view", sends="cases.work")
def places(request: HttpRequest) -> HttpResponse:
    """Storage places and how much lies in each."""
    paths = queries.place_paths()
    form = forms.PlaceForm(posted(request), places=sorted(paths.items(), key=lambda p: p[1]))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        label = data["place"] or actions.new_tags(1)[0]
        event = ev.PlaceDeclared(label, data["name"], data["kind"], data["within"] or None)
        if try_to(request, lambda: actions.write(event, by=request.user), _("The place is noted.")):
            return redirect("places")
    found = {"rows": queries.places_with_counts(paths), "form": form}
    return render(request, "cases/places.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.view", sends="cases.work")
def place(request: HttpRequest, tag: str) -> HttpResponse:
    """What lies in a place."""
    row = Place.objects.filter(pk=tag).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        event = ev.PlaceClosed(tag, request.POST.get("reason", "")[:2000])
        try_to(request, lambda: actions.write(event, by=request.user), _("Noted."))
        return redirect("place", tag)
    listed = queries.in_place(tag, request.GET.get("after", ""))
    found = {"place": row, "path": queries.place_paths().get(tag, row.name), "listed": listed}
    return render(request, "cases/place.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.work")
def store(request: HttpRequest) -> HttpResponse:
    """Put things away by scanning them and then the place."""
    given = {"place": request.GET.get("place", ""), "things": request.GET.get("thing", "")}
    form = forms.StoreForm(posted(request), initial=given)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        where = data["place"] or None
        count = len(data["things"])
        if where:
            done = ngettext("%(count)s thing put away.", "%(count)s things put away.", count)
        else:
            done = ngettext("%(count)s thing taken out.", "%(count)s things taken out.", count)
        put = partial(actions.store, data["things"], where, by=request.user)
        if try_to(request, put, done % {"count": count}):
            label = Label.objects.filter(pk=data["things"][0]).first()
            if count == 1 and label:
                return redirect(queries.address(label.kind, label.tag))
            return redirect("store")
    return render(request, "cases/store.html", {"form": form})
