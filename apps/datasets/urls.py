"""Addresses of the pages of datasets."""

from django.urls import path

from .views.datasets import DatasetActs, DatasetPage, DatasetsPage
from .views.runs import RunActs, RunPage, RunProgress, StartRun
from .views.uploads import Announce, Complete, Parts, Withdraw
from .views.version import VersionActs, VersionFile, VersionNotes, VersionPage, VersionState

DATASETS = "t/<slug:team>/<slug:project>/datasets/"
DATASET = f"{DATASETS}<slug:dataset>/"
VERSION = f"{DATASET}v<int:number>/"

urlpatterns = [
    path(DATASETS, DatasetsPage.as_view(), name="datasets"),
    path(f"{DATASETS}uploads", Announce.as_view(), name="dataset-announce"),
    path(DATASET, DatasetPage.as_view(), name="dataset"),
    path(f"{DATASET}act/", DatasetActs.as_view(), name="dataset-act"),
    path(VERSION, VersionPage.as_view(), name="dataset-version"),
    path(f"{VERSION}state/", VersionState.as_view(), name="dataset-version-state"),
    path(f"{VERSION}act/", VersionActs.as_view(), name="dataset-version-act"),
    path(f"{VERSION}file/", VersionFile.as_view(), name="dataset-version-file"),
    path(f"{VERSION}notes/", VersionNotes.as_view(), name="dataset-version-notes"),
    path(f"{VERSION}run/", StartRun.as_view(), name="dataset-run-start"),
    path(f"{VERSION}runs/<uuid:run_id>/", RunPage.as_view(), name="dataset-run"),
    path(f"{VERSION}runs/<uuid:run_id>/state/", RunProgress.as_view(), name="dataset-run-state"),
    path(f"{VERSION}runs/<uuid:run_id>/act/", RunActs.as_view(), name="dataset-run-act"),
    path(f"{VERSION}upload", Parts.as_view(), name="dataset-version-upload"),
    path(f"{VERSION}withdraw", Withdraw.as_view(), name="dataset-version-withdraw"),
    path(f"{VERSION}complete", Complete.as_view(), name="dataset-version-complete"),
]
