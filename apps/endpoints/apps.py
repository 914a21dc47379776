from django.apps import AppConfig


class EndpointsConfig(AppConfig):
    name = "apps.endpoints"
    label = "endpoints"

    def ready(self) -> None:
        from apps.jobs.kinds import register
        from apps.jobs.pools import IN_USE
        from apps.projects.contents import hold

        from .inference import PREDICT
        from .live.calls import CALL
        from .replaying import REPLAY
        from .services import named_by_pool

        for kind in (PREDICT, REPLAY, CALL):
            register(kind)
        IN_USE.append(named_by_pool)
        hold("endpoints")
