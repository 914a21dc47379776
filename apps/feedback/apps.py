from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "apps.feedback"
    label = "feedback"

    def ready(self) -> None:
        from apps.projects.waiting import register

        from .selectors import open_cases

        register("inbox", open_cases)
