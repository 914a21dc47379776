"""What an exporter hands on: the model's bytes, before they are cleaned, and what was found out about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from atrium_client.errors import ExportDiffers
from atrium_client.fields import Field

from .running import Difference


@dataclass(frozen=True)
class Draft:
    """exporter: who made it. batch: `dynamic` (proved with one row and three) or `fixed at 1`, note says why.

    gap: the largest difference to the original on the example. inputs, outputs: the interface, where it was proposed
    or completed from the model.
    """

    data: bytes
    exporter: str
    batch: str
    note: str = ""
    gap: Difference | None = None
    inputs: Sequence[Field] = field(default=())
    outputs: Sequence[Field] = field(default=())


def differs(gap: Difference, exporter: str) -> ExportDiffers:
    return ExportDiffers(
        f"The export by {exporter} does not answer as the original on the example: “{gap.output}” is off by "
        f"{gap.size:.3g}, {gap.tolerance:.3g} is allowed. Nothing was uploaded. Look for randomness, branches that "
        "depend on the data, or state kept between calls in the model.",
        output=gap.output,
        difference=gap.size,
        tolerance=gap.tolerance,
    )
