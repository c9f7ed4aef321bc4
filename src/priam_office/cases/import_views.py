"""Importing a table on a page: what it would do is shown first."""

from __future__ import annotations

import re
import time
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from priam.errors import UserError
from priam.events import new_event_id
from priam_office.cases import forms
from priam_office.cases.columns import COLUMNS
from priam_office.cases.importing import Plan, import_rows, plan
from priam_office.cases.views import posted
from priam_office.people.permissions import requires
from priam_office.people.refusals import sentence
from priam_office.vault.files import read_sealed, write_sealed

__all__ = ["upload"]

_KEPT = 24 * 3600  # seconds that a previewed file waits, sealed, for its import
_ID = re.compile(r"[0-9a-f-]{36}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.work")
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file, see what it would change, then import it."""
    if request.method == "POST" and request.POST.get("waiting"):
        return _confirmed(request, request.POST["waiting"])
    form = forms.ImportForm(posted(request), request.FILES or None)
    found: dict[str, object] = {"form": form, "columns": COLUMNS}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read()
        try:
            found["plan"] = made = plan(data, "")
            found["waiting"] = _keep(data) if made.entries and not made.problems else ""
        except UserError as error:
            form.add_error("file", sentence(error))
    return render(request, "cases/import.html", found)


def _confirmed(request: HttpRequest, waiting: str) -> HttpResponse:
    try:
        if not _ID.fullmatch(waiting):
            raise UserError(_("That file is not here any more; choose it again."))
        made: Plan = plan(read_sealed(_place(waiting)), "")
        count = import_rows(made, by=request.user.actor)
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect("cases-import")
    _place(waiting).unlink(missing_ok=True)
    done = ngettext("%(count)s event recorded.", "%(count)s events recorded.", count)
    messages.success(request, done % {"count": count})
    return redirect("mortuary")


def _keep(data: bytes) -> str:
    """Keep the file sealed until it is imported; those that nobody imported go after a day."""
    folder = _place("").parent
    for old in folder.glob("*.csv.sealed"):
        if old.stat().st_mtime < time.time() - _KEPT:
            old.unlink(missing_ok=True)
    name = new_event_id()
    write_sealed(_place(name), data, "custody")
    return name


def _place(name: str) -> Path:
    folder: Path = settings.INSTALLATION.folder
    return folder / "imports" / f"{name}.csv.sealed"
