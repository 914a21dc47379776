"""What each kind of input and output can be set to, in the words of a page."""

from .finding_settings import BOXES, MASK, POINTS, SPANS
from .picture_settings import PICTURE, PICTURE_ANSWER, STUDY
from .setting import ACTIVATION, CLASSES, DTYPE, DTYPES, LABELS, SCALED, UNIT, Setting, same, yes_no
from .signal_settings import AUDIO, AUDIO_ANSWER, SERIES, SERIES_ANSWER

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
    "vector": "Vector",
    "audio": "Recording",
    "series": "Series",
    "table": "Row by row",
}

_NUMBER = (
    Setting("minimum", "Least", "number", default=None),
    Setting("maximum", "Most", "number", default=None),
    UNIT,
    Setting("default", "Where nothing is given", "number", default=None),
    DTYPE,
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
    DTYPE,
)
SETTINGS: dict[tuple[str, str], tuple[Setting, ...]] = {
    ("inputs", "image"): PICTURE,
    ("inputs", "sketch"): PICTURE,
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
        DTYPE,
    ),
    ("inputs", "dicom"): STUDY,
    ("inputs", "bytes"): (
        Setting("first", "Bytes of the beginning", "whole", "Both 0: all of the file.", default=0),
        Setting("last", "Bytes of the end", "whole", default=0),
        Setting("block", "Looked for in", "whole", "So many bytes at either end.", default=25_000_000),
        Setting("strip", "White space at both ends", "flag", "", (("no", "Is kept"), ("yes", "Is left out")), False),
        Setting("fill", "What is missing is", "number", "As the model was trained: 256, for example.", default=0.0),
        Setting("dtype", "Type of the tensor", "choice", choices=same(*DTYPES), default="uint8"),
    ),
    ("outputs", "label"): (
        CLASSES,
        LABELS,
        ACTIVATION,
    ),
    ("outputs", "number"): (
        UNIT,
        *SCALED,
    ),
    ("outputs", "text"): (
        CLASSES,
        LABELS,
        Setting(
            "decode",
            "What the model answers",
            "choice",
            "",
            (("value", "The text, or its class"), ("ctc", "Scores of each character, step by step (CTC)")),
            "value",
        ),
        Setting("blank", "Index of the blank", "whole", "Among the model’s classes; leave it out above.", default=0),
        yes_no("space", "A space follows the last class"),
        Setting("layout", "Layout of the scores", "choice", "N cases, T steps, C classes.", same("NTC", "TNC"), "NTC"),
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
        CLASSES,
        LABELS,
        ACTIVATION,
        UNIT,
        *SCALED,
    ),
    ("outputs", "audio"): AUDIO_ANSWER,
    ("outputs", "series"): SERIES_ANSWER,
    ("outputs", "image"): PICTURE_ANSWER,
    ("outputs", "mask"): MASK,
    ("outputs", "boxes"): BOXES,
    ("outputs", "points"): POINTS,
    ("outputs", "spans"): SPANS,
    ("outputs", "json"): (),
    ("outputs", "vector"): (
        Setting(
            "pooling",
            "What the model answers",
            "choice",
            "",
            (
                ("none", "The vector"),
                ("mean", "Vectors of tokens or patches: their mean"),
                ("first", "Vectors of tokens or patches: the first"),
            ),
            "none",
        ),
        yes_no("l2", "Brought to length one (L2)"),
        Setting(
            "input", "Averaged over the tokens of", "text", "The name of a text; empty is the first with a tokenizer."
        ),
    ),
}
"""By (side, kind)."""

NAMES = (
    Setting("name", "Name", "text", "How people and programs call it."),
    Setting("title", "Title on the page", "text"),
    Setting("help", "One line of help", "text"),
)
