"""Raw outputs that are signals to the bytes that are stored, and what the answer says of them. Nothing is trusted."""

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol import wav
from gpu_workers.protocol.answers import AudioAnswer, SeriesAnswer
from gpu_workers.protocol.rendering import MAX_MADE
from gpu_workers.protocol.signals import AudioOutput, SeriesOutput
from gpu_workers.runner.tensors import Raw

from .unanswered import not_finite, unfit

MAX_CHANNELS, MAX_LEADS = 8, 256


def recording(field: AudioOutput, raw: Raw) -> tuple[bytes, AudioAnswer]:
    """Raises Unanswered."""
    values = _channels(field, raw, MAX_CHANNELS, "recording")
    samples = np.clip(values * np.float64(field.scale), -1, 1).astype("<f4")
    channels, frames = samples.shape
    data = b"".join((wav.header(field.rate_hz, channels, frames), np.ascontiguousarray(samples.T).data))
    return data, AudioAnswer("", "", 0, field.rate_hz, channels, frames / field.rate_hz)


def series(field: SeriesOutput, raw: Raw) -> tuple[bytes, SeriesAnswer]:
    """Raises Unanswered."""
    from gpu_workers.series import Series, packed  # Arrow is loaded only where series are

    values = _channels(field, raw, MAX_LEADS, "series")
    leads = field.leads or tuple(str(number + 1) for number in range(len(values)))
    if len(leads) != len(values):
        raise unfit(f"“{field.name}” names {len(leads)} leads, but the model answered {len(values)}.")
    with np.errstate(over="ignore"):
        shown = (values * np.float64(field.scale) + field.offset).astype(np.float32)
    if not np.isfinite(shown).all():
        raise not_finite(field.name)
    made = Series(field.rate_hz, field.unit, tuple(leads), shown)
    return packed(made), SeriesAnswer("", "", 0, field.rate_hz, made.leads, field.unit, made.seconds)


def _channels(field: AudioOutput | SeriesOutput, raw: Raw, most: int, what: str) -> NDArray[np.float64]:
    """(channels, samples)"""
    called = f"“{field.name}”"
    if not isinstance(raw, np.ndarray) or raw.dtype.kind not in "fiub":
        raise unfit(f"{called} holds no {what}.")
    array = raw[0] if raw.ndim == len(field.layout) and raw.shape[0] == 1 else raw
    if array.ndim != len(field.layout) - 1:
        raise unfit(f"{called} is declared as a {what} in {field.layout}, but has the shape {list(raw.shape)}.")
    if field.layout == "NT":
        array = array[None]
    elif field.layout == "NTC":
        array = array.T
    channels, samples = array.shape
    if not 0 < channels <= most or not samples > 0 or channels * samples * wav.SAMPLE_BYTES > MAX_MADE - 100_000:
        raise unfit(f"{called} is a {what} of {channels:,} × {samples:,} values, which is out of bounds.")
    values = array.astype(np.float64)
    if not np.isfinite(values).all():
        raise not_finite(field.name)
    return values
