"""The navigation around every team page."""

from apps.jobs.selectors import has_spent_today, on_reduced_floor
from apps.teams.models import Team
from apps.teams.permissions import can_read_audit
from apps.teams.selectors import teams_of
from apps.users.models import User
from atrium.access.principals import Member, Person
from atrium.pages.shell import Banner, Place, Shell

from .models import Project
from .waiting import waiting_in

REDUCED = Banner(
    "This machine cannot confine uploaded models fully: user namespaces are forbidden here. "
    "Allow them before more than two teams use it.",
    "How to allow them",
    "/docs/explanation/sandbox/#two-floors",
)
SPENT = "The team's device time of today is used up: new cases are refused until midnight UTC."


def shell_for(
    member: Member,
    title: str,
    *,
    project: Project | None = None,
    here: str = "",
    crumbs: tuple[Place, ...] = (),
    of: str = "",
) -> Shell:
    """Called inside the team's context. here: the key of the current place. crumbs: between project and page. of: what
    the page is about, where its title alone does not say it."""
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
        banners=_banners(member, base),
        of=of,
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


def _banners(member: Member, base: str) -> list[Banner]:
    found = [REDUCED] if on_reduced_floor() else []
    if has_spent_today(member):
        sees = can_read_audit(member)
        found.append(Banner(SPENT, "See the usage", f"{base}settings/usage/") if sees else Banner(SPENT))
    return found
