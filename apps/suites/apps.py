from django.apps import AppConfig


class SuitesConfig(AppConfig):
    name = "apps.suites"
    label = "suites"

    def ready(self) -> None:
        from apps.endpoints.deletion import held_by
        from apps.endpoints.deletion import register as register_deletion
        from apps.feedback.beside import register as beside
        from apps.feedback.replays import on_end
        from apps.registry.deciding import on_decided
        from apps.registry.gates import register as gate

        from .deletion import forget_predictions
        from .gate import judge, look, show, version_decided
        from .runs import answered

        gate(show, judge)
        beside(look)
        register_deletion(forget_predictions)
        held_by("suite_results", asked_anew="suite_results__case__judged")
        on_end(answered)
        on_decided(version_decided)
