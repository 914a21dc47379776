"""The calls that an endpoint's page shows are well formed for every kind of input."""

import ast
import json
import shlex

from apps.endpoints.snippets import snippets_for
from apps.registry.services import confirm_interface
from atrium.tenancy.context import team_context
from tests.people import Lab, ready_version

URL = "http://atrium.test"


def curl_of(text: str) -> list[list[str]]:
    """The commands as a shell splits them."""
    return [shlex.split(line) for line in text.replace("\\\n", " ").splitlines()]


def test_a_picture_is_fetched_from_an_example_and_sent(lab: Lab) -> None:
    example = lab.example().prediction
    with team_context(lab.alice):
        snippets = snippets_for(URL, lab.endpoint, example)
    fetch, call = curl_of(snippets.curl)
    assert fetch[-1] == f"{URL}/api/v1/pictures/{example.inputs['film']['original']}"
    assert fetch[fetch.index("-o") + 1] == "film.png"
    assert call[call.index("-F") + 1] == "film=@film.png"
    assert f"{URL}/api/v1/endpoints/{lab.endpoint.pk}/predictions" in call
    ast.parse(snippets.python)
    assert "endpoint.predict('film.png')" in snippets.python
    assert "answer['finding']" in snippets.python


def test_values_are_ones_that_the_fields_take(lab: Lab) -> None:
    interface = {
        "inputs": [
            {"kind": "number", "name": "age", "minimum": 18},
            {"kind": "choice", "name": "sex", "choices": ["f", "m"]},
            {"kind": "table", "name": "row", "columns": [{"name": "a", "default": 2}, {"name": "b"}]},
            {"kind": "text", "name": "it's"},
        ],
        "outputs": [{"kind": "number", "name": "risk"}],
    }
    version = ready_version(lab.alice, lab.project, "risk", interface)
    confirm_interface(lab.alice, version.pk, interface)
    with team_context(lab.alice):
        lab.endpoint.version = version
        snippets = snippets_for(URL, lab.endpoint, None)
    [call] = curl_of(snippets.curl)
    sent = json.loads(call[call.index("-d") + 1])
    assert sent == {"inputs": {"age": 18, "sex": "f", "row": [2, 0.0], "it's": "Some text"}}
    ast.parse(snippets.python)


def test_javascript_fetches_the_example_s_picture_or_reads_ones_own(lab: Lab) -> None:
    example = lab.example().prediction
    with team_context(lab.alice):
        fetched = snippets_for(URL, lab.endpoint, example).javascript
        read = snippets_for(URL, lab.endpoint, None).javascript
    assert f"/pictures/{example.inputs['film']['original']}`" in fetched
    assert "readFile" not in fetched
    assert 'body.set("film", new Blob([await readFile("film.png")]), "film.png");' in read
