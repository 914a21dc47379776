"""The sandboxed child that holds one model version: `python -m gpu_workers.runner.child`.

It reads frames from standard input and answers on standard output, until the input ends. Whatever the model does, the
worker judges from outside: by the clock, by memory, and by what comes back.
"""

import os
import sys
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from gpu_workers.bundle import Files
from gpu_workers.protocol.interface import DicomInput, Interface, Output
from gpu_workers.protocol.messages import Value
from gpu_workers.sandbox import confine
from gpu_workers.sandbox.channel import Channel, Closed

from . import frames, studies
from .batch import run_batched
from .binding import Bound, bound_inputs, bound_out, bound_outputs, raw_of
from .frames import Broken, Part, Predict, Predicted, Ran, Ready, Reply, Run, Setup, Tokens, Vary
from .preprocess import prepare_all
from .steps import Chain, Model
from .tensors import Array, Signature, pack_all, unpack_all
from .tokens import Tokenizers

if TYPE_CHECKING:
    from .varying import Varied


class Held:
    """A model version, loaded."""

    def __init__(self, setup: Setup) -> None:
        from gpu_workers.runtimes.onnx import OnnxRuntime

        files = Files(Path(setup.model), setup.format)
        steps = setup.interface.steps if setup.interface else ()
        runtimes = {
            file: OnnxRuntime(files.model(file), threads=setup.threads, gpu=setup.gpu)
            for file in dict.fromkeys(step.file for step in steps) or [""]
        }
        self._models = {
            file: Model(runtime.run, Signature(runtime.inputs, runtime.outputs)) for file, runtime in runtimes.items()
        }
        self._runtime = next(iter(runtimes.values()))
        self._tokens = Tokenizers(files.read)
        self._interface = setup.interface
        self._axis = setup.batch_axis
        self._varied: Varied | None = None
        self.steps = {step.name: self._models[step.file].signature for step in steps}
        self.signature = next(iter(self._models.values())).signature
        if setup.interface and not steps:  # what does not bind is told now; steps are bound once they were looked at
            _ = self._inputs, self._outputs

    @cached_property
    def _inputs(self) -> list[Bound]:
        return bound_inputs(self._given, self.signature)

    @cached_property
    def _outputs(self) -> list[tuple[Output, tuple[str, ...]]]:
        return bound_outputs(self._given, self.signature)

    @cached_property
    def _by_frame(self) -> dict[str, int | None]:
        """The ranks of tensors of studies whose frames are answered one by one."""
        return {
            bound.tensor: bound.rank
            for bound in self._inputs
            if isinstance(bound.field, DicomInput) and bound.field.frames == "each"
        }

    @cached_property
    def _chain(self) -> Chain:
        return Chain(self._given, self._models, self._tokens)

    @property
    def _given(self) -> Interface:
        if self._interface is None:
            raise ValueError("this runner was started without an interface")
        return self._interface

    def run(self, work: Run) -> Ran:
        tensors: dict[str, Array] = unpack_all(work.tensors)  # type: ignore[assignment]  # inputs are arrays
        return Ran(pack_all(self._runtime.run(tensors)))

    def predict(self, work: Predict) -> Predicted:
        return self._in_steps(work) if self._given.steps else self._at_once(work)

    def _at_once(self, work: Predict) -> Predicted:
        begun = perf_counter()
        cases = [prepare_all(self._inputs, case, self._tokens) for case in work.cases]
        prepared = perf_counter()
        by_case = [studies.split(case, self._by_frame) for case in cases]
        alone, largest = run_batched(self._runtime.run, [part for parts in by_case for part in parts], self._axis)
        given = iter(alone)
        answers = [studies.averaged([next(given) for _ in parts]) for parts in by_case]
        ran = perf_counter()
        packed = [
            pack_all({field.name: raw_of(tensors, {**case, **answer}) for field, tensors in self._outputs})
            for case, answer in zip(cases, answers, strict=True)
        ]
        return Predicted(packed, (prepared - begun) * 1000, (ran - prepared) * 1000, largest)

    def _in_steps(self, work: Predict) -> Predicted:
        begun = perf_counter()
        bound = bound_out(self._given, self.steps)
        answers = [self._chain(case) for case in work.cases]
        ran = perf_counter()
        packed = [
            pack_all({field.name: raw_of(names, answer[step]) for field, step, names in bound}) for answer in answers
        ]
        return Predicted(packed, 0.0, (ran - begun) * 1000, 1)

    def tokens(self, work: Tokens) -> Ran:
        return Ran(pack_all(self._tokens(work.field, work.text)))

    def vary(self, work: Vary) -> Predicted:
        """As `predict`, and only the output that is wanted of each."""
        varied = self._of(work.base)
        if self._given.steps or self._by_frame:
            told = self.predict(Predict([varied.values(variant) for variant in work.variants]))
            answers = [{work.output: answer[work.output]} for answer in told.answers]
            return Predicted(answers, told.prepare, told.run, told.largest)
        return self._vary_at_once(varied, work)

    def part(self, work: Part) -> Ran:
        return Ran(pack_all({"labels": self._of(work.base).labels(work.input, work.superpixels)}))

    def _of(self, base: dict[str, Value]) -> "Varied":
        """The case whose variants are asked: what was read of it is kept until another one comes."""
        if self._varied is None or self._varied.base != base:
            from .varying import Varied  # most runners are never asked for it

            self._varied = Varied(self._given, base)
        return self._varied

    def _vary_at_once(self, varied: "Varied", work: Vary) -> Predicted:
        """A variant costs what it changes: the rest is prepared once."""
        begun, ran, largest = perf_counter(), 0.0, 1
        tensor = next(tensors[0] for field, tensors in self._outputs if field.name == work.output)
        packed = []
        for cases in varied.tensors(work.variants, self._inputs, self._tokens):
            started = perf_counter()
            answers, together = run_batched(self._runtime.run, cases, self._axis)
            ran += perf_counter() - started
            largest = max(largest, together)
            packed += [pack_all({work.output: answer[tensor]}) for answer in answers]
        return Predicted(packed, (perf_counter() - begun - ran) * 1000, ran * 1000, largest)


def _done(held: Held, work: Run | Predict | Tokens | Vary | Part) -> Reply:
    match work:
        case Run():
            return held.run(work)
        case Predict():
            return held.predict(work)
        case Tokens():
            return held.tokens(work)
        case Vary():
            return held.vary(work)
        case Part():
            return held.part(work)


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
                answer = Ready(held.signature, held.steps)
            elif held is None:
                raise RuntimeError("no model was set up")
            else:
                answer = _done(held, work)
        except Exception as error:  # whatever a stranger's model raises is an answer
            answer = broken(error, file)
        try:
            channel.send(answer)
        except Closed:
            return


if __name__ == "__main__":
    main()
