"""Spectrograms and mel spectrograms, by librosa's conventions.

Frame i holds the samples from i * hop on; with `centre` the signal first goes on by n_fft // 2 at either end, mirrored
about its first and last sample or as zeros, so that frame i lies about sample i * hop. The window is periodic (that of
a Fourier transform, not of a filter), and in the frame's middle where it is shorter than n_fft. Each frame's transform
is not scaled. `power` 1 is its magnitude, 2 the square.

Mel bands are triangles between neighbours of bands + 2 frequencies that are equally far apart in mel. HTK: 2595
log10(1 + f / 700). Slaney: 3 / 200 mel a hertz up to 1000 Hz, beyond that 27 mel for each factor of 6.4. With the norm
`slaney` each triangle has the area 1 over hertz, else the height 1.

In float64; equal to librosa 0.11, given float64, to 1e-12 of the largest value.
"""

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Window = Literal["hann", "hamming", "blackman", "rectangular"]
_COSINES: dict[str, tuple[float, ...]] = {
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "rectangular": (1.0,),
}
_AT_ONCE = 1 << 21
"""Samples of frames that are transformed together."""


def spectrogram(
    signals: Floats,
    *,
    n_fft: int,
    hop: int,
    window: Window,
    window_length: int,
    centre: bool,
    padding: Literal["reflect", "zeros"],
    power: float,
    bands: Floats | None = None,
) -> Floats:
    """(channels, n_fft // 2 + 1, frames) of (channels, samples); with `bands`, a matrix (bands, n_fft // 2 + 1), their
    sums (channels, bands, frames). A signal shorter than one frame is followed by zeros."""
    around = n_fft // 2 if centre else 0
    # Mirrored more than once where the signal is shorter than what is to be added.
    mode: Literal["reflect", "constant"] = "reflect" if padding == "reflect" and signals.shape[1] > 1 else "constant"
    padded = np.pad(signals, ((0, 0), (around, around)), mode=mode)
    padded = np.pad(padded, ((0, 0), (0, max(0, n_fft - padded.shape[1]))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, n_fft, axis=1)[:, ::hop]
    channels, frames = windows.shape[:2]
    shape = window_of(window, window_length, n_fft)
    made = np.empty((channels, n_fft // 2 + 1 if bands is None else len(bands), frames))
    step = max(1, _AT_ONCE // n_fft)
    for channel in range(channels):
        for first in range(0, frames, step):
            spectrum = np.abs(np.fft.rfft(windows[channel, first : first + step] * shape)).T
            values = spectrum if power == 1 else spectrum**power
            made[channel, :, first : first + step] = values if bands is None else bands @ values
    return made


@lru_cache(maxsize=32)
def window_of(kind: str, length: int, n_fft: int) -> Floats:
    """Periodic, with zeros around it up to n_fft."""
    turn = 2 * np.pi * np.arange(length) / length
    shape = sum((-1) ** order * weight * np.cos(order * turn) for order, weight in enumerate(_COSINES[kind]))
    before = (n_fft - length) // 2
    return np.pad(np.asarray(shape, np.float64), (before, n_fft - length - before))


@lru_cache(maxsize=32)
def mel_bands(rate_hz: float, n_fft: int, bands: int, low_hz: float, high_hz: float, scale: str, norm: str) -> Floats:
    """(bands, n_fft // 2 + 1)"""
    hz = np.fft.rfftfreq(n_fft, 1 / rate_hz)
    corners = _to_hz(np.linspace(_to_mel(low_hz, scale), _to_mel(high_hz, scale), bands + 2), scale)
    rising = (hz - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - hz) / np.diff(corners)[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    if norm == "slaney":
        triangles *= (2 / (corners[2:] - corners[:-2]))[:, None]
    return triangles


_KNEE_HZ, _KNEE_MEL, _STEP = 1000.0, 15.0, np.log(6.4) / 27


def _to_mel(hz: float, scale: str) -> float:
    if scale == "htk":
        return float(2595 * np.log10(1 + hz / 700))
    return float(_KNEE_MEL + np.log(hz / _KNEE_HZ) / _STEP if hz >= _KNEE_HZ else hz * 3 / 200)


def _to_hz(mel: Floats, scale: str) -> Floats:
    if scale == "htk":
        return np.asarray(700 * (10 ** (mel / 2595) - 1))
    beyond = _KNEE_HZ * np.exp(_STEP * (np.maximum(mel, _KNEE_MEL) - _KNEE_MEL))
    return np.where(mel >= _KNEE_MEL, beyond, mel * 200 / 3)
