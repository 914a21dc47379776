"""The first step of a prediction: the grant, the endpoint, and the earlier files that the request names."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.artifacts.models import Artifact
from apps.registry.functions import LIVE
from apps.registry.inputs import is_file
from apps.registry.interfaces import read_interface
from atrium.access.principals import TeamPrincipal
from atrium.errors import FieldError, Invalid, NotFound, require
from atrium.tenancy.context import look_up, team_context

from .models import Endpoint, Prediction
from .permissions import can_predict
from .preparation import Asked, Original, Serving
from .quarantine import ready_one
from .selectors import SERVING, prediction_for, serving_endpoint


def open_endpoint(principal: TeamPrincipal, endpoint_id: UUID, asked: Asked) -> Serving:
    """The endpoint as it is now; raises where it may not be asked."""
    [found] = look_up(principal, (SERVING, endpoint_id))
    endpoint = serving_endpoint(principal, endpoint_id, found)
    require(can_predict(principal, endpoint), "Your role or link does not allow own cases.")
    originals, case = _originals(principal, endpoint, asked)
    version = endpoint.version
    return Serving(
        endpoint.pk,
        read_interface(version.interface),
        version.pk,
        originals,
        None if case is None else case.original_id or case.pk,
        None if case is None else case.came_from,
        version.format == LIVE,
    )


def _originals(
    principal: TeamPrincipal, endpoint: Endpoint, asked: Asked
) -> tuple[dict[str, Original], Prediction | None]:
    """(by input what earlier predictions hold of it, one of them), for values that are `{prediction: id}`; and what was
    kept aside, for `{quarantine: id}`."""
    named, aside = _named(asked, "prediction"), _named(asked, "quarantine")
    if not named and not aside:
        return {}, None
    originals: dict[str, Original] = {}
    earlier = None
    with team_context(principal):
        for name, held_id in aside.items():
            originals[name] = ready_one(principal, endpoint.pk, name, held_id)
        for name, prediction_id in named.items():
            earlier = _earlier(principal, endpoint, name, prediction_id)
            stored = earlier.inputs.get(name)
            if stored is None:
                raise Invalid(FieldError(f"inputs.{name}", "unknown", "That prediction has no such input."))
            file = Artifact.objects.get(pk=stored["original"]) if is_file(stored) else None
            originals[name] = (stored, file)
    return originals, earlier


def _named(asked: Asked, word: str) -> dict[str, Any]:
    """By input the id in values that are `{word: id}`."""
    return {
        name: value[word] for name, value in asked.values.items() if isinstance(value, Mapping) and set(value) == {word}
    }


def _earlier(principal: TeamPrincipal, endpoint: Endpoint, name: str, prediction_id: Any) -> Prediction:
    try:
        earlier = prediction_for(principal, UUID(str(prediction_id)))
    except (NotFound, ValueError):
        raise Invalid(FieldError(f"inputs.{name}.prediction", "not_found", "There is no such prediction.")) from None
    if earlier.endpoint_id != endpoint.pk:
        raise Invalid(FieldError(f"inputs.{name}.prediction", "invalid", "It was made on another endpoint."))
    return earlier
