"""A stranger's series becomes one of our own (`gpu_workers.series`): float32, its own rate and leads.

What is kept and what is decided:
- JSON `{values, rate_hz, unit, leads}`: `values` is a list for each lead, or one list; tables as `tabular` says;
  records as `wfdb` says, waveforms as `dicom_waveform` says; and our own Arrow streams;
- a unit is brought to the declared one where both are volts, thousandths or millionths of them; where the file names
  none, its values are in the declared one;
- the rate is the file's; where it names none, the declared one.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from gpu_workers.protocol.edits import Edit
from gpu_workers.protocol.rendering import MAX_MADE, Made
from gpu_workers.series import Foreign, Series, packed, unpacked
from gpu_workers.wording import readable

from .archive import ZIP
from .recordings import format_of
from .refusal import Refusal, called_of, check_size
from .tabular import Read, read_table
from .waveform import drawn
from .wfdb import is_header, read_record

TAKEN = "CSV with a column for each lead, JSON with values, rate_hz, unit and leads, or the .hea and .dat of WFDB"
MAX_LEADS, MAX_NAME = 256, 120
RATES = (1e-6, 1e6)
"""Samples a second: from one in eleven days on."""
_VOLTS = {"v": 1.0, "mv": 1e-3, "uv": 1e-6, "µv": 1e-6, "μv": 1e-6}
_ARROW = b"\xff\xff\xff\xff"


class _Json(msgspec.Struct):
    values: list[list[float] | float] | dict[str, list[float]]
    rate_hz: float | None = None
    unit: str = ""
    leads: list[str] = []


def decode(data: bytes, options: Mapping[str, Any], name: str = "") -> Made:
    """options: `max_seconds`, `leads` (those that must be there), `unit`, `rate_hz`, as the interface declares them."""
    called = called_of(name)
    check_size(len(data), called, "series", "Send a part of it, or fewer leads.")
    found = _read(data, called)
    rate_hz = found.rate_hz or options.get("rate_hz")
    if rate_hz is None:
        raise Refusal(
            "input_unsupported",
            f"{called} does not say how many samples a second it has. Add a column of times, as time (s), or rate_hz.",
        )
    series = _checked(found, float(rate_hz), str(options.get("unit") or ""), called)
    longest = options.get("max_seconds")
    if longest is not None and series.seconds > longest + 1 / series.rate_hz:
        told = f"{called} is {series.seconds:.1f} s long; {longest:g} s are the most here. Send the part that matters."
        raise Refusal("input_too_large", told)
    known = {lead.casefold() for lead in series.leads}
    lacking = [lead for lead in options.get("leads") or () if lead.casefold() not in known]
    if lacking:
        told = ", ".join(series.leads[:20])
        raise Refusal("input_unsupported", f"{called} lacks the lead {', '.join(lacking)}; it has {told}.")
    return made(series)


def render(data: bytes, edits: Sequence[Edit]) -> Made:
    """data: bytes that `decode` made."""
    from .signals import edited

    series = opened(data)
    values = edited(series.values, series.rate_hz, series.leads, edits)
    return made(Series(series.rate_hz, series.unit, series.leads, values))


def thumbnail(data: bytes, side: int) -> Made:
    return drawn(opened(data).values, side)


def opened(data: bytes) -> Series:
    try:
        return unpacked(data)
    except Foreign as error:
        raise Refusal("input_damaged", "The stored series is not one of ours. Send the file again.") from error


def made(series: Series) -> Made:
    data = packed(series)
    return Made(data, sha256(data).hexdigest(), "series", series.facts)


def _read(data: bytes, called: str) -> Read:
    if data.startswith(_ARROW):
        ours = opened(data)
        return Read(ours.values.astype(np.float64), ours.leads, ours.unit, ours.rate_hz)
    if data.startswith(b"DICM", 128):
        from .dicom_waveform import read_waveform

        return read_waveform(data, called)
    if data.startswith(ZIP):
        return read_record(data, called)
    if is_header(data):
        raise Refusal("input_unsupported", f"{called} is the header of a WFDB record. Send its .dat files with it.")
    is_utf_16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not is_utf_16 and (format_of(data) or b"\x00" in data[:1024]):
        raise Refusal("input_unsupported", f"{called} is no series that can be read. Send {TAKEN}.")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _from_json(data.removeprefix(b"\xef\xbb\xbf"), called)
    return read_table(data, called)


def _from_json(data: bytes, called: str) -> Read:
    try:
        given = msgspec.json.decode(data, type=_Json)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refusal(
            "input_damaged", f"{called} is no series as JSON ({error}). Send values, rate_hz, unit and leads."
        ) from None
    values: Any = given.values
    leads = list(given.leads)
    if isinstance(values, dict):
        leads, values = list(values), list(values.values())
    elif values and not any(isinstance(value, list) for value in values):
        values = [values]
    if not all(isinstance(lead, list) for lead in values):
        raise Refusal("input_damaged", f"{called} mixes lists and numbers. Send a list of values for each lead.")
    if len({len(lead) for lead in values}) > 1:
        raise Refusal(
            "input_damaged", f"The leads of {called} differ in length; they share one clock. Send them alike."
        )
    array = np.array(values, np.float64).reshape(len(values), len(values[0]) if values else 0)
    return Read(array, tuple(leads), given.unit, given.rate_hz)


def _checked(found: Read, rate_hz: float, unit: str, called: str) -> Series:
    leads, values = found.leads, found.values
    if not values.size:
        raise Refusal("input_damaged", f"{called} holds no samples: the series is empty. Export it again.")
    if not RATES[0] <= rate_hz <= RATES[1]:
        least, most = RATES
        told = f"{called} has {rate_hz:g} samples a second; {least:f} to {most:,.0f} are taken. Correct its rate."
        raise Refusal("input_unsupported", told)
    if len(values) > MAX_LEADS:
        told = f"{called} has {len(values)} leads; {MAX_LEADS} are the most. Is a list given for each sample?"
        raise Refusal("input_unsupported", told)
    if values.size * 4 > MAX_MADE - 100_000:
        raise Refusal("input_too_large", f"{called} has {values.size:,} values; 16 million are the most. Send a part.")
    named = leads or tuple(str(number + 1) for number in range(len(values)))
    leads = tuple(readable(lead, MAX_NAME + 1) for lead in named)  # a database stores no null character
    if len(leads) != len(values) or len(set(leads)) < len(leads):
        raise Refusal(
            "input_damaged", f"{called} names {len(set(leads))} leads and holds {len(values)}. Name each once."
        )
    if any(not 0 < len(lead) <= MAX_NAME for lead in leads):
        raise Refusal(
            "input_unsupported", f"A lead of {called} has no name, or one of more than {MAX_NAME} characters."
        )
    here = readable(found.unit, 40).strip()
    if unit and here and here.casefold() != unit.casefold():
        factor = _VOLTS.get(here.casefold(), 0.0) / _VOLTS.get(unit.casefold(), np.inf)
        if not factor:
            raise Refusal(
                "input_unsupported", f"{called} is in {here}, and {unit} is taken. Convert it and send it again."
            )
        values = values * factor
    with np.errstate(over="ignore"):
        kept = values.astype(np.float32)
    if not np.isfinite(kept).all():
        lead, sample = (int(place[0]) for place in np.nonzero(~np.isfinite(kept)))
        told = f"“{leads[lead]}” of {called} has no number at {sample / rate_hz:.2f} s. Fill the gap, or leave it out."
        raise Refusal("input_damaged", told)
    return Series(rate_hz, unit or here, tuple(leads), kept)
