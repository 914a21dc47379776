"""What apps above show on a prediction's page: each registers it when it is ready."""

from collections.abc import Callable
from typing import Any

from atrium.access.principals import Member

from .models import Prediction

Panel = Callable[[Member, Prediction, str], dict[str, Any] | None]
"""Called inside the team's context with the address of the endpoint's page: the panel's state, None for no panel."""
PANELS: dict[str, Panel] = {}


def register(name: str, panel: Panel) -> None:
    """Called once. name: under which the page's template knows it."""
    PANELS[name] = panel


def panels_of(member: Member, prediction: Prediction, endpoint_url: str) -> dict[str, Any]:
    return {name: panel(member, prediction, endpoint_url) for name, panel in PANELS.items()}
