"""The navigation around every team page."""

from apps.jobs.selectors import on_reduced_floor
from apps.teams.models import Team
from apps.teams.selectors import teams_of
from apps.users.models import User
from atrium.access.principals import Member, Person
from atrium.pages.shell import Place, Shell

from .models import Project
from .waiting import waiting_in

REDUCED = (
    "This machine cannot confine uploaded models fully: user namespaces are forbidden here. "
    "Allow them before more than two teams use it."
)


def shell_for(
    member: Member, title: str, *, project: Project | None = None, here: str = "", crumbs: tuple[Place, ...] = ()
) -> Shell:
    """Called inside the team's context. here: the key of the current place. crumbs: between project and page."""
    team = Team.objects.get(pk=member.team_id)
    base = f"/t/{team.slug}/"
    projects = [
        Place(other.name, f"{base}{other.slug}/") for other in Project.objects.order_by("name") if other != project
    ]
    mine = teams_of(Person(member.user_id, member.name))
    way = crumbs if project is None or here == "overview" else (Place(project.name, f"{base}{project.slug}/"), *crumbs)
    return Shell(
        title=title,
        team=Place(team.name, base),
        person=Place(member.name, "/account/"),
        project=None if project is None else Place(project.name, f"{base}{project.slug}/"),
        pages=_team_pages(base) if project is None else _project_pages(member, project, f"{base}{project.slug}/"),
        projects=projects,
        teams=[Place(other.name, f"/t/{other.slug}/") for other in mine if other.team_id != team.pk],
        foot=_foot(member, base),
        crumbs=way,
        here=here,
        banner=_banner(),
    )


def _team_pages(base: str) -> list[Place]:
    return [Place("Overview", base, "home", "overview")]


def _project_pages(member: Member, project: Project, base: str) -> list[Place]:
    """The counts say what waits for this member: access requests beside the endpoints, open cases beside the inbox."""
    return [
        Place("Overview", base, "home", "overview"),
        Place("Models", f"{base}models/", "model", "models"),
        Place("Endpoints", f"{base}endpoints/", "endpoint", "endpoints", waiting_in("endpoints", member, project)),
        Place("Datasets", f"{base}datasets/", "data", "datasets"),
        Place("Inbox", f"{base}inbox/", "inbox", "inbox", waiting_in("inbox", member, project)),
        Place("Settings", f"{base}settings/", "settings", "project-settings"),
    ]


def _foot(member: Member, base: str) -> list[Place]:
    settings = [Place("Team settings", f"{base}settings/", "settings", "settings")]
    if User.objects.filter(pk=member.user_id, is_staff=True).exists():
        settings.append(Place("Operator", "/operator/pool/", "chip", "operator"))
    return [*settings, Place("Documentation", "/docs/", "help", "documentation")]


def _banner() -> str:
    return REDUCED if on_reduced_floor() else ""
