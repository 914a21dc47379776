"""The kind of job that a live function answers, and what its bridge reads of one."""

from asyncio import to_thread
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from apps.endpoints.replaying import finish_replays
from apps.jobs.kinds import JobKind, Presigned
from apps.jobs.models import Job
from apps.registry.functions import LIVE
from atrium import storage
from atrium.access.principals import TeamPrincipal
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.live import Running
from gpu_workers.protocol.messages import Call, Model

from .presence import HOURS


def _build(payload: dict[str, Any], model: Model | None, presigned: Presigned) -> Call:
    return Call()


CALL = JobKind(LIVE, timedelta(hours=HOURS), _build, finish_replays, by_connection=True)


@dataclass(frozen=True, slots=True)
class Given:
    """One attempt that a notebook was given. subject: the prediction. puts: the store's key for each picture that it
    answers."""

    running: Running
    subject: UUID
    inputs: dict[str, Any]
    puts: dict[str, str]


def _row(principal: TeamPrincipal, version_id: UUID, bridge: str, running: Running) -> Given | None:
    with team_context(principal):
        mine = Job.objects.filter(pk=running.job, attempt=running.attempt, state=Job.State.RUNNING, kind=LIVE)
        job = mine.filter(version_id=version_id, worker=bridge).first()
    return None if job is None else Given(running, job.subject, job.input["inputs"], job.input["puts"])


async def given_to(principal: TeamPrincipal, version_id: UUID, bridge: str, running: Running) -> Given | None:
    """The attempt, where it runs, is of this version and was given to this bridge; else None, whoever's job it is."""
    return await in_database(_row, principal, version_id, bridge, running)


async def inputs_of(given: Given) -> dict[str, Any]:
    """As the notebook takes them: pictures as data URLs. Raises Problem where the store is away or has damaged one."""
    return {name: await _value(value) for name, value in given.inputs.items()}


async def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    data = b64decode(value["data"]) if "data" in value else await _stored(value["key"])
    if sha256(data).hexdigest() != value["sha256"]:
        raise Problem("artifact_damaged")
    return f"data:{value['content_type']};base64,{b64encode(data).decode()}"


async def _stored(key: str) -> bytes:
    try:
        return await to_thread(storage.get, key)
    except FileNotFoundError as error:
        raise Problem("artifact_damaged") from error
