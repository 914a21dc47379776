"""The published rules, case by case; `frontend/tests/deidentify.test.ts` runs the very same cases."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.multival import MultiValue

from gpu_workers.protocol.deidentify import deidentify, rules

READ = json.loads(Path(__file__).with_name("deidentify_cases.json").read_text(encoding="utf-8"))
KEY = bytes.fromhex(READ["key"])
CASES: list[dict[str, Any]] = READ["cases"]
SAID = ("00120062", "00120063")
BYTES = ("OB", "OV", "OW")

Elements = dict[str, dict[str, Any]]


@pytest.mark.filterwarnings("ignore:Invalid value for VR")  # files hold such values
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case(case: dict[str, Any]) -> None:
    before: Elements = case["before"]
    dataset = dataset_of({tag: element for tag, element in before.items() if not tag.startswith("0002")})
    meta = FileMetaDataset(dataset_of({tag: element for tag, element in before.items() if tag.startswith("0002")}))
    dataset.file_meta = meta
    deidentify(dataset, KEY)
    found = {**elements_of(meta), **elements_of(dataset)}
    assert {tag: found[tag] for tag in found if tag not in SAID or tag in case["after"]} == case["after"]


def test_each_rule_has_its_cases() -> None:
    tried = {tag for case in CASES for tag in case["before"]}
    assert {tag for tag in rules()["elements"] if tag not in tried} <= {"00080005"}  # a set that says no letter's name


def dataset_of(elements: Elements) -> Dataset:
    made = Dataset()
    for tag, element in elements.items():
        values = element["Value"]
        if element["vr"] == "SQ":
            values = [dataset_of(item) for item in values]
        elif element["vr"] in BYTES:
            values = bytes.fromhex(values[0])
        elif len(values) == 1:
            values = values[0]
        with_text = element["vr"] in ("DS", "IS")
        made.add_new(int(tag, 16), "LO" if with_text else element["vr"], values or None)
        if with_text:  # pydicom refuses to make a number of words, and reads them from a file all the same
            made[int(tag, 16)].VR = element["vr"]
    return made


def elements_of(dataset: Dataset) -> Elements:
    found: Elements = {}
    for element in dataset:
        value = element.value
        if element.VR == "SQ":
            values: list[Any] = [elements_of(item) for item in value]
        elif element.VR in BYTES:
            values = [value.hex()]
        elif value in (None, ""):
            values = []
        else:
            values = list(value) if isinstance(value, (list, MultiValue)) else [value]
        found[f"{int(element.tag):08X}"] = {"vr": element.VR, "Value": [plain(one) for one in values]}
    return found


def plain(value: Any) -> Any:
    return value if isinstance(value, int | float | dict) else str(value)
