"""The sandboxed child that holds one model version: `python -m gpu_workers.runner.child`.

It reads frames from standard input and answers on standard output, until the input ends. Whatever the model does, the
worker judges from outside: by the clock, by memory, and by what comes back.
"""

import os
import sys
from time import perf_counter

from gpu_workers.bundle import Files
from gpu_workers.protocol.interface import DicomInput
from gpu_workers.sandbox import confine
from gpu_workers.sandbox.channel import Channel, Closed

from . import frames, studies
from .batch import run_batched
from .binding import bound_inputs, bound_outputs
from .frames import Broken, Predict, Predicted, Ran, Ready, Reply, Run, Setup, Tokens
from .preprocess import prepare_all
from .tensors import Array, Raw, Signature, pack_all, unpack_all
from .tokens import Tokenizers


class Held:
    """A model version, loaded."""

    def __init__(self, setup: Setup) -> None:
        from pathlib import Path

        from gpu_workers.runtimes.onnx import OnnxRuntime

        files = Files(Path(setup.model), setup.format)
        self._runtime = OnnxRuntime(files.model(), threads=setup.threads, gpu=setup.gpu)
        self._tokens = Tokenizers(files.read)
        self.signature = Signature(self._runtime.inputs, self._runtime.outputs)
        self._axis = setup.batch_axis
        self._inputs = bound_inputs(setup.interface, self.signature) if setup.interface else []
        self._by_frame = [
            tensor for field, tensor, *_ in self._inputs if isinstance(field, DicomInput) and field.frames == "each"
        ]
        self._outputs = bound_outputs(setup.interface, self.signature) if setup.interface else []

    def run(self, work: Run) -> Ran:
        tensors: dict[str, Array] = unpack_all(work.tensors)  # type: ignore[assignment]  # inputs are arrays
        return Ran(pack_all(self._runtime.run(tensors)))

    def predict(self, work: Predict) -> Predicted:
        if not self._inputs:
            raise ValueError("this runner was started without an interface")
        begun = perf_counter()
        cases = [prepare_all(self._inputs, case, self._tokens) for case in work.cases]
        prepared = perf_counter()
        by_case = [studies.split(case, self._by_frame) for case in cases]
        alone, largest = run_batched(self._runtime.run, [part for parts in by_case for part in parts], self._axis)
        given = iter(alone)
        answers = [studies.averaged([next(given) for _ in parts]) for parts in by_case]
        ran = perf_counter()
        packed = [pack_all(self._named(answer)) for answer in answers]
        return Predicted(packed, (prepared - begun) * 1000, (ran - prepared) * 1000, largest)

    def tokens(self, work: Tokens) -> Ran:
        return Ran(pack_all(self._tokens(work.field, work.text)))

    def _named(self, answer: dict[str, Raw]) -> dict[str, Raw]:
        return {field.name: answer[tensor] for field, tensor in self._outputs}


def broken(error: BaseException, file: str) -> Broken:
    """An exception as the team reads it: without where the file lies. ONNX Runtime tells memory by its words only."""
    text = f"{type(error).__name__}: {error}"
    text = text.replace(file, "the file")[:4000] if file else text[:4000]
    words = ("bad_alloc", "bad allocation", "failed to allocate memory", "cannot allocate memory")
    return Broken(text, isinstance(error, MemoryError) or any(word in text.lower() for word in words))


def main() -> None:
    confine()
    # What a library prints to standard output must not fall between frames.
    writing = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    channel = Channel(sys.stdin.fileno(), writing)
    held: Held | None = None
    file = ""
    while True:
        try:
            work = channel.receive(frames.request)
        except Closed:
            return
        answer: Reply
        try:
            if isinstance(work, Setup):
                file = work.model
                held = Held(work)
                answer = Ready(held.signature)
            elif held is None:
                raise RuntimeError("no model was set up")
            elif isinstance(work, Tokens):
                answer = held.tokens(work)
            else:
                answer = held.run(work) if isinstance(work, Run) else held.predict(work)
        except Exception as error:  # whatever a stranger's model raises is an answer
            answer = broken(error, file)
        try:
            channel.send(answer)
        except Closed:
            return


if __name__ == "__main__":
    main()
