"""Filters of the pages on accounts."""

from __future__ import annotations

from django import template

from priam_office import dates

register = template.Library()
register.filter("moment", dates.moment)
