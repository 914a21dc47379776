"""A stranger's recording becomes sound of our own (`protocol.wav`): float32, its own rate and channels.

What is kept and what is decided:
- the first track of sound; pictures, further tracks and all metadata are dropped;
- whole numbers of b bits are divided by 2^(b-1), A-law and µ-law are first expanded to 16 bits (ITU-T G.711): samples
  of up to 24 bits and float32 are kept exactly, those of 32 bits and float64 are rounded to float32;
- what an encoder added before and behind is left out where the file says how much.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from gpu_workers.protocol import wav
from gpu_workers.protocol.rendering import MAX_MADE, Made

from .recordings import TAKEN, format_of, refuse_cut, refuse_other_kinds, says_its_length, untagged
from .refusal import Refusal, called_of, check_size
from .sound import Samples, made, opened
from .sound import render as render
from .waveform import drawn

RATES = (100, 768_000)
MAX_CHANNELS = 8
CODECS = frozenset(
    (
        *("aac", "alac", "flac", "mp3", "mp3float", "opus", "libopus", "vorbis", "libvorbis"),
        *("amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "adpcm_ms", "adpcm_ima_wav"),
        *(f"pcm_{form}" for form in ("u8", "s8", "alaw", "mulaw")),
        *(f"pcm_{form}{end}" for form in ("s16", "s24", "s32", "f32", "f64") for end in ("le", "be")),
    )
)
"""FFmpeg's decoders that a recording may be given to."""
_LACKING, _LACKING_SECONDS = 0.01, 0.05
"""Of what a recording says to last that may be missing before it counts as cut off: codecs count in whole frames."""


def decode(data: bytes, options: Mapping[str, Any], name: str = "") -> Made:
    """options: `max_seconds`, None or absent where any length is taken. Raises `Refusal`."""
    called = called_of(name)
    check_size(len(data), called, "recordings", "Send a part of it, or save it as FLAC or MP3.")
    data = untagged(data)
    refuse_other_kinds(data, called)
    refuse_cut(data, called)
    longest = options.get("max_seconds")
    try:
        rate_hz, samples = _read(data, called, None if longest is None else float(longest))
    except (Refusal, MemoryError):
        raise
    except Exception as error:  # whatever a reader raises over a stranger's bytes means that the bytes are bad
        raise Refusal(
            "input_damaged",
            f"{called} is damaged or incomplete: it begins like a recording but cannot be read to its end. "
            "Play it to see whether it is whole, then export it anew.",
        ) from error
    _refuse_empty(samples, called)
    return made(rate_hz, samples)


def thumbnail(data: bytes, side: int) -> Made:
    _, samples = opened(data)
    return drawn(samples.T, side)


def _read(data: bytes, called: str, longest: float | None) -> tuple[int, Samples]:
    with av.open(BytesIO(data), format=format_of(data)) as container:
        if not container.streams.audio:
            raise Refusal("input_unsupported", f"{called} has no track of sound. Send a recording: {TAKEN}.")
        stream = container.streams.audio[0]
        if stream.codec_context.codec.name not in CODECS:
            codec = stream.codec_context.codec.name[:40]
            told = f"{called} is coded as {codec}, which is not read here. Save it as {TAKEN}."
            raise Refusal("input_unsupported", told)
        stream.codec_context.thread_count = 1
        said = _said(container, stream)
        parts: list[Samples] = []
        rate_hz, frames = 0, 0
        for part, rate in _decoded(container, stream):
            if not parts:
                rate_hz = _checked(rate, part.shape[1], called)
            elif rate != rate_hz or part.shape[1] != parts[0].shape[1]:
                told = f"{called} changes its rate or channels midway. Export it as one WAV."
                raise Refusal("input_unsupported", told)
            parts.append(part)
            frames += len(part)
            _refuse_long(frames, rate_hz, part.shape[1], said, longest, called)
    if not parts:
        return 1, np.empty((0, 1), np.float32)
    if said is not None and says_its_length(data) and frames / rate_hz < said * (1 - _LACKING) - _LACKING_SECONDS:
        raise Refusal(
            "input_damaged",
            f"{called} is cut off: it says that it is {said:.1f} s long, and holds {frames / rate_hz:.1f} s. "
            "Send it again, or export it anew.",
        )
    samples = np.concatenate(parts)
    # Behind the end that these containers name lies what filled the last frame.
    if said is not None and said > 0 and format_of(data) in ("mov", "ogg"):
        return rate_hz, samples[: round(said * rate_hz)]
    return rate_hz, samples


def _said(container: Any, stream: Any) -> float | None:
    """Seconds that the file, or else FFmpeg's guess, says it lasts."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration is not None and len(container.streams) == 1 else None


def _decoded(container: Any, stream: Any) -> Iterator[tuple[Samples, int]]:
    """Frame by frame (the samples, their rate)."""
    for frame in container.decode(stream):
        array = frame.to_ndarray()
        channels = len(frame.layout.channels)
        shaped = array.T if frame.format.is_planar else array.reshape(-1, channels)
        yield _floats(shaped), frame.sample_rate


def _floats(samples: npt.NDArray[Any]) -> Samples:
    kind, bits = samples.dtype.kind, samples.dtype.itemsize * 8
    if kind == "u":
        return (samples.astype(np.float32) - 128) / np.float32(128)
    if kind == "i":
        return (samples * 2.0 ** (1 - bits)).astype(np.float32)
    return samples.astype(np.float32)


def _checked(rate: int, channels: int, called: str) -> int:
    if not RATES[0] <= rate <= RATES[1]:
        raise Refusal("input_unsupported", f"{called} has {rate:,} samples a second. Save it with 8,000 to 192,000.")
    if not 1 <= channels <= MAX_CHANNELS:
        raise Refusal("input_unsupported", f"{called} has {channels} channels; {MAX_CHANNELS} are the most.")
    return rate


def _refuse_long(frames: int, rate: int, channels: int, said: float | None, longest: float | None, called: str) -> None:
    seconds = frames / rate
    whole = f"is {max(said or 0, seconds):.1f} s long" if said else "is longer than that"
    if longest is not None and seconds > longest + 1 / rate:
        raise Refusal(
            "input_too_large", f"{called} {whole}; {longest:g} s are the most here. Send the part that matters."
        )
    most = MAX_MADE // (rate * channels * wav.SAMPLE_BYTES)
    if frames * channels * wav.SAMPLE_BYTES > MAX_MADE - wav.HEADER_BYTES:
        raise Refusal(
            "input_too_large",
            f"{called} {whole}; at {rate:,} Hz and {channels} channel{'s' * (channels > 1)} {most} s are the most. "
            "Send a part of it, or save it with a lower rate or as mono.",
        )


def _refuse_empty(samples: Samples, called: str) -> None:
    if not len(samples):
        raise Refusal("input_damaged", f"{called} holds no samples: the recording is empty. Record or export it again.")
    if not np.isfinite(samples).all():
        raise Refusal(
            "input_damaged",
            f"{called} holds samples that are no numbers (NaN or infinity). Export it again as 24-bit WAV.",
        )
    if (samples == samples[0]).all():
        raise Refusal(
            "input_damaged",
            f"{called} is silent: all its samples are the same. Was the microphone muted? Record or export it again.",
        )
