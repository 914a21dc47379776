"""The tests of storage and of who reaches its keys once more, against a server that is as strict as S3."""

from collections.abc import Iterator

import boto3
import httpx
import pytest
from pytest_django import Settings

from atrium import storage
from atrium.storage import s3
from tests.atrium.storage.test_s3 import *  # noqa: F403
from tests.rights.test_store import *  # noqa: F403
from tests.strict_store import ACCESS_KEY, SECRET_KEY, strict_store


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process, url = strict_store(tmp_path_factory.mktemp("swift"))
    process.start()
    try:
        process.wait()
        keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY, "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=url, **keys).create_bucket(Bucket="atrium")
        yield url
    finally:
        process.stop()


@pytest.fixture(autouse=True)
def strict(address: str, settings: Settings) -> None:
    """Storage works there."""
    settings.S3_URL = settings.S3_PUBLIC_URL = address
    settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY, settings.S3_BUCKET = ACCESS_KEY, SECRET_KEY, "atrium"


def test_it_is_the_strict_one(key: str) -> None:
    """What tells it from the embedded one: it gives parts of an object, and none for an etag that is known."""
    storage.put(key, b"0123456789", "text/plain")
    address = storage.presign_get(key, 60)
    part = httpx.get(address, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert httpx.get(address, headers={"If-None-Match": part.headers["ETag"]}).status_code == 304
    storage.delete(key)


def test_a_wrong_secret_is_refused(key: str, settings: Settings) -> None:
    storage.put(key, b"mine", "text/plain")
    settings.S3_SECRET_KEY = "guessed"
    s3._client.cache_clear()
    refused = httpx.get(storage.presign_get(key, 60)).status_code
    s3._client.cache_clear()
    assert refused == 403
