from django.apps import AppConfig


class ExplanationsConfig(AppConfig):
    name = "apps.explanations"
    label = "explanations"

    def ready(self) -> None:
        from apps.endpoints.deletion import register as register_deletion
        from apps.jobs.kinds import register as register_kind

        from .deletion import forget_predictions
        from .explaining import EXPLAIN

        register_kind(EXPLAIN)
        register_deletion(forget_predictions)
