"""Addresses of the demonstration."""

from __future__ import annotations

from django.urls import path

from priam_office.demonstration import views

urlpatterns = [
    path("guide/", views.guide, name="guide"),
    path("guide/as/<slug:account>/", views.become, name="guide-become"),
]
