"""The kinds of job. Each app registers its own, with what the dispatcher needs to run and to finish it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from atrium.storage import Multipart
from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.messages import Failure, Model, Report, Work
from gpu_workers.protocol.transfers import Parts, Put


@dataclass(frozen=True, slots=True)
class Result:
    """How a job ended, for the domain row behind `subject`. answers of a prediction, report of an inspection,
    made of any other kind."""

    job_id: UUID
    team_id: UUID
    subject: UUID
    state: str
    answers: dict[str, Answer] | None
    report: Report | None
    made: bytes | None
    error: Failure | None
    timings: dict[str, Any]
    finished_at: datetime


class Presigned:
    """What a kind is offered to build its work with: presigned addresses that live until the job's deadline.

    attempt: which of the job's attempts is built, from 1.
    """

    def __init__(
        self,
        get: Callable[[str], str],
        put: Callable[[str, str], str],
        multipart: Callable[[str, str, int], Multipart],
        attempt: int,
    ) -> None:
        self.get, self._put, self._multipart, self._attempt = get, put, multipart, attempt

    def put(self, key: str, content_type: str = "image/png") -> Put:
        return Put(key, self._put(key, content_type), content_type)

    def put_in_parts(self, key: str, uploads: Sequence[str], part: int, limit: int, content_type: str) -> Put:
        """For up to `limit` bytes, in parts of `part`. uploads: begun in the store for this key, one for each attempt,
        so that what an attempt left behind, or a worker that was taken for lost, is never joined with another's."""
        count = -(-limit // part)
        own = self._multipart(key, uploads[self._attempt - 1], count)
        before = tuple(self._multipart(key, upload, 0).drop for upload in uploads[: self._attempt - 1])
        return Put(key, "", content_type, Parts(part, own.parts, own.join, own.drop, before))


def _no_models(versions: Sequence[UUID], public: bool) -> dict[UUID, Model]:
    return {}


@dataclass(frozen=True, slots=True)
class JobKind:
    """build: from a job's stored input to the worker's message, using the models that `load_models` found.

    load_models: of version ids, and whether a team's own worker is to reach their files, which knows the store by its
        public address only; read by the dispatcher's role and cached, since versions never change. It leaves out
    what cannot be read, so that one bad row fails its own jobs only. Kinds that run no model leave it as it is.
    finish_many: copies state, output and error to the domain rows, inside the dispatcher's commit. It is called within
        `together`, whose statements are one transaction, and so begins none of its own.
    at_once: of one worker's places at most so many; None: all of them. What may take long leaves room for the others.
    by_connection: run where its version is served by a connection from a notebook, and by no worker of the pool; while
        there is none it waits.
    suspects_what_is_made: `finish_many` reads what was made as a stranger's, so that a team's own worker may make it.
    deadline: how long a job may take from its submission, whatever is away meanwhile; who asked waits less, and finds
    it by its id. How long a model may compute is the worker's affair.
    """

    name: str
    deadline: timedelta
    build: Callable[[dict[str, Any], Model | None, Presigned], Work]
    finish_many: Callable[[Sequence[Result]], None]
    load_models: Callable[[Sequence[UUID], bool], dict[UUID, Model]] = _no_models
    at_once: int | None = None
    by_connection: bool = False
    suspects_what_is_made: bool = False


KINDS: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Called once by an app when it is ready."""
    KINDS[kind.name] = kind
