"""Pages in the language of their prefix."""

from __future__ import annotations

from django.urls import path

from priam_office.public import casework, simulated, views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("exchanges/<str:agreement>/", views.exchange_page, name="exchange"),
    path("other/", views.other, name="other"),
    path("claims/", views.claims, name="claims"),
    path("claims/<str:claim>/", views.claim, name="claim"),
    path("events/", views.events, name="events"),
    path("events/<uuid:event_id>/", views.event, name="event"),
    path("log/", views.log, name="log"),
    path("units/", casework.units, name="units"),
    path("status/", casework.status, name="status"),
    path("simulated/", simulated.page, name="simulated"),
    path("how-to-read/", views.how_to_read, name="how-to-read"),
]
