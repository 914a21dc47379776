"""The other side of a worker, for tests: a dispatcher that speaks the protocol, and a store over HTTP."""

import asyncio
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

from redis.exceptions import RedisError

from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.layer import ChannelLayer
from gpu_workers.protocol.messages import (
    VERSION,
    Assign,
    Envelope,
    Finished,
    FromWorker,
    Goodbye,
    Heartbeat,
    Hello,
    Model,
    Predict,
    ToWorker,
    Value,
    Welcome,
    Work,
    encode,
    envelope,
    from_worker,
)
from gpu_workers.protocol.signing import Forged, Signer, Verifier, session_key
from gpu_workers.protocol.transfers import Parts, Put
from tests.gpu_workers.confined import interpreters

PATIENCE = 60.0


def runners() -> set[int]:
    """The process ids of the confined Pythons below this process."""
    return {process.pid for process in interpreters()}


class Store:
    """Files by name over HTTP, as presigned URLs give them; counts what was asked for. away: answers 503 while set.

    uploads: the open ones of parts, each with the name of its file. mute: the next joining is done and not answered.
    """

    def __init__(self) -> None:
        files: dict[str, bytes] = {}
        gets: list[str] = []
        gate = threading.Event()
        gate.set()
        away = threading.Event()
        mute = threading.Event()
        puts: list[str] = []
        uploads: dict[str, str] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                gets.append(self.path[1:])
                gate.wait(PATIENCE)
                data = None if away.is_set() else files.get(self.path[1:])
                self.send_response(503 if away.is_set() else 404 if data is None else 200)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def do_PUT(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                upload = self.path[1:].partition("/parts/")[0]
                known = upload == self.path[1:] or upload in uploads
                if known and not away.is_set():
                    puts.append(self.path[1:])
                    files[self.path[1:]] = data
                self._answer(503 if away.is_set() else 200 if known else 404, ETag=f'"{sha256(data).hexdigest()}"')

            def do_POST(self) -> None:
                """Joins the parts that are named, in their order."""
                asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
                upload = self.path[1:].removesuffix("/join")
                if upload not in uploads or away.is_set():
                    return self._answer(503 if away.is_set() else 404)
                numbers = [int(number) for number in re.findall(r"<PartNumber>(\d+)</PartNumber>", asked)]
                parts = [files.pop(f"{upload}/parts/{number}") for number in numbers]
                if [sha256(part).hexdigest() for part in parts] != re.findall(r'<ETag>"(\w+)"</ETag>', asked):
                    return self._answer(400)
                files[uploads.pop(upload)] = b"".join(parts)
                if mute.is_set():
                    mute.clear()
                    self.close_connection = True
                    return None
                return self._answer(200)

            def do_DELETE(self) -> None:
                upload = self.path[1:]
                known = uploads.pop(upload, None) is not None
                for name in [name for name in files if name.startswith(f"{upload}/parts/")]:
                    del files[name]
                self._answer(204 if known else 404)

            def _answer(self, status: int, **headers: str) -> None:
                self.send_response(status)
                for name, value in (headers | {"Content-Length": "0"}).items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Says nothing."""

        self.files, self.gets, self.gate, self.away = files, gets, gate, away
        self.puts, self.uploads, self.mute = puts, uploads, mute
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{name}"

    def put(self, data: bytes) -> tuple[str, str]:
        """(url, sha256)"""
        digest = sha256(data).hexdigest()
        self.files[digest] = data
        return self.url(digest), digest

    def begin(self, upload: str, name: str, size: int, count: int, before: tuple[str, ...] = ()) -> Put:
        """Where a file goes in at most so many parts of so many bytes. before: uploads of earlier attempts."""
        self.uploads[upload] = name
        urls = tuple(self.url(f"{upload}/parts/{number}") for number in range(1, count + 1))
        earlier = tuple(map(self.url, before))
        return Put(name, "", parts=Parts(size, urls, self.url(f"{upload}/join"), self.url(upload), earlier))

    def model(self, path: Path, interface: Interface, batch_axis: int | None = None) -> Model:
        data = path.read_bytes()
        url, digest = self.put(data)
        return Model(uuid4(), url, digest, len(data), "onnx", interface, batch_axis)

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()


class Dispatcher:
    """Welcomes every worker that says Hello and keeps what they say."""

    def __init__(self, redis_url: str, key: bytes, pool: str) -> None:
        self.key, self.pool = key, pool
        self.layer = ChannelLayer(hosts=[redis_url])
        self.hellos: list[Hello] = []
        self.heard: deque[FromWorker] = deque()
        self.forged = 0
        self.deaf = False
        self.unheard: list[FromWorker] = []
        self._signers: dict[str, Signer] = {}
        self._verifiers: dict[str, Verifier] = {}
        self._news = asyncio.Condition()
        self._task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.layer.flush()

    async def until(self, condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Waits until the condition holds after some message, and returns what it gave."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(condition)
        return condition()

    async def finished(self, job: UUID, seconds: float = PATIENCE) -> Finished:
        found: Finished = await self.until(lambda: next(iter(self.results(job)), None), seconds)
        return found

    def results(self, job: UUID) -> list[Finished]:
        return [message for message in self.heard if isinstance(message, Finished) and message.job == job]

    def taken(self, job: UUID) -> bool:
        return any(job in dict(beat.running) for beat in self.beats())

    def started(self, job: UUID) -> bool:
        """Taken a whole heartbeat ago."""
        return sum(job in dict(beat.running) for beat in self.beats()) > 1

    def beats(self) -> list[Heartbeat]:
        return [message for message in self.heard if isinstance(message, Heartbeat)]

    def goodbyes(self) -> list[Goodbye]:
        return [message for message in self.heard if isinstance(message, Goodbye)]

    def sealed(self, message: ToWorker) -> Envelope:
        return self._signers[self.hellos[-1].worker].seal(encode(message))

    async def send(self, message: ToWorker | Envelope | bytes) -> None:
        """To the worker that said Hello last."""
        sealed = message if isinstance(message, bytes | Envelope) else self.sealed(message)
        data = sealed if isinstance(sealed, bytes) else encode(sealed)
        await self.layer.send(self.hellos[-1].channel, {"type": "atrium.message", "data": data})

    async def assign(self, work: Work, *, seconds: float = 30.0, job: UUID | None = None, attempt: int = 1) -> UUID:
        job = job or uuid4()
        await self.send(Assign(job, attempt, uuid4(), time.time() + seconds, work))
        return job

    async def predict(self, model: Model, inputs: dict[str, Value], **options: Any) -> UUID:
        return await self.assign(Predict(model, inputs), **options)

    async def ask_who_is_there(self) -> None:
        sealed = encode(Envelope(VERSION, "dispatcher", 0, b""))
        await self.layer.send(f"workers.{self.pool}", {"type": "atrium.message", "data": sealed})

    async def _listen(self) -> None:
        while True:
            try:
                message = await self.layer.receive(f"dispatcher.{self.pool}")
            except RedisError:  # a test that computes in this loop keeps it from reading in time
                await asyncio.sleep(0.1)
                continue
            if self.deaf:
                self.unheard.append(from_worker(envelope(message["data"]).body))
            else:
                try:
                    await self._hear(envelope(message["data"]))
                except Forged:
                    self.forged += 1
            async with self._news:
                self._news.notify_all()

    async def _hear(self, sealed: Envelope) -> None:
        verifier = self._verifiers.get(sealed.sender)
        if verifier is not None:
            try:
                self.heard.append(from_worker(verifier.open(sealed)))
                return
            except Forged:
                pass
        hello = from_worker(Verifier(self.key, sealed.sender).open(sealed))
        assert isinstance(hello, Hello)
        nonce = token_bytes(16)
        key = session_key(self.key, hello.nonce, nonce)
        self._signers[hello.worker] = Signer(key, "dispatcher")
        self._verifiers[hello.worker] = Verifier(key, hello.worker)
        self.hellos.append(hello)
        welcome = Welcome(hello.worker, hello.nonce, nonce, f"dispatcher.{self.pool}")
        with suppress(RedisError):  # after an outage the first word is lost; the worker says Hello again
            await self.send(Signer(self.key, "dispatcher").seal(encode(welcome)))
