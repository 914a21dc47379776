"""Whether a version may take another's place: what people and programs send and receive must stay."""

from typing import Any

import msgspec
import pytest

from apps.registry.interfaces import differences
from gpu_workers.protocol.interface import Interface

FILM = {"kind": "image", "name": "film"}
AGE = {"kind": "number", "name": "age"}
SITE = {"kind": "choice", "name": "site", "choices": ["a", "b"]}
ROW = {"kind": "table", "name": "row", "columns": [{"name": "age"}, {"name": "sex", "choices": ["f", "m"]}]}
FINDING = {"kind": "label", "name": "finding", "classes": ["yes", "no"]}
SCORE = {"kind": "number", "name": "score"}


def made(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> Interface:
    return msgspec.convert({"inputs": inputs, "outputs": outputs}, Interface)


OLD = made([FILM, AGE, SITE, ROW], [FINDING, SCORE])
SAME = [FILM, AGE, SITE, ROW]


@pytest.mark.parametrize(
    ("inputs", "outputs", "forbids", "notices"),
    [
        (SAME, [FINDING, SCORE], 0, 0),
        ([ROW, SITE, AGE, FILM], [SCORE, FINDING], 0, 0),  # the order does not matter
        ([FILM | {"mode": "L", "scale": 0.5, "size": [8, 8]}, AGE, SITE, ROW], [FINDING, SCORE], 0, 0),
        ([FILM, AGE | {"title": "Years", "maximum": 9}, SITE, ROW], [FINDING | {"activation": "softmax"}, SCORE], 0, 0),
        ([AGE, SITE, ROW], [FINDING, SCORE], 1, 0),
        ([FILM, AGE | {"kind": "text"}, SITE, ROW], [FINDING, SCORE], 1, 0),
        ([FILM, AGE, SITE | {"choices": ["a", "b", "c"]}, ROW], [FINDING, SCORE], 1, 0),
        ([FILM, AGE, SITE | {"choices": ["b", "a"]}, ROW], [FINDING, SCORE], 1, 0),
        ([FILM, AGE, SITE, ROW | {"columns": ROW["columns"][::-1]}], [FINDING, SCORE], 1, 0),
        ([FILM, AGE, SITE, ROW | {"columns": [{"name": "age"}]}], [FINDING, SCORE], 1, 0),
        ([*SAME, {"kind": "number", "name": "new"}], [FINDING, SCORE], 1, 0),
        ([*SAME, {"kind": "number", "name": "new", "default": 0}], [FINDING, SCORE], 0, 1),
        ([*SAME, {"kind": "text", "name": "new", "default": ""}], [FINDING, SCORE], 0, 1),
        ([*SAME, {"kind": "image", "name": "new"}], [FINDING, SCORE], 1, 0),
        (SAME, [FINDING], 1, 0),
        (SAME, [FINDING | {"classes": ["yes", "no", "maybe"]}, SCORE], 1, 0),
        (SAME, [FINDING | {"classes": ["no", "yes"]}, SCORE], 1, 0),
        (SAME, [FINDING, {"kind": "text", "name": "score"}], 1, 0),
        (SAME, [FINDING, SCORE, {"kind": "text", "name": "new"}], 0, 1),
        ([{"kind": "text", "name": "x"}], [{"kind": "text", "name": "y"}], 7, 1),
    ],
)
def test_differences(inputs: list[Any], outputs: list[Any], forbids: int, notices: int) -> None:
    forbidden, noticed = differences(OLD, made(inputs, outputs))
    assert (len(forbidden), len(noticed)) == (forbids, notices), (forbidden, noticed)
    assert all(sentence.endswith(".") for sentence in [*forbidden, *noticed])
