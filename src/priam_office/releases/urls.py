"""Addresses of releases, under /LANG/work/."""

from __future__ import annotations

from django.urls import path

from priam_office.releases import views

urlpatterns = [
    path("releases/", views.release_list, name="releases"),
    path("releases/plan/", views.release_plan, name="release-plan"),
    path("releases/graves/", views.grave_list, name="release-graves"),
    path("releases/graves/open/", views.grave_open, name="release-grave-open"),
    path("releases/<str:release>/", views.release, name="release"),
    path("releases/<str:release>/cancel/", views.release_cancel, name="release-cancel"),
    path("releases/<str:release>/issue/", views.release_issue, name="release-issue"),
    path("releases/<str:release>/hand-over/", views.release_hand_over, name="release-hand-over"),
    path("releases/<str:release>/grave/", views.release_bury, name="release-bury"),
    path("releases/<str:release>/pack/", views.release_pack, name="release-pack"),
    path("releases/<str:release>/return/", views.release_return, name="release-return"),
    path(
        "releases/<str:release>/papers/<str:digest>.pdf", views.release_paper, name="release-paper"
    ),
    path("families/<str:family>/code/", views.family_code, name="release-family-code"),
]
