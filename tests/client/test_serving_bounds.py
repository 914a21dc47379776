"""What a function returns that no server takes: the notebook says so for that case, and goes on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from atrium_client import Atrium, Failed, Served, Text
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.usefixtures("web_process", "dispatch_process")
Serve = Callable[[Callable[[str], Any]], Served]


@pytest.fixture
def serve(lab: Lab) -> Iterator[Serve]:
    made: list[Served] = []
    project = Atrium(site().url, lab.token()).project("films")

    def begin(function: Callable[[str], Any]) -> Served:
        made.append(project.serve(f"Function {len(made)}", function, [Text("word")], [Text("said")]))
        return made[-1]

    yield begin
    for served in made:
        served.stop()


def said(served: Served, word: str) -> Any:
    return served.endpoint.predict(word)["said"].value  # type: ignore[union-attr]


def test_half_a_character_is_replaced(serve: Serve) -> None:
    assert said(serve(lambda word: f"{word}\ud800"), "😀") == "😀\ufffd"


def test_half_a_character_in_an_exception_ends_its_case_alone(serve: Serve) -> None:
    def broken(word: str) -> str:
        if word == "bad":
            raise ValueError("\udcff")
        return word

    served = serve(broken)
    with pytest.raises(Failed, match="The function failed on this input"):
        said(served, "bad")
    assert said(served, "good") == "good"


def test_an_answer_that_is_too_large_ends_its_case_alone(serve: Serve) -> None:
    served = serve(lambda word: "x" * int(word))
    path, headers = f"endpoints/{served.endpoint.id}/predictions", {"Prefer": "wait=30"}
    post = served.endpoint._connection.request
    answer = post("POST", path, action="send", json={"inputs": {"word": str(2**22)}}, headers=headers).json()
    assert "takes at most 2,097,152" in answer["error"]["detail"]
    assert said(served, "1") == "x"


def test_what_a_server_or_proxy_found_too_large_is_not_sent_again(serve: Serve) -> None:
    """The bound that the notebook was told may not be the smallest on the way."""
    served = serve(lambda word: "x" * int(word))
    served._line._largest = 2**24
    with pytest.raises(Failed, match="The function failed on this input"):
        said(served, str(2**22))
    assert said(served, "1") == "x"
