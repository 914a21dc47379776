from django.apps import AppConfig


class AnalysesConfig(AppConfig):
    name = "apps.analyses"
    label = "analyses"

    def ready(self) -> None:
        from apps.datasets.deletion import register as register_deletion
        from apps.jobs.kinds import register as register_kind

        from .answering import ASK
        from .deletion import forget_versions

        register_kind(ASK)
        register_deletion(forget_versions)
