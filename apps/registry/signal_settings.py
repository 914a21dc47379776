"""What recordings and series can be set to, in the words of a page."""

from .setting import DTYPE, SCALED, UNIT, Setting, folded, same

_LONGEST = Setting("max_seconds", "At most, in seconds", "number", "Longer ones are refused.", default=None)
_EXACT = Setting(
    "seconds",
    "Exactly, in seconds",
    "number",
    "Shorter ones are followed by zeros, of longer ones the beginning is given.",
    default=None,
)
_NORMALISED = Setting(
    "normalise",
    "Normalised",
    "choice",
    "Each case, each lead on its own.",
    (("none", "No"), ("case", "To mean 0 and deviation 1"), ("peak", "To a largest magnitude of 1")),
    "none",
)
_PREPARED = "How it is prepared"
_SCALE = Setting("scale", "Scale", "number", "Values are multiplied by it.", default=1.0)
_LOG = (("none", "No"), ("ln", "Natural"), ("log10", "Base 10"), ("db", "Decibels"))

AUDIO = (
    Setting("rate_hz", "Samples a second", "whole", "It is resampled to it. Empty keeps its own rate.", default=None),
    Setting("channels", "Channels", "whole", "1 is the mean of all, 2 are left and right.", default=1),
    Setting(
        "representation",
        "Given as",
        "choice",
        "",
        (("waveform", "Its samples, −1 to 1"), ("spectrogram", "A spectrogram"), ("mel", "A mel spectrogram")),
        "waveform",
    ),
    _LONGEST,
    *folded(
        "The spectrogram",
        Setting("n_fft", "Samples of a frame", "whole", default=400),
        Setting("hop", "Samples from frame to frame", "whole", default=160),
        Setting("window", "Window", "choice", "Periodic.", same("hann", "hamming", "blackman", "rectangular"), "hann"),
        Setting("window_length", "Samples of the window", "whole", "Empty is a whole frame.", default=None),
        Setting("centre", "Frames are centred", "flag", "", (("yes", "Yes"), ("no", "No")), True),
        Setting(
            "padding", "Beyond its ends", "choice", "Where frames are centred.", same("reflect", "zeros"), "reflect"
        ),
        Setting("power", "Power", "whole", "1 magnitudes, 2 their squares.", default=2),
        Setting("bands", "Mel bands", "whole", default=80),
        Setting("low_hz", "From, in Hz", "number", default=0.0),
        Setting("high_hz", "To, in Hz", "number", "Empty is half the rate.", default=None),
        Setting("mel_scale", "Mel scale", "choice", "", (("slaney", "Slaney (librosa)"), ("htk", "HTK")), "slaney"),
        Setting("mel_norm", "Area of a band", "choice", "", (("slaney", "1 (Slaney)"), ("none", "As it is")), "slaney"),
        Setting("log", "Logarithm", "choice", "", _LOG, "none"),
        Setting("floor", "Least value before it", "number", default=1e-10),
        Setting(
            "floor_by",
            "That least is",
            "choice",
            "",
            (("least", "The lowest value"), ("added", "Added to each")),
            "least",
        ),
        Setting("range", "Range", "number", "What lies further below the largest is raised to that.", default=None),
    ),
    *folded(
        _PREPARED,
        _EXACT,
        _NORMALISED,
        _SCALE,
        Setting("mean", "Mean", "number", "Subtracted after scaling.", default=0.0),
        Setting("std", "Standard deviation", "number", "Divided by at last.", default=1.0),
        Setting(
            "layout",
            "Layout",
            "choice",
            "N cases, C channels, F frequencies, T time.",
            (("", "Usual"), *same("NT", "NCT", "NTC", "NFT", "NTF", "NCFT", "NCTF")),
            "",
        ),
        DTYPE,
    ),
)
SERIES = (
    Setting("rate_hz", "Samples a second", "number", "It is resampled to it. Empty keeps its own rate.", default=None),
    Setting("leads", "Leads", "lines", "One a line, in the model’s order. Empty takes all.", default=[]),
    UNIT,
    _LONGEST,
    *folded(
        _PREPARED,
        _EXACT,
        _NORMALISED,
        _SCALE,
        Setting("mean", "Mean", "numbers", "One value, or one a lead.", default=[0.0]),
        Setting("std", "Standard deviation", "numbers", "One value, or one a lead.", default=[1.0]),
        Setting("layout", "Layout", "choice", "N cases, C leads, T time.", same("NCT", "NTC", "NT"), "NCT"),
        DTYPE,
    ),
)
AUDIO_ANSWER = (
    Setting("rate_hz", "Samples a second", "whole", default=16_000),
    Setting("scale", "Multiplied by", "number", "Then cut to −1 to 1.", default=1.0),
    Setting("layout", "Layout", "choice", "N cases, C channels, T time.", same("NT", "NCT", "NTC"), "NT"),
)
SERIES_ANSWER = (
    Setting("rate_hz", "Samples a second", "number", default=1.0),
    Setting("leads", "Leads", "lines", "One a line. Empty numbers them.", default=[]),
    UNIT,
    *SCALED,
    Setting("layout", "Layout", "choice", "N cases, C leads, T time.", same("NCT", "NTC", "NT"), "NCT"),
)
