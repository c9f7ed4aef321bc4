"""Addresses of accounts, under /LANG/work/."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from priam_office.people import views

urlpatterns = [
    path("", views.day, name="day"),
    path("scan/", views.scan_tag, name="scan"),
    path(
        "sign-in/",
        LoginView.as_view(template_name="people/sign_in.html", redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
]
