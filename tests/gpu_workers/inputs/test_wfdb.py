"""Records of WFDB are read as the package `wfdb` reads them, in all formats; waveforms of DICOM as their numbers say.

`wfdb_read.json` holds five records and what `wfdb.rdrecord` of the version that it names read of them. Values differ by
at most what float32 keeps of them.
"""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file

from apps.endpoints.api.predict import zipped
from gpu_workers.inputs.refusal import Refusal
from gpu_workers.inputs.series import decode, opened
from gpu_workers.series import Series
from tests import studies

READ = json.loads((Path(__file__).parent / "wfdb_read.json").read_text())["records"]
SAMPLES = np.array([[100, -5], [200, 1000], [-300, 0]], "<i2").tobytes()
HEADER = "h 2 500 3\nh.dat 16 200(7)/mV 16 0 100 0 0 II\nh.dat 16 100(-3)/mV 16 0 -5 0 0 V1\n"
ECG = Path(str(get_testdata_file("waveform_ecg.dcm")))


def packed(**files: str | bytes) -> bytes:
    """A zip of files, whose names end as their arguments do: h_dat is h.dat."""
    return studies.zipped(files.values(), [f"record/{name.replace('_', '.')}" for name in files])


def read(data: bytes, **options: Any) -> Series:
    return opened(decode(data, options, "ecg").data)


@pytest.mark.parametrize("record", READ, ids=lambda record: f"format {record['format']}")
def test_a_record_is_what_wfdb_reads(record: dict[str, Any]) -> None:
    name = f"r{record['format']}"
    files = [(f"{name}.hea", record["hea"].encode()), (f"{name}.dat", bytes.fromhex(record["dat"]))]
    made = decode(zipped(files), {}, "ecg")
    found = opened(made.data)
    assert (found.rate_hz, list(found.leads), found.unit) == (record["rate_hz"], record["leads"], record["unit"])
    np.testing.assert_allclose(found.values, record["values"], rtol=2e-7, atol=1e-9)
    other = {f"{name}_dat": files[1][1], f"{name}_hea": record["hea"], "notes_txt": b"\xff"}
    assert made == decode(packed(**other), {}, "ecg")


@given(st.lists(st.integers(-2047, 2047), min_size=1, max_size=9))
def test_twelve_bits_come_in_pairs(stored: list[int]) -> None:
    """Packed here after signal(5): the first's low bits, the high ones of both, the second's low bits."""
    body = bytearray()
    for at in range(0, len(stored), 2):
        first, second = (value & 0xFFF for value in [*stored, 0][at : at + 2])
        body += bytes((first & 0xFF, first >> 8 | (second >> 8) << 4, second & 0xFF))
    if len(stored) % 2:
        del body[-1]
    header = f"h 1 100 {len(stored)}\nh.dat 212 1(0)/V 12 0 0 0 0 II\n"
    assert read(packed(h_hea=header, h_dat=bytes(body))).values[0].tolist() == stored


def test_what_a_header_leaves_out_is_as_the_format_says() -> None:
    """Read so by `wfdb` too, except that it leaves the second lead without a name."""
    header = (
        "# Jane Doe, 61\r\nh 2 500/100(0) 3 12:00:00 01/02/2020\r\n"
        "h.dat 16+4 0 12 7 100 0 0 lead one\r\nh.dat 16+4 250.5(-3) 12 0 0 0 0\r\n"
    )
    found = read(packed(h_hea=header, h_dat=bytes(4) + SAMPLES))
    assert (found.rate_hz, found.leads, found.unit) == (500, ("lead one", "2"), "mV")
    expected = [[0.465, 0.965, -1.535], [-2 / 250.5, 1003 / 250.5, 3 / 250.5]]
    np.testing.assert_allclose(found.values, expected, rtol=1e-6)
    plain = read(packed(h_hea="h 1\nh.dat 80\n", h_dat=bytes([129, 128, 255, 1])))
    assert (plain.rate_hz, plain.leads) == (250, ("1",))
    np.testing.assert_allclose(plain.values, [[1 / 200, 0, 127 / 200, -127 / 200]], rtol=1e-6)


def test_leads_of_several_files_keep_their_order() -> None:
    header = "h 3 500 2\na.dat 16 1 16 0 0 0 0 I\nb.dat 80 1 8 0 0 0 0 II\na.dat 16 1 16 0 0 0 0 III\n"
    found = read(packed(h_hea=header, a_dat=np.array([[1, 2], [3, 4]], "<i2").tobytes(), b_dat=bytes([133, 134])))
    assert found.values.tolist() == [[1, 3], [5, 6], [2, 4]]


@pytest.mark.parametrize(
    ("files", "code", "told"),
    [
        ({"h_dat": SAMPLES}, "input_unsupported", "without a header"),
        ({"h_hea": HEADER}, "input_damaged", "lacks the samples “h.dat”"),
        ({"h_hea": HEADER, "h_dat": SAMPLES[:-1]}, "input_damaged", "cut off: it holds 2 samples a lead, not 3"),
        ({"h_hea": "h/2 2 500 6\nh1 3\nh2 3\n", "h1_hea": HEADER}, "input_unsupported", "several segments"),
        ({"h_hea": HEADER, "g_hea": HEADER, "h_dat": SAMPLES}, "input_unsupported", "several records (g.hea, h.hea)"),
        ({"h_hea": HEADER.replace(" 16 2", " 310 2"), "h_dat": SAMPLES}, "input_unsupported", "format 310"),
        ({"h_hea": HEADER.replace(" 16 2", " 16x2 2"), "h_dat": SAMPLES}, "input_unsupported", "several rates"),
        ({"h_hea": HEADER.replace(" 16 2", " 80 2"), "h_dat": SAMPLES}, "input_unsupported", "mixes formats"),
        ({"h_hea": HEADER.replace("100(-3)/mV", "1/mmHg"), "h_dat": SAMPLES}, "input_unsupported", "mV, mmHg"),
        ({"h_hea": HEADER.replace("100(-3)", "much"), "h_dat": SAMPLES}, "input_damaged", "much"),
        ({"h_hea": "h 9 500 3\n", "h_dat": SAMPLES}, "input_damaged", "announces 9 signals"),
        ({"h_hea": "", "h_dat": SAMPLES}, "input_damaged", "no header of WFDB"),
        ({"h_hea": HEADER, "h_dat": b"\x00\x80" + SAMPLES[2:]}, "input_damaged", "Fill the gap"),
    ],
)
def test_what_is_refused(files: dict[str, str | bytes], code: str, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        decode(packed(**files), {}, "ecg")
    assert (caught.value.code, told in caught.value.message) == (code, True), caught.value.message


def test_a_header_by_itself_is_told_what_it_lacks() -> None:
    with pytest.raises(Refusal, match=r"Send its \.dat files with it"):
        decode(HEADER.encode(), {}, "ecg")


def test_of_a_waveform_only_samples_rate_leads_and_unit_are_left() -> None:
    dataset = pydicom.dcmread(ECG)
    group = dataset.WaveformSequence[0]
    made = decode(ECG.read_bytes(), {"unit": "mV"}, "ecg")
    found = opened(made.data)
    assert found.leads == ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
    assert (found.rate_hz, found.unit) == (float(group.SamplingFrequency), "mV")
    raw = np.frombuffer(group.WaveformData, "<i2").reshape(group.NumberOfWaveformSamples, -1).T
    channels = group.ChannelDefinitionSequence
    scales = [
        float(channel.ChannelSensitivity) * float(channel.get("ChannelSensitivityCorrectionFactor", 1))
        for channel in channels
    ]
    assert channels[0].ChannelSensitivityUnitsSequence[0].CodeValue == "uV"
    np.testing.assert_allclose(found.values, raw * np.array(scales)[:, None] / 1000, rtol=1e-6, atol=1e-9)
    for tag in ("PatientName", "PatientID", "InstitutionName"):
        if text := str(dataset.get(tag, "")):
            assert text.encode() not in made.data


def test_words_that_name_no_lead_stay_behind() -> None:
    dataset = pydicom.dcmread(ECG)
    dataset.WaveformSequence[0].ChannelDefinitionSequence[0].ChannelSourceSequence[0].CodeMeaning = "Jane Doe"
    stream = BytesIO()
    dataset.save_as(stream)
    made = decode(stream.getvalue(), {}, "ecg")
    assert b"Jane" not in made.data
    assert made.facts["leads"][:2] == ["1", "II"]


def test_a_file_without_a_waveform_is_told() -> None:
    with pytest.raises(Refusal, match="without a waveform"):
        decode(Path(str(get_testdata_file("CT_small.dcm"))).read_bytes(), {}, "ecg")
