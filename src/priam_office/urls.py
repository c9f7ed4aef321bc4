"""All addresses. A page has its language in front; data has none, it is the same in all."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from priam_office.api.interface import api
from priam_office.public import exports, views

urlpatterns = [
    path("", views.front, name="front"),
    path("account.json", exports.account_json, name="account-json"),
    path("claims.csv", exports.claims_csv, name="claims-csv"),
    path("figures.csv", exports.figures_csv, name="figures-csv"),
    path("discrepancies.csv", exports.discrepancies_csv, name="discrepancies-csv"),
    path("checkpoint", exports.checkpoint, name="checkpoint"),
    path("events/<uuid:event_id>.proof", exports.proof, name="event-proof"),
    path("api/v1/", api.urls),
    path("health", exports.health, name="health"),
    *i18n_patterns(
        path("", include("priam_office.public.urls")),
        path("", include("priam_office.totals.urls")),
        path("", include("priam_office.demonstration.urls")),
        path("work/lists/", include("priam_office.reviews.urls")),
        path("work/board/", include("priam_office.board.urls")),
        path("work/negotiation/", include("priam_office.handovers.urls")),
        path("work/laboratory/", include("priam_office.laboratory.urls")),
        path("work/", include("priam_office.people.urls")),
        path("work/", include("priam_office.cases.urls")),
        path("work/", include("priam_office.families.urls")),
        path("work/", include("priam_office.releases.urls")),
        path("work/", include("priam_office.api.urls")),
    ),
]
handler403 = "priam_office.people.views.forbidden"
handler404 = "priam_office.public.views.not_found"
handler500 = "priam_office.public.views.failed"
