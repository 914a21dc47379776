"""Deploying, promoting, sharing and asking, as they go over the wire."""

import json
from email import message_from_bytes
from typing import Any, ClassVar

import numpy as np
import pytest

from atrium_client import Atrium, Conflict, Endpoint, Failed, Invalid, LabelResult, NotFound, Unavailable, Version
from atrium_client.comparisons import chosen
from atrium_client.endpoints import Endpoint as _Endpoint
from tests.client.network import Answer, Network, Request

VERSION = {"id": "v1", "number": 3, "model_name": "views"}
FORM = {
    "id": "e1", "slug": "views", "name": "views", "project": "p1", "version": VERSION, "card": {"purpose": "Names it"},
    "url": "http://x/t/team/echo/views", "interface": {
        "inputs": [{"kind": "image", "name": "frame"}, {"kind": "number", "name": "age", "default": 40}],
        "outputs": [{"kind": "label", "name": "view", "classes": ["A2C", "A4C"]}],
    },
}  # fmt: skip
PREDICTION = {
    "id": "q1", "endpoint": "e1", "version": VERSION, "state": "succeeded", "original": "q1", "stored": False,
    "inputs": {"frame": {"kind": "image", "url": "http://x/1", "sha256": "00", "width": 4, "height": 4},
               "age": {"kind": "number", "value": 40}},
    "edits": [], "answer": {"view": {"kind": "label", "scores": [["A4C", 0.93], ["A2C", 0.07]]}}, "error": None,
    "timings": {"run": 2.5}, "url": "http://x/q1",
}  # fmt: skip
PICTURE = np.zeros((4, 4), np.uint8)


@pytest.fixture
def endpoint(atrium: Atrium) -> Endpoint:
    return _Endpoint(FORM, atrium._connection)


def form_of(request: Request) -> dict[str, Any]:
    """The fields of a multipart body, read by the standard library."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + request.body()).walk()
    next(parts)  # the whole
    return {str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True) for part in parts}


def test_a_vector_is_an_array_and_is_told_in_a_line(network: Network, endpoint: Endpoint) -> None:
    answer = {"embedding": {"kind": "vector", "values": [0.1, -0.2], "norm": 3.0}}
    Predicting(network, Answer(200, PREDICTION | {"answer": answer}))
    told = endpoint.predict({"frame": PICTURE})
    np.testing.assert_array_equal(told["embedding"], np.array([0.1, -0.2], np.float32))
    assert repr(told).startswith("<Answer embedding: vector of 2, norm 0.2236 by")
    assert "vector of 2" in told._repr_html_()


class Predicting:
    """Keeps what was asked and answers with predictions in turn."""

    def __init__(self, network: Network, *answers: Answer) -> None:
        self.requests: list[Request] = []
        self.answers = list(answers) or [Answer(200, PREDICTION)]
        network.on("POST", "/api/v1/endpoints/e1/predictions", self.post)
        network.on("GET", "/api/v1/predictions/q1", lambda _: self.answers.pop(0))

    def post(self, request: Request) -> Answer:
        request.body()
        self.requests.append(request)
        return self.answers.pop(0)


class TestPredict:
    def test_a_picture_travels_as_a_file(self, endpoint: Endpoint, network: Network) -> None:
        asked = Predicting(network)
        edit = {"kind": "occlude", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}
        answer = endpoint.predict({"frame": PICTURE, "age": 50}, edits=[edit])
        view = answer["view"]
        assert isinstance(view, LabelResult)
        assert view.top == ("A4C", 0.93)
        assert (answer.id, str(answer.version), answer.timings) == ("q1", "views v3", {"run": 2.5})
        form = form_of(asked.requests[0])
        assert form["frame"].startswith(b"\x89PNG")
        assert json.loads(form["inputs"]) == {"age": 50.0}
        assert json.loads(form["edits"]) == [edit]
        assert asked.requests[0].headers["Prefer"] == "wait=30"

    def test_an_answer_is_asked_again_without_sending_it(self, endpoint: Endpoint, network: Network) -> None:
        asked = Predicting(network, Answer(200, PREDICTION), Answer(200, {**PREDICTION, "id": "q2"}))
        first = endpoint.predict({"frame": PICTURE, "age": 50})
        endpoint.predict(first, edits=[{"kind": "flip", "axis": "x"}])
        assert asked.requests[1].json() == {
            "inputs": {"frame": {"prediction": "q1"}, "age": 40}, "edits": [{"kind": "flip", "axis": "x"}],
        }  # fmt: skip

    def test_a_queued_one_is_waited_for(self, endpoint: Endpoint, network: Network, pauses: list[float]) -> None:
        queued = {**PREDICTION, "state": "queued", "answer": None}
        Predicting(network, Answer(202, queued), Answer(200, {**queued, "state": "running"}), Answer(200, PREDICTION))
        assert endpoint.predict({"frame": PICTURE})["view"]
        assert len(pauses) == 2

    def test_a_function_that_is_offline_is_told_and_not_waited_for_for_ever(
        self, endpoint: Endpoint, network: Network, pauses: list[float], caplog: pytest.LogCaptureFixture
    ) -> None:
        waits = {**PREDICTION, "state": "queued", "answer": None, "waiting": {"online": False, "ahead": 0}}
        asked = Predicting(network, *(Answer(200, waits) for _ in range(40)))
        with pytest.raises(Unavailable, match=r"after 20 s; .* the function is offline"):
            endpoint.predict([PICTURE, 40], timeout=20)
        assert sum(pauses) == pytest.approx(20)
        assert asked.requests[0].headers["Prefer"] == "wait=20"
        [told] = caplog.messages
        assert "“views” is offline" in told

    def test_a_failed_one_says_why(self, endpoint: Endpoint, network: Network) -> None:
        error = {"code": "model_too_slow", "message": "The model was stopped at its deadline."}
        Predicting(network, Answer(200, {**PREDICTION, "state": "failed", "answer": None, "error": error}))
        with pytest.raises(Failed, match="stopped at its deadline") as caught:
            endpoint.predict({"frame": PICTURE})
        assert caught.value.code == "model_too_slow"

    def test_an_unknown_input_is_told_without_a_request(self, endpoint: Endpoint, network: Network) -> None:
        with pytest.raises(Invalid, match="frame, age"):
            endpoint.predict({"fram": PICTURE})
        assert network.log == []

    def test_an_unknown_output_lists_the_known(self, endpoint: Endpoint, network: Network) -> None:
        Predicting(network)
        with pytest.raises(KeyError, match="the outputs are: view"):
            endpoint.predict({"frame": PICTURE})["vew"]


class TestShare:
    def test_the_url_is_known_once(self, endpoint: Endpoint, network: Network) -> None:
        made = {"id": "l1", "role": "review", "label": "Cardiology", "expires_at": "2027-01-01T00:00:00Z"}
        posted: list[Any] = []

        def post(request: Request) -> Answer:
            posted.append(request.json())
            return Answer(201, {**made, "url": "http://x/l/secret"})

        network.on("POST", "/api/v1/endpoints/e1/links", post)
        network.on("GET", "/api/v1/endpoints/e1/links", {"results": [made], "next": None})
        network.on("DELETE", "/api/v1/links/l1", lambda _: Answer(204))
        link = endpoint.share(role="review", expires="30d", label="Cardiology")
        assert str(link) == "http://x/l/secret"
        asked = {"role": "review", "expires": "30d", "passcode": None, "label": "Cardiology", "quota": None}
        assert posted == [asked | {"addresses": []}]
        assert "secret" not in repr(link)
        [listed] = endpoint.links()
        with pytest.raises(NotFound, match="shown once"):
            str(listed)
        link.revoke()
        assert network.count("DELETE", "/api/v1/links/l1") == 1
        assert "revoked" in repr(link)

    @pytest.mark.parametrize("given", ["ana@clinic.example", ["ana@clinic.example"]])
    def test_it_opens_for_the_addresses_that_are_named(
        self, endpoint: Endpoint, network: Network, given: str | list[str]
    ) -> None:
        def post(request: Request) -> Answer:
            return Answer(201, {"id": "l1", "role": "view", "addresses": request.json()["addresses"], "url": "x"})

        network.on("POST", "/api/v1/endpoints/e1/links", post)
        link = endpoint.share(role="view", addresses=given)
        assert link.addresses == ("ana@clinic.example",)
        assert "ana@clinic.example" in link._repr_html_()


class TestDeploy:
    TAKEN: ClassVar[dict[str, Any]] = {
        "title": "Conflict",
        "status": 409,
        "code": "conflict",
        "detail": "The name is taken.",
    }
    READY: ClassVar[dict[str, Any]] = {**VERSION, "project": "p1", "state": "ready", "interface": FORM["interface"]}

    def test_again_is_the_endpoint_that_serves_it(self, atrium: Atrium, network: Network) -> None:
        network.on("POST", "/api/v1/projects/p1/endpoints", self.TAKEN, status=409)
        network.on("GET", "/api/v1/projects/p1/endpoints", {"results": [{**FORM, "id": "e0", "name": "other"}, FORM]})
        assert Version(self.READY, atrium._connection).deploy().id == FORM["id"]

    def test_a_taken_name_says_how_to_keep_the_address(self, atrium: Atrium, network: Network) -> None:
        network.on("POST", "/api/v1/projects/p1/endpoints", self.TAKEN, status=409)
        another = {**FORM, "version": {"id": "v9", "number": 9, "model_name": "views"}}
        network.on("GET", "/api/v1/projects/p1/endpoints", {"results": [another]})
        form = self.READY
        with pytest.raises(Conflict, match=r"project\.endpoint\('views'\)\.promote\(version\)"):
            Version(form, atrium._connection).deploy()

    def test_a_proposed_interface_is_confirmed_first(self, atrium: Atrium, network: Network) -> None:
        form = {**VERSION, "project": "p1", "state": "ready", "proposed_interface": FORM["interface"]}
        version = Version(form, atrium._connection)
        with pytest.raises(Conflict, match="then call confirm"):
            version.deploy()
        network.on(
            "PATCH", "/api/v1/versions/v1",
            lambda request: Answer(200, {**form, "interface": request.json()["interface"], "proposed_interface": None}),
        )  # fmt: skip
        network.on("POST", "/api/v1/projects/p1/endpoints", FORM, status=201)
        assert version.confirm().deploy().name == "views"

    def test_promoting_keeps_the_object(self, endpoint: Endpoint, atrium: Atrium, network: Network) -> None:
        fourth = {"id": "v4", "number": 4, "model_name": "views"}
        network.on("PATCH", "/api/v1/endpoints/e1", {**FORM, "version": fourth})
        assert endpoint.promote(Version(fourth, atrium._connection)).serves == "views v4"


@pytest.mark.parametrize(
    ("cases", "told"), [("nonsense", "'nonsense' is no case: give an answer"), ([3], "3 is no case")]
)
def test_what_is_no_case_is_not_compared(atrium: Atrium, cases: Any, told: str) -> None:
    form = {"id": "v1", "number": 1, "model_name": "views", "state": "ready"}
    versions = [Version({**form, "id": each}, atrium._connection) for each in ("v1", "v2")]
    with pytest.raises(Invalid, match=told):
        Endpoint(FORM, atrium._connection).compare(versions, cases=cases)
    with pytest.raises(Invalid, match="two versions at least"):
        Endpoint(FORM, atrium._connection).compare(versions[:1])
    assert chosen("inbox") == {"predictions": [], "sources": ["inbox"]}
