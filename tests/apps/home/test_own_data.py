"""What one takes away: everything that one brought and wrote, and nothing of others."""

import io
import json
import zipfile
from typing import Any

from django.test import Client

from apps.analyses.services import create_slice, save_analysis
from apps.feedback.services import flag_prediction, write_message
from apps.sharing.services import introduce
from apps.users.models import User
from atrium.access.principals import Guest, Member, Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from atrium.tenancy.models import tenant_models
from tests.apps.sharing.links import browser_of
from tests.people import PIXEL, Lab, answered, new_person
from tests.tables import ready_table


def archive(answer: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    data = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        pictures = {name: found.read(name) for name in found.namelist() if name != "data.json"}
        return json.loads(found.read("data.json")), pictures


def said(lab: Lab, author: Member | Guest, word: str) -> str:
    prediction = answered(lab, author, note=word)
    flag = flag_prediction(author, prediction.pk, verdict="wrong", message=f"See {word}")
    write_message(author, flag.thread_id, body=f"And {word}")
    return str(prediction.inputs["film"]["original"])


def test_a_member_takes_everything_of_every_team(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    picture = said(lab, bob, "mine")
    said(lab, lab.alice, "theirs")
    table = ready_table(lab.alice, lab.project, "rows")
    for author, word in ((bob, "mine"), (lab.alice, "theirs")):
        create_slice(author, table.dataset_id, name=f"Slice of {word}", where={"column": "age"})
        save_analysis(author, table.pk, name=f"View of {word}", question={"type": "view"})
    client = Client()
    client.force_login(User.objects.get(pk=bob.user_id))
    answer = client.get("/account/data")
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    told, pictures = archive(answer)
    [team] = told["teams"]
    assert (told["name"], team["team"], team["role"]) == ("Bob", "Lab", "member")
    assert [flag["message"] for flag in team["flags"]] == ["See mine"]
    assert [message["body"] for message in team["messages"]] == ["And mine"]
    assert [prediction["inputs"]["note"]["value"] for prediction in team["predictions"]] == ["mine"]
    assert [(found["name"], found["dataset"]) for found in team["slices"]] == [("Slice of mine", "rows")]
    assert [(found["name"], found["dataset"]) for found in team["analyses"]] == [("View of mine", "rows")]
    assert pictures == {f"{lab.team.slug}/pictures/{picture}.png": PIXEL}
    assert "theirs" not in json.dumps(told)
    with team_context(lab.alice):
        assert Event.objects.filter(what="member.took_data").count() == 1


def test_a_guest_takes_its_own(lab: Lab) -> None:
    dana, erin = lab.guest(name="Dana"), lab.guest(name="Erin")
    for guest in (dana, erin):
        introduce(guest, name=guest.name, email=f"{guest.name}@example.org")
    picture = said(lab, dana, "mine")
    said(lab, erin, "theirs")
    told, pictures = archive(browser_of(dana).get("data"))
    assert (told["guest"]["name"], told["guest"]["email"]) == ("Dana", "Dana@example.org")
    assert [flag["message"] for flag in told["flags"]] == ["See mine"]
    assert pictures == {f"pictures/{picture}.png": PIXEL}
    assert "theirs" not in json.dumps(told)


def test_its_parts_are_those_that_the_tables_declare(lab: Lab) -> None:
    dana, bob = lab.guest(), lab.member("Bob", Role.MEMBER)
    client = Client()
    client.force_login(User.objects.get(pk=bob.user_id))
    [team] = archive(client.get("/account/data"))[0]["teams"]
    guest, _ = archive(browser_of(dana).get("data"))
    declared = {model.Tenancy.export for model in tenant_models()} - {None}
    assert (set(team) - {"team"}) | set(guest) == declared


def test_somebody_without_a_team_takes_the_account_alone(lab: Lab) -> None:
    pat = new_person("Pat")
    client = Client()
    client.force_login(User.objects.get(pk=pat.user_id))
    told, pictures = archive(client.get("/account/data"))
    assert (told["name"], told["teams"], pictures) == ("Pat", [], {})
    assert client.get("/account/delete/").status_code == 200
