"""Addresses that come with a job: where its bytes are fetched and where they are put."""

from msgspec import Struct


class Put(Struct, frozen=True, omit_defaults=True):
    """Where the worker puts bytes that it made: an output picture, a table. url is presigned for the content type,
    which must be sent with the bytes."""

    key: str
    url: str
    content_type: str = "image/png"
