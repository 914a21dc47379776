"""Share a model from a notebook, and read what experts say about it.

    from atrium_client import Atrium, Card, Image, Label

    project = Atrium().project("echo-views", create=True)
    version = project.upload("view-classifier", model, inputs=[Image("frame", size=(224, 224), mode="L")],
                             outputs=[Label("view", classes=names, activation="softmax")], example=[frame])
    endpoint = version.deploy()
    link = endpoint.share(role="review", label="Cardiology")
    answer = endpoint.predict("case.png")
    for thread in project.inbox():
        print(thread.flag)

Everything begins with `Atrium`: a `Project` holds models (`Version`), what serves them (`Endpoint`, `Link`, `Example`),
what was said (`Inbox`, `Thread`, `Flag`, `Suite`, `Comparison`) and tables (`DatasetVersion`). Inputs and outputs are
declared by `Image`, `Audio`, `Series`, `Dicom`, `Text`, `Number`, `Choice`, `Table`, `Label` and their like. An
`Answer` holds one result for each output. What goes wrong is an `AtriumError` that says what to do.
"""

from ._version import __version__
from .analyses import Found, Slice, Slices, View
from .answers import Answer
from .atrium import Atrium
from .comparisons import Comparison, Results
from .datasets import DatasetVersion
from .endpoints import Endpoint
from .errors import (
    AtriumError,
    Conflict,
    ExportDiffers,
    Failed,
    FieldProblem,
    Invalid,
    NotFound,
    NotPermitted,
    QuotaExceeded,
    Rejected,
    Unavailable,
)
from .examples import Example
from .explanations import Cost, Explanation
from .fields import Bytes, Card, Choice, Column, Dicom, Image, Label, Number, Sketch, Table, TableFile, Text
from .findings import Box, BoxesResult, JsonResult, MaskClass, MaskResult, PointsResult, Span, SpansResult, Spot
from .flags import Flag
from .functions import Call, Cancelled
from .inbox import Inbox
from .links import Link
from .named import Named
from .places import Boxes, Json, Mask, Points, Spans
from .projects import Project
from .quarantine import Held
from .results import AudioResult, ImageResult, LabelResult, NumberResult, SeriesResult, TextResult
from .runs import Run
from .serving import Served
from .signals import Audio, Series
from .sounds import Signal, Sound
from .steps import Carried, Constant, Crop, Feed, Step, Windows
from .suites import Expected, Suite, SuiteReport
from .tables import TableResult
from .threads import Message, Thread
from .vectors import Vector
from .versions import Version
from .webhooks import Webhook

__all__ = [
    "Answer",
    "Atrium",
    "AtriumError",
    "Audio",
    "AudioResult",
    "Box",
    "Boxes",
    "BoxesResult",
    "Bytes",
    "Call",
    "Cancelled",
    "Card",
    "Carried",
    "Choice",
    "Column",
    "Comparison",
    "Conflict",
    "Constant",
    "Cost",
    "Crop",
    "DatasetVersion",
    "Dicom",
    "Endpoint",
    "Example",
    "Expected",
    "Explanation",
    "ExportDiffers",
    "Failed",
    "Feed",
    "FieldProblem",
    "Flag",
    "Found",
    "Held",
    "Image",
    "ImageResult",
    "Inbox",
    "Invalid",
    "Json",
    "JsonResult",
    "Label",
    "LabelResult",
    "Link",
    "Mask",
    "MaskClass",
    "MaskResult",
    "Message",
    "Named",
    "NotFound",
    "NotPermitted",
    "Number",
    "NumberResult",
    "Points",
    "PointsResult",
    "Project",
    "QuotaExceeded",
    "Rejected",
    "Results",
    "Run",
    "Series",
    "SeriesResult",
    "Served",
    "Signal",
    "Sketch",
    "Slice",
    "Slices",
    "Sound",
    "Span",
    "Spans",
    "SpansResult",
    "Spot",
    "Step",
    "Suite",
    "SuiteReport",
    "Table",
    "TableFile",
    "TableResult",
    "Text",
    "TextResult",
    "Thread",
    "Unavailable",
    "Vector",
    "Version",
    "View",
    "Webhook",
    "Windows",
    "__version__",
]
