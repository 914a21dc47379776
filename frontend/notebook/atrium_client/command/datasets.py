"""`atrium dataset upload`, `slices`: tables, and where models fail on them."""

import argparse
from typing import Any

from atrium_client.atrium import Atrium
from atrium_client.datasets import DatasetVersion
from atrium_client.errors import Invalid

from .arguments import Command, Told

ABOUT = "Tables on which the debugger shows where models fail."


def add(command: Command) -> None:
    upload = command("upload", _upload, "Upload a CSV, Parquet, Arrow or JSON lines file as a new version.")
    upload.add_argument("project")
    upload.add_argument("name", help="the dataset's name")
    upload.add_argument("file")
    upload.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="COLUMN=ROLE",
        help="such as y=label or p=probability:forest:malignant; repeatable",
    )
    upload.add_argument("--create", action="store_true", help="create the project where it does not exist")
    upload.add_argument("--notes", default="", help="what is new in this version")
    upload.add_argument("--no-wait", action="store_true", help="do not wait until it was read")

    slices = command("slices", _slices, "Find the conditions under which a model is worst.")
    slices.add_argument("project")
    slices.add_argument("name", help="the dataset's name")
    slices.add_argument("--version", type=int, help="the newest by default")
    slices.add_argument("--model", help="the first by default")
    slices.add_argument("--against", help="another model, than which it is worse there")


def _upload(given: argparse.Namespace) -> Told:
    project = Atrium().project(given.project, create=given.create)
    version = project.dataset(
        given.name, given.file, _roles(given.role), given.notes, wait=not given.no_wait, progress=not given.json
    )
    rows = f" with {version.rows:,} rows and {len(version.columns)} columns" if version.columns else ""
    return f"{version} is {version.state}{rows}: {version.url}", _version(version)


def _slices(given: argparse.Namespace) -> Told:
    version = Atrium().project(given.project).dataset(given.name, number=given.version)
    asked = {"against": given.against} if given.against else {}
    found = version.find_slices(given.model, **asked)
    return "\n".join(map(str, found)) or "No slice is worse than the rest by more than chance.", found.form


def _roles(given: list[str]) -> dict[str, str]:
    roles = {}
    for item in given:
        column, equals, role = item.rpartition("=")
        if not (equals and column and role):
            raise Invalid(f"“{item}” is no role; write column=role, such as y=label.")
        roles[column] = role
    return roles


def _version(version: DatasetVersion) -> dict[str, Any]:
    value = {"id": version.id, "number": version.number, "state": version.state, "url": version.url}
    return {**value, "rows": version.rows, "roles": version.roles, "remarks": version.remarks}
