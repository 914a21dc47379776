"""Calls of one endpoint that run as they are shown, with a case that the endpoint takes."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gpu_workers.protocol.interface import FILE_KINDS
from gpu_workers.protocol.rendering import ENDINGS

from .models import Endpoint, Prediction


@dataclass(frozen=True, slots=True)
class Snippets:
    """curl: for a shell; python: for the client; javascript: for Node. Each reads its token from ATRIUM_TOKEN."""

    curl: str
    python: str
    javascript: str


_ENDING = {"image": "png", "sketch": "png", "audio": "wav", "series": "csv", "dicom": "dcm", "table_file": "csv"}
"""Of a file that one would send."""


def snippets_for(url: str, endpoint: Endpoint, example: Prediction | None) -> Snippets:
    """url: the site's. example: a prediction whose values are shown, where there is one."""
    interface = endpoint.version.interface or {"inputs": []}
    given = example.inputs if example is not None else {}
    kinds = {field["name"]: field["kind"] for field in interface["inputs"] if field["kind"] in FILE_KINDS}
    values = {
        field["name"]: given[field["name"]]["value"] if field["name"] in given else _sample(field)
        for field in interface["inputs"]
        if field["kind"] not in FILE_KINDS
    }
    endings = {name: ENDINGS[given[name]["kind"]] if name in given else _ENDING[kind] for name, kind in kinds.items()}
    files = {name: f"{_file(name)}.{ending}" for name, ending in endings.items()}
    fetched = {name: given[name]["original"] for name in kinds if name in given}
    return Snippets(
        _curl(url, endpoint, values, files, fetched),
        _python(url, endpoint, values, files),
        _javascript(url, endpoint, values, files, fetched),
    )


def _file(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _sample(field: Mapping[str, Any]) -> Any:
    """A value that the field takes."""
    match field["kind"]:
        case "text":
            return field.get("default") or "Some text"
        case "choice":
            return field.get("default") or field["choices"][0]
        case "table":
            return [_figure(column) for column in field["columns"]]
    return _figure(field)


def _figure(field: Mapping[str, Any]) -> float:
    known = (field.get(key) for key in ("default", "minimum", "maximum"))
    return next((value for value in known if value is not None), 0.0)


def _curl(
    url: str, endpoint: Endpoint, values: Mapping[str, Any], files: Mapping[str, str], fetched: Mapping[str, str]
) -> str:
    header = '-H "Authorization: Bearer $ATRIUM_TOKEN"'
    lines = [
        f"curl -sS {header} \\\n  -o {shlex.quote(files[name])} {url}/api/v1/pictures/{artifact}"
        for name, artifact in fetched.items()
    ]
    call = f"curl -sS {header} \\\n  {url}/api/v1/endpoints/{endpoint.pk}/predictions"
    if files:
        parts = [f"-F {shlex.quote(f'{name}=@{file}')}" for name, file in files.items()]
        if values:
            parts.append(f"-F {shlex.quote('inputs=' + msgspec.json.encode(values).decode())}")
        return "\n".join([*lines, " \\\n  ".join([call, *parts])])
    body = shlex.quote(msgspec.json.encode({"inputs": values}).decode())
    return f"{call} \\\n  -H 'Content-Type: application/json' \\\n  -d {body}"


def _python(url: str, endpoint: Endpoint, values: Mapping[str, Any], files: Mapping[str, str]) -> str:
    case = {**files, **values}
    only = next(iter(case.values())) if len(case) == 1 else case
    outputs = (endpoint.version.interface or {"outputs": []})["outputs"]
    last = f"print(answer[{outputs[0]['name']!r}])" if outputs else "print(answer)"
    return "\n".join(
        [
            "from atrium_client import Atrium",
            "",
            f'project = Atrium("{url}").project("{endpoint.project.slug}")',
            f'endpoint = project.endpoint("{endpoint.slug}")',
            f"answer = endpoint.predict({only!r})",
            last,
        ]
    )


def _javascript(
    url: str, endpoint: Endpoint, values: Mapping[str, Any], files: Mapping[str, str], fetched: Mapping[str, str]
) -> str:
    read = [] if set(files) == set(fetched) else ['import { readFile } from "node:fs/promises";', ""]
    lines = [
        "// Node 18 or newer: node call.mjs",
        *read,
        f'const api = "{url}/api/v1";',
        "const headers = { Authorization: `Bearer ${process.env.ATRIUM_TOKEN}` };",
        "",
    ]
    if files:
        lines.append("const body = new FormData();")
        for name, file in files.items():
            if name in fetched:
                picture = f"await (await fetch(`${{api}}/pictures/{fetched[name]}`, {{ headers }})).blob()"
            else:
                picture = f"new Blob([await readFile({_literal(file)})])"
            lines.append(f"body.set({_literal(name)}, {picture}, {_literal(file)});")
        if values:
            lines.append(f'body.set("inputs", JSON.stringify({_literal(values)}));')
    else:
        lines += [
            'headers["Content-Type"] = "application/json";',
            f"const body = JSON.stringify({_literal({'inputs': values})});",
        ]
    return "\n".join(
        [
            *lines,
            "",
            f"const url = `${{api}}/endpoints/{endpoint.pk}/predictions`;",
            'const reply = await fetch(url, { method: "POST", headers, body });',
            "const prediction = await reply.json();",
            "if (!reply.ok) throw new Error(prediction.detail);",
            "console.log(prediction.state, JSON.stringify(prediction.answer, null, 2));",
        ]
    )


def _literal(value: Any) -> str:
    """What JavaScript reads as the value: JSON is a part of it."""
    return json.dumps(value, ensure_ascii=False)
