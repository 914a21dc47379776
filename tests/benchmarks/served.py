"""A server under test: where it answers, and which processes it consists of."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Served:
    """kind: how its clients speak (see `load`). pids: the roots of its processes by name. token: for its clients."""

    name: str
    kind: str
    address: str
    pids: Mapping[str, int]
    token: str = ""
