"""Whether the steps of an interface agree with the models that they run."""

from collections.abc import Collection, Mapping

from gpu_workers.protocol.interface import Interface, Step
from gpu_workers.runner import Signature, TensorInfo
from gpu_workers.runner.binding import bound_in, bound_out

from .agreement import Disagreement, check_bound, check_picture
from .observed import words


def check_steps(interface: Interface, signatures: Mapping[str, Signature]) -> None:
    """signatures: of each step's model. Raises Disagreement, and Unbound for a field whose tensor a model lacks."""
    for step in interface.steps:
        signature = signatures[step.name]
        takes = {info.name: info for info in signature.inputs}
        for name in step.filled:
            _must_be_there(step, name, takes)
        for constant in step.constants:
            _check_shape(step, takes[constant.tensor], constant.shape)
        for carried in step.carried:
            _check_shape(step, takes[carried.tensor], carried.shape)
            _must_be_answered(step, carried.output, signature)
        for feed in step.feeds:
            _must_be_answered(step, feed.output, signatures[feed.step])
        if step.crop is not None:
            _must_be_answered(step, step.crop.output, signatures[step.crop.step])
            _check_crop(step, takes)
        if step.windows is not None:
            _must_be_there(step, step.windows.tensor, takes)
        try:
            check_bound(
                bound_in(interface, step, signature),
                signature,
                step.filled,
                step.windows.tensor if step.windows else "",
            )
        except Disagreement as error:
            raise Disagreement(f"In the step “{step.name}”: {error}") from None
    bound_out(interface, signatures)


def _must_be_there(step: Step, name: str, takes: Collection[str]) -> None:
    if name not in takes:
        raise Disagreement(f"The step “{step.name}” fills “{name}”, but its model takes {_listed(takes)}.")


def _must_be_answered(step: Step, name: str, signature: Signature) -> None:
    answers = [info.name for info in signature.outputs]
    if name not in answers:
        raise Disagreement(f"The step “{step.name}” takes “{name}” of a model that answers {_listed(answers)}.")


def _check_shape(step: Step, info: TensorInfo, shape: tuple[int, ...]) -> None:
    """ONNX Runtime shows an unknown shape and a scalar's alike, as an empty one."""
    if info.shape and (
        len(info.shape) != len(shape)
        or any(
            isinstance(side, int) and side > 0 and side != given for side, given in zip(info.shape, shape, strict=True)
        )
    ):
        raise Disagreement(
            f"“{info.name}” of the step “{step.name}” has the shape {list(shape)}, but the model takes {words(info)}."
        )


def _check_crop(step: Step, takes: Mapping[str, TensorInfo]) -> None:
    """The picture of each part, as its model takes it."""
    assert step.crop is not None
    picture = step.crop.picture
    try:
        check_picture(picture, takes[picture.tensor])
    except Disagreement as error:
        raise Disagreement(f"In the step “{step.name}”, what is cropped: {error}") from None


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"“{name}”" for name in list(names)[:10])
