"""Normal noise that is the same everywhere: no generator's state, a hash of each value's place instead.

The browser makes the same for its preview (`frontend/components/bench/viewers/picture/pixels.ts`).
"""

import numpy as np
import numpy.typing as npt

_STEP, _SEED = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)
_ROWS = 1 << 18
"""Values at once, so that a large picture needs little memory."""


def add(pixels: npt.NDArray[np.uint8], sigma: float, seed: int) -> None:
    """Adds 255 x sigma x a normal deviate to each value, rounded half up and clipped. In place, (height, width) or
    (height, width, 3); value i counts row by row, channels innermost."""
    values = pixels.reshape(-1)
    for start in range(0, values.size, _ROWS):
        part = values[start : start + _ROWS]
        noise = normal(np.arange(start, start + part.size, dtype=np.uint32), seed)
        part[:] = np.clip(np.floor(part + 255 * sigma * noise + 0.5), 0, 255)


def normal(places: npt.NDArray[np.uint32], seed: int) -> npt.NDArray[np.float64]:
    """By Box and Muller's cosine from two hashes each."""
    with np.errstate(over="ignore"):
        first = (_mixed(places * np.uint32(2), seed) + 1.0) / 2**32
        second = _mixed(places * np.uint32(2) + np.uint32(1), seed) / 2**32
    made: npt.NDArray[np.float64] = np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second)
    return made


def _mixed(places: npt.NDArray[np.uint32], seed: int) -> npt.NDArray[np.uint32]:
    """Murmur's last steps, on 32 bits."""
    bits = places * _STEP + np.uint32(seed) * _SEED
    bits ^= bits >> np.uint32(16)
    bits *= np.uint32(0x85EBCA6B)
    bits ^= bits >> np.uint32(13)
    bits *= np.uint32(0xC2B2AE35)
    return bits ^ (bits >> np.uint32(16))
