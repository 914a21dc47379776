"""A record of WFDB, as PhysioNet keeps them: a header (.hea) and its files of samples (.dat), in one zip.

After header(5) and signal(5) of the WFDB Applications Guide. A value is (stored - baseline) / gain, in mV where the
header names no unit; gain 0 or none is 200 to the unit, no baseline is the converter's zero, no rate is 250 a second.
Formats 16, 212, 80, 24 and 32. Comments, times and annotations are left where they are.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from .archive import entries_of, file_of, name_in, opened, quoted
from .refusal import Refusal
from .tabular import Read, told_apart

MAX_UNPACKED = 96 << 20
"""Bytes of all files of one record."""
FORMATS = (16, 212, 80, 24, 32)
_BITS = {16: 16, 212: 12, 80: 8, 24: 24, 32: 32}
_RECORD = re.compile(r"(?P<name>\S+?)(?:/(?P<segments>\d{1,9}))?\s+(?P<leads>\d{1,9})(?P<rest>\s.*)?")
_RATE = re.compile(r"(?P<rate>[\d.eE+-]+)\S*(?:\s+(?P<samples>\d{1,12}))?.*")
_FORMAT = re.compile(r"(?P<format>\d{1,9})(?:x(?P<each>\d{1,9}))?(?::(?P<skew>\d{1,9}))?(?:\+(?P<skip>\d{1,9}))?")
_GAIN = re.compile(r"(?P<gain>[-+\d.eE]+)(?:\((?P<baseline>-?\d{1,12})\))?(?:/(?P<unit>\S+))?")
_SIGNAL = re.compile(r"\S+\.(?:dat|mat)\s+\d", re.I)


@dataclass(frozen=True, slots=True)
class Signal:
    """One line of a header. skip: bytes before the samples. baseline: the stored value of zero."""

    file: str
    format: int
    skip: int
    gain: float
    baseline: int
    unit: str
    lead: str


def is_header(data: bytes) -> bool:
    """Whether it is a record's header by itself, without its samples."""
    lines = _lines(data[:4096])
    return len(lines) > 1 and _RECORD.fullmatch(lines[0]) is not None and _SIGNAL.match(lines[1]) is not None


def read_record(data: bytes, called: str) -> Read:
    """data: the zip. Raises Refusal."""
    archive = opened(data, called, "the record's .hea and .dat")
    entries = entries_of(archive, lambda _: True)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        told = f"The files in {called} have more than {MAX_UNPACKED / 1e6:.0f} MB. Send a part of the record."
        raise Refusal("input_too_large", told)
    files = {name_in(entry): file_of(archive, entry, called) for entry in entries}
    if len(files) < len(entries):
        [(twice, _)] = Counter(map(name_in, entries)).most_common(1)
        told = f"{called} holds several files called {quoted(twice)}. Pack the files of one record."
        raise Refusal("input_unsupported", told)
    headers = {name: file.read() for name, file in files.items() if name.lower().endswith(".hea")}
    if not headers:
        raise Refusal(
            "input_unsupported",
            f"{called} is a zip without a header (.hea) in it. Pack the .hea and the .dat of one WFDB record.",
        )
    first = {name: _record_of(header, quoted(name)) for name, header in headers.items()}
    if any(record["segments"] for record in first.values()):
        told = f"{called} is a record of several segments, which is not read. Send one of its segments by itself."
        raise Refusal("input_unsupported", told)
    if len(headers) > 1:
        told = ", ".join(sorted(headers)[:5])
        raise Refusal("input_unsupported", f"{called} holds several records ({told}). Send one of them.")
    [(name, header)] = headers.items()
    signals, rate_hz, samples = _parsed(header, first[name], quoted(name))
    parts = {}
    for file in dict.fromkeys(signal.file for signal in signals):
        if file not in files or file in headers:
            told = f"{called} lacks the samples {quoted(file)}, which its header names. Add them to the zip."
            raise Refusal("input_damaged", told)
        group = [signal for signal in signals if signal.file == file]
        parts[file] = iter(_stored(files[file].read(), group, samples, f"{quoted(file)} in {called}"))
    stored = [next(parts[signal.file]) for signal in signals]
    if len({len(lead) for lead in stored}) > 1:
        raise Refusal("input_damaged", f"The leads of {called} differ in length. Export the record anew.")
    units = sorted({signal.unit for signal in signals})
    if len(units) > 1:
        told = f"The leads of {called} have several units ({', '.join(units)[:120]}). Send those of one unit."
        raise Refusal("input_unsupported", told)
    values = np.stack([_physical(lead, signal) for lead, signal in zip(stored, signals, strict=True)])
    return Read(values, told_apart([signal.lead for signal in signals]), units[0], rate_hz)


def _record_of(header: bytes, called: str) -> Mapping[str, str]:
    lines = _lines(header)
    match = _RECORD.fullmatch(lines[0]) if lines else None
    if match is None:
        raise Refusal("input_damaged", f"{called} is no header of WFDB: its first line names no record.")
    return match.groupdict()


def _parsed(header: bytes, record: Mapping[str, str], called: str) -> tuple[list[Signal], float, int]:
    """(the signals, samples a second, how many samples each has: 0 where the header does not say)."""
    match = _RATE.fullmatch((record["rest"] or "").strip() or "250")
    count, lines = int(record["leads"]), _lines(header)[1:]
    if match is None or not 0 < count <= len(lines):
        told = f"{called} announces {count} signals and describes {len(lines)}, or names no rate. Export it anew."
        raise Refusal("input_damaged", told)
    try:
        rate_hz = float(match["rate"])
    except ValueError:
        raise Refusal("input_damaged", f"{called} names no rate that is a number. Export it anew.") from None
    return [_signal(line, called) for line in lines[:count]], rate_hz, int(match["samples"] or 0)


def _signal(line: str, called: str) -> Signal:
    file, form, gain, _bits, zero, _first, _sum, _block, lead = [*line.split(None, 8), *[""] * 9][:9]
    match, scale = _FORMAT.fullmatch(form), _GAIN.fullmatch(gain or "200")
    try:
        if match is None or scale is None:
            raise ValueError
        factor, offset = float(scale["gain"]), int(zero or 0)
        if not isfinite(factor) or abs(offset) >= 1 << 40:
            raise ValueError
    except ValueError:
        raise Refusal("input_damaged", f"{called} describes a signal as “{line[:60]}”. Export it anew.") from None
    number = int(match["format"])
    if number not in FORMATS:
        told = f"{called} has samples in the format {number}; {', '.join(map(str, FORMATS))} are read. Convert it."
        raise Refusal("input_unsupported", told)
    if int(match["each"] or 1) != 1 or int(match["skew"] or 0):
        told = f"{called} has signals of several rates, or shifted ones. Resample it to one rate first."
        raise Refusal("input_unsupported", told)
    baseline = offset if scale["baseline"] is None else int(scale["baseline"])
    return Signal(
        PurePosixPath(file).name,
        number,
        int(match["skip"] or 0),
        factor or 200.0,
        baseline,
        scale["unit"] or "mV",
        lead.strip(),
    )


def _stored(data: bytes, group: list[Signal], samples: int, called: str) -> npt.NDArray[np.int32]:
    """(leads, samples) of one file, whose leads take turns; samples: 0 takes all that is there."""
    if len({(signal.format, signal.skip) for signal in group}) > 1:
        raise Refusal("input_unsupported", f"{called} mixes formats of samples. Convert it to one of them.")
    form, body = group[0].format, data[group[0].skip :]
    there = len(body) * 8 // _BITS[form] // len(group)
    if there < max(samples, 1):
        told = f"{called} is cut off: it holds {there:,} samples a lead, not {samples:,}. Send it again."
        raise Refusal("input_damaged", told)
    count = (samples or there) * len(group)
    return _unpacked(body, form, count).reshape(-1, len(group)).T


def _unpacked(body: bytes, form: int, count: int) -> npt.NDArray[np.int32]:
    if form == 16:
        return np.frombuffer(body, "<i2", count).astype(np.int32)
    if form == 32:
        return np.frombuffer(body, "<i4", count).astype(np.int32)
    if form == 80:
        return np.frombuffer(body, np.uint8, count).astype(np.int32) - 128
    if form == 24:
        low = np.frombuffer(body, np.uint8, 3 * count).reshape(-1, 3).astype(np.int32)
        whole: npt.NDArray[np.int32] = low[:, 0] | low[:, 1] << 8 | low[:, 2] << 16
        return whole - ((low[:, 2] & 0x80) << 17)
    # 212: two samples of 12 bits in three bytes, the middle one shared
    pairs = (count + 1) // 2
    held = body[: 3 * pairs].ljust(3 * pairs, b"\x00")
    low = np.frombuffer(held, np.uint8).reshape(-1, 3).astype(np.int32)
    first, second = low[:, 0] | (low[:, 1] & 0x0F) << 8, low[:, 2] | (low[:, 1] & 0xF0) << 4
    both: npt.NDArray[np.int32] = np.stack([first, second], axis=1)
    return (both - ((both & 0x800) << 1)).reshape(-1)[:count]


def _physical(stored: npt.NDArray[np.int32], signal: Signal) -> npt.NDArray[np.float64]:
    """The lowest stored value stands for one that was not measured: it is no number."""
    with np.errstate(over="ignore", invalid="ignore"):  # what becomes of it is told by whoever takes the values
        values = (stored.astype(np.float64) - signal.baseline) / signal.gain
    values[stored == -(1 << _BITS[signal.format] - 1)] = np.nan
    return values


def _lines(header: bytes) -> list[str]:
    lines = header.decode("latin-1").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
