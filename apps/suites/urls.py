"""Addresses of suites."""

from django.urls import path

from .views import suite

SUITE = "t/<slug:team>/<slug:project>/models/<slug:model>/suite/"

urlpatterns = [
    path(SUITE, suite.SuitePage.as_view(), name="suite"),
    path(f"{SUITE}cases/<uuid:case_id>", suite.CaseAct.as_view(), name="suite-case"),
    path(f"{SUITE}runs/v<int:number>/", suite.RunPage.as_view(), name="suite-run"),
    path("t/<slug:team>/<slug:project>/inbox/<uuid:thread_id>/suite", suite.AddCase.as_view(), name="case-suite"),
]
