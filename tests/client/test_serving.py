"""A function of this process answers, through Atrium itself: web and dispatcher run for real, and no worker."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from apps.teams.models import ApiToken
from apps.teams.tokens import revoke_token
from atrium.tenancy.context import team_context
from atrium_client import (
    Atrium,
    Call,
    Choice,
    Column,
    Conflict,
    Failed,
    Image,
    Invalid,
    Label,
    NotPermitted,
    Number,
    Project,
    Served,
    Table,
    Text,
)
from tests.apps.sharing.links import Browser
from tests.people import Lab
from tests.services import site
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("web_process", "dispatch_process")
DARK, BRIGHT = np.zeros((20, 30), np.uint8), np.full((20, 30), 255, np.uint8)
FILM, VIEW = Image("film", mode="L"), Label("view", classes=["bright", "dark"])
PATIENCE = 30.0
Serve = Callable[..., Served]


@pytest.fixture
def project(lab: Lab) -> Project:
    return Atrium(site().url, lab.token()).project("films")


@pytest.fixture
def serve(project: Project) -> Iterator[Serve]:
    """`project.serve`, whose functions stop with the test."""
    made: list[Served] = []

    def begin(*arguments: Any, **options: Any) -> Served:
        made.append(project.serve(*arguments, **options))
        return made[-1]

    yield begin
    for served in made:
        served.stop()


def brightness(film: Any) -> dict[str, float]:
    mean = float(film.mean()) / 255
    return {"bright": mean, "dark": 1 - mean}


def sent(served: Served, **inputs: Any) -> dict[str, Any]:
    """A prediction that is not waited for."""
    post = served.endpoint._connection.request
    response = post(
        "POST", f"endpoints/{served.endpoint.id}/predictions", action="send", json={"inputs": inputs},
        headers={"Prefer": "wait=0"},
    )  # fmt: skip
    return dict(response.json())


def read(served: Served, prediction: dict[str, Any]) -> dict[str, Any]:
    return dict(served.endpoint._connection.get(f"predictions/{prediction['id']}", action="read"))


def ended(served: Served, prediction: dict[str, Any]) -> dict[str, Any]:
    until(lambda: read(served, prediction)["state"] not in ("queued", "running"))
    return read(served, prediction)


def test_a_function_is_an_endpoint(serve: Serve) -> None:
    served = serve("Beta", brightness, [FILM], [VIEW])
    assert served.state == "online"
    answer = served.endpoint.predict(BRIGHT)
    assert answer["view"].top == ("bright", 1.0)  # type: ignore[union-attr]
    assert served.endpoint.predict(DARK)["view"].top == ("dark", 1.0)  # type: ignore[union-attr]
    assert served.answered == 2
    assert str(served.link(label="Cardiology")).startswith(f"{site().url}/l/")


def test_it_is_asked_again_for_what_it_answered_before(serve: Serve) -> None:
    """Nobody can say that it is the same function still."""
    answers = iter(["first", "second"])
    served = serve("Echo", lambda word: next(answers), [Text("word")], [Text("said")])
    assert [served.endpoint.predict("a")["said"].value for _ in range(2)] == ["first", "second"]  # type: ignore[union-attr]


def test_every_kind_of_input_and_output(serve: Serve) -> None:
    given: list[Any] = []

    def function(film: Any, note: str, age: float, side: str, row: dict[str, Any]) -> tuple[Any, ...]:
        given.append((film, note, age, side, row))
        return np.array([0.0, 1.0]), age * 2, note.upper(), film[::-1]

    columns = [Column("weight"), Column("sex", choices=["f", "m"])]
    inputs = [Image("film"), Text("note"), Number("age"), Choice("side", ["left", "right"]), Table("row", columns)]
    outputs = [Label("view", classes=["a", "b"], activation="softmax"), Number("twice", unit="y", scale=10)]
    outputs += [Text("loud"), Image("flipped", mode="RGB")]
    served = serve("All", function, inputs, outputs)
    film = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    case = {"film": film, "note": "ok", "age": 3, "side": "right", "row": {"weight": 2.5, "sex": "m"}}
    answer: Any = served.endpoint.predict(case)
    assert (given[0][0] == film).all()
    assert given[0][1:] == ("ok", 3.0, "right", {"weight": 2.5, "sex": "m"})
    assert answer["view"].top == ("b", pytest.approx(1 / (1 + np.exp(-1))))
    assert (answer["twice"].value, answer["twice"].unit, answer["loud"].value) == (60.0, "y", "OK")
    from atrium_client.png import decode

    assert (decode(answer["flipped"].read()) == film[::-1]).all()


def test_while_it_is_away_cases_are_kept_and_answered_when_it_is_back(serve: Serve) -> None:
    served = serve("Beta", str.upper, [Text("word")], [Text("said")])
    served.stop()
    kept = sent(served, word="kept")
    assert kept["state"] == "queued"
    until(lambda: not read(served, kept)["waiting"]["online"])  # its farewell may be under way still
    assert read(served, kept)["waiting"] == {
        "online": False,
        "ahead": 0,
        "message": "Offline, your case is kept. It is answered when the function is back, within 24 hours.",
    }
    assert sent(served, word="later")["waiting"]["ahead"] == 1
    back = serve("Beta", str.upper, [Text("word")], [Text("said")])
    assert back.endpoint.version_id == served.endpoint.version_id
    assert ended(back, kept)["answer"]["said"]["value"] == "KEPT"


def test_an_exception_is_for_the_team(serve: Serve, lab: Lab) -> None:
    def broken(word: str) -> str:
        raise ValueError(f"the patient {word}")

    served = serve("Broken", broken, [Text("word")], [Text("said")])
    with pytest.raises(Failed, match="The function failed on this input"):
        served.endpoint.predict("Jones")
    link = served.link(role="try")
    browser = Browser(UUID(link.id), link.url.rpartition("/")[2])
    browser.get()  # the page, by which a browser becomes a guest
    asked = browser.ask({"inputs": {"word": "Jones"}, "edits": [], "keep": True}).json()
    until(lambda: browser.get(f"predictions/{asked['id']}").json()["state"] != "queued")
    shown = browser.get(f"predictions/{asked['id']}").json()
    assert shown["error"] == {"code": "model_failed", "message": "The function failed on this input."}
    team = read(served, shown)
    assert "the patient Jones" in team["error"]["detail"]
    assert "Traceback" in team["error"]["detail"]
    assert served.failed == 2


@pytest.mark.parametrize("returned", [float("nan"), "much", None, (1, 2)])
def test_what_is_not_the_declared_answer_is_a_failure(serve: Serve, returned: Any) -> None:
    served = serve("Wrong", lambda word: returned, [Text("word")], [Number("value")])
    with pytest.raises(Failed):
        served.endpoint.predict("a")
    assert served.failed == 1


def test_two_notebooks_of_one_name_share_the_cases(serve: Serve) -> None:
    together = threading.Barrier(2, timeout=PATIENCE)

    def slow(word: str) -> str:
        together.wait()  # both must have one
        return word

    one, two = (serve("Shared", slow, [Text("word")], [Text("said")]) for _ in range(2))
    cases = [sent(one, word=word) for word in ("a", "b")]
    assert [ended(one, case)["answer"]["said"]["value"] for case in cases] == ["a", "b"]
    assert (one.answered, two.answered) == (1, 1)


@pytest.mark.long
def test_a_notebook_that_dies_amid_a_case_loses_nothing(serve: Serve, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("a lease runs out: only with --long")
    begun, never = threading.Event(), threading.Event()

    def hangs(word: str) -> str:
        begun.set()
        never.wait(PATIENCE)
        return "too late"

    dying = serve("Dies", hangs, [Text("word")], [Text("said")])
    case = sent(dying, word="a")
    assert begun.wait(PATIENCE)
    dying._line.stopping.set()  # as a kernel that is killed: no goodbye, the connection just breaks
    assert dying._line._socket is not None
    dying._line._socket.socket.close()
    back = serve("Dies", str.upper, [Text("word")], [Text("said")])
    assert ended(back, case)["answer"]["said"]["value"] == "A"
    never.set()


def test_a_lost_connection_is_made_again_and_its_case_goes_on(serve: Serve) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(word: str) -> str:
        begun.set()
        assert go_on.wait(PATIENCE)
        return word.upper()

    served = serve("Cut", slow, [Text("word")], [Text("said")])
    case = sent(served, word="a")
    assert begun.wait(PATIENCE)
    socket = served._line._socket
    assert socket is not None
    socket.socket.shutdown(2)
    until(lambda: served._line._socket is not socket and served.state == "online")
    go_on.set()
    assert ended(served, case)["answer"]["said"]["value"] == "A"
    assert served.answered == 1


def test_a_generator_tells_parts_and_the_last_is_the_answer(serve: Serve) -> None:
    def words(word: str) -> Iterator[str]:
        for end in range(1, len(word) + 1):
            yield word[:end]

    served = serve("Parts", words, [Text("word")], [Text("said")])
    assert served.endpoint.predict("abc")["said"].value == "abc"  # type: ignore[union-attr]


def test_a_cancel_reaches_the_function(serve: Serve) -> None:
    begun, heard = threading.Event(), threading.Event()

    def patient(word: str, call: Call) -> str:
        begun.set()
        if call._cancelled.wait(PATIENCE):
            heard.set()
        call.check()
        return word

    served = serve("Patient", patient, [Text("word")], [Text("said")])
    case = sent(served, word="a")
    assert begun.wait(PATIENCE)
    served.endpoint._connection.post(f"predictions/{case['id']}/cancel", action="cancel")
    assert heard.wait(PATIENCE)
    assert ended(served, case)["state"] == "cancelled"


def test_a_batch_is_asked_at_once_and_one_bad_case_fails_alone(serve: Serve) -> None:
    sizes: list[int] = []
    gate = threading.Event()

    def many(words: list[str]) -> list[str]:
        assert gate.wait(PATIENCE)
        sizes.append(len(words))
        if "bad" in words:
            raise ValueError
        return [word.upper() for word in words]

    served = serve("Many", many, [Text("words")], [Text("said")], batch=True)
    cases = [sent(served, words=word) for word in ("a", "b", "bad", "c")]
    gate.set()
    answers = [ended(served, case) for case in cases]
    assert [(answer["answer"] or {}).get("said", {}).get("value") for answer in answers] == ["A", "B", None, "C"]
    assert sum(sizes) >= 4


def test_a_revoked_token_closes_it_at_once(serve: Serve, lab: Lab) -> None:
    served = serve("Beta", str.upper, [Text("word")], [Text("said")])
    with team_context(lab.alice):
        for token in ApiToken.objects.all():
            revoke_token(lab.alice, UUID(str(token.pk)))
    with pytest.raises(NotPermitted, match="unknown, expired or revoked"):
        served.wait()
    assert served.state == "refused"


def test_what_cannot_be_served_is_said_at_once(project: Project, lab: Lab) -> None:
    with pytest.raises(Invalid, match="“size” prepares a tensor"):
        project.serve("Beta", brightness, [Image("film", size=(8, 8))], [VIEW])
    with pytest.raises(Invalid, match="does not take the declared inputs"):
        project.serve("Beta", brightness, [FILM, Text("note")], [VIEW])
    with pytest.raises(Conflict, match="serves an uploaded model"):
        project.serve("Reader", brightness, [FILM], [VIEW])
