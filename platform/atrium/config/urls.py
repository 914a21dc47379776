"""Every address of Atrium."""

from django.conf import settings
from django.urls import include, path

from atrium.pages.views import catalogue
from atrium.telemetry.health import health, live
from atrium.telemetry.metrics import metrics

handler400 = "atrium.errors.middleware.bad_request"
handler403 = "atrium.errors.middleware.forbidden"
handler404 = "atrium.errors.middleware.not_found"
handler429 = "atrium.errors.middleware.too_many_requests"
handler500 = "atrium.errors.middleware.server_error"

urlpatterns = [
    path("health/", health, name="health"),
    path("health/live", live, name="health-live"),
    path("health/ready", health, name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include("atrium.config.api")),
    path("accounts/", include("allauth.urls")),
    path("", include("apps.sharing.urls")),
    path("", include("apps.home.settings_urls")),
    path("", include("apps.webhooks.urls")),
    path("", include("apps.registry.urls")),
    path("", include("apps.endpoints.urls")),
    path("", include("apps.datasets.urls")),
    path("", include("apps.analyses.urls")),
    path("", include("apps.suites.urls")),
    path("", include("apps.comparisons.urls")),
    path("", include("apps.feedback.urls")),
    path("", include("apps.home.urls")),
]

if settings.DEVELOPMENT:
    urlpatterns += [path("catalogue/", catalogue, name="catalogue")]
