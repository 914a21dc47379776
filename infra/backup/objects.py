"""The store's half: objects by the S3 protocol, each verified against the hash that the database has of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from .manifest import digest


@dataclass(frozen=True)
class Store:
    """A bucket and the key pair that opens it."""

    url: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"

    @cached_property
    def client(self) -> Any:
        """The connection."""
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def keys(self) -> Iterable[str]:
        """Every key of the bucket."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            yield from (entry["Key"] for entry in page.get("Contents", ()))

    def fetch(self, key: str, folder: Path) -> bool:
        """Copy an object into a folder; false where it is gone."""
        path = folder / key
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self.client.download_file(self.bucket, key, str(path))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                return False
            raise
        return True

    def send(self, folder: Path) -> int:
        """Copy every file of a folder into the bucket; returns how many."""
        count = 0
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.client.upload_file(str(path), self.bucket, path.relative_to(folder).as_posix())
                count += 1
        return count


def fetch_all(store: Store, folder: Path) -> None:
    """Copy what is there now."""
    for key in list(store.keys()):
        store.fetch(key, folder)


def complete(store: Store, folder: Path, wanted: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Fetch what a snapshot names and the folder lacks, drop the rest; returns (keys that are gone, those that differ).

    wanted: key -> sha256 as hex. An object that differs from it is kept as it is.
    """
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    gone = [key for key in wanted if not (folder / key).is_file() and not store.fetch(key, folder)]
    return gone, differing(folder, {key: known for key, known in wanted.items() if key not in gone})


def differing(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Those of the files whose hash is another."""
    return [key for key, known in wanted.items() if digest(folder / key) != known]
