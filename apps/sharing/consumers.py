"""The socket of a bench: live answers, and the team's replies as they are written."""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from channels.db import database_sync_to_async
from django.db import InterfaceError, OperationalError
from django.http.cookie import parse_cookie

from apps.endpoints.models import OPEN
from apps.endpoints.predictions import accept, cancel, has_ended, keep
from apps.endpoints.preparation import Asked
from apps.endpoints.selectors import endpoint_by_slug, endpoint_for, prediction_for
from apps.feedback.notices import Listener, reviewers_group
from apps.jobs.replies import opened
from apps.projects.selectors import project_by_slug
from atrium.access.admission import admitted
from atrium.access.door import grant_for
from atrium.access.framing import unframed
from atrium.access.guests import visit_of
from atrium.access.limits import limit
from atrium.access.principals import Guest, Member
from atrium.access.revocations import InProject, Subject, watch
from atrium.access.sockets import BrowserSocket, signed_in
from atrium.errors import NotFound, Problem
from atrium.errors.documents import document
from atrium.errors.middleware import problem_from
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.messages import Progressed

from .bench import Place, guest_place, member_place, prediction_view
from .conversations import views_by_case
from .services import arrive
from .withdrawal import guests_group

log = logging.getLogger("atrium.sharing")
POLL_SECONDS = 2.0
SAID = frozenset({"link_expired", "second_factor_needed", "gone"})
"""Problems whose own sentence tells why a bench closes."""
MESSAGES_A_MINUTE = 600
LARGEST = 2 * 2**20
"""Characters of one message: long texts come by it, pictures never."""
AT_ONCE = 32
"""Messages of one socket that are worked on or wait for their answer; a page has a handful."""


class BenchConsumer(BrowserSocket):
    """One open bench. Subclasses say who may connect. over: what is said when that was withdrawn."""

    over: ClassVar[str]
    hears = frozenset({"atrium.message", "thread.changed"})
    principal: Guest | Member
    place: Place
    endpoint_id: UUID
    unwatch: Callable[[], None] | None = None
    listener: Listener | None = None

    def who(self) -> tuple[Guest | Member, Place, UUID, tuple[Subject, ...]]:
        """(principal, place, endpoint, what this stands on); raises a Problem for a stranger."""
        raise NotImplementedError

    def still(self) -> Guest | Member:
        """The principal with the rights that it has now; raises a Problem where it has none left."""
        raise NotImplementedError

    async def connect(self) -> None:
        self.requests: dict[UUID, int | None] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        try:
            found = await database_sync_to_async(self.who)()
        except Problem as problem:
            await self.accept()
            code = 4410 if problem.status == 410 else 4404
            await self._say({"type": "revoked", "message": problem.message})
            await self.close(code)
            return
        self.principal, self.place, self.endpoint_id, subjects = found
        for group in self._groups():
            await self.channel_layer.group_add(group, self.channel_name)
        self.unwatch = watch(self._look_again, *subjects)
        await self.accept()
        self.listener = Listener(self.principal.team_id, self._changed, reviewer=True)

    async def disconnect(self, code: int) -> None:
        for task in self.tasks:
            task.cancel()
        if self.listener is not None:
            self.listener.end()
        if self.unwatch is not None:
            self.unwatch()
            for group in self._groups():
                await self.channel_layer.group_discard(group, self.channel_name)

    def _groups(self) -> tuple[str, ...]:
        """Whose notices it hears."""
        return (reviewers_group(self.principal.team_id),)

    async def _look_again(self) -> None:
        """Goes on with the rights that there are now. Where none is left it says why: the problem, or `over`."""
        try:
            self.principal = await database_sync_to_async(self.still)()
        except Problem as problem:
            if self.unwatch is not None:
                self.unwatch()
            message = problem.message if problem.code in SAID else self.over
            await self._say({"type": "revoked", "message": message})
            await self.close(4410)

    async def _say(self, message: dict[str, Any]) -> None:
        with suppress(OSError, RuntimeError):  # the page was closed; `disconnect` comes next
            await self.send(text_data=msgspec.json.encode(message).decode())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if len(text_data or "") > LARGEST:
            await self._refuse({}, Problem("too_large", "A message of an open page holds at most 2 MB."))
            return
        try:
            message = msgspec.json.decode(text_data or "")
        except (msgspec.DecodeError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        if len(self.tasks) >= AT_ONCE:
            await self._refuse(message, Problem("busy", "This page asks for too much at once. Try again in a moment."))
            return
        task = asyncio.create_task(self._act(message))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _act(self, message: dict[str, Any]) -> None:
        try:
            async with admitted():
                await database_sync_to_async(self._admit)()
                said = await self._done(message)
            if said is not None:
                await self._say(said)
                if said["type"] == "accepted":
                    is_live = said["prediction"]["waiting"] is not None
                    await self._look_until_done(UUID(said["prediction"]["id"]), is_live)
        except Exception as error:
            await self._refuse(message, problem_from(error))

    async def _done(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Do what a message asks for; what is said of it, if anything."""
        match message.get("type"):
            case "predict":
                return await self._predict(message, _request_of(message))
            case "cancel":
                await database_sync_to_async(cancel)(self.principal, _prediction_of(message))
            case "keep":
                await database_sync_to_async(keep)(self.principal, _prediction_of(message))
        return None

    async def _refuse(self, message: dict[str, Any], problem: Problem) -> None:
        """Whatever went wrong is told on the page, with the request it belongs to."""
        await self._say({"type": "refused", "request": _request_of(message), "problem": document(problem)})

    def _admit(self) -> None:
        """Before each message: it is counted by who sends it, whatever tab; a role may have changed since the last."""
        limit("socket", str(self._me()), count=MESSAGES_A_MINUTE, seconds=60, unless_away=True)
        self.principal = self.still()

    async def _predict(self, message: dict[str, Any], request: int | None) -> dict[str, Any]:
        values = message.get("inputs")
        if not isinstance(values, dict):
            raise Problem("malformed", "Give the inputs by their names.")
        asked = Asked(values, message.get("edits") or (), keep=message.get("keep") is True)
        prediction, _ = await accept(self.principal, self.endpoint_id, asked, reply_to=self.channel_name)
        is_open = prediction.state in OPEN
        if is_open:
            self.requests[prediction.pk] = request
        shown = await self._shown(prediction.pk)
        return {"type": "accepted" if is_open else "finished", "request": request, "prediction": shown}

    async def _look_until_done(self, prediction_id: UUID, is_live: bool) -> None:
        """The dispatcher's word comes first as a rule; where it was lost, or went to another tab, the row tells.

        is_live: it waits for a notebook, which may come and go meanwhile.
        """
        said: Any = None
        while prediction_id in self.requests:
            await asyncio.sleep(POLL_SECONDS)
            with suppress(OperationalError, InterfaceError):  # the database is away; it was accepted, and is looked for
                if await in_database(has_ended, prediction_id):
                    await self._finished(prediction_id)
                elif is_live and prediction_id in self.requests:
                    waiting = (await self._shown(prediction_id))["waiting"]
                    if waiting != said and prediction_id in self.requests:
                        said = waiting
                        request = self.requests[prediction_id]
                        await self._say(
                            {
                                "type": "waiting",
                                "request": request,
                                "prediction": str(prediction_id),
                                "waiting": waiting,
                            }
                        )

    async def atrium_message(self, event: dict[str, Any]) -> None:
        """The dispatcher tells of a job that this socket waits for: how far it is, or that it ended."""
        told = opened(event["data"])
        if told.subject not in self.requests:
            return
        if isinstance(told, Progressed):
            await self._say(
                {
                    "type": "progress",
                    "request": self.requests[told.subject],
                    "prediction": str(told.subject),
                    "share": told.share,
                    "text": told.text,
                    "answer": None if told.answers is None else msgspec.to_builtins(told.answers),
                }
            )
        else:
            await self._finished(told.subject)

    async def _finished(self, prediction_id: UUID) -> None:
        """Said once, whoever found it: the dispatcher's word and a look at the row may come at the same time."""
        shown = await self._shown(prediction_id)
        if prediction_id in self.requests:
            await self._say({"type": "finished", "request": self.requests.pop(prediction_id), "prediction": shown})

    async def _shown(self, prediction_id: UUID) -> dict[str, Any]:
        def read() -> dict[str, Any]:
            with team_context(self.principal):
                found = prediction_for(self.principal, prediction_id)
                return prediction_view(self.principal, found, self.place)

        shown: dict[str, Any] = await database_sync_to_async(read)()
        return shown

    async def thread_changed(self, event: dict[str, Any]) -> None:
        if self.listener is not None:
            await self.listener.hear(event)

    async def _changed(self, thread_ids: Collection[UUID]) -> None:
        """Somebody wrote in threads of this team: told of each in which this reviewer has a flag."""

        def read() -> list[tuple[UUID, dict[str, Any]]]:
            with team_context(self.principal):
                return views_by_case(self.principal, self.endpoint_id, thread_ids)

        for original, view in await database_sync_to_async(read)():
            await self._say({"type": "thread", "original": str(original), "messages": view["messages"]})

    def _me(self) -> UUID:
        return self.principal.guest_id if isinstance(self.principal, Guest) else self.principal.user_id


def _request_of(message: dict[str, Any]) -> int | None:
    request = message.get("request")
    return request if isinstance(request, int) else None


def _prediction_of(message: dict[str, Any]) -> UUID:
    try:
        return UUID(str(message.get("prediction")))
    except ValueError:
        raise Problem("malformed", "Name the prediction by its id.") from None


class GuestBench(BenchConsumer):
    over = "This link was withdrawn. Ask the person who sent it to you for another."
    hears = BenchConsumer.hears | {"case.deleted"}

    def _groups(self) -> tuple[str, ...]:
        return *super()._groups(), guests_group(self._me())

    async def case_deleted(self, event: dict[str, Any]) -> None:
        """This guest has deleted a case, or all that was its own, here or on another page."""
        await self._say({"type": "deleted", "original": event["original"]})

    def who(self) -> tuple[Guest, Place, UUID, tuple[Subject, ...]]:
        headers = dict(self.scope["headers"])
        cookies = unframed(parse_cookie(headers.get(b"cookie", b"").decode("latin-1")))
        guest = visit_of(self.scope["url_route"]["kwargs"]["link_id"], cookies).guest
        visit = arrive(guest)
        named = Guest(guest.team_id, guest.guest_id, guest.grant, visit.name)
        subjects = guest.grant.link_id, InProject(guest.grant.project_id)
        return named, guest_place(named), guest.grant.endpoint_id, subjects

    def still(self) -> Guest:
        assert isinstance(self.principal, Guest)
        _, grant, _ = grant_for(self.principal.grant.link_id)
        return replace(self.principal, grant=grant)


class MemberBench(BenchConsumer):
    over = "You are signed out, or no longer a member of this team. What you sent is kept."

    def who(self) -> tuple[Member, Place, UUID, tuple[Subject, ...]]:
        where = self.scope["url_route"]["kwargs"]
        member, session = signed_in(self.scope)
        with team_context(member):
            project = project_by_slug(member, where["project"])
            endpoint = endpoint_by_slug(member, project, where["endpoint"])
            place = member_place(where["team"], endpoint)
        return member, place, endpoint.pk, (member.membership_id, session, InProject(project.pk))

    def still(self) -> Member:
        member, _ = signed_in(self.scope)
        with team_context(member):
            try:
                endpoint_for(member, self.endpoint_id)
            except NotFound:
                raise Problem("gone", "This project is being deleted, and this endpoint with it.") from None
        return member
