"""How objects look in a notebook: state, a link, and nobody's text as HTML."""

from pathlib import Path
from typing import Any

import pytest

from atrium_client import Answer, Atrium, Endpoint, ImageResult, Link, Project, Thread, Version
from atrium_client.progress import Progress
from tests.client.network import PROJECT, Network
from tests.client.network import Answer as Told
from tests.client.test_endpoints import FORM, PREDICTION
from tests.client.test_threads import FLAG, THREAD

EVIL = '<img src=x onerror="alert(1)">'
SHOWN: list[tuple[type, dict[str, Any]]] = [
    (Project, {**PROJECT, "name": EVIL, "description": EVIL}),
    (Version, {"id": "v1", "number": 1, "model_name": EVIL, "state": EVIL, "notes": EVIL, "url": f"http://x/{EVIL}"}),
    (Version, {"id": "v1", "model_name": "m", "state": "rejected", "rejected": {"reason": EVIL, "rule": EVIL}}),
    (Endpoint, {**FORM, "name": EVIL, "card": {"purpose": EVIL}}),
    (Link, {"id": "l1", "role": "try", "label": EVIL, "url": f"http://x/l/{EVIL}"}),
    (Answer, {**PREDICTION, "answer": {EVIL: {"kind": "label", "scores": [[EVIL, 0.5]]}}}),
    (Answer, {**PREDICTION, "answer": {"t": {"kind": "text", "value": EVIL}}}),
    (
        Thread,
        {**THREAD, "flags": [{**FLAG, "message": EVIL, "reviewer": EVIL}], "endpoint": {"id": "e1", "name": EVIL}},
    ),
    (Thread, {**THREAD, "messages": [{"id": "m", "author": EVIL, "body": EVIL}]}),
]


@pytest.mark.parametrize(("kind", "form"), SHOWN, ids=lambda item: getattr(item, "__name__", ""))
def test_text_of_strangers_is_text(atrium: Atrium, kind: type, form: dict[str, Any]) -> None:
    shown = kind(form, atrium._connection)._repr_html_()
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_a_link_leads_to_the_page(atrium: Atrium) -> None:
    assert f'<a href="{PROJECT["url"]}"' in Project(PROJECT, atrium._connection)._repr_html_()


def test_only_web_addresses_become_links(atrium: Atrium) -> None:
    shown = Project({**PROJECT, "url": "javascript:alert(1)"}, atrium._connection)._repr_html_()
    assert "<a" not in shown


@pytest.mark.parametrize(
    ("state", "word"), [("ready", "● ready"), ("rejected", "▲ rejected"), ("inspecting", "◐ inspecting")]
)
def test_a_state_is_a_word_and_a_mark(atrium: Atrium, state: str, word: str) -> None:
    form = {"id": "v1", "number": 2, "model_name": "views", "state": state, "url": "http://x/v"}
    version = Version(form, atrium._connection)
    assert word in version._repr_html_()
    assert repr(version) == f"<Version views v2 is {state}: http://x/v>"


def test_plain_reprs_say_it_in_a_line(atrium: Atrium) -> None:
    connection = atrium._connection
    assert repr(Endpoint(FORM, connection)) == "<Endpoint views serves views v3: http://x/t/team/echo/views>"
    assert repr(Answer(PREDICTION, connection)) == "<Answer view: A4C 0.93, A2C 0.07 by views v3>"
    assert "wrong by Dana" in repr(Thread(THREAD, connection))


def test_a_small_file_has_a_size(atrium: Atrium) -> None:
    form = {"id": "v1", "number": 2, "model_name": "views", "state": "ready", "size": 48_211, "sha256": "ab" * 32}
    assert "48 kB" in Version(form, atrium._connection)._repr_html_()


def test_scores_stand_under_their_output(atrium: Atrium) -> None:
    assert ">view</div>" in Answer(PREDICTION, atrium._connection)._repr_html_()


def test_a_bar_that_is_over_moves_no_more() -> None:
    bar = Progress("rows", shown=False)
    with bar:
        assert "<progress" in bar._repr_html_()
        bar.note("ready, 3 rows")
    assert "<progress" not in bar._repr_html_()
    assert "ready, 3 rows" in bar._repr_html_()


def test_a_picture_is_one_in_a_cell_and_in_a_file(atrium: Atrium, network: Network, tmp_path: Path) -> None:
    form = {"kind": "image", "url": "http://elsewhere/api/v1/pictures/a1", "width": 2, "height": 1}
    network.on("GET", "/api/v1/pictures/a1", lambda _: Told(200, b"\x89PNG"))
    heat = Answer({**PREDICTION, "answer": {"heat": form}}, atrium._connection)["heat"]
    assert isinstance(heat, ImageResult)
    assert heat._repr_png_() == b"\x89PNG"
    path = heat.save(tmp_path / "new" / "heat.png")
    assert (path, path.read_bytes()) == (tmp_path / "new" / "heat.png", b"\x89PNG")
