"""A client's side of an upload, written out: announce, put the parts, complete. Holds one part at a time."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from tests.schema import Api, LiveApi


@dataclass
class File:
    """size bytes that a seed makes; they are never held together."""

    size: int
    seed: int = 1

    def pieces(self, part: int) -> Iterator[bytes]:
        source = random.Random(self.seed)
        left = self.size
        while left:
            yield source.randbytes(min(part, left))
            left -= min(part, left)

    def sha256(self, part: int) -> str:
        digest = hashlib.sha256()
        for piece in self.pieces(part):
            digest.update(piece)
        return digest.hexdigest()


@dataclass
class Given:
    """Bytes that are there."""

    data: bytes

    def pieces(self, part: int) -> Iterator[bytes]:
        for at in range(0, len(self.data), part):
            yield self.data[at : at + part]

    def sha256(self, part: int) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def size(self) -> int:
        return len(self.data)


def call(api: Api | LiveApi, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    if isinstance(api, Api):
        return api.request(method, path, body)
    answer = api.request(method, path, json=body)
    return answer.status_code, answer.json()


def announce(api: Api | LiveApi, model: UUID, file: File | Given, part: int, **fields: Any) -> dict[str, Any]:
    body = {"size": file.size, "sha256": file.sha256(part)} | fields
    status, announced = call(api, "POST", f"models/{model}/versions", body)
    assert status == 201, announced
    assert announced["upload"]["part_size"] == part
    found: dict[str, Any] = announced
    return found


def send(parts: list[dict[str, Any]], file: File | Given, part: int, only: set[int] | None = None) -> dict[int, str]:
    """Put the parts that are not done (of `only`); number -> etag."""
    etags = {}
    with httpx.Client(timeout=60) as http:
        for listed, piece in zip(parts, file.pieces(part), strict=True):
            if listed["done"] or (only is not None and listed["number"] not in only):
                continue
            answer = http.put(listed["url"], content=piece)
            assert answer.status_code == 200, answer.text
            etags[listed["number"]] = answer.headers["ETag"]
    return etags


def complete(api: Api | LiveApi, version: str, etags: dict[int, str]) -> tuple[int, Any]:
    sent = [{"number": number, "etag": etag} for number, etag in etags.items()]
    return call(api, "POST", f"versions/{version}/complete", {"parts": sent})
