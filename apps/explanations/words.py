"""What each method shows and what it does not, and what was found, in words. The page, the API and the client say it
with these."""

from dataclasses import dataclass
from typing import Any

from gpu_workers.protocol.explained import Curve, Curves, Layers, Map, Regions, Result, Table, Timeline, Weighed
from gpu_workers.protocol.explanations import Target
from gpu_workers.protocol.interface import (
    ChoiceInput,
    DicomInput,
    ImageInput,
    Input,
    Interface,
    LabelOutput,
    NumberInput,
    NumberOutput,
    TableInput,
    TextInput,
)
from gpu_workers.protocol.signals import AudioInput, SeriesInput


@dataclass(frozen=True, slots=True)
class Words:
    """inputs: kinds that it changes. needs: the same in words. shows, not_shown: in sentences."""

    title: str
    inputs: tuple[type[Input], ...]
    needs: str
    shows: str
    not_shown: str


METHODS = {
    "occlusion": Words(
        "Occlusion map",
        (ImageInput,),
        "a picture",
        "Where covering the picture changes this score: red where covering lowers it, blue where it raises it.",
        "It does not show what the model thinks, nor why a place matters. A covered picture is one that the model may "
        "never have met, and what lies in two places at once can look as if neither mattered.",
    ),
    "slices": Words(
        "Occlusion of slices",
        (DicomInput,),
        "a study",
        "Where covering a study changes this score, in slices one by one, in blocks of them, or through all: red where "
        "covering lowers it, blue where it raises it.",
        "It does not show what the model thinks, nor why a place matters. A covered slice is one that the model may "
        "never have met, and what lies in several slices at once can look as if none of them mattered alone.",
    ),
    "ablation": Words(
        "Covering regions",
        (ImageInput,),
        "a picture",
        "How this score changes while one region is covered, and what is left of it while only that region is seen.",
        "It does not show what the model sees in a region. Regions are parted by colour and nearness, not by what they "
        "are, and several that only matter together look as if none of them did.",
    ),
    "what_if": Words(
        "What-if curves",
        (NumberInput, ChoiceInput, TableInput),
        "a number, a choice or a row of a table",
        "How this score would be for this case, were one value another and all others as they are.",
        "It does not show what would happen to a patient or a thing whose value changed, nor values that change "
        "together: some of these combinations may never occur.",
    ),
    "windows": Words(
        "Windows of time",
        (AudioInput, SeriesInput),
        "a recording or a series",
        "How this score changes while a stretch of time is silent: red where silence lowers it, blue where it raises "
        "it.",
        "It does not show what in a stretch matters, nor how it sounds or looks to the model. A silent stretch may be "
        "one that it never met, and what comes again and again can look as if no one time mattered.",
    ),
    "words": Words(
        "Words left out",
        (TextInput,),
        "a text",
        "How this score changes while one word is left out.",
        "It does not show what a word means to the model. A text with a word missing may be one that it never met, and "
        "words that say the same twice look as if neither mattered.",
    ),
    "stress": Words(
        "Stress test",
        (ImageInput, DicomInput),
        "a picture or a study",
        "Whether the answer to this picture stands while it is made noisier, blurred, bent, turned, shifted, brighter "
        "or darker, and while weather lies over it, at five severities; of a study, while it is turned and its window "
        "is narrower, wider, lower or higher.",
        "It does not show how often the model errs: it is one case, and these changes stand for few of those that "
        "happen. Frost is not among them, since it is made of photographs of ice.",
    ),
}


def found_words(result: Result, target: Target) -> str:
    """What was found, in a sentence."""
    followed = target.label or target.output
    match result:
        case Map():
            return _map(result, followed)
        case Layers():
            return _layers(result, followed)
        case Regions():
            return _regions(result, followed)
        case Curves():
            return _curves(result, followed)
        case Timeline():
            return _timeline(result, followed)
        case Weighed():
            return _weighed(result, followed)
        case Table():
            return _table(result)


def _map(found: Map, followed: str) -> str:
    at = found.strongest
    if at.score == found.score:
        return f"Covering any one place left “{followed}” at {number(found.score)}."
    where = _middle(at.x + at.w / 2, at.y + at.h / 2)
    return f"Covering the place {where} {_moved(followed, found.score, at.score)}: the most of all places."


def _layers(found: Layers, followed: str) -> str:
    at = found.strongest
    if at.score == found.score:
        return f"Covering any one place left “{followed}” at {number(found.score)}."
    where = _middle(at.x + at.w / 2, at.y + at.h / 2)
    first, last = found.first + 1, found.last + 1
    slices = f"slice {first}" if first == last else f"slices {first} to {last}"
    return f"Covering the place {where} in {slices} {_moved(followed, found.score, at.score)}: the most of all places."


def _regions(found: Regions, followed: str) -> str:
    at = max(found.regions, key=lambda region: abs(found.score - region.covered))
    if at.covered == found.score:
        return f"Covering any one of {len(found.regions)} regions left “{followed}” at {number(found.score)}."
    where, moved = _middle(at.x, at.y), _moved(followed, found.score, at.covered)
    return f"Covering the region about {where} {moved}; that region alone gives {number(at.alone)}."


def _curves(found: Curves, followed: str) -> str:
    def reach(curve: Curve) -> float:
        scores = [point.score for point in curve.points]
        return max(scores) - min(scores)

    most = max(found.curves, key=reach, default=None)
    if most is None or reach(most) == 0:
        return f"None of these values alone changes “{followed}”, which is {number(found.score)}."
    scores = [point.score for point in most.points]
    between = f"{number(min(scores))} and {number(max(scores))}"
    return f"“{most.field}” moves “{followed}” most: between {between}, now {number(found.score)}."


def _timeline(found: Timeline, followed: str) -> str:
    at = found.strongest
    if at.score == found.score:
        return f"Silencing any one stretch left “{followed}” at {number(found.score)}."
    where = f"{at.start_s:.2f} to {at.end_s:.2f} s" + (f" of {at.lead}" if at.lead else "")
    return f"Silencing {where} {_moved(followed, found.score, at.score)}: the most of all stretches."


def _weighed(found: Weighed, followed: str) -> str:
    most = max(found.words, key=lambda word: abs(found.score - word.score), default=None)
    if most is None or most.score == found.score:
        return f"No single word changes “{followed}”, which is {number(found.score)}."
    verb = "lowers" if most.score < found.score else "raises"
    word = found.text[most.start : most.end][:80]
    return f"Leaving out “{word}” {verb} “{followed}” most: from {number(found.score)} to {number(most.score)}."


def _table(found: Table) -> str:
    tried = [(row, at) for row in found.rows for at in row.at]
    fell = [(row, at) for row, at in tried if at.changed]
    if not found.top:
        scores = [at.score for _, at in tried]
        return (
            f"The number was {number(found.score)}, and between {number(min(scores))} and {number(max(scores))} then."
        )
    if not fell:
        return f"“{found.top}” stood through all {len(tried)} changes."
    row, at = min(fell, key=lambda each: each[1].severity)
    first = f"“{row.title}” at severity {at.severity} makes it “{at.top}”"
    return f"“{found.top}” stood through {len(tried) - len(fell)} of {len(tried)} changes; {first}."


def _middle(x: float, y: float) -> str:
    """Of a place, in shares of the picture."""
    return f"{_percent(x)} from the left and {_percent(y)} from the top"


def _moved(followed: str, was: float, now: float) -> str:
    return f"{'lowered' if now < was else 'raised'} “{followed}” from {number(was)} to {number(now)}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1e6 else f"{value:.3e}"


def methods_for(interface: Interface) -> list[dict[str, Any]]:
    """Those that suit what it takes, each with the inputs that it can change; none where its answers hold nothing that
    could be watched meanwhile."""
    if not followed_in(interface):
        return []
    found = []
    for name, words in METHODS.items():
        inputs = [field.name for field in interface.inputs if isinstance(field, words.inputs)]
        if inputs:
            found.append(shown_method(name) | {"inputs": inputs})
    return found


def followed_in(interface: Interface) -> list[LabelOutput | NumberOutput]:
    """Outputs that a score is followed in while the case is changed."""
    return [field for field in interface.outputs if isinstance(field, LabelOutput | NumberOutput)]


def shown_method(name: str) -> dict[str, Any]:
    words = METHODS[name]
    return {"method": name, "title": words.title, "shows": words.shows, "does_not_show": words.not_shown}
