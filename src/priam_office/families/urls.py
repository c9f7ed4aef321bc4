"""Addresses of the family office, under /LANG/work/. None holds a name."""

from __future__ import annotations

from django.urls import path

from priam_office.families.views import antemortem, family, importing, missing, pedigree

urlpatterns = [
    path("missing/", missing.people, name="missing-people"),
    path("missing/new/", missing.new, name="missing-new"),
    path("missing/similar/", missing.similar, name="missing-similar"),
    path("missing/import/", importing.upload, name="missing-import"),
    path("missing/import/<str:key>/", importing.preview, name="missing-preview"),
    path("missing/<str:missing>/", missing.record, name="missing"),
    path("missing/<str:missing>/amend/", missing.amend, name="missing-amend"),
    path("missing/<str:missing>/close/", missing.close, name="missing-close"),
    path("missing/<str:missing>/reopen/", missing.reopen, name="missing-reopen"),
    path("missing/<str:missing>/family/", family.link, name="missing-family"),
    path("missing/<str:missing>/reporter/", missing.report, name="missing-reporter"),
    path(
        "missing/<str:missing>/antemortem/revision/<str:event_id>/",
        antemortem.revision,
        name="missing-revision",
    ),
    path(
        "missing/<str:missing>/antemortem/<str:section>/",
        antemortem.section,
        name="missing-section",
    ),
    path(
        "missing/<str:missing>/antemortem/<str:section>/<str:reporter>/",
        antemortem.edit,
        name="missing-section-edit",
    ),
    path("missing/<str:missing>/facing/", antemortem.face, name="missing-face"),
    path("missing/<str:missing>/facing/<str:case>/", antemortem.facing_case, name="missing-facing"),
    path("families/", family.families, name="families"),
    path("families/<str:family>/", family.family, name="family"),
    path("families/<str:family>/diary/", family.diary, name="family-diary"),
    path("families/<str:family>/ask/", family.ask, name="family-ask"),
    path("families/<str:family>/wish/", family.wish, name="family-wish"),
    path("families/<str:family>/pedigree/", pedigree.pedigree, name="family-pedigree"),
    path("families/<str:family>/relative/", family.relative, name="family-relative-new"),
    path("families/<str:family>/relative/<str:person>/", family.relative, name="family-relative"),
    path("families/<str:family>/standing/<str:person>/", family.standing, name="family-standing"),
    path("families/<str:family>/contact/<str:person>/", family.contact, name="family-contact"),
    path("families/<str:family>/consent/<str:person>/", family.consent, name="family-consent"),
    path("families/<str:family>/withdraw/<str:person>/", family.withdraw, name="family-withdraw"),
    path("families/<str:family>/sample/<str:person>/", family.sample, name="family-sample"),
    path("families/<str:family>/destroy/<str:sample>/", family.destroy, name="family-destroy"),
    path("families/<str:family>/unlink/<str:missing>/", family.unlink, name="family-unlink"),
]
