"""The command `atrium`, run as a shell runs it."""

import io
import json
import stat
from pathlib import Path

import onnx
import pytest

from atrium_client.command import main
from atrium_client.credentials import path as credentials_path
from tests.client.network import PROJECT, Answer, Network, Uploads
from tests.client.test_endpoints import FORM, Predicting
from tests.client.test_export_file import adding
from tests.client.test_threads import THREAD

ME = {"user": {"name": "Alice"}, "team": {"name": "Echo lab"}, "role": "member", "scopes": ["predict"]}


@pytest.fixture
def logged_in(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_URL", network.url)
    monkeypatch.setenv("ATRIUM_TOKEN", "atr_test")
    network.on("GET", "/api/v1/me", ME)
    network.on("GET", "/api/v1/projects", {"results": [PROJECT], "next": None})
    network.on("GET", "/api/v1/projects/p1/endpoints", {"results": [FORM], "next": None})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    onnx.save(adding(), tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


class TestLogin:
    def test_the_token_comes_by_stdin_and_is_kept_private(
        self, network: Network, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        network.on("GET", "/api/v1/me", ME)
        monkeypatch.setattr("sys.stdin", io.StringIO("atr_secret\n"))
        assert main(["login", network.url]) == 0
        assert network.requests[0].headers["Authorization"] == "Bearer atr_secret"
        assert stat.S_IMODE(credentials_path().stat().st_mode) == 0o600
        told = capsys.readouterr().out
        assert "Alice (member) of Echo lab" in told
        assert "atr_secret" not in told
        assert main(["token", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["role"] == "member"
        assert main(["token", "--forget"]) == 0
        assert not credentials_path().exists()

    def test_a_token_that_is_refused_is_not_kept(
        self, network: Network, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        problem = {"title": "Not signed in", "status": 401, "code": "unauthenticated", "detail": "The token expired."}
        network.on("GET", "/api/v1/me", problem, status=401)
        monkeypatch.setattr("sys.stdin", io.StringIO("atr_secret\n"))
        assert main(["login", network.url]) == 3
        assert not credentials_path().exists()
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("atrium: Could not read who the token belongs to: The token expired.")
        assert told.err.count("\n") == 1


@pytest.mark.usefixtures("logged_in")
class TestCommands:
    def test_upload(self, uploads: Uploads, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["upload", "echo-views", "views", str(file), "--json", "--notes", "first"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["state"], told["number"]) == ("ready", 1)
        assert uploads.versions[0]["notes"] == "first"

    def test_a_card_with_a_slip_is_told(
        self, uploads: Uploads, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        card = tmp_path / "card.json"
        card.write_text('{"pupose": "x"}')
        assert main(["upload", "echo", "views", str(file), "--card", str(card)]) == 5
        assert "no pupose; it holds purpose, not_for" in capsys.readouterr().err

    def test_a_rejection_is_its_own_code(
        self, uploads: Uploads, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        uploads.states, uploads.rejected = ["rejected"], {"rule": "depth", "reason": "It is too deep. Flatten it."}
        assert main(["upload", "echo-views", "views", str(file)]) == 5
        assert capsys.readouterr().err == "atrium: It is too deep. Flatten it.\n"

    def test_share_prints_the_url_alone(self, network: Network, capsys: pytest.CaptureFixture[str]) -> None:
        network.on("POST", "/api/v1/endpoints/e1/links", {"id": "l1", "role": "try", "url": "http://x/l/secret"}, 201)
        assert main(["share", "echo-views", "views", "--role", "try", "--expires", "never"]) == 0
        assert capsys.readouterr().out == "http://x/l/secret\n"
        assert network.requests[-1].json()["expires"] is None
        assert main(["share", "echo-views", "views", "--address", "ana@clinic.example", "--address", "b@x.org"]) == 0
        assert network.requests[-1].json()["addresses"] == ["ana@clinic.example", "b@x.org"]

    def test_share_prints_the_markup_for_pages_that_show_it(
        self, network: Network, capsys: pytest.CaptureFixture[str]
    ) -> None:
        made = {"id": "l1", "role": "review", "url": "http://x/l/secret", "embed": ["https://a.example"]}
        network.on("POST", "/api/v1/endpoints/e1/links", made | {"iframe": "<iframe></iframe>"}, 201)
        assert main(["share", "echo-views", "views", "--embed", "https://a.example"]) == 0
        assert capsys.readouterr().out == "http://x/l/secret\n<iframe></iframe>\n"
        assert network.requests[-1].json()["embed"] == ["https://a.example"]

    def test_predict(self, network: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Predicting(network)
        (tmp_path / "case.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        assert main(["predict", "echo-views", "views", f"frame={tmp_path}/case.png", "age=3", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["answer"]["view"]["top"] == ["A4C", 0.93]

    def test_inbox(self, network: Network, capsys: pytest.CaptureFixture[str]) -> None:
        network.on("GET", "/api/v1/projects/p1/threads", {"results": [THREAD], "next": None})
        assert main(["inbox", "echo-views"]) == 0
        assert "wrong by Dana" in capsys.readouterr().out

    def test_reply_and_resolve(self, network: Network, capsys: pytest.CaptureFixture[str]) -> None:
        resolving = {"id": "v4", "number": 4, "model_name": "views", "project": "p1", "state": "ready"}
        network.on("GET", "/api/v1/threads/t1", THREAD)
        network.on("POST", "/api/v1/threads/t1/messages", {"id": "m1", "author": "Alice", "body": "Yes"}, 201)
        assert main(["reply", "http://x/t/team/echo/inbox/t1/", "Yes", "--internal"]) == 0
        assert network.requests[-2].json() == {"body": "Yes", "internal": True}
        assert "Written to the team: http://x/t1" in capsys.readouterr().out
        network.on("GET", "/api/v1/projects/p1", PROJECT)
        network.on("GET", "/api/v1/projects/p1/models", {"results": [{"name": "views", "versions": [resolving]}]})
        network.on("GET", "/api/v1/versions/v4", resolving)
        network.on("PATCH", "/api/v1/threads/t1", {**THREAD, "status": "resolved", "resolved_by_version": resolving})
        assert main(["resolve", "t1", "--version", "4"]) == 0
        assert network.requests[-1].json() == {"status": "resolved", "resolved_by_version": "v4"}
        assert capsys.readouterr().out == "Resolved by views v4: http://x/t1\n"

    def test_confirm(self, network: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        form = {"id": "v4", "number": 4, "model_name": "views", "project": "p1", "state": "ready"}
        proposed = {**form, "proposed_interface": FORM["interface"]}
        network.on("GET", "/api/v1/projects/p1/models", {"results": [{"name": "views", "versions": [proposed]}]})
        network.on("GET", "/api/v1/versions/v4", proposed)
        network.on(
            "PATCH", "/api/v1/versions/v4",
            lambda request: Answer(200, {**form, "interface": request.json()["interface"]}),
        )  # fmt: skip
        assert main(["confirm", "echo-views", "views", "--show"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert network.count("PATCH", "/api/v1/versions/v4") == 0
        assert main(["confirm", "echo-views", "views"]) == 0
        assert network.requests[-1].json() == {"interface": shown}
        shown["outputs"][0]["name"] = "plane"
        (tmp_path / "interface.json").write_text(json.dumps(shown))
        given = ["confirm", "echo-views", "views", "--interface", str(tmp_path / "interface.json"), "--json"]
        capsys.readouterr()
        assert main(given) == 0
        assert json.loads(capsys.readouterr().out)["interface"]["outputs"][0]["name"] == "plane"
        unfit = {**form, "report": {"facts": {"no_proposal": "The output “f” has 8 channels."}}}
        network.on("GET", "/api/v1/versions/v4", unfit)
        assert main(["confirm", "echo-views", "views"]) == 5
        assert "has 8 channels" in capsys.readouterr().err

    def test_deploy_and_promote(self, network: Network, capsys: pytest.CaptureFixture[str]) -> None:
        version = {"id": "v1", "number": 1, "model_name": "views", "project": "p1", "state": "ready"}
        network.on(
            "GET", "/api/v1/projects/p1/models", {"results": [{"name": "views", "versions": [version]}], "next": None}
        )
        network.on("GET", "/api/v1/versions/v1", version)
        network.on("POST", "/api/v1/projects/p1/endpoints", FORM, 201)
        network.on("PATCH", "/api/v1/endpoints/e1", FORM)
        assert main(["deploy", "echo-views", "views"]) == 0
        assert main(["deploy", "echo-views", "views", "--promote", "views"]) == 0
        assert capsys.readouterr().out.count("views serves views v3") == 2

    def test_what_is_not_there_is_4(self, network: Network, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["predict", "echo-views", "nothing", "x"]) == 4
        assert "has no endpoint “nothing”" in capsys.readouterr().err

    def test_a_server_that_is_away_is_6(
        self, network: Network, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("time.sleep", lambda _: None)
        network.on("GET", "/api/v1/me", lambda _: Answer(500, {"code": "internal", "title": "Our fault"}))
        assert main(["token"]) == 6


class TestExport:
    def test_a_file_is_cleaned_without_a_server(
        self, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["export", str(file), "-o", str(tmp_path / "clean.onnx")]) == 0
        onnx.checker.check_model(onnx.load(tmp_path / "clean.onnx"))
        assert "0 tensors folded in" in capsys.readouterr().out

    def test_an_object_is_imported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "my_model.py").write_text(
            "from sklearn.linear_model import LinearRegression\n"
            "model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])\n"
        )
        monkeypatch.chdir(tmp_path)
        assert main(["export", "my_model:model", "-o", "out.onnx", "--example", "[3]", "--json"]) == 0
        assert Path("out.onnx").exists()

    def test_usage_is_2(self) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["export"])
        assert caught.value.code == 2
