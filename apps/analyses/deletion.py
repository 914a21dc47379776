"""Deleting answers with the files that exports made."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from apps.artifacts.deletion import remove
from apps.jobs.services import cancel

from .models import Answer, SavedAnalysis, Slice


def delete_answers(answers: "QuerySet[Answer]") -> int:
    """In the open context; returns how many. One that is being computed is stopped."""
    found = list(answers.values_list("pk", "state", "file_id"))
    for answer_id, state, _ in found:
        if state == Answer.State.QUEUED:
            cancel(answer_id)
    Answer.objects.filter(pk__in=[answer_id for answer_id, _, _ in found]).delete()
    remove([file_id for _, _, file_id in found if file_id is not None])
    return len(found)


def forget_versions(versions: Sequence[UUID]) -> None:
    """What was asked of versions that are about to be deleted."""
    delete_answers(Answer.objects.filter(version__in=versions))


def forget_author(user_id: UUID) -> None:
    """What a person saved is the team's, and stays without the name; what they asked stays for a week, likewise."""
    Answer.objects.filter(asker_id=user_id).update(asker_id=None)
    Slice.objects.filter(author_id=user_id).update(author_id=None)
    SavedAnalysis.objects.filter(author_id=user_id).update(author_id=None)
