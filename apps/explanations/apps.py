from django.apps import AppConfig


class ExplanationsConfig(AppConfig):
    name = "apps.explanations"
    label = "explanations"

    def ready(self) -> None:
        from apps.endpoints.beside import register as register_panel
        from apps.endpoints.deletion import register as register_deletion
        from apps.jobs.kinds import register as register_kind

        from .beside import why
        from .deletion import forget_predictions
        from .explaining import EXPLAIN

        register_kind(EXPLAIN)
        register_panel("why", why)
        register_deletion(forget_predictions)
