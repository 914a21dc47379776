"""What a file says that is not so is refused before anything loads it, and no file ends the inspection itself."""

import random
from collections import Counter
from pathlib import Path

import msgspec
import onnx
import pytest

from gpu_workers.inspection import Findings, inspect
from tests.hostile.lies import STATIC, honest, named

MUTATED = 1000
SEEDS = Path(onnx.__file__).parent / "backend" / "test" / "data"


def findings_of(data: bytes, folder: Path) -> Findings:
    """As they cross from the confined process to the worker."""
    path = folder / "model.onnx"
    path.write_bytes(data)
    return msgspec.msgpack.decode(msgspec.msgpack.encode(inspect(path, "onnx")), type=Findings)


@pytest.mark.parametrize("name", STATIC)
def test_it_is_refused_by_its_rule(name: str, tmp_path: Path) -> None:
    rule, build = STATIC[name]
    found = findings_of(build(), tmp_path)
    assert found.rule == rule, found.reason
    assert found.reason.endswith(".")
    assert found.reason.replace("\ufffd", "?").isprintable()
    assert len(found.reason) < 1000


@pytest.mark.parametrize("name", [b"a\0b", b"\xff\xfe", b"\xed\xa0\x80", "\u202egnp".encode(), b"\x1b[2J", b"\n" * 5])
def test_a_note_that_cannot_be_shown_is_marked_in_the_report(name: bytes, tmp_path: Path) -> None:
    found = findings_of(named(name, "note"), tmp_path)
    assert found.accepted
    shown = msgspec.json.encode(found.facts).decode()
    assert ("↵" if name.isspace() else "\ufffd") in shown
    assert shown.replace("\ufffd", "?").isprintable()
    assert "\\u" not in shown


def test_every_beginning_of_a_file_has_a_finding(tmp_path: Path) -> None:
    whole = honest()
    rules = [findings_of(whole[:length], tmp_path).rule for length in range(len(whole))]
    assert set(rules) <= {"", "empty_file", "not_a_model", "no_outputs", "no_inputs"}
    assert rules.count("not_a_model") > len(whole) // 2


@pytest.mark.long
def test_a_thousand_damaged_files_have_findings(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Honest files with some bytes changed, left out, put in, or taken from another."""
    files = [path.read_bytes() for path in sorted(SEEDS.glob("*/*/model.onnx"))]
    small = [data for data in files if len(data) < 20_000]
    assert len(small) > 100
    chosen = random.Random(20_261_125)
    rounds = MUTATED * (50 if request.config.getoption("--long") else 1)
    rules = Counter(findings_of(damaged(chosen, small), tmp_path).rule for _ in range(rounds))
    assert rules["not_a_model"] > rounds // 2
    assert rules[""] > rounds // 50


def damaged(chosen: random.Random, files: list[bytes]) -> bytes:
    data = bytearray(chosen.choice(files))
    for _ in range(chosen.choice((1, 1, 2, 4, 8))):
        at = chosen.randrange(len(data) + 1)
        match chosen.randrange(4):
            case 0:
                data[at : at + 1] = chosen.randbytes(1)
            case 1:
                del data[at : at + chosen.randrange(1, 9)]
            case 2:
                data[at:at] = chosen.randbytes(chosen.randrange(1, 9))
            case _:
                other = chosen.choice(files)
                start = chosen.randrange(len(other))
                data[at:at] = other[start : start + chosen.randrange(200)]
    return bytes(data) or b"\x08"
