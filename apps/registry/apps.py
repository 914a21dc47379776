from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "apps.registry"
    label = "registry"

    def ready(self) -> None:
        from apps.jobs.kinds import register
        from apps.projects.contents import hold

        from .inspection import INSPECT

        register(INSPECT)
        hold("models")
