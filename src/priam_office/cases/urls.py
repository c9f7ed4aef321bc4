"""Addresses of the mortuary, under /LANG/work/."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from priam_office.cases import import_views, record_views, tablet_views, thing_views, views


class ThingConverter(StringConverter):
    """The id of a thing: what no id can be is no address, and reaches no database."""

    regex = r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}"


register_converter(ThingConverter, "thing")

urlpatterns = [
    path("mortuary/", views.board, name="mortuary"),
    path("mortuary/bags/", views.bags, name="bags"),
    path("mortuary/bags/find/", views.find_bag, name="find-bag"),
    path("mortuary/bags/<thing:tag>/", views.bag, name="bag"),
    path("mortuary/bags/<thing:tag>/reexamine/", views.reexamine, name="bag-reexamine"),
    path("mortuary/bags/<thing:tag>/effects/", thing_views.seal_bag_effects, name="bag-effects"),
    path("mortuary/cases/", views.case_list, name="cases"),
    path("mortuary/cases.csv", views.cases_csv, name="cases-csv"),
    path("mortuary/cases/<thing:tag>/", views.case, name="case"),
    path("mortuary/cases/<thing:tag>/record/", record_views.record, name="case-record"),
    path(
        "mortuary/cases/<thing:tag>/record/<slug:number>/",
        record_views.section,
        name="case-section",
    ),
    path("mortuary/cases/<thing:tag>/<slug:act>/", views.case_act, name="case-act"),
    path("mortuary/photographs/<uuid:name>/", record_views.photograph, name="photograph"),
    path("mortuary/photographs/<uuid:name>/original/", record_views.original, name="original"),
    path("mortuary/samples/", thing_views.sample_list, name="samples"),
    path("mortuary/samples/send/", thing_views.send, name="samples-send"),
    path("mortuary/samples/<thing:tag>/", thing_views.sample, name="sample"),
    path("mortuary/elements/<thing:tag>/", thing_views.element, name="case-element"),
    path("mortuary/effects/<thing:tag>/", thing_views.packet, name="case-packet"),
    path("mortuary/places/", thing_views.places, name="places"),
    path("mortuary/places/<thing:tag>/", thing_views.place, name="place"),
    path("mortuary/store/", thing_views.store, name="store"),
    path("mortuary/labels/", views.labels, name="labels"),
    path("mortuary/import/", import_views.upload, name="cases-import"),
    path("mortuary/offline/", tablet_views.offline, name="offline"),
    path("mortuary/sync/", tablet_views.sync, name="cases-sync"),
    path("mortuary/pieces/", tablet_views.piece, name="cases-piece"),
    path("mortuary/tablets/", tablet_views.tablets, name="tablets"),
    path("mortuary/held/", tablet_views.held, name="held"),
    path("mortuary/held/<uuid:entry>/file/", tablet_views.held_file, name="held-file"),
    path("sw.js", tablet_views.service_worker, name="service-worker"),
    path("app.webmanifest", tablet_views.manifest, name="app-manifest"),
]
