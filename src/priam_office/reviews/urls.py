"""Addresses of reviews, under /LANG/work/lists/."""

from __future__ import annotations

from django.urls import path

from priam_office.reviews import views

urlpatterns = [
    path("", views.reviews, name="reviews"),
    path("<slug:review>/", views.review, name="review"),
    path("<slug:review>/pairs/<int:number>/", views.answer, name="review-answer"),
    path("<slug:review>/back/", views.back, name="review-back"),
    path("<slug:review>/decisions.jsonl", views.export, name="review-export"),
]
