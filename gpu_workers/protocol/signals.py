"""Inputs and outputs that are signals: recordings, and series of several leads that share one clock.

How a signal is brought to another rate, and what a spectrogram is, stand in `runner.resampling` and `runner.spectra`.
"""

from typing import Annotated, Literal

from msgspec import Meta

from .fields import DType, Field, Name

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Rate = Annotated[float, Meta(gt=0, le=1_000_000)]
Unit = Annotated[str, Meta(max_length=40)]
Leads = Annotated[tuple[Name, ...], Meta(max_length=256)]
Representation = Literal["waveform", "spectrogram", "mel"]
Layout = Literal["", "NT", "NCT", "NTC", "NFT", "NTF", "NCFT", "NCTF"]


class AudioInput(Field, frozen=True, kw_only=True, tag="audio"):
    """A recording, given to the model as `(value * scale - mean) / std`, of samples in -1..1 or of a spectrogram.

    rate_hz: samples a second that it is brought to; None keeps its own. channels: 1 is the mean of all of them; 2 are
    the first two, or one given twice. max_seconds: longer recordings are refused. seconds: exactly as long as that:
    shorter ones are followed by zeros, of longer ones the beginning is given. normalise: `case` subtracts the mean and
    divides by the standard deviation of each case's samples, `peak` divides by the largest magnitude.

    representation: the samples themselves, or the spectrogram of them, or its mel bands (`spectra`), by frames of n_fft
    samples that begin every `hop`, seen through a window of window_length (None: n_fft). power: 1 magnitudes, 2 their
    squares. bands, low_hz, high_hz (None: half the rate), mel_scale, mel_norm: of mel bands. log: of the values, after
    the floor was set as the least of them or added; `db` is 10 log10 of squares, 20 log10 of magnitudes. range: what
    lies further below a case's largest value becomes that.

    layout: N cases, C channels, T samples or frames, F frequencies; "" is NT or NFT of one channel, NCT or NCFT of two.
    """

    rate_hz: Annotated[int, Meta(ge=100, le=768_000)] | None = None
    channels: Literal[1, 2] = 1
    max_seconds: Seconds | None = None
    seconds: Seconds | None = None
    normalise: Literal["none", "case", "peak"] = "none"
    representation: Representation = "waveform"
    n_fft: Annotated[int, Meta(ge=8, le=65_536)] = 400
    hop: Annotated[int, Meta(ge=1, le=65_536)] = 160
    window: Literal["hann", "hamming", "blackman", "rectangular"] = "hann"
    window_length: Annotated[int, Meta(ge=2, le=65_536)] | None = None
    centre: bool = True
    padding: Literal["reflect", "zeros"] = "reflect"
    power: Literal[1, 2] = 2
    bands: Annotated[int, Meta(ge=1, le=1024)] = 80
    low_hz: Annotated[float, Meta(ge=0, le=384_000)] = 0.0
    high_hz: Annotated[float, Meta(gt=0, le=384_000)] | None = None
    mel_scale: Literal["slaney", "htk"] = "slaney"
    mel_norm: Literal["slaney", "none"] = "slaney"
    log: Literal["none", "ln", "log10", "db"] = "none"
    floor: Annotated[float, Meta(gt=0, le=1)] = 1e-10
    floor_by: Literal["least", "added"] = "least"
    range: Annotated[float, Meta(gt=0, le=1000)] | None = None
    scale: float = 1.0
    mean: float = 0.0
    std: float = 1.0
    layout: Layout = ""
    dtype: DType = "float32"

    @property
    def axes(self) -> str:
        """The layout, where it is left open, too."""
        return self.layout or "N" + "C" * (self.channels - 1) + ("T" if self.representation == "waveform" else "FT")


class SeriesInput(Field, frozen=True, kw_only=True, tag="series"):
    """Several leads on one clock, as an ECG, given to the model as `(value * scale - mean) / std`.

    rate_hz: what it is brought to; None keeps its own. leads: those that the model takes, in its order, found by their
    names whatever their case; none named: all that there are. unit: what values are brought to where the file names
    another of the same kind (mV, µV, V); where it names none, its values are in this one. seconds, max_seconds,
    normalise: as of a recording, each lead on its own. mean, std: one value, or one a lead. layout: N cases, C leads,
    T samples; without C one lead alone.
    """

    rate_hz: Rate | None = None
    leads: Leads = ()
    unit: Unit = ""
    max_seconds: Seconds | None = None
    seconds: Seconds | None = None
    normalise: Literal["none", "case", "peak"] = "none"
    scale: float = 1.0
    mean: Annotated[tuple[float, ...], Meta(min_length=1, max_length=256)] = (0.0,)
    std: Annotated[tuple[float, ...], Meta(min_length=1, max_length=256)] = (1.0,)
    layout: Literal["NCT", "NTC", "NT"] = "NCT"
    dtype: DType = "float32"


class AudioOutput(Field, frozen=True, kw_only=True, tag="audio"):
    """A recording made by the model: `clip(value * scale, -1, 1)` at rate_hz."""

    rate_hz: Annotated[int, Meta(ge=100, le=768_000)] = 16_000
    scale: float = 1.0
    layout: Literal["NT", "NCT", "NTC"] = "NT"


class SeriesOutput(Field, frozen=True, kw_only=True, tag="series"):
    """A series made by the model: `value * scale + offset`. leads: names of its channels, else they are numbered."""

    rate_hz: Rate = 1.0
    leads: Leads = ()
    unit: Unit = ""
    scale: float = 1.0
    offset: float = 0.0
    layout: Literal["NCT", "NTC", "NT"] = "NCT"


def check(field: object) -> None:
    """What holds of a field's settings together. Raises ValueError with a sentence."""
    if isinstance(field, AudioInput):
        _check_recording(field)
    elif isinstance(field, SeriesInput):
        _check_series(field)
    elif isinstance(field, SeriesOutput) and field.layout == "NT" and len(field.leads) > 1:
        raise ValueError(f"“{field.name}” has {len(field.leads)} leads, so its layout needs a C")


def _check_recording(field: AudioInput) -> None:
    called = f"“{field.name}”"
    if field.std == 0:
        raise ValueError(f"std of {called} is 0")
    if ("F" in field.axes) != (field.representation != "waveform"):
        needs = "an F" if field.representation != "waveform" else "no F"
        raise ValueError(f"{called} is given as {field.representation}, so its layout needs {needs}")
    if field.channels == 2 and "C" not in field.axes:
        raise ValueError(f"{called} has 2 channels, so its layout needs a C")
    if field.representation == "waveform":
        return
    if field.window_length is not None and field.window_length > field.n_fft:
        raise ValueError(f"window_length of {called} is above n_fft")
    if field.representation == "mel":
        if field.rate_hz is None:
            raise ValueError(f"{called} is given as mel bands, so it needs a rate_hz")
        highest = field.high_hz if field.high_hz is not None else field.rate_hz / 2
        if not field.low_hz < highest <= field.rate_hz / 2:
            raise ValueError(f"low_hz and high_hz of {called} must rise, and lie within half of rate_hz")


def _check_series(field: SeriesInput) -> None:
    called = f"“{field.name}”"
    if any(value == 0 for value in field.std):
        raise ValueError(f"std of {called} contains 0")
    if len({lead.casefold() for lead in field.leads}) < len(field.leads):
        raise ValueError(f"{called} names a lead twice")
    for label, values in (("mean", field.mean), ("std", field.std)):
        if len(values) not in (1, len(field.leads)):
            raise ValueError(f"{label} of {called} has {len(values)} values; give one, or one for each lead")
    if field.layout == "NT" and len(field.leads) != 1:
        raise ValueError(f"the layout NT of {called} is for one lead; name it, or take NCT")
