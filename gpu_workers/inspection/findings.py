"""What the static checks of a model file found: facts, and the first rule that it breaks."""

from msgspec import Struct


class Tensor(Struct, frozen=True):
    """A declared input or output. kind: `tensor`, or how ONNX writes another type (`seq(map(int64,float32))`).

    shape: numbers, names of free dimensions, "?" for an unknown one; None where the file declares no rank.
    """

    name: str
    dtype: str
    kind: str = "tensor"
    shape: tuple[int | str, ...] | None = None


class Facts(Struct, frozen=True, omit_defaults=True):
    """What members are shown of an ONNX file.

    opsets: version by domain, those that no node uses included. operators: how many nodes of each domain.
    metadata: bytes of each value by its key. carries: what should not leave a house, `stack traces` or `paths`,
    with an excerpt of where it stands. weights: bytes of weights in the file. files: of a bundle, bytes by name;
    sha256: as hexadecimal digits by name; what is told of inputs, outputs and operators is then its first model's, and
    counts are those of all.
    """

    ir_version: int = 0
    opsets: dict[str, int] = {}
    operators: dict[str, int] = {}
    nodes: int = 0
    initializers: int = 0
    functions: int = 0
    depth: int = 0
    weights: int = 0
    files: dict[str, int] = {}
    sha256: dict[str, str] = {}
    producer: str = ""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    metadata: dict[str, int] = {}
    carries: dict[str, str] = {}


class Findings(Struct, frozen=True, omit_defaults=True):
    """rule and reason are empty when the file is accepted. labels: names of classes by where they stand."""

    rule: str = ""
    reason: str = ""
    facts: Facts | None = None
    labels: dict[str, tuple[str, ...]] = {}

    @property
    def accepted(self) -> bool:
        return not self.rule

    @property
    def files(self) -> dict[str, int]:
        """Of a bundle, bytes by name."""
        return self.facts.files if self.facts else {}
