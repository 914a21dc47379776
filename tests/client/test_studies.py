"""DICOM in the client: de-identified before it is sent, whatever it is given as."""

import io
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pydicom
import pytest

from atrium_client import Dicom
from atrium_client.errors import Invalid
from atrium_client.studies import packed
from atrium_client.values import encode
from gpu_workers.inputs.study.decode import decode
from gpu_workers.protocol.interface import DicomInput
from tests import studies

pytestmark = pytest.mark.filterwarnings("ignore")
NAME = b"Ames^Vera"


def test_a_file_is_sent_without_its_names_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "slice.dcm"
    path.write_bytes(studies.file(studies.phantom(1, 16)[0]))
    sent = encode(Dicom("study"), path)
    assert NAME in path.read_bytes()
    assert NAME not in sent.data
    assert sent.media_type == "application/dicom"
    assert decode(sent.data, "x")[0] == decode(path.read_bytes(), "x")[0]


def test_a_folder_a_zip_bytes_and_datasets_are_the_same_study(tmp_path: Path) -> None:
    files = studies.series(studies.phantom(3, 16))
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / ".hidden").write_bytes(files[0])
    (tmp_path / "README.txt").write_text("A study of Ames^Vera")
    for index, data in enumerate(files):
        (tmp_path / "a" / "b" / f"IM{index}").write_bytes(data)
    archive = tmp_path / "study.zip"
    archive.write_bytes(studies.zipped(files))
    datasets = [pydicom.dcmread(io.BytesIO(data)) for data in files]
    wanted = decode(studies.zipped(files), "x")[0]
    for value in (tmp_path / "a", archive, archive.read_bytes(), files, datasets):
        data, media_type = packed("study", value)
        assert media_type == "application/zip"
        with ZipFile(io.BytesIO(data)) as sent:
            assert all(NAME not in sent.read(name) for name in sent.namelist())
        assert decode(data, "x")[0] == wanted
    assert datasets[0].PatientName == "Ames^Vera"


def test_a_key_of_ones_own_keeps_uploads_together() -> None:
    data, key = studies.file(studies.phantom(1, 16)[0]), bytes(32)
    first, again, other = (pydicom.dcmread(io.BytesIO(packed("s", data, by)[0])) for by in (key, key, None))
    assert first.SeriesInstanceUID == again.SeriesInstanceUID != other.SeriesInstanceUID


@pytest.mark.parametrize("value", [b"nonsense", 7, "nowhere.dcm", [], studies.corpus("rtplan")])
def test_what_is_no_study_is_told(value: object) -> None:
    with pytest.raises(Invalid, match="study"):
        encode(Dicom("study"), value)


def test_without_pydicom_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(Invalid, match=r"pip install pydicom"):
        encode(Dicom("study"), b"anything")


def test_what_is_declared_is_what_the_server_reads() -> None:
    import msgspec

    field = Dicom("study", frames="volume", depth=8, size=(64, 64), window=(40, 400), hu=True, std=2, layout="NDHW")
    read = msgspec.convert(field.as_input() | {}, DicomInput)
    assert (read.depth, read.window and read.window.width, read.std, read.hu) == (8, 400.0, (2.0,), True)


def test_big_endian_and_compressed_files_are_sent_as_they_are_written() -> None:
    for name in ("MR_small_bigendian", "MR_small_jpeg_ls_lossless", "MR_small_implicit", "image_dfl", "MR_small_RLE"):
        data, _ = packed("study", studies.corpus(name))
        assert decode(data, "x")[0] == decode(studies.corpus(name), "x")[0], name
        assert np.any(np.frombuffer(data, np.uint8))
