"""Undeclared outputs that say where: proposed only where the shape leaves little doubt."""

from collections.abc import Mapping, Sequence

from gpu_workers.protocol.findings import MOST_CLASSES, BoxesOutput, MaskOutput
from gpu_workers.protocol.interface import ImageInput, Input
from gpu_workers.runner.tensors import Array

Labels = Mapping[str, tuple[str, ...]]
STRIDES = (8, 16, 32)


def propose_place(
    name: str, tensor: str, raw: Array, inputs: Sequence[Input], labels: Labels
) -> BoxesOutput | MaskOutput | None:
    """labels: lists of names that came with the model, by source."""
    sizes = [field.size for field in inputs if isinstance(field, ImageInput) and field.size is not None]
    if raw.dtype.kind != "f" or raw.shape[:1] != (1,):
        return None
    if raw.ndim == 3:
        return _boxes(name, tensor, raw, sizes, labels)
    return _mask(name, tensor, raw, sizes, labels) if raw.ndim == 4 else None


def _boxes(name: str, tensor: str, raw: Array, sizes: Sequence[tuple[int, int]], labels: Labels) -> BoxesOutput | None:
    """Exports of the YOLO family: a column a cell at three strides, or three rows a cell with an objectness."""
    _, first, second = raw.shape
    for height, width in sizes:
        cells = sum((height // stride) * (width // stride) for stride in STRIDES)
        if second == cells and first >= 5:
            classes, source = names_of(first - 4, labels)
            return BoxesOutput(
                name=name, tensor=tensor, classes=classes, labels=source, layout="columns", format="cxcywh"
            )
        if first == 3 * cells and second >= 6:
            classes, source = names_of(second - 5, labels)
            return BoxesOutput(
                name=name,
                tensor=tensor,
                classes=classes,
                labels=source,
                layout="rows",
                format="cxcywh",
                objectness=True,
            )
    return None


def _mask(name: str, tensor: str, raw: Array, sizes: Sequence[tuple[int, int]], labels: Labels) -> MaskOutput | None:
    """One plane a class, as large as the picture; three could be a picture's colours, one its grey."""
    _, planes, height, width = raw.shape
    if (height, width) not in sizes or not (planes == 2 or 4 <= planes <= MOST_CLASSES + 1):
        return None
    classes, source = names_of(planes - 1, labels)
    return MaskOutput(name=name, tensor=tensor, classes=classes, labels=source)


def names_of(count: int, labels: Labels) -> tuple[tuple[str, ...], str]:
    """(names, where they stand) of so many classes; numbered where no list that came with the model has as many."""
    source = next((source for source, names in labels.items() if len(names) == count), "")
    return labels.get(source) or tuple(f"class_{index}" for index in range(count)), source
