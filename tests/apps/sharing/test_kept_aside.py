"""The page of what a project keeps aside: who sees it, and what can be done there."""

from django.test import Client

from apps.artifacts.models import Artifact
from apps.endpoints.models import Quarantined
from apps.projects.services import create_project
from apps.sharing.services import introduce
from atrium.access.principals import LinkRole, Member, Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.apps.feedback.cases import followed, signed_in, words
from tests.people import Lab


def page_of(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/{lab.project.slug}/quarantine/"


def counted(lab: Lab, who: Member) -> str:
    """What the endpoints' page says of it."""
    return words(signed_in(who).get(f"/t/{lab.team.slug}/{lab.project.slug}/endpoints/"))


def test_nothing_is_kept_aside(lab: Lab) -> None:
    assert "Nothing is kept aside" in words(signed_in(lab.alice).get(page_of(lab)))
    assert "kept aside" not in counted(lab, lab.alice)


def test_members_see_what_anybody_sent_and_viewers_do_not(lab: Lab) -> None:
    dana = lab.guest(LinkRole.TRY)
    introduce(dana, name="Dana <b>", email="")
    lab.held(dana)
    lab.held(lab.alice, reasons=["Ultrasound often has a name."])
    bob, vera = lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)
    html = words(signed_in(bob).get(page_of(lab)))
    for told in ("Dana &lt;b&gt;", "Alice", "Ultrasound often has a name.", "Text stands in the pixels."):
        assert told in html, told
    assert "2 studies are kept aside" in counted(lab, bob)
    answer = signed_in(vera).get(page_of(lab))
    assert (answer.status_code, b"Dana" in answer.content) == (403, False)
    assert "kept aside" not in counted(lab, vera)


def test_it_is_released_or_deleted_there(lab: Lab, other_lab: Lab) -> None:
    released, deleted, theirs = lab.held(lab.alice), lab.held(lab.alice), other_lab.held(other_lab.alice)
    client: Client = signed_in(lab.alice)
    for held, act, told in ((released, "release", "Released"), (deleted, "delete", "Deleted")):
        assert told in words(followed(client, f"{page_of(lab)}{held.pk}", {"act": act}))
    assert client.post(f"{page_of(lab)}{theirs.pk}", {"act": "delete"}).status_code == 404
    assert client.post(f"{page_of(lab)}{released.pk}", {"act": "burn"}).status_code == 400
    with team_context(lab.alice):
        assert list(Quarantined.objects.values_list("pk", "state")) == [(released.pk, "ready")]
        assert not Artifact.objects.filter(pk=deleted.artifact_id).exists()
        done = Event.objects.filter(subject_id__in=(released.pk, deleted.pk)).values_list("what", flat=True)
        assert set(done) == {"quarantine.released", "quarantine.deleted"}
    assert "whoever sent it can go on" in words(client.get(page_of(lab)))


def test_what_another_project_keeps_is_not_found(lab: Lab) -> None:
    held, other = lab.held(lab.alice), create_project(lab.alice, name="Other")
    client = signed_in(lab.alice)
    elsewhere = f"/t/{lab.team.slug}/{other.slug}/quarantine/"
    assert "Nothing is kept aside" in words(client.get(elsewhere))
    assert client.post(f"{elsewhere}{held.pk}", {"act": "release"}).status_code == 404
