"""What the browser previews of a signal's edits is what is rendered: one file of cases for both."""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from gpu_workers.inputs.signals import edited
from gpu_workers.protocol.edits import Edit

CASES = json.loads((Path(__file__).parents[3] / "frontend/tests/signal_edits.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_edit_gives_what_the_bench_previews(case: dict[str, Any]) -> None:
    edits = [one for one in msgspec.convert(case["edits"], list[Edit]) if not one.off]
    made = edited(np.array(case["values"], np.float32), case["rate_hz"], case["leads"], edits)
    np.testing.assert_allclose(made, np.array(case["expected"]), atol=1e-6)
