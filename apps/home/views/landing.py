"""The first page: for a stranger what Atrium is, for somebody signed in the way to the teams."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from atrium.access.views import see


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return see("/t/")
    return render(request, "atrium/landing.html", {"demo_url": demo_link()})


def demo_link() -> str:
    """The path of the link that this site opens to everybody, or "" where it opens none."""
    try:
        return Path(settings.DEMO_LINK_FILE).read_text().strip()
    except OSError:
        return ""
