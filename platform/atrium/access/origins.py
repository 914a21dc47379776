"""Sockets are opened by our own pages: what a browser names as its Origin must be the very host that it asks."""

from channels.security.websocket import WebsocketDenier

from atrium.asgi import App, Receive, Scope, Send


class SameOrigin:
    """ASGI, of sockets: refuses pages of another port too, since a browser sends cookies to every port of a host.

    Whether the host is ours is another's question: `AllowedHostsOriginValidator` stands before it.
    """

    def __init__(self, application: App) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        _, _, origin = headers.get(b"origin", b"").partition(b"://")
        if origin and origin == headers.get(b"host"):
            await self._application(scope, receive, send)
        else:
            await WebsocketDenier()(scope, receive, send)
