"""How tensors, strings and lists of maps look between worker and runner: plain bytes and msgpack, no pickles.

Both sides decode with the same strict structs, and the worker trusts nothing a runner sends: a type from a closed list,
a size that fits the shape, a bounded frame. Numbers cost the worker no more memory than their bytes; text and maps can
cost thirty times theirs, so they stay packed until all of a reply's are known to keep within MAX_TEXT.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

Array = NDArray[np.generic] | NDArray[np.object_]
Key = str | int
Scalar = float | int | str
Maps = list[dict[Key, Scalar]]
Raw = Array | Maps | list[Array]
"""An output: an array (strings as dtype object), a list of maps as scikit-learn's converters write, or some arrays."""

NUMBERS = frozenset(
    ["bool", "float16", "float32", "float64"] + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)
MAX_RANK = 32
MAX_TEXT = 16 << 20
"""Bytes of text and maps in one reply."""
MAX_PIECES = 1000
"""Tensors in one output that is a list of them."""


def classes_of(scores: Iterable[Key]) -> list[Key]:
    """The keys of a map in the order in which an interface's classes name them: numbers, then texts."""
    return sorted(scores, key=lambda key: (isinstance(key, str), key))


def laid_out(values: NDArray[np.float64], axes: str, layout: str) -> NDArray[np.float64]:
    """values: in `axes`. Without C in the layout the channel's axis, which is one long, goes."""
    if "C" not in layout:
        values, axes = values.squeeze(axes.index("C")), axes.replace("C", "")
    return np.ascontiguousarray(values.transpose([axes.index(axis) for axis in layout]))


class TensorInfo(Struct, frozen=True, array_like=True):
    """name, dtype (a NumPy name, `string`, or the runtime's own word for another type), declared shape.

    Dimensions left open are names or None.
    """

    name: str
    dtype: str
    shape: tuple[int | str | None, ...]


class Signature(Struct, frozen=True):
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]


Shape = Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(max_length=MAX_RANK)]


class Numbers(Struct, frozen=True, tag="n"):
    """data in C order, little-endian."""

    dtype: str
    shape: Shape
    data: memoryview


class Strings(Struct, frozen=True, tag="s"):
    """values: a list of str, packed."""

    shape: Shape
    values: msgspec.Raw


class Mappings(Struct, frozen=True, tag="m"):
    """maps: for each map a list of (key, score), packed."""

    maps: msgspec.Raw


class Several(Struct, frozen=True, tag="l"):
    arrays: Annotated[list[Numbers | Strings], Meta(max_length=MAX_PIECES)]


Packed = Numbers | Strings | Mappings | Several

_encode = msgspec.msgpack.encode
_decode_texts = msgspec.msgpack.Decoder(list[str]).decode
_decode_maps = msgspec.msgpack.Decoder(list[list[tuple[Key, Scalar]]]).decode


class TooMuch(ValueError):
    """An answer beyond MAX_TEXT, MAX_PIECES or MAX_RANK."""


def pack(value: Raw) -> Packed:
    if isinstance(value, np.ndarray):
        return _pack_array(value)
    if value and isinstance(value[0], np.ndarray):
        if len(value) > MAX_PIECES:
            raise TooMuch(f"the model answers a list of {len(value):,} tensors; {MAX_PIECES:,} are the most")
        return Several([_pack_array(np.asarray(array)) for array in value])
    maps = [[(_key(key), _scalar(score)) for key, score in entry.items()] for entry in value]  # type: ignore[union-attr]
    return Mappings(_packed_text(maps))


def unpack(packed: Packed) -> Raw:
    """Numbers come back as read-only views of the frame. Raises ValueError where size and shape disagree."""
    if isinstance(packed, Mappings):
        return [dict(entry) for entry in _decode_maps(packed.maps)]
    if isinstance(packed, Several):
        return [_unpack_array(array) for array in packed.arrays]
    return _unpack_array(packed)


def pack_all(values: Mapping[str, Raw]) -> dict[str, Packed]:
    """Raises TooMuch, and TypeError for a type that does not cross."""
    return {name: pack(value) for name, value in values.items()}


def check_text(replies: Iterable[Mapping[str, Packed]]) -> None:
    """Raises TooMuch where text and maps of all of them together are beyond MAX_TEXT."""
    if sum(_text_sizes(value for reply in replies for value in reply.values())) > MAX_TEXT:
        raise TooMuch(f"the model answers more than {MAX_TEXT >> 20} MiB of text")


def _text_sizes(values: Iterable[Packed]) -> Iterator[int]:
    for value in values:
        if isinstance(value, Several):
            yield from _text_sizes(value.arrays)
        elif isinstance(value, Strings | Mappings):
            yield len(memoryview(value.values if isinstance(value, Strings) else value.maps))


def unpack_all(values: Mapping[str, Packed]) -> dict[str, Raw]:
    return {name: unpack(value) for name, value in values.items()}


def _pack_array(array: Array) -> Numbers | Strings:
    if array.ndim > MAX_RANK:
        raise TooMuch(f"the model answers a tensor of {array.ndim} axes; {MAX_RANK} are the most")
    if array.dtype.kind in "OUS":
        return Strings(array.shape, _packed_text([_text(value) for value in array.ravel().tolist()]))
    if array.dtype.name not in NUMBERS:
        raise TypeError(f"tensors of type {array.dtype.name} are not supported")
    contiguous = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return Numbers(array.dtype.name, array.shape, contiguous.data)


def _unpack_array(packed: Numbers | Strings) -> Array:
    if isinstance(packed, Strings):
        values = _decode_texts(packed.values)
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array.reshape(packed.shape)
    if packed.dtype not in NUMBERS:
        raise ValueError(f"an unknown type of tensor: {packed.dtype[:40]}")
    dtype = np.dtype(packed.dtype)
    if len(packed.data) != prod(packed.shape) * dtype.itemsize:
        raise ValueError("a tensor's size does not fit its shape")
    return np.frombuffer(packed.data, dtype=dtype).reshape(packed.shape)


def _packed_text(values: Sequence[object]) -> msgspec.Raw:
    packed = _encode(values)
    if len(packed) > MAX_TEXT:
        raise TooMuch(f"the model answers more than {MAX_TEXT >> 20} MiB of text")
    return msgspec.Raw(packed)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _key(value: object) -> Key:
    return int(value) if isinstance(value, (int, np.integer)) else _text(value)


def _scalar(value: object) -> Scalar:
    if isinstance(value, (str, bytes)):
        return _text(value)
    return float(value)  # type: ignore[arg-type]
