"""Messages between the worker and a runner, by `gpu_workers.sandbox.channel`."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from gpu_workers.protocol.edits import Edit, Occlude
from gpu_workers.protocol.interface import Interface, TextInput
from gpu_workers.protocol.messages import Value

from .tensors import Packed, Signature


class Setup(Struct, frozen=True, tag=True):
    """The first frame. model: the file, format as `protocol.messages.Model` has it. Without an interface a runner takes
    bare tensors only. gpu: on the one that the child holds."""

    model: str
    format: str = "onnx"
    interface: Interface | None = None
    batch_axis: int | None = None
    threads: int = 1
    gpu: bool = False


class Run(Struct, frozen=True, tag=True):
    tensors: dict[str, Packed]


class Predict(Struct, frozen=True, tag=True):
    """Input values of several cases, by the interface's names; pictures carry their bytes."""

    cases: list[dict[str, Value]]


class Tokens(Struct, frozen=True, tag=True):
    """The tokens of a text, as `runner.tokens` gives them."""

    field: TextInput
    text: str


class Superpixels(Struct, frozen=True):
    """How a picture is parted; see `explanations.superpixels`."""

    count: int
    compactness: float


class Cover(Struct, frozen=True, omit_defaults=True):
    """One region of a picture is covered, or all but it. shape: the region, where it is no superpixel; label: which of
    the superpixels. Neither: all of the picture."""

    fill: Literal["mean", "black", "blur"]
    shape: Occlude | None = None
    superpixels: Superpixels | None = None
    label: int = 0
    but: bool = False


class Corruption(Struct, frozen=True):
    """See `explanations.corruptions`."""

    change: str
    severity: int
    seed: int


class Variant(Struct, frozen=True, omit_defaults=True):
    """A case that differs a little from another one, all by input. values: in place of the other's. The others are done
    to its files before the model sees them: edits to pictures and signals, the rest to pictures."""

    values: dict[str, Value] = {}
    edits: dict[str, tuple[Edit, ...]] = {}
    covers: dict[str, Cover] = {}
    corruptions: dict[str, Corruption] = {}

    @property
    def files(self) -> list[str]:
        return [*self.edits, *self.covers, *self.corruptions]


class Part(Struct, frozen=True, tag=True):
    """Which superpixel each cell of a grid over a picture is of."""

    input: str
    base: dict[str, Value]
    superpixels: Superpixels


class Vary(Struct, frozen=True, tag=True):
    """Variants of one case, which travels once. output: the only one of which the answers are wanted."""

    base: dict[str, Value]
    variants: list[Variant]
    output: str


class Ready(Struct, frozen=True, tag=True):
    """steps: the model's of each step, by its name, where the interface has steps; signature is then the first's."""

    signature: Signature
    steps: dict[str, Signature] = {}


Outputs = Annotated[dict[str, Packed], Meta(max_length=1000)]


class Ran(Struct, frozen=True, tag=True):
    outputs: Outputs


class Predicted(Struct, frozen=True, tag=True):
    """For each case its outputs by the interface's names. prepare and run in milliseconds for all of them together;
    largest: how many cases shared one call at most."""

    answers: Annotated[list[Outputs], Meta(max_length=1000)]
    prepare: float
    run: float
    largest: int


class Broken(Struct, frozen=True, tag=True):
    """An exception in the child. memory: it ran out of it."""

    message: str
    memory: bool = False


Request = Setup | Run | Predict | Tokens | Vary | Part
Reply = Ready | Ran | Predicted | Broken

request = msgspec.msgpack.Decoder(Request).decode
reply = msgspec.msgpack.Decoder(Reply).decode
