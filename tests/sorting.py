"""What a project sorts its cases by, and what was done to several of them."""

from uuid import UUID

from django.utils import timezone

from apps.feedback.bulk import change_cases
from apps.feedback.labels import create_label, set_labels
from apps.feedback.models import Flag, Mention, Replay
from apps.feedback.saved_views import save_view
from apps.feedback.services import write_message
from apps.suites.models import SuiteResult, SuiteRun
from apps.suites.services import add_cases
from apps.webhooks.services import create_webhook, send_test
from atrium.tenancy.context import team_context
from tests.people import Lab


def sorting_of(lab: Lab, thread_id: UUID) -> dict[str, UUID]:
    """One of each, on a case: a label, a view that all share, an act on many cases, a replay, somebody who is
    named; the suite that it is in, with a run; and a webhook with what it was told."""
    label = create_label(lab.alice, lab.project.pk, name="Artefact")
    set_labels(lab.alice, thread_id, [label.pk])
    view = save_view(lab.alice, lab.project, name="Wrong ones", query={"verdict": "wrong"}, shared=True)
    done = change_cases(lab.alice, lab.project.pk, [thread_id], act="due", value="2026-12-24")
    assert done.change is not None
    message = write_message(lab.alice, thread_id, body="Look at this.", internal=True)
    with team_context(lab.alice):
        judged = Flag.objects.filter(thread=thread_id).values_list("prediction_id", flat=True)[0]
        Replay.objects.create(thread_id=thread_id, judged_id=judged, version=lab.version)
        Mention.objects.create(message=message, thread_id=thread_id, member_id=lab.alice.membership_id)
    [case] = add_cases(lab.alice, lab.version.model_id, [judged], expected={"finding": {"is": "as_before"}})
    with team_context(lab.alice):
        run = SuiteRun.objects.create(suite=case.suite, version=lab.version, state="finished", ended_at=timezone.now())
        SuiteResult.objects.create(run=run, case=case, outcome="passed")
    hook, _ = create_webhook(lab.alice, lab.project.pk, url="https://example.org/", events=["flag.created"])
    told = send_test(lab.alice, hook.pk)
    kept = {"label_id": label.pk, "view_id": view.pk, "change_id": done.change}
    kept |= {"hook_id": hook.pk, "delivery_id": told.pk}
    return kept | {"case_id": case.pk, "suite_run_id": run.pk}
