"""The waveform of a DICOM file, as an ECG's: of all that it says only samples, rate, leads and unit are read.

The first group of channels that share a clock counts; medians and further groups are left out. A lead's name is taken
where it is one that electrodes have, else its number stands for it: no text of the file goes further.
"""

import re
from io import BytesIO
from typing import Any

import numpy as np
import pydicom
from pydicom.waveforms.numpy_handler import multiplex_array

from .refusal import Refusal
from .tabular import Read, told_apart

_LEADS = {
    name.casefold(): name
    for name in (
        *("I", "II", "III", "aVR", "aVL", "aVF", "X", "Y", "Z"),
        *(f"V{number}" for number in range(1, 10)),
        *(f"V{number}R" for number in range(1, 10)),
    )
}
_UNITS = {"uv": "uV", "mv": "mV", "v": "V", "mm[hg]": "mmHg", "nv": "nV"}
_WORDS = re.compile(r"\b(?:lead|leads|derivation)\b|\(.*?\)", re.I)


def read_waveform(data: bytes, called: str) -> Read:
    """Raises Refusal."""
    try:
        dataset = pydicom.dcmread(BytesIO(data))
        groups = dataset.get("WaveformSequence")
        if not groups:
            told = f"{called} is a DICOM file without a waveform. Send it where a study is taken."
            raise Refusal("input_unsupported", told)
        group: Any = groups[0]
        _turn_to_little_endian(dataset, group)
        values = multiplex_array(dataset, 0, as_raw=False).T
        padding = group.get("WaveformPaddingValue")
        if padding:
            raw = multiplex_array(dataset, 0, as_raw=True).T
            values[raw == np.frombuffer(padding, raw.dtype, 1)] = np.nan
        channels = list(group.ChannelDefinitionSequence)
        leads = told_apart([_name(channel) for channel in channels])
        return Read(values, leads, _unit(channels, called), float(group.SamplingFrequency))
    except (Refusal, MemoryError):
        raise
    except Exception as error:  # whatever a reader raises over a stranger's bytes means that the bytes are bad
        raise Refusal("input_damaged", f"{called} is damaged: its waveform cannot be read. Export it again.") from error


def _turn_to_little_endian(dataset: Any, group: Any) -> None:
    """pydicom turns numbers round, and leaves samples as they lie in the file."""
    size = int(group.WaveformBitsAllocated) // 8
    if dataset.file_meta.TransferSyntaxUID.is_little_endian or size == 1:
        return
    for keyword in ("WaveformData", "WaveformPaddingValue"):
        if data := group.get(keyword):
            setattr(group, keyword, np.frombuffer(data, f">i{size}").astype(f"<i{size}").tobytes())


def _name(channel: Any) -> str:
    """Empty where it is none that electrodes have."""
    return _LEADS.get(_WORDS.sub("", _source(channel)).strip().casefold(), "")


def _source(channel: Any) -> str:
    sources = channel.get("ChannelSourceSequence")
    return str(sources[0].get("CodeMeaning") or "")[:64] if sources else str(channel.get("ChannelLabel") or "")[:64]


def _unit(channels: list[Any], called: str) -> str:
    """By the unit's UCUM code; one that is not known is none."""
    codes = set()
    for channel in channels:
        units = channel.get("ChannelSensitivityUnitsSequence")
        codes.add(_UNITS.get(str(units[0].get("CodeValue")).casefold(), "") if units else "")
    if len(codes) > 1:
        raise Refusal("input_unsupported", f"The leads of {called} have several units. Send those of one unit.")
    return codes.pop()
