"""Making a function an endpoint: declared, and served under its name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.endpoints.models import Endpoint
from apps.endpoints.permissions import can_change_endpoints
from apps.endpoints.selectors import endpoint_by_slug
from apps.endpoints.services import create_endpoint, promote
from apps.projects.addresses import slug_of
from apps.projects.selectors import project_for
from apps.registry.functions import LIVE, declare_function
from atrium.access.principals import TeamPrincipal
from atrium.errors import Conflict, NotFound, require
from atrium.tenancy.context import team_context


def serve_function(
    principal: TeamPrincipal,
    project_id: UUID,
    *,
    name: str,
    interface: Any,
    notes: str = "",
    card: Mapping[str, Any] | None = None,
) -> tuple[Endpoint, list[str], bool]:
    """(the endpoint of this name, now of a version with this interface, what should be told, whether it is new).

    Raises Conflict where an uploaded model is served under the name, or the interface does not fit what users send.
    """
    with team_context(principal):
        require(can_change_endpoints(principal), "Viewers cannot serve functions.")
        project = project_for(principal, project_id)
        try:
            endpoint = endpoint_by_slug(principal, project, slug_of(name))
        except NotFound:
            version = declare_function(principal, project_id, name=name, interface=interface, notes=notes, card=card)
            return create_endpoint(principal, project_id, name=name, version_id=version.pk), [], True
        if endpoint.version.format != LIVE:
            raise Conflict(
                f"“{endpoint.name}” serves an uploaded model, {endpoint.version}. Take another name for the function."
            )
        version = declare_function(principal, project_id, name=name, interface=interface, notes=notes, card=card)
        if version.pk == endpoint.version_id:
            return endpoint, [], False
        return *promote(principal, endpoint.pk, version.pk), False
