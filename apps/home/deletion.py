"""Deleting a project or a whole team: asked for at once, done by a chore in batches that can be cut off anywhere.

What was asked for stands in the row itself (`deleting_at`), so a chore that died is taken up again by the next sweep.
Each batch deletes what is there and looks again; the row goes last, in the transaction that finds nothing more.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.artifacts import uploads
from apps.artifacts.deletion import remove
from apps.artifacts.models import Artifact
from apps.datasets.deletion import delete_versions
from apps.datasets.models import DatasetVersion
from apps.endpoints.models import Endpoint, Prediction
from apps.feedback.deletion import delete_some
from apps.jobs.models import Job, Quota
from apps.jobs.services import cancel
from apps.projects.models import Project
from apps.projects.permissions import can_delete_projects
from apps.projects.selectors import project_for
from apps.registry.examples import files_of
from apps.registry.models import Version
from apps.sharing.models import Link
from apps.teams.models import ApiToken, Invitation, Membership, Team
from apps.teams.permissions import can_delete_team
from atrium import storage
from atrium.access.principals import Member, System
from atrium.audit.services import record, record_account
from atrium.chores import defer
from atrium.chores.sweeps import BATCH
from atrium.errors import Conflict, FieldError, Invalid, Unavailable, require
from atrium.tenancy.context import team_context
from atrium.tenancy.models import Deletion, tenant_models
from atrium.tenancy.statements import send


@dataclass(frozen=True, slots=True)
class Progress:
    """A deletion that is under way. done, total: predictions; the rest goes in the last step."""

    name: str
    done: int
    total: int


def confirm(name: str, typed: str) -> None:
    """Raises Invalid where what was typed is not the name."""
    if typed.strip() != name.strip():
        raise Invalid(FieldError("name", "different", f"Type “{name}” to delete it."))


# ---- asking ----


def ask_project_deletion(principal: Member, project_id: UUID, *, typed: str) -> None:
    """Hide a project with all that is in it, close its links, and have a chore delete it. typed: its name."""
    with team_context(principal):
        require(can_delete_projects(principal), "Only admins and owners delete projects.")
        project = project_for(principal, project_id)
        confirm(project.name, typed)
        record(principal, "project.deletion_asked", project, project_id=project.pk)
        _hide(project)
        defer("home.delete", team_id=str(principal.team_id))


def _hide(project: Project) -> None:
    """Its address is free again at once."""
    now = timezone.now()
    project.deleting_at, project.slug = now, str(project.pk)
    project.deleting_of = Prediction.objects.filter(endpoint__project=project).count()
    project.save(update_fields=["deleting_at", "deleting_of", "slug"])
    Link.objects.filter(endpoint__project=project, revoked_at=None).update(revoked_at=now)


def ask_team_deletion(principal: Member, *, typed: str) -> None:
    """Shut everybody else out, close every link and token, and have a chore delete the team. typed: its name."""
    with team_context(principal):
        require(can_delete_team(principal), "Only an owner deletes the team.")
        team = Team.objects.select_for_update().get(pk=principal.team_id)
        confirm(team.name, typed)
        if team.deleting_at is not None:
            raise Conflict("This team is being deleted already.")
        record(principal, "team.deletion_asked", team)
        team.deleting_at, team.deleting_of = timezone.now(), Prediction.objects.count()
        team.save(update_fields=["deleting_at", "deleting_of"])
        for membership in Membership.objects.exclude(pk=principal.membership_id):
            record(principal, "member.removed", membership, role=membership.role)
            record_account(membership.user_id, "account.left_team")
            membership.delete()
        ApiToken.objects.all().delete()
        Invitation.objects.all().delete()
        for project in Project.objects.all():
            _hide(project)
        defer("home.delete", team_id=str(principal.team_id))


def deletions_of(principal: Member) -> list[Progress]:
    """What is being deleted now, in the open context."""
    team = Team.objects.get(pk=principal.team_id)
    if team.deleting_at is not None:
        left = Prediction.objects.count()
        return [Progress(team.name, max(team.deleting_of - left, 0), team.deleting_of)]
    found = []
    for project in Project.everywhere.exclude(deleting_at=None).order_by("deleting_at"):
        left = Prediction.objects.filter(endpoint__project=project).count()
        found.append(Progress(project.name, max(project.deleting_of - left, 0), project.deleting_of))
    return found


# ---- doing ----


def delete_batch(principal: System) -> bool:
    """One batch of what the open team asked to delete; returns whether there is more."""
    project = Project.everywhere.exclude(deleting_at=None).order_by("deleting_at").first()
    if project is not None:
        _delete_from(principal, project)
        return True
    team = Team.objects.filter(pk=principal.team_id).exclude(deleting_at=None).first()
    if team is None:
        return False
    for late in Project.objects.all():  # made by the owner after the wish
        _hide(late)
        return True
    return _delete_rest(principal, team)


def _delete_from(principal: System, project: Project) -> None:
    """A batch of its predictions; where none is left, the project with everything that hangs on it."""
    endpoints = Endpoint.objects.filter(project=project)
    list(endpoints.select_for_update())  # whoever predicts now waits, and then finds no endpoint
    if delete_some(Prediction.objects.filter(endpoint__in=endpoints), BATCH):
        return
    tables = DatasetVersion.objects.filter(dataset__project=project).select_related("file").defer("columns", "preview")
    delete_versions(list(tables))
    versions = list(Version.objects.filter(model__project=project).select_related("artifact"))
    for version in versions:
        cancel(version.pk)
    Job.objects.filter(project_id=project.pk).exclude(state__in=[Job.State.QUEUED, Job.State.RUNNING]).delete()
    Quota.objects.filter(subject__in=Link.objects.filter(endpoint__in=endpoints).values("pk")).delete()
    endpoints.delete()
    Version.objects.filter(model__project=project).delete()
    remove([artifact for version in versions for artifact in (version.artifact_id, *files_of(version))])
    record(principal, "project.deleted", project, project_id=project.pk)
    project.delete()
    opened = [version.artifact for version in versions if version.artifact.upload]
    transaction.on_commit(lambda: uploads.abandon(opened))


def _delete_rest(principal: System, team: Team) -> bool:
    """What hangs on no project: bytes first, then every row of every table that belongs to the team, then the team."""
    left = list(Artifact.objects.values_list("pk", flat=True)[:BATCH])
    if left:
        remove(left)
        return True
    for membership in Membership.objects.all():
        record_account(membership.user_id, "account.deleted_team")
    record(principal, "team.deleted", team)
    _delete_rows(team)
    Team.objects.filter(pk=team.pk).delete()
    transaction.on_commit(lambda: _empty(f"team/{team.pk}/"))
    return False


def _delete_rows(team: Team) -> None:
    """Of every table that goes with its team, in any order: their keys are looked at when the transaction ends."""
    for model in tenant_models():
        if model.Tenancy.deletion is Deletion.REMOVE:
            send(f'DELETE FROM "{model._meta.db_table}" WHERE team_id = %s', team.pk)  # noqa: S608


def _empty(prefix: str) -> None:
    """What lies below it without a row; a store that is away is swept by age."""
    try:
        storage.delete(*(key for key, _ in storage.listed(prefix)))
    except Unavailable:
        return
