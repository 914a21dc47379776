"""What each kind of input and output can be set to, in the words of a page."""

from .setting import DTYPE as _DTYPE
from .setting import DTYPES, Setting
from .setting import UNIT as _UNIT
from .setting import same as _same
from .signal_settings import AUDIO, AUDIO_ANSWER, SERIES, SERIES_ANSWER

LAYOUTS = ("NCHW", "NHWC", "NHW")


def _yes_no(key: str, label: str, hint: str = "", *, default: bool = False) -> Setting:
    return Setting(key, label, "flag", hint, (("no", "No"), ("yes", "Yes")), default)


_FOUND = Setting("input", "Lies in the input", "text", "Its name; empty is the first that it can be.")
_LAYOUT = Setting(
    "layout",
    "Layout",
    "choice",
    "N cases, C channels, H height, W width.",
    _same(*LAYOUTS),
    "NCHW",
)
_MODE = Setting("mode", "Colours", "choice", "", (("L", "Grey, one channel"), ("RGB", "Colour, three channels")), "RGB")
_INTERPOLATION = Setting(
    "interpolation", "Interpolation", "choice", "", _same("bilinear", "nearest", "bicubic", "area"), "bilinear"
)
_SCORES_TENSOR = Setting("scores_tensor", "Tensor of the scores", "text", "Where they are a tensor of their own.")

INPUT_KINDS: dict[str, str] = {
    "image": "Image",
    "sketch": "Sketch",
    "audio": "Recording",
    "series": "Series",
    "text": "Text",
    "number": "Number",
    "choice": "Choice",
    "table": "Table row",
    "dicom": "DICOM study",
    "bytes": "File",
    "table_file": "Table file",
}
OUTPUT_KINDS: dict[str, str] = {
    "label": "Label",
    "number": "Number",
    "text": "Text",
    "image": "Image",
    "mask": "Mask",
    "boxes": "Boxes",
    "points": "Points",
    "spans": "Spans of a text",
    "json": "JSON",
    "audio": "Recording",
    "series": "Series",
    "table": "Row by row",
}

_IMAGE = (
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
    Setting("mean", "Mean", "numbers", "Subtracted after scaling: one value, or one a channel.", default=[0.0]),
    Setting("std", "Standard deviation", "numbers", "Divided by at last.", default=[1.0]),
    _LAYOUT,
    Setting("order", "Order of the channels", "choice", "", _same("RGB", "BGR"), "RGB"),
    _DTYPE,
)
_DICOM = (
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
    Setting("mean", "Mean", "numbers", "Subtracted after scaling: one value, or one a channel.", default=[0.0]),
    Setting("std", "Standard deviation", "numbers", "Divided by at last.", default=[1.0]),
    Setting(
        "layout",
        "Layout",
        "choice",
        "N cases, C channels, D frames of a volume, H height, W width.",
        _same("NCHW", "NHWC", "NHW", "NCDHW", "NDHWC", "NDHW"),
        "NCHW",
    ),
    _DTYPE,
)
_NUMBER = (
    Setting("minimum", "Least", "number", default=None),
    Setting("maximum", "Most", "number", default=None),
    _UNIT,
    Setting("default", "Where nothing is given", "number", default=None),
    _DTYPE,
)
_CHOICE = (
    Setting("choices", "Choices", "lines", "One a line, in the order that the model knows them."),
    Setting("default", "Where nothing is given", "text", default=None),
    Setting(
        "dtype",
        "Given to the model as",
        "choice",
        "",
        (
            ("string", "its text"),
            ("int64", "its index, int64"),
            ("int32", "its index, int32"),
            ("float32", "its index, float32"),
        ),
        "string",
    ),
)
_COLUMNS = (
    Setting(
        "columns",
        "Columns",
        "columns",
        "One a line: name; unit; least; most; where nothing is given; choices with | between. Only the name must be.",
    ),
    _DTYPE,
)
_LABELS = Setting(
    "labels",
    "Classes come from",
    "text",
    "A file of the upload, as labels.txt, or metadata:KEY; it is read when the version is inspected.",
)
_CLASSES = Setting("classes", "Classes", "lines", "One a line, in the order of the model’s scores.", default=[])
_ACTIVATION = Setting(
    "activation",
    "What the scores are",
    "choice",
    "",
    (
        ("none", "Probabilities already"),
        ("softmax", "Logits of classes that exclude each other (softmax)"),
        ("sigmoid", "Logits, each on its own (sigmoid)"),
    ),
    "none",
)
_RELATIVE = _yes_no("relative", "In fractions of the model’s picture", "No: in its pixels.")
_BOXES = (
    _CLASSES,
    Setting(
        "layout",
        "How the model gives them",
        "choice",
        "M boxes, C classes.",
        (
            ("separate", "Boxes, scores and labels as tensors of their own"),
            ("rows", "One tensor, a row a box: M × (4 + C)"),
            ("columns", "One tensor, a column a box: (4 + C) × M"),
            ("detections", "One tensor, rows of box, score, class: M × 6"),
        ),
        "separate",
    ),
    _SCORES_TENSOR,
    Setting("labels_tensor", "Tensor of the labels", "text", "Indices of the classes, where there are any."),
    Setting(
        "format",
        "The four numbers",
        "choice",
        "",
        (
            ("xyxy", "Two corners: x, y, x, y"),
            ("xywh", "Corner and size: x, y, width, height"),
            ("cxcywh", "Centre and size: x, y, width, height"),
            ("yxyx", "Two corners, y first: y, x, y, x"),
        ),
        "xyxy",
    ),
    _RELATIVE,
    _yes_no("objectness", "A score for all classes stands behind the four", "Each class’s is multiplied with it."),
    _ACTIVATION,
    _yes_no("background", "The first class is the background"),
    Setting("score_threshold", "Least score", "number", "Boxes below it are left out.", default=0.25),
    Setting(
        "iou_threshold",
        "Most overlap",
        "number",
        "Of two boxes of one class that share more of their area, the lower goes; 1 keeps all.",
        default=0.45,
    ),
    Setting("most", "Most boxes", "whole", default=100),
    _LABELS,
    _FOUND,
)
_POINTS = (
    Setting("classes", "Names", "lines", "One a line, in the order of the model’s points.", default=[]),
    Setting(
        "layout",
        "How the model gives them",
        "choice",
        "",
        (("rows", "A row a point: x and y, or x, y and score"), ("heatmaps", "A map a point, highest at its place")),
        "rows",
    ),
    _SCORES_TENSOR,
    Setting("order", "The two numbers", "choice", "", (("xy", "x, y"), ("yx", "y, x")), "xy"),
    _RELATIVE,
    Setting(
        "activation",
        "What the scores are",
        "choice",
        "",
        (("none", "As they should be shown"), ("sigmoid", "Logits (sigmoid)")),
        "none",
    ),
    Setting("score_threshold", "Least score", "number", "Points below it are left out.", default=0.0),
    _LABELS,
    _FOUND,
)
_SPANS = (
    _CLASSES,
    Setting("labels_tensor", "Tensor of the labels", "text", "Indices of the classes, where they stand by themselves."),
    _SCORES_TENSOR,
    Setting("unit", "Start and end count", "choice", "", _same("code points", "bytes"), "code points"),
    Setting("score_threshold", "Least score", "number", "Spans below it are left out.", default=0.0),
    _LABELS,
    _FOUND,
)
_MASK = (
    Setting("classes", "Classes", "lines", "One a line, without the background, in the model’s order.", default=[]),
    Setting(
        "channels",
        "What the model gives",
        "choice",
        "",
        (("scores", "Scores, a plane a class"), ("indices", "The class of each pixel as a number")),
        "scores",
    ),
    _yes_no("background", "The first plane, or number 0, is the background", default=True),
    _ACTIVATION,
    Setting(
        "threshold",
        "Least score",
        "number",
        "A pixel below it is background. Empty: 0.5 without a background of the model’s own, none with one.",
        default=None,
    ),
    _LAYOUT,
    _yes_no("resize_back", "Brought back to the original’s size and frame", default=True),
    _LABELS,
    _FOUND,
)

SETTINGS: dict[tuple[str, str], tuple[Setting, ...]] = {
    ("inputs", "image"): _IMAGE,
    ("inputs", "sketch"): _IMAGE,
    ("inputs", "audio"): AUDIO,
    ("inputs", "series"): SERIES,
    ("inputs", "text"): (
        Setting("max_length", "Most characters", "whole", default=10_000),
        Setting("default", "Where nothing is given", "text", default=None),
        Setting("tokenizer", "Tokenizer", "text", "A file of the upload, as tokenizer.json; empty gives it the text."),
        Setting("max_tokens", "Cut to tokens", "whole", "Special tokens included.", default=None),
        Setting("pad_to", "Filled up to tokens", "whole", default=None),
        Setting("pad", "With the token", "text", default="[PAD]"),
        Setting("mask", "Tensor of the mask", "text", "Empty where it is called attention_mask, or is not there."),
        Setting("types", "Tensor of the parts", "text", "Empty where it is called token_type_ids, or is not there."),
    ),
    ("inputs", "number"): _NUMBER,
    ("inputs", "choice"): _CHOICE,
    ("inputs", "table"): _COLUMNS,
    ("inputs", "table_file"): (
        Setting(
            "columns",
            "Columns",
            "columns",
            "One a line, found in the file by its name: name; unit; least; most; where nothing is given; choices with "
            "| between; number or text; tensor; yes where cells may be empty.",
        ),
        Setting("max_rows", "Most rows", "whole", default=1000),
        Setting(
            "tensors",
            "Given as",
            "choice",
            "",
            (("one", "One tensor of rows and columns"), ("columns", "A tensor for each column")),
            "one",
        ),
        _DTYPE,
    ),
    ("inputs", "dicom"): _DICOM,
    ("inputs", "bytes"): (
        Setting("first", "Bytes of the beginning", "whole", "Both 0: all of the file.", default=0),
        Setting("last", "Bytes of the end", "whole", default=0),
        Setting("block", "Looked for in", "whole", "So many bytes at either end.", default=25_000_000),
        Setting("strip", "White space at both ends", "flag", "", (("no", "Is kept"), ("yes", "Is left out")), False),
        Setting("fill", "What is missing is", "number", "As the model was trained: 256, for example.", default=0.0),
        Setting("dtype", "Type of the tensor", "choice", choices=_same(*DTYPES), default="uint8"),
    ),
    ("outputs", "label"): (
        _CLASSES,
        _LABELS,
        _ACTIVATION,
    ),
    ("outputs", "number"): (
        _UNIT,
        Setting("scale", "Multiplied by", "number", default=1.0),
        Setting("offset", "Then added", "number", default=0.0),
    ),
    ("outputs", "text"): (
        _CLASSES,
        _LABELS,
        Setting(
            "decode",
            "What the model answers",
            "choice",
            "",
            (("value", "The text, or its class"), ("ctc", "Scores of each character, step by step (CTC)")),
            "value",
        ),
        Setting("blank", "Index of the blank", "whole", "Among the model’s classes; leave it out above.", default=0),
        _yes_no("space", "A space follows the last class"),
        Setting("layout", "Layout of the scores", "choice", "N cases, T steps, C classes.", _same("NTC", "TNC"), "NTC"),
    ),
    ("outputs", "table"): (
        Setting("input", "Answers the rows of", "text", "The name of a table file; empty is the first."),
        Setting(
            "each",
            "To each row",
            "choice",
            "",
            (("number", "A number"), ("label", "The best class and its score"), ("text", "A text, or a class")),
            "number",
        ),
        _CLASSES,
        _LABELS,
        _ACTIVATION,
        _UNIT,
        Setting("scale", "Multiplied by", "number", default=1.0),
        Setting("offset", "Then added", "number", default=0.0),
    ),
    ("outputs", "audio"): AUDIO_ANSWER,
    ("outputs", "series"): SERIES_ANSWER,
    ("outputs", "image"): (
        Setting("mode", "Colours", "choice", "", _MODE.choices, "L"),
        Setting("scale", "Multiplied by", "number", default=255.0),
        Setting("offset", "Then added", "number", default=0.0),
        _LAYOUT,
    ),
    ("outputs", "mask"): _MASK,
    ("outputs", "boxes"): _BOXES,
    ("outputs", "points"): _POINTS,
    ("outputs", "spans"): _SPANS,
    ("outputs", "json"): (),
}
"""By (side, kind)."""

NAMES = (
    Setting("name", "Name", "text", "How people and programs call it."),
    Setting("title", "Title on the page", "text"),
    Setting("help", "One line of help", "text"),
)
