"""The way to a comparison from a prediction's page and from a case in the inbox."""

from typing import Any

from apps.endpoints.models import Prediction
from apps.feedback.beside import Beside
from apps.feedback.models import Flag, Thread
from atrium.access.principals import Member

from .models import Comparison
from .permissions import can_compare, can_see_comparisons


def compare_prediction(member: Member, prediction: Prediction, endpoint_url: str) -> dict[str, Any] | None:
    """The comparisons that the prediction is a case or an answer of, and where it is put into a new one."""
    if not can_see_comparisons(member):
        return None
    found = Comparison.objects.filter(cases__asked=prediction) | Comparison.objects.filter(
        cases__answers__answered=prediction
    )
    base = f"{endpoint_url}comparisons/"
    return {
        "new": f"{base}new/?case={prediction.pk}" if can_compare(member) else "",
        "known": [(each.name, f"{base}{each.pk}/") for each in found.distinct().order_by("-pk")[:5]],
    }


def compare_case(thread: Thread, project_page: str) -> Beside | None:
    """By what was judged last."""
    judged = Flag.objects.filter(thread=thread).order_by("-created_at").values_list("prediction", flat=True).first()
    if judged is None:
        return None
    base = f"{project_page}endpoints/{thread.endpoint.slug}/comparisons/"
    known = Comparison.objects.filter(cases__asked__flags__thread=thread).order_by("-pk").first()
    if known is not None:
        return Beside(f"Compared in “{known.name}”.", link=f"{base}{known.pk}/", linked="Open the comparison")
    told = "Several versions can be asked this case, side by side."
    return Beside(told, link=f"{base}new/?case={judged}", linked="Compare versions", for_writers=True)
