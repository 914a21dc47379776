"""Asking a version what another was asked: the stored inputs with their edits, as that one's model saw them.

Nothing is decoded or rendered anew, so it needs no more than the open transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from uuid6 import uuid7

from apps.jobs import bridges
from apps.jobs.kinds import JobKind, Result
from apps.jobs.models import Job
from apps.jobs.services import expected_ms, submit
from apps.registry.functions import LIVE
from apps.registry.inputs import described, is_file, require_held
from apps.registry.interfaces import differences, read_interface
from apps.registry.models import Version
from atrium.access.principals import System, TeamPrincipal
from atrium.errors import Conflict, Problem, require
from atrium.tenancy.statements import send
from gpu_workers.protocol.values import default_of

from .authors import author_of
from .inference import build, finish_many, load_models
from .models import Prediction, PredictionArtifact
from .permissions import can_predict
from .preparation import payload_again, puts_of
from .services import require_servable

KIND = "replay"
ENDED = "SELECT atrium.replay_ended(r.team_id, r.id) FROM unnest(%s::uuid[], %s::uuid[]) AS r(team_id, id)"


def finish_replays(results: Sequence[Result]) -> None:
    """As of any prediction; a chore then sees to what waits for it."""
    finish_many(results)
    send(ENDED, [result.team_id for result in results], [result.subject for result in results])


REPLAY = JobKind(KIND, timedelta(hours=6), build, finish_replays, load_models)


def require_replayable(earlier: Prediction, version: Version) -> None:
    """Raises what forbids it: a version that does not serve or is archived, another interface, inputs that are gone."""
    require_servable(version)
    if version.model.project_id != earlier.endpoint.project_id:
        raise Conflict(f"{version} belongs to another project.")
    forbids, _ = differences(read_interface(earlier.version.interface), read_interface(version.interface))
    if forbids:
        raise Conflict(f"{version} takes or answers something else. {' '.join(forbids)}", code="interface_differs")
    require_held(read_interface(earlier.version.interface), earlier.inputs)


def replay(
    principal: TeamPrincipal,
    earlier: Prediction,
    version: Version,
    *,
    priority: Job.Priority = Job.Priority.INTERACTIVE,
) -> Prediction:
    """Ask it, in the open context. The prediction is the team's own, and on nobody's bench; it counts as any other.

    Raises what `require_replayable` does, NotPermitted, queue_full and quota_exceeded; then nothing is kept if the
    caller's savepoint is undone.
    """
    require(
        isinstance(principal, System) or can_predict(principal, earlier.endpoint),
        "Your role or token does not allow predictions.",
    )
    require_replayable(earlier, version)
    interface = read_interface(version.interface)
    inputs: dict[str, Any] = dict(earlier.inputs)
    added = {field.name: default_of(field) for field in interface.inputs if field.name not in inputs}
    inputs |= described({name: value for name, value in added.items() if value is not None})
    kind, author_id = author_of(System(principal.team_id, "replay"))
    prediction = Prediction(
        id=uuid7(),
        endpoint=earlier.endpoint,
        version=version,
        original_id=earlier.original_id or earlier.pk,
        author_kind=kind,
        author_id=author_id,
        inputs=inputs,
        edits=earlier.edits,
        came_from=earlier.came_from,
        request_sha256=sha256(b"replay" + earlier.pk.bytes + version.pk.bytes).digest(),
        original_sha256=bytes(earlier.original_sha256),
    )
    held = earlier.artifacts.filter(artifact__in=_files_of(inputs)).values_list("artifact_id", flat=True)
    is_live = version.format == LIVE
    submit(
        LIVE if is_live else KIND,
        prediction.pk,
        {"inputs": payload_again(interface, inputs, earlier.edits), "puts": puts_of(principal.team_id, interface)},
        pool=bridges.POOL if is_live else earlier.endpoint.pool,
        priority=priority,
        project_id=earlier.endpoint.project_id,
        version_id=version.pk,
        reserve_ms=expected_ms(KIND, version.pk),
        beside=[prediction, *(PredictionArtifact(prediction=prediction, artifact_id=pk) for pk in held)],
    )
    return prediction


def tried(
    principal: TeamPrincipal, earlier: Prediction, version: Version, priority: Job.Priority = Job.Priority.INTERACTIVE
) -> Prediction | Problem:
    """As `replay`, in a savepoint of its own; or what forbids it, and nothing is kept."""
    try:
        with transaction.atomic():
            return replay(principal, earlier, version, priority=priority)
    except Problem as problem:
        return problem


def _files_of(inputs: Mapping[str, Mapping[str, Any]]) -> set[UUID]:
    """What was given, and what the model saw."""
    named = (value.get(which) for value in inputs.values() if is_file(value) for which in ("original", "rendered"))
    return {UUID(each) for each in named if each}
