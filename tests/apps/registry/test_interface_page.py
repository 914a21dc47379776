"""A proposed interface is checked and confirmed on a page, as a form or as JSON."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from apps.jobs.services import note_usage
from apps.registry.drafts import read_draft, rows_of
from apps.registry.interfaces import as_json, read_interface
from apps.registry.models import Version
from apps.registry.services import confirm_interface
from atrium.access.principals import Role
from atrium.errors import Conflict
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import INTERFACE, Lab, ready_version


def proposed(lab: Lab) -> tuple[Version, str]:
    """A version whose interface waits for a person, and the page's address."""
    version = ready_version(lab.alice, lab.project, "new-reader")
    with team_context(lab.alice):
        Version.objects.filter(pk=version.pk).update(interface=None, proposed=INTERFACE)
    return version, f"/t/{lab.team.slug}/films/models/new-reader/v{version.number}/interface/"


def posted(draft: dict[str, Any], **changes: str) -> dict[str, str]:
    """What a browser sends of the form."""
    fields: dict[str, str] = {}
    for row in rows_of(draft):
        fields |= {f"{row.prefix}-kind": row.kind, f"{row.prefix}-tensor": row.tensor}
        fields |= {control.name: control.value for control in (*row.names, *row.controls)}
    return fields | {name.replace("__", "-"): value for name, value in changes.items()}


def confirmed(lab: Lab, version: Version) -> Any:
    with team_context(lab.alice):
        return Version.objects.get(pk=version.pk).interface


def test_the_form_is_confirmed_with_what_a_person_changed(lab: Lab) -> None:
    version, url = proposed(lab)
    client = signed_in(lab.alice)
    page = client.get(url)
    assert 'value="1/255"' in page.content.decode()
    changes = {"inputs__0__name": "chest film", "outputs__0__classes": "fluid\nno fluid", "inputs__0__size": "16 x 16"}
    done = client.post(url, posted(INTERFACE, act="confirm", **changes))
    assert done.status_code == 303
    interface = confirmed(lab, version)
    assert interface["inputs"][0]["name"] == "chest film"
    assert interface["inputs"][0]["tensor"] == "film"
    assert interface["inputs"][0]["size"] == [16, 16]
    assert interface["inputs"][0]["scale"] == 1 / 255
    assert interface["outputs"][0]["classes"] == ["fluid", "no fluid"]


def test_classes_that_were_read_from_a_file_need_not_be_typed(lab: Lab) -> None:
    version, url = proposed(lab)
    read = INTERFACE | {"outputs": [INTERFACE["outputs"][0] | {"labels": "names.txt", "classes": ["a", "\u3000"]}]}
    with team_context(lab.alice):
        Version.objects.filter(pk=version.pk).update(proposed=read)
    client = signed_in(lab.alice)
    assert 'value="names.txt"' in client.get(url).content.decode()
    unread = client.post(url, posted(read, act="confirm", outputs__0__labels="others.txt"))
    assert "The inspection did not read “others.txt”" in unread.content.decode()
    assert client.post(url, posted(read, act="confirm")).status_code == 303
    assert confirmed(lab, version)["outputs"][0]["classes"] == ["a", "\u3000"]


def test_what_cannot_be_read_is_told_beside_its_field(lab: Lab) -> None:
    version, url = proposed(lab)
    client = signed_in(lab.alice)
    page = client.post(url, posted(INTERFACE, act="confirm", inputs__0__scale="one", inputs__0__size="16"))
    assert page.status_code == 400
    html = text_of(page)
    assert "“one” is not a number" in html
    assert "Give height and width" in html
    assert 'value="one"' in html
    assert client.post(url, posted(INTERFACE, act="confirm", inputs__0__std="0")).status_code == 400
    assert client.post(url, posted(INTERFACE, act="confirm", inputs__0__name="")).status_code == 400
    assert confirmed(lab, version) is None


def test_another_kind_brings_its_own_fields(lab: Lab) -> None:
    version, url = proposed(lab)
    page = text_of(signed_in(lab.alice).post(url, posted(INTERFACE, inputs__0__kind="table")))
    assert "inputs-0-columns" in page
    assert "inputs-0-size" not in page
    assert confirmed(lab, version) is None


def test_experts_confirm_json(lab: Lab) -> None:
    version, url = proposed(lab)
    client = signed_in(lab.alice)
    broken = client.post(url, {"act": "json", "json": "{"})
    assert broken.status_code == 400
    assert "not valid JSON" in text_of(broken)
    other = {**INTERFACE, "inputs": [{**INTERFACE["inputs"][0], "tensor": "elsewhere"}]}
    assert client.post(url, {"act": "json", "json": msgspec.json.encode(other).decode()}).status_code == 400
    assert client.post(url, {"act": "json", "json": msgspec.json.encode(INTERFACE).decode()}).status_code == 303
    assert confirmed(lab, version)["inputs"][0]["name"] == "film"


def test_a_viewer_confirms_nothing(lab: Lab) -> None:
    version, url = proposed(lab)
    vera = signed_in(lab.member("Vera", Role.VIEWER))
    assert vera.get(url).status_code == 403
    assert vera.post(url, posted(INTERFACE, act="confirm")).status_code == 403
    assert confirmed(lab, version) is None


def test_what_is_served_keeps_its_interface(lab: Lab) -> None:
    url = f"/t/{lab.team.slug}/films/models/reader/v1/interface/"
    client = signed_in(lab.alice)
    sent = client.post(url, posted(INTERFACE, act="confirm", inputs__0__name="other"))
    refused = client.get(sent["Location"])
    assert "so its interface stays" in text_of(refused)
    assert confirmed(lab, lab.version) == INTERFACE


def test_what_was_served_once_keeps_it_too(lab: Lab) -> None:
    version, _ = proposed(lab)
    with team_context(lab.alice):
        note_usage("predict", "succeeded", version_id=version.pk)
    with pytest.raises(Conflict, match="so its interface stays"):
        confirm_interface(lab.alice, version.pk, INTERFACE)
    assert confirmed(lab, version) is None


FIGURE = some.floats(allow_nan=False, allow_infinity=False, width=32)
LINE = some.text(some.characters(categories=["L", "N"]), min_size=1, max_size=8)
COLUMN = some.fixed_dictionaries(
    {"name": LINE}, optional={"unit": LINE, "minimum": FIGURE, "choices": some.lists(LINE, min_size=1, max_size=3)}
)
INPUT = some.one_of(
    some.fixed_dictionaries(
        {"kind": some.just("image"), "name": LINE, "mode": some.just("L")},
        optional={"scale": FIGURE, "mean": some.lists(FIGURE, min_size=1, max_size=1), "size": some.just([8, 9])},
    ),
    some.fixed_dictionaries({"kind": some.just("number"), "name": LINE}, optional={"minimum": FIGURE, "unit": LINE}),
    some.fixed_dictionaries({"kind": some.just("choice"), "name": LINE, "choices": some.lists(LINE, min_size=1)}),
    some.fixed_dictionaries({"kind": some.just("table"), "name": LINE, "columns": some.lists(COLUMN, min_size=1)}),
)


@given(INPUT)
@settings(max_examples=200)
def test_an_untouched_form_gives_back_the_same_interface(field: dict[str, Any]) -> None:
    interface = as_json(read_interface({"inputs": [field], "outputs": INTERFACE["outputs"]}))
    assert read_interface(read_draft(posted(interface))) == read_interface(interface)
