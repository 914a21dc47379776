from functools import partial

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "apps.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from atrium.audit.listeners import listen

        from .events import KINDS
        from .services import announce

        for kind in KINDS:
            listen(kind.what, partial(announce, kind))
