"""The worker's handle on one sandboxed child that holds one model version.

Calls block and are not to overlap; `kill` may be called from any thread.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.interface import Interface, TextInput
from gpu_workers.protocol.messages import Value
from gpu_workers.sandbox import Limits
from gpu_workers.sandbox.channel import MAX_FRAME
from gpu_workers.sandbox.kept import Kept, Lost

from . import frames
from .failure import RunnerFailed
from .frames import (
    Broken,
    Part,
    Predict,
    Predicted,
    Ran,
    Ready,
    Reply,
    Request,
    Run,
    Setup,
    Superpixels,
    Tokens,
    Variant,
    Vary,
)
from .tensors import Array, Packed, Raw, Signature, check_text, pack_all, unpack_all

RawAnswer = dict[str, Raw]
"""The outputs of one case by the interface's names, the batch axis of size 1 included."""

LIMITS = Limits(memory=2 * 2**30)
START_SECONDS = 60.0
MOST_REGIONS, MOST_CELLS = 2_000, 128 * 128
"""Superpixels of a picture, and cells of the grid that tells them."""

T = TypeVar("T", bound=Reply)


class Runner:
    """One model version in its own process.

    model: the file, the only one the child can read besides its own code. Without an interface only `run` works.
    batch_axis: the axis on which `predict` may join cases, None for one at a time. threads: of one call. Where `limits`
    lend it the devices of a GPU it computes on that.
    """

    def __init__(
        self,
        model: Path,
        *,
        format: str = "onnx",
        interface: Interface | None = None,
        batch_axis: int | None = None,
        limits: Limits = LIMITS,
        threads: int = 1,
    ) -> None:
        self._setup = Setup(str(model.resolve()), format, interface, batch_axis, threads, bool(limits.devices))
        self._kept = Kept("gpu_workers.runner.child", read_only=[Path(self._setup.model)], limits=limits)
        self._signature: Signature | None = None
        self.steps: dict[str, Signature] = {}
        """Of each step's model, once it was started with an interface that has steps."""
        self._killed_for: RunnerFailed | None = None
        self.measured = Predicted([], 0.0, 0.0, 1)
        """prepare, run and largest of the latest `predict`."""

    def start(self, *, seconds: float = START_SECONDS) -> None:
        """Returns when the model is loaded. Raises RunnerFailed; the child is gone then."""
        self._kept.start()
        try:
            ready = self._ask(self._setup, Ready, seconds)
            self._signature, self.steps = ready.signature, ready.steps
        except RunnerFailed as failure:
            self.close()
            if failure.code == "model_failed":
                raise RunnerFailed("model_failed", "The model could not be loaded.", failure.detail) from failure
            raise

    def signature(self) -> Signature:
        """Inputs and outputs as the model declares them."""
        if self._signature is None:
            raise RuntimeError("the runner was not started")
        return self._signature

    def run(self, tensors: Mapping[str, Raw], *, seconds: float | None = None) -> dict[str, Raw]:
        """Bare tensors in and out, by the model's names."""
        return self._unpacked([self._ask(Run(pack_all(tensors)), Ran, seconds).outputs])[0]

    def tokens(self, field: TextInput, text: str, *, seconds: float | None = None) -> dict[str, Array]:
        """As `runner.tokens.Tokenizers` gives them, by a file of the version."""
        return self._unpacked([self._ask(Tokens(field, text), Ran, seconds).outputs])[0]  # type: ignore[return-value]

    def predict(self, cases: Sequence[dict[str, Value]], *, seconds: float | None = None) -> list[RawAnswer]:
        """Pre-processes, batches and runs. One bad case fails all: the caller halves (see `worker.holding`)."""
        return self._predicted(Predict(list(cases)), len(cases), seconds)

    def vary(
        self, base: dict[str, Value], variants: Sequence[Variant], output: str, *, seconds: float | None = None
    ) -> list[RawAnswer]:
        """As `predict`, of variants of one case, and of each this output alone."""
        return self._predicted(Vary(base, list(variants), output), len(variants), seconds)

    def part(
        self, base: dict[str, Value], name: str, superpixels: Superpixels, *, seconds: float | None = None
    ) -> NDArray[np.int64]:
        """(rows, columns) of a grid over a picture: which superpixel each cell is of, from 0."""
        [found] = self._unpacked([self._ask(Part(name, base, superpixels), Ran, seconds).outputs])
        labels = found.get("labels")
        if not isinstance(labels, np.ndarray) or labels.dtype != np.int64 or labels.ndim != 2 or not labels.size:
            raise self._lost("it parted a picture into nonsense")
        if labels.min() < 0 or labels.max() >= MOST_REGIONS or labels.size > MOST_CELLS:
            raise self._lost("it parted a picture into too much")
        return labels.astype(np.int64, copy=False)

    def _predicted(self, work: Predict | Vary, count: int, seconds: float | None) -> list[RawAnswer]:
        predicted = self._ask(work, Predicted, seconds)
        if len(predicted.answers) != count:
            raise self._lost("it answered another number of cases than it was given")
        self.measured = predicted
        return self._unpacked(predicted.answers)

    def alive(self) -> bool:
        """Whether it was started and has not ended since, as far as is known."""
        return self._kept.alive()

    def resident(self) -> int:
        """Bytes of memory the child holds, 0 where there is none."""
        return self._kept.resident()

    def kill(self, code: str = "model_crashed", message: str = "") -> None:
        """Ends the child at once, from any thread; a call that waits for it raises RunnerFailed with this code."""
        if self._killed_for is None:
            self._killed_for = RunnerFailed(code, message)
        self._kept.kill()

    def close(self) -> None:
        """Ends the child and waits until it is gone. Harmless when repeated."""
        self._kept.close()

    def _ask(self, request: Request, kind: type[T], seconds: float | None) -> T:
        try:
            reply = self._kept.ask(request, frames.reply, seconds)
        except Lost as lost:
            raise self._failure(lost) from None
        if isinstance(reply, Broken):
            if reply.memory:
                # The runtime's allocator does not recover: after one refusal it can refuse what is small.
                self.close()
                raise RunnerFailed("model_out_of_memory", self._memory_sentence(), reply.message)
            raise RunnerFailed("model_failed", detail=reply.message, alive=True)
        if not isinstance(reply, kind):
            raise self._lost("it answered out of turn")
        return reply

    def _unpacked(self, packed: Sequence[Mapping[str, Packed]]) -> list[dict[str, Raw]]:
        try:
            check_text(packed)
            return [unpack_all(each) for each in packed]
        except ValueError as error:  # msgspec's errors are ValueErrors
            raise self._lost(f"it answered nonsense: {error}") from None

    def _lost(self, detail: str) -> RunnerFailed:
        """After a breach of the protocol nothing this child says can be used any more."""
        self.close()
        return self._failure(Lost("nonsense", detail))

    def _failure(self, lost: Lost) -> RunnerFailed:
        if self._killed_for is not None:
            return self._killed_for
        match lost.why:
            case "late":
                self._killed_for = RunnerFailed("model_too_slow")
                return self._killed_for
            case "large":
                sentence = f"The model's answer is larger than {MAX_FRAME >> 20} MiB."
                return RunnerFailed("model_crashed", sentence)
            case "memory":
                return RunnerFailed("model_out_of_memory", self._memory_sentence(), lost.detail)
        return RunnerFailed("model_crashed", detail=lost.detail)

    def _memory_sentence(self) -> str:
        return f"The model needed more memory than it may use ({self._kept.limits.memory / 2**30:.1f} GiB)."
