"""Addresses of the pages of endpoints, and of a team's pictures."""

from django.urls import path

from .views.endpoint import EndpointActs, EndpointPage
from .views.endpoints import EndpointsPage
from .views.pictures import TeamPicture
from .views.prediction import PredictionPage
from .views.promotion import PromotionPage

ENDPOINTS = "t/<slug:team>/<slug:project>/endpoints/"

urlpatterns = [
    path("t/<slug:team>/pictures/<uuid:artifact_id>", TeamPicture.as_view(), name="team-picture"),
    path("t/<slug:team>/predictions/<uuid:prediction_id>", PredictionPage.as_view(), name="prediction"),
    path(ENDPOINTS, EndpointsPage.as_view(), name="endpoints"),
    path(f"{ENDPOINTS}<slug:endpoint>/", EndpointPage.as_view(), name="endpoint"),
    path(f"{ENDPOINTS}<slug:endpoint>/act/", EndpointActs.as_view(), name="endpoint-act"),
    path(
        "t/<slug:team>/<slug:project>/models/<slug:model>/v<int:number>/promote/",
        PromotionPage.as_view(),
        name="promote",
    ),
]
