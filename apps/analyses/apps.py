from django.apps import AppConfig


class AnalysesConfig(AppConfig):
    name = "apps.analyses"
    label = "analyses"

    def ready(self) -> None:
        from apps.jobs.kinds import register

        from .answering import ASK

        register(ASK)
