"""Small tables with known answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_workers.debugger.answer import open_dataset
from gpu_workers.debugger.held import Held

from .stored import moments, numbers, stored, texts

Make = Callable[..., Held]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """make(columns, roles) gives the dataset, held."""

    def made(columns: dict[str, Any], roles: dict[str, str] | None = None) -> Held:
        path = tmp_path / "table.parquet"
        return open_dataset(path, stored(path, columns, roles))

    return made


ROWS = 3000


class Binary:
    """Two models of one label; A fails where x > 1 and at the site "C". As plain arrays, and as a table."""

    def __init__(self) -> None:
        random = np.random.default_rng(5)
        self.x = random.normal(size=ROWS)
        self.site = np.array(["A", "B", "C"])[random.integers(0, 3, ROWS)]
        self.y = random.integers(0, 2, ROWS)
        noise = random.normal(size=(2, ROWS))
        evidence = np.where((self.x > 1) | (self.site == "C"), 0.0, 2.5) * (2 * self.y - 1)
        self.p = {
            "A": 1 / (1 + np.exp(-(evidence + noise[0]))),
            "B": 1 / (1 + np.exp(-(1.5 * (2 * self.y - 1) + noise[1]))),
        }
        self.x[::50] = np.nan

    def columns(self) -> dict[str, Any]:
        random = np.random.default_rng(6)
        return {
            "id": texts(f"row {number}" for number in range(ROWS)),
            "y": numbers(self.y),
            "pA": numbers(self.p["A"]),
            "pB": numbers(self.p["B"]),
            "x": numbers(self.x),
            "noise": numbers(random.normal(size=ROWS)),
            "site": texts(self.site),
            "when": moments(1.7e9 + 60.0 * np.arange(ROWS)),
        }

    roles = {"id": "id", "y": "label", "pA": "probability:A", "pB": "probability:B", "when": "time"}


@pytest.fixture(scope="session")
def binary() -> Binary:
    return Binary()


@pytest.fixture(scope="session")
def held(binary: Binary, tmp_path_factory: pytest.TempPathFactory) -> Held:
    path = tmp_path_factory.mktemp("binary") / "table.parquet"
    return open_dataset(path, stored(path, binary.columns(), binary.roles))
