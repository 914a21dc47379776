"""Deleting cases with what was said of them, and all that one person or guest brought and wrote."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.artifacts.deletion import remove
from apps.endpoints.deletion import delete_jobs, delete_predictions, forget_elsewhere, orphaned_by
from apps.endpoints.models import OPEN, Example, Prediction, PredictionArtifact, Quarantined
from apps.endpoints.quarantine import delete as delete_quarantined
from apps.endpoints.selectors import prediction_for
from apps.jobs.services import cancel
from apps.registry.inputs import WITHDRAWN, withdrawn
from apps.registry.interfaces import read_interface
from atrium.access.principals import TeamPrincipal
from atrium.audit.models import Event
from atrium.audit.services import record
from atrium.errors import NotFound, require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.interface import LabelOutput

from .findings import without_words
from .models import Flag, Message, Thread
from .permissions import can_delete_cases
from .selectors import thread_for

ADMINS = "Only admins and owners delete what reviewers and colleagues brought."


def delete_prediction(principal: TeamPrincipal, prediction_id: UUID) -> None:
    """Remove one prediction, the attempts on its picture and what was said of them. Of one that was, nothing is left to
    do: the audit knows it, and who may delete is not told that there was none."""
    with team_context(principal):
        try:
            prediction = prediction_for(principal, prediction_id)
        except NotFound:
            if can_delete_cases(principal) and _was_deleted(prediction_id):
                return
            raise
        require(can_delete_cases(principal), ADMINS)
        attempts = Prediction.objects.filter(Q(pk=prediction.pk) | Q(original=prediction.pk))
        project_id = prediction.endpoint.project_id
        _delete(attempts)
        record(principal, "prediction.deleted", prediction, project_id=project_id)


def _was_deleted(prediction_id: UUID) -> bool:
    return Event.objects.filter(subject_id=prediction_id, what="prediction.deleted").exists()


def delete_case(principal: TeamPrincipal, thread_id: UUID) -> None:
    """Remove a thread with its flags and messages, and every prediction on its case."""
    with team_context(principal):
        thread = thread_for(principal, thread_id)
        require(can_delete_cases(principal), ADMINS)
        found = Prediction.objects.filter(endpoint=thread.endpoint_id, original_sha256=bytes(thread.original_sha256))
        record(principal, "thread.deleted", thread, project_id=thread.project_id)
        _delete(found)
        Thread.objects.filter(pk=thread.pk).delete()


def _delete(predictions: "QuerySet[Prediction]") -> None:
    ids = list(predictions.values_list("pk", flat=True))
    _delete_flags(ids)
    delete_predictions(Prediction.objects.filter(pk__in=ids))


def _delete_flags(predictions: list[UUID]) -> None:
    """With each thread that then holds none, and what was written in it."""
    flags = Flag.objects.filter(prediction__in=predictions)
    threads = list(flags.values_list("thread_id", flat=True))
    flags.delete()
    Thread.objects.filter(pk__in=threads, flags=None).delete()


def delete_some(predictions: "QuerySet[Prediction]", batch: int) -> int:
    """One batch of predictions with all that was said of them, in the open context; returns how many."""
    ids = list(predictions.values_list("pk", flat=True)[:batch])
    _delete(Prediction.objects.filter(pk__in=ids))
    return len(ids)


def _classes_of(flag: Flag) -> dict[str, Any]:
    """The corrections that name a class of the model's; one in other words is text of the reviewer's."""
    prediction = flag.prediction
    named: dict[str, set[str]] = {
        name: {scored for scored, _ in value["scores"]}
        for name, value in (prediction.answer or {}).items()
        if value["kind"] == "label"
    }
    for output in read_interface(prediction.version.interface).outputs:
        if isinstance(output, LabelOutput):
            named.setdefault(output.name, set()).update(output.classes)
    return {name: value for name, value in (flag.correction or {}).items() if value in named.get(name, ())}


def forget_author(author_id: UUID, *, keep_examples: bool) -> int:
    """Remove what one guest or member brought and wrote, in the open context; returns how many pictures went.

    What others tried on its pictures goes too. What is flagged keeps verdict, classes and version, so that figures
    stay true. keep_examples: what the team shows is the team's, as its models are.
    """
    mine = Q(author_id=author_id) | Q(original__author_id=author_id)
    if keep_examples:
        shown = Example.objects.values("prediction_id")
        mine = (Q(author_id=author_id) | (Q(original__author_id=author_id) & ~Q(original__in=shown))) & ~Q(pk__in=shown)
    found = Prediction.objects.filter(pk__in=list(Prediction.objects.filter(mine).values_list("pk", flat=True)))
    flagged = set(Flag.objects.filter(prediction__in=found).values_list("prediction_id", flat=True))
    pictures = orphaned_by(found)
    for waiting in found.filter(state__in=OPEN).values_list("pk", flat=True):
        cancel(waiting)  # what its job holds goes with the job's end
    delete_jobs(flagged)
    forget_elsewhere(list(flagged))
    aside = delete_quarantined(Quarantined.objects.filter(author_id=author_id))
    PredictionArtifact.objects.filter(prediction__in=found).delete()
    Example.objects.filter(prediction__in=found).delete()
    delete_predictions(found.exclude(pk__in=flagged))
    for prediction in found.filter(pk__in=flagged):
        prediction.inputs = withdrawn(prediction.inputs)
        prediction.edits = []
        prediction.came_from = None
        answer = (prediction.answer or {}).items()
        prediction.answer = {name: value for name, value in answer if value["kind"] == "label"}
        prediction.save(update_fields=["inputs", "edits", "came_from", "answer"])
    _unsay(author_id)
    return remove(pictures) + aside


def _unsay(author_id: UUID) -> None:
    """Its flags keep verdicts and a class; its messages say that there was one."""
    flags = Flag.objects.filter(reviewer_id=author_id)
    flags.update(message="", marks=[], added=[], reviewer_name=WITHDRAWN)
    for flag in flags.exclude(correction=None).select_related("prediction__version"):
        flag.correction = _classes_of(flag) or None
        flag.save(update_fields=["correction"])
    for flag in flags.exclude(findings=[]):
        flag.findings = without_words(flag.findings)
        flag.save(update_fields=["findings"])
    Message.objects.filter(author_id=author_id).update(body=WITHDRAWN, author_name=WITHDRAWN)
