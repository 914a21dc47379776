"""The addresses of sockets."""

from channels.routing import URLRouter

urlpatterns: list[object] = []
sockets = URLRouter(urlpatterns)
