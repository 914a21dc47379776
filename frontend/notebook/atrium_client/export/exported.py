"""A model turned into one clean ONNX file, with its interface and what is known of it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from atrium_client.fields import JSON, Field
from atrium_client.interfaces import interface_json
from atrium_client.steps import Step

from .graph_inputs import graph_inputs

TOKENIZER = "tokenizer.json"
TOKENS = frozenset({"input_ids", "attention_mask", "token_type_ids"})


@dataclass
class Exported:
    """A cleaned ONNX file in a temporary folder that leaves with this object (`close`, or `with`).

    size in bytes, sha256 in hex. inputs, outputs: declared or proposed; empty where the server is to propose them.
    exporter: `torch.export`, `TorchScript`, `skl2onnx` or `file`. batch: `dynamic` (one row and three rows agree),
    `fixed at 1`, or `unproved` (the server's probe decides); note says why.
    difference, tolerance: the largest absolute difference to the original on the example, None without an original.
    format: `onnx`, or `bundle` where other files come with it: then model is where the ONNX file lies and beside
    the others' names. removed, folded, mentions: see `atrium_client.export.cleaning.Cleaned`.
    """

    path: Path
    size: int
    sha256: str
    exporter: str
    inputs: Sequence[Field] = ()
    outputs: Sequence[Field] = ()
    steps: Sequence[Step] = ()
    batch: str = "unproved"
    note: str = ""
    format: str = "onnx"
    difference: float | None = None
    tolerance: float | None = None
    removed: int = 0
    folded: int = 0
    mentions: int = 0
    model: Path | None = None
    beside: Sequence[str] = ()
    _folder: "tempfile.TemporaryDirectory[str] | None" = field(default=None, repr=False)

    @property
    def tensors(self) -> list[str]:
        """What an example is given for where no interface is declared: the model's inputs; a text for its tokens."""
        names = graph_inputs(self.model or self.path)
        if TOKENIZER in self.beside and "input_ids" in names:
            return ["text", *(name for name in names if name not in TOKENS)]
        return names

    @property
    def interface(self) -> JSON | None:
        return interface_json(self.inputs, self.outputs, self.steps) if self.inputs and self.outputs else None

    def report(self) -> dict[str, Any]:
        """What was done, as plain values."""
        return {
            "format": self.format,
            "size": self.size,
            "sha256": self.sha256,
            "exporter": self.exporter,
            "batch": self.batch,
            "note": self.note,
            "difference": self.difference,
            "tolerance": self.tolerance,
            "removed": self.removed,
            "folded": self.folded,
            "mentions": self.mentions,
            "interface": self.interface,
        }

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> "Exported":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
