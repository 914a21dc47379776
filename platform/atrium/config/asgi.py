"""The web process: HTTP and sockets."""

import gc
import os
import warnings

from django.core.asgi import get_asgi_application

# WhiteNoise reads its small files synchronously; Django says so for each of them.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atrium.config.settings.dev")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from apps.endpoints.api.predict import predict  # noqa: E402
from atrium.access.admission import Admission  # noqa: E402
from atrium.access.bodies import BodyLimit  # noqa: E402
from atrium.access.direct import Direct  # noqa: E402
from atrium.telemetry.gate import DatabaseGate  # noqa: E402

from .routing import sockets  # noqa: E402

PREDICTIONS = r"/api/v1/endpoints/(?P<endpoint_id>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/predictions"
pages = ProtocolTypeRouter({"http": http, "websocket": sockets})
views = Direct(PREDICTIONS, predict, otherwise=pages)
application = DatabaseGate(BodyLimit(Admission(views, settings.REQUESTS_AT_ONCE), settings.BODY_BYTES))
gc.collect()
gc.freeze()  # what is loaded now stays: collections need not look at it again
