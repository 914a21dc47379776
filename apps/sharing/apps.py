from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "apps.sharing"
    label = "sharing"

    def ready(self) -> None:
        from apps.feedback import reviewer_links
        from apps.projects import waiting

        from .selectors import requests_waiting, reviewer_links_of

        reviewer_links.register(reviewer_links_of)
        waiting.register("endpoints", requests_waiting)
