"""What running a model's version over a dataset's comes to: which columns fill its inputs, and which it makes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from apps.registry.functions import LIVE
from apps.registry.models import Version
from apps.registry.selectors import version_for as model_version_for
from atrium.access.principals import TeamPrincipal
from atrium.errors import FieldError, Invalid, Problem, require
from gpu_workers.protocol import mapping as mappings
from gpu_workers.protocol.datasets import Column, Role
from gpu_workers.protocol.interface import ImageInput, Interface, LabelOutput, TextInput
from gpu_workers.protocol.mapping import Slot

from .models import DatasetVersion
from .permissions import can_run_models
from .predicting import Outputs, dropped_words, outputs_of
from .roles import OF_A_MODEL
from .selectors import version_for
from .tables import columns_of

NEEDS = (
    "Running a model over a dataset needs the role of a member, and for tokens the scopes data:write, predict and one"
    " of models."
)
MOST_ROWS = 5_000_000
MOST_PARTS = 1_000
ROWS_A_PART = 5_000
ROWS_OF_TEXT = 1_000
ROWS_OF_PICTURES = 500
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """What running a version over a table comes to. model: the name of its columns. dropped: why outputs are not kept.

    faults: by place of an input, a sentence. clash: what is wrong with the name, or "".
    """

    source: DatasetVersion
    version: Version
    interface: Interface
    columns: tuple[Column, ...]
    model: str
    mapping: mappings.Mapping
    outputs: Outputs
    dropped: tuple[str, ...]
    faults: tuple[tuple[Slot, str], ...]
    clash: str

    @property
    def makes(self) -> list[str]:
        """The new columns by name, as far as they are known before: classes that nobody named are found by asking."""
        names = []
        for output, model in self.outputs:
            classes = output.classes if isinstance(output, LabelOutput) else ()
            if len(classes) != 1:
                names.append(f"{Role.PREDICTION}:{model}")
            names += [f"{Role.PROBABILITY}:{model}:{name}" for name in classes]
            if isinstance(output, LabelOutput) and not classes:
                names.append(f"{Role.PROBABILITY}:{model}:…")
        return names


def plan_of(principal: TeamPrincipal, source_id: UUID, version_id: UUID, *, given: Any = None, model: str = "") -> Plan:
    """What a run would make, in the open context. given: a `Mapping` that corrects the guess, "" for no column.

    Raises what forbids it altogether: a version that does not serve, another project's, one that answers pictures only.
    """
    require(can_run_models(principal), NEEDS)
    source = version_for(principal, source_id)
    version = model_version_for(principal, version_id)
    if source.state != DatasetVersion.State.READY:
        raise Problem("not_ready", f"{source} is {source.state}; a model is run over it once it is ready.")
    if version.model.project_id != source.dataset.project_id:
        raise Invalid(FieldError("version", "other_project", f"{version} is of another project than {source}."))
    if version.format == LIVE:
        raise Invalid(
            FieldError("version", "live", f"{version} is a function in a notebook; run it over the table there.")
        )
    if not version.servable:
        code = "not_ready" if version.state != Version.State.READY else "interface_unconfirmed"
        raise Problem(code, f"{version} cannot be run yet: see its page.")
    if source.rows > MOST_ROWS:
        raise Invalid(FieldError("rows", "max", f"A model is run over {MOST_ROWS:,} rows at most; {source} has more."))
    interface = msgspec.convert(version.interface, Interface)
    columns = columns_of(source)
    name = " ".join(model.split()) or version.model.name.replace(":", " ")[:LONGEST_NAME].strip()
    outputs = outputs_of(interface, name)
    if not outputs:
        raise Invalid(FieldError("version", "pictures", f"{version} answers nothing that a column holds."))
    mapping = _corrected(mappings.guess(interface, columns), given)
    try:
        faults = mappings.faults(interface, columns, mapping)
    except ValueError as error:
        raise Invalid(FieldError("inputs", "unknown", str(error))) from error
    return Plan(
        source,
        version,
        interface,
        columns,
        name,
        mapping,
        outputs,
        tuple(dropped_words(interface)),
        tuple(faults),
        _clash(name, [each for _, each in outputs], columns),
    )


def _corrected(guess: mappings.Mapping, given: Any) -> mappings.Mapping:
    """The guess with what people said instead; "" takes a column away."""
    try:
        said = msgspec.convert(given or {}, mappings.Mapping)
    except msgspec.ValidationError as error:
        sentence = "Give by input the name of a column, or of a table input a column for each of its own."
        raise Invalid(FieldError("inputs", "invalid", sentence)) from error
    found = dict(guess)
    for name, column in said.items():
        before = found.get(name)
        if isinstance(column, dict):
            found[name] = {**(before if isinstance(before, dict) else {}), **column}
        elif column:
            found[name] = column
        else:
            found.pop(name, None)
    return found


def _clash(name: str, models: list[str], columns: tuple[Column, ...]) -> str:
    if ":" in name:
        return "A model's name holds no colon."
    if len(name) > LONGEST_NAME:
        return f"A model's name has at most {LONGEST_NAME} characters here."
    for model in models:
        beginnings = tuple(f"{word}:{model}".casefold() for word in (Role.PREDICTION, Role.PROBABILITY, "score"))
        for column in columns:
            is_its = column.role in OF_A_MODEL and column.model == model
            if is_its or any((column.name.casefold() + ":").startswith(f"{each}:") for each in beginnings):
                return f"“{column.name}” is a column of “{model}” already. Give the model another name."
    return ""


def field_of(slot: Slot) -> str:
    """The path that errors name."""
    return f"inputs.{slot.path}"


def rows_a_part(interface: Interface, rows: int) -> int:
    """Fewer where they are large; more where there would be too many parts."""
    kinds = {type(field) for field in interface.inputs}
    usual = ROWS_OF_PICTURES if ImageInput in kinds else ROWS_OF_TEXT if TextInput in kinds else ROWS_A_PART
    return max(usual, -(-rows // MOST_PARTS))
