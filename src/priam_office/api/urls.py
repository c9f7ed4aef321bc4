"""Addresses under /LANG/work/."""

from __future__ import annotations

from django.urls import path

from priam_office.api import views

urlpatterns = [path("tokens/", views.own_tokens, name="tokens")]
