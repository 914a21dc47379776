"""Share a model from a notebook, and read what experts say about it.

from atrium_client import Atrium, Card, Image, Label

project = Atrium().project("echo-views", create=True)
version = project.upload("view-classifier", model, inputs=[Image("frame", size=(224, 224), mode="L")],
                         outputs=[Label("view", classes=names, activation="softmax")], example=[frame])
link = version.deploy().share(role="review", label="Cardiology")
for thread in project.inbox():
    print(thread.flag)
"""

from ._version import __version__
from .analyses import Found, Slice, Slices, View
from .answers import Answer, AudioResult, ImageResult, LabelResult, NumberResult, SeriesResult, TextResult
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
from .explanations import Cost, Explanation
from .fields import Bytes, Card, Choice, Column, Dicom, Image, Label, Number, Sketch, Table, TableFile, Text
from .findings import BoxesResult, JsonResult, MaskResult, PointsResult, SpansResult
from .functions import Call, Cancelled
from .links import Link
from .named import Named
from .places import Boxes, Json, Mask, Points, Spans
from .projects import Project
from .quarantine import Held
from .runs import Run
from .serving import Served
from .signals import Audio, Series
from .sounds import Signal, Sound
from .steps import Carried, Constant, Crop, Feed, Step, Windows
from .suites import Expected, Suite, SuiteReport
from .tables import TableResult
from .threads import Flag, Inbox, Message, Thread
from .versions import Version

__all__ = [
    "Answer",
    "Atrium",
    "AtriumError",
    "Audio",
    "AudioResult",
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
    "Spans",
    "SpansResult",
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
    "Version",
    "View",
    "Windows",
    "__version__",
]
