"""The worker's handle on one sandboxed child that holds one model version.

Calls block and are not to overlap; `kill` may be called from any thread.
"""

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Value
from gpu_workers.sandbox import Child, Limits, spawn

from . import frames
from .failure import RunnerFailed
from .frames import (
    Broken,
    Channel,
    Closed,
    Predict,
    Predicted,
    Ran,
    Ready,
    Reply,
    Request,
    Run,
    Setup,
    TooLarge,
    TooLate,
)
from .tensors import Packed, Raw, Signature, check_text, pack_all, unpack_all

RawAnswer = dict[str, Raw]
"""The outputs of one case by the interface's names, the batch axis of size 1 included."""

LIMITS = Limits(memory=2 * 2**30)
START_SECONDS = 60.0
_GRACE = 1.0
"""Seconds in which a child that closed its pipes ends by itself, so that its status can be told."""

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
        interface: Interface | None = None,
        batch_axis: int | None = None,
        limits: Limits = LIMITS,
        threads: int = 1,
    ) -> None:
        self._setup = Setup(str(model.resolve()), interface, batch_axis, threads, bool(limits.devices))
        self._limits = limits
        self._process: Child | None = None
        self._channel: Channel | None = None
        self._signature: Signature | None = None
        self._killed_for: RunnerFailed | None = None
        self.measured = Predicted([], 0.0, 0.0, 1)
        """prepare, run and largest of the latest `predict`."""

    def start(self, *, seconds: float = START_SECONDS) -> None:
        """Returns when the model is loaded. Raises RunnerFailed; the child is gone then."""
        process = spawn("gpu_workers.runner.child", read_only=[Path(self._setup.model)], limits=self._limits)
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the sandbox gave no pipes")
        self._process = process
        self._channel = Channel(process.stdout.fileno(), process.stdin.fileno())
        if self._killed_for is not None:
            process.kill()
        try:
            self._signature = self._ask(self._setup, Ready, seconds).signature
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

    def predict(self, cases: Sequence[dict[str, Value]], *, seconds: float | None = None) -> list[RawAnswer]:
        """Pre-processes, batches and runs. One bad case fails all: the caller halves (see `worker.holding`)."""
        predicted = self._ask(Predict(list(cases)), Predicted, seconds)
        if len(predicted.answers) != len(cases):
            raise self._lost("it answered another number of cases than it was given")
        self.measured = predicted
        return self._unpacked(predicted.answers)

    def alive(self) -> bool:
        """Whether it was started and has not ended since, as far as is known."""
        process = self._process
        return process is not None and self._killed_for is None and process.poll() is None

    def resident(self) -> int:
        """Bytes of memory the child holds, 0 where there is none."""
        process = self._process
        return process.resident() if process is not None else 0

    def kill(self, code: str = "model_crashed", message: str = "") -> None:
        """Ends the child at once, from any thread; a call that waits for it raises RunnerFailed with this code."""
        if self._killed_for is None:
            self._killed_for = RunnerFailed(code, message)
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Ends the child and waits until it is gone. Harmless when repeated."""
        process, self._process, self._channel = self._process, None, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _ask(self, request: Request, kind: type[T], seconds: float | None) -> T:
        channel = self._channel
        if channel is None:
            raise self._killed_for or RunnerFailed("model_crashed", detail="the runner is not running")
        begun = time.monotonic()
        try:
            channel.send(request, seconds=seconds)
            left = None if seconds is None else seconds - (time.monotonic() - begun)
            reply = channel.receive(frames.reply, seconds=left)
        except Closed:
            raise self._died() from None
        except TooLate:
            self.kill("model_too_slow")
            raise self._lost() from None
        except TooLarge:
            raise self._lost("", f"The model's answer is larger than {frames.MAX_FRAME >> 20} MiB.") from None
        except msgspec.MsgspecError as error:
            raise self._lost(f"it answered nonsense: {error}") from None
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

    def _lost(self, detail: str = "", message: str = "") -> RunnerFailed:
        """After a breach of the protocol nothing this child says can be used any more."""
        failure = self._killed_for or RunnerFailed("model_crashed", message, detail)
        self.close()
        return failure

    def _died(self) -> RunnerFailed:
        process = self._process
        if process is None:
            return self._lost()
        try:
            status = process.wait(_GRACE)
        except subprocess.TimeoutExpired:  # it closed its pipes, and lives
            process.kill()
            status = process.wait()
        said = process.complaint().strip()
        self.close()
        if self._killed_for is not None:
            return self._killed_for
        if process.ended_by == "memory" or "bad_alloc" in said or "MemoryError" in said:
            return RunnerFailed("model_out_of_memory", self._memory_sentence(), said)
        return RunnerFailed("model_crashed", detail=f"exit status {status}. {said}".strip())

    def _memory_sentence(self) -> str:
        return f"The model needed more memory than it may use ({self._limits.memory / 2**30:.1f} GiB)."
