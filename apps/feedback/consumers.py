"""The socket of a project's pages: says that a case changed, and how many there are now. The page fetches the rest."""

from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Any
from uuid import UUID

import msgspec
from channels.db import database_sync_to_async

from apps.projects.models import Project
from apps.projects.selectors import project_by_slug
from atrium.access.principals import Member
from atrium.access.revocations import InProject, Session, watch
from atrium.access.sockets import BrowserSocket, signed_in
from atrium.errors import Problem
from atrium.tenancy.context import team_context

from .models import Thread
from .notices import Listener, inbox_group
from .selectors import counts_for

REVOKED = "You are signed out, no longer a member of this team, or this project is being deleted."


class InboxSocket(BrowserSocket):
    """One open page of a project. It says `{type: counts, …}` at first, then `{type: changed, thread, …}`."""

    hears = frozenset({"thread.changed"})
    member: Member
    project: Project
    unwatch: Callable[[], None] | None = None
    listener: Listener | None = None

    async def connect(self) -> None:
        try:
            session = await database_sync_to_async(self._enter)()
        except Problem:
            await self.close()  # before it is accepted: the handshake is refused
            return
        await self.channel_layer.group_add(inbox_group(self.member.team_id), self.channel_name)
        self.unwatch = watch(self._look_again, self.member.membership_id, session, InProject(self.project.pk))
        await self.accept()
        self.listener = Listener(self.member.team_id, self._changed)
        await self._say({"type": "counts", "counts": await database_sync_to_async(self._counts)()})

    def _enter(self) -> Session:
        """Raises NotFound for a stranger, NotPermitted for who may not read the inbox."""
        self.member, session = signed_in(self.scope)
        with team_context(self.member):
            self.project = project_by_slug(self.member, self.scope["url_route"]["kwargs"]["project"])
        return session

    async def disconnect(self, code: int) -> None:
        if self.listener is not None:
            self.listener.end()
        if self.unwatch is not None:
            self.unwatch()
            await self.channel_layer.group_discard(inbox_group(self.member.team_id), self.channel_name)

    async def _look_again(self) -> None:
        """Goes on with the role that the member has now, or ends where none is left."""
        try:
            await database_sync_to_async(self._enter)()
        except Problem as problem:
            if self.unwatch is not None:
                self.unwatch()
            message = problem.message if problem.code == "second_factor_needed" else REVOKED
            await self._say({"type": "revoked", "message": message})
            await self.close(4410)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(text_data=msgspec.json.encode(message).decode())

    async def thread_changed(self, event: dict[str, Any]) -> None:
        if self.listener is not None:
            await self.listener.hear(event)

    async def _changed(self, thread_ids: Collection[UUID]) -> None:
        """Somebody judged, wrote, assigned or resolved in this team; told where it is this project's, and of many cases
        at once by the last of them: the page looks at all anew."""
        found = await database_sync_to_async(self._counts_after)(thread_ids)
        if found is not None:
            thread_id, counts = found
            await self._say({"type": "changed", "thread": str(thread_id), "counts": counts})

    def _counts_after(self, thread_ids: Collection[UUID]) -> tuple[UUID, dict[str, int]] | None:
        with team_context(self.member):
            mine = Thread.objects.filter(pk__in=thread_ids, project=self.project).order_by("-updated_at")
            last = mine.values_list("pk", flat=True).first()
        return None if last is None else (last, self._counts())

    def _counts(self) -> dict[str, int]:
        with team_context(self.member):
            return asdict(counts_for(self.member, self.project, self.member.membership_id))
