from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "apps.sharing"
    label = "sharing"

    def ready(self) -> None:
        from apps.feedback import reviewer_links
        from apps.projects import waiting

        from .selectors import reviewer_links_of, waiting_at_endpoints

        reviewer_links.register(reviewer_links_of)
        waiting.register("endpoints", waiting_at_endpoints)
