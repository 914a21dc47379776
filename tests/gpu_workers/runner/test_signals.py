"""Recordings and series to tensors: rates as SciPy's, spectra as their definition, in every layout."""

from math import pi
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from gpu_workers.protocol import wav
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Blob
from gpu_workers.protocol.signals import AudioInput, SeriesInput
from gpu_workers.runner.failure import Mismatch
from gpu_workers.runner.preprocess import prepare
from gpu_workers.runner.resampling import Incommensurable, ratio_of, resampled
from gpu_workers.runner.spectra import mel_bands, spectrogram, window_of
from gpu_workers.series import Series, packed

Floats = npt.NDArray[np.float64]
NOISE = np.random.default_rng(5).normal(0, 0.2, (2, 4000)).astype(np.float32)


def recording(samples: npt.NDArray[Any] = NOISE, rate: int = 8000) -> Blob:
    channels, frames = samples.shape
    return Blob("", "audio/wav", wav.header(rate, channels, frames) + samples.T.astype("<f4").tobytes())


def series(values: npt.NDArray[Any] = NOISE, rate: float = 500, leads: tuple[str, ...] = ("II", "V1")) -> Blob:
    return Blob("", "", packed(Series(rate, "mV", leads, values.astype(np.float32))))


@given(
    rates=st.sampled_from(
        [(44100, 16000), (48000, 16000), (8000, 16000), (500, 360), (125.5, 100), (7, 5), (360, 500)]
    ),
    count=st.integers(1, 700),
    seed=st.integers(0, 99),
)
@settings(deadline=None, max_examples=60)
def test_another_rate_is_scipy_s(rates: tuple[float, float], count: int, seed: int) -> None:
    given_ = np.random.default_rng(seed).normal(size=(2, count))
    ratio = ratio_of(*rates)
    expected = signal.resample_poly(given_, ratio.numerator, ratio.denominator, axis=1)
    found = resampled(given_, *rates)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-12


def test_rates_without_a_simple_ratio_are_told() -> None:
    with pytest.raises(Incommensurable, match="no simple ratio"):
        ratio_of(44100.123, 16000)
    with pytest.raises(Mismatch, match="“v”"):
        prepare(SeriesInput(name="v", rate_hz=100), series(rate=123.4567), None)


def slow_spectrogram(samples: Floats, n_fft: int, hop: int, window: Floats, centre: bool, mode: str) -> Floats:
    """By the sum that defines it, one frequency after another."""
    padded = np.pad(samples, n_fft // 2, mode="reflect" if mode == "reflect" else "constant") if centre else samples
    frames = [padded[at : at + n_fft] for at in range(0, len(padded) - n_fft + 1, hop)]
    turns = np.exp(-2j * pi * np.outer(np.arange(n_fft // 2 + 1), np.arange(n_fft)) / n_fft)
    magnitudes: Floats = np.abs(np.array([turns @ (frame * window) for frame in frames]).T)
    return magnitudes


@pytest.mark.parametrize("kind", ["hann", "hamming", "blackman", "rectangular"])
@pytest.mark.parametrize(
    ("n_fft", "length", "centre", "padding"), [(64, 64, True, "reflect"), (50, 31, False, "zeros")]
)
def test_a_spectrogram_is_its_definition(kind: Any, n_fft: int, length: int, centre: bool, padding: Any) -> None:
    samples = np.random.default_rng(1).normal(size=300)
    shape = signal.get_window("boxcar" if kind == "rectangular" else kind, length, fftbins=True)
    before = (n_fft - length) // 2
    shape = np.pad(shape, (before, n_fft - length - before))
    assert np.allclose(window_of(kind, length, n_fft), shape, atol=1e-15)
    settings_ = {
        "n_fft": n_fft,
        "hop": 13,
        "window": kind,
        "window_length": length,
        "centre": centre,
        "padding": padding,
    }
    expected = slow_spectrogram(samples, n_fft, 13, shape, centre, padding)
    for power in (1, 2):
        found = spectrogram(samples[None], power=power, **settings_)[0]
        assert found.shape == expected.shape
        assert np.abs(found - expected**power).max() < 1e-10


def slow_bands(rate: float, n_fft: int, bands: int, low: float, high: float, scale: str) -> Floats:
    """Triangles by the two formulas, frequency by frequency."""

    def mel(hz: float) -> float:
        if scale == "htk":
            return float(1127.010480 * np.log(1 + hz / 700))
        return float(hz / (200 / 3) if hz < 1000 else 15 + np.log(hz / 1000) / (np.log(6.4) / 27))

    grid = np.arange(0, rate, 0.01)
    corners = np.interp(np.linspace(mel(low), mel(high), bands + 2), [mel(hz) for hz in grid[::100]], grid[::100])
    made = np.zeros((bands, n_fft // 2 + 1))
    for band in range(bands):
        left, middle, right = corners[band : band + 3]
        for bin_ in range(n_fft // 2 + 1):
            hz = bin_ * rate / n_fft
            if left < hz <= middle:
                made[band, bin_] = (hz - left) / (middle - left)
            elif middle < hz < right:
                made[band, bin_] = (right - hz) / (right - middle)
    return made


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_mel_bands_are_triangles_between_equal_steps(scale: str) -> None:
    found = mel_bands(8000, 256, 20, 50, 3800, scale, "none")
    assert np.abs(found - slow_bands(8000, 256, 20, 50, 3800, scale)).max() < 2e-3  # the slow one reads from a table
    area = mel_bands(8000, 8192, 20, 50, 3800, scale, "slaney").sum(axis=1) * 8000 / 8192
    assert np.allclose(area, 1, atol=2e-2)


def test_mel_bands_of_librosa() -> None:
    """Of librosa 0.11.0: filters.mel(sr=16000, n_fft=512, n_mels=40), and the same with htk=True, norm=None."""
    slaney = [0.0, 0.00264172805845258, 0.008415329128600237, 0.012996009326270378, 0.007222408256122711]
    htk = [0.0, 0.37435523625652717, 0.7552356900203975, 0.8719980939801998, 0.5138229158416554]
    assert mel_bands(16000, 512, 40, 0, 8000, "slaney", "slaney")[10, 23:28] == pytest.approx(slaney)
    assert mel_bands(16000, 512, 40, 0, 8000, "htk", "none")[10, 19:24] == pytest.approx(htk)


def plain(samples: npt.NDArray[Any], **options: Any) -> npt.NDArray[Any]:
    tensor: npt.NDArray[Any] = prepare(AudioInput(name="v", **options), recording(samples), None)
    return tensor


@pytest.mark.parametrize(
    ("layout", "channels", "representation", "shape"),
    [
        ("", 1, "waveform", (1, 4000)),
        ("NTC", 2, "waveform", (1, 4000, 2)),
        ("NCT", 1, "waveform", (1, 1, 4000)),
        ("", 2, "waveform", (1, 2, 4000)),
        ("", 1, "mel", (1, 80, 26)),
        ("NTF", 1, "spectrogram", (1, 26, 201)),
        ("NCTF", 2, "spectrogram", (1, 2, 26, 201)),
        ("NCFT", 1, "mel", (1, 1, 80, 26)),
    ],
)
def test_layouts(layout: Any, channels: Any, representation: Any, shape: tuple[int, ...]) -> None:
    given_ = plain(NOISE, layout=layout, channels=channels, representation=representation, rate_hz=8000)
    assert given_.shape == shape
    usual = plain(NOISE, channels=channels, representation=representation, rate_hz=8000)
    assert np.sort(given_.ravel()).tolist() == np.sort(usual.ravel()).tolist()


def test_channels_scale_length_and_normalisation() -> None:
    double = NOISE.astype(np.float64)
    assert np.allclose(plain(NOISE)[0], double.mean(axis=0), atol=1e-7)
    assert (plain(NOISE[:1], channels=2)[0] == NOISE[[0, 0]]).all()
    assert (plain(np.tile(NOISE, (2, 1)), channels=2)[0] == NOISE).all()
    assert np.allclose(plain(NOISE, channels=2, scale=2, mean=0.5, std=0.25)[0], (double * 2 - 0.5) / 0.25, atol=1e-5)
    longer, shorter = plain(NOISE[:1], seconds=0.75)[0], plain(NOISE[:1], seconds=0.25)[0]
    assert (longer[:4000] == NOISE[0]).all()
    assert (longer[4000:] == 0).all()
    assert len(longer) == 6000
    assert (shorter == NOISE[0, :2000]).all()
    case = plain(NOISE, channels=2, normalise="case")[0]
    assert np.allclose(case.mean(axis=1), 0, atol=1e-6)
    assert np.allclose(case.std(axis=1), 1, atol=1e-5)
    assert np.abs(plain(NOISE, normalise="peak")).max() == pytest.approx(1)
    assert (plain(np.zeros((1, 10)), normalise="case") == 0).all()


def test_logarithms_and_their_floors() -> None:
    options: dict[str, Any] = {"representation": "spectrogram", "n_fft": 64, "hop": 32}
    power = plain(NOISE, **options, dtype="float64")
    magnitude = plain(NOISE, **options, power=1, dtype="float64")
    assert np.allclose(magnitude**2, power)
    for log, expected in (("ln", np.log(power)), ("log10", np.log10(power)), ("db", 10 * np.log10(power))):
        assert np.allclose(plain(NOISE, **options, log=log, dtype="float64"), expected)
    assert np.allclose(plain(NOISE, **options, power=1, log="db", dtype="float64"), 20 * np.log10(magnitude))
    high = plain(NOISE, **options, log="log10", floor=0.5, dtype="float64")
    assert np.allclose(high, np.log10(np.maximum(power, 0.5)))
    added = plain(NOISE, **options, log="ln", floor=0.5, floor_by="added", dtype="float64")
    assert np.allclose(added, np.log(power + 0.5))
    short = plain(NOISE, **options, log="db", range=20, dtype="float64")
    assert short.max() - short.min() == pytest.approx(20)


def test_leads_are_found_by_name_and_stand_in_the_model_s_order() -> None:
    field = SeriesInput(name="ecg", leads=("v1", "ii"), mean=(0.0, 1.0), std=(1.0, 2.0))
    tensor = prepare(field, series(), 3)
    assert np.allclose(tensor[0], [NOISE[1], (NOISE[0] - 1) / 2], atol=1e-6)
    assert prepare(SeriesInput(name="ecg", layout="NTC"), series(), None).shape == (1, 4000, 2)
    assert prepare(SeriesInput(name="ecg", leads=("II",), layout="NT", rate_hz=100), series(), 2).shape == (1, 800)
    with pytest.raises(Mismatch, match="“V6”"):
        prepare(SeriesInput(name="ecg", leads=("V6",)), series(), None)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ({"kind": "audio", "representation": "mel"}, "rate_hz"),
        ({"kind": "audio", "layout": "NFT"}, "no F"),
        ({"kind": "audio", "representation": "spectrogram", "layout": "NT"}, "an F"),
        ({"kind": "audio", "channels": 2, "layout": "NT"}, "a C"),
        ({"kind": "audio", "representation": "mel", "rate_hz": 8000, "high_hz": 5000}, "half of rate_hz"),
        ({"kind": "audio", "representation": "spectrogram", "n_fft": 64, "window_length": 65}, "above n_fft"),
        ({"kind": "audio", "std": 0}, "is 0"),
        ({"kind": "series", "layout": "NT"}, "NT"),
        ({"kind": "series", "leads": ["II", "ii"]}, "twice"),
        ({"kind": "series", "leads": ["I", "II", "III"], "mean": [0, 1]}, "mean"),
    ],
)
def test_settings_that_contradict_each_other_are_told(field: dict[str, Any], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert({"inputs": [field | {"name": "v"}], "outputs": [{"kind": "text", "name": "t"}]}, Interface)
