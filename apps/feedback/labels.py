"""A project's own labels: what there are, and which a case has."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from apps.projects.models import Project
from apps.projects.selectors import project_for
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, NotFound, require
from atrium.tenancy.context import team_context

from .models import Label, Thread, ThreadLabel
from .notices import tell_inbox
from .permissions import can_read_inbox, can_write_inbox
from .selectors import thread_for
from .telling import after_commit

NAME_LENGTH = 40
MOST = 60
"""Of a project."""
VIEWERS = "Viewers cannot change labels."


def labels_for(principal: TeamPrincipal, project: Project) -> "QuerySet[Label]":
    """By name, each with `cases`: how many open ones have it."""
    require(can_read_inbox(principal), "This needs the scope feedback:read.")
    is_open = Q(labelled__thread__status=Thread.Status.OPEN)
    return Label.objects.filter(project=project).annotate(cases=Count("labelled", filter=is_open))


def label_for(principal: TeamPrincipal, label_id: UUID) -> Label:
    require(can_read_inbox(principal))
    label = Label.objects.select_related("project").filter(pk=label_id, project__deleting_at=None).first()
    if label is None:
        raise NotFound
    return label


def _named(name: str, project: Project, but: UUID | None = None) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise Invalid(FieldError("name", "max_length", f"Give the label a name of up to {NAME_LENGTH} characters."))
    others = Label.objects.filter(project=project, name__iexact=name)
    if (others if but is None else others.exclude(pk=but)).exists():
        raise Conflict(f"There is a label “{name}” already.")
    return name


def _coloured(colour: str) -> Label.Colour:
    if colour not in Label.Colour.values:
        raise Invalid(FieldError("colour", "choice", f"A colour is one of {', '.join(Label.Colour.values)}."))
    return Label.Colour(colour)


def create_label(principal: TeamPrincipal, project_id: UUID, *, name: str, colour: str = Label.Colour.BLUE) -> Label:
    with team_context(principal):
        require(can_write_inbox(principal), VIEWERS)
        project = project_for(principal, project_id)
        if Label.objects.filter(project=project).count() >= MOST:
            raise Invalid(FieldError("name", "too_many", f"There are {MOST} labels already: delete one first."))
        label = Label.objects.create(project=project, name=_named(name, project), colour=_coloured(colour))
        record(principal, "label.created", label, project_id=project.pk)
    return label


def change_label(
    principal: TeamPrincipal, label_id: UUID, *, name: str | None = None, colour: str | None = None
) -> Label:
    """On every case that has it."""
    with team_context(principal):
        require(can_write_inbox(principal), VIEWERS)
        label = label_for(principal, label_id)
        label.name = label.name if name is None else _named(name, label.project, but=label.pk)
        label.colour = label.colour if colour is None else _coloured(colour)
        label.save(update_fields=["name", "colour"])
        record(principal, "label.changed", label, project_id=label.project_id)
    return label


def delete_label(principal: TeamPrincipal, label_id: UUID) -> None:
    """From every case, too; the cases stay."""
    with team_context(principal):
        require(can_write_inbox(principal), VIEWERS)
        label = label_for(principal, label_id)
        record(principal, "label.deleted", label, project_id=label.project_id)
        label.delete()


def labels_among(project_id: UUID, ids: Collection[UUID]) -> list[Label]:
    """Those of the project; raises Invalid where one is none of them."""
    found = list(Label.objects.filter(project=project_id, pk__in=ids))
    if len(found) != len(set(ids)):
        raise Invalid(FieldError("labels", "unknown", "There is no such label in this project."))
    return found


def set_labels(principal: TeamPrincipal, thread_id: UUID, ids: Collection[UUID]) -> Thread:
    """The case has these and no others."""
    with team_context(principal):
        thread = thread_for(principal, thread_id, hold=True)
        require(can_write_inbox(principal), "Viewers cannot label.")
        wanted = {label.pk for label in labels_among(thread.project_id, ids)}
        had = set(ThreadLabel.objects.filter(thread=thread).values_list("label_id", flat=True))
        ThreadLabel.objects.filter(thread=thread, label__in=had - wanted).delete()
        ThreadLabel.objects.bulk_create(ThreadLabel(thread=thread, label_id=pk) for pk in wanted - had)
        for what, changed in (("thread.unlabelled", had - wanted), ("thread.labelled", wanted - had)):
            for pk in sorted(changed):
                done = record(principal, what, thread, project_id=thread.project_id, label=str(pk))
                after_commit(tell_inbox, thread, done)
    return thread
