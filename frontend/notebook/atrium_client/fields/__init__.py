"""The typed inputs and outputs of a model, and its card, as a notebook writes them.

`Image`, `Text` and `Number` serve on both sides: the place decides, and an option of the other side is refused.
"""

from .card import Card, card_of
from .contents import Bytes
from .field import JSON, DType, Field, as_floats, as_names
from .pictures import Image, Sketch
from .scalars import Choice, Label, Number
from .studies import Dicom
from .tables import Column, Table, TableFile
from .texts import Text

__all__ = [
    "JSON",
    "Bytes",
    "Card",
    "Choice",
    "Column",
    "DType",
    "Dicom",
    "Field",
    "Image",
    "Label",
    "Number",
    "Sketch",
    "Table",
    "TableFile",
    "Text",
    "as_floats",
    "as_names",
    "card_of",
]
