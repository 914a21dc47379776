"""A model or a table on its way from a notebook to a version that is ready."""

from collections.abc import Mapping
from typing import Any

from .connection import Connection
from .datasets import DatasetVersion
from .export import Exported
from .fields import JSON, Card
from .frames import File
from .progress import NOT_AWAITED, Progress
from .transfer import Place, send
from .values import bare, by_tensor, encode_json
from .versions import Version

_GOES_ON = "stopped; the same call goes on from here"


def upload_model(
    connection: Connection, project: str, name: str, exported: Exported, *,
    example: Any, notes: str, card: Card, wait: bool, bar: Progress,
) -> Version:  # fmt: skip
    """Send it as a new version of the model `name`. project: its id. wait: until the server has inspected it."""
    body = _body(exported, example, notes, card)
    model = connection.post(f"projects/{project}/models", {"name": name}, action=f"create “{name}”")
    bar.begin(exported.size, interrupted=_GOES_ON)
    version = Version(send(connection, Place.model(str(model["id"])), exported.path, body, bar), connection)
    bar.arrived("sent; the server inspects it" if version.state == "inspecting" else "sent", interrupted=NOT_AWAITED)
    if wait:
        version.wait()
        bar.note(version.state)
    if version.notices:
        bar.note(" ".join((version.state + ".", *version.notices)))
    return version


def upload_table(
    connection: Connection, project: str, name: str, file: File, *,
    roles: Mapping[str, str], notes: str, wait: bool, bar: Progress,
) -> DatasetVersion:  # fmt: skip
    """Send it as a new version of the dataset `name`. project: its id. wait: until the server has read it."""
    body: JSON = {"format": file.format, "size": file.size, "sha256": file.sha256(), "filename": file.name}
    body |= {"notes": notes, "roles": dict(roles)}
    dataset = connection.post(f"projects/{project}/datasets", {"name": name}, action=f"create “{name}”")
    bar.begin(file.size, interrupted=_GOES_ON)
    version = DatasetVersion(send(connection, Place.dataset(str(dataset["id"])), file.path, body, bar), connection)
    bar.arrived("sent; the server reads it" if version.state == "reading" else "sent", interrupted=NOT_AWAITED)
    if wait:
        version.wait()
        bar.note(f"{version.state}, {version.rows:,} rows")
    return version


def _body(exported: Exported, example: Any, notes: str, card: Card) -> JSON:
    """What a version is created with."""
    encoded = None
    if example is not None and exported.inputs:
        encoded = encode_json(exported.inputs, example)
    elif example is not None:
        named = by_tensor(exported.tensors, example)
        encoded = {name: bare(name, value) for name, value in named.items()}
    return {
        "format": exported.format,
        "size": exported.size,
        "sha256": exported.sha256,
        "notes": notes,
        "card": card.json(),
        "interface": exported.interface,
        "example": encoded,
    }
