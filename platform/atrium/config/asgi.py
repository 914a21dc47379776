"""The web process: HTTP and sockets."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atrium.config.settings.dev")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from atrium.access.bodies import BodyLimit  # noqa: E402

from .routing import sockets  # noqa: E402

application = BodyLimit(ProtocolTypeRouter({"http": http, "websocket": sockets}), settings.BODY_BYTES)
