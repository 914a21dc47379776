"""Examples of an endpoint: listed in their order, added, renamed, moved and removed."""

from typing import Any

import numpy as np
import pytest

from atrium_client import Atrium, Endpoint, Invalid
from tests.client.network import Answer, Network, Request
from tests.client.test_endpoints import FORM, PREDICTION

BLACK = {"id": "x1", "title": "All black", "position": 0, "prediction": PREDICTION}
WHITE = {"id": "x2", "title": "", "position": 1, "prediction": {**PREDICTION, "id": "q2", "original": "q2"}}


@pytest.fixture
def sent(network: Network) -> list[Any]:
    bodies: list[Any] = []

    def keep(answer: dict[str, Any]) -> Any:
        def handler(request: Request) -> Answer:
            bodies.append(request.json())
            return Answer(200, answer | {name: bodies[-1][name] for name in {"title", "position"} & set(bodies[-1])})

        return handler

    network.on("GET", "/api/v1/endpoints/e1/examples", {"results": [WHITE, BLACK], "next": None})
    network.on("POST", "/api/v1/endpoints/e1/examples", keep(WHITE))
    network.on("PATCH", "/api/v1/examples/x1", keep(BLACK))
    network.on("DELETE", "/api/v1/examples/x1", None, 204)
    return bodies


@pytest.fixture
def endpoint(atrium: Atrium) -> Endpoint:
    return Endpoint(FORM, atrium._connection)


def test_they_come_in_the_order_of_the_page(endpoint: Endpoint, sent: list[Any]) -> None:
    first, second = endpoint.examples()
    assert [(each.id, each.title, each.position) for each in (first, second)] == [("x1", "All black", 0), ("x2", "", 1)]
    assert str(first.answer["view"]) == "A4C 0.93, A2C 0.07"
    assert repr(second) == "<Example 1, without a title: http://x/q1>"
    assert 'href="http://x/q1"' in first._repr_html_()


def test_one_is_renamed_moved_and_removed(endpoint: Endpoint, network: Network, sent: list[Any]) -> None:
    example = endpoint.examples()[0]
    assert example.rename("Nothing to see").title == "Nothing to see"
    assert example.move(3).position == 3
    example.remove()
    assert sent == [{"title": "Nothing to see"}, {"position": 3}]
    assert network.log[-1] == ("DELETE", "/api/v1/examples/x1")


def test_one_is_added_from_a_value_or_from_an_answer(endpoint: Endpoint, sent: list[Any]) -> None:
    added = endpoint.add_example({"frame": np.zeros((4, 4), np.uint8), "age": 50}, title="White")
    assert (added.id, added.title) == ("x2", "White")
    assert sent[0]["inputs"]["frame"].startswith("data:image/png;base64,")
    endpoint.add_example(endpoint.examples()[0].answer)
    assert sent[1] == {"inputs": {"frame": {"prediction": "q1"}, "age": 40}}
    with pytest.raises(Invalid, match="frame, age"):
        endpoint.add_example({"fram": b""})
