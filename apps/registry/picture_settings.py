"""What pictures and studies can be set to, in the words of a page."""

from .setting import DTYPE, LAYOUT, Setting, same

_MODE = Setting("mode", "Colours", "choice", "", (("L", "Grey, one channel"), ("RGB", "Colour, three channels")), "RGB")
_INTERPOLATION = Setting(
    "interpolation", "Interpolation", "choice", "", same("bilinear", "nearest", "bicubic", "area"), "bilinear"
)
_NORMALISED = (
    Setting("mean", "Mean", "numbers", "Subtracted after scaling: one value, or one a channel.", default=[0.0]),
    Setting("std", "Standard deviation", "numbers", "Divided by at last.", default=[1.0]),
)
PICTURE = (
    Setting(
        "size", "Height and width", "size", "In pixels, as 224 × 224. Empty keeps the picture’s own.", default=None
    ),
    Setting(
        "resize",
        "How it is resized",
        "choice",
        "",
        (
            ("stretch", "Stretch"),
            ("fit", "Fit, pad with black"),
            ("cover", "Cover, crop the centre"),
            ("height", "To the height, fill at the right"),
        ),
        "stretch",
    ),
    Setting(
        "free_width",
        "A wider one",
        "flag",
        "Where it is brought to the height.",
        (("no", "Is squeezed into the width"), ("yes", "Stays as wide as it is")),
        False,
    ),
    _INTERPOLATION,
    Setting("multiple_of", "Sides are multiples of", "whole", "Where no size is given.", default=1),
    _MODE,
    Setting("scale", "Scale", "number", "Pixels 0 to 255 are multiplied by it; 1/255 is understood.", default=1.0),
    *_NORMALISED,
    LAYOUT,
    Setting("order", "Order of the channels", "choice", "", same("RGB", "BGR"), "RGB"),
    DTYPE,
)
STUDY = (
    Setting(
        "frames",
        "Frames",
        "choice",
        "",
        (
            ("first", "The first one"),
            ("each", "Each one alone; the answers are averaged"),
            ("volume", "All of them in one tensor"),
        ),
        "first",
    ),
    Setting("depth", "Frames of a volume", "whole", "Picked evenly. Empty gives all of them.", default=None),
    Setting("size", "Height and width", "size", "In pixels, as 512 × 512. Empty keeps the study’s own.", default=None),
    _INTERPOLATION,
    Setting("mode", "Colours", "choice", "", _MODE.choices, "L"),
    Setting(
        "hu",
        "Values",
        "flag",
        "",
        (("yes", "Rescaled by the file: Hounsfield units of CT"), ("no", "As they are stored")),
        True,
    ),
    Setting(
        "window",
        "Window",
        "window",
        "Centre / width, as 40 / 400: becomes 0 to 1. Empty gives all values.",
        default=None,
    ),
    Setting("scale", "Scale", "number", "Values are multiplied by it.", default=1.0),
    *_NORMALISED,
    Setting(
        "layout",
        "Layout",
        "choice",
        "N cases, C channels, D frames of a volume, H height, W width.",
        same("NCHW", "NHWC", "NHW", "NCDHW", "NDHWC", "NDHW"),
        "NCHW",
    ),
    DTYPE,
)
PICTURE_ANSWER = (
    Setting("mode", "Colours", "choice", "", _MODE.choices, "L"),
    Setting("scale", "Multiplied by", "number", default=255.0),
    Setting("offset", "Then added", "number", default=0.0),
    LAYOUT,
)
