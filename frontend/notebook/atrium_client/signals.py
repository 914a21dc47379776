"""Inputs and outputs that are signals, as a notebook declares them: recordings, and several leads on one clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .fields import DType, Field, as_floats, as_names


@dataclass(frozen=True, repr=False)
class Audio(Field, options_of="input"):
    """A recording.

    As an input it is brought to rate_hz and to channels (1: the mean of all, the default), to exactly `seconds` where
    they are given, and given as its samples (`waveform`), as `spectrogram` or as `mel` bands, as
    `(value * scale - mean) / std`. Conventions are librosa's: n_fft, hop, window, centre, power, and of mel bands
    bands, low_hz, high_hz, mel_scale, mel_norm; log: `ln`, `log10` or `db`. layout: `NT`, `NCT`, `NFT`, …
    max_seconds: longer ones are refused.

    As an output: `clip(value * scale, -1, 1)` at rate_hz, in the layout `NT`, `NCT` or `NTC`.
    """

    rate_hz: int | None = None
    channels: Literal[1, 2] | None = None
    max_seconds: float | None = None
    seconds: float | None = None
    normalise: Literal["none", "case", "peak"] | None = None
    representation: Literal["waveform", "spectrogram", "mel"] | None = None
    n_fft: int | None = None
    hop: int | None = None
    window: Literal["hann", "hamming", "blackman", "rectangular"] | None = None
    window_length: int | None = None
    centre: bool | None = None
    padding: Literal["reflect", "zeros"] | None = None
    power: Literal[1, 2] | None = None
    bands: int | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    mel_scale: Literal["slaney", "htk"] | None = None
    mel_norm: Literal["slaney", "none"] | None = None
    log: Literal["none", "ln", "log10", "db"] | None = None
    floor: float | None = None
    floor_by: Literal["least", "added"] | None = None
    range: float | None = None
    scale: float | None = None
    mean: float | None = None
    std: float | None = None
    layout: str | None = None
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "audio"
    output_options: ClassVar[frozenset[str]] = frozenset({"rate_hz", "scale", "layout"})


@dataclass(frozen=True, repr=False)
class Series(Field):
    """Several leads on one clock, as an ECG.

    As an input it is brought to rate_hz and unit; leads: those that the model takes, in its order (all where none are
    named). It is given as `(value * scale - mean) / std` in the layout `NCT` (the default), `NTC` or `NT` of one lead;
    seconds, max_seconds, normalise: as of Audio. As an output: `value * scale + offset`.
    """

    rate_hz: float | None = None
    leads: Sequence[str] = ()
    unit: str = ""
    max_seconds: float | None = None
    seconds: float | None = None
    normalise: Literal["none", "case", "peak"] | None = None
    scale: float | None = None
    mean: float | Sequence[float] | None = None
    std: float | Sequence[float] | None = None
    offset: float | None = None
    layout: Literal["NCT", "NTC", "NT"] | None = None
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "series"
    input_options: ClassVar[frozenset[str]] = frozenset(
        {"rate_hz", "leads", "unit", "max_seconds", "seconds", "normalise", "scale", "mean", "std", "layout", "dtype"}
    )
    output_options: ClassVar[frozenset[str]] = frozenset({"rate_hz", "leads", "unit", "scale", "offset", "layout"})

    def __post_init__(self) -> None:
        as_names(self, "leads")
        as_floats(self)
