"""The addresses of sockets."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from apps.endpoints.live.consumer import FunctionSocket
from apps.feedback.consumers import InboxSocket
from apps.jobs.consumers import PoolSocket
from apps.sharing.consumers import GuestBench, MemberBench
from atrium.access.origins import SameOrigin
from atrium.asgi import Receive, Scope, Send

pages = URLRouter(
    [
        path("r/<uuid:link_id>/socket", GuestBench.as_asgi()),
        path("t/<slug:team>/<slug:project>/endpoints/<slug:endpoint>/bench/socket", MemberBench.as_asgi()),
        path("t/<slug:team>/<slug:project>/inbox/socket", InboxSocket.as_asgi()),
    ]
)
programs = URLRouter(
    [
        path("api/v1/versions/<uuid:version_id>/serve", FunctionSocket.as_asgi()),
        path("api/v1/pools/<uuid:pool_id>/work", PoolSocket.as_asgi()),
    ]
)
"""They know their caller by a key in a header, which no browser sends by itself: its origin tells nothing."""
_guarded = AllowedHostsOriginValidator(SameOrigin(AuthMiddlewareStack(pages)))


async def sockets(scope: Scope, receive: Receive, send: Send) -> None:
    await (programs if scope["path"].startswith("/api/") else _guarded)(scope, receive, send)
