"""Addresses of the pages of models."""

from django.urls import path

from .views.card import CardPage
from .views.interface import InterfacePage
from .views.models import ModelPage, ModelsPage
from .views.version import VersionActs, VersionFile, VersionPage, VersionState

MODELS = "t/<slug:team>/<slug:project>/models/"
VERSION = f"{MODELS}<slug:model>/v<int:number>/"

urlpatterns = [
    path(MODELS, ModelsPage.as_view(), name="models"),
    path(f"{MODELS}<slug:model>/", ModelPage.as_view(), name="model"),
    path(VERSION, VersionPage.as_view(), name="version"),
    path(f"{VERSION}state/", VersionState.as_view(), name="version-state"),
    path(f"{VERSION}act/", VersionActs.as_view(), name="version-act"),
    path(f"{VERSION}file/", VersionFile.as_view(), name="version-file"),
    path(f"{VERSION}interface/", InterfacePage.as_view(), name="version-interface"),
    path(f"{VERSION}card/", CardPage.as_view(), name="version-card"),
]
