"""What every template may rely on without its view saying so."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Site:
    """url: where this installation is reached, without a slash at the end.

    is_in_development: mail is written to files, which operators read on a page.
    """

    url: str
    is_in_development: bool


def site(request: HttpRequest) -> dict[str, object]:
    """Reads settings only: an error page must render when the database is away."""
    return {"site": Site(settings.ATRIUM_URL, settings.DEVELOPMENT)}
