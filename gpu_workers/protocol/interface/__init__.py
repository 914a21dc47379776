"""The typed inputs and outputs of a model version, with their pre- and post-processing declared as data.

Nothing here is ever executed as a tenant's code. The JSON form of these structs is what the API, the client
and the database carry; `kind` names the type. Recordings and series stand in `protocol.signals`, what says where
something is in `protocol.findings`, vectors in `protocol.vectors`.
"""

from .contents import BytesInput
from .inputs import FILE_KINDS, Input, decoding, kind_of, stored_as
from .interface import Interface
from .outputs import Output
from .pictures import ImageInput, ImageOutput, SketchInput
from .scalars import ChoiceInput, LabelOutput, NumberInput, NumberOutput
from .step import Crop, Step
from .studies import DicomInput, Window
from .tables import Column, FileColumn, TableFileInput, TableInput, TableOutput
from .texts import TextInput, TextOutput

__all__ = [
    "FILE_KINDS",
    "BytesInput",
    "ChoiceInput",
    "Column",
    "Crop",
    "DicomInput",
    "FileColumn",
    "ImageInput",
    "ImageOutput",
    "Input",
    "Interface",
    "LabelOutput",
    "NumberInput",
    "NumberOutput",
    "Output",
    "SketchInput",
    "Step",
    "TableFileInput",
    "TableInput",
    "TableOutput",
    "TextInput",
    "TextOutput",
    "Window",
    "decoding",
    "kind_of",
    "stored_as",
]
