"""One trial of an uploaded model in a throw-away runner: what it answers, how it batches, which interface fits it."""

import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec

from gpu_workers.bundle import MODEL, ambiguous
from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Report, Value
from gpu_workers.refusal import Refused
from gpu_workers.runner import Raw, Runner, RunnerFailed
from gpu_workers.runner.binding import Unbound, bound_outputs, raw_of
from gpu_workers.runner.postprocess import Unanswered, Unplaced, answers
from gpu_workers.wording import readable

from . import InspectionFailed, check
from .agreement import Disagreement, check_inputs, check_outputs
from .batching import Batching, find_batching
from .ending import Ending
from .examples import TOKENIZER, Case, Unusable, declared_case, undeclared_case, values_for
from .findings import Findings
from .observed import all_seen
from .proposal import NoProposal, propose, with_labels
from .steps import check_steps

_EACH_SECONDS = 25.0  # for loading, for a run, for all trials of batching; so that what hangs has a verdict in 30
_REASON = 2000  # characters
_STEP = 32  # what most networks for pictures of any size divide their sides by


def examine(
    path: Path,
    fmt: str,
    interface: Interface | None = None,
    example: Mapping[str, Value] | None = None,
    *,
    seconds: float = 120.0,
    ending: Ending | None = None,
) -> Report:
    """Check a file, then run it once. Pictures of the example are PNGs of ours, their bytes in the blob.

    seconds: for all of it. Raises InspectionFailed and OSError where our side failed, so that it can be tried again;
    Stopped where somebody ended it. What ends without a word is looked at twice: the machine may have killed it, for
    want of memory.
    """
    end = time.monotonic() + seconds
    examined = partial(_examined, path, fmt, interface, dict(example or {}), end, ending or Ending())
    with suppress(InspectionFailed):
        report = examined()
        if report.rule != "crashes":
            return report
    return examined()


def _examined(
    path: Path, fmt: str, interface: Interface | None, example: dict[str, Value], end: float, ending: Ending
) -> Report:
    findings = check(path, fmt, None if interface is None else interface.labels, ending)
    if not findings.accepted:
        return _rejected(findings, findings.rule, findings.reason)
    named = None if interface is None else with_labels(interface, findings.labels)
    trial = _Trial(path, fmt, findings, named, example, end, ending)
    try:
        _check_files(findings.files, named)
        return trial.report() if named is None or not named.steps else trial.report_of_steps(named)
    except Refused as refused:
        return _rejected(findings, refused.rule, refused.reason)
    except RunnerFailed as failed:
        return _rejected(findings, *_say(failed))
    finally:
        trial.close()


class _Trial:
    def __init__(
        self,
        path: Path,
        fmt: str,
        findings: Findings,
        interface: Interface | None,
        example: dict[str, Value],
        end: float,
        ending: Ending,
    ) -> None:
        self._path, self._format, self._declared, self._example = path, fmt, interface, example
        self._labels, self._files = findings.labels, findings.files
        self._end, self._ending = end, ending
        steps = interface if interface and interface.steps else None
        self._runner = ending.of(Runner(path, format=fmt, interface=steps))
        self._facts = _facts(findings)

    def report(self) -> Report:
        """Raises Refused with the rule that the trial broke, and RunnerFailed."""
        self._runner.start(seconds=max(1.0, self._left()))
        signature = self._runner.signature()
        begun = time.perf_counter()
        case, outputs = self._first_run()
        took = time.perf_counter() - begun
        self._facts["observed"] = msgspec.to_builtins({"inputs": all_seen(case.tensors), "outputs": all_seen(outputs)})
        self._facts["example"] = f"made up: {', '.join(case.made_up)}" if case.made_up else "given"
        interface = self._declared
        if interface is not None:
            try:
                found = check_outputs(interface, signature, case.tensors | outputs, case.values)
            except (Disagreement, Unbound) as error:
                raise Refused("interface_mismatch", str(error)) from None
            named = {name for _, tensors in bound_outputs(interface, signature) for name in tensors}
            left_out = {name: "The interface does not name it." for name in outputs if name not in named}
        else:
            try:
                interface, left_out = propose(signature, case.proposed, outputs, self._labels)
                found = self._proposed(interface, case.tensors | outputs, case.values)
            except NoProposal as none:
                self._facts["no_proposal"] = readable(f"{none} Declare the interface.", _REASON)
                left_out, found = {}, {}
        self._facts["not_shown"] = [{"name": name, "why": readable(why, _REASON)} for name, why in left_out.items()]
        batching = self._batching(case, outputs)
        return Report(
            "ready",
            interface=interface,
            proposed=self._declared is None and interface is not None,
            batch_axis=batching.axis,
            batch_note=batching.note,
            facts=self._facts,
            answers=_placed(found),
            memory=self._runner.resident(),
            seconds=took,
        )

    def report_of_steps(self, interface: Interface) -> Report:
        """The same for a version that runs in steps: all of them on one case, through the interface."""
        self._runner.start(seconds=max(1.0, self._left()))
        try:
            check_steps(interface, self._runner.steps)
        except (Disagreement, Unbound) as error:
            raise Refused("interface_mismatch", f"{str(error).rstrip('.')}.") from None
        try:
            values, made_up = values_for(interface, self._example)
        except Unusable as error:
            raise Refused("example_mismatch", str(error)) from None
        begun = time.perf_counter()
        try:
            (outputs,) = self._runner.predict([values], seconds=self._left())
        except RunnerFailed as failed:
            if not failed.alive:
                raise
            rule = "needs_example" if made_up else "example_failed"
            what = f"values made up for {_listed(made_up)}; pass one case" if made_up else "the example"
            raise Refused(rule, f"The steps do not run on {what}. {_short(failed)}") from None
        took = time.perf_counter() - begun
        self._facts["observed"] = msgspec.to_builtins({"inputs": [], "outputs": all_seen(outputs)})
        self._facts["example"] = f"made up: {', '.join(made_up)}" if made_up else "given"
        try:
            found = answers(interface, outputs, values)
        except Unanswered as unanswered:
            raise Refused("interface_mismatch", f"{unanswered} Change the declaration.") from None
        return Report(
            "ready",
            interface=interface,
            batch_note="It runs in steps, so each case runs alone.",
            facts=self._facts,
            answers=_placed(found),
            memory=self._runner.resident(),
            seconds=took,
        )

    def close(self) -> None:
        self._runner.close()

    def _first_run(self) -> tuple[Case, dict[str, Raw]]:
        case = self._case(1)
        try:
            return case, self._run(case)
        except RunnerFailed as failed:
            if not failed.alive:
                raise
            first = failed
        # Without a declared size a picture may be of a size that the network cannot halve often enough.
        if self._declared is None and any(array.ndim == 4 for array in case.tensors.values()):
            case = self._case(_STEP)
            try:
                return case, self._run(case)
            except RunnerFailed as failed:
                if not failed.alive:
                    raise
        if case.made_up:
            raise Refused(
                "needs_example",
                f"The model does not run on values made up for {_listed(case.made_up)}. Pass one case with "
                f"project.upload(…, example=…). ONNX Runtime says: {_short(first)}",
            )
        raise Refused("example_failed", f"The model fails on the example. ONNX Runtime says: {_short(first)}")

    def _case(self, multiple_of: int) -> Case:
        signature = self._runner.signature()
        try:
            if self._declared is None:
                tokens = self._runner.tokens if TOKENIZER in self._files else None
                return undeclared_case(signature, self._example, multiple_of=multiple_of, tokens=tokens)
            check_inputs(self._declared, signature)
            bound_outputs(self._declared, signature)
            return declared_case(self._declared, signature, self._example, self._runner.tokens)
        except (Disagreement, Unbound) as error:
            raise Refused("interface_mismatch", f"{str(error).rstrip('.')}.") from None
        except Unusable as error:
            raise Refused("example_mismatch", str(error)) from None

    def _run(self, case: Case) -> dict[str, Raw]:
        return self._runner.run(case.tensors, seconds=self._left())

    def _batching(self, case: Case, outputs: dict[str, Raw]) -> Batching:
        try:
            try:
                found = find_batching(self._runner, case.tensors, outputs, self._left())
            except RunnerFailed as failed:
                if failed.code != "model_crashed":
                    raise
                # What ends without a word is tried again here too.
                self._runner.close()
                self._runner = self._ending.of(Runner(self._path, format=self._format))
                self._runner.start(seconds=max(1.0, self._left()))
                found = find_batching(self._runner, case.tensors, outputs, self._left())
        except RunnerFailed as failed:
            # It answered one case: several together are too much for it, which is no reason to refuse it.
            return Batching(None, f"Several cases together failed ({failed.message.rstrip('.')}), so each runs alone.")
        self._facts["batch_difference"] = found.difference
        return found

    def _proposed(
        self, interface: Interface, observed: Mapping[str, Raw], values: Mapping[str, Value]
    ) -> dict[str, Answer | Unplaced]:
        bound = bound_outputs(interface, self._runner.signature())
        try:
            return answers(interface, {field.name: raw_of(tensors, observed) for field, tensors in bound}, values)
        except Unanswered:
            return {}  # a proposal that the person has yet to mend

    def _left(self) -> float:
        return min(_EACH_SECONDS, max(0.1, self._end - time.monotonic()))


def _placed(found: Mapping[str, Answer | Unplaced]) -> dict[str, Answer]:
    """Those that a report holds: no files."""
    return {name: answer for name, answer in found.items() if not isinstance(answer, Unplaced)}


def _check_files(files: Mapping[str, int], interface: Interface | None) -> None:
    """Raises Refused where it does not say which of several models runs, or names a file that did not come."""
    steps = interface.steps if interface is not None else ()
    models = [name for name in files if name.endswith(MODEL)]
    unsaid = [step.file for step in steps if not step.file] or not steps
    if unsaid and len(models) > 1:
        raise ambiguous(models)
    for file in sorted({step.file for step in steps if step.file}):
        if file not in models:
            have = ", ".join(f"“{each}”" for each in models) or "one model alone"
            raise Refused("file_missing", f"A step names the model “{file}”, but the upload holds {have}.")


def _facts(findings: Findings) -> dict[str, object]:
    known = msgspec.to_builtins(findings.facts) if findings.facts is not None else {}
    return dict(known)


def _rejected(findings: Findings, rule: str, reason: str) -> Report:
    return Report("rejected", rule, readable(reason, _REASON), facts=_facts(findings))


def _say(failed: RunnerFailed) -> tuple[str, str]:
    if failed.code == "model_out_of_memory":
        return "needs_too_much_memory", f"{failed.message} Make it smaller, or give it a smaller example."
    if failed.code in ("model_too_slow", "deadline_exceeded"):
        return "too_slow", "The model did not answer in time. Make it smaller, or give it a smaller example."
    if failed.code == "model_crashed":
        return "crashes", f"{failed.message} Export it again, or try it with ONNX Runtime."
    return "does_not_load", f"ONNX Runtime cannot load the model: {_short(failed)}"


def _short(failed: RunnerFailed) -> str:
    text = failed.detail.strip().splitlines()
    return (text[0] if text else failed.message)[:400]


def _listed(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names[:10])
