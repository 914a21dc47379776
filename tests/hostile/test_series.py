"""Awkward honest series hold what was written; those that lie, point elsewhere or are no numbers are refused."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pydicom
import pytest

from gpu_workers.inputs.refusal import Refusal
from gpu_workers.inputs.series import decode, opened
from tests import studies
from tests.gpu_workers.inputs.test_rows import arrow as written
from tests.gpu_workers.inputs.test_wfdb import HEADER, SAMPLES
from tests.gpu_workers.inputs.test_wfdb import packed as record

VALUES = [[1.0, 2.5], [-3, 0.25]]
FACTS = (500.0, ("II", "V1"), "mV")
DIGITS = "9" * 5000


def rows(*lines: str, end: str = "\n") -> bytes:
    return end.join([*lines, ""]).encode()


def packed(files: dict[str, str | bytes], way: int = ZIP_DEFLATED) -> bytes:
    return studies.zipped(files.values(), list(files), way)


def arrow(lead: Any, **told: str) -> bytes:
    table = pa.table({"II": lead}).replace_schema_metadata({"rate_hz": "500", "unit": "mV"} | told)
    return written(table, as_file=False)


HONEST = {
    "sep= before the names": rows("sep=;", "t (ms);II (mV);V1 (mV)", "0;1;-3", "2;2,5;0,25"),
    "nothing behind the last comma": rows("t,II (mV),V1 (mV),", "0,1,-3,", "0.002,2.5,0.25,"),
    "quotes around all cells": rows('"t","II (mV)","V1 (mV)"', '"0","1","-3"', '"0.002","2.5","0.25"'),
    "quotes over lines": rows('t,"II', '(mV)","V1', '(mV)"', "0,1,-3", "0.002,2.5,0.25"),
    "decimal commas in quotes": rows('t;"II (mV)";"V1 (mV)"', '0;"1,0";"-3"', '"0,002";"2,5";"0,25"'),
    "old Macintosh": rows("t,II (mV),V1 (mV)", "0,1,-3", "0.002,2.5,0.25", end="\r"),
    "empty lines between": rows("", "t,II (mV),V1 (mV)", "", "0,1,-3", "  ", "0.002,2.5,0.25", "", ""),
    "spaces between": rows("# unit: mV", "t  II   V1", " 0  1   -3", " 2e-3  25e-1 .25"),
    "a note before": rows("# Somebody, 61", "# Unit: mV", "# RATE_HZ : 500", "II,V1", "1,-3", "2.5,0.25"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HONEST)
def test_a_table_is_read_as_it_was_meant(kind: str) -> None:
    made = decode(HONEST[kind], {}, "ecg")
    found = opened(made.data)
    assert (found.rate_hz, found.leads, found.unit) == FACTS
    assert found.values.tolist() == VALUES
    assert b"Somebody" not in made.data


@pytest.mark.parametrize("rate", [128, 250, 257, 360, 499])
@pytest.mark.parametrize("rounding", [lambda at: f"{at:.3f}", lambda at: f"{int(at * 1000) / 1000}"])
def test_times_that_were_rounded_say_a_whole_rate(rate: int, rounding: Callable[[float], str]) -> None:
    lines = [f"{rounding(at / rate)},{at % 7}" for at in range(4 * rate)]
    assert decode(rows("time (s),II", *lines), {}, "ecg").facts["rate_hz"] == rate


@pytest.mark.parametrize("times", ["0 1 3", "0 2 5 6", "0 0.003 0.006 0.012", "0 0 0", "0 1 1e308", "3 2 1"])
def test_uneven_times_are_told(times: str) -> None:
    with pytest.raises(Refusal, match="evenly spaced"):
        decode(rows("time,II", *(f"{at},1" for at in times.split())), {}, "ecg")


def test_a_record_is_found_wherever_it_lies_in_its_zip() -> None:
    plain = decode(record(h_hea=HEADER, h_dat=SAMPLES), {}, "ecg")
    places: list[dict[str, str | bytes]] = [
        {"h.hea": HEADER, "h.dat": SAMPLES},
        {"a\\b\\h.hea": HEADER, "a\\b\\h.dat": SAMPLES},
        {"a/H.HEA": HEADER.replace("h.dat", "./h.dat"), "b/h.dat": SAMPLES},
        {"__MACOSX/._h.hea": b"\0", "x/.DS_Store": b"\0", "x/": b"", "x/h.hea": HEADER, "x/h.dat": SAMPLES},
    ]
    for files in places:
        assert decode(packed(files), {}, "ecg") == plain, files


@pytest.mark.parametrize(
    "place", ["../../etc/passwd", "/etc/passwd", "/proc/self/mem", "~", "-", "|id", "http://localhost/a", "h.hea", ".."]
)
def test_a_header_that_points_elsewhere_finds_nothing(place: str) -> None:
    with pytest.raises(Refusal, match="lacks the samples"):
        decode(record(h_hea=HEADER.replace("h.dat", place), h_dat=SAMPLES), {}, "ecg")


def lying(before: str, after: str) -> bytes:
    assert before in HEADER
    return record(h_hea=HEADER.replace(before, after), h_dat=SAMPLES)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (lying("500 3", f"500 {DIGITS}"), "cut off"),
        (lying("h 2 ", f"h {DIGITS} "), "no header of WFDB"),
        (lying("(7)", f"({DIGITS})"), "describes a signal"),
        (lying("16 0 100", f"16 {DIGITS[:400]} 100"), "describes a signal"),
        (lying("200(7)", "1e999"), "describes a signal"),
        (lying("200(7)", "1e-320"), "no number"),
        (lying(" 16 200", f" {DIGITS} 200"), "describes a signal"),
        (lying("16 200", "16+999999999 200").replace(b"16 100", b"16+999999999 100"), ""),
        (lying(" 500 ", " 1e999 "), "samples a second"),
        (lying(" 500 ", " 1e-320 "), "samples a second"),
        (lying(" 500 ", " 5.5.5 "), "no rate"),
        (record(h_hea="h 0 500 3\n", h_dat=SAMPLES), "announces 0 signals"),
        (record(h_hea=HEADER.encode("utf-16"), h_dat=SAMPLES), "no header of WFDB"),
        (packed({"a/h.hea": HEADER, "a/h.dat": SAMPLES, "b/h.hea": HEADER}), "several files called"),
        (packed({"h.hea": HEADER, "h.dat": SAMPLES}, ZIP_LZMA), "ordinary zip"),
        (packed({"h.zip": record(h_hea=HEADER, h_dat=SAMPLES)}), "without a header"),
        (packed({"h.hea": HEADER, "h.dat": bytes(100 << 20)}), "more than 101 MB"),
        (rows("time,II", "0,1", "1,0x1F"), "“0x1F”"),
        (rows("time,II", "0,1", "nan,2", "2,3"), "has no time"),
        (rows("time,II", "0,1", "1,inf"), "no number at 1.00 s"),
        (rows("time,II", "0,1", "1,-nan"), "no number at 1.00 s"),
        (rows("time,II", "0,1", "1,1e999"), "no number at 1.00 s"),
        (rows("time,II", "0,1", "1,1.234,5"), "3 cells"),
        (rows("time;II", "0;1", "1;1.234,5"), "“1.234.5”"),
        (rows("time,II,II", "0,1,2", "1,2,3"), "Name each once"),
        (rows("time,II", "0:00.000,1", "0:00.002,2"), "“0:00.000”"),
        (rows("time,II"), "no rows below"),
        (rows("sep=;"), "no rows"),
        (rows('time,"II', *["0,1"] * 60_000), "quote that nothing closes"),
        (rows("time,I\0I", "0,1", "1,2"), "no series"),
        (rows("time,II" + " " * 400_000 + "x", "0,1", "1,2"), "more than 120 characters"),
        (rows("# rate_hz: nan", "II", "1", "2"), "samples a second"),
        (b"[" * 100_000, "no series as JSON"),
        (b'{"more": ' + b"[" * 100_000, "no series as JSON"),
        (b'{"values": [[1e400]], "rate_hz": 1}', "no series as JSON"),
        (b'{"values": [[' + DIGITS.encode() + b']], "rate_hz": 1}', "no series as JSON"),
        (b'{"values": [[NaN]], "rate_hz": 1}', "no series as JSON"),
        (b'{"values": [1, [2]], "rate_hz": 1}', "mixes lists and numbers"),
        (b'{"values": [[1], 2], "rate_hz": 1}', "mixes lists and numbers"),
        (b'{"values": [[1, 2]], "rate_hz": 1e-320}', "samples a second"),
        (b'{"values": {"\xed": [1, 2]}, "rate_hz": 1}', "no series as JSON"),
        (b'{"values": {"\\ud800": [1, 2]}, "rate_hz": 1}', "no series as JSON"),
        (arrow(pa.array(["x"])), "not one of ours"),
        (arrow(pa.array([1.0])), "not one of ours"),
        (arrow(pa.array([None, 1.0], pa.float32())), "no number at 0.00 s"),
        (arrow(pa.array([1.0], pa.float32()), rate_hz="nan"), "samples a second"),
        (arrow(pa.array([1.0], pa.float32()), rate_hz="x"), "not one of ours"),
        (arrow(pa.array([1.0], pa.float32()))[:-60], "not one of ours"),
    ],
)  # fmt: skip
def test_what_lies_or_is_no_number_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        decode(data, {}, "ecg")
    assert told in caught.value.message
    assert len(caught.value.message) > 30


def waveform(**changes: Any) -> bytes:
    """pydicom's ECG with elements of its first group of channels changed."""
    dataset = pydicom.dcmread(BytesIO(studies.corpus("waveform_ecg")))
    group = dataset.WaveformSequence[0]
    channel = group.ChannelDefinitionSequence[0]
    for keyword, value in changes.items():
        setattr(channel if keyword in channel else group, keyword, value)
        if keyword == "WaveformPaddingValue":
            group[keyword].VR = "OW"
    dataset.WaveformSequence = [group]
    stream = BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "changes",
    [
        {"NumberOfWaveformSamples": 0xFFFFFFFF},
        {"NumberOfWaveformSamples": 0},
        {"NumberOfWaveformChannels": 0},
        {"NumberOfWaveformChannels": 13},
        {"WaveformBitsAllocated": 64},
        {"WaveformSampleInterpretation": "MB"},
        {"SamplingFrequency": "0"},
        {"SamplingFrequency": "1e300"},
        {"ChannelSensitivity": "1e300"},
        {"WaveformData": b"\0\0"},
        {"ChannelDefinitionSequence": []},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore")  # pydicom warns of what is odd in a file
def test_a_waveform_that_lies_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        decode(waveform(**changes), {}, "ecg")
    assert len(caught.value.message) > 30


@pytest.mark.filterwarnings("ignore")
def test_what_a_waveform_fills_up_with_is_no_number() -> None:
    with pytest.raises(Refusal, match="Fill the gap"):
        decode(waveform(WaveformPaddingValue=np.int16(80).tobytes()), {}, "ecg")


@pytest.mark.filterwarnings("ignore")
def test_a_waveform_is_the_same_in_other_transfer_syntaxes() -> None:
    plain = decode(waveform(), {}, "ecg")
    for syntax in (
        pydicom.uid.ImplicitVRLittleEndian,
        pydicom.uid.ExplicitVRBigEndian,
        pydicom.uid.DeflatedExplicitVRLittleEndian,
    ):
        dataset = pydicom.dcmread(BytesIO(waveform()))
        dataset.file_meta.TransferSyntaxUID = syntax
        if syntax == pydicom.uid.ExplicitVRBigEndian:
            group = dataset.WaveformSequence[0]
            turned: npt.NDArray[Any] = np.frombuffer(group.WaveformData, "<i2").byteswap()
            group.WaveformData = turned.tobytes()
        stream = BytesIO()
        pydicom.dcmwrite(stream, dataset, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian,
                         force_encoding=True)  # fmt: skip
        assert decode(stream.getvalue(), {}, "ecg") == plain, syntax.name
