from django.apps import AppConfig

from atrium.telemetry import metrics


class JobsConfig(AppConfig):
    name = "apps.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Have queues and workers told at `/metrics`."""
        from .metrics import collect

        metrics.also(collect)
