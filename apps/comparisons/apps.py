from django.apps import AppConfig


class ComparisonsConfig(AppConfig):
    name = "apps.comparisons"
    label = "comparisons"

    def ready(self) -> None:
        from apps.endpoints.beside import register as register_panel
        from apps.endpoints.deletion import held_by
        from apps.feedback.beside import register as register_look
        from apps.feedback.replays import on_end

        from .asking import answered
        from .beside import compare_case, compare_prediction

        register_panel("comparing", compare_prediction)
        register_look(compare_case)
        on_end(answered)
        held_by("compared_cases", "compared_answers", asked_anew="compared_answers__case__asked")
