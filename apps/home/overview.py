"""The figures and rows of a team's and a project's first pages, gathered from the apps below."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from apps.datasets.models import DatasetVersion
from apps.datasets.selectors import datasets_for
from apps.endpoints.models import Endpoint, Prediction
from apps.endpoints.selectors import endpoints_for
from apps.endpoints.traffic import Traffic, median_answer, traffic_of
from apps.feedback.models import Flag, Thread
from apps.jobs.models import Job, Worker
from apps.projects.models import Project
from apps.registry.models import Version
from apps.sharing.models import Link
from apps.teams.models import ApiToken
from atrium.access.principals import Member

FORGOTTEN = timedelta(minutes=5)
"""A worker that was not heard for so long is not shown any more: it was stopped on purpose, or replaced."""


@dataclass(frozen=True, slots=True)
class ProjectCounts:
    """One line of the team's first page."""

    name: str
    slug: str
    description: str
    models: int
    endpoints: int
    waiting: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Start:
    """How far a team has come on the way from a token to a shared link."""

    has_token: bool
    has_model: bool
    has_link: bool

    @property
    def is_done(self) -> bool:
        return self.has_model and self.has_link


@dataclass(frozen=True, slots=True)
class Figures:
    """The line below the name of a project or a team. open: cases of the inbox.

    reviewers: who flagged or tried within 7 days. median_ms: None for a team, whose models have nothing in common.
    """

    predictions: int
    median_ms: float | None
    flags: int
    open: int
    reviewers: int


@dataclass(frozen=True, slots=True)
class EndpointLine:
    endpoint: Endpoint
    traffic: Traffic
    links: int


@dataclass(frozen=True, slots=True)
class Pool:
    """The workers of the pool "default" as they are now, and how much of the team waits for them."""

    workers: tuple[Worker, ...]
    waiting: int

    @property
    def state(self) -> str:
        return "healthy" if any(worker.state == "healthy" for worker in self.workers) else "lost"


def projects_of() -> list[ProjectCounts]:
    """The team's projects by name; called, like all here, inside the team's context."""
    waiting = {
        row["project_id"]: row["count"]
        for row in Thread.objects.filter(status="open").values("project_id").annotate(count=Count("pk"))
    }
    found = Project.objects.annotate(
        model_count=Count("models", distinct=True), endpoint_count=Count("endpoints", distinct=True)
    )
    return [
        ProjectCounts(
            project.name,
            project.slug,
            project.description,
            project.model_count,
            project.endpoint_count,
            waiting.get(project.pk, 0),
            project.created_at,
        )
        for project in found.order_by("name")
    ]


def start_of(member: Member) -> Start:
    mine = ApiToken.objects.filter(membership_id=member.membership_id, revoked_at=None)
    return Start(
        has_token=mine.filter(expires_at__gt=timezone.now()).exists(),
        has_model=Version.objects.exclude(state=Version.State.UPLOADING).exists(),
        has_link=Link.objects.exists(),
    )


def figures_of(member: Member, project: Project | None = None) -> Figures:
    """Of a project, or of the whole team."""
    week = timezone.now() - timedelta(days=7)
    asked = Prediction.objects.filter(kept=True, created_at__gte=week)
    flags, threads = Flag.objects.all(), Thread.objects.filter(status=Thread.Status.OPEN)
    if project is not None:
        asked = asked.filter(endpoint__project=project)
        flags, threads = flags.filter(thread__project=project), threads.filter(project=project)
    guests = set(asked.filter(author_kind="guest").values_list("author_id", flat=True))
    judges = flags.filter(reviewer_kind="guest", created_at__gte=week).values_list("reviewer_id", flat=True)
    return Figures(
        predictions=asked.count(),
        median_ms=None if project is None else median_answer(member, project),
        flags=flags.count(),
        open=threads.count(),
        reviewers=len(guests | set(judges)),
    )


def newest_versions(project: Project, limit: int = 6) -> list[Version]:
    """The newest versions of a project, whatever their model."""
    found = Version.objects.filter(model__project=project, archived_at=None).select_related("model", "artifact")
    return list(found.prefetch_related("endpoints").order_by("-created_at")[:limit])


def newest_tables(member: Member, project: Project, limit: int = 4) -> list[DatasetVersion]:
    """The newest version of each dataset, the newest first, without their columns."""
    newest = [versions[0] for each in datasets_for(member, project) if (versions := list(each.versions.all()))]
    return sorted(newest, key=lambda version: version.created_at, reverse=True)[:limit]


def endpoint_lines(member: Member, project: Project) -> list[EndpointLine]:
    endpoints = endpoints_for(member, project)
    traffic = traffic_of(member, endpoints)
    open_now = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    links: dict[UUID, int] = {}
    for endpoint_id in Link.objects.filter(open_now, endpoint__project=project).values_list("endpoint_id", flat=True):
        links[endpoint_id] = links.get(endpoint_id, 0) + 1
    return [EndpointLine(endpoint, traffic[endpoint.pk], links.get(endpoint.pk, 0)) for endpoint in endpoints]


def pool_now() -> Pool:
    workers = Worker.objects.filter(pool="default", seen_at__gte=timezone.now() - FORGOTTEN).order_by("name")
    return Pool(tuple(workers), Job.objects.filter(state=Job.State.QUEUED, pool="default").count())
