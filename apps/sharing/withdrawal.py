"""A guest's own data, deleted on its wish: pixels, text, name and address go; verdict, classes, version stay."""

from typing import Any

from apps.artifacts.deletion import remove
from apps.endpoints.deletion import delete_predictions, orphaned_by
from apps.endpoints.models import Prediction, PredictionArtifact
from apps.endpoints.predictions import OPEN
from apps.feedback.models import Flag, Message
from apps.jobs.services import cancel
from apps.registry.interfaces import read_interface
from atrium.access.principals import Guest
from atrium.audit.services import record
from atrium.tenancy.context import team_context
from gpu_workers.protocol.interface import LabelOutput

from .models import GuestVisit, ReturnLink

WITHDRAWN = "withdrawn"


def _classes_of(flag: Flag) -> dict[str, Any]:
    """The corrections that name a class of the model's; one in other words is text of the guest's."""
    prediction = flag.prediction
    named: dict[str, set[str]] = {
        name: {scored for scored, _ in value["scores"]}
        for name, value in (prediction.answer or {}).items()
        if value["kind"] == "label"
    }
    for output in read_interface(prediction.version.interface).outputs:
        if isinstance(output, LabelOutput):
            named.setdefault(output.name, set()).update(output.classes)
    return {name: value for name, value in (flag.correction or {}).items() if value in named.get(name, ())}


def withdraw(guest: Guest) -> None:
    """Remove what this guest brought and wrote. What it flagged keeps a tombstone, so that figures stay true."""
    with team_context(guest):
        mine = Prediction.objects.filter(author_id=guest.guest_id)
        flagged = set(Flag.objects.filter(prediction__in=mine).values_list("prediction_id", flat=True))
        pictures = orphaned_by(mine)
        for waiting in mine.filter(state__in=OPEN).values_list("pk", flat=True):
            cancel(waiting)  # what its job holds goes with the job's end
        PredictionArtifact.objects.filter(prediction__in=mine).delete()
        delete_predictions(mine.exclude(pk__in=flagged))
        for prediction in mine.filter(pk__in=flagged):
            prediction.inputs = {name: {"kind": "text", "value": WITHDRAWN} for name in prediction.inputs}
            prediction.edits = []
            prediction.answer = {
                name: value for name, value in (prediction.answer or {}).items() if value["kind"] == "label"
            }
            prediction.save(update_fields=["inputs", "edits", "answer"])
        flags = Flag.objects.filter(reviewer_id=guest.guest_id)
        flags.update(message="", marks=[], reviewer_name=WITHDRAWN)
        for flag in flags.exclude(correction=None).select_related("prediction__version"):
            flag.correction = _classes_of(flag) or None
            flag.save(update_fields=["correction"])
        Message.objects.filter(author_id=guest.guest_id).update(body=WITHDRAWN, author_name=WITHDRAWN)
        ReturnLink.objects.filter(guest_id=guest.guest_id).delete()
        GuestVisit.objects.filter(pk=guest.guest_id).update(name="", email="", confirmed="")
        record(guest, "guest.withdrew", project_id=guest.grant.project_id, pictures=remove(pictures))
