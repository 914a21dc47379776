"""The typed inputs and outputs of a model version, with their pre- and post-processing declared as data.

Nothing here is ever executed as a tenant's code. The JSON form of these structs is what the API, the client
and the database carry; `kind` names the type.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from .fields import MAX_CLASSES, Classes, DType, Field, File, Name, Side
from .findings import (
    BoxesOutput,
    FindingsOutput,
    JsonOutput,
    MaskOutput,
    PointsOutput,
    SpansOutput,
)
from .signals import AudioInput, AudioOutput, SeriesInput, SeriesOutput
from .signals import check as check_signal
from .steps import Carried, Constant, Feed, Part, Windows, check_steps


class ImageInput(Field, frozen=True, kw_only=True, tag="image"):
    """A picture, given to the model as `(pixel * scale - mean) / std`.

    size: (height, width) in pixels, or None to keep the picture's own. resize: `stretch` ignores the aspect ratio,
    `fit` keeps it and pads with black at the right and bottom, `cover` keeps it and crops the centre. `height` brings
    the picture to the height, its width rounded up, and fills the tensor with 0 at the right where it is narrower than
    the width; a wider one is squeezed into it, or with free_width stays as wide as it is (a line to be read).
    multiple_of: height and width are rounded up to a multiple of it (by stretching) where size is None.
    mode: L is one channel, RGB three. scale multiplies pixel values 0..255. mean, std: one value, or one a channel.
    layout: where batch (N), channel (C), height and width lie; without C the channel axis is dropped (mode L only).
    """

    size: tuple[Side, Side] | None = None
    resize: Literal["stretch", "fit", "cover", "height"] = "stretch"
    free_width: bool = False
    interpolation: Literal["bilinear", "nearest", "bicubic", "area"] = "bilinear"
    multiple_of: Annotated[int, Meta(ge=1, le=256)] = 1
    mode: Literal["L", "RGB"] = "RGB"
    scale: float = 1.0
    mean: Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)] = (0.0,)
    std: Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)] = (1.0,)
    layout: Literal["NCHW", "NHWC", "NHW"] = "NCHW"
    order: Literal["RGB", "BGR"] = "RGB"
    dtype: DType = "float32"


class SketchInput(ImageInput, frozen=True, kw_only=True, tag="sketch"):
    """A picture that is drawn on the page, or sent as a file."""


class TextInput(Field, frozen=True, kw_only=True, tag="text"):
    """A string; the model receives a string tensor of shape (N,) or (N, 1), whichever its rank says.

    tokenizer: with it the model receives the numbers of its tokens, (N, tokens), of the type that it takes. A file of
    the upload as the package `tokenizers` writes it; what that says of cutting and filling is not followed, what stands
    here is. max_tokens: longer texts are cut to so many, special tokens included. pad_to: shorter ones are filled up
    with the token pad, at the right. mask, types: the tensors for what is text and no filling (1 and 0) and for which
    part it belongs to; empty where the model has none, or has them under the usual names attention_mask and
    token_type_ids.
    """

    max_length: Annotated[int, Meta(ge=1, le=100_000)] = 10_000
    default: str | None = None
    tokenizer: File = ""
    max_tokens: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    pad_to: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    pad: Annotated[str, Meta(max_length=100)] = "[PAD]"
    mask: Annotated[str, Meta(max_length=500)] = ""
    types: Annotated[str, Meta(max_length=500)] = ""


class NumberInput(Field, frozen=True, kw_only=True, tag="number"):
    """A finite number; minimum and maximum are inclusive, unit is shown beside it."""

    minimum: float | None = None
    maximum: float | None = None
    unit: Annotated[str, Meta(max_length=40)] = ""
    default: float | None = None
    dtype: DType = "float32"


class ChoiceInput(Field, frozen=True, kw_only=True, tag="choice"):
    """One of several strings, given to the model as that string (`dtype` string) or as its index (a number dtype)."""

    choices: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000)]
    default: str | None = None
    dtype: DType = "string"


class Column(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One column of a table row: a number, or one of `choices` given as its index."""

    name: Name
    unit: Annotated[str, Meta(max_length=40)] = ""
    minimum: float | None = None
    maximum: float | None = None
    default: float | None = None
    choices: tuple[str, ...] = ()


class TableInput(Field, frozen=True, kw_only=True, tag="table"):
    """One row of a table; the model receives a tensor of shape (N, columns)."""

    columns: Annotated[tuple[Column, ...], Meta(min_length=1, max_length=2000)]
    dtype: DType = "float32"


class Window(Struct, frozen=True, forbid_unknown_fields=True):
    """Values from `center - width / 2` to `center + width / 2` become 0..1, those beyond it 0 or 1."""

    center: Annotated[float, Meta(ge=-1e7, le=1e7)]
    width: Annotated[float, Meta(gt=0, le=1e7)]


class DicomInput(Field, frozen=True, kw_only=True, tag="dicom"):
    """A study: one DICOM file or the files of one series, given to the model as `(value * scale - mean) / std`.

    frames: `first` is the first frame, `each` every frame as a case of its own whose answers are averaged before
    anything else is done with them, `volume` all frames in one tensor. depth: of a volume, how many frames are given,
    picked evenly; None for all. hu: the file's rescale is applied (Hounsfield units of CT); else values are as stored.
    Of RGB they are 0..255, and neither hu nor a window's unit changes them. window: in those values. mode: L is one
    channel (of RGB its ITU-R 601 luma), RGB three (of grey thrice the same). size: (height, width) in pixels, by
    stretching, or None for the study's own. mean, std: one value, or one a channel. layout: D is the axis of frames;
    without C the channel axis is dropped (mode L only).
    """

    frames: Literal["first", "each", "volume"] = "first"
    depth: Annotated[int, Meta(ge=1, le=2000)] | None = None
    size: tuple[Side, Side] | None = None
    interpolation: Literal["bilinear", "nearest", "bicubic", "area"] = "bilinear"
    mode: Literal["L", "RGB"] = "L"
    hu: bool = True
    window: Window | None = None
    scale: float = 1.0
    mean: Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)] = (0.0,)
    std: Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)] = (1.0,)
    layout: Literal["NCHW", "NHWC", "NHW", "NCDHW", "NDHWC", "NDHW"] = "NCHW"
    dtype: DType = "float32"


class BytesInput(Field, frozen=True, kw_only=True, tag="bytes"):
    """A file of any kind as the numbers of its bytes, 0..255, in a tensor (N, numbers).

    first, last: so many bytes of its beginning and of its end, one behind the other; both 0 gives all of it. They are
    looked for in the first and the last `block` bytes; strip leaves out white space at the very beginning and end. What
    is missing is filled with `fill`, behind the beginning and in front of the end.
    """

    first: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    last: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    block: Annotated[int, Meta(ge=1, le=25_000_000)] = 25_000_000
    strip: bool = False
    fill: float = 0.0
    dtype: DType = "uint8"


Input = (
    ImageInput
    | SketchInput
    | AudioInput
    | SeriesInput
    | DicomInput
    | BytesInput
    | TextInput
    | NumberInput
    | ChoiceInput
    | TableInput
)


def kind_of(field: Field) -> str:
    """As its JSON form names it."""
    kind = field.__struct_config__.tag
    assert isinstance(kind, str)
    return kind


def stored_as(field: Input) -> str:
    """The kind of our own bytes (`rendering.KINDS`) that a file given for this input becomes; "" where it takes no
    file."""
    match field:
        case ImageInput():
            return "image"
        case DicomInput():
            return "study"
        case BytesInput():
            return "bytes"
        case AudioInput() | SeriesInput():
            return kind_of(field)
    return ""


FILE_KINDS = frozenset({"image", "sketch", "audio", "series", "dicom", "bytes"})
"""Of inputs that take a file."""


def decoding(field: Input) -> dict[str, Any]:
    """What the inputs process must know to make them: the options of `rendering.Decode`."""
    match field:
        case ImageInput():
            return {"mode": field.mode}
        case AudioInput():
            return {"max_seconds": field.max_seconds}
        case SeriesInput():
            names = ("max_seconds", "leads", "unit", "rate_hz")
            return {name: getattr(field, name) for name in names}
    return {}


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


class LabelOutput(Field, frozen=True, kw_only=True, tag="label"):
    """Scores over classes. softmax: they exclude each other and sum to one; sigmoid: each on its own.

    The tensor is (N, classes), or a list of maps from class to score as scikit-learn's converters write;
    then `classes` may give names for the map's keys in their sorted order. labels: where the names come from that the
    inspection puts into `classes`: a file of the upload, or `metadata:KEY` for a value in the model's own metadata.
    """

    classes: Classes = ()
    labels: File = ""
    activation: Literal["none", "softmax", "sigmoid"] = "none"


class NumberOutput(Field, frozen=True, kw_only=True, tag="number"):
    """One number per case: the tensor holds one value per row. Shown as `value * scale + offset` with its unit."""

    unit: Annotated[str, Meta(max_length=40)] = ""
    scale: float = 1.0
    offset: float = 0.0


class TextOutput(Field, frozen=True, kw_only=True, tag="text"):
    """One string per case; numbers (a class label, say) are written as text, through `classes` where it is given.

    decode: `value` is that; `ctc` reads a line: the tensor holds scores of each class at each step, laid out as layout
    says (N cases, T steps, C classes), or the best class of each step (N, T); the best class of each step is taken,
    repeats are dropped, then blanks, and what is left is read through `classes`. blank: its index among the tensor's
    classes; `classes` leaves it out. space: a space follows the last of `classes`. labels: as a label's.
    """

    classes: Classes = ()
    labels: File = ""
    decode: Literal["value", "ctc"] = "value"
    blank: Annotated[int, Meta(ge=0, le=MAX_CLASSES)] = 0
    space: bool = False
    layout: Literal["NTC", "TNC"] = "NTC"


class ImageOutput(Field, frozen=True, kw_only=True, tag="image"):
    """A picture made by the model: `clip(value * scale + offset, 0, 255)` as 8-bit pixels."""

    mode: Literal["L", "RGB"] = "L"
    scale: float = 255.0
    offset: float = 0.0
    layout: Literal["NCHW", "NHWC", "NHW"] = "NCHW"


Output = (
    LabelOutput
    | NumberOutput
    | TextOutput
    | ImageOutput
    | MaskOutput
    | BoxesOutput
    | PointsOutput
    | SpansOutput
    | JsonOutput
    | AudioOutput
    | SeriesOutput
)


class Interface(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a version takes and answers. Names are unique among inputs and among outputs.

    steps: how its models run for one case, where that is more than one call of one model with the inputs.
    """

    inputs: Annotated[tuple[Input, ...], Meta(min_length=1, max_length=64)]
    outputs: Annotated[tuple[Output, ...], Meta(min_length=1, max_length=64)]
    steps: Annotated[tuple[Step, ...], Meta(max_length=16)] = ()

    def __post_init__(self) -> None:
        for fields in (self.inputs, self.outputs):
            names = [field.name for field in fields]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"the name “{twice}” is used twice; give each input and each output its own")
        check_steps(self.steps)
        known = {step.name for step in self.steps}
        for field in (*self.inputs, *self.outputs):
            if field.step and field.step not in known:
                raise ValueError(f"“{field.name}” names the step “{field.step}”, which is none of the interface's")
        for step in self.steps:
            if step.crop is not None:
                _check_crop(step.crop, self.inputs)
        for field in self.inputs:
            if isinstance(field, ImageInput):
                _check_image(field)
            elif isinstance(field, DicomInput):
                _check_channels(field)
                _check_frames(field)
                self._check_averages(field)
            elif isinstance(field, TextInput):
                _check_text(field)
        for each in (*self.inputs, *self.outputs):
            check_signal(each)
        for output in self.outputs:
            if isinstance(output, FindingsOutput):
                self.found_in(output)

    def _check_averages(self, field: DicomInput) -> None:
        """What is answered to each frame can be averaged where it is scores or numbers, and where one model answers."""
        if field.frames != "each":
            return
        if self.steps:
            raise ValueError(f"frames of “{field.name}” is each, which does not go with steps; declare first or volume")
        other = next((one for one in self.outputs if not isinstance(one, LabelOutput | NumberOutput)), None)
        if other is not None:
            raise ValueError(
                f"frames of “{field.name}” is each, whose answers are averaged; “{other.name}” cannot be. "
                "Declare first or volume"
            )

    def found_in(self, output: FindingsOutput) -> Input:
        """The input in which an output's findings lie. Raises ValueError."""
        is_of_text = isinstance(output, SpansOutput)
        for field in self.inputs:
            fits = isinstance(field, TextInput if is_of_text else ImageInput | DicomInput)
            if fits and output.input in ("", field.name):
                return field
        named = f" “{output.input}”" if output.input else ""
        word = "a text" if is_of_text else "a picture"
        raise ValueError(f"“{output.name}” says where in {word} something is, but there is no such input{named}")

    @property
    def files(self) -> frozenset[str]:
        """The files of the upload that it names and that are read when a case comes."""
        return frozenset(field.tokenizer for field in self.inputs if isinstance(field, TextInput) and field.tokenizer)

    @property
    def labels(self) -> frozenset[str]:
        """Where names of classes are to be read from."""
        return frozenset(name for field in self.outputs if (name := getattr(field, "labels", "")))


def _check_image(field: ImageInput) -> None:
    _check_channels(field)
    if field.layout == "NHW" and field.mode != "L":
        raise ValueError(f"“{field.name}” has mode RGB, so its layout needs a C")
    if field.resize == "height" and field.size is None:
        raise ValueError(f"“{field.name}” is brought to a height, so it needs a size: that height, and the least width")


def _check_frames(field: DicomInput) -> None:
    is_volume = field.frames == "volume"
    if is_volume != ("D" in field.layout):
        wanted = "a D, as NCDHW or NDHW" if is_volume else "no D, as NCHW"
        raise ValueError(f"frames of “{field.name}” is {field.frames}, so its layout has {wanted}")
    if field.depth is not None and not is_volume:
        raise ValueError(f"depth of “{field.name}” is for frames: volume")
    if "C" not in field.layout and field.mode != "L":
        raise ValueError(f"“{field.name}” has mode RGB, so its layout needs a C")


def _check_channels(field: ImageInput | DicomInput) -> None:
    channels = 1 if field.mode == "L" else 3
    for label, values in (("mean", field.mean), ("std", field.std)):
        if len(values) not in (1, channels):
            raise ValueError(f"{label} of “{field.name}” has {len(values)} values; give one, or one for each channel")
    if any(value == 0 for value in field.std):
        raise ValueError(f"std of “{field.name}” contains 0")


def _check_crop(crop: Crop, inputs: tuple[Input, ...]) -> None:
    if not any(field.name == crop.image and isinstance(field, ImageInput) for field in inputs):
        raise ValueError(f"a step crops “{crop.image}”, which is no picture among the inputs")
    if not crop.picture.tensor:
        raise ValueError(f"the picture that is cropped of “{crop.image}” names no tensor")
    _check_image(crop.picture)


def _check_text(field: TextInput) -> None:
    if field.tokenizer.startswith("metadata:"):
        raise ValueError(f"tokenizer of “{field.name}” is a file of the upload, such as tokenizer.json")
    if not field.tokenizer and (field.max_tokens or field.pad_to or field.mask or field.types):
        raise ValueError(f"“{field.name}” has no tokenizer, so nothing can be said of its tokens")
    if field.max_tokens and field.pad_to and field.pad_to > field.max_tokens:
        raise ValueError(
            f"“{field.name}” is cut to {field.max_tokens} tokens, so it is never filled up to {field.pad_to}"
        )
