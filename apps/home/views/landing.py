"""The first page: for a stranger what Atrium is, for somebody signed in the way to the team."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.teams.selectors import teams_of
from atrium.access.views import person_of, see


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        teams = teams_of(person_of(request))
        return see(f"/t/{teams[0].slug}/" if len(teams) == 1 else "/t/")
    return render(request, "atrium/landing.html", {"demo_url": demo_link()})


def demo_link() -> str:
    """The path of the link that this site opens to everybody, or "" where it opens none."""
    try:
        return Path(settings.DEMO_LINK_FILE).read_text().strip()
    except OSError:
        return ""
