"""Addresses of the laboratory, under /LANG/work/laboratory/."""

from __future__ import annotations

from django.urls import path

from priam_office.laboratory import views

urlpatterns = [
    path("", views.overview, name="laboratory"),
    path("profiles/", views.profiles, name="laboratory-profiles"),
    path("profiles/<uuid:profile>/set-aside/", views.aside, name="laboratory-aside"),
    path("differing/", views.differing, name="laboratory-differing"),
    path("of/<str:tag>/", views.subject, name="laboratory-subject"),
    path("staff/", views.staff, name="laboratory-staff"),
    path("import/", views.upload, name="laboratory-upload"),
    path("import/<uuid:upload>/", views.preview, name="laboratory-preview"),
    path("search/", views.new_search, name="laboratory-new-search"),
    path("search/<uuid:search>/", views.search, name="laboratory-search"),
    path("search/<uuid:search>/progress/", views.progress, name="laboratory-progress"),
    path("search/<uuid:search>/call-off/", views.call_off, name="laboratory-call-off"),
    path("candidates/", views.candidates, name="laboratory-candidates"),
    path("candidates/<uuid:search>/", views.candidates, name="laboratory-candidates-of"),
    path(
        "candidates/<uuid:search>/<str:case>/<str:missing>/",
        views.candidate,
        name="laboratory-candidate",
    ),
]
