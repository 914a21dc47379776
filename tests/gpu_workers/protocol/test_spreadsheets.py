"""What a spreadsheet could take for a formula is defused, by Python and by Arrow alike."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from gpu_workers.protocol.spreadsheets import FORMULA, defused


def by_arrow(text: str) -> str:
    defused: list[str] = pc.replace_substring_regex(pa.array([text]), FORMULA, r"'\0").to_pylist()
    return defused[0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "  =1+1",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\u00a0=1+1",
        "\u3000=1+1",
        "\ufeff=1+1",
        "\u200b \u200b=1+1",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠SUM(A1)",
        "\tplain",
        "\nplain",
    ],
)
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert defused(text) == by_arrow(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "plain", "a=b", "1-2", "[{}]", "  plain", "“=quoted”", "émile"])
def test_what_cannot_stays_as_it_is(text: str) -> None:
    assert defused(text) == by_arrow(text) == text
