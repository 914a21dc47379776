"""What each method shows and what it does not, and what was found, in words. The page, the API and the client say it
with these."""

from dataclasses import dataclass
from typing import Any

from gpu_workers.protocol.explanations import Map, Result, Target
from gpu_workers.protocol.interface import ImageInput, Input, Interface


@dataclass(frozen=True, slots=True)
class Words:
    """inputs: kinds that it changes. needs: the same in words. shows, not_shown: in sentences. is_stored: whether what
    it changes lies in the store."""

    title: str
    inputs: tuple[type[Input], ...]
    needs: str
    shows: str
    not_shown: str
    is_stored: bool = False


METHODS = {
    "occlusion": Words(
        "Occlusion map",
        (ImageInput,),
        "a picture",
        "Where covering the picture changes this score: red where covering lowers it, blue where it raises it.",
        "It does not show what the model thinks, nor why a place matters. A covered picture is one that the model may "
        "never have met, and what lies in two places at once can look as if neither mattered.",
        is_stored=True,
    ),
}


def found_words(result: Result, target: Target) -> str:
    """What was found, in a sentence."""
    match result:
        case Map():
            return _map(result, target.label or target.output)


def _map(found: Map, followed: str) -> str:
    at = found.strongest
    if at.score == found.score:
        return f"Covering any one place left “{followed}” at {number(found.score)}."
    verb = "lowered" if at.score < found.score else "raised"
    where = f"{_percent(at.x + at.w / 2)} from the left and {_percent(at.y + at.h / 2)} from the top"
    change = f"{verb} “{followed}” from {number(found.score)} to {number(at.score)}"
    return f"Covering the place {where} {change}: the most of all places."


def _percent(share: float) -> str:
    return f"{share:.0%}"


def number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1e6 else f"{value:.3e}"


def methods_for(interface: Interface) -> list[dict[str, Any]]:
    """Those that suit what it takes, each with the inputs that it can change."""
    found = []
    for name, words in METHODS.items():
        inputs = [field.name for field in interface.inputs if isinstance(field, words.inputs)]
        if inputs:
            found.append(shown_method(name) | {"inputs": inputs})
    return found


def shown_method(name: str) -> dict[str, Any]:
    words = METHODS[name]
    return {"method": name, "title": words.title, "shows": words.shows, "does_not_show": words.not_shown}
