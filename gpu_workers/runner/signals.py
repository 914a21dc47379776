"""Recordings and series to tensors, exactly as the interface declares; in float64, before the type is cast."""

from math import ceil, prod

import numpy as np
import numpy.typing as npt

from gpu_workers.protocol import wav
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.signals import AudioInput, SeriesInput

from .failure import Mismatch
from .resampling import Incommensurable, resampled
from .spectra import mel_bands, spectrogram
from .tensors import laid_out

Floats = npt.NDArray[np.float64]
MAX_BYTES = 512 * 2**20
"""Of one tensor."""


def recording(field: AudioInput, value: Value) -> Floats:
    """In the axes of the layout, N of size 1 included; not yet cast."""
    if not isinstance(value, Blob) or value.data is None:
        raise Mismatch(f"“{field.name}” takes a recording")
    rate_hz, channels, body = wav.parse(value.data)
    samples = np.frombuffer(body, "<f4").reshape(-1, channels).T
    mixed = _mixed(samples, field.channels)
    rate = field.rate_hz or rate_hz
    signal = _brought(field, mixed, rate_hz)
    values = signal if field.representation == "waveform" else _spectral(field, signal, rate)
    given = (values * field.scale - field.mean) / field.std
    return laid_out(given[None], "NCFT" if values.ndim == 3 else "NCT", field.axes)


def series(field: SeriesInput, value: Value) -> Floats:
    """As `recording`."""
    from gpu_workers.series import unpacked  # Arrow is loaded only where series are

    if not isinstance(value, Blob) or value.data is None:
        raise Mismatch(f"“{field.name}” takes a series")
    given = unpacked(value.data)
    rows = chosen(field, given.leads)
    signal = _brought(field, given.values[rows], given.rate_hz)
    mean, std = (np.array(each)[:, None] for each in (field.mean, field.std))
    if "C" not in field.layout and len(signal) != 1:
        raise Mismatch(f"“{field.name}” takes one lead; this series has {len(signal)}")
    return laid_out(((signal * field.scale - mean) / std)[None], "NCT", field.layout)


def chosen(field: SeriesInput, leads: tuple[str, ...]) -> list[int]:
    """Where in a series the leads lie that the model takes, in its order."""
    places = {lead.casefold(): place for place, lead in reversed(list(enumerate(leads)))}
    lacking = next((lead for lead in field.leads if lead.casefold() not in places), None)
    if lacking is not None:
        raise Mismatch(f"“{field.name}” takes the lead “{lacking}”, which this series lacks")
    return [places[lead.casefold()] for lead in field.leads] or list(range(len(leads)))


def _brought(field: AudioInput | SeriesInput, signals: npt.NDArray[np.floating], rate_hz: float) -> Floats:
    """At the declared rate, of the declared length, normalised."""
    at = at_rate(field.name, signals, rate_hz, field.rate_hz)
    return normalised(fitted(at, field.rate_hz or rate_hz, field.seconds), field.normalise)


def at_rate(name: str, signals: npt.NDArray[np.floating], from_hz: float, to_hz: float | None) -> Floats:
    try:
        return signals.astype(np.float64) if to_hz is None else resampled(signals, from_hz, to_hz)
    except Incommensurable as error:
        raise Mismatch(f"“{name}”: {error}") from None


def fitted(signals: Floats, rate_hz: float, seconds: float | None) -> Floats:
    """Exactly so long: cut, or followed by zeros."""
    if seconds is None:
        return signals
    count = max(1, round(seconds * rate_hz))
    return np.pad(signals[:, :count], ((0, 0), (0, max(0, count - signals.shape[1]))))


def normalised(signals: Floats, how: str) -> Floats:
    """Channel by channel; what has no spread, or no height, is only shifted."""
    if how == "case":
        spread = signals.std(axis=1, keepdims=True)
        shifted: Floats = (signals - signals.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
        return shifted
    if how == "peak":
        height = np.abs(signals).max(axis=1, keepdims=True)
        scaled: Floats = signals / np.where(height > 0, height, 1)
        return scaled
    return signals


def _mixed(samples: npt.NDArray[np.float32], channels: int) -> Floats:
    if channels == 1:
        mean: Floats = samples.mean(axis=0, keepdims=True, dtype=np.float64)
        return mean
    return np.repeat(samples, 2, axis=0).astype(np.float64) if len(samples) == 1 else samples[:2].astype(np.float64)


def _spectral(field: AudioInput, signal: Floats, rate_hz: float) -> Floats:
    rows = field.bands if field.representation == "mel" else field.n_fft // 2 + 1
    if prod((len(signal), rows, ceil(signal.shape[1] / field.hop) + 1, 8)) > MAX_BYTES:
        told = f"“{field.name}” becomes a spectrogram of more than {MAX_BYTES >> 20} MiB"
        raise Mismatch(f"{told}; send a shorter recording")
    bands = None
    if field.representation == "mel":
        high = field.high_hz if field.high_hz is not None else rate_hz / 2
        bands = mel_bands(rate_hz, field.n_fft, field.bands, field.low_hz, high, field.mel_scale, field.mel_norm)
    values = spectrogram(
        signal,
        n_fft=field.n_fft,
        hop=field.hop,
        window=field.window,
        window_length=field.window_length or field.n_fft,
        centre=field.centre,
        padding=field.padding,
        power=field.power,
        bands=bands,
    )
    if field.log != "none":
        values = values + field.floor if field.floor_by == "added" else np.maximum(values, field.floor)
        values = np.log(values) if field.log == "ln" else np.log10(values)
        values *= (20 / field.power) if field.log == "db" else 1
    if field.range is not None:
        values = np.maximum(values, values.max() - field.range)
    return values
