"""The form of an interface offers what the protocol takes: each kind, each property, and what is meant by none."""

from typing import Any, get_args

import msgspec
import pytest

from apps.registry.drafts import Row, read_draft, rows_of
from apps.registry.settings import INPUT_KINDS, NAMES, OUTPUT_KINDS, SETTINGS
from gpu_workers.protocol.findings import BoxesOutput
from gpu_workers.protocol.interface import ImageInput, Input, Interface, Output

SIDES = {"inputs": get_args(Input), "outputs": get_args(Output)}
FIELDS = [(side, kind) for side, kinds in SIDES.items() for kind in kinds]


def tag_of(kind: Any) -> str:
    return str(kind.__struct_config__.tag)


def test_every_kind_has_a_word_and_settings() -> None:
    assert {tag_of(kind) for kind in SIDES["inputs"]} == set(INPUT_KINDS)
    assert {tag_of(kind) for kind in SIDES["outputs"]} == set(OUTPUT_KINDS)
    assert {(side, tag_of(kind)) for side, kind in FIELDS} == set(SETTINGS)


@pytest.mark.parametrize(("side", "kind"), FIELDS)
def test_every_property_can_be_set_and_means_the_same_when_left_out(side: str, kind: Any) -> None:
    taken = {field.name: field for field in msgspec.structs.fields(kind)}
    offered = {setting.key: setting for setting in (*NAMES, *SETTINGS[side, tag_of(kind)])}
    assert set(offered) | {"tensor", "step"} == set(taken)
    for name, setting in offered.items():
        meant = taken[name].default
        if meant is not msgspec.NODEFAULT:
            assert msgspec.json.encode(meant) == msgspec.json.encode(setting.default), name


def test_whole_numbers_in_a_list_are_read_as_such() -> None:
    boxes = {"kind": "boxes", "name": "parts", "grid": "offsets", "strides": "8, 64", "layout": "rows"}
    posted = {"inputs-0-kind": "image", "inputs-0-name": "x", "inputs-0-mean": "0.5, 1, 0"}
    posted |= {f"outputs-0-{name}": value for name, value in boxes.items()}
    read = msgspec.convert(read_draft(posted), Interface)
    assert read.outputs == (BoxesOutput(name="parts", layout="rows", grid="offsets", strides=(8, 64)),)
    assert read.inputs == (ImageInput(name="x", mean=(0.5, 1.0, 0.0)),)


def test_what_few_need_of_a_recording_is_folded_away_until_it_is_set() -> None:
    def row(**field: object) -> Row:
        (found,) = rows_of({"inputs": [{"kind": "audio", "name": "voice", **field}], "outputs": []})
        return found

    plain = row()
    assert [each.setting.key for each in plain.shown] == ["rate_hz", "channels", "representation", "max_seconds"]
    assert [(fold.title, fold.is_open) for fold in plain.folds] == [
        ("The spectrogram", False),
        ("How it is prepared", False),
    ]
    assert {each.name for each in plain.shown} | {e.name for fold in plain.folds for e in fold.controls} == {
        each.name for each in plain.controls
    }
    assert [fold.is_open for fold in row(representation="mel", n_fft=512).folds] == [True, False]
