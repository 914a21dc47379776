"""The client against Atrium itself: web, storage, dispatcher and a worker run for real."""

from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas
import pytest
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from atrium.access.principals import Scope
from atrium_client import (
    Atrium,
    Audio,
    Card,
    Carried,
    Conflict,
    Constant,
    Endpoint,
    Image,
    Invalid,
    Label,
    LabelResult,
    NotFound,
    NotPermitted,
    Project,
    Rejected,
    Series,
    SeriesResult,
    Step,
    Table,
    Windows,
)
from atrium_client.command import main
from infra.dev.processes import Process
from tests.gpu_workers.bundles import tokenizer
from tests.gpu_workers.inspection.test_bundles import counts
from tests.gpu_workers.runner.test_steps import adding
from tests.gpu_workers.runner.tiny_models import FLOAT, constant, save, value
from tests.people import Lab
from tests.services import site

X, Y = load_iris(return_X_y=True)
DARK, BRIGHT = np.zeros((20, 20), np.uint8), np.full((20, 20), 255, np.uint8)


@pytest.fixture
def token(lab: Lab, web_process: Process) -> str:
    return lab.token()


@pytest.fixture
def atrium(token: str) -> Atrium:
    return Atrium(site().url, token)


@pytest.fixture
def project(atrium: Atrium) -> Project:
    return atrium.project("Echo views", create=True)


def brightness() -> bytes:
    """Logits over dark and bright from the mean of a grey picture in 0..1."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["frame"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["level"]),
        helper.make_node("Gemm", ["level", "w", "b"], ["view"]),
    ]
    weights = [
        numpy_helper.from_array(np.array([[-9, 9]], np.float32), "w"),
        numpy_helper.from_array(np.array([4.5, -4.5], np.float32), "b"),
    ]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("frame", TensorProto.FLOAT, ["n", 1, 16, 16])],
        [helper.make_tensor_value_info("view", TensorProto.FLOAT, ["n", 2])], weights,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


@pytest.fixture
def endpoint(project: Project, worker_process: Process) -> Endpoint:
    version = project.upload(
        "Brightness", brightness(), inputs=[Image("frame", size=(16, 16), mode="L", scale=1 / 255)],
        outputs=[Label("view", classes=["dark", "bright"], activation="softmax")], example=[DARK],
        card=Card(purpose="Tells dark from bright", not_for="Diagnosis"), notes="first",
    )  # fmt: skip
    assert (version.state, version.number, version.batch_axis) == ("ready", 1, 0)
    return version.deploy()


def top(endpoint: Endpoint, value: object, **options: object) -> str:
    result = endpoint.predict(value, **options)["view"]  # type: ignore[arg-type]
    assert isinstance(result, LabelResult)
    return result.top[0]


def test_a_project_is_made_once(atrium: Atrium, project: Project) -> None:
    assert atrium.project("Echo views").id == project.id
    assert atrium.project("echo-views", create=True).id == project.id
    with pytest.raises(NotFound, match="create=True"):
        atrium.project("another")


def test_from_a_frame_to_a_slice(project: Project, worker_process: Process, tmp_path: Path) -> None:
    rows = 600
    old = np.arange(rows) % 3 == 0
    truth = np.where(np.arange(rows) % 2 == 0, "sick", "well")
    said = np.where((truth == "sick") ^ old, 0.9, 0.1)
    frame = pandas.DataFrame({"truth": truth, "p": said, "scanner": np.where(old, "old", "new"), "age": range(rows)})
    roles = {"truth": "label", "p": "probability:reader:sick"}
    version = project.dataset("Validation", frame, roles)
    assert (version.state, version.rows, version.roles["p"]) == ("ready", rows, "probability:reader:sick")
    assert version.models == ["reader"]
    assert project.dataset("Validation", frame, roles).id == version.id

    view = version.view()
    assert view.features[0]["name"] == "scanner"
    (found, *_) = version.find_slices(depth=1)
    assert found.where == {"column": "scanner", "in": ["old"]} or "old" in found.sentence
    kept = version.save_slice("Old scanner", found)
    assert [one.name for one in project.dataset("validation").slices()] == [kept.name]
    assert version.set_roles({"age": "ignore"}).roles["age"] == "ignore"
    with pytest.raises(Invalid, match="nowhere"):
        version.view(segments={"type": "column", "column": "nowhere"})

    (tmp_path / "broken.csv").write_text("case,truth\n1,sick\n2,well,7,8\n3,sick\n")
    with pytest.raises(Rejected, match=r"(?i)(row|line) [23]"):
        project.dataset("Broken", tmp_path / "broken.csv")


def test_from_a_model_to_a_reply(atrium: Atrium, project: Project, endpoint: Endpoint, tmp_path: Path) -> None:
    assert (endpoint.card.purpose, [field.name for field in endpoint.inputs]) == ("Tells dark from bright", ["frame"])
    answer = endpoint.predict(BRIGHT)
    view = answer["view"]
    assert isinstance(view, LabelResult)
    assert view.top[0] == "bright"
    assert str(answer.version) == "Brightness v1"
    cover = {"kind": "occlude", "x": 0, "y": 0, "w": 1, "h": 1, "fill": "black"}
    covered = endpoint.predict(answer, edits=[cover])
    assert isinstance(covered["view"], LabelResult)
    assert covered["view"].top[0] == "dark"
    assert covered.original == answer.id

    added = endpoint.add_example(answer, title="A bright one")
    assert [(each.title, each.position) for each in endpoint.examples()] == [("", 0), ("A bright one", 1)]
    assert added.rename("Bright").move(0).position == 0
    assert [each.title for each in endpoint.examples()] == ["Bright", ""]
    link = endpoint.share(role="review", expires="30d", label="Cardiology")
    assert str(link).startswith(f"{site().url}/l/")
    assert [listed.label for listed in endpoint.links()] == ["Cardiology"]
    assert link.show_on("https://Clinic.example/").embed == ("https://clinic.example",)
    assert link.iframe.startswith(f'<iframe src="{link}"')
    link.revoke()
    assert [listed.revoked for listed in endpoint.links()] == [True]
    assert endpoint.share(addresses=["Ana@clinic.example"]).addresses == ("ana@clinic.example",)
    with pytest.raises(Invalid, match="not both"):
        endpoint.share(passcode="four words for you", addresses="ana@clinic.example")

    mark = {"kind": "box", "points": np.array([[0.0, 0.0], [1.0, 1.0]], np.float32)}
    judged = atrium.answer(covered.url).flag("wrong", "It is not", correction="bright", marks=[mark])
    assert atrium.thread(judged.thread).flag == judged
    (thread,) = project.inbox(status="open")
    assert (thread.flag.verdict, thread.flag.correction, thread.flag.message) == (
        "wrong", {"view": "bright"}, "It is not",
    )  # fmt: skip
    assert thread.prediction is not None
    assert thread.prediction.edits[0]["kind"] == "occlude"
    assert [message.body for message in thread.reply("Fixed in v2").messages] == ["Fixed in v2"]

    better = project.upload("Brightness", brightness() + b"", inputs=endpoint.inputs, outputs=endpoint.outputs)
    suite = project.version("Brightness", 1).suite().add(thread).refuse()
    with pytest.raises(Conflict, match="suite"):
        endpoint.promote(better)
    assert suite.refuse(False).refuses is False
    assert endpoint.promote(better).serves == "Brightness v2"
    thread.resolve(version=better)
    assert list(project.inbox(status="open")) == []
    assert [item.status for item in project.inbox(status="resolved")] == ["resolved"]
    with ZipFile(project.inbox().download(tmp_path / "flags.zip")) as archive:
        assert archive.testzip() is None
        assert archive.namelist()
    assert "It is not" in project.inbox(status=None).download(tmp_path / "flags.csv", format="csv").read_text()


def test_an_estimator_is_shared_with_the_interface_it_tells(project: Project, worker_process: Process) -> None:
    model = LogisticRegression(max_iter=500).fit(X, Y)
    endpoint = project.upload("iris", model, example=X[0]).deploy()
    for row in (X[0], X[75], X[140]):
        result = endpoint.predict(row)["prediction"]
        assert isinstance(result, LabelResult)
        expected = dict(zip("012", model.predict_proba([row])[0], strict=True))
        assert result.scores[0][1] == pytest.approx(max(expected.values()), abs=1e-4)
        assert dict(result.scores) == pytest.approx(expected, abs=1e-4)


def test_a_proposed_interface_is_confirmed(project: Project, worker_process: Process) -> None:
    version = project.upload("iris", _iris(), example={"X": X[0]})
    assert version.proposed
    assert version.confirm(version.proposed_inputs, [Label("kind", tensor="probabilities", classes=["a", "b", "c"])])
    assert "kind" in version.deploy().predict(X[0])


def test_a_model_comes_with_its_labels_and_its_tokenizer(
    project: Project, worker_process: Process, tmp_path: Path
) -> None:
    files = {"tokenizer.json": tokenizer("good", "bad"), "config.json": b'{"id2label": {"0": "a", "1": "b", "2": "c"}}'}
    version = project.upload("words", counts(tmp_path / "m.onnx"), files=files, example="good BAD")
    assert [field.as_input()["tokenizer"] for field in version.proposed_inputs] == ["tokenizer.json"]
    version.confirm(version.proposed_inputs, [Label("sum", tensor="logits", labels="config.json")])
    answer = version.deploy().predict("good good")["sum"]
    assert isinstance(answer, LabelResult)
    assert dict(answer.scores) == {"a": 2 + 4 + 4 + 3, "b": 2 * 13, "c": 0}  # [CLS] good good [SEP]
    again = project.upload("words", counts(tmp_path / "m.onnx"), files=files, example="good BAD")
    assert again.id == version.id, "the same files are the same version"


def test_what_one_window_leaves_reaches_the_next(project: Project, worker_process: Process, tmp_path: Path) -> None:
    step = Step(
        "add",
        constants=[Constant("rate", 2)],
        carried=[Carried("state", output="state_out", shape=(1, 1))],
        windows=Windows("x", size=2),
    )
    version = project.upload(
        "sums",
        adding(tmp_path / "m.onnx"),
        inputs=[Table("x", columns=list("abcd"))],
        outputs=[Label("sums", tensor="y")],
        steps=[step],
    )
    assert [each.json() for each in version.steps] == [step.json()]
    answer = version.deploy().predict([1.0, 2.0, 3.0, 4.0])["sums"]
    assert isinstance(answer, LabelResult)
    assert dict(answer.scores) == {"0": 6, "1": 20}


def test_a_recording_is_listened_to_in_windows(project: Project, worker_process: Process, tmp_path: Path) -> None:
    version = project.upload(
        "loudness",
        loudness(tmp_path / "m.onnx"),
        inputs=[Audio("recording", tensor="heard", rate_hz=8000)],
        outputs=[Series("level", rate_hz=8000 / 512, layout="NTC")],
        example=(np.linspace(-1, 1, 2000, dtype=np.float32), 8000),
        steps=[
            Step(
                "listen",
                constants=[Constant("kept", 0.5)],
                windows=Windows("heard", size=576, step=512, before=64),
                carried=[Carried("state", output="left", shape=(1, 1))],
            )
        ],
    )
    samples = np.random.default_rng(5).uniform(-0.9, 0.9, 3000).astype(np.float32)
    answer = version.deploy().predict((samples, 8000))["level"]
    assert isinstance(answer, SeriesResult)
    padded, level, levels = np.pad(samples.astype(np.float64), (64, 6 * 512 - 3000)), 0.0, []
    for start in range(0, 3000, 512):
        level = 0.5 * level + np.abs(padded[start : start + 576]).mean()
        levels.append(level)
    np.testing.assert_allclose(answer.signal().values, [levels], rtol=0, atol=1e-6)
    assert (answer.rate_hz, answer.seconds) == (15.625, 6 / 15.625)


def loudness(path: Path) -> Path:
    """level = kept * state + the mean magnitude of heard; the state becomes it. heard is (1, 576), both (1, 1)."""
    nodes = [
        helper.make_node("Abs", ["heard"], ["magnitude"]),
        helper.make_node("ReduceMean", ["magnitude", "last"], ["mean"], keepdims=1),
        helper.make_node("Mul", ["state", "kept"], ["remembered"]),
        helper.make_node("Add", ["remembered", "mean"], ["level"]),
        helper.make_node("Identity", ["level"], ["left"]),
    ]
    ends = [value("heard", FLOAT, 1, 576), value("state", FLOAT, 1, 1), value("kept", FLOAT)]
    return save(
        path, nodes, ends, [value(name, FLOAT, 1, 1) for name in ("level", "left")], [constant("last", np.array([-1]))]
    )


def _iris() -> bytes:
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType

    model = LogisticRegression(max_iter=500).fit(X, Y)
    made = skl2onnx.to_onnx(
        model, initial_types=[("X", FloatTensorType([None, 4]))], options={id(model): {"zipmap": False}}
    )
    return bytes(made.SerializeToString())


def test_what_is_wrong_is_named(endpoint: Endpoint) -> None:
    with pytest.raises(Invalid, match=r"frame.*PNG, JPEG"):
        endpoint.predict(b"no picture at all")
    with pytest.raises(Invalid, match="edits"):
        endpoint.predict(DARK, edits=[{"kind": "flip", "axis": "z"}])


def test_strangers_and_weak_tokens_are_refused(project: Project, lab: Lab, other_lab: Lab) -> None:
    with pytest.raises(NotFound):
        Atrium(site().url, other_lab.token()).project("Echo views")
    with pytest.raises(NotPermitted, match=r"scope|role"):
        Atrium(site().url, lab.token(Scope.MODELS_READ)).project("New one", create=True)
    with pytest.raises(NotPermitted, match="atrium login"):
        Atrium(site().url, "atr_wrong").me()


def test_the_command_works_against_it(
    token: str, project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATRIUM_URL", site().url)
    monkeypatch.setenv("ATRIUM_TOKEN", token)
    assert main(["token"]) == 0
    assert "(owner) of Lab" in capsys.readouterr().out
    assert main(["inbox", "Echo views"]) == 0
