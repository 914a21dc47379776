"""Recordings and series in the inspection: when a tensor is taken for one, one made up for the trial, whether a
declared one fits its tensor."""

import re
from collections.abc import Sequence

import numpy as np

from gpu_workers.protocol import wav
from gpu_workers.protocol.fields import DType
from gpu_workers.protocol.messages import Blob
from gpu_workers.protocol.rendering import KINDS
from gpu_workers.protocol.signals import AudioInput, SeriesInput
from gpu_workers.runner import TensorInfo

_SOUND = re.compile(r"audio|wave?form|speech|sound|\bwavs?\b|pcm", re.IGNORECASE)
_USUAL_RATE = 16_000
_SECONDS = 1.0
MOST_LEADS = 64


def proposed(info: TensorInfo, name: str, tensor: str, dtype: DType) -> AudioInput | SeriesInput | None:
    """A recording by its tensor's name, at the rate that most models take; three axes are a series of leads. The rate
    cannot be read from a file: a person confirms it."""
    shape = info.shape
    if _SOUND.search(info.name) and len(shape) in (2, 3) and dtype.startswith("float"):
        if len(shape) == 3 and shape[1] not in (1, 2) and isinstance(shape[1], int):
            return None  # features of sound, not its samples
        length = shape[-1]
        seconds = length / _USUAL_RATE if isinstance(length, int) and length > 1 else None
        return AudioInput(
            name=name,
            tensor=tensor,
            rate_hz=_USUAL_RATE,
            channels=2 if len(shape) == 3 and shape[1] == 2 else 1,
            seconds=seconds,
            layout="NT" if len(shape) == 2 else "NCT",
            dtype=dtype,
        )
    if is_series(shape) and dtype.startswith("float"):
        turned = time_axis(shape) == 1
        return SeriesInput(name=name, tensor=tensor, layout="NTC" if turned else "NCT", dtype=dtype)
    return None


def is_series(shape: Sequence[int | str | None]) -> bool:
    """Three axes, the first of which is that of cases."""
    return len(shape) == 3 and (shape[0] == 1 or not isinstance(shape[0], int))


def time_axis(shape: Sequence[int | str | None]) -> int:
    """Of three axes: the last, but where that is short and the one before it is not."""
    _, second, last = shape
    if not isinstance(last, int) or last > MOST_LEADS:
        return 2
    return 2 if isinstance(second, int) and second <= last else 1


def made_up(field: AudioInput | SeriesInput) -> Blob:
    """Tones and a little noise: a constant would hide what depends on it."""
    rate = float(field.rate_hz or _USUAL_RATE / (1 if isinstance(field, AudioInput) else 32))
    seconds = field.seconds or min(_SECONDS if isinstance(field, AudioInput) else 10.0, field.max_seconds or 10.0)
    count = max(1, round(seconds * rate))
    leads = field.leads or ("1",) if isinstance(field, SeriesInput) else ()
    channels = field.channels if isinstance(field, AudioInput) else len(leads)
    turns = np.arange(count) / rate * (220.0 if isinstance(field, AudioInput) else 1.0)
    tones = [0.4 * np.sin(2 * np.pi * turns * (channel + 1)) for channel in range(channels)]
    values = (np.array(tones) + np.random.default_rng(1).normal(0, 0.02, (channels, count))).astype(np.float32)
    if isinstance(field, AudioInput):
        body = np.ascontiguousarray(values.T, "<f4").tobytes()
        return Blob("", KINDS["audio"], wav.header(int(rate), channels, count) + body)
    from gpu_workers.series import Series, packed

    return Blob("", KINDS["series"], packed(Series(rate, field.unit, tuple(leads), values)))


def fault(field: AudioInput | SeriesInput, info: TensorInfo) -> str:
    """What of a declaration its tensor contradicts, in a sentence; "" where nothing does."""
    axes: str = field.axes if isinstance(field, AudioInput) else field.layout
    shape = info.shape
    if not shape:
        return ""
    axes = axes[1:] if len(shape) == len(axes) - 1 else axes
    if len(shape) != len(axes):
        return f"layout of “{field.name}” is {axes}, but the model takes {len(shape)} axes. Declare another layout."
    sides = dict(zip(axes, shape, strict=True))
    wanted = {"C": field.channels if isinstance(field, AudioInput) else len(field.leads) or None}
    if isinstance(field, AudioInput) and field.representation != "waveform":
        wanted["F"] = field.bands if field.representation == "mel" else field.n_fft // 2 + 1
    elif field.seconds is not None and field.rate_hz is not None:
        wanted["T"] = max(1, round(field.seconds * field.rate_hz))
    called = {"C": "channels" if isinstance(field, AudioInput) else "leads", "F": "frequencies", "T": "samples"}
    for axis, count in wanted.items():
        side = sides.get(axis)
        if isinstance(side, int) and count is not None and side != count:
            return f"“{field.name}” is declared with {count:,} {called[axis]}, but the model takes {side:,}."
    if isinstance(length := sides.get("T"), int) and field.seconds is None and length > 1:
        return f"The model takes exactly {length:,} values along time. Declare seconds of “{field.name}”."
    return ""
