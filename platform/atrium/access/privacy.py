"""Answers at addresses that hold a secret, or what a guest sees, stay out of indexes and caches; refusals too."""

from django.http import HttpRequest, HttpResponse

from atrium.middleware import Around

PRIVATE = ("/l/", "/r/", "/return/", "/invitations/")


class PrivacyMiddleware(Around):
    def leave(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith(PRIVATE):
            response["X-Robots-Tag"] = "noindex"
            response.headers.setdefault("Cache-Control", "no-store")
        return response
