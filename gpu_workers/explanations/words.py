"""Words left out one by one."""

from collections.abc import Sequence

from gpu_workers.protocol.asked import words
from gpu_workers.protocol.explained import Weighed, Word
from gpu_workers.protocol.explanations import Words
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Reading


class LeftOut:
    """The text itself comes first. A word that is taken out takes the white space after it along."""

    def __init__(self, method: Words, text: str) -> None:
        self._method, self._text, self._words = method, text, words(text)
        self.variants: Sequence[Variant] = [
            Variant(),
            *(Variant(values={method.input: self._without(*span)}) for span in self._words),
        ]

    def _without(self, start: int, end: int) -> str:
        before, after = self._text[:start], self._text[end:]
        if self._method.mask:
            return f"{before}{self._method.mask}{after}"
        return before.rstrip() if not after.strip() else before + after.lstrip()

    def result(self, readings: Sequence[Reading]) -> Weighed:
        first, *rest = readings
        found = [Word(start, end, read.score) for (start, end), read in zip(self._words, rest, strict=True)]
        return Weighed(self._method.input, self._text, tuple(found), first.score)
