"""The S3 protocol by boto3. The store is never trusted to check a hash: every reader verifies it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from atrium.errors import Problem, Unavailable
from atrium.telemetry import watch

R = TypeVar("R")
AWAY = "The object store is away. What was accepted is kept; try again in a moment."


@cache
def _client(url: str) -> Any:
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=2,
        read_timeout=15,
        retries={"max_attempts": 2},
        max_pool_connections=32,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client(
        "s3",
        endpoint_url=url,
        aws_access_key_id=settings.S3_ACCESS_KEY,
        aws_secret_access_key=settings.S3_SECRET_KEY,
        region_name=settings.S3_REGION,
        config=config,
    )


def _call(method: str, **arguments: Any) -> Any:
    return _asked(lambda client: getattr(client, method)(Bucket=settings.S3_BUCKET, **arguments), arguments["Key"])


def _asked(call: Callable[[Any], R], key: str) -> R:
    """What the store answers; raises FileNotFoundError where it has nothing, Unavailable where it cannot."""
    try:
        return watch.unless_away("store", lambda: call(_client(settings.S3_URL)))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchUpload", "404", "NotFound"}:
            raise FileNotFoundError(key) from error
        raise Unavailable("The object store refused. Try again in a moment.") from error
    except (BotoCoreError, watch.Away) as error:
        raise Unavailable(AWAY) from error


def put(key: str, data: bytes, content_type: str) -> None:
    _call("put_object", Key=key, Body=data, ContentType=content_type)


def get(key: str) -> bytes:
    """The bytes behind a key; raises FileNotFoundError."""

    def read(client: Any) -> bytes:
        body: bytes = client.get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"].read()
        return body

    return _asked(read, key)


def get_part(key: str, start: int, length: int) -> bytes:
    """So many bytes from `start` on, at least one; raises FileNotFoundError."""

    def read(client: Any) -> bytes:
        wanted = f"bytes={start}-{start + length - 1}"
        body: bytes = client.get_object(Bucket=settings.S3_BUCKET, Key=key, Range=wanted)["Body"].read()
        return body

    return _asked(read, key)


def size(key: str) -> int | None:
    """How many bytes lie behind a key; None where there is nothing."""
    try:
        length: int = _call("head_object", Key=key)["ContentLength"]
    except FileNotFoundError:
        return None
    return length


def listed(prefix: str) -> Iterator[tuple[str, datetime]]:
    """(key, when it was put) of every object below a prefix."""
    where = {"Bucket": settings.S3_BUCKET, "Prefix": prefix}
    while True:
        page = _asked(partial(_page, where), prefix)
        for found in page.get("Contents", ()):
            yield found["Key"], found["LastModified"]
        if not page.get("IsTruncated"):
            return
        where["ContinuationToken"] = page["NextContinuationToken"]


def _page(where: dict[str, str], client: Any) -> Any:
    return client.list_objects_v2(**where)


def delete(*keys: str) -> None:
    for key in keys:
        _call("delete_object", Key=key)


def begin_upload(key: str, content_type: str) -> str:
    """Open a multipart upload; returns its id."""
    upload: str = _call("create_multipart_upload", Key=key, ContentType=content_type)["UploadId"]
    return upload


def presign_part(key: str, upload: str, number: int, size: int, seconds: int = 3600) -> str:
    """A URL under which a client may put one part of exactly `size` bytes."""
    arguments = {
        "Bucket": settings.S3_BUCKET,
        "Key": key,
        "UploadId": upload,
        "PartNumber": number,
        "ContentLength": size,
    }
    url: str = _client(settings.S3_PUBLIC_URL).generate_presigned_url("upload_part", arguments, ExpiresIn=seconds)
    return url


def listed_parts(key: str, upload: str) -> dict[int, tuple[str, int]]:
    """number -> (etag, size) of the parts that arrived; raises upload_gone where the store forgot the upload."""
    parts: dict[int, tuple[str, int]] = {}
    marker = 0
    while True:
        try:
            page = _call("list_parts", Key=key, UploadId=upload, PartNumberMarker=marker)
        except FileNotFoundError as error:
            raise Problem("upload_gone") from error
        for part in page.get("Parts", ()):
            parts[part["PartNumber"]] = (part["ETag"], part["Size"])
        if not page.get("IsTruncated"):
            return parts
        marker = page["NextPartNumberMarker"]


def listed_uploads(prefix: str) -> Iterator[tuple[str, str, datetime]]:
    """(key, upload, when it was begun) of every open multipart upload below a prefix."""
    where = {"Bucket": settings.S3_BUCKET, "Prefix": prefix}
    while True:
        page = _asked(partial(_page_of_uploads, where), prefix)
        for found in page.get("Uploads", ()):
            yield found["Key"], found["UploadId"], found["Initiated"]
        if not page.get("IsTruncated"):
            return
        where |= {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}


def _page_of_uploads(where: dict[str, str], client: Any) -> Any:
    return client.list_multipart_uploads(**where)


def finish_upload(key: str, upload: str, parts: dict[int, str]) -> None:
    """Join the parts, number -> etag. A second call after success finds the upload gone."""
    listed = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(parts.items())]
    try:
        _call("complete_multipart_upload", Key=key, UploadId=upload, MultipartUpload={"Parts": listed})
    except FileNotFoundError as error:
        raise Problem("upload_gone") from error


def abort_upload(key: str, upload: str) -> None:
    try:
        _call("abort_multipart_upload", Key=key, UploadId=upload)
    except FileNotFoundError:
        return


def _address(public: bool) -> str:
    return settings.S3_PUBLIC_URL if public else settings.S3_URL


def presign_get(key: str, seconds: int, *, public: bool = False) -> str:
    """A URL for a worker. public: for one outside, which reaches the store as browsers do."""
    arguments = {"Bucket": settings.S3_BUCKET, "Key": key}
    client = _client(_address(public))
    url: str = client.generate_presigned_url("get_object", arguments, ExpiresIn=max(seconds, 1))
    return url


def presign_put(key: str, seconds: int, content_type: str = "image/png", *, public: bool = False) -> str:
    """A URL under which a worker may put bytes of this type. public: as in `presign_get`."""
    arguments = {"Bucket": settings.S3_BUCKET, "Key": key, "ContentType": content_type}
    client = _client(_address(public))
    url: str = client.generate_presigned_url("put_object", arguments, ExpiresIn=max(seconds, 1))
    return url


class Multipart(NamedTuple):
    """Where a worker puts an object's parts, where it has them joined (POST) and forgotten (DELETE)."""

    parts: tuple[str, ...]
    join: str
    drop: str


def presign_multipart(key: str, upload: str, count: int, seconds: int) -> Multipart:
    """URLs for an upload that was begun, of at most so many parts."""
    where = {"Bucket": settings.S3_BUCKET, "Key": key, "UploadId": upload}

    def url(method: str, **more: int) -> str:
        client = _client(settings.S3_URL)
        signed: str = client.generate_presigned_url(method, where | more, ExpiresIn=max(seconds, 1))
        return signed

    parts = tuple(url("upload_part", PartNumber=number) for number in range(1, count + 1))
    return Multipart(parts, url("complete_multipart_upload"), url("abort_multipart_upload"))


def presign_download(key: str, name: str, seconds: int = 300) -> str:
    """A URL under which a browser may fetch an object once it was allowed to, saved as `name` (ASCII)."""
    arguments = {
        "Bucket": settings.S3_BUCKET,
        "Key": key,
        "ResponseContentDisposition": f'attachment; filename="{name}"',
    }
    url: str = _client(settings.S3_PUBLIC_URL).generate_presigned_url("get_object", arguments, ExpiresIn=seconds)
    return url
