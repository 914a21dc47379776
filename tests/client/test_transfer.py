"""A model file on its way over a network that breaks."""

import hashlib
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from atrium_client import AtriumError, Project, Rejected, Unavailable
from atrium_client.progress import Progress
from atrium_client.records import folder
from tests.client.network import Answer, Network, Request, Uploads

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(values: int = 1000, name: str = "model.onnx") -> Path:
        weights = numpy_helper.from_array(np.arange(values, dtype=np.float32), "w")
        graph = helper.make_graph(
            [helper.make_node("Add", ["x", "w"], ["y"])],
            "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, values])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, values])],
            [weights],
        )
        path = tmp_path / name
        onnx.save(helper.make_model(graph), path)
        return path

    return write


def sent_parts(network: Network) -> list[int]:
    return [int(path.rsplit("/", 1)[1]) for method, path in network.log if method == "PUT"]


class TestSending:
    def test_the_file_arrives_whole_and_hashed(self, project: Project, uploads: Uploads, save: Save) -> None:
        version = project.upload("views", save())
        assert version.state == "ready"
        assert onnx.load_model_from_string(uploads.file()).graph.node[0].op_type == "Add"
        body = uploads.versions[0]["body"]
        assert body["sha256"] == hashlib.sha256(uploads.file()).hexdigest()
        assert body["size"] == len(uploads.file())

    def test_no_token_reaches_the_store(self, project: Project, uploads: Uploads, network: Network, save: Save) -> None:
        project.upload("views", save())
        puts = [request for request in network.requests if request.method == "PUT"]
        assert puts
        assert not any("authorization" in map(str.lower, request.headers) for request in puts)

    def test_wait_false_returns_while_it_is_inspected(self, project: Project, uploads: Uploads, save: Save) -> None:
        assert project.upload("views", save(), wait=False).state == "inspecting"

    def test_a_refusal_is_raised_with_its_reason(self, project: Project, uploads: Uploads, save: Save) -> None:
        uploads.states = ["inspecting", "rejected"]
        uploads.rejected = {"rule": "foreign_domain", "reason": "It has a node of org.example. Save it without."}
        with pytest.raises(Rejected, match=r"org\.example") as caught:
            project.upload("views", save())
        assert (caught.value.rule, caught.value.reason) == ("foreign_domain", uploads.rejected["reason"])


class TestCuts:
    def test_a_part_that_breaks_is_sent_again(
        self, project: Project, uploads: Uploads, pauses: list[float], network: Network, save: Save
    ) -> None:
        uploads.cut = [2, 2, 4]
        assert project.upload("views", save()).state == "ready"
        assert sent_parts(network) == [1, 2, 2, 2, 3, 4, 4, 5]
        assert all(pause > 0.3 for pause in pauses[:3])

    def test_the_pause_grows(self, project: Project, uploads: Uploads, pauses: list[float], save: Save) -> None:
        uploads.cut = [1, 1, 1, 1]
        project.upload("views", save())
        waits = pauses[:4]
        assert waits == sorted(waits)
        assert waits[-1] > 4 * waits[0]

    def test_the_same_file_goes_on_where_it_stopped(
        self, project: Project, uploads: Uploads, network: Network, save: Save
    ) -> None:
        uploads.cut = [3] * 6
        with pytest.raises(Unavailable, match="send part 3"):
            project.upload("views", save())
        network.log.clear()
        assert project.upload("views", save(name="same.onnx")).state == "ready"
        assert sent_parts(network) == [3, 4, 5]
        assert len(uploads.versions) == 1
        assert hashlib.sha256(uploads.file()).hexdigest() == uploads.versions[0]["sha256"]

    def test_another_file_starts_anew(self, project: Project, uploads: Uploads, save: Save) -> None:
        uploads.cut = [3] * 6
        with pytest.raises(Unavailable):
            project.upload("views", save())
        project.upload("views", save(values=900))
        assert len(uploads.versions) == 2

    def test_a_lost_answer_to_complete_is_found_again(
        self, project: Project, uploads: Uploads, network: Network, save: Save
    ) -> None:
        def completes_but_fails(request: Request) -> Answer:
            uploads._complete(request)
            return Answer(500, {"title": "Our fault", "status": 500, "code": "internal"})

        network.on("POST", "/api/v1/versions/([^/]+)/complete", completes_but_fails)
        with pytest.raises(Unavailable):
            project.upload("views", save())
        assert project.upload("views", save()).state == "ready"
        assert len(uploads.versions) == 1

    def test_expired_addresses_are_renewed(
        self, project: Project, uploads: Uploads, network: Network, save: Save
    ) -> None:
        def expire_once(request: Request) -> Answer:
            if request.groups[2] == "3" and uploads.signature == 0:
                uploads.signature = 1
            return uploads._put(request)

        network.on("PUT", "/store/([^/]+)/([0-9]+)/([0-9]+)", expire_once)
        assert project.upload("views", save()).state == "ready"
        assert network.count("GET", "/api/v1/versions/v1/upload") == 1

    def test_what_the_store_forgot_starts_anew(
        self, project: Project, uploads: Uploads, network: Network, save: Save
    ) -> None:
        uploads.cut = [3] * 6
        with pytest.raises(Unavailable):
            project.upload("views", save())
        uploads.gone.add("v1")
        assert project.upload("views", save()).id == "v2"
        assert hashlib.sha256(uploads.file("v2")).hexdigest() == uploads.versions[1]["sha256"]

    def test_what_the_store_forgot_while_it_was_begun_starts_anew(
        self, project: Project, uploads: Uploads, network: Network, save: Save
    ) -> None:
        def forget_once(request: Request) -> Answer:
            if network.count("POST", "/api/v1/models/m1/versions") == 1:
                return Answer(410, {"title": "Gone", "status": 410, "code": "upload_gone"})
            return uploads._create(request)

        network.on("POST", "/api/v1/models/m1/versions", forget_once)
        assert project.upload("views", save()).state == "ready"

    def test_parts_that_the_server_misses_are_sent_again(
        self, project: Project, uploads: Uploads, network: Network, save: Save
    ) -> None:
        def lose_one(request: Request) -> Answer:
            if network.count("POST", "/api/v1/versions/v1/complete") == 1:
                del uploads.hashed["v1"][2]
            return uploads._complete(request)

        network.on("POST", "/api/v1/versions/([^/]+)/complete", lose_one)
        assert project.upload("views", save()).state == "ready"
        assert sent_parts(network) == [1, 2, 3, 4, 5, 2]


class TestRecord:
    def test_nothing_stays_behind(self, project: Project, uploads: Uploads, save: Save) -> None:
        project.upload("views", save())
        assert list(folder().iterdir()) == []

    def test_only_the_owner_may_look(self, project: Project, uploads: Uploads, save: Save) -> None:
        uploads.cut = [3] * 6
        with pytest.raises(Unavailable):
            project.upload("views", save())
        assert stat.S_IMODE(folder().stat().st_mode) == 0o700
        assert "atr_test" not in next(folder().iterdir()).read_text()

    def test_a_home_that_cannot_be_written_only_cannot_resume(
        self, project: Project, uploads: Uploads, save: Save, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        assert project.upload("views", save()).state == "ready"


_CHILD = """
import resource, sys
from pathlib import Path
from atrium_client import Atrium
project = Atrium(sys.argv[1], "atr_test").project("echo-views")
project.upload("warm", Path(sys.argv[2]), progress=False)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
project.upload("views", Path(sys.argv[3]), progress=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_256_mib_need_no_more_memory_than_a_part(
    network: Network, uploads: Uploads, save: Save, project: Project
) -> None:
    uploads.part_size, uploads.keep_bytes = 16 * 2**20, False
    uploads.states = ["ready"] * 4
    large = save(values=64 * 2**20, name="large.onnx")
    arguments = [network.url, str(save()), str(large)]
    grown = subprocess.run(
        [sys.executable, "-c", _CHILD, *arguments], capture_output=True, text=True, check=True, cwd="frontend/notebook"
    )
    assert int(grown.stdout) * 1024 < 16 * 2**20
    assert uploads.versions[-1]["size"] >= 256 * 2**20


class TestCtrlC:
    def test_the_bar_says_how_it_goes_on_and_it_does(
        self, project: Project, uploads: Uploads, network: Network, save: Save, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(seconds: float) -> None:
            raise KeyboardInterrupt

        shown: list[str] = []
        monkeypatch.setattr(Progress, "_draw", lambda bar: shown.append(bar.line()))
        uploads.cut = [3]
        pause, project._connection.pause = project._connection.pause, interrupt
        with pytest.raises(KeyboardInterrupt):
            project.upload("views", save())
        assert "stopped; the same call goes on from here" in shown[-1]
        project._connection.pause = pause
        assert project.upload("views", save()).state == "ready"
        assert sent_parts(network) == [1, 2, 3, 3, 4, 5]

    def test_what_the_server_does_goes_on(
        self, project: Project, uploads: Uploads, save: Save, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(seconds: float) -> None:
            raise KeyboardInterrupt

        shown: list[str] = []
        monkeypatch.setattr(Progress, "_draw", lambda bar: shown.append(bar.line()))
        project._connection.pause = interrupt
        with pytest.raises(KeyboardInterrupt):
            project.upload("views", save())
        assert "not waited for any more; the server goes on" in shown[-1]


class TestProgress:
    def test_a_terminal_gets_one_line(self) -> None:
        class Terminal:
            text = ""

            def isatty(self) -> bool:
                return True

            def write(self, text: str) -> None:
                self.text += text

            def flush(self) -> None:
                return

        screen: Any = Terminal()
        with Progress("views", 2_000_000, stream=screen) as bar:
            bar.add(1_000_000)
        assert "views  [##########----------]   50%  1.0 of 2.0 MB" in screen.text
        assert screen.text.count("\n") == 1

    def test_a_pipe_gets_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        with Progress("views", 10) as bar:
            bar.add(10)
        assert capsys.readouterr() == ("", "")

    def test_before_the_size_is_known_it_says_what_happens(self) -> None:
        bar = Progress("views")
        bar.note("is turned into ONNX here")
        assert bar.line() == "views  is turned into ONNX here"
        assert "value=" not in bar._repr_html_()

    def test_an_error_is_said_at_the_bar(self) -> None:
        bar = Progress("views")
        with pytest.raises(KeyError), bar:
            raise KeyError("x")
        assert bar.text == "stopped"

    def test_its_html_is_escaped(self) -> None:
        assert "<b>" not in Progress("<b>", 10)._repr_html_()


def test_an_upload_error_names_the_way_out(project: Project, uploads: Uploads, network: Network, save: Save) -> None:
    network.on("PUT", "/store/.*", lambda _: Answer(501))
    with pytest.raises(AtriumError, match="Run the upload again"):
        project.upload("views", save())
