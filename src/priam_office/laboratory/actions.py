"""Verbs of the laboratory: import, set aside, ask for a search, call it off."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.utils.translation import gettext as _

from priam import events as ev
from priam.errors import UserError
from priam.identification.settings import Settings, settings_toml
from priam_office.laboratory import intake
from priam_office.laboratory.models import Profile, Search, Upload, Work
from priam_office.record.write import Entry, record, record_all

__all__ = ["call_off", "import_profiles", "request_search", "set_aside"]


def import_profiles(upload: Upload, fingerprint: str, *, leave_out: bool, by: Any) -> int:
    """Record the profiles of a file as they were previewed; returns how many."""
    return intake.record_upload(upload, fingerprint, leave_out=leave_out, by=by.actor)


def set_aside(profile: Profile, reason: str, *, by: Any) -> None:
    """Let a profile take no part from now on; what is left is put together anew."""
    record(ev.ProfileSetAside(profile.profile, reason), by=by.actor)
    formed = [Entry(event) for event in intake.stale_consensus([profile.sample])]
    if formed:
        record_all(formed, by=by.actor)


def request_search(settings: Settings, *, by: Any) -> str:
    """Ask that all remains be compared with all families; one search waits or runs at a time."""
    if Search.objects.filter(status="requested").exists():
        raise UserError(_("A search is waiting or at work; wait for it, or call it off."))
    search = ev.new_event_id()
    record(ev.SearchRequested(search, settings_toml(settings)), by=by.actor)
    return search


def call_off(search: Search, *, by: Any) -> None:
    """Stop a search: at once if it waits, soon if a worker has it."""
    if search.status != "requested":
        raise UserError(_("This search has ended."))
    Work.objects.update_or_create(search=search.search, defaults={"called_off": True})
    record(ev.SearchStopped(search.search, "called off"), by=by.actor)
    Work.objects.filter(search=search.search, worker="").delete()  # none that would clear it away


def changed(settings: Settings, **values: Any) -> Settings:
    """Settings with some values exchanged: ``section__name=value``."""
    for name, value in values.items():
        section, _mark, field = name.partition("__")
        part = dataclasses.replace(getattr(settings, section), **{field: value})
        settings = dataclasses.replace(settings, **{section: part})
    return settings
