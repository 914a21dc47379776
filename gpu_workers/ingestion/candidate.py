"""A column whose role is to be guessed."""

import re
from dataclasses import dataclass

from gpu_workers.protocol.datasets import Facts, Kind

MEDIA = re.compile(r"\.(png|jpe?g|gif|webp|bmp|tiff?|dcm|svg|wav|mp3|flac|ogg|mp4|mov|avi|webm)(\?.*)?$", re.I)


@dataclass(frozen=True)
class Candidate:
    name: str
    kind: Kind
    facts: Facts
    rows: int

    @property
    def plain(self) -> str:
        """The name as it is compared."""
        return re.sub(r"[^a-z0-9]+", "_", self.name.casefold()).strip("_")

    @property
    def known(self) -> int:
        """Rows with a value."""
        return self.rows - self.facts.nulls

    @property
    def unique(self) -> bool:
        """Whether each row has a value of its own, as far as that is known."""
        return self.facts.nulls == 0 and self.rows > 1 and self.facts.distinct >= self.rows * 0.97

    @property
    def whole(self) -> bool:
        """Whether its numbers are whole, as far as the least and the largest and their number say."""
        low, high = self.facts.low, self.facts.high
        return low is not None and high is not None and low.is_integer() and high.is_integer() and self._may_be_whole

    @property
    def _may_be_whole(self) -> bool:
        low, high = self.facts.low, self.facts.high
        return low is not None and high is not None and self.facts.distinct <= (high - low + 1) * 1.03

    @property
    def is_text(self) -> bool:
        return self.kind in (Kind.CATEGORY, Kind.TEXT)

    @property
    def names_media(self) -> bool:
        return self.is_text and bool(self.facts.top) and all(MEDIA.search(top.value) for top in self.facts.top)

    @property
    def values(self) -> frozenset[str]:
        """All of them as text, where they are few and are not measured; else none."""
        top = self.facts.top
        if not 2 <= len(top) == self.facts.distinct or self.kind in (Kind.TIME, Kind.VECTOR, Kind.TEXT):
            return frozenset()
        return frozenset(count.value.casefold() for count in top)

    def within(self, low: float, high: float) -> bool:
        """Whether it holds numbers, all of them between these."""
        facts = self.facts
        if self.kind is not Kind.NUMBER or facts.low is None or facts.high is None:
            return False
        return facts.infinite == 0 and low <= facts.low and facts.high <= high
