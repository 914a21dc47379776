"""Recordings in our own bytes (`protocol.wav`): read, written and edited without a codec."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from gpu_workers.protocol import wav
from gpu_workers.protocol.edits import Edit
from gpu_workers.protocol.rendering import Made

from .refusal import Refusal
from .signals import edited

Samples = npt.NDArray[np.float32]
"""(frames, channels)"""


def render(data: bytes, edits: Sequence[Edit]) -> Made:
    """data: bytes that `decode` made."""
    rate_hz, samples = opened(data)
    names = [str(number + 1) for number in range(samples.shape[1])]
    return made(rate_hz, edited(samples.T, rate_hz, names, edits).T)


def opened(data: bytes) -> tuple[int, Samples]:
    """(samples a second, the samples) of bytes that `made` made."""
    try:
        rate_hz, channels, body = wav.parse(data)
    except wav.Foreign as error:
        raise Refusal("input_damaged", "The stored recording is not one of ours. Send the file again.") from error
    return rate_hz, np.frombuffer(body, "<f4").reshape(-1, channels)


def made(rate_hz: int, samples: Samples) -> Made:
    frames, channels = samples.shape
    data = b"".join((wav.header(rate_hz, channels, frames), np.ascontiguousarray(samples, "<f4").data))
    facts = {"rate_hz": rate_hz, "channels": channels, "seconds": frames / rate_hz}
    return Made(data, sha256(data).hexdigest(), "audio", facts)
