"""The addresses of sockets."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from apps.feedback.consumers import InboxSocket
from apps.sharing.consumers import GuestBench, MemberBench
from atrium.access.origins import SameOrigin

routes = URLRouter(
    [
        path("r/<uuid:link_id>/socket", GuestBench.as_asgi()),
        path("t/<slug:team>/<slug:project>/endpoints/<slug:endpoint>/bench/socket", MemberBench.as_asgi()),
        path("t/<slug:team>/<slug:project>/inbox/socket", InboxSocket.as_asgi()),
    ]
)
sockets = AllowedHostsOriginValidator(SameOrigin(AuthMiddlewareStack(routes)))
