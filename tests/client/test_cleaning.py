"""What leaves the machine: weights folded in, stack traces, notes and home paths out, everything else as it was."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from atrium_client import Invalid
from atrium_client.export import export
from atrium_client.export.cleaning import clean
from atrium_client.export.graph_inputs import graph_inputs

HOME = "/home/dora"
TRACE = f'File "{HOME}/secret/net.py", line 5, in forward'


def body(name: str) -> onnx.GraphProto:
    """A branch of an If, with a trace of its own."""
    node = helper.make_node("Identity", ["w"], [name], doc_string=TRACE)
    graph = helper.make_graph([node], name, [], [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4])])
    graph.doc_string = TRACE
    return graph


def model() -> onnx.ModelProto:
    weights = numpy_helper.from_array(np.arange(4, dtype=np.float32), "w")
    weights.doc_string = TRACE
    choose = helper.make_node("If", ["flag"], ["z"], then_branch=body("a"), else_branch=body("b"))
    add = helper.make_node("Add", ["x", "z"], ["y"], doc_string=TRACE)
    add.metadata_props.add(key="pkg.torch.onnx.stack_trace", value=TRACE)
    add.metadata_props.add(key="namespace", value="__main__.Net")
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 4], doc_string=TRACE)
    flag = helper.make_tensor_value_info("flag", TensorProto.BOOL, [])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 4])
    graph = helper.make_graph([choose, add], "g", [value, flag], [out], [weights])
    graph.metadata_props.add(key="pkg.torch.export", value=TRACE)
    made = helper.make_model(graph, producer_name="test")
    made.metadata_props.add(key="classes", value="A2C,A4C")
    made.metadata_props.add(key="trained_with", value=f"{HOME}/data/patients.csv")
    made.doc_string = "Names the view."
    return made


def cleaned(given: onnx.ModelProto | Path, tmp_path: Path) -> onnx.ModelProto:
    source = given if isinstance(given, Path) else given.SerializeToString()
    clean(source, tmp_path / "clean.onnx", private=[HOME])
    return onnx.load(tmp_path / "clean.onnx")


class TestRemoved:
    def test_no_trace_and_no_home_path_is_left(self, tmp_path: Path) -> None:
        result = clean(model().SerializeToString(), tmp_path / "clean.onnx", private=[HOME])
        data = result.path.read_bytes()
        assert b"net.py" not in data
        assert HOME.encode() not in data
        assert b"namespace" not in data
        assert result.mentions == 0
        assert result.removed == 11

    def test_what_the_author_says_stays(self, tmp_path: Path) -> None:
        kept = cleaned(model(), tmp_path)
        assert {item.key: item.value for item in kept.metadata_props} == {"classes": "A2C,A4C"}
        assert kept.doc_string == "Names the view."

    def test_it_computes_what_it_did(self, tmp_path: Path) -> None:
        onnx.checker.check_model(cleaned(model(), tmp_path))
        session = pytest.importorskip("onnxruntime").InferenceSession(str(tmp_path / "clean.onnx"))
        answer = session.run(None, {"x": np.ones((2, 4), np.float32), "flag": np.array(True)})[0]
        assert answer.tolist() == [[1, 2, 3, 4]] * 2

    def test_a_clean_file_keeps_its_bytes(self, tmp_path: Path) -> None:
        once = clean(model().SerializeToString(), tmp_path / "once.onnx", private=[HOME])
        twice = clean(once.path, tmp_path / "twice.onnx", private=[HOME])
        assert (twice.sha256, twice.removed) == (once.sha256, 0)
        assert twice.path.read_bytes() == once.path.read_bytes()

    def test_a_path_inside_a_name_is_counted(self, tmp_path: Path) -> None:
        given = model()
        given.graph.node[1].name = f"{HOME}/add"
        assert clean(given.SerializeToString(), tmp_path / "clean.onnx", private=[HOME]).mentions == 1

    @settings(max_examples=50)
    @given(st.lists(st.text(min_size=1, max_size=300), max_size=4), st.integers(1, 300))
    def test_nothing_but_doc_strings_goes(self, names: list[str], size: int) -> None:
        """Against the reference: protobuf's own reading, with the doc strings cleared there."""
        import tempfile

        given = model()
        for index, name in enumerate(names):
            node = given.graph.node.add(op_type="Constant", name=name, doc_string=name * 2, output=[f"c{index}"])
            node.attribute.append(helper.make_attribute("value_floats", [0.5] * size))
        expected = onnx.ModelProto.FromString(given.SerializeToString())
        for node in expected.graph.node:
            node.ClearField("doc_string")
            del node.metadata_props[:]
            for attribute in node.attribute:
                attribute.g.ClearField("doc_string") if attribute.HasField("g") else None
                for inner in attribute.g.node if attribute.HasField("g") else ():
                    inner.ClearField("doc_string")
        expected.graph.input[0].ClearField("doc_string")
        expected.graph.initializer[0].ClearField("doc_string")
        del expected.graph.metadata_props[:]
        del expected.metadata_props[1]
        with tempfile.TemporaryDirectory() as folder:
            assert cleaned(given, Path(folder)) == expected


class TestFolded:
    @pytest.fixture
    def outside(self, tmp_path: Path) -> Path:
        """A model whose weights lie in a file beside it."""
        given = model()
        given.graph.initializer.append(numpy_helper.from_array(np.arange(5000, dtype=np.float32), "v"))
        path = tmp_path / "model.onnx"
        onnx.save(given, path, save_as_external_data=True, location="model.onnx.data", size_threshold=0)
        assert (tmp_path / "model.onnx.data").stat().st_size >= 20_000
        return path

    def test_the_weights_are_inside(self, outside: Path, tmp_path: Path) -> None:
        result = clean(outside, tmp_path / "clean.onnx")
        (tmp_path / "model.onnx.data").unlink()
        loaded = onnx.load(tmp_path / "clean.onnx")
        assert result.folded == 2
        assert [numpy_helper.to_array(item).sum() for item in loaded.graph.initializer] == [6, 12497500]
        assert not any(item.external_data or item.data_location for item in loaded.graph.initializer)

    def test_missing_weights_are_named(self, outside: Path, tmp_path: Path) -> None:
        (tmp_path / "model.onnx.data").unlink()
        with pytest.raises(Invalid, match=r"model\.onnx\.data.*Put the file there"):
            clean(outside, tmp_path / "clean.onnx")

    def test_short_weights_are_noticed(self, outside: Path, tmp_path: Path) -> None:
        with (tmp_path / "model.onnx.data").open("r+b") as stream:
            stream.truncate(100)
        with pytest.raises(Invalid, match="shorter than the model says"):
            clean(outside, tmp_path / "clean.onnx")

    @pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "sub/../../secret"])
    def test_no_other_file_is_read(self, outside: Path, tmp_path: Path, location: str) -> None:
        given = onnx.load(outside, load_external_data=False)
        given.graph.initializer[0].external_data[0].value = location
        outside.write_bytes(given.SerializeToString())
        with pytest.raises(Invalid, match="only files beside it are read"):
            clean(outside, tmp_path / "clean.onnx")

    def test_a_link_out_of_the_folder_is_not_followed(self, outside: Path, tmp_path: Path) -> None:
        (tmp_path / "model.onnx.data").unlink()
        (tmp_path / "model.onnx.data").symlink_to("/etc/passwd")
        with pytest.raises(Invalid, match="leads out of its folder"):
            clean(outside, tmp_path / "clean.onnx")

    def test_bytes_without_their_weights_say_how(self, outside: Path) -> None:
        with pytest.raises(Invalid, match="Give the path"):
            export(outside.read_bytes())


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 a zip", b"\x80\x04\x95pickle", b"\xff" * 40, model().SerializeToString()[:-7]]
)
def test_what_is_no_model_is_told(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is no ONNX model"):
        clean(data, tmp_path / "clean.onnx")


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_random_bytes_never_break_it(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            clean(data, Path(folder) / "clean.onnx")
        except Invalid:
            return
        # protobuf that happens to hold a graph: what comes out must still be readable
        onnx.ModelProto.FromString((Path(folder) / "clean.onnx").read_bytes())


def test_inputs_are_named_without_initial_values(tmp_path: Path) -> None:
    given = model()
    given.graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [4]))
    path = tmp_path / "model.onnx"
    path.write_bytes(given.SerializeToString())
    assert graph_inputs(path) == ["x", "flag"]
