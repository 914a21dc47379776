"""Open pages are told of a change once it is on the disk."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from atrium.audit.models import Event

from .models import Thread


def after_commit(tell: Callable[[UUID, UUID, UUID], None], thread: Thread, done: Event) -> None:
    """done: the event of what is told, as `notices` knows it (`atrium.told_since`)."""
    team_id, thread_id, event_id = thread.team_id, thread.pk, done.pk
    transaction.on_commit(lambda: tell(team_id, thread_id, event_id))
