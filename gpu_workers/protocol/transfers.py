"""Addresses that come with a job: where its bytes are fetched and where they are put."""

from msgspec import Struct


class Parts(Struct, frozen=True, omit_defaults=True):
    """Where a file goes that is too large for one piece: its parts, of `size` bytes each but for the last, to `urls` in
    their order, and what the store answered for each by POST to `join`. DELETE of `drop` forgets those that were not
    joined; of `before`, those of earlier attempts at the same job, which then cannot join theirs any more."""

    size: int
    urls: tuple[str, ...]
    join: str
    drop: str
    before: tuple[str, ...] = ()


class Put(Struct, frozen=True, omit_defaults=True):
    """Where the worker puts bytes that it made: an output picture, a table. url is presigned for the content type,
    which must be sent with the bytes; it is empty where they go in parts."""

    key: str
    url: str
    content_type: str = "image/png"
    parts: Parts | None = None
