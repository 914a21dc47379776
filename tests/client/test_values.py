"""Values as notebooks hold them, as the API takes them."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image as Pillow

from atrium_client import Choice, Column, Image, Invalid, Number, Table, TableFile, Text
from atrium_client.files import LARGEST_INPUT, File
from atrium_client.values import bare, by_name, by_tensor, encode, encode_json, row
from gpu_workers.protocol.rendering import MAX_BYTES

ROOT = Path(__file__).resolve().parents[2]
FRAME = Image("frame")
ROW = Table("row", columns=[Column("age", "years"), Column("sex", choices=("f", "m"))])


class TestPicture:
    def test_a_path_is_sent_as_it_is(self, tmp_path: Path) -> None:
        path = tmp_path / "case.jpg"
        Pillow.new("RGB", (4, 4)).save(path)
        sent = encode(FRAME, path)
        assert (sent.data, sent.media_type, sent.name) == (path.read_bytes(), "image/jpeg", "case.jpg")

    def test_an_array_becomes_a_png(self) -> None:
        sent = encode(FRAME, np.zeros((4, 5), np.uint8))
        assert sent.media_type == "image/png"
        assert Pillow.open(io.BytesIO(sent.data)).size == (5, 4)

    def test_a_pil_image_becomes_a_png(self) -> None:
        sent = encode(FRAME, Pillow.new("CMYK", (4, 5)))
        assert Pillow.open(io.BytesIO(sent.data)).mode == "RGB"

    def test_a_tensor_is_an_array(self) -> None:
        torch = pytest.importorskip("torch")
        sent = encode(FRAME, torch.zeros((4, 5), dtype=torch.uint8))
        assert Pillow.open(io.BytesIO(sent.data)).size == (5, 4)

    def test_as_json_it_is_a_data_url(self) -> None:
        url = encode_json([FRAME], np.zeros((4, 5), np.uint8))["frame"]
        head, _, data = url.partition(",")
        assert head == "data:image/png;base64"
        assert base64.b64decode(data).startswith(b"\x89PNG")

    def test_a_missing_file_is_named(self) -> None:
        with pytest.raises(Invalid, match=r"nowhere\.png.*cannot be read"):
            encode(FRAME, "nowhere.png")

    def test_beyond_25_mb_it_stays_here(self, tmp_path: Path) -> None:
        """As many bytes as the server takes, and as the bench says."""
        bench = (ROOT / "frontend/components/bench/taking.ts").read_text()
        assert LARGEST_INPUT == MAX_BYTES
        assert f"const LARGEST = {MAX_BYTES:_};" in bench
        path = tmp_path / "large.tif"
        with path.open("wb") as stream:
            stream.truncate(MAX_BYTES + 1)
        with pytest.raises(Invalid, match="25 MB"):
            encode(FRAME, path)


class TestRow:
    def test_a_column_left_out_has_its_default(self) -> None:
        blood = Table("blood", columns=[Column("sodium"), Column("potassium", default=4.1)])
        assert row(blood, {"sodium": 138}) == [138.0, 4.1]
        with pytest.raises(Invalid, match="sodium"):
            row(blood, {"potassium": 4})

    @pytest.mark.parametrize(
        "value",
        [{"age": 40, "sex": "m"}, [40, "m"], np.array([40, 1]), {"columns": ["sex", "age"], "rows": [["m", 40]]}],
    )
    def test_every_form_is_the_same_row(self, value: object) -> None:
        assert row(ROW, value) == [40.0, 1.0]
        assert encode(ROW, value) == {"columns": ["age", "sex"], "rows": [[40.0, 1.0]]}

    def test_a_missing_column_is_named(self) -> None:
        with pytest.raises(Invalid, match="lacks the column sex"):
            row(ROW, {"age": 40})

    def test_two_rows_are_refused(self) -> None:
        with pytest.raises(Invalid, match="one row at a time"):
            row(ROW, np.zeros((2, 2)))

    def test_an_unknown_choice_lists_the_known(self) -> None:
        with pytest.raises(Invalid, match="one of f, m"):
            row(ROW, {"age": 40, "sex": "x"})


class TestOthers:
    @pytest.mark.parametrize("value", [float("nan"), float("inf"), "seven", None])
    def test_a_number_is_finite(self, value: object) -> None:
        with pytest.raises(Invalid, match="number"):
            encode(Number("age"), value)

    def test_numpy_numbers_are_numbers(self) -> None:
        assert encode(Number("age"), np.float32(1.5)) == 1.5

    def test_a_choice_is_one_of_its_strings(self) -> None:
        assert encode(Choice("side", choices=("left", "right")), "left") == "left"
        with pytest.raises(Invalid, match="left, right"):
            encode(Choice("side", choices=("left", "right")), "up")

    def test_text_is_a_string(self) -> None:
        with pytest.raises(Invalid, match="takes a string"):
            encode(Text("note"), 3)


class TestRows:
    def test_columns_and_rows_are_a_table(self) -> None:
        sent = encode(
            TableFile("patients", columns=["age"]), {"columns": ("age",), "rows": [[np.float32(61)], [np.nan]]}
        )
        assert json.loads(sent.data) == {"columns": ["age"], "rows": [[61.0], [None]]}


class TestByName:
    def test_the_only_input_needs_no_name(self) -> None:
        assert by_name([Text("note")], "hello") == {"note": "hello"}

    def test_a_list_of_one_is_unwrapped(self) -> None:
        assert by_name([Text("note")], ["hello"]) == {"note": "hello"}

    def test_a_row_of_the_only_table_is_not_taken_for_names(self) -> None:
        assert by_name([ROW], {"age": 1, "sex": "f"}) == {"row": {"age": 1, "sex": "f"}}

    def test_several_go_by_place_or_by_name(self) -> None:
        fields = [Text("note"), Number("age")]
        assert by_name(fields, ["a", 3]) == by_name(fields, {"age": 3, "note": "a"}) == {"note": "a", "age": 3}

    def test_a_row_of_a_frame_is_its_values_by_name(self) -> None:
        fields, frame = [Text("note"), Number("age")], pd.DataFrame({"age": [3, 4], "note": ["a", "b"]})
        for given in (frame.iloc[0], [frame.iloc[0]], frame.head(1)):
            assert by_name(fields, given) == {"note": "a", "age": 3}
        with pytest.raises(Invalid, match=r"one row, and 2 were given; give one, such as frame\.iloc\[0\]"):
            by_name(fields, frame)

    def test_an_unknown_name_is_told(self) -> None:
        with pytest.raises(Invalid, match="note, age; wrong was given"):
            by_name([Text("note"), Number("age")], {"note": "a", "wrong": 3})


class TestWithoutInterface:
    def test_values_are_told_by_their_looks(self) -> None:
        assert bare("x", "a text") == "a text"
        assert bare("x", np.float32(2)) == 2.0
        assert bare("x", np.array([[1, 2, 3]])) == [1.0, 2.0, 3.0]
        assert bare("x", np.zeros((4, 4), np.uint8)).startswith("data:image/png")
        assert bare("x", File(b"BM", "image/bmp")).startswith("data:image/bmp")

    def test_names_are_the_tensors(self) -> None:
        assert by_tensor(["x"], ["a"]) == {"x": "a"}
        with pytest.raises(Invalid, match="x, y"):
            by_tensor(["x", "y"], "a")


def test_without_an_interface_the_path_of_a_picture_is_that_picture(tmp_path: Path) -> None:
    (tmp_path / "case.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "words.txt").write_text("no picture")
    assert bare("film", str(tmp_path / "case.png")).startswith("data:image/png;base64,")
    for text in (str(tmp_path / "words.txt"), str(tmp_path), "a fracture of the rib", "x" * 10_000, "\x00"):
        assert bare("film", text) == text


def test_records_are_sent_as_rows_and_what_no_cell_holds_is_refused() -> None:
    field = TableFile("cases", columns=["age"])
    sent = encode(field, [{"age": np.float32(40)}, {"age": float("nan")}])
    assert (sent.media_type, sent.data) == ("application/json", b'[{"age": 40.0}, {"age": null}]')
    for cell in (float("inf"), {1}):
        with pytest.raises(Invalid, match="“cases” takes texts, finite numbers"):
            encode(field, [{"age": cell}])
        with pytest.raises(Invalid, match="“cases” takes texts, finite numbers"):
            encode(field, {"columns": ["age"], "rows": [[cell]]})
