"""The editor of a pedigree: a table and a picture, changed by forms, redrawn at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from priam.errors import UserError
from priam.events import Member
from priam_office.families import actions, drawing, pedigrees, queries
from priam_office.families.views.missing import place_of
from priam_office.families.words import choices
from priam_office.people.permissions import requires
from priam_office.people.reading import note_read
from priam_office.people.refusals import sentence

__all__ = ["pedigree"]

Members = tuple[Member, ...]


@require_http_methods(["GET", "POST"])
@requires("families.work")
def pedigree(request: HttpRequest, family: str) -> HttpResponse:
    """Show the drawing, or change one thing in it; with htmx only the drawing is sent back."""
    said, refused = "", ""
    if request.method == "POST":
        said, refused = _change(request, family)
    page = queries.family(family)
    note_read(request.user, "identity", f"family/{family}", "family-pedigree")
    chosen = request.POST.get("member", request.GET.get("member", ""))
    context = _context(page, chosen, said, refused)
    partial = request.headers.get("HX-Request") == "true"
    template = "families/_pedigree.html" if partial else "families/pedigree.html"
    return render(request, template, context, status=422 if refused and not partial else 200)


def _context(page: queries.FamilyPage, chosen: str, said: str, refused: str) -> dict[str, Any]:
    rows = drawing.drawn(page)
    held = {row.member.missing for row in rows} | {row.member.person for row in rows}
    selected = next((row for row in rows if row.member.id == chosen), None)
    return {
        "page": page,
        "rows": rows,
        "selected": selected or (rows[0] if rows else None),
        "picture": drawing.picture(page),
        "said": said,
        "refused": refused,
        "sexes": choices("sex"),
        "free": [
            *(
                (f"missing:{m.missing}", queries.display_name(m.facts))
                for m in page.missing
                if m.missing not in held
            ),
            *(
                (f"person:{r.person}", queries.written(r.told["name"]))
                for r in page.relatives
                if r.person not in held
            ),
        ],
    }


def _change(request: HttpRequest, family: str) -> tuple[str, str]:
    """What was done, in words; or why it was not."""
    page = queries.family(family)
    members = pedigrees.members_of(page.row.pedigree)
    revision = place_of(request.POST.get("revision"))
    try:
        after, said = _edited(members, request.POST)
        names = {member.id: drawing.label(page, member, after) for member in after}
        wrong = pedigrees.problem(after, lambda member: names[member.id])
        if wrong:
            return "", wrong
        seen = page.row.pedigree_revision if revision is None else revision
        actions.save_pedigree(family, after, seen, by=request.user)
    except UserError as error:
        return "", sentence(error)
    return said, ""


def _edited(members: Members, asked: Any) -> tuple[Members, str]:
    one, verb = asked.get("member", ""), asked.get("verb", "")
    if verb not in _VERBS:
        raise UserError(_("This is nothing that the editor can do."))
    return _VERBS[verb](members, one, asked), _SAID[verb]()


def _set(members: Members, one: str, asked: Any) -> Members:
    """Sex, parents, death and for whom a member stands."""
    values: dict[str, Any] = {
        "sex": asked.get("sex", "unknown"),
        "father": asked.get("father") or None,
        "mother": asked.get("mother") or None,
        "deceased": asked.get("deceased") == "yes",
    }
    kind, colon, key = asked.get("who", "").partition(":")
    if colon:
        values |= {
            "missing": key if kind == "missing" else None,
            "person": key if kind == "person" else None,
        }
    elif asked.get("who") == "nobody":
        values |= {"missing": None, "person": None}
    return pedigrees.changed(members, one, **values)


_VERBS: dict[str, Callable[[Members, str, Any], Members]] = {
    "parents": lambda members, one, _asked: pedigrees.with_parents(members, one),
    "brother": lambda members, one, _asked: pedigrees.with_sibling(members, one, "male"),
    "sister": lambda members, one, _asked: pedigrees.with_sibling(members, one, "female"),
    "son": lambda members, one, asked: pedigrees.with_child(
        members, one, "male", asked.get("other", "")
    ),
    "daughter": lambda members, one, asked: pedigrees.with_child(
        members, one, "female", asked.get("other", "")
    ),
    "partner": lambda members, one, _asked: pedigrees.with_partner(members, one),
    "remove": lambda members, one, _asked: pedigrees.removed(members, one),
    "set": _set,
    "start": lambda members, _one, _asked: members or (Member("1"),),
}
_SAID: dict[str, Callable[[], str]] = {
    "parents": lambda: _("Parents added."),
    "brother": lambda: _("Brother added."),
    "sister": lambda: _("Sister added."),
    "son": lambda: _("Son added."),
    "daughter": lambda: _("Daughter added."),
    "partner": lambda: _("Partner added."),
    "remove": lambda: _("Removed from the drawing."),
    "set": lambda: _("Changed."),
    "start": lambda: _("Begun."),
}
