"""A network that can be cut: a small HTTP server with the parts of the API and of storage that an upload meets.

It stands for the wire, not for Atrium: what Atrium itself answers is tested against the real server.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

VERSION = "0.1.0"


class Cut(Exception):
    """The connection breaks without an answer."""


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass
class Request:
    """One request as it arrived; `read` takes the next bytes of the body."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    length: int
    stream: Readable
    groups: tuple[str, ...] = ()
    taken: bytes = b""

    def read(self, count: int | None = None) -> bytes:
        return self.stream.read(self.length if count is None else min(count, self.length))

    def body(self) -> bytes:
        if not self.taken:
            self.taken = self.read()
        return self.taken

    def json(self) -> Any:
        return json.loads(self.body())


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Answer]


class Network:
    """Routes are added by `on`; every request is kept in `log` as (method, path)."""

    def __init__(self) -> None:
        self.routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self.log: list[tuple[str, str]] = []
        self.requests: list[Request] = []
        network = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                network._answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def on(self, method: str, path: str, handler: Handler | Any, status: int = 200) -> None:
        """Answer a path (a regular expression) by a function, or with this body. The newest route wins."""
        given: Handler = handler if callable(handler) else lambda _: Answer(status, handler)
        self.routes.insert(0, (method, re.compile(path), given))

    def count(self, method: str, path: str) -> int:
        return sum(1 for entry in self.log if entry[0] == method and re.fullmatch(path, entry[1]))

    def _answer(self, door: BaseHTTPRequestHandler) -> None:
        path, _, query = door.path.partition("?")
        length = int(door.headers.get("Content-Length") or 0)
        request = Request(door.command, path, query, dict(door.headers.items()), length, door.rfile)
        self.log.append((door.command, path))
        self.requests.append(request)
        try:
            answer = self._route(request)
        except Cut:
            door.close_connection = True
            door.connection.close()
            return
        raw = answer.body if isinstance(answer.body, bytes) else b""
        if not raw and answer.body is not None:
            raw = json.dumps(answer.body).encode()
        kind = "application/problem+json" if answer.status >= 400 else "application/json"
        door.send_response(answer.status)
        headers = {"Content-Type": kind, "Atrium-Version": VERSION, "Content-Length": str(len(raw)), **answer.headers}
        for name, value in headers.items():
            door.send_header(name, value)
        if answer.status >= 400:  # the body may not have been read
            door.send_header("Connection", "close")  # said, so that no client takes the connection up again
        door.end_headers()
        door.wfile.write(raw)

    def _route(self, request: Request) -> Answer:
        for method, pattern, handler in self.routes:
            found = pattern.fullmatch(request.path)
            if method == request.method and found:
                request.groups = tuple(found.groups())
                answer = handler(request)
                if request.length and not request.taken and request.method != "PUT":
                    request.body()
                return answer
        return Answer(
            404, {"title": "Not found", "status": 404, "code": "not_found", "detail": "There is nothing here."}
        )


class Uploads:
    """The upload's side of the API and the store behind it, on a network.

    part_size in bytes. cut: part numbers whose first sendings break in the middle. states: what a version becomes,
    one state at each reading after its completion.
    """

    made, found, moving = "models/m1/versions", "versions", "inspecting"

    def __init__(self, network: Network, part_size: int = 1000) -> None:
        self.network = network
        self.part_size = part_size
        self.cut: list[int] = []
        self.states = [self.moving, "ready"]
        self.rejected: dict[str, str] | None = None
        self.versions: list[dict[str, Any]] = []
        self.parts: dict[str, dict[int, bytes]] = {}
        self.hashed: dict[str, dict[int, str]] = {}
        self.keep_bytes = True
        self.gone: set[str] = set()
        self.signature = 0
        network.on("GET", "/api/v1/projects", {"results": [PROJECT], "next": None, "previous": None})
        network.on("POST", "/api/v1/projects/p1/models", {"id": "m1", "name": "views", "versions": []}, status=201)
        network.on("POST", "/api/v1/projects/p1/datasets", {"id": "d1", "name": "rows", "versions": []}, status=201)
        network.on("POST", f"/api/v1/{self.made}", self._create)
        network.on("GET", f"/api/v1/{self.found}/([^/]+)/upload", self._list)
        network.on("POST", f"/api/v1/{self.found}/([^/]+)/complete", self._complete)
        network.on("GET", f"/api/v1/{self.found}/([^/]+)", self._read)
        network.on("PUT", "/store/([^/]+)/([0-9]+)/([0-9]+)", self._put)

    def file(self, version: str = "v1") -> bytes:
        return b"".join(data for _, data in sorted(self.parts[version].items()))

    def _create(self, request: Request) -> Answer:
        body = request.json()
        identity = f"v{len(self.versions) + 1}"
        version = {
            "id": identity, "number": len(self.versions) + 1, "project": "p1", "state": "uploading",
            "notes": body["notes"], "size": body["size"], "sha256": body["sha256"],
            "url": f"{self.network.url}/t/team/views", **self._told(body),
        }  # fmt: skip
        self.versions.append({**version, "body": body})
        self.parts[identity], self.hashed[identity] = {}, {}
        return Answer(201, {"version": version, "upload": self._upload(self.versions[-1])})

    def _told(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"model": "m1", "model_name": "views", "interface": body["interface"], "card": body["card"]}

    def _upload(self, version: dict[str, Any]) -> dict[str, Any]:
        have = self.hashed[version["id"]]
        count = -(-version["size"] // self.part_size)
        parts = []
        for number in range(1, count + 1):
            if number in have:
                parts.append({"number": number, "url": "", "done": True, "etag": have[number]})
            else:
                url = f"{self.network.url}/store/{version['id']}/{self.signature}/{number}"
                parts.append({"number": number, "url": url, "done": False})
        return {"part_size": self.part_size, "parts": parts}

    def _find(self, request: Request) -> dict[str, Any] | None:
        return next((item for item in self.versions if item["id"] == request.groups[0]), None)

    def _list(self, request: Request) -> Answer:
        version = self._find(request)
        if version is None or version["id"] in self.gone:
            return _problem(410, "upload_gone")
        if version["state"] != "uploading":
            return Answer(200, {"part_size": self.part_size, "parts": []})
        return Answer(200, self._upload(version))

    def _put(self, request: Request) -> Answer:
        identity, signature, number = request.groups[0], int(request.groups[1]), int(request.groups[2])
        if identity in self.gone:
            return Answer(404)
        if signature != self.signature:
            return Answer(403)
        if number in self.cut:
            self.cut.remove(number)
            request.read(request.length // 2)
            raise Cut
        digest, left, kept = hashlib.md5(usedforsecurity=False), request.length, b""
        while left:
            piece = request.stream.read(min(left, 1 << 20))
            digest.update(piece)
            left -= len(piece)
            if self.keep_bytes:
                kept += piece
        self.parts[identity][number] = kept
        self.hashed[identity][number] = f'"{digest.hexdigest()}"'
        return Answer(200, None, {"ETag": self.hashed[identity][number]})

    def _complete(self, request: Request) -> Answer:
        version = self._find(request)
        assert version is not None
        have = self.hashed[version["id"]]
        if len(have) < -(-version["size"] // self.part_size):
            return _problem(409, "upload_incomplete")
        assert {part["number"]: part["etag"] for part in request.json()["parts"]} == have
        version["state"] = self.moving
        return Answer(200, version)

    def _read(self, request: Request) -> Answer:
        version = self._find(request)
        if version is None:
            return _problem(404, "not_found")
        if version["state"] != "uploading" and self.states:
            version["state"] = self.states.pop(0)
            version["rejected"] = self.rejected
        return Answer(200, version)


class TableUploads(Uploads):
    """The same for tables. columns: what reading finds."""

    made, found, moving = "datasets/d1/versions", "dataset-versions", "reading"
    columns = ({"name": "y", "kind": "category", "role": "label"},)

    def _told(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"dataset": "d1", "dataset_name": "rows", "format": body["format"], "columns": self.columns, "rows": 3}


PROJECT = {"id": "p1", "slug": "echo-views", "name": "echo-views", "description": "", "url": "http://x/t/team/echo"}


def _problem(status: int, code: str) -> Answer:
    return Answer(
        status, {"title": code, "status": status, "code": code, "detail": code.replace("_", " "), "errors": []}
    )
