"""Interfaces as data: reading them from a stranger's JSON, and comparing two of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from atrium.errors import FieldError, Invalid
from gpu_workers.protocol.interface import ChoiceInput, Interface, TableFileInput, TableInput, TextOutput


def field_error(error: msgspec.ValidationError, root: str, shape: Any) -> FieldError:
    """msgspec's message as an error that names the field by its path below `root`, and the words it takes.

    shape: the type that was read.
    """
    message, _, path = str(error).partition(" - at `$")
    steps = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", path.rstrip("`"))
    words = _words(shape, steps.split(".")[1:]) if message.startswith(("Invalid value", "Invalid enum value")) else []
    if words:
        message += f"; it is one of {', '.join(words)}"
    elif message.startswith("Object contains unknown field"):
        names = _names(shape, steps.split(".")[1:])
        message += f"; there is {', '.join(names)}" if names else ""
    return FieldError(root + steps, "invalid", message + ".")


def _at(shape: Any, steps: list[str]) -> list[inspect.Type]:
    """The types that may stand at a path, through every member of a union."""
    found = [inspect.type_info(shape)]
    for step in [*steps, ""]:
        found = [one for kind in found for one in (kind.types if isinstance(kind, inspect.UnionType) else (kind,))]
        if step:
            found = [below for kind in found for below in _below(kind, step)]
    return found


def _below(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    match kind:
        case inspect.VarTupleType():
            yield kind.item_type
        case inspect.StructType() if kind.tag_field == step:
            yield inspect.LiteralType((kind.tag,))
        case inspect.StructType():
            yield from (field.type for field in kind.fields if field.encode_name == step)


def _words(shape: Any, steps: list[str]) -> list[str]:
    kinds = [kind for kind in _at(shape, steps) if isinstance(kind, inspect.LiteralType)]
    return list(dict.fromkeys(str(value) for kind in kinds for value in kind.values))


def _names(shape: Any, steps: list[str]) -> list[str]:
    """The members that an object takes there; none where it may be one of several kinds."""
    structs = [kind for kind in _at(shape, steps) if isinstance(kind, inspect.StructType)]
    return [field.encode_name for field in structs[0].fields] if len(structs) == 1 else []


def read_interface(value: Any, root: str = "interface") -> Interface:
    """Raises Invalid with the path of what is wrong."""
    try:
        return msgspec.convert(value, Interface)
    except msgspec.ValidationError as error:
        raise Invalid(field_error(error, root, Interface)) from error


def as_json(interface: Interface) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(interface)
    return built


def with_read_labels(confirmed: Interface, known: Mapping[str, Any] | None) -> Interface:
    """With the names of classes that the inspection read where only their source is given. Raises Invalid."""
    outputs = []
    for index, field in enumerate(confirmed.outputs):
        source = getattr(field, "labels", "")
        if source and not field.classes:  # type: ignore[union-attr]
            named = [each for each in (known or {}).get("outputs", ()) if each.get("labels") == source]
            if not named:
                raise Invalid(
                    FieldError(
                        f"interface.outputs.{index}.labels",
                        "unknown",
                        f"The inspection did not read “{source}”. Give the classes, or declare labels when uploading.",
                    )
                )
            field = replace(field, classes=tuple(named[0]["classes"]))
        outputs.append(field)
    return replace(confirmed, outputs=tuple(outputs))


def require_same_steps(confirmed: Interface, known: Mapping[str, Any] | None) -> None:
    """Steps are tried by the inspection, so they are declared with the upload. Raises Invalid."""
    if as_json(confirmed).get("steps", []) != (known or {}).get("steps", []):
        raise Invalid(
            FieldError(
                "interface.steps", "unknown", "The steps are not those that were tried. Declare them in a new upload."
            )
        )


def differences(old: Interface, new: Interface) -> tuple[list[str], list[str]]:
    """(what forbids that `new` takes the place of `old`, what users should be told), each a sentence.

    Pre-processing may change freely: what people and programs send and receive must not.
    """
    forbids: list[str] = []
    notices: list[str] = []
    was, now = {field.name: field for field in old.inputs}, {field.name: field for field in new.inputs}
    for name, field in was.items():
        if name not in now:
            forbids.append(f"The input “{name}” is gone.")
        elif type(now[name]) is not type(field):
            forbids.append(f"The input “{name}” is of another kind.")
        elif isinstance(field, ChoiceInput) and now[name].choices != field.choices:  # type: ignore[union-attr]
            forbids.append(f"The input “{name}” has other choices.")
        elif isinstance(field, TableInput | TableFileInput) and _columns(now[name]) != _columns(field):
            forbids.append(f"The table “{name}” has other columns.")
    for name, field in now.items():
        if name not in was and getattr(field, "default", None) is None:
            forbids.append(f"The input “{name}” is new and has no default.")
        elif name not in was:
            notices.append(f"The input “{name}” is new; it has a default.")
    gives = {field.name: field for field in new.outputs}
    for output in old.outputs:
        other = gives.get(output.name)
        if type(other) is not type(output):
            forbids.append(f"The output “{output.name}” is gone or of another kind.")
        elif getattr(other, "classes", ()) != getattr(output, "classes", ()) and not isinstance(output, TextOutput):
            forbids.append(f"The output “{output.name}” has other classes.")
    notices += [f"The output “{name}” is new." for name in gives if name not in {o.name for o in old.outputs}]
    return forbids, notices


def _columns(field: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(column.name, column.choices) for column in field.columns]
