"""Pages in the language of their prefix."""

from __future__ import annotations

from django.urls import path

from priam_office.totals import views

urlpatterns = [path("estimates/", views.estimates, name="estimates")]
