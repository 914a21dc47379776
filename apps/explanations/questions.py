"""Reading a question of why: a method with its options, and whose score is followed. And what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from apps.endpoints.models import Prediction
from apps.jobs.services import expected_ms, last_used
from apps.registry.functions import LIVE
from apps.registry.inputs import facts_of, is_file, require_held, seen
from apps.registry.interfaces import field_error, read_interface
from atrium.errors import Conflict, FieldError, Invalid, Problem
from gpu_workers.protocol.asked import calls_of, changes_of, fields_of
from gpu_workers.protocol.edits import Mark
from gpu_workers.protocol.explanations import MOST_CALLS, Ablation, Method, Slices, Stress, Target, WhatIf, Windows
from gpu_workers.protocol.interface import Interface, LabelOutput, NumberOutput
from gpu_workers.protocol.signals import SeriesInput

from .words import METHODS, followed_in

LIVE_REFUSED = (
    "What answers here runs in somebody's notebook, which explanations do not reach yet. Upload the model as a file to "
    "ask why it answers as it does."
)


@dataclass(frozen=True, slots=True)
class Question:
    """All of it written out, so that the same question is the same bytes. calls: how often it asks the model."""

    method: Method
    target: Target
    calls: int

    @property
    def digest(self) -> bytes:
        return sha256(msgspec.json.encode(self.as_json, order="sorted")).digest()

    @property
    def as_json(self) -> dict[str, Any]:
        return {"method": msgspec.to_builtins(self.method), "target": msgspec.to_builtins(self.target)}


@dataclass(frozen=True, slots=True)
class Cost:
    """calls: how often the model is asked. ms: of the device, by what a case of the version takes. is_measured: whether
    any was answered yet; else it is a guess."""

    calls: int
    ms: int
    is_measured: bool


def question_about(prediction: Prediction, body: Mapping[str, Any]) -> Question:
    """body: `{method, options?, target?}`. Raises what forbids it, and Invalid with what is wrong with it."""
    if prediction.version.format == LIVE:
        raise Problem("not_explainable", LIVE_REFUSED)
    if prediction.state != Prediction.State.SUCCEEDED:
        raise Conflict("Only a case that was answered can be explained.")
    interface = read_interface(prediction.version.interface)
    method = _method(interface, body)
    require_held(interface, prediction.inputs)
    if isinstance(method, Windows):
        method = _of_signal(method, interface, prediction.inputs[method.input])
    if isinstance(method, Slices):
        method = _of_study(method, facts_of(prediction.inputs[method.input])["frames"])
    values = {name: seen(value) for name, value in prediction.inputs.items() if not is_file(value)}
    calls = calls_of(method, interface, values)
    if calls > MOST_CALLS:
        told = f"That asks the model {calls:,} times; {MOST_CALLS:,} is the most. Take larger steps, or fewer parts."
        raise Invalid(FieldError("options", "too_many", told))
    return Question(method, _target(interface, prediction, body.get("target")), calls)


def cost_of(prediction: Prediction, question: Question) -> Cost:
    """In the open context."""
    version_id = prediction.version_id
    return Cost(
        question.calls, question.calls * expected_ms("predict", version_id), last_used("predict", version_id).exists()
    )


def _method(interface: Interface, body: Mapping[str, Any]) -> Method:
    name, options = body.get("method"), body.get("options") or {}
    if not isinstance(name, str) or name not in METHODS:
        raise Invalid(FieldError("method", "unknown", f"Give one of {', '.join(METHODS)}."))
    if not isinstance(options, Mapping) or "method" in options:
        raise Invalid(FieldError("options", "invalid", "Give the options by their names."))
    try:
        method: Method = msgspec.convert({**options, "method": name}, Method)
    except msgspec.ValidationError as error:
        raise Invalid(field_error(error, "options", Method)) from error
    suits = [field.name for field in interface.inputs if isinstance(field, METHODS[name].inputs)]
    if not suits:
        raise Problem(
            "not_explainable", f"“{METHODS[name].title}” needs {METHODS[name].needs}, and this model takes none."
        )
    if isinstance(method, WhatIf):
        return _varying(method, interface)
    if method.input and method.input not in suits:
        raise Invalid(FieldError("options.input", "unknown", f"It is one of {', '.join(suits)}."))
    method = msgspec.structs.replace(method, input=method.input or suits[0])
    if isinstance(method, Stress):
        known = changes_of(msgspec.structs.replace(method, changes=()), interface)
        unfit = next((name for name in method.changes if name not in known), None)
        if unfit is not None:
            told = f"“{unfit}” does not suit “{method.input}”; {', '.join(known)} do."
            raise Invalid(FieldError("options.changes", "unknown", told))
    return _marked(method) if isinstance(method, Ablation) else method


def _marked(method: Ablation) -> Ablation:
    """Of marks the places alone, so that the same places are the same question, whatever is noted beside them."""
    elsewhere = next((mark for mark in method.marks if mark.input not in ("", method.input)), None)
    if elsewhere is not None:
        told = f"A mark lies on “{elsewhere.input}”, and it is “{method.input}” that is covered."
        raise Invalid(FieldError("options.marks", "elsewhere", told))
    return msgspec.structs.replace(method, marks=tuple(Mark(each.kind, each.points) for each in method.marks))


def _varying(method: WhatIf, interface: Interface) -> WhatIf:
    """It changes more than one input, and names them by itself."""
    if method.input:
        raise Invalid(FieldError("options.input", "unknown", "Name what is varied in fields."))
    there = fields_of(interface)
    unknown = next((name for name in method.fields if name not in there), None)
    if unknown is not None:
        names = ", ".join(there[:20])
        raise Invalid(FieldError("options.fields", "unknown", f"There is no “{unknown}”; there is {names}."))
    return method


def _of_signal(method: Windows, interface: Interface, stored: Mapping[str, Any]) -> Windows:
    """With what the case says of its signal: how long it is, and which leads it has."""
    facts = facts_of(stored)
    there = [str(number + 1) for number in range(facts.get("channels", 0))] or list(facts["leads"])
    unknown = next((name for name in method.leads if name not in there), None)
    if unknown is not None:
        told = f"There is no lead “{unknown[:80]}”; there is {', '.join(there[:20])}."
        raise Invalid(FieldError("options.leads", "unknown", told))
    leads = method.leads or (_taken(interface, method.input, there) if method.by_lead else ())
    return msgspec.structs.replace(method, seconds=facts["seconds"], leads=tuple(leads))


def _of_study(method: Slices, count: int) -> Slices:
    """With how many slices the case has."""
    beyond = next((frame for frame in method.frames if frame >= count), None)
    if beyond is not None:
        told = f"There is no slice {beyond}; the study has {count}, counted from 0."
        raise Invalid(FieldError("options.frames", "unknown", told))
    return msgspec.structs.replace(method, frames=tuple(sorted(set(method.frames))), count=count)


def _taken(interface: Interface, name: str, there: list[str]) -> list[str]:
    """Those of a signal's leads that the model is given."""
    field = next(field for field in interface.inputs if field.name == name)
    wanted = {lead.casefold() for lead in field.leads} if isinstance(field, SeriesInput) else set()
    return [lead for lead in there if not wanted or lead.casefold() in wanted]


def _target(interface: Interface, prediction: Prediction, given: Any) -> Target:
    """The first label's top class, or the first number, where nothing else is said."""
    try:
        target = msgspec.convert(given or {}, Target)
    except msgspec.ValidationError as error:
        raise Invalid(field_error(error, "target", Target)) from error
    followed = followed_in(interface)
    if not followed:
        told = "This model answers with neither scores nor a number, so there is nothing to watch while it is changed."
        raise Problem("not_explainable", told)
    labels = [field for field in followed if isinstance(field, LabelOutput)]
    named = target.output or (labels or followed)[0].name
    output = next((field for field in followed if field.name == named), None)
    if output is None:
        names = ", ".join(field.name for field in followed)
        raise Invalid(FieldError("target.output", "unknown", f"It is one of {names}."))
    if isinstance(output, NumberOutput):
        if target.label:
            raise Invalid(FieldError("target.label", "unknown", f"“{named}” is a number and has no classes."))
        return Target(named)
    scored = [label for label, _ in (prediction.answer or {}).get(named, {}).get("scores", ())]
    if not scored:
        raise Conflict(f"This case was not answered with “{named}”, so there is no score of it to follow.")
    label = target.label or scored[0]
    if label not in (*scored, *output.classes):
        raise Invalid(FieldError("target.label", "unknown", f"“{named}” has no class “{label[:80]}”."))
    return Target(named, label)
