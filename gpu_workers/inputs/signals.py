"""Edits of signals: channels that share one clock, of a recording or a series. `frontend` previews them by these rules.

A stretch in seconds covers the samples first … last - 1 with first = floor(start * rate + 1/2), and last the same of
its end: at least one sample, all inside. Edits apply in list order, computed in float64 and rounded once to float32.
"""

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from gpu_workers.protocol.edits import Edit, Filter, Gain, Mask

from .refusal import Refusal

Channels = npt.NDArray[np.float32]
"""(channels, samples)"""
MIRRORED = 1.0
"""Seconds by which a filtered signal goes on, mirrored, at either end."""


def edited(original: Channels, rate_hz: float, names: Sequence[str], edits: Sequence[Edit]) -> Channels:
    """A copy where an edit changes something. names: of the channels. Raises `Refusal` for a lead that is not there."""
    channels = original
    for edit in edits:
        if not isinstance(edit, Mask | Gain | Filter):
            raise Refusal("edit_unfit", "Signals take mask, gain and filter.")
        chosen = _chosen(edit, names)
        channels = channels.copy() if channels is original else channels
        if isinstance(edit, Filter):
            for channel in chosen:
                channels[channel] = filtered(channels[channel], rate_hz, edit.low_hz, edit.high_hz)
            continue
        first, last = within(channels.shape[1], rate_hz, edit.start_s, edit.end_s)
        if isinstance(edit, Mask):
            channels[chosen, first:last] = 0
        else:
            channels[chosen, first:last] = channels[chosen, first:last] * np.float64(10 ** (edit.db / 20))
    return channels


def within(length: int, rate_hz: float, start_s: float | None, end_s: float | None) -> tuple[int, int]:
    """First and last (exclusive) sample of a stretch; None is the beginning, or the end."""
    first = 0 if start_s is None else min(max(floor(start_s * rate_hz + 0.5), 0), max(0, length - 1))
    last = length if end_s is None else min(max(floor(end_s * rate_hz + 0.5), first + 1), length)
    return first, last


def filtered(
    samples: npt.NDArray[np.float32], rate_hz: float, low_hz: float | None, high_hz: float | None
) -> npt.NDArray[np.float64]:
    """What lies between two frequencies, without delay.

    The spectrum is multiplied by the squared magnitude of an analogue Butterworth filter of second order, as if it were
    passed forwards and backwards: 1 / (1 + (f / high)⁴) and 1 / (1 + (low / f)⁴), so each cut-off keeps half of the
    amplitude. Before it the signal goes on mirrored for a second at either end, and from there by a straight line to
    the next power of two.
    """
    if not samples.size:
        return samples.astype(np.float64)
    extended = _extended(samples, min(samples.size - 1, ceil(MIRRORED * rate_hz)))
    hz = np.fft.rfftfreq(extended.size, 1 / rate_hz)
    response = np.ones_like(hz)
    if low_hz is not None:
        ratio = np.divide(low_hz, hz, out=np.full_like(hz, np.inf), where=hz > 0)
        response /= 1 + ratio**4
    if high_hz is not None:
        response /= 1 + (hz / high_hz) ** 4
    kept: npt.NDArray[np.float64] = np.fft.irfft(np.fft.rfft(extended) * response, extended.size)[: samples.size]
    return kept


def _extended(samples: npt.NDArray[np.float32], mirrored: int) -> npt.NDArray[np.float64]:
    """The samples, then their mirrored end, a straight line, and the mirrored beginning, as one turn of a circle."""
    count = samples.size
    size = 1 << (count + 2 * mirrored - 1).bit_length()
    line = size - count - 2 * mirrored
    after = samples[count - 1 - mirrored : count - 1][::-1].astype(np.float64)
    before = samples[1 : 1 + mirrored][::-1].astype(np.float64)
    start = after[-1] if mirrored else float(samples[-1])
    end = before[0] if mirrored else float(samples[0])
    steps = np.arange(1, line + 1) / (line + 1)
    return np.concatenate([samples.astype(np.float64), after, start + (end - start) * steps, before])


def _chosen(edit: Mask | Gain | Filter, names: Sequence[str]) -> list[int]:
    if edit.leads is None:
        return list(range(len(names)))
    lacking = next((lead for lead in edit.leads if lead not in names), None)
    if lacking is not None:
        told = ", ".join(f"“{name}”" for name in names[:20])
        raise Refusal("edit_unfit", f"The edit names the lead “{lacking[:40]}”; there is {told}.")
    return [index for index, name in enumerate(names) if name in edit.leads]
