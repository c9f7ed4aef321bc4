"""Addresses of the board, under /LANG/work/board/."""

from __future__ import annotations

from django.urls import path

from priam_office.board import views

urlpatterns = [
    path("", views.board, name="board"),
    path("case/<str:tag>/", views.case, name="board-case"),
    path("case/<str:tag>/propose/", views.propose, name="board-propose"),
    path("case/<str:tag>/conflict/", views.raise_conflict, name="board-raise"),
    path("decision/<uuid:decision>/", views.decision, name="board-decision"),
    path("decision/<uuid:decision>/sign/", views.sign, name="board-sign"),
    path("decision/<uuid:decision>/withdraw/", views.withdraw, name="board-withdraw"),
    path("decision/<uuid:decision>/reopen/", views.reopen, name="board-reopen"),
    path("conflict/<uuid:conflict>/", views.conflict, name="board-conflict"),
]
