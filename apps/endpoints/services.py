"""Serving a version under a stable name."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Max

from apps.jobs import idempotency
from apps.jobs.bridges import POOL as DEFAULT
from apps.jobs.pools import pool_for
from apps.projects.addresses import slug_of
from apps.projects.selectors import project_for
from apps.registry.functions import LIVE
from apps.registry.gates import judged
from apps.registry.interfaces import differences, read_interface
from apps.registry.models import Version
from apps.registry.selectors import version_for
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, NotFound, Problem, require
from atrium.tenancy.context import team_context

from .models import Endpoint, Example, Prediction
from .permissions import can_change_endpoints
from .selectors import endpoint_for, prediction_for


def require_servable(version: Version) -> None:
    if version.state != Version.State.READY:
        raise Problem("not_ready", f"{version} is {version.state}; only a version that is ready can be served.")
    if version.interface is None:
        raise Problem("interface_unconfirmed")
    if version.archived_at is not None:
        raise Conflict(f"{version} is archived. Bring it back first.")


def create_endpoint(
    principal: TeamPrincipal, project_id: UUID, *, name: str, version_id: UUID, key: str = "", body: bytes = b""
) -> Endpoint:
    """Serve a ready version under a name of its own. key, body: the Idempotency-Key and the request's body."""
    slug = slug_of(name)
    with team_context(principal):
        require(can_change_endpoints(principal), "Viewers cannot deploy.")
        project = project_for(principal, project_id)
        version = version_for(principal, version_id, hold=True)
        if version.model.project_id != project.pk:
            raise Invalid(FieldError("version", "invalid", "The version belongs to another project."))
        require_servable(version)
        endpoint = Endpoint(project=project, name=name.strip(), slug=slug, version=version)
        earlier = idempotency.claim(principal, key, body, endpoint.pk)
        if earlier is not None:
            return endpoint_for(principal, earlier)
        if Endpoint.objects.filter(project=project, slug=slug).exists():
            raise Conflict(f"There is an endpoint “{slug}” already. Promote the version there, or choose another name.")
        endpoint.save(force_insert=True)
        record(principal, "endpoint.created", endpoint, project_id=project.pk, version=str(version.pk))
    return endpoint


def promote(principal: TeamPrincipal, endpoint_id: UUID, version_id: UUID) -> tuple[Endpoint, list[str]]:
    """Serve another version at the same address; (endpoint, notices). Refused where the interface differs, or a suite
    that refuses does not pass."""
    with team_context(principal):
        require(can_change_endpoints(principal), "Viewers cannot promote.")
        Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()  # promotions come in turn
        endpoint = endpoint_for(principal, endpoint_id)
        version = version_for(principal, version_id, hold=True)
        if version.model.project_id != endpoint.project_id:
            raise Invalid(FieldError("version", "invalid", "The version belongs to another project."))
        require_servable(version)
        forbids, notices = differences(read_interface(endpoint.version.interface), read_interface(version.interface))
        if forbids:
            raise Conflict(" ".join(forbids) + " Deploy it as an endpoint of its own.", code="interface_differs")
        told = judged(version)
        if told.forbids:
            raise Conflict(" ".join(told.forbids), code="suite_failing")
        before = endpoint.version_id
        endpoint.version = version
        endpoint.save(update_fields=["version"])
        record(
            principal,
            "endpoint.promoted",
            endpoint,
            project_id=endpoint.project_id,
            before=str(before),
            version=str(version.pk),
        )
    return endpoint, [*notices, *told.warns]


def rename_endpoint(principal: TeamPrincipal, endpoint_id: UUID, *, name: str) -> Endpoint:
    """The address stays."""
    with team_context(principal):
        require(can_change_endpoints(principal))
        endpoint = endpoint_for(principal, endpoint_id)
        endpoint.name = name.strip() or endpoint.name
        endpoint.save(update_fields=["name"])
        record(principal, "endpoint.renamed", endpoint, project_id=endpoint.project_id)
    return endpoint


def move_endpoint(principal: TeamPrincipal, endpoint_id: UUID, pool_id: UUID | None) -> Endpoint:
    """Have a team's own pool answer from now on; None: the installation's. What was accepted stays where it waits."""
    with team_context(principal):
        require(can_change_endpoints(principal), "Viewers cannot move endpoints.")
        endpoint = endpoint_for(principal, endpoint_id)
        if endpoint.version.format == LIVE and pool_id is not None:
            raise Conflict("A live function is answered by its notebook, on no pool.")
        pool = DEFAULT if pool_id is None else pool_for(principal, pool_id, hold=True).place.name
        if endpoint.pool != pool:
            before, endpoint.pool = endpoint.pool, pool
            endpoint.save(update_fields=["pool"])
            record(principal, "endpoint.moved", endpoint, project_id=endpoint.project_id, before=before, pool=pool)
    return endpoint


def named_by_pool(pool: str) -> list[str]:
    """The names of the endpoints that answer on a pool; inside the team's context."""
    return list(Endpoint.objects.filter(pool=pool).order_by("name").values_list("name", flat=True))


def add_example(principal: TeamPrincipal, endpoint_id: UUID, prediction_id: UUID, *, title: str = "") -> Example:
    """Show one of the endpoint's predictions, with its answer, to everybody who opens it."""
    with team_context(principal):
        require(can_change_endpoints(principal), "Viewers cannot add examples.")
        endpoint = endpoint_for(principal, endpoint_id)
        prediction = prediction_for(principal, prediction_id)
        if prediction.endpoint_id != endpoint.pk:
            raise Invalid(FieldError("prediction", "invalid", "The prediction was made on another endpoint."))
        if prediction.state != Prediction.State.SUCCEEDED:
            raise Invalid(FieldError("prediction", "not_answered", "Only an answered case can be shown as an example."))
        last = Example.objects.filter(endpoint=endpoint).aggregate(last=Max("position"))["last"]
        position = 0 if last is None else last + 1
        example, is_new = Example.objects.get_or_create(
            endpoint=endpoint, prediction=prediction, defaults={"title": title.strip()[:120], "position": position}
        )
        if is_new:
            record(principal, "example.added", example, project_id=endpoint.project_id)
    return example


def _example(principal: TeamPrincipal, example_id: UUID) -> Example:
    """To be changed: who changes an endpoint's examples does so in turn, by the endpoint's lock."""
    require(can_change_endpoints(principal), "Viewers cannot change examples.")
    Endpoint.objects.select_for_update(of=("self",), no_key=True).filter(examples=example_id).first()
    example = Example.objects.select_related("endpoint").filter(pk=example_id).first()
    if example is None:
        raise NotFound
    return example


def change_example(
    principal: TeamPrincipal, example_id: UUID, *, title: str | None = None, place: int | None = None
) -> None:
    """place: among the endpoint's examples, from 0; beyond the last it becomes the last."""
    with team_context(principal):
        example = _example(principal, example_id)
        if title is not None:
            example.title = title.strip()[:120]
            example.save(update_fields=["title"])
            record(principal, "example.changed", example, project_id=example.endpoint.project_id)
        if place is not None:
            _move(principal, example, lambda at: place)


def move_example(principal: TeamPrincipal, example_id: UUID, *, up: bool) -> None:
    """Before or behind the neighbour; at an end it stays."""
    with team_context(principal):
        _move(principal, _example(principal, example_id), lambda at: at - 1 if up else at + 1)


def _move(principal: TeamPrincipal, example: Example, to: Callable[[int], int]) -> None:
    """to: the new place, by the one that it has."""
    order = list(Example.objects.filter(endpoint=example.endpoint))
    if example not in order:  # its case was deleted meanwhile
        raise NotFound
    at = order.index(example)
    place = max(0, min(to(at), len(order) - 1))
    if place == at:
        return
    order.insert(place, order.pop(at))
    for position, each in enumerate(order):
        each.position = position
    Example.objects.bulk_update(order, ["position"])
    record(principal, "example.moved", example, project_id=example.endpoint.project_id)


def remove_example(principal: TeamPrincipal, example_id: UUID) -> None:
    """It is shown no longer; its prediction stays as long as others of the project."""
    with team_context(principal):
        example = _example(principal, example_id)
        record(principal, "example.removed", example, project_id=example.endpoint.project_id)
        example.delete()
