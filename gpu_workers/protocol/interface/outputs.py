"""What an output can be."""

from gpu_workers.protocol.findings import BoxesOutput, JsonOutput, MaskOutput, PointsOutput, SpansOutput
from gpu_workers.protocol.signals import AudioOutput, SeriesOutput
from gpu_workers.protocol.vectors import VectorOutput

from .pictures import ImageOutput
from .scalars import LabelOutput, NumberOutput
from .tables import TableOutput
from .texts import TextOutput

Output = (
    LabelOutput
    | NumberOutput
    | TextOutput
    | ImageOutput
    | MaskOutput
    | BoxesOutput
    | PointsOutput
    | SpansOutput
    | JsonOutput
    | VectorOutput
    | AudioOutput
    | SeriesOutput
    | TableOutput
)
