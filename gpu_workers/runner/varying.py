"""Variants of one case. What the case itself comes to is prepared once, where the model takes it at once.

Edits are those of the inputs process, by its own code: a covered region is the same bytes as the edit that covers it.
"""

from collections.abc import Iterator, Mapping, Sequence

from PIL import Image

from gpu_workers.inputs.decode import picture
from gpu_workers.inputs.edits import apply
from gpu_workers.protocol.interface import ImageInput, Interface
from gpu_workers.protocol.messages import Blob, Value

from .batch import MAX_BYTES, Tensors
from .binding import Bound
from .frames import Variant
from .preprocess import opened, prepare_all, prepare_picture
from .tokens import Tokenizers


class Varied:
    """One case."""

    def __init__(self, interface: Interface, base: Mapping[str, Value]) -> None:
        self.base = base
        self._fields = {field.name: field for field in interface.inputs}
        self._prepared: Tensors = {}
        self._pictures: dict[str, Image.Image] = {}

    def values(self, variant: Variant) -> dict[str, Value]:
        """As a case that was sent so."""
        changed = dict(self.base) | variant.values
        for name in variant.edits:
            made = picture(self._edited(name, variant))
            changed[name] = Blob(made.sha256, "image/png", made.data)
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
        for name in variant.edits:
            changed[bound[name].tensor] = prepare_picture(
                self._image(name), self._edited(name, variant), bound[name].rank
            )
        return self._prepared | changed

    def _edited(self, name: str, variant: Variant) -> Image.Image:
        if name not in self._pictures:
            with opened(self._image(name), self.base[name]) as read:
                read.load()
                self._pictures[name] = read.copy()
        return apply(self._pictures[name], variant.edits[name])

    def _image(self, name: str) -> ImageInput:
        field = self._fields[name]
        if not isinstance(field, ImageInput):
            raise ValueError(f"“{name}” is no picture")
        return field
