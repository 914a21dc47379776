"""What the pages of a team's settings share: the navigation, and the tabs that a role may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.projects.shell import shell_for
from apps.teams.permissions import can_delete_team, can_make_tokens, can_read_audit, can_see_pools
from atrium.access.principals import Member
from atrium.access.views import TeamView


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    is_here: bool


def tabs_for(member: Member, base: str, here: str) -> list[Tab]:
    """The sections that this role may open; the others are not shown."""
    places = [("Members", "", True), ("API tokens", "tokens/", can_make_tokens(member))]
    places.append(("Pools", "pools/", can_see_pools(member)))
    places += [(name, f"{name.split()[0].lower()}/", can_read_audit(member)) for name in ("Usage and quota", "Audit")]
    places.append(("Delete", "deletion/", can_delete_team(member)))
    return [Tab(name, f"{base}{end}", f"{base}{end}" == here) for name, end, shown in places if shown]


class SettingsView(TeamView):
    """One section of the settings; `page` renders it."""

    template = ""
    title = ""

    @property
    def base(self) -> str:
        return f"/t/{self.kwargs['team']}/settings/"

    def page(self, request: HttpRequest, context: dict[str, Any], here: str, status: int = 200) -> HttpResponseBase:
        shared = {
            "shell": shell_for(self.member, self.title, here="settings"),
            "tabs": tabs_for(self.member, self.base, f"{self.base}{here}"),
            "base": self.base,
            "member": self.member,
        }
        response = TemplateResponse(request, self.template, shared | context, status=status)
        response["Cache-Control"] = "no-store"
        return response
