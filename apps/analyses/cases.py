"""Rows of a table as cases on an endpoint's bench: asked of the model by whoever opens them, each with where it is
from."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from apps.artifacts.models import Artifact
from apps.datasets.models import DatasetVersion
from apps.endpoints.models import Endpoint
from apps.endpoints.permissions import can_predict
from apps.endpoints.predictions import ask
from apps.endpoints.preparation import Asked
from apps.endpoints.selectors import endpoint_for, endpoints_for
from apps.projects.models import Project
from apps.registry.interfaces import read_interface
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import FieldError, Invalid, NotFound, NotPermitted, Problem, require
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol import mapping as maps
from gpu_workers.protocol.debugger import Piece, Take, TakeAnswer

from .pictures import read_piece, taken
from .questions import bare_columns
from .row_ids import id_column, id_words, with_id
from .selectors import answer_for

NO_CASES = "Viewers look at rows, and ask no model about them."
AT_ONCE = 8
SECONDS = 10.0
"""How long the answers are waited for; the bench waits on for those that take longer."""
TOO_MUCH = "Its pictures and those of the other rows are too much at once. Open it alone."


class Opening(Struct, frozen=True, forbid_unknown_fields=True):
    """What a page sends. mapping: which columns fill the endpoint's inputs; rows: their places in the dataset."""

    endpoint: UUID
    mapping: maps.Mapping
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """cases: predictions, in the order of the rows. refused: (row, why it could not be asked)."""

    endpoint: Endpoint
    cases: list[UUID]
    refused: list[tuple[int, str]]


def offered(principal: TeamPrincipal, project: Project, version: DatasetVersion) -> list[dict[str, Any]]:
    """Endpoints whose inputs can all be had from columns, each with the guess at which, the surest first."""
    columns, _ = bare_columns(version)
    endpoints = endpoints_for(principal, project)
    require(all(can_predict(principal, each) for each in endpoints), NO_CASES)
    found = []
    for endpoint in endpoints:
        interface = read_interface(endpoint.version.interface)
        places = maps.slots(interface)
        if not all(any(column.kind in slot.kinds for column in columns) for slot in places if slot.needed):
            continue
        guess = maps.guess(interface, columns)
        empty = sum(not maps.column_of(guess, slot) for slot in places) / len(places)
        told = {
            "id": str(endpoint.pk),
            "name": endpoint.name,
            "model": endpoint.version.model.name,
            "mapping": guess,
            "slots": msgspec.to_builtins(places),
        }
        found.append((empty, endpoint.name, told))
    return [told for _, _, told in sorted(found, key=lambda each: each[:2])]


def read_opening(body: Mapping[str, Any]) -> Opening:
    try:
        return msgspec.convert(body, Opening)
    except msgspec.ValidationError as error:
        raise Invalid(FieldError("", "invalid", f"{error}.")) from None


def rows_to_take(principal: TeamPrincipal, version: DatasetVersion, opening: Opening) -> Take:
    """The question whose answer has all cells that the model needs, in the open context."""
    endpoint = _endpoint(principal, version, opening)
    interface, (columns, _) = read_interface(endpoint.version.interface), bare_columns(version)
    try:
        wrong = maps.faults(interface, columns, opening.mapping)
    except ValueError as error:
        raise Invalid(FieldError("mapping", "unknown", str(error))) from None
    if wrong:
        raise Invalid(*(FieldError(f"mapping.{slot.path}", "invalid", sentence) for slot, sentence in wrong))
    needed = maps.columns_needed(interface, opening.mapping)
    if not needed:
        raise Invalid(FieldError("mapping", "required", "Choose a column for at least one input."))
    return Take(opening.rows, with_id(needed, version))


def _endpoint(principal: TeamPrincipal, version: DatasetVersion, opening: Opening) -> Endpoint:
    """Of the same project: rows do not leave theirs."""
    endpoint = endpoint_for(principal, opening.endpoint)
    if endpoint.project_id != version.dataset.project_id:
        raise NotFound
    require(can_predict(principal, endpoint), NO_CASES)
    return endpoint


async def open_rows(principal: TeamPrincipal, version_id: UUID, opening: Opening, answer_id: UUID) -> Opened:
    """Ask the model about each row. answer_id: of `rows_to_take`."""
    until = asyncio.get_running_loop().time() + SECONDS
    version, endpoint, told, pictures = await in_database(_gathered, principal, version_id, opening, answer_id)
    interface = read_interface(endpoint.version.interface)
    columns = with_id(maps.columns_needed(interface, opening.mapping), version)
    places = asyncio.Semaphore(AT_ONCE)

    async def asked(row: int, values: tuple[Any, ...]) -> UUID | str:
        """The prediction, or why there is none."""
        if row in told.left_out:
            return TOO_MUCH
        async with places:
            try:
                cells = {}
                for name, value in zip(columns, values, strict=True):
                    if isinstance(value, Piece):
                        value = await asyncio.to_thread(read_piece, pictures, value)
                    cells[name] = value
                inputs = maps.filled(interface, opening.mapping, cells)
                wait = max(until - asyncio.get_running_loop().time(), 0.0)
                case = Asked(inputs, came_from=_origin(version, row, cells))
                return (await ask(principal, endpoint.pk, case, wait=wait)).pk
            except maps.Unusable as unusable:
                return str(unusable)
            except NotPermitted:
                raise
            except Problem as problem:
                return " ".join(error.message for error in problem.errors) or problem.message

    results = await asyncio.gather(*(asked(*each) for each in zip(opening.rows, told.values, strict=True)))
    cases = [each for each in results if isinstance(each, UUID)]
    refused = [(row, each) for row, each in zip(opening.rows, results, strict=True) if isinstance(each, str)]
    if cases:
        await in_database(_note, principal, version, endpoint, len(cases))
    return Opened(endpoint, cases, refused)


def _gathered(
    principal: TeamPrincipal, version_id: UUID, opening: Opening, answer_id: UUID
) -> tuple[DatasetVersion, Endpoint, TakeAnswer, Artifact]:
    with team_context(principal):
        answer = answer_for(principal, answer_id)
        if answer.version_id != version_id:
            raise NotFound
        pictures = Artifact(pk=answer.file_id, team_id=answer.team_id)  # its key is all that is needed
        return answer.version, _endpoint(principal, answer.version, opening), taken(answer), pictures


def _origin(version: DatasetVersion, row: int, cells: Mapping[str, Any]) -> dict[str, Any]:
    """As `Prediction.came_from` holds it. cells: of the row, that of the id column among them where there is one."""
    origin = {"version": str(version.pk), "dataset": version.dataset.name, "number": version.number, "row": row}
    said = id_words(cells.get(id_column(version) or ""))
    return origin | {"id": said} if said else origin


def _note(principal: TeamPrincipal, version: DatasetVersion, endpoint: Endpoint, rows: int) -> None:
    with team_context(principal):
        project_id = version.dataset.project_id
        record(principal, "dataset.opened_rows", version, project_id=project_id, endpoint=str(endpoint.pk), rows=rows)
