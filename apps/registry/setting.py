"""One property that a field of an interface can be set to."""

from dataclasses import dataclass, replace
from typing import Literal

Shape = Literal["text", "number", "whole", "choice", "lines", "numbers", "size", "columns", "flag", "window"]

DTYPES = ("float32", "float16", "float64", "uint8", "int32", "int64", "string", "bool")


@dataclass(frozen=True, slots=True)
class Setting:
    """One property of a field of an interface. shape: how it is typed in; default: what is meant by leaving it out.

    part: what the form calls those that it folds away together; "" for what everybody should look at.
    """

    key: str
    label: str
    shape: Shape
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: object = ""
    part: str = ""


def folded(part: str, *settings: Setting) -> tuple[Setting, ...]:
    return tuple(replace(setting, part=part) for setting in settings)


def same(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value) for value in values)


def yes_no(key: str, label: str, hint: str = "", *, default: bool = False) -> Setting:
    return Setting(key, label, "flag", hint, (("no", "No"), ("yes", "Yes")), default)


DTYPE = Setting("dtype", "Type of the tensor", "choice", choices=same(*DTYPES), default="float32")
SCALED = (
    Setting("scale", "Multiplied by", "number", default=1.0),
    Setting("offset", "Then added", "number", default=0.0),
)
UNIT = Setting("unit", "Unit", "text", "Shown beside the number, as mmHg.")
LAYOUT = Setting(
    "layout",
    "Layout",
    "choice",
    "N cases, C channels, H height, W width.",
    same("NCHW", "NHWC", "NHW"),
    "NCHW",
)
CLASSES = Setting("classes", "Classes", "lines", "One a line, in the order of the model’s scores.", default=[])
LABELS = Setting(
    "labels",
    "Classes come from",
    "text",
    "A file of the upload, as labels.txt, or metadata:KEY; it is read when the version is inspected.",
)
ACTIVATION = Setting(
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
