"""Families: the list, the page of one, and everything that is done on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from priam import events as ev
from priam.errors import UserError
from priam_office.families import actions, asking, drawing, queries
from priam_office.families.forms import (
    ConsentForm,
    ContactForm,
    RelativeForm,
    SampleForm,
    StandingForm,
    WishForm,
)
from priam_office.families.views.missing import place_of
from priam_office.families.words import choices
from priam_office.people.permissions import requires
from priam_office.people.reading import note_read
from priam_office.people.refusals import sentence

__all__ = [
    "ask",
    "consent",
    "contact",
    "destroy",
    "diary",
    "families",
    "family",
    "link",
    "relative",
    "sample",
    "standing",
    "unlink",
    "wish",
    "withdraw",
]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("families.view", asks=True)
def families(request: HttpRequest) -> HttpResponse:
    """List of families, found by names of their missing persons and relatives."""
    asked = request.POST if request.method == "POST" else request.GET
    text = asked.get("q", "").strip()[:200]
    wants = asked.get("wants", "")
    notify = {"": None, "unasked": ""}.get(wants, wants)
    contacts = [
        ("", _("any")),
        ("none", _("nobody authorised")),
        ("authorised", _("somebody authorised")),
        ("barred", _("somebody must not be contacted")),
    ]
    contact = asked.get("contact", "")
    contact = contact if contact in dict(contacts) else ""
    place = place_of(asked.get("before"))
    found = queries.families(text, place, notify=notify, contact=contact)
    note_read(request.user, "identity", "families", "families", len(found.rows))
    context = {
        "found": found,
        "text": text,
        "wants": wants,
        "contact": contact,
        "contacts": contacts,
        "wishes": [("", _("any")), ("unasked", _("not asked yet")), *choices("notify")],
    }
    return render(request, "families/families.html", context)


@require_POST
@requires("families.work")
def link(request: HttpRequest, missing: str) -> HttpResponse:
    """Open a family for a missing person, or put the person into one that is there."""
    queries.missing_person(missing)
    into = request.POST.get("family", "").strip().rstrip("/").rpartition("/")[2]
    try:
        if into:
            queries.family(into)
            actions.link_missing(into, missing, by=request.user)
        else:
            into = actions.register_family([missing], by=request.user)
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect("missing", missing)
    except Http404:
        messages.error(request, _("There is no family with this address."))
        return redirect("missing", missing)
    return redirect("family", into)


@require_safe
@requires("families.view")
def family(request: HttpRequest, family: str) -> HttpResponse:
    """One family: who is looked for, who may be spoken to, what they want, consents, samples."""
    page = queries.family(family)
    entries = queries.diary(family, size=12)
    note_read(request.user, "identity", f"family/{family}", "family")
    context = {
        "page": page,
        "diary": entries,
        "picture": drawing.picture(page),
        "undrawn": drawing.undrawn(page),
    }
    return render(request, "families/family.html", context)


@require_safe
@requires("families.view")
def diary(request: HttpRequest, family: str) -> HttpResponse:
    """The whole diary, newest first."""
    page = queries.family(family)
    entries = queries.diary(family, place_of(request.GET.get("before")))
    note_read(request.user, "identity", f"family/{family}", "family-diary")
    return render(request, "families/diary.html", {"page": page, "diary": entries})


@require_safe
@requires("families.view")
def ask(request: HttpRequest, family: str) -> HttpResponse:
    """Whom to ask next for a sample; loaded after the page, because it is computed."""
    page = queries.family(family)
    note_read(request.user, "identity", f"family/{family}", "family-ask")
    partial = request.headers.get("HX-Request") == "true"
    template = "families/_ask.html" if partial else "families/ask.html"
    return render(request, template, {"page": page, "advice": asking.advice(page)})


@require_http_methods(["GET", "POST"])
@requires("families.work")
def relative(request: HttpRequest, family: str, person: str = "") -> HttpResponse:
    """Add a relative, or amend what is known of one."""
    page = queries.family(family)
    note_read(request.user, "identity", f"family/{family}", "relative")
    row = _relative(page, person) if person else None
    told = row.told if row else {}
    form = RelativeForm(
        request.POST or None,
        missing=[(one.missing, queries.display_name(one.facts)) for one in page.missing],
        initial={**told, **told.get("name", {}), "language": told.get("language", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _save_relative(request, family, person, form)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            return redirect("family", family)
    context = {"page": page, "form": form, "row": row}
    return render(request, "families/relative.html", context, status=422 if form.errors else 200)


def _save_relative(request: HttpRequest, family: str, person: str, form: RelativeForm) -> None:
    data = form.cleaned_data
    common = (data["relation"], data["of"], data["contact"], data["language"])
    if person:
        actions.amend_relative(ev.RelativeAmended(person, form.name(), *common), by=request.user)
    else:
        event = ev.RelativeAdded(ev.new_event_id(), family, form.name(), *common)
        actions.add_relative(event, by=request.user)


def _relative(page: queries.FamilyPage, person: str) -> Any:
    row = page.by_person.get(person)
    if row is None:
        raise Http404
    return row


def _done(
    request: HttpRequest, family: str, act: Callable[[], object], said: str, part: str = ""
) -> HttpResponse:
    try:
        act()
    except UserError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, said)
    response = redirect("family", family)
    response["Location"] += f"#{part}" if part else ""
    return response


@require_http_methods(["GET", "POST"])
@requires("families.work")
def wish(request: HttpRequest, family: str) -> HttpResponse:
    """What the family wants to be told, when, in their words."""
    page = queries.family(family)
    note_read(request.user, "identity", f"family/{family}", "wish")
    row = page.row
    initial = {"notify": row.notify, "language": row.language or "uk", "words": row.words}
    people = [(one.person, queries.written(one.told["name"])) for one in page.relatives]
    form = WishForm(request.POST or None, people=people, initial={**initial, "person": row.wish_of})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        values = (data["notify"], data["language"], data["words"], data["person"])
        return _done(
            request,
            family,
            lambda: actions.record_wish(family, *values, by=request.user),
            _("The wish is recorded; it holds from now on."),
            "wish",
        )
    return render(request, "families/wish.html", {"page": page, "form": form})


@require_POST
@requires("families.work")
def standing(request: HttpRequest, family: str, person: str) -> HttpResponse:
    """Authorise a relative, or bar contact with them."""
    _relative(queries.family(family), person)
    form = StandingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why; the reason is kept with the decision."))
        return redirect("family-contact", family, person)
    authorised = form.cleaned_data["standing"] == "authorised"
    act = actions.authorise if authorised else actions.bar
    said = (
        _("Authorised: news may be told to this person.")
        if authorised
        else _("Barred: this person must not be contacted.")
    )
    reason = form.cleaned_data["reason"]
    return _done(request, family, lambda: act(family, person, reason, by=request.user), said)


@require_http_methods(["GET", "POST"])
@requires("families.work")
def contact(request: HttpRequest, family: str, person: str) -> HttpResponse:
    """Speak with a relative: first whether it is allowed, then how to reach them."""
    page = queries.family(family)
    row = _relative(page, person)
    note_read(request.user, "identity", f"person/{person}", "family-contact")
    form = ContactForm(request.POST or None)
    if row.standing == "barred" and request.method == "GET":
        how: Any = form.fields["how"]
        how.choices = [one for one in how.choices if one[0].startswith("they ")]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            values = (data["how"], data["about"], data["note"])
            actions.contacted(family, person, *values, by=request.user)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Written into the diary."))
            return redirect("family", family)
    context = {"page": page, "row": row, "form": form}
    status = 422 if form.errors else 200
    return render(request, "families/contact.html", context, status=status)


@require_http_methods(["GET", "POST"])
@requires("families.work")
def consent(request: HttpRequest, family: str, person: str) -> HttpResponse:
    """Consent of one person, purpose by purpose, and its withdrawal."""
    page = queries.family(family)
    row = _relative(page, person)
    note_read(request.user, "identity", f"person/{person}", "family-consent")
    form = ConsentForm(request.POST or None)
    held = set(row.consents)
    field: Any = form.fields["purposes"]
    field.choices = [(code, text) for code, text in field.choices if code not in held]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        values = (data["purposes"], data["form"])
        return _done(
            request,
            family,
            lambda: actions.give_consent(person, *values, by=request.user),
            _("The consent is recorded."),
        )
    context = {"page": page, "row": row, "form": form, "history": list(row.consent_rows.all())}
    return render(request, "families/consent.html", context, status=422 if form.errors else 200)


@require_POST
@requires("families.work")
def withdraw(request: HttpRequest, family: str, person: str) -> HttpResponse:
    """The person agrees no longer."""
    _relative(queries.family(family), person)
    purpose, form = request.POST.get("purpose", ""), request.POST.get("form", "")[:300]
    return _done(
        request,
        family,
        lambda: actions.withdraw_consent(person, purpose, form, by=request.user),
        _("Withdrawn. From this moment nothing of this person is used for it."),
    )


@require_http_methods(["GET", "POST"])
@requires("families.work")
def sample(request: HttpRequest, family: str, person: str) -> HttpResponse:
    """A reference sample: consent first, then the label on the tube."""
    page = queries.family(family)
    row = _relative(page, person)
    note_read(request.user, "identity", f"person/{person}", "family-sample")
    form = SampleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.take_sample(data["sample"], person, data["kind"], by=request.user)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("The sample is registered under %s.") % data["sample"])
            return redirect("family", family)
    context = {"page": page, "row": row, "form": form}
    return render(request, "families/sample.html", context, status=422 if form.errors else 200)


@require_POST
@requires("families.work")
def destroy(request: HttpRequest, family: str, sample: str) -> HttpResponse:
    """The material of a sample is no more."""
    page = queries.family(family)
    if sample not in {one.sample for one in page.samples}:
        raise Http404
    reason = request.POST.get("reason", "")[:8000]
    return _done(
        request,
        family,
        lambda: actions.destroy_sample(sample, reason, by=request.user),
        _("Recorded: the material is destroyed."),
        "samples",
    )


@require_POST
@requires("families.work")
def unlink(request: HttpRequest, family: str, missing: str) -> HttpResponse:
    """It was the wrong family."""
    queries.family(family)
    reason = request.POST.get("reason", "")[:8000]
    return _done(
        request,
        family,
        lambda: actions.unlink_missing(family, missing, reason, by=request.user),
        _("The missing person no longer belongs to this family."),
    )
