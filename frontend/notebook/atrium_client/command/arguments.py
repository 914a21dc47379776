"""What is typed, as what the client takes: values, JSON, files, and how a command is declared."""

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from atrium_client.errors import Invalid
from atrium_client.fields import Field, Number, Table
from atrium_client.interfaces import field_from
from atrium_client.steps import Step

Told = tuple[str, Any]
"""A text for people, and the same as a JSON value."""
Run = Callable[[argparse.Namespace], Told]


class Command(Protocol):
    """Declares one command; its parser takes the arguments."""

    def __call__(self, name: str, run: Run, help: str) -> argparse.ArgumentParser: ...


def model_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="an ONNX file, or package.module:object for a torch module or an estimator")
    parser.add_argument("--interface", help="JSON file with inputs and outputs")
    parser.add_argument("--example", action="append", default=[], metavar="VALUE", help="a value, or name=value")


def model_of(name: str) -> Any:
    """A path as it is, or the object that `package.module:name` leads to."""
    module, colon, attribute = name.partition(":")
    if not colon or Path(name).exists() or not module.replace(".", "").isidentifier():
        return name
    sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise Invalid(f"“{name}” cannot be imported: {error}.") from None
    finally:
        sys.path.pop(0)


def interface_of(path: str | None) -> tuple[list[Field] | None, list[Field] | None]:
    if path is None:
        return None, None
    form = file_of(path)
    try:
        return [field_from(item) for item in form["inputs"]], [field_from(item) for item in form["outputs"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise Invalid(f"“{path}” is no interface ({error}); it holds inputs and outputs, each a list.") from None


def steps_of(path: str | None) -> list[Step]:
    if path is None:
        return []
    try:
        return [Step.read(item) for item in file_of(path).get("steps", ())]
    except (KeyError, TypeError, AttributeError) as error:
        raise Invalid(f"“{path}” has no readable steps ({error}); each is an object with a name.") from None


def example_of(given: Sequence[str], inputs: Sequence[Field] | None) -> Any:
    if not given:
        return None
    if inputs is not None:
        return values_of(given, inputs)
    values = [json_of(item, "--example", text_too=True) for item in given]
    return values[0] if len(values) == 1 else values


def values_of(given: Sequence[str], inputs: Sequence[Field]) -> Any:
    """`name=value` by input, or the bare value of the only input."""
    fields = {field.name: field for field in inputs}
    named = {}
    for item in given:
        name, equals, value = item.partition("=")
        if equals and name in fields:
            named[name] = _value(fields[name], value)
        elif len(given) == 1 and len(fields) == 1:
            only = next(iter(fields.values()))
            named[only.name] = _value(only, item)
        else:
            raise Invalid(f"“{item}” is not understood; write name=value with {', '.join(fields)}.")
    return named


def _value(field: Field, text: str) -> Any:
    return json_of(text, f"“{field.name}”", text_too=True) if isinstance(field, Number | Table) else text


def json_of(text: str, what: str, *, text_too: bool = False) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        if text_too:
            return text
        raise Invalid(f"{what} is no JSON: {text[:80]}") from None


def file_of(path: str) -> dict[str, Any]:
    try:
        form = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise Invalid(f"“{path}” cannot be read as JSON: {error}.") from None
    if not isinstance(form, dict):
        raise Invalid(f"“{path}” holds no JSON object.")
    return form
