"""Recordings: where somebody speaks, how high a voice is, notes, how a call sounds, words that wake a device.

What is heard goes through windows of its own here: `_frames` and `_listen` are loops around plain ONNX Runtime.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from atrium_client import Audio, Carried, Constant, Feed, Label, Number, Series, Step, Windows
from atrium_client.fields import Field

from .cases import Case, Prepared
from .packages import AKIKI, BASIC_PITCH, RICKY, SILERO, SPEECHMOS, SWIFT_F0, WAKEWORD, Package
from .tensors import Array, Plain, voice, wav

RATE = 16_000


def _frames(samples: Array, size: int, step: int, before: int) -> Iterator[Array]:
    """Of (samples,), behind `before` zeros; the last is filled up with zeros."""
    whole = np.concatenate([np.zeros(before, np.float32), samples])
    count = -(-len(samples) // step) if size - before == step else 1 + max(0, -(-(len(whole) - size) // step))
    for number in range(count):
        frame = whole[number * step : number * step + size]
        yield np.pad(frame, (0, size - len(frame)))


def _listen(
    plain: Plain, tensor: str, frames: Iterator[Array], state: dict[str, tuple[str, Array]], fixed: Mapping[str, Array]
) -> dict[str, list[Array]]:
    """state: by tensor, under which name it comes back, and what it is at first."""
    held = {name: first for name, (_, first) in state.items()}
    told: dict[str, list[Array]] = {}
    for frame in frames:
        answer = plain.run({tensor: frame[None], **held, **fixed})
        held = {name: answer[back] for name, (back, _) in state.items()}
        for name, value in answer.items():
            told.setdefault(name, []).append(value)
    return told


def _speech(
    package: Package,
    file: str,
    *,
    tensors: tuple[str, str] = ("input", "output"),
    window: tuple[int, int, int] = (576, 512, 64),
    state: Mapping[str, tuple[str, tuple[int, ...]]],
    rate: bool = True,
    layout: Literal["NT", "NTC"] = "NTC",
) -> Callable[[Path], Prepared]:
    """window: size, step, zeros before. state: by tensor its name among the answers, and its shape."""
    size, step, before = window
    given, answered = tensors

    def prepare(folder: Path) -> Prepared:
        model = package.read(folder, file)
        samples = voice(3 * RATE + 77, RATE)
        firsts = {name: (back, np.zeros(shape, np.float32)) for name, (back, shape) in state.items()}
        fixed = {"sr": np.array(RATE, np.int64)} if rate else {}
        told = _listen(Plain(model), given, _frames(samples, size, step, before), firsts, fixed)
        listen = Step(
            "listen",
            constants=[Constant("sr", RATE)] if rate else [],
            windows=Windows(given, size=size, step=step, before=before),
            carried=[Carried(name, output=back, shape=shape) for name, (back, shape) in state.items()],
        )
        return Prepared(
            model,
            [Audio("recording", tensor=given, rate_hz=RATE)],
            [Series("speech", tensor=answered, rate_hz=RATE / step, layout=layout)],
            {"recording": wav(samples, RATE)},
            {"speech": np.concatenate([each.ravel() for each in told[answered]])[None]},
            steps=[listen],
        )

    return prepare


def _sequence(folder: Path) -> Prepared:
    model = SILERO.read(folder, "silero_vad_16k_sequence.onnx")
    samples = voice(3 * RATE + 77, RATE)
    empty = np.zeros((1, 1, 128), np.float32)
    answer = Plain(model)(input=np.stack(list(_frames(samples, 576, 512, 64))), h=empty, c=empty)
    listen = Step(
        "listen",
        constants=[Constant(name, 0.0, shape=(1, 1, 128)) for name in ("h", "c")],
        windows=Windows("input", size=576, step=512, before=64, stacked=True),
    )
    return Prepared(
        model,
        [Audio("recording", tensor="input", rate_hz=RATE)],
        [Series("speech", tensor="speech_probs", rate_hz=RATE / 512, layout="NT")],
        {"recording": wav(samples, RATE)},
        {"speech": answer["speech_probs"][None]},
        steps=[listen],
    )


def _pitch(folder: Path) -> Prepared:
    model = SWIFT_F0.read(folder, "model.onnx")
    samples, bounds = voice(2 * RATE, RATE), {"fmin": 46.875, "fmax": 2093.75}
    fixed = {name: np.array(value, np.float32) for name, value in bounds.items()}
    answer = Plain(model).run({"audio": samples[None], **fixed})
    return Prepared(
        model,
        [Audio("recording", tensor="audio", rate_hz=RATE)],
        [Series("pitch", rate_hz=62.5, unit="Hz", layout="NT"), Series("confidence", rate_hz=62.5, layout="NT")],
        {"recording": wav(samples, RATE)},
        {name: answer[name].astype(np.float32) for name in ("pitch", "confidence")},
        steps=[Step("listen", constants=[Constant(name, value) for name, value in bounds.items()])],
    )


def _notes(folder: Path) -> Prepared:
    model = BASIC_PITCH.read(folder, "icassp_2022/nmp.onnx")
    rate, tensor, size, overlap = 22_050, "serving_default_input_2:0", 43_844, 30 * 256
    samples = voice(3 * rate, rate)
    frames = list(_frames(samples, size, size - overlap, overlap // 2))
    told = [Plain(model).run({tensor: frame[None, :, None]}) for frame in frames]
    names = {"notes": "StatefulPartitionedCall:1", "onsets": "StatefulPartitionedCall:2"}
    cut = Windows(tensor, size=size, step=size - overlap, before=overlap // 2, axis=1, axis_out=1, trim=15)
    return Prepared(
        model,
        [Audio("recording", tensor=tensor, rate_hz=rate, layout="NTC")],
        [Series(name, tensor=answered, rate_hz=rate / 256, layout="NTC") for name, answered in names.items()],
        {"recording": wav(samples, rate)},
        {name: np.concatenate([each[answered][0, 15:-15] for each in told]).T for name, answered in names.items()},
        steps=[Step("listen", windows=cut)],
    )


_QUALITIES = ["signal", "background", "overall"]


def _quality(file: str, names: list[str]) -> Callable[[Path], Prepared]:
    """From 9.01 s of samples."""

    def prepare(folder: Path) -> Prepared:
        model = SPEECHMOS.read(folder, file)
        samples = voice(round(9.2 * RATE), RATE)
        (scores,) = Plain(model)(input_1=samples[None, :144_160]).values()
        return _judged(model, Audio("call", tensor="input_1", rate_hz=RATE, seconds=9.01), samples, names, scores)

    return prepare


def _quality_of_spectrum(file: str, names: list[str]) -> Callable[[Path], Prepared]:
    """From 901 frames of the logarithm of the power, 321 samples each, every 160."""

    def prepare(folder: Path) -> Prepared:
        model = SPEECHMOS.read(folder, file)
        samples = voice(144_160, RATE)
        around = np.pad(samples.astype(np.float64), 160)
        shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(321) / 321)
        rows = [np.abs(np.fft.rfft(around[160 * at : 160 * at + 321] * shape)) ** 2 for at in range(901)]
        power = np.log10(np.maximum(np.stack(rows), 1e-12)).astype(np.float32)
        (scores,) = Plain(model)(input_1=power[None]).values()
        audio = Audio(
            "call",
            tensor="input_1",
            rate_hz=RATE,
            seconds=9.01,
            representation="spectrogram",
            n_fft=321,
            hop=160,
            power=2,
            padding="zeros",
            log="log10",
            floor=1e-12,
            layout="NTF",
        )
        return _judged(model, audio, samples, names, scores)

    return prepare


def _judged(model: bytes, audio: Audio, samples: Array, names: list[str], scores: Array) -> Prepared:
    outputs: list[Field] = [Number("overall")] if names == ["overall"] else [Label("quality", classes=names)]
    told = dict(zip(names, map(float, scores[0]), strict=True))
    expected = {"overall": told["overall"]} if names == ["overall"] else {"quality": told}
    return Prepared(model, [audio], outputs, {"call": wav(samples, RATE)}, expected)


def _wake(file: str, tensor: str, frames: int, words: list[str]) -> Callable[[Path], Prepared]:
    """Mel bands, of which a network makes 96 numbers every 80 ms, of which another hears the words."""

    def prepare(folder: Path) -> Prepared:
        bands, numbers, model = (
            WAKEWORD.read(folder, f"models/{name}.onnx") for name in ("melspectrogram", "embedding_model", file)
        )
        samples = voice(5 * RATE, RATE)
        mel = next(iter(Plain(bands)(input=samples[None] * np.float32(32_768)).values())).reshape(-1, 32) / 10 + 2
        mel = mel.astype(np.float32)
        windows = np.stack([mel[at : at + 76] for at in range(0, len(mel) - 75, 8)])[..., None]
        heard = np.concatenate([next(iter(Plain(numbers)(input_1=each[None]).values())) for each in windows])
        heard = heard.reshape(-1, 96)
        plain = Plain(model)
        told = [plain.run({tensor: heard[None, at : at + frames]}) for at in range(len(heard) - frames + 1)]
        (answered,) = told[0]
        steps = [
            Step("bands", file="melspectrogram.onnx"),
            Step(
                "numbers",
                file="embedding_model.onnx",
                feeds=[Feed("input_1", "bands", "output", shape=(1, -1, 32, 1), scale=0.1, offset=2.0)],
                windows=Windows("input_1", size=76, step=8, axis=1, whole=True),
            ),
            Step(
                "words",
                file="model.onnx",
                feeds=[Feed(tensor, "numbers", "conv2d_19", shape=(1, -1, 96))],
                windows=Windows(tensor, size=frames, step=1, axis=1, whole=True),
            ),
        ]
        return Prepared(
            model,
            [Audio("recording", tensor="input", rate_hz=RATE, scale=32_768)],
            [Series("heard", tensor=answered, rate_hz=12.5, leads=words, layout="NTC")],
            {"recording": wav(samples, RATE)},
            {"heard": np.concatenate([each[answered] for each in told]).T},
            {"melspectrogram.onnx": bands, "embedding_model.onnx": numbers},
            steps,
        )

    return prepare


_STATE = {"state": ("stateN", (2, 1, 128))}
_CELL = {name: (f"{name}n", (2, 1, 64)) for name in ("h", "c")}
_WINDOWS = "a recording in windows, a state carried between them"
_CHAIN = "three models, the second and third in windows of what the one before answered"
CASES = [
    Case("Silero VAD 6", SILERO, f"{_WINDOWS}, a constant", _speech(SILERO, "silero_vad.onnx", state=_STATE)),
    Case(
        "Silero VAD 6, without branches",
        SILERO,
        f"{_WINDOWS}, a constant",
        _speech(SILERO, "silero_vad_op18_ifless.onnx", state=_STATE),
    ),
    Case("Silero VAD 6, 16 bits", SILERO, _WINDOWS, _speech(SILERO, "silero_vad_half.onnx", state=_STATE, rate=False)),
    Case("Silero VAD 6, sequence", SILERO, "a recording in windows, all in one call", _sequence),
    Case("Silero VAD 5", RICKY, f"{_WINDOWS}, a constant", _speech(RICKY, "silero_vad_v5.onnx", state=_STATE)),
    Case(
        "Silero VAD 4",
        RICKY,
        f"{_WINDOWS}, a constant",
        _speech(RICKY, "silero_vad_legacy.onnx", window=(1536, 1536, 0), state=_CELL),
    ),
    Case(
        "Akiki VAD",
        AKIKI,
        _WINDOWS,
        _speech(
            AKIKI,
            "akiki-vad.onnx",
            tensors=("audio_with_context", "probability"),
            window=(576, 256, 320),
            state={"h": ("h_out", (1, 1, 128))},
            rate=False,
            layout="NT",
        ),
    ),
    Case("SwiftF0", SWIFT_F0, "a recording, two constants", _pitch),
    Case("Basic Pitch", BASIC_PITCH, "a recording in windows that overlap, their ends cut off", _notes),
    Case("DNSMOS", SPEECHMOS, "9.01 s of a recording", _quality("dnsmos_models/sig_bak_ovr.onnx", _QUALITIES)),
    Case(
        "DNSMOS, personal", SPEECHMOS, "9.01 s of a recording", _quality("pdnsmos_models/sig_bak_ovr.onnx", _QUALITIES)
    ),
    Case(
        "DNSMOS of spectra",
        SPEECHMOS,
        "a spectrogram’s logarithm",
        _quality_of_spectrum("dnsmos_models/bak_ovr.onnx", ["background", "overall", "third"]),
    ),
    Case("openWakeWord, hey Jarvis", WAKEWORD, _CHAIN, _wake("hey_jarvis_v0.1", "x.1", 16, ["hey Jarvis"])),
    Case("openWakeWord, weather", WAKEWORD, _CHAIN, _wake("weather_v0.1", "onnx::Flatten_0", 22, ["weather"])),
]
