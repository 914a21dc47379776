"""The example that a version was uploaded with: asked for when it is deployed, it is the first that reviewers see."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import connection

from apps.artifacts.models import Artifact
from apps.artifacts.services import read
from apps.registry.inputs import is_file
from apps.registry.interfaces import read_interface
from apps.registry.models import Version
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.interface import Interface

from .models import OPEN, Example, Prediction
from .predictions import ask
from .preparation import Asked
from .selectors import endpoint_for

log = logging.getLogger("atrium.endpoints")
SHOWABLE = (*OPEN, Prediction.State.SUCCEEDED)
"""States of what may become an example that somebody sees."""


def show_first_example(principal: TeamPrincipal, endpoint_id: UUID, *, wait: float) -> None:
    """Ask a new endpoint for its version's own example, and show that once it is answered.

    wait: seconds for its answer; one that is still open then, as where the model is loaded for the first time, is seen
    by nobody until it succeeds, and swept where it ends otherwise. Called outside any transaction, which the worker
    could not see into. Nothing happens where the version has no example; it is logged where that does not fit the
    confirmed interface, may not be asked or fails: an endpoint without an example is still one.
    """
    with team_context(principal):
        endpoint = endpoint_for(principal, endpoint_id)
        stored = _by_input(read_interface(endpoint.version.interface), endpoint.version)
        files = {name: Artifact.objects.get(pk=value["original"]) for name, value in stored.items() if is_file(value)}
    if not stored:
        return
    try:
        values = {name: read(files[name]) if name in files else value["value"] for name, value in stored.items()}
        connection.close()  # back to the pool: nothing is read while this waits
        prediction = async_to_sync(ask)(principal, endpoint_id, Asked(values), wait=wait)
    except Problem as problem:
        log.warning("endpoint %s has no first example: %s", endpoint_id, problem.code)
        return
    if prediction.state not in SHOWABLE:
        code = (prediction.error or {}).get("code", prediction.state)
        log.warning("endpoint %s has no first example: %s", endpoint_id, code)
        return
    with team_context(principal):
        example, is_new = Example.objects.get_or_create(endpoint=endpoint, prediction=prediction)
        if is_new:
            record(principal, "example.added", example, project_id=endpoint.project_id)


def _by_input(interface: Interface, version: Version) -> Mapping[str, Any]:
    """The stored values by the confirmed inputs' names: an example may have come by the names of tensors."""
    given: dict[str, Any] = version.example
    if len(given) == 1 and len(interface.inputs) == 1:
        return {interface.inputs[0].name: next(iter(given.values()))}
    found = {}
    for field in interface.inputs:
        value = given.get(field.name, given.get(field.tensor))
        if value is not None:
            found[field.name] = value
    return found
