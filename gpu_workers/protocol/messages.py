"""The messages between web, dispatcher and workers, in the order in which a job meets them.

Each travels in a channel-layer message `{"type": "atrium.message", "data": bytes}` as msgpack of an `Envelope`.
A message is a hint: it may be lost, doubled or late, and nothing breaks, because the job row is the truth.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from .answers import Answer
from .datasets import Dataset, Ingest, Join
from .debugger import Ask
from .edits import Crop, Flip, Rotate
from .explanations import Method, Target
from .interface import Interface
from .mapping import Mapping
from .transfers import Put

VERSION = 1
Called = Annotated[str, Meta(max_length=80, pattern=r"\A[!-~]+\Z")]
"""A worker by name. This and the other bounds of what workers say are those of the rows that it is written to: one that
says more is not heard, so that no sweep over everybody's rows breaks off at it."""
MAX_CREDIT, MAX_POOL_NAME = 10_000, 60
Credit = Annotated[int, Meta(ge=0, le=MAX_CREDIT)]

# ---- web -> dispatcher: ids and nothing else ----


class Submitted(Struct, frozen=True, tag=True):
    """Jobs that were just committed. reply_to: the channel that waits for their `Settled`. version: the one that all of
    them ask, by which a worker that holds it is chosen. kind: of all of them. pool: where it is a team's own."""

    jobs: tuple[UUID, ...]
    reply_to: str = ""
    version: UUID | None = None
    kind: str = ""
    pool: str = ""


class CancelRequested(Struct, frozen=True, tag=True):
    """The rows of these jobs carry a wish to be cancelled."""

    jobs: tuple[UUID, ...]


class Failure(Struct, frozen=True):
    """code: one of `atrium.errors`' register. message: a sentence for people. detail: for the team only."""

    code: str
    message: str
    detail: str = ""


# ---- dispatcher -> web ----


class Outcome(Struct, frozen=True):
    """What was committed of a prediction's end. timings: milliseconds by step."""

    answers: dict[str, Answer] | None
    error: Failure | None
    timings: dict[str, float]
    finished_at: datetime


class Settled(Struct, frozen=True, tag=True):
    """A job reached its end and the commit is done. Without an outcome the receiver refetches the subject by its id."""

    job: UUID
    subject: UUID
    state: str
    outcome: Outcome | None = None


class Progressed(Struct, frozen=True, tag=True):
    """What a job that runs has told so far; see `Progress`."""

    job: UUID
    subject: UUID
    share: float | None
    text: str
    answers: dict[str, Answer] | None


# ---- worker -> dispatcher ----


class Hello(Struct, frozen=True, tag=True):
    """A worker asks to join its pool. credit: how many jobs it takes at once. floor: see `gpu_workers.sandbox`.

    serves: the one version that it answers for and takes jobs of, where it is no worker of the pool's own but the web
    process's end of a connection to somebody's notebook.
    """

    worker: Called
    pool: Annotated[str, Meta(max_length=MAX_POOL_NAME)]
    device: Annotated[str, Meta(max_length=40, pattern=r"\A[^\x00]*\Z")]
    memory: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    credit: Credit
    resident: tuple[UUID, ...]
    nonce: bytes
    channel: str
    floor: Literal["full", "reduced"]
    serves: UUID | None = None


class Heartbeat(Struct, frozen=True, tag=True):
    """Every 2 s. running: (job, attempt) pairs whose leases are to be renewed."""

    worker: str
    running: tuple[tuple[UUID, int], ...]
    resident: tuple[UUID, ...]
    credit: Credit


class Timings(Struct, frozen=True, omit_defaults=True):
    """Milliseconds spent at the worker."""

    fetch: float = 0.0
    load: float = 0.0
    wait: float = 0.0
    prepare: float = 0.0
    run: float = 0.0
    answer: float = 0.0
    batch: int = 1


class Report(Struct, frozen=True, omit_defaults=True):
    """What an inspection found.

    verdict ready: `interface` is the confirmed declared one, or a proposal with `proposed` set.
    verdict rejected: `rule` names what was broken, `reason` says it and the way out in one or two sentences.
    facts: name, domain and version of operator sets, node count, producer, metadata, tensors with declared and
    observed shapes: shown to members. batch_axis as in `Model`; batch_note says why it is None.
    answers: what the probe answered on the example, by output name.
    """

    verdict: Literal["ready", "rejected"]
    rule: str = ""
    reason: str = ""
    interface: Interface | None = None
    proposed: bool = False
    batch_axis: int | None = None
    batch_note: str = ""
    facts: dict[str, object] = {}
    answers: dict[str, Answer] = {}
    memory: int = 0
    seconds: float = 0.0


class Finished(Struct, frozen=True, tag=True):
    """How one attempt ended: with a prediction's answers by output name, an inspection's report, or an error.

    made: what any other kind of work gives, in the form that its app and the worker agreed on; the dispatcher hands it
    on unread.
    """

    worker: str
    job: UUID
    attempt: int
    resident: tuple[UUID, ...] = ()
    answers: dict[str, Answer] | None = None
    report: Report | None = None
    made: bytes | None = None
    error: Failure | None = None
    timings: Timings = Timings()


class Progress(Struct, frozen=True, tag=True):
    """How far one attempt is: share in 0..1, a few words, and answers that may still change. subject: the job's."""

    worker: str
    job: UUID
    attempt: int
    subject: UUID
    share: Annotated[float, Meta(ge=0, le=1)] | None = None
    text: str = ""
    answers: dict[str, Answer] | None = None


class Goodbye(Struct, frozen=True, tag=True):
    """Drained: nothing is running any more, nothing will be accepted."""

    worker: str


# ---- dispatcher -> worker ----


class Welcome(Struct, frozen=True, tag=True):
    """Accepts a Hello; both nonces make the session key. worker_nonce repeats the Hello's."""

    worker: str
    worker_nonce: bytes
    nonce: bytes
    channel: str


class Model(Struct, frozen=True):
    """What a worker needs to hold a version. url is presigned; sha256 names it in the cache and is verified.

    batch_axis: the axis on which several cases may be joined, None where answers depend on their neighbours.
    """

    version: UUID
    url: str
    sha256: str
    size: int
    format: str
    interface: Interface
    batch_axis: int | None = None


class Origin(Struct, frozen=True, omit_defaults=True):
    """The original of a picture that edits made, so that what is found in it is told of the original.

    width, height: pixels. edits: those that move pixels, in their order. spacing_mm: of rows, of columns.
    """

    width: int
    height: int
    edits: tuple[Crop | Rotate | Flip, ...] = ()
    spacing_mm: tuple[float, float] | None = None


class Blob(Struct, frozen=True, omit_defaults=True):
    """Bytes of an input: in the message itself, or to be fetched and verified. origin: None where it is its own."""

    sha256: str
    content_type: str
    data: bytes | None = None
    url: str = ""
    origin: Origin | None = None


Value = str | float | list[float] | Blob


class Predict(Struct, frozen=True, tag="predict"):
    """inputs: by the interface's names; a table row is a list of numbers in the order of its columns."""

    model: Model
    inputs: dict[str, Value]
    puts: dict[str, Put] = {}


class Inspect(Struct, frozen=True, tag="inspect"):
    """Check an uploaded file and probe it once. interface: what the uploader declared, if anything.

    example: input values by the declared names, or by the tensors' names where nothing is declared.
    """

    url: str
    sha256: str
    size: int
    format: str
    interface: Interface | None = None
    example: dict[str, Value] = {}


class Apply(Struct, frozen=True, tag="apply"):
    """Run a model over `count` rows of a table from `first` on, and put what it answered where `put` says, as
    `Answers`. mapping: from which columns its inputs are filled."""

    model: Model
    dataset: Dataset
    first: int
    count: int
    mapping: Mapping
    put: Put


class Explain(Struct, frozen=True, tag="explain"):
    """Ask a model about one case that is changed a little each time, and put together what its answers tell.

    subject: the job's. inputs: as the model saw them. put: where a picture of the result goes."""

    subject: UUID
    model: Model
    inputs: dict[str, Value]
    method: Method
    target: Target
    put: Put


class Call(Struct, frozen=True, tag="call"):
    """Have a connection's function answer. What it is given is read from the job's row by the web process that holds
    the connection, so that no input of it travels here."""


Work = Predict | Inspect | Ingest | Ask | Apply | Join | Explain | Call


class Assign(Struct, frozen=True, tag=True):
    """deadline: Unix seconds, after which the worker stops the work by itself. request: web's id of it, for logs."""

    job: UUID
    attempt: int
    team: UUID
    deadline: float
    work: Work
    request: str = ""


class Cancel(Struct, frozen=True, tag=True):
    job: UUID
    attempt: int


class Drain(Struct, frozen=True, tag=True):
    """Finish what runs, take nothing new, say goodbye."""


class Heard(Struct, frozen=True, tag=True):
    """A heartbeat arrived: the session stands. A worker that hears nothing for long introduces itself anew."""


FromWorker = Hello | Heartbeat | Progress | Finished | Goodbye
FromWeb = Submitted | CancelRequested
ToWorker = Welcome | Heard | Assign | Cancel | Drain


class Envelope(Struct, frozen=True, array_like=True):
    """version, sender, counter (grows by one with each message of a session), body (msgpack), mac (empty from web;
    the dispatcher's words to web are signed as `apps.jobs.replies` says)."""

    version: int
    sender: str
    counter: int
    body: bytes
    mac: bytes = b""


encode = msgspec.msgpack.encode
from_worker = msgspec.msgpack.Decoder(FromWorker).decode
from_web = msgspec.msgpack.Decoder(FromWeb).decode
to_worker = msgspec.msgpack.Decoder(ToWorker).decode
to_web = msgspec.msgpack.Decoder(Settled | Progressed).decode
envelope = msgspec.msgpack.Decoder(Envelope).decode
