from django.apps import AppConfig


class EndpointsConfig(AppConfig):
    name = "apps.endpoints"
    label = "endpoints"

    def ready(self) -> None:
        from apps.jobs.kinds import register

        from .inference import PREDICT
        from .live.calls import CALL
        from .replaying import REPLAY

        for kind in (PREDICT, REPLAY, CALL):
            register(kind)
