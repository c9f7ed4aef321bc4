"""Addresses of negotiations, under /LANG/work/negotiation/."""

from __future__ import annotations

from django.urls import path

from priam_office.handovers import views

urlpatterns = [
    path("", views.overview, name="negotiation"),
    path("agreements/", views.agreements, name="negotiation-agreements"),
    path("agreements/new/", views.agreement_new, name="negotiation-agreement-new"),
    path("agreements/<uuid:agreement>/", views.agreement, name="negotiation-agreement"),
    path("agreements/<uuid:agreement>/sign/", views.agreement_sign, name="negotiation-sign"),
    path("agreements/<uuid:agreement>/reading/", views.reading, name="negotiation-reading"),
    path("agreements/<uuid:agreement>/hold/", views.hold, name="negotiation-hold"),
    path("agreements/<uuid:agreement>/amend/", views.amend, name="negotiation-amend"),
    path(
        "agreements/<uuid:agreement>/amendment/",
        views.amendment_sign,
        name="negotiation-amendment",
    ),
    path("offers/", views.offers, name="negotiation-offers"),
    path("offers/new/", views.offer_new, name="negotiation-offer-new"),
    path("offers/<uuid:offer>/", views.offer, name="negotiation-offer"),
    path("offers/<uuid:offer>/answer/", views.answer, name="negotiation-answer"),
    path("offers/<uuid:offer>/withdraw/", views.withdraw, name="negotiation-withdraw"),
    path("offers/<uuid:offer>/words/", views.characterise, name="negotiation-words"),
    path("manifests/", views.manifests, name="negotiation-manifests"),
    path("manifests/<uuid:manifest>/", views.manifest, name="negotiation-manifest"),
    path("manifests/<uuid:manifest>/<slug:kind>.pdf", views.paper, name="negotiation-paper"),
    path("refused/", views.refused, name="negotiation-refused"),
    path("others/", views.others, name="negotiation-others"),
]
