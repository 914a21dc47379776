"""Variants of one case. What the case itself comes to is prepared once, where the model takes it at once.

Edits are those of the inputs process, by its own code: a covered region is the same bytes as the edit that covers it.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from PIL import Image

from gpu_workers.explanations.corruptions import corrupted
from gpu_workers.explanations.marked import mask_seen
from gpu_workers.explanations.superpixels import Labels
from gpu_workers.explanations.superpixels import superpixels as parted
from gpu_workers.inputs import sound
from gpu_workers.inputs.decode import picture
from gpu_workers.inputs.edits import apply, covered
from gpu_workers.protocol.interface import DicomInput, ImageInput, Interface
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.rendering import Made
from gpu_workers.protocol.signals import AudioInput
from gpu_workers.protocol.study import Reader

from .batch import MAX_BYTES, Tensors
from .binding import Bound
from .failure import Mismatch
from .frames import Cover, Superpixels, Variant
from .preprocess import opened, prepare_all, prepare_picture
from .tokens import Tokenizers


class Varied:
    """One case."""

    def __init__(self, interface: Interface, base: Mapping[str, Value]) -> None:
        self.base = base
        self._fields = {field.name: field for field in interface.inputs}
        self._prepared: Tensors = {}
        self._pictures: dict[str, Image.Image] = {}
        self._labels: dict[tuple[str, int, float], Labels] = {}

    def values(self, variant: Variant) -> dict[str, Value]:
        """As a case that was sent so."""
        changed = dict(self.base) | variant.values
        for name in variant.files:
            is_picture = isinstance(self._fields[name], ImageInput)
            changed[name] = _blob(picture(self._edited(name, variant))) if is_picture else self._signal(name, variant)
        return changed

    def tensors(
        self, variants: Sequence[Variant], inputs: Sequence[Bound], tokens: Tokenizers
    ) -> Iterator[list[Tensors]]:
        """Those of each, no more at once than one call takes."""
        if not self._prepared:
            self._prepared = prepare_all(inputs, self.base, tokens)
        bound = {each.field.name: each for each in inputs}
        step = max(1, MAX_BYTES // (sum(array.nbytes for array in self._prepared.values()) or 1))
        for start in range(0, len(variants), step):
            yield [self._tensors(variant, bound, tokens) for variant in variants[start : start + step]]

    def _tensors(self, variant: Variant, bound: Mapping[str, Bound], tokens: Tokenizers) -> Tensors:
        changed: Tensors = {}
        for name, value in variant.values.items():
            changed |= prepare_all([bound[name]], {name: value}, tokens)
        for name in variant.files:
            if not isinstance(self._fields[name], ImageInput):
                changed |= prepare_all([bound[name]], {name: self._signal(name, variant)}, tokens)
                continue
            changed[bound[name].tensor] = prepare_picture(
                self._image(name), self._edited(name, variant), bound[name].rank
            )
        return self._prepared | changed

    def _edited(self, name: str, variant: Variant) -> Image.Image:
        image = apply(self._opened(name), variant.edits.get(name, ()))
        if name in variant.covers:
            image = self._covered(name, image, variant.covers[name])
        if name in variant.corruptions:
            done = variant.corruptions[name]
            image = corrupted(image, done.change, done.severity, done.seed)
        return image

    def _signal(self, name: str, variant: Variant) -> Blob:
        """A recording, a series or a study after the variant's edits."""
        value = self.base[name]
        if not isinstance(value, Blob) or value.data is None:
            raise Mismatch(f"“{name}” takes a file")
        if isinstance(self._fields[name], AudioInput):
            return _blob(sound.render(value.data, variant.edits[name]))
        if isinstance(self._fields[name], DicomInput):
            from gpu_workers.inputs.study.edits import edited

            return Blob("", value.content_type, edited(Reader(value.data), variant.edits[name])[0])
        from gpu_workers.inputs.series import render  # Arrow is loaded only where series are

        return _blob(render(value.data, variant.edits[name]))

    def labels(self, name: str, superpixels: Superpixels) -> Labels:
        """Of the case's own picture."""
        key = (name, superpixels.count, superpixels.compactness)
        if key not in self._labels:
            self._labels[key] = parted(self._opened(name), superpixels.count, superpixels.compactness)
        return self._labels[key]

    def _covered(self, name: str, image: Image.Image, cover: Cover) -> Image.Image:
        width, height = image.size
        if cover.superpixels is not None:
            labels = self.labels(name, cover.superpixels)
            rows = (2 * np.arange(height) + 1) * labels.shape[0] // (2 * height)
            columns = (2 * np.arange(width) + 1) * labels.shape[1] // (2 * width)
            mask = labels[np.ix_(rows, columns)] == cover.label
        elif cover.shape is not None:
            value = self.base[name]
            mask = mask_seen(cover.shape, width, height, value.origin if isinstance(value, Blob) else None)
        else:
            mask = np.ones((height, width), np.bool_)
        return covered(image, ~mask if cover.but else mask, cover.fill)

    def _opened(self, name: str) -> Image.Image:
        if name not in self._pictures:
            with opened(self._image(name), self.base[name]) as read:
                read.load()
                self._pictures[name] = read.copy()
        return self._pictures[name]

    def _image(self, name: str) -> ImageInput:
        field = self._fields[name]
        if not isinstance(field, ImageInput):
            raise ValueError(f"“{name}” is no picture")
        return field


def _blob(made: Made) -> Blob:
    return Blob(made.sha256, made.content_type, made.data)
