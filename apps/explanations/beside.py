"""Why, on a prediction's page: the same panel and the same addresses as on its endpoint's bench."""

from typing import Any

from apps.endpoints.models import Prediction
from apps.endpoints.presentation import prediction_shown, team_addresses
from atrium.access.principals import Member

from .permissions import can_explain
from .selectors import offered


def why(member: Member, prediction: Prediction, endpoint_url: str) -> dict[str, Any] | None:
    """Of one that was answered; with its endpoint and version."""
    if prediction.state != Prediction.State.SUCCEEDED:
        return None
    team, bench = endpoint_url.split("/")[2], f"{endpoint_url}bench/"
    place = {
        "explanations": f"{bench}predictions/{{id}}/explanations",
        "explanation": f"{bench}explanations/{{id}}",
        "methods": offered(member, prediction.endpoint, prediction.version),
        "mayAsk": can_explain(member, prediction.endpoint),
    }
    return {"place": place, "prediction": prediction_shown(prediction, team_addresses(team), team=True)}
