"""The lists of models and versions, and a version's page in each of its states."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.artifacts.services import keep, stage
from apps.endpoints.services import create_endpoint
from apps.jobs.models import Job
from apps.registry.models import Version
from apps.registry.services import retry_inspection
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.errors import Conflict
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab, ready_version


def url_of(lab: Lab, version: Version, rest: str = "") -> str:
    return f"/t/{lab.team.slug}/films/models/{version.model.slug}/v{version.number}/{rest}"


def in_state(lab: Lab, state: str, **fields: object) -> Version:
    """Another version of the lab's model, in a state that its inspection left it in."""
    version = ready_version(lab.alice, lab.project, "reader")
    with team_context(lab.alice):
        Version.objects.filter(pk=version.pk).update(state=state, interface=None, **fields)
    return version


def test_the_lists_lead_to_the_version(lab: Lab) -> None:
    client = signed_in(lab.alice)
    base = f"/t/{lab.team.slug}/films/models/"
    models = text_of(client.get(base))
    assert f"{base}reader/v1/" in models
    assert "Ready, serving" in models
    assert "Upload from a notebook" in models
    model = text_of(client.get(f"{base}reader/"))
    assert "1 version" in model
    assert f"/t/{lab.team.slug}/films/endpoints/reader/" in model


def test_a_project_without_models_says_how_one_comes_in(lab: Lab) -> None:
    client = signed_in(lab.alice)
    client.post(f"/t/{lab.team.slug}/", {"name": "Empty"})
    assert "No models yet" in text_of(client.get(f"/t/{lab.team.slug}/empty/models/"))


def test_a_viewer_reads_and_a_stranger_finds_nothing(lab: Lab, other_lab: Lab) -> None:
    vera = signed_in(lab.member("Vera", Role.VIEWER))
    page = text_of(vera.get(url_of(lab, lab.version)))
    assert "Finds fluid on films." in page
    assert "Deploy</button>" not in page
    assert "card/" not in page
    assert "Download" not in page
    assert "Upload from a notebook" not in text_of(vera.get(f"/t/{lab.team.slug}/films/models/"))
    charlie = signed_in(other_lab.alice)
    for url in (url_of(lab, lab.version), f"/t/{lab.team.slug}/films/models/"):
        assert charlie.get(url).status_code == 404
    assert vera.get(f"/t/{lab.team.slug}/films/models/reader/v9/").status_code == 404


def test_an_inspection_that_waits_long_says_until_when_it_is_tried(lab: Lab) -> None:
    client, version = signed_in(lab.alice), in_state(lab, "inspecting")
    now = timezone.now()
    deadline = now + timedelta(hours=1)
    told = {"kind": "inspect", "subject": version.pk, "priority": 2, "input": {}, "deadline_at": deadline}
    with team_context(lab.alice):
        job = Job.objects.create(pool=lab.team.slug, **told)
    assert "longer than usual" not in text_of(client.get(url_of(lab, version, "state/")))
    with team_context(lab.alice):
        Job.objects.filter(pk=job.pk).update(created_at=now - timedelta(minutes=2))
    for page in (url_of(lab, version), url_of(lab, version, "state/")):
        assert f"until {deadline:%H:%M} UTC at the latest" in text_of(client.get(page))


def test_a_version_that_is_inspected_is_followed(lab: Lab) -> None:
    client = signed_in(lab.alice)
    version = in_state(lab, "inspecting")
    assert 'hx-trigger="every 2s"' in text_of(client.get(url_of(lab, version)))
    assert "Inspecting" in text_of(client.get(url_of(lab, version, "state/")))
    with team_context(lab.alice):
        Version.objects.filter(pk=version.pk).update(
            state="rejected", rule="operator_unknown", reason="Ask for opset 18."
        )
    decided = client.get(url_of(lab, version, "state/"))
    assert decided["HX-Refresh"] == "true"
    page = text_of(client.get(url_of(lab, version)))
    assert "operator_unknown" in page
    assert "Ask for opset 18." in page


def test_a_failed_inspection_is_retried(lab: Lab) -> None:
    bob, vera = lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)
    version = in_state(lab, "failed", error={"code": "worker_lost", "message": "The worker went away."})
    page = text_of(signed_in(bob).get(url_of(lab, version)))
    assert "The worker went away." in page
    assert "Retry" in page
    assert "Retry" not in text_of(signed_in(vera).get(url_of(lab, version)))
    assert signed_in(vera).post(url_of(lab, version, "act/"), {"act": "retry"}).status_code == 403
    assert signed_in(bob).post(url_of(lab, version, "act/"), {"act": "retry"}).status_code == 303
    with team_context(lab.alice):
        assert Job.objects.filter(subject=version.pk, kind="inspect").count() == 1
    with pytest.raises(Conflict):
        retry_inspection(bob, lab.version.pk)  # it is ready


def test_the_report_shows_declared_beside_observed(lab: Lab) -> None:
    tensor = {"name": "film", "dtype": "float32", "kind": "tensor"}
    facts = {
        "opsets": {"ai.onnx": 17},
        "inputs": [tensor | {"shape": ["n", 1, 16, 16]}],
        "observed": {"inputs": [tensor | {"shape": [1, 1, 16, 16]}]},
        "carries": {"paths": "/home/somebody/net.py"},
    }
    with team_context(lab.alice):
        report = {"verdict": "ready", "batch_note": "Answers depend on their neighbours.", "facts": facts}
        Version.objects.filter(pk=lab.version.pk).update(report=report, batch_axis=None)
    page = text_of(signed_in(lab.alice).get(url_of(lab, lab.version)))
    assert "float32 [n, 1, 16, 16]" in page
    assert "float32 [1, 1, 16, 16]" in page
    assert "ai.onnx 17" in page
    assert "Answers depend on their neighbours." in page
    assert "/home/somebody/net.py" in page


def test_the_card_and_the_notes_are_written(lab: Lab) -> None:
    bob, vera = lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)
    url = url_of(lab, lab.version, "card/")
    assert "Finds fluid on films." in text_of(signed_in(bob).get(url))
    given = {"purpose": "Finds fluid", "not_for": "Children", "notes": "From the second run"}
    assert signed_in(bob).post(url, given).status_code == 303
    page = text_of(signed_in(vera).get(url_of(lab, lab.version)))
    assert "Children" in page
    assert "From the second run" in page
    assert signed_in(bob).post(url, {"purpose": "x" * 2001}).status_code == 400
    assert signed_in(vera).get(url).status_code == 403
    assert signed_in(vera).post(url, given).status_code == 403


def test_a_version_is_archived_brought_back_and_deleted(lab: Lab) -> None:
    client = signed_in(lab.alice)
    version = ready_version(lab.alice, lab.project, "reader")
    act = url_of(lab, version, "act/")
    client.post(act, {"act": "archive"})
    assert "Archived" in text_of(client.get(url_of(lab, version)))
    client.post(act, {"act": "restore"})
    assert "Archived" not in text_of(client.get(url_of(lab, version)))
    assert client.post(act, {"act": "delete"})["Location"].endswith("/models/reader/")
    assert client.get(url_of(lab, version)).status_code == 404
    assert client.post(url_of(lab, lab.version, "act/"), {"act": "bake"}).status_code == 400


def test_a_version_that_is_served_stays(lab: Lab) -> None:
    client = signed_in(lab.alice)
    refused = client.get(client.post(url_of(lab, lab.version, "act/"), {"act": "archive"})["Location"])
    assert "An endpoint serves this version" in text_of(refused)
    refused = client.get(client.post(url_of(lab, lab.version, "act/"), {"act": "delete"})["Location"])
    assert "Archive it instead" in text_of(refused)


def test_a_member_takes_the_file_away_and_the_audit_knows(lab: Lab) -> None:
    bob, vera = lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)
    url = url_of(lab, lab.version, "file/")
    small = signed_in(bob).get(url)
    assert small.content == b"onnx"
    assert 'filename="reader-v1.onnx"' in small["Content-Disposition"]
    with team_context(lab.alice):
        downloads = Event.objects.filter(what="version.downloaded", subject_id=lab.version.pk)
        assert [event.user_id for event in downloads] == [bob.user_id]
    assert signed_in(vera).get(url).status_code == 403


def test_a_large_file_comes_from_the_store(lab: Lab) -> None:
    staged = stage(lab.team.pk, b"o" * 1_000_000, "application/octet-stream")
    assert not staged.is_inline
    with team_context(lab.alice):
        [artifact] = keep([staged])
        Version.objects.filter(pk=lab.version.pk).update(artifact=artifact)
    sent = signed_in(lab.alice).get(url_of(lab, lab.version, "file/"))
    assert sent.status_code == 302
    assert "X-Amz-Signature" in sent["Location"]


def test_a_version_is_offered_to_its_models_own_endpoint_first(lab: Lab) -> None:
    other = ready_version(lab.alice, lab.project, "another")
    create_endpoint(lab.alice, lab.project.pk, name="Another", version_id=other.pk)
    page = text_of(signed_in(lab.alice).get(url_of(lab, ready_version(lab.alice, lab.project, "reader"))))
    assert page.index(f'<option value="{lab.endpoint.slug}">') < page.index('<option value="another">')
