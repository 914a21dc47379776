"""Comparisons that tests look at: asked, answered, read."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from apps.comparisons.models import CaseReading, ComparedAnswer, Comparison, Reading
from apps.comparisons.services import create_comparison
from apps.endpoints.models import Prediction
from apps.feedback.chores import note_replay
from apps.registry.models import Version
from atrium.tenancy.context import team_context
from tests.people import Lab, ready_version


def label(name: str, score: float = 0.8) -> dict[str, Any]:
    """An answer of the lab's versions."""
    return {"finding": {"kind": "label", "scores": [[name, score]], "truncated": False}}


def second_version(lab: Lab) -> Version:
    return ready_version(lab.alice, lab.project, "reader")


def compared(lab: Lab, predictions: Sequence[UUID], *others: Version, **options: Any) -> Comparison:
    """The served version beside the others, or beside a second one."""
    versions = [lab.version, *(others or (second_version(lab),))]
    return create_comparison(
        lab.alice, lab.endpoint.pk, versions=[each.pk for each in versions], predictions=predictions, **options
    )


def answer(lab: Lab, comparison: Comparison, answers: Mapping[int, Mapping[str, Any] | None]) -> None:
    """As the dispatcher and the chore after it do, until nothing is asked any more. answers: by the version's number;
    None where it fails."""
    while True:
        with team_context(lab.alice):
            asked = ComparedAnswer.objects.filter(case__comparison=comparison, answered__state="queued")
            found = list(asked.values_list("answered_id", "compared__version__number"))
            for pk, number in found:
                said = answers[number]
                error = None if said else {"code": "model_failed", "message": "The model failed."}
                state = "succeeded" if said else "failed"
                Prediction.objects.filter(pk=pk).update(state=state, answer=said, error=error)
        if not found:
            return
        for pk, _ in found:
            note_replay(str(lab.team.pk), str(pk))


def read_comparison(lab: Lab, prediction_id: UUID) -> Comparison:
    """A blind one of one case, answered, and read by somebody who preferred the first version."""
    comparison = compared(lab, [prediction_id], blind=True, name="Which reads better?")
    with team_context(lab.alice):
        for made in ComparedAnswer.objects.filter(case__comparison=comparison):
            Prediction.objects.filter(compared_answers=made).update(state="succeeded", answer=label("none"))
        first, second = comparison.versions.order_by("position")
        reading = Reading.objects.create(
            comparison=comparison,
            reader_kind="member",
            reader_id=lab.alice.user_id,
            reader_name="Alice",
            seed=1,
        )
        CaseReading.objects.create(
            reading=reading,
            case=comparison.cases.get(),
            shown=[str(second.pk), str(first.pk)],
            choice=CaseReading.Choice.PREFERRED,
            preferred=first,
        )
    return comparison


def read_values(lab: Lab, prediction_id: UUID) -> dict[str, Any]:
    """What addresses name of a comparison that the lab's owner reads."""
    comparison = read_comparison(lab, prediction_id)
    with team_context(lab.alice):
        reading = comparison.readings.get()
    return {"comparison_id": comparison.pk, "position": 1, "file_name": f"{reading.pk.hex[-12:]}-input-0"}
