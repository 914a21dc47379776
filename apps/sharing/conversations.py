"""The conversations about a reviewer's cases, as its bench shows them."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from apps.comparisons.blind import names_are_hidden
from apps.endpoints.authors import author_of
from apps.endpoints.models import Prediction
from apps.feedback.models import Flag, Replay, Thread
from apps.feedback.replays import anew_for
from apps.feedback.selectors import conversations
from atrium.access.principals import Guest, Member


def thread_of(principal: Guest | Member, attempt: Prediction) -> Thread | None:
    """The case's thread, where the principal has judged it."""
    return threads_of(principal, [attempt]).get(bytes(attempt.original_sha256))


def thread_view(principal: Guest | Member, thread: Thread) -> dict[str, Any]:
    """The conversation as this reviewer may read it."""
    return thread_views(principal, [thread])[thread.pk]


def threads_of(principal: Guest | Member, attempts: Collection[Prediction]) -> dict[bytes, Thread]:
    """By case, all of one endpoint."""
    found = Thread.objects.filter(
        endpoint__in={attempt.endpoint_id for attempt in attempts},
        original_sha256__in={bytes(attempt.original_sha256) for attempt in attempts},
        flags__reviewer_id=author_of(principal)[1],
    )
    return {bytes(thread.original_sha256): thread for thread in found.distinct()}


def thread_views(principal: Guest | Member, threads: Collection[Thread]) -> dict[UUID, dict[str, Any]]:
    """By thread, the same of several."""
    mine = author_of(principal)[1]
    said = conversations(principal, threads)
    anew = _anew(principal, threads)
    return {
        thread.pk: {
            "id": str(thread.pk),
            "status": thread.status,
            "messages": sorted(
                [
                    *(
                        {
                            "id": str(message.pk),
                            "author": message.author_name,
                            "body": message.body,
                            "created_at": message.created_at.isoformat(),
                            "mine": message.author_id == mine,
                        }
                        for message in said[thread.pk]
                    ),
                    *anew.get(thread.pk, ()),
                ],
                key=lambda message: str(message["created_at"]),
            ),
        }
        for thread in threads
    }


def _anew(principal: Guest | Member, threads: Collection[Thread]) -> dict[UUID, list[dict[str, Any]]]:
    """By thread, what versions that resolved it say of what this reviewer judged, as messages of Atrium's."""
    mine = Flag.objects.filter(thread__in=threads, reviewer_id=author_of(principal)[1])
    flags = list(mine.exclude(prediction__replayed=None))
    is_hidden = bool(flags) and names_are_hidden(principal)
    made = Replay.objects.filter(judged__in=[flag.prediction_id for flag in flags])
    replays: dict[UUID, list[Replay]] = {}
    for replay in made.select_related("version__model", "answered__version"):
        replays.setdefault(replay.judged_id, []).append(replay)
    found: dict[UUID, list[dict[str, Any]]] = {}
    for flag in flags:
        for replay in replays.get(flag.prediction_id, ()):
            told = anew_for(flag, replay)
            if told is not None and replay.answered is not None:
                told = replace(told, version="another version") if is_hidden else told
                at = replay.answered.finished_at or replay.created_at
                found.setdefault(flag.thread_id, []).append(
                    {
                        "id": str(replay.pk),
                        "author": "Atrium",
                        "body": told.sentence,
                        "created_at": at.isoformat(),
                        "mine": False,
                    }
                )
    return found


def views_by_case(
    principal: Guest | Member, endpoint_id: UUID, threads: Collection[UUID]
) -> list[tuple[UUID, dict[str, Any]]]:
    """Of these threads those of one endpoint in which the reviewer has judged: by the original of each case, and
    in its order. Called inside the team's context."""
    mine = Flag.objects.filter(
        thread__in=threads, thread__endpoint=endpoint_id, reviewer_id=author_of(principal)[1]
    ).select_related("prediction", "thread")
    views = thread_views(principal, {flag.thread_id: flag.thread for flag in mine}.values())
    told = {flag.prediction.original_id or flag.prediction_id: views[flag.thread_id] for flag in mine}
    return sorted(told.items(), key=lambda pair: str(pair[0]))
