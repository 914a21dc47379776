"""Reads of endpoints and predictions, inside the team's context.

What belongs to a project that is being deleted is found no more, from the moment in which that was asked for.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.artifacts.models import Artifact
from apps.projects.models import Project
from apps.projects.permissions import can_see_projects
from apps.projects.selectors import project_for
from apps.registry.interfaces import differences, read_interface
from apps.registry.models import Model, Version
from atrium.access.principals import Guest, Member, TeamPrincipal
from atrium.errors import NotFound, require
from atrium.tenancy.statements import Row

from .models import Endpoint, Example, Prediction, PredictionArtifact
from .permissions import can_see_endpoint, can_see_prediction


def endpoints_for(principal: TeamPrincipal, project: Project) -> list[Endpoint]:
    endpoints = list(Endpoint.objects.filter(project=project).select_related("version__model").order_by("name"))
    require(all(can_see_endpoint(principal, endpoint.pk) for endpoint in endpoints))
    return endpoints


def listed_endpoints(principal: TeamPrincipal, project_id: UUID) -> "QuerySet[Endpoint]":
    """A project's endpoints with their examples."""
    require(can_see_projects(principal), "This needs the scope models:read.")
    found = Endpoint.objects.filter(project=project_for(principal, project_id))
    return found.select_related("version__model", "project").prefetch_related("examples")


def endpoint_for(principal: TeamPrincipal, endpoint_id: UUID) -> Endpoint:
    """A guest who asks for another endpoint than its link's learns nothing."""
    living = Endpoint.objects.filter(project__deleting_at=None)
    endpoint = living.select_related("project", "version__model").filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound
    if isinstance(principal, Guest) and not can_see_endpoint(principal, endpoint.pk):
        raise NotFound
    require(can_see_endpoint(principal, endpoint.pk))
    return endpoint


SERVING = """
    SELECT e.pool, e.project_id, e.version_id, v.number, v.format, v.interface, v.model_id, m.name
    FROM endpoints_endpoint e JOIN registry_version v ON v.id = e.version_id JOIN registry_model m ON m.id = v.model_id
        JOIN projects_project p ON p.id = e.project_id AND p.deleting_at IS NULL
    WHERE e.id = %s
"""


def serving_endpoint(principal: TeamPrincipal, endpoint_id: UUID, found: Sequence[Row]) -> Endpoint:
    """As `endpoint_for`, from what SERVING found: pool, project, the version's interface and names, and no more."""
    if not found or (isinstance(principal, Guest) and not can_see_endpoint(principal, endpoint_id)):
        raise NotFound
    require(can_see_endpoint(principal, endpoint_id))
    [(pool, project_id, version_id, number, format, interface, model_id, name)] = found
    team_id = principal.team_id
    model = Model(id=model_id, team_id=team_id, name=name)
    version = Version(
        id=version_id,
        team_id=team_id,
        number=number,
        format=format,
        interface=msgspec.json.decode(interface),
        model=model,
    )
    return Endpoint(id=endpoint_id, team_id=team_id, pool=pool, project_id=project_id, version=version)


def is_example(prediction: Prediction) -> bool:
    return Example.objects.filter(prediction=prediction).exists()


def prediction_for(principal: TeamPrincipal, prediction_id: UUID, *, hold: bool = False) -> Prediction:
    """Raises NotFound for what is not there and for what the principal may not see, alike.

    hold: it is not deleted before this transaction ends, and one that is being deleted is not there.
    """
    found = Prediction.objects.select_related("endpoint__project", "version__model", "original")
    found = found.select_for_update(of=("self",), no_key=True) if hold else found
    prediction = found.filter(pk=prediction_id, endpoint__project__deleting_at=None).first()
    if prediction is None:
        raise NotFound
    shown = isinstance(principal, Guest) and prediction.author_id != principal.guest_id and is_example(prediction)
    if not can_see_prediction(principal, prediction, shown):
        raise NotFound
    return prediction


def examples_for(principal: TeamPrincipal, endpoint: Endpoint) -> list[Example]:
    """Examples with their answered predictions, in the team's order; one that waits for its answer is not there yet."""
    require(can_see_endpoint(principal, endpoint.pk))
    answered = Example.objects.filter(endpoint=endpoint, prediction__state=Prediction.State.SUCCEEDED)
    found = answered.select_related("prediction__version__model", "prediction__endpoint")
    return list(found)


def listed_examples(principal: TeamPrincipal, endpoint_id: UUID) -> "QuerySet[Example]":
    """All of an endpoint, also those that wait for their answer."""
    found = Example.objects.filter(endpoint=endpoint_for(principal, endpoint_id))
    return found.select_related("prediction__version__model")


def example_for(principal: TeamPrincipal, example_id: UUID) -> Example:
    found = Example.objects.select_related("prediction__version__model").filter(pk=example_id).first()
    if found is None:
        raise NotFound
    endpoint_for(principal, found.endpoint_id)
    return found


def attempts_of(
    principal: TeamPrincipal, endpoint: Endpoint, author_id: UUID, *, before: UUID | None = None, limit: int = 200
) -> tuple[list[Prediction], bool]:
    """One author's latest kept predictions on an endpoint, oldest first, and whether there are earlier ones.

    before: one of them, for those that were asked earlier; ids tell which came first.
    """
    require(can_see_endpoint(principal, endpoint.pk))
    found = Prediction.objects.filter(endpoint=endpoint, author_id=author_id, kept=True)
    if before is not None:
        found = found.filter(pk__lt=before)
    latest = list(found.order_by("-pk").values_list("pk", flat=True)[: limit + 1])  # their rows would all be sorted
    shown = Prediction.objects.filter(pk__in=latest[:limit]).select_related("version__model", "endpoint").order_by("pk")
    return list(shown), len(latest) > limit


def predictions_among(principal: TeamPrincipal, endpoint: Endpoint, ids: Sequence[UUID]) -> list[Prediction]:
    """Those of these that are of the endpoint and that the principal may see, in this order."""
    require(can_see_endpoint(principal, endpoint.pk))
    if not ids:
        return []
    found = Prediction.objects.filter(endpoint=endpoint, pk__in=ids).select_related("version__model", "endpoint")
    seen = {each.pk: each for each in found if can_see_prediction(principal, each, False)}
    return [seen[each] for each in dict.fromkeys(ids) if each in seen]


def offered_to(member: Member, endpoint: Endpoint, limit: int) -> list[Prediction]:
    """The member's own newest answered originals that are no example yet."""
    require(can_see_endpoint(member, endpoint.pk))
    mine = Prediction.objects.filter(endpoint=endpoint, author_id=member.user_id, kept=True, edits=[])
    shown = Example.objects.filter(endpoint=endpoint).values("prediction_id")
    answered = mine.filter(state=Prediction.State.SUCCEEDED).exclude(pk__in=shown)
    return list(answered.order_by("-created_at")[:limit])


def file_for(principal: TeamPrincipal, artifact_id: UUID) -> Artifact:
    """A file that belongs to a prediction which the principal may see, however many others belong to it."""
    held = PredictionArtifact.objects.filter(
        artifact_id=artifact_id, prediction__endpoint__project__deleting_at=None
    ).annotate(is_shown=Exists(Example.objects.filter(prediction=OuterRef("prediction"))))
    if isinstance(principal, Guest):
        mine = Q(prediction__author_id=principal.guest_id) | Q(is_shown=True)
        held = held.filter(mine, prediction__endpoint=principal.grant.endpoint_id)
    found = held.select_related("prediction", "artifact").first()
    if found is None or not can_see_prediction(principal, found.prediction, found.is_shown):
        raise NotFound
    artifact: Artifact = found.artifact
    return artifact


def endpoint_by_slug(principal: TeamPrincipal, project: Project, slug: str) -> Endpoint:
    """The endpoint at a page's address."""
    found = Endpoint.objects.filter(project=project, slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return endpoint_for(principal, found)


def promotable_to(principal: TeamPrincipal, endpoint: Endpoint) -> list[Version]:
    """The model's other versions, then those of the project's other models whose interface fits; the newest first.

    A version of the same model is offered although its interface differs: comparing the two says what does.
    """
    require(can_see_endpoint(principal, endpoint.pk))
    found = Version.objects.filter(
        model__project_id=endpoint.project_id, state=Version.State.READY, archived_at=None, interface__isnull=False
    )
    newest = found.exclude(pk=endpoint.version_id).select_related("model").order_by("-created_at")
    others = newest.exclude(model_id=endpoint.version.model_id)[:50]
    served = read_interface(endpoint.version.interface)
    fitting = [version for version in others if not differences(served, read_interface(version.interface))[0]]
    return [*newest.filter(model_id=endpoint.version.model_id)[:20], *fitting][:20]
