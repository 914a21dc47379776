"""Files of any kind, byte by byte."""

from dataclasses import dataclass
from typing import ClassVar

from .field import DType, Field


@dataclass(frozen=True, repr=False)
class Bytes(Field, options_of="input"):
    """A file of any kind, given to the model as the numbers of its bytes (N, numbers). Inputs only.

    first, last: so many bytes of its beginning and end, looked for in the first and last `block`; both left out gives
    all of it. strip leaves out white space at both ends; what is missing is filled with `fill`.
    """

    first: int | None = None
    last: int | None = None
    block: int | None = None
    strip: bool | None = None
    fill: float | None = None
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "bytes"
