"""Bytes to the real store and back: what a presigned address allows, and what it does not."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.artifacts.models import Artifact
from apps.artifacts.services import keep, read, stage
from atrium import storage
from atrium.errors import Problem, Unavailable
from atrium.storage import s3
from atrium.tenancy.context import team_context
from gpu_workers.protocol.transfers import Parts
from gpu_workers.worker.parts import PartedFile
from infra.dev.ground import free_port
from tests.people import Lab

REFUSED: tuple[int, ...] = (400, 403)


@pytest.fixture
def key() -> str:
    return f"team/{uuid4()}/{uuid4()}"


def test_what_is_put_is_got_and_deleted(key: str) -> None:
    storage.put(key, b"bytes", "text/plain")
    assert (storage.get(key), storage.size(key)) == (b"bytes", 5)
    storage.delete(key)
    assert storage.size(key) is None
    with pytest.raises(FileNotFoundError):
        storage.get(key)


class TestPresigned:
    def test_get_reads_one_object(self, key: str) -> None:
        storage.put(key, b"mine", "text/plain")
        url = storage.presign_get(key, 60)
        assert httpx.get(url).content == b"mine"
        assert httpx.get(url.replace(key, f"{key}x")).status_code == 403
        assert httpx.put(url, content=b"x").status_code == 403
        storage.delete(key)

    def test_put_writes_one_object(self, key: str) -> None:
        url = storage.presign_put(key, 60)
        assert httpx.put(url, content=b"png", headers={"Content-Type": "image/png"}).status_code == 200
        assert httpx.put(url.replace(key, f"{key}x"), content=b"png").status_code == 403
        assert storage.get(key) == b"png"
        storage.delete(key)

    def test_a_part_has_the_size_it_was_signed_for(self, key: str) -> None:
        upload = storage.begin_upload(key, "application/octet-stream")
        url = storage.presign_part(key, upload, 1, 4)
        assert httpx.put(url, content=b"12345").status_code == 403
        etag = httpx.put(url, content=b"1234").headers["ETag"]
        assert storage.listed_parts(key, upload) == {1: (etag, 4)}
        storage.finish_upload(key, upload, {1: etag})
        assert storage.get(key) == b"1234"
        storage.delete(key)

    def test_an_unsigned_request_is_refused(self, key: str) -> None:
        storage.put(key, b"mine", "text/plain")
        assert httpx.get(storage.presign_get(key, 60).partition("?")[0]).status_code in REFUSED
        storage.delete(key)

    def test_an_address_ends(self, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Both were signed an hour ago: the one for a day is good, the one for a minute is over."""
        storage.put(key, b"mine", "text/plain")
        signed_at = timezone.now() - timedelta(hours=1)
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: signed_at)
        good, over = storage.presign_get(key, 24 * 3600), storage.presign_get(key, 60)
        assert httpx.get(good).content == b"mine"
        assert httpx.get(over).status_code in REFUSED
        monkeypatch.undo()
        storage.delete(key)


def test_an_upload_that_is_gone_is_told(key: str) -> None:
    upload = storage.begin_upload(key, "application/octet-stream")
    storage.abort_upload(key, upload)
    storage.abort_upload(key, upload)
    for act in (lambda: storage.listed_parts(key, upload), lambda: storage.finish_upload(key, upload, {1: "x"})):
        with pytest.raises(Problem, match="upload_gone"):
            act()


def test_a_store_that_is_away_is_unavailable(key: str, settings: Settings) -> None:
    settings.S3_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable, match="store is away"):
        storage.get(key)
    s3._client.cache_clear()


class TestArtifacts:
    """Every reader verifies the hash."""

    LARGE = bytes(100_000)

    def kept(self, lab: Lab, data: bytes) -> Artifact:
        staged = stage(lab.team.pk, data, "image/png")
        with team_context(lab.alice):
            return keep([staged])[0]

    def test_small_ones_lie_in_their_row_and_large_ones_in_the_store(self, lab: Lab) -> None:
        small, large = self.kept(lab, b"small"), self.kept(lab, self.LARGE)
        assert (read(small), storage.size(small.key)) == (b"small", None)
        assert (read(large), storage.size(large.key)) == (self.LARGE, len(self.LARGE))

    def test_changed_bytes_are_not_given_out(self, lab: Lab) -> None:
        artifact = self.kept(lab, self.LARGE)
        storage.put(artifact.key, self.LARGE[:-1] + b"x", "image/png")
        with pytest.raises(Problem, match="artifact_damaged"):
            read(artifact)
        storage.delete(artifact.key)
        with pytest.raises(Problem, match="artifact_damaged"):
            read(artifact)


class TestMultipart:
    """What a worker does with an object that is too large for one piece."""

    def test_parts_that_are_put_are_joined_by_the_addresses_alone(self, key: str, tmp_path: Path) -> None:
        data = bytes(range(256)) * 1024
        (tmp_path / "table").write_bytes(data)
        upload = storage.begin_upload(key, "application/x-table")
        where = storage.presign_multipart(key, upload, 3, 60)
        assert [(found, id) for found, id, _ in storage.listed_uploads(key)] == [(key, upload)]
        put(where, tmp_path / "table", part=100_000)
        assert storage.get(key) == data
        assert list(storage.listed_uploads(key)) == []
        storage.delete(key)

    def test_parts_are_forgotten_by_the_address_alone(self, key: str) -> None:
        upload = storage.begin_upload(key, "application/x-table")
        where = storage.presign_multipart(key, upload, 1, 60)
        assert httpx.put(where.parts[0], content=b"part").is_success
        assert httpx.delete(where.drop).is_success
        assert list(storage.listed_uploads(key)) == []
        with pytest.raises(Problem, match="upload_gone"):
            storage.listed_parts(key, upload)


def put(where: storage.Multipart, path: Path, *, part: int) -> None:
    """As a worker does."""

    size = path.stat().st_size

    async def act() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await PartedFile(client, Parts(part, where.parts, where.join, where.drop)).put(path, size)

    asyncio.run(act())
