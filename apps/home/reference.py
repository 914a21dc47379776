"""The OpenAPI schema as the reference page shows it: operations by group, with their fields and an example."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from .summaries import BODIES

METHODS = ("get", "post", "patch", "put", "delete")
ORDER = (
    "me",
    "projects",
    "models",
    "versions",
    "endpoints",
    "predictions",
    "links",
    "threads",
    "pictures",
    "usage",
    "audit",
)
DEPTH = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or one member of a body; `name` is a path as `versions[].number`."""

    name: str
    type: str
    is_required: bool
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    content_types: tuple[str, ...]
    answers: tuple[Answer, ...]
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: tuple[Operation, ...]


@cache
def schema() -> dict[str, Any]:
    """The schema that `/api/v1/schema/` serves; it changes only with the code."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]  # plain dicts: it holds lazy strings


@cache
def groups() -> tuple[Group, ...]:
    """Operations by the noun that their path ends in, in the order of the main job."""
    found: dict[str, list[Operation]] = {}
    for path, operations in schema()["paths"].items():
        for method in METHODS:
            if method in operations:
                noun = _noun(path)
                found.setdefault(noun, []).append(_operation(method, path, operations[method]))
    ordered = sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return tuple(Group(name, tuple(found[name])) for name in ordered)


def _noun(path: str) -> str:
    """What a path is about: `/projects/{id}/models` is about models, `/versions/{id}/upload` about versions."""
    nouns = [part for part in path.split("/") if part in ORDER]
    return nouns[-1] if nouns else path.split("/")[3]


def _operation(method: str, path: str, declared: Mapping[str, Any]) -> Operation:
    content = declared.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema", {})
    parameters = tuple(
        Field(
            one["name"],
            _type(one.get("schema", {})),
            bool(one.get("required")),
            _text(one | one.get("schema", {}) | {"description": one.get("description", "")}),
            {"path": "in the path", "query": "in the query", "header": "a header"}[one["in"]],
        )
        for one in declared.get("parameters", ())
    )
    answers = tuple(
        Answer(status, answer.get("description") or _file(answer), tuple(_fields(_json_schema(answer))))
        for status, answer in declared["responses"].items()
        if status != "default"
    )
    return Operation(
        id=declared["operationId"],
        method=method.upper(),
        path=path,
        summary=declared.get("summary", ""),
        text=declared.get("description", ""),
        parameters=parameters,
        body=tuple(_fields(body)),
        content_types=tuple(content),
        answers=answers,
        curl=_curl(method, path, declared["operationId"]),
    )


def _file(answer: Mapping[str, Any]) -> str:
    """What kinds of file an answer is, where it is one."""
    kinds = [kind for kind in answer.get("content", {}) if kind != "application/json"]
    return f"a file: {' or '.join(kinds)}" if kinds else ""


def _json_schema(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _resolved(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed; what stands beside the reference wins."""
    merged = dict(declared)
    for part in declared.get("allOf", ()):
        merged = {**_resolved(part), **merged}
    if "$ref" in declared:
        target = schema()["components"]["schemas"][declared["$ref"].rsplit("/", 1)[1]]
        merged = {**_resolved(target), **merged}
    for choice in declared.get("oneOf", ()):
        merged = {**_resolved(choice), **merged}
    return merged


def _fields(declared: Mapping[str, Any], prefix: str = "", depth: int = 0) -> list[Field]:
    whole = _resolved(declared)
    if whole.get("type") == "array":
        return _fields(whole.get("items", {}), f"{prefix}[]", depth)
    required = set(whole.get("required", ()))
    found: list[Field] = []
    for name, member in whole.get("properties", {}).items():
        inner = _resolved(member)
        path = f"{prefix}.{name}" if prefix else name
        found.append(Field(path, _type(inner), name in required, _text(inner)))
        if depth < DEPTH:
            found += _fields(inner, path, depth + 1)
    return found


def _type(declared: Mapping[str, Any]) -> str:
    whole = _resolved(declared)
    if "enum" in whole:
        return " | ".join(json.dumps(value) for value in whole["enum"])
    kind = whole.get("type", "any")
    kinds = [kind] if isinstance(kind, str) else list(kind)
    words = [_type(whole.get("items", {})) + "[]" if one == "array" else str(one) for one in kinds]
    form = whole.get("format")
    return " | ".join(words) + (f" ({form})" if form else "")


def _text(declared: Mapping[str, Any]) -> str:
    listed = str(declared.get("description", "")).splitlines()
    said = ["\n".join(line for line in listed if not line.startswith("* `")).strip()]  # the type says the words already
    if declared.get("default") not in (None, ""):
        said.append(f"Default {json.dumps(declared['default'])}.")
    if "maxLength" in declared:
        said.append(f"At most {declared['maxLength']:,} characters.")
    if "minimum" in declared or "maximum" in declared:
        said.append(f"From {declared.get('minimum', '−∞')} to {declared.get('maximum', '∞')}.")
    return " ".join(filter(None, said))


def _curl(method: str, path: str, operation: str) -> str:
    url = settings.ATRIUM_URL + re.sub(r"{(\w+)}", lambda name: f"${name[1].upper()}", path)
    lines = [f'curl "{url}"', '-H "Authorization: Bearer $ATRIUM_TOKEN"']
    if method != "get":
        lines.insert(1, f"-X {method.upper()}")
    if operation in BODIES:
        body = re.sub(
            r'"{(\w+)}"', lambda name: f'"\'"${name[1].upper()}"\'"', json.dumps(BODIES[operation], ensure_ascii=False)
        )
        lines += ["-H 'Content-Type: application/json'", f"-d '{body}'"]
    return " \\\n  ".join(lines)
