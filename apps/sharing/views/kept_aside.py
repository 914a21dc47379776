"""What a project keeps aside because somebody may be named in its pixels: its members look, cover, release, delete."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints import quarantine
from apps.endpoints.models import Quarantined
from apps.projects.views import ProjectView
from apps.sharing.bench import member_place
from apps.sharing.models import GuestVisit
from apps.users.models import User
from atrium.errors import FieldError, Invalid, NotFound
from atrium.pages.shell import Place

SHOWN = 100
ACTS = {
    "release": (quarantine.release, "Released. Whoever sent it can go on."),
    "delete": (quarantine.withdraw, "Deleted, with its pictures."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One study. url: of its addresses on the endpoint's bench, where it is looked at and covered."""

    held: Quarantined
    url: str
    who: str

    @property
    def json(self) -> dict[str, object]:
        return quarantine.shown(self.held)


class KeptAsidePage(ProjectView):
    here = "endpoints"

    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        found = list(quarantine.listed_quarantine(self.member, self.project.pk).order_by("state", "-pk")[: SHOWN + 1])
        context = {
            "shell": self.shell("Kept aside", Place("Endpoints", f"{self.url}endpoints/")),
            "lines": self.lines(found[:SHOWN]),
            "more": len(found) > SHOWN,
            "most": SHOWN,
            "here": f"{self.url}quarantine/",
        }
        return TemplateResponse(request, "sharing/kept_aside.html", context)

    def lines(self, found: list[Quarantined]) -> list[Line]:
        authors = {held.author_id for held in found}
        guests = dict(GuestVisit.objects.filter(pk__in=authors).values_list("pk", "name"))
        people = {user.pk: str(user) for user in User.objects.filter(pk__in=authors)}
        return [
            Line(
                held,
                f"{member_place(self.team_slug, held.endpoint).base}/quarantine/{held.pk}",
                people.get(held.author_id) or guests.get(held.author_id) or "A reviewer without a name",
            )
            for held in found
        ]


class KeptAsideAct(ProjectView):
    def post(self, request: HttpRequest, project: str, held_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        act = request.POST.get("act", "")
        if act not in ACTS:
            raise Invalid(FieldError("act", "choice", f"Give one of {', '.join(ACTS)}."))
        if quarantine.held_for(self.member, held_id).endpoint.project_id != self.project.pk:
            raise NotFound
        do, done = ACTS[act]
        return self.tried(request, lambda: do(self.member, held_id), done, f"{self.url}quarantine/")
