"""How a version's models run for one case, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StepTold:
    """One model's run. file: of the upload, "" for the only one. does: sentences."""

    name: str
    file: str
    does: tuple[str, ...]


def steps_told(interface: Mapping[str, Any] | None) -> list[StepTold]:
    """In their order; none where one call is all. interface: its JSON form (`gpu_workers/protocol/interface/step.py`),
    in which what is as usual is left out."""
    return [
        StepTold(step["name"], step.get("file", ""), tuple(_sentences(step)))
        for step in (interface or {}).get("steps", ())
    ]


def _sentences(step: Mapping[str, Any]) -> list[str]:
    told = []
    if crop := step.get("crop"):
        told.append(
            f"Runs once for each region that stands out on “{crop['output']}” of “{crop['step']}”, on that part of "
            f"“{crop['image']}”."
        )
    if windows := step.get("windows"):
        size = windows["size"]
        every = windows.get("step") or size
        told.append(
            f"A long “{windows['tensor']}” is given to it in windows of {size:,}"
            + (f", a new one every {every:,}." if every != size else ", one after the other.")
        )
    for carried in step.get("carried", ()):
        told.append(f"What a window leaves in “{carried['output']}” is “{carried['tensor']}” of the next.")
    for feed in step.get("feeds", ()):
        told.append(f"“{feed['tensor']}” is “{feed['output']}” of “{feed['step']}”{_scaled(feed)}.")
    for constant in step.get("constants", ()):
        told.append(f"“{constant['tensor']}” is {_constant(constant['values'])} for every case.")
    return told


def _scaled(feed: Mapping[str, Any]) -> str:
    scale, offset = feed.get("scale", 1), feed.get("offset", 0)
    told = f" times {scale:g}" if scale != 1 else ""
    return told + (f" {'plus' if offset > 0 else 'minus'} {abs(offset):g}" if offset else "")


def _constant(values: list[float]) -> str:
    return f"{values[0]:g}" if len(set(values)) == 1 else f"the same {len(values):,} numbers"
