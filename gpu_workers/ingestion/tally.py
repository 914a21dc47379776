"""How many rows each value of a column of text has, in memory that does not grow with the table."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .distinct import EXACT, Distinct, hashed_text

_HELD_BYTES = 32 << 20


class Tally:
    """Counts exactly up to 100,000 values or 32 MiB of them; then it drops the rarer half, again and again, and knows
    by how much a count may be short."""

    def __init__(self) -> None:
        self._values = pa.array([], pa.string())
        self._rows = np.empty(0, np.int64)
        self._short = 0
        self._distinct: Distinct | None = None

    def add(self, part: Any) -> None:
        """part: a dictionary array."""
        known = part.drop_null()
        if not len(known):
            return
        rows = np.bincount(known.indices.to_numpy(), minlength=len(known.dictionary))
        values, rows = known.dictionary.filter(pa.array(rows > 0)), rows[rows > 0]
        if self._distinct is not None:
            self._distinct.add(hashed_text(values.to_pylist()))
        joined = pa.table(
            {"value": pa.concat_arrays([self._values, values]), "rows": np.concatenate([self._rows, rows])}
        )
        summed = joined.group_by("value").aggregate([("rows", "sum")])
        self._values = summed["value"].combine_chunks()
        self._rows = summed["rows_sum"].to_numpy()
        if len(self._values) > EXACT or self._values.nbytes > _HELD_BYTES:
            self._drop()

    @property
    def distinct(self) -> int:
        return len(self._values) if self._distinct is None else max(self._distinct.count(), len(self._values))

    @property
    def exact(self) -> bool:
        return self._distinct is None

    def top(self, most: int) -> list[tuple[str, int]]:
        """The most frequent, of equals the first by name; without those that one that was dropped may exceed."""
        order = np.lexsort((pc.rank(self._values, tiebreaker="first").to_numpy(), -self._rows))[:most]
        found = [(self._values[int(place)].as_py(), int(self._rows[place])) for place in order]
        return [(value, rows) for value, rows in found if rows > self._short]

    def _drop(self) -> None:
        if self._distinct is None:
            self._distinct = Distinct()
            self._distinct.add(hashed_text(self._values.to_pylist()))
        order = np.argsort(-self._rows, kind="stable")
        kept = order[: max(1, len(order) // 2)]
        self._short += int(self._rows[order[len(kept)]]) if len(order) > len(kept) else 0
        self._values, self._rows = self._values.take(pa.array(kept)), self._rows[kept]
