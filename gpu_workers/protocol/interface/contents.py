"""Files of any kind, byte by byte."""

from typing import Annotated

from msgspec import Meta

from gpu_workers.protocol.fields import DType, Field


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
