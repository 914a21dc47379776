"""What every template may rely on without its view saying so."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Site:
    """url: where this installation is reached, without a slash at the end."""

    url: str


def site(request: HttpRequest) -> dict[str, object]:
    """Reads settings only: an error page must render when the database is away.

    mail_is_written: mail goes to files, which operators read on a page. No part of `site`, which views of allauth
    replace by their own.
    """
    return {"site": Site(settings.ATRIUM_URL), "mail_is_written": settings.DEVELOPMENT}
