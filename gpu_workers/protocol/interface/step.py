"""One model of a version as it is run for a case."""

from typing import Annotated

from msgspec import Meta, Struct

from gpu_workers.protocol.fields import Name
from gpu_workers.protocol.steps import Carried, Constant, Feed, Part, Windows

from .inputs import Input
from .pictures import ImageInput, check_image


class Crop(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A step runs once for each region that stands out on a map which an earlier step answered, on that part of a
    picture: a detector's lines, each read by another model. Its answers are as many, in the order in which one reads.

    image: the input that is cropped, as the person sees it. step, output: whose map it is, (N, 1, H, W) or (N, H, W),
    of the whole picture. A region's places are above threshold, its mean inside its box at least `least`, its box at
    least `side` places thick; the box is grown by area * grow / perimeter on each side. most: the highest are kept.
    picture: what each part becomes, and for which tensor.
    """

    image: Name
    step: Name
    output: Annotated[str, Meta(min_length=1, max_length=500)]
    picture: ImageInput
    threshold: float = 0.3
    least: float = 0.6
    side: Annotated[int, Meta(ge=1, le=1000)] = 3
    grow: Annotated[float, Meta(ge=0, le=20)] = 1.6
    most: Annotated[int, Meta(ge=1, le=200)] = 50


class Step(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One model of the version, run for a case. file: of the upload; empty for the only one there is.

    A person's inputs go to the step that they name, else to the first; an answer is that of the step it names, else of
    the last. Every tensor of the model is filled by an input, a constant, what is carried, a feed, or a crop.
    """

    name: Name
    file: Annotated[str, Meta(max_length=100)] = ""
    constants: Annotated[tuple[Constant, ...], Meta(max_length=32)] = ()
    carried: Annotated[tuple[Carried, ...], Meta(max_length=32)] = ()
    windows: Windows | None = None
    feeds: Annotated[tuple[Feed, ...], Meta(max_length=32)] = ()
    crop: Crop | None = None

    @property
    def filled(self) -> list[str]:
        """The tensors that no input of a person fills."""
        parts: tuple[Part, ...] = (*self.constants, *self.carried, *self.feeds)
        crop = [self.crop.picture.tensor] if self.crop else []
        return [part.tensor for part in parts] + crop


def check_crop(crop: Crop, inputs: tuple[Input, ...]) -> None:
    if not any(field.name == crop.image and isinstance(field, ImageInput) for field in inputs):
        raise ValueError(f"a step crops “{crop.image}”, which is no picture among the inputs")
    if not crop.picture.tensor:
        raise ValueError(f"the picture that is cropped of “{crop.image}” names no tensor")
    check_image(crop.picture)
