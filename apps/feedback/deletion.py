"""Deleting cases with what was said of them, and all that one person or guest brought and wrote."""

from dataclasses import dataclass, replace
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q, QuerySet

from apps.artifacts.deletion import remove
from apps.endpoints.deletion import ASKED_ANEW, delete_jobs, delete_predictions, forget_elsewhere, orphaned_by
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
    ids = _held(predictions)
    _delete_flags(ids)
    delete_predictions(Prediction.objects.filter(pk__in=ids))


def _held(predictions: "QuerySet[Prediction]") -> list[UUID]:
    """Their ids. Whoever is judging one comes first; whoever comes later waits, and finds it gone."""
    these = Prediction.objects.filter(pk__in=predictions.values("pk")).order_by("pk")
    return list(these.select_for_update().values_list("pk", flat=True))


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


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of somebody's cases. deleted, stripped: predictions that went, and that only say that they were.
    threads: of the judgements of the team's that say less now. pictures: how many went."""

    deleted: int
    stripped: int
    pictures: int
    threads: tuple[Thread, ...]


def nobody(author_id: UUID) -> UUID:
    """Whose what is left of somebody's words and cases is: the same of all of them, so that figures of how many judged
    stay true, and nobody's who can come."""
    return uuid5(author_id, WITHDRAWN)


def forget_author(author_id: UUID, *, keep_examples: bool) -> Forgotten:
    """Remove what one guest or member brought and wrote, in the open context.

    What others tried on its pictures goes too. What is flagged keeps verdict, classes and version, so that figures
    stay true. keep_examples: what the team shows is the team's, as its models are.
    """
    mine = Q(author_id=author_id) | Q(original__author_id=author_id)
    if keep_examples:
        shown = Example.objects.values("prediction_id")
        mine = (Q(author_id=author_id) | (Q(original__author_id=author_id) & ~Q(original__in=shown))) & ~Q(pk__in=shown)
    aside = delete_quarantined(Quarantined.objects.filter(author_id=author_id))
    flags = Flag.objects.filter(reviewer_id=author_id)
    gone = _forget(author_id, mine, flags)
    _unsay(author_id, Message.objects.filter(author_id=author_id))
    return replace(gone, pictures=gone.pictures + aside)


def forget_case(author_id: UUID, original_id: UUID) -> Forgotten:
    """Of one case the same, in the open context: what the author brought, tried and said on this original, which may be
    an example of the team's. What it said in a conversation stays while another case of its own hangs on that."""
    mine = Q(pk=original_id) | Q(original=original_id)
    theirs = Q(author_id=author_id) | Q(original__author_id=author_id)
    flags = Flag.objects.filter(Q(prediction=original_id) | Q(prediction__original=original_id), reviewer_id=author_id)
    gone = _forget(author_id, mine & theirs, flags)
    over = Thread.objects.filter(pk__in=[each.pk for each in gone.threads]).exclude(flags__reviewer_id=author_id)
    _unsay(author_id, Message.objects.filter(author_id=author_id, thread__in=over))
    return gone


def _forget(author_id: UUID, which: Q, flags: "QuerySet[Flag]") -> Forgotten:
    """Predictions, and an author's flags, which keep verdicts and a class."""
    ids = _held(Prediction.objects.filter(which))
    anew = reduce(or_, (Q(**{f"{way}__in": ids}) for way in ASKED_ANEW))
    ids += _held(Prediction.objects.filter(anew).exclude(pk__in=ids))
    found = Prediction.objects.filter(pk__in=ids)
    flagged = set(Flag.objects.filter(prediction__in=ids).values_list("prediction_id", flat=True))
    threads = tuple(Thread.objects.filter(Q(flags__in=flags) | Q(flags__prediction__in=ids)).distinct())
    pictures = orphaned_by(found)
    for waiting in found.filter(state__in=OPEN).values_list("pk", flat=True):
        cancel(waiting)  # what its job holds goes with the job's end
    delete_jobs(flagged)
    forget_elsewhere(list(flagged))
    PredictionArtifact.objects.filter(prediction__in=ids).delete()
    Example.objects.filter(prediction__in=ids).delete()
    _take_back(author_id, list(flags.select_related("prediction__version")))
    deleted = delete_predictions(found.exclude(pk__in=flagged))
    for prediction in found.filter(pk__in=flagged):
        _strip(author_id, prediction)
    return Forgotten(deleted, len(flagged), remove(pictures), threads)


def _strip(author_id: UUID, prediction: Prediction) -> None:
    """It keeps the classes that were answered. The same picture, sent again, is asked anew."""
    prediction.inputs = withdrawn(prediction.inputs)
    prediction.edits = []
    prediction.came_from = None
    answer = (prediction.answer or {}).items()
    prediction.answer = {name: value for name, value in answer if value["kind"] == "label"}
    prediction.request_sha256 = sha256(WITHDRAWN.encode() + prediction.pk.bytes).digest()
    if prediction.author_id == author_id:
        prediction.author_id = nobody(author_id)
    prediction.save(update_fields=["inputs", "edits", "came_from", "answer", "request_sha256", "author_id"])


def _take_back(author_id: UUID, flags: list[Flag]) -> None:
    """A judgement that was taken back before on the same answer gives way to the later one."""
    nameless = nobody(author_id)
    Flag.objects.filter(prediction__in=[flag.prediction_id for flag in flags], reviewer_id=nameless).delete()
    for flag in flags:
        flag.message, flag.marks, flag.added = "", [], []
        flag.reviewer_id, flag.reviewer_name = nameless, WITHDRAWN
        flag.correction = _classes_of(flag) or None
        flag.findings = without_words(flag.findings)
        flag.save()


def _unsay(author_id: UUID, messages: "QuerySet[Message]") -> None:
    """Messages say that there was one."""
    messages.update(body=WITHDRAWN, author_name=WITHDRAWN, author_id=nobody(author_id))
