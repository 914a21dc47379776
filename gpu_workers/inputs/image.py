"""Pictures: see `decode`, `edits` and `thumbnail`."""

from collections.abc import Mapping
from typing import Any

from gpu_workers.protocol.rendering import Made

from .decode import decode as picture_of
from .edits import render
from .thumbnail import thumbnail

__all__ = ["decode", "render", "thumbnail"]


def decode(data: bytes, options: Mapping[str, Any], name: str = "") -> Made:
    """options: the `mode`, L or RGB."""
    return picture_of(data, str(options.get("mode", "")), name)
