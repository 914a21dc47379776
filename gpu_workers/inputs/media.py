"""Which module makes our own bytes of which kind. Each is loaded when the first of its kind is asked for."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

from gpu_workers.protocol.edits import Edit
from gpu_workers.protocol.rendering import Made

from .refusal import Refusal

MODULES = {
    "bytes": "plain",
    "image": "image",
    "audio": "audio",
    "mask": "mask",
    "rows": "rows",
    "series": "series",
    "study": "study.maker",
}
"""By kind of `rendering.KINDS`, below this package."""


class Maker(Protocol):
    """What such a module holds; each raises `Refusal` for what it cannot take."""

    def decode(self, data: bytes, options: Mapping[str, Any], name: str) -> Made: ...

    def render(self, data: bytes, edits: Sequence[Edit]) -> Made: ...

    def thumbnail(self, data: bytes, side: int) -> Made: ...


def maker(kind: str) -> Maker:
    if kind not in MODULES:
        raise Refusal("malformed", f"There is no input of the kind {kind[:20]!r}.")
    module: Any = import_module(f"{__package__}.{MODULES[kind]}")
    made: Maker = module
    return made
