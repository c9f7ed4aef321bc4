"""What every page needs: the languages, and the same page in each of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

from priam_office.handovers import witnesses
from priam_office.record import restored

__all__ = ["site"]


def site(request: HttpRequest) -> dict[str, Any]:
    """Address of this page in every language, with its query; name of the page for the menu;
    what stands as an alarm on every page."""
    path = request.get_full_path()
    match = request.resolver_match
    return {
        "site_languages": [
            {"code": code, "name": name, "url": translate_url(path, code)}
            for code, name in settings.LANGUAGES
        ],
        "page_name": match.url_name if match else "",
        "silent_witnesses": witnesses.alarms(),
        "read_only": restored.held() is not None,
    }
