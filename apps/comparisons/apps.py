from django.apps import AppConfig


class ComparisonsConfig(AppConfig):
    name = "apps.comparisons"
    label = "comparisons"

    def ready(self) -> None:
        from apps.endpoints.beside import register as register_panel
        from apps.feedback.beside import register as register_look
        from apps.feedback.replays import on_end

        from .asking import answered
        from .beside import compare_case, compare_prediction

        register_panel("comparing", compare_prediction)
        register_look(compare_case)
        on_end(answered)
