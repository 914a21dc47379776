"""Addresses that come with a job: where its bytes are fetched and where they are put."""

from msgspec import Struct


class Put(Struct, frozen=True):
    """Where the worker puts bytes that it made: an output picture, a table. url is presigned."""

    key: str
    url: str
