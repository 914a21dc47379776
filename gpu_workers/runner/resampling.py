"""Another rate for signals: the polyphase filter of `scipy.signal.resample_poly` with its defaults, without SciPy.

A windowed sinc (Kaiser, beta 5, ten zero crossings on either side of the slower rate) passes what lies below half of
the slower rate; beyond both ends lie zeros. In float64; equal to SciPy's to 1e-12.
"""

from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MOST = 200_000
"""The longer side of the ratio of two rates, in lowest terms."""


class Incommensurable(ValueError):
    """The two rates have no ratio of whole numbers that a filter could be made for."""


def resampled(signals: npt.NDArray[np.floating], from_hz: float, to_hz: float) -> Floats:
    """signals: (channels, samples) at from_hz. Gives (channels, ceil(samples * to_hz / from_hz)) at to_hz."""
    ratio = ratio_of(from_hz, to_hz)
    up, down = ratio.numerator, ratio.denominator
    given = signals.astype(np.float64, copy=False)
    if up == down:
        return given
    channels, count = given.shape
    made = np.empty((channels, -(-count * up // down)))
    half, branches = _filter(up, down)
    taps = branches.shape[1]
    before, after = taps - 1, half // up + 1
    padded = np.pad(given, ((0, 0), (before, after)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, taps, axis=1)
    for first in range(min(up, made.shape[1])):
        # Output n reads `taps` samples that end at (n * down + half) // up.
        at, branch = divmod(first * down + half, up)
        outputs = made[:, first::up]
        outputs[:] = windows[:, at::down][:, : outputs.shape[1]] @ branches[branch]
    return made


def ratio_of(from_hz: float, to_hz: float) -> Fraction:
    """Raises Incommensurable."""
    ratio = Fraction(str(to_hz)) / Fraction(str(from_hz))
    if max(ratio.numerator, ratio.denominator) > MOST:
        raise Incommensurable(f"{from_hz:g} Hz cannot be brought to {to_hz:g} Hz: the rates have no simple ratio")
    return ratio


@lru_cache(maxsize=16)
def _filter(up: int, down: int) -> tuple[int, Floats]:
    """(half of the filter's length, its coefficients as (up, taps): of each branch, last tap first)."""
    slower = max(up, down)
    half = 10 * slower
    response = np.sinc(np.arange(-half, half + 1) / slower) * np.kaiser(2 * half + 1, 5.0)
    response *= up / response.sum()
    taps = -(-response.size // up)
    whole = np.zeros(taps * up)
    whole[: response.size] = response
    return half, np.ascontiguousarray(whole.reshape(taps, up).T[:, ::-1])
