from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "apps.feedback"
    label = "feedback"

    def ready(self) -> None:
        from apps.endpoints.beside import register as register_panel
        from apps.endpoints.deletion import held_by
        from apps.projects.waiting import register as register_count

        from .beside import conversation
        from .selectors import open_cases

        register_count("inbox", open_cases)
        register_panel("conversation", conversation)
        held_by("flags", "replays", asked_anew="replays__judged")
