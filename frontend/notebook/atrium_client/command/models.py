"""`atrium upload`, `confirm`, `export`: models and their versions."""

import argparse
import json
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

from atrium_client.atrium import Atrium
from atrium_client.errors import Conflict, Invalid
from atrium_client.export import export
from atrium_client.fields import JSON, Card
from atrium_client.interfaces import interface_json
from atrium_client.sizes import size
from atrium_client.versions import Version

from .arguments import Command, Told, example_of, file_of, interface_of, model_arguments, model_of, steps_of


def add(command: Command) -> None:
    upload = command("upload", _upload, "Upload a model as a new version.")
    upload.add_argument("project")
    upload.add_argument("name", help="the model's name")
    model_arguments(upload)
    upload.add_argument("--create", action="store_true", help="create the project where it does not exist")
    upload.add_argument("--notes", default="", help="what is new in this version")
    upload.add_argument("--card", help="JSON file: purpose, not_for, validation, known_errors, contact")
    upload.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="FILE",
        help="what comes with it: labels.txt, tokenizer.json; again for more",
    )
    upload.add_argument("--no-wait", action="store_true", help="do not wait for the inspection")

    confirm = command("confirm", _confirm, "Accept the interface that is proposed for a version, or give another.")
    confirm.add_argument("project")
    confirm.add_argument("model")
    confirm.add_argument("--version", type=int, help="the newest by default")
    confirm.add_argument("--interface", help="JSON file with inputs and outputs, instead of the proposed one")
    confirm.add_argument("--show", action="store_true", help="only write it, as --interface takes it")

    exporting = command("export", _export, "Turn a model into one clean ONNX file here, without a server.")
    model_arguments(exporting)
    exporting.add_argument("-o", "--out", type=Path, required=True)


def _upload(given: argparse.Namespace) -> Told:
    inputs, outputs = interface_of(given.interface)
    card = _card(given.card) if given.card else None
    project = Atrium().project(given.project, create=given.create)
    version = project.upload(
        given.name, model_of(given.model), inputs=inputs, outputs=outputs, example=example_of(given.example, inputs),
        files=given.file, steps=steps_of(given.interface),
        notes=given.notes, card=card, wait=not given.no_wait, progress=not given.json,
    )  # fmt: skip
    hint = f" The interface is proposed: atrium confirm {given.project} {given.name}" if version.proposed else ""
    told = "".join(f" {notice}" for notice in version.notices)
    return f"{version} is {version.state}: {version.url}{told}{hint}", _version(version)


def _confirm(given: argparse.Namespace) -> Told:
    version = Atrium().project(given.project).version(given.model, given.version)
    if not given.show:
        version.confirm(*interface_of(given.interface))
    interface = _shown_interface(version)
    if given.show:
        return json.dumps(interface, indent=2), interface
    told = "; ".join(f"{side}: {', '.join(field['name'] for field in interface[side])}" for side in interface)
    return f"{version} takes and answers {told}.", {**_version(version), "interface": interface}


def _export(given: argparse.Namespace) -> Told:
    inputs, outputs = interface_of(given.interface)
    with export(
        model_of(given.model), inputs=inputs, outputs=outputs, example=example_of(given.example, inputs)
    ) as exported:
        shutil.copyfile(exported.path, given.out)
        report = exported.report()
    parts = [f"{given.out}: {size(exported.size)} by {exported.exporter}, batch {exported.batch}"]
    if exported.difference is not None:
        parts.append(f"differs from the original by {exported.difference:.2g} ({exported.tolerance:.2g} is allowed)")
    parts.append(f"{exported.removed} notes and paths removed, {exported.folded} tensors folded in")
    return "; ".join(parts) + ".", {"path": str(given.out), **report}


def _version(version: Version) -> dict[str, Any]:
    value = {"id": version.id, "number": version.number, "state": version.state, "url": version.url}
    return {**value, "proposed": version.proposed, "not_shown": version.not_shown, "notices": version.notices}


def _shown_interface(version: Version) -> JSON:
    """What `--interface` takes: the confirmed interface, or the proposed one."""
    inputs, outputs = version.inputs or version.proposed_inputs, version.outputs or version.proposed_outputs
    if not inputs:
        raise Conflict(
            f"Nothing is proposed for {version}. {version.why_not_proposed} Write one, and give --interface."
        )
    return interface_json(inputs, outputs)


def _card(path: str) -> Card:
    form = file_of(path)
    unknown = ", ".join(set(form) - {field.name for field in fields(Card)})
    if unknown:
        told = ", ".join(field.name for field in fields(Card))
        raise Invalid(f"A card has no {unknown}; it holds {told}. Mend “{path}”.")
    return Card.read(form)
