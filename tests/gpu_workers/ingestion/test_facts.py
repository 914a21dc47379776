"""Facts are NumPy's, numbers are those that pandas and Arrow read, roles are guessed by name and value."""

import io

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
import pytest

from gpu_workers.ingestion.distinct import EXACT, Distinct, hashed
from gpu_workers.ingestion.storing import group_rows
from gpu_workers.ingestion.tally import Tally
from gpu_workers.protocol.datasets import Column, Count
from tests.gpu_workers.ingestion.conftest import Reads, parquet

ROWS = 5000


@pytest.fixture
def frame() -> pd.DataFrame:
    random = np.random.default_rng(0)
    normal = random.normal(size=ROWS) * 10.0 ** random.integers(-300, 300, ROWS)
    plain = random.normal(size=ROWS)
    plain[::7], plain[1], plain[2] = np.nan, np.inf, -np.inf
    return pd.DataFrame(
        {
            "wild": normal,
            "plain": plain,
            "whole": random.integers(-(2**62), 2**62, ROWS),
            "small": random.integers(0, 9, ROWS),
            "text": random.choice(["b", "a", "c,d", 'e"f'], ROWS, p=[0.4, 0.3, 0.2, 0.1]),
        }
    )


def test_numbers_are_those_that_others_read(reads: Reads, frame: pd.DataFrame) -> None:
    data = frame.to_csv(index=False)
    ours = reads(data).table.to_pandas()
    pandas = pd.read_csv(io.StringIO(data), float_precision="round_trip")
    arrows = pc.read_csv(io.BytesIO(data.encode())).to_pandas()
    polars = pl.read_csv(io.StringIO(data))
    for name in ("wild", "plain", "whole", "small"):
        np.testing.assert_array_equal(ours[name].to_numpy(float), pandas[name].to_numpy(float))
        np.testing.assert_array_equal(ours[name].to_numpy(float), arrows[name].to_numpy(float))
    assert (ours["whole"] == frame["whole"]).all()
    assert ours["small"].tolist() == polars["small"].to_list()
    assert ours["text"].tolist() == pandas["text"].tolist()


@pytest.mark.parametrize("fmt", ["csv", "parquet", "jsonl"])
def test_facts_are_numpys(reads: Reads, frame: pd.DataFrame, fmt: str) -> None:
    frame = frame.drop(columns="wild")
    texts = {"csv": lambda: frame.to_csv(index=False), "jsonl": lambda: frame.to_json(orient="records", lines=True)}
    if fmt == "jsonl":
        frame["plain"] = frame["plain"].where(np.isfinite(frame["plain"]))  # pandas writes no other into JSON
        frame["whole"] //= 2**40
        data = frame.to_json(orient="records", lines=True, double_precision=15)
    else:
        data = parquet(pa.Table.from_pandas(frame, preserve_index=False)) if fmt == "parquet" else texts[fmt]()
    read = reads(data, fmt)
    for name in ("plain", "whole", "small"):
        values = read.table[name].to_pandas().to_numpy(float)
        facts, known = read.column(name).facts, values[~np.isnan(values)]
        finite = known[np.isfinite(known)]
        assert (facts.nulls, facts.infinite) == (len(values) - len(known), len(known) - len(finite))
        assert facts.distinct == len(np.unique(read.table[name].drop_null().to_numpy()))
        assert (facts.low, facts.high) == (finite.min(), finite.max())
        assert facts.mean == pytest.approx(finite.mean(), rel=1e-12)
        np.testing.assert_array_equal(facts.histogram, np.histogram(finite, 20)[0])
    counts = frame["text"].value_counts()
    assert read.column("text").facts.top == tuple(Count(value, counts[value]) for value in ("b", "a", "c,d", 'e"f'))
    assert read.column("small").facts.top[0].rows == frame["small"].value_counts().max()


def test_facts_of_several_row_groups(reads: Reads) -> None:
    values = np.random.default_rng(1).normal(size=2 * group_rows(1) + 5)
    facts = reads(parquet(pa.table({"x": values})), "parquet").column("x").facts
    np.testing.assert_array_equal(facts.histogram, np.histogram(values, 20)[0])
    assert facts.distinct == pytest.approx(len(values), rel=0.03)


@pytest.mark.parametrize("start", [0, 7, 1 << 40])
def test_no_more_values_are_told_than_there_are(start: int) -> None:
    distinct = Distinct()
    distinct.add(hashed(np.arange(start, start + 2 * EXACT)))
    assert 1.9 * EXACT < distinct.count() <= 2 * EXACT


def test_distinct_is_exact_up_to_its_bound() -> None:
    distinct = Distinct()
    for start in range(0, EXACT, 10_000):
        distinct.add(hashed(np.arange(start / 2, start / 2 + 10_000)))
    assert distinct.exact
    assert distinct.count() == EXACT // 2 + 5_000
    distinct.add(hashed(np.arange(1e6, 3e6)))
    assert not distinct.exact
    assert distinct.count() == pytest.approx(2_055_000, rel=0.03)


def test_the_most_frequent_of_very_many() -> None:
    tally = Tally()
    for part in range(5):
        rare = [f"rare {part} {row}" for row in range(50_000)]
        tally.add(pa.array(["often"] * 9_000 + rare).dictionary_encode())
    assert not tally.exact
    assert tally.top(3)[0] == ("often", 45_000)
    assert tally.distinct == pytest.approx(250_001, rel=0.03)


def test_minus_zero_is_zero() -> None:
    assert hashed(np.array([0.0])) == hashed(np.array([-0.0]))


def roles(reads: Reads, text: str) -> dict[str, str]:
    return {column.name: said(column) for column in reads(text).reading.columns}


def said(column: Column) -> str:
    return ":".join(filter(None, [column.role, column.model, column.of_class]))


def test_roles_by_name_and_value(reads: Reads) -> None:
    names = "patient_id,label,pred_A,B_prediction,prob_A,proba:B:sick,p_C,p_value,sample_weight,weight,cohort,lat,lon"
    rows = "".join(
        f"{row},{'sick' if row % 3 else 'well'},{'sick' if row % 2 else 'well'},well,0.{row},0.5,0.25,0.5,"
        f"1.5,70,c{row % 4},{row},{row * 5}\n"
        for row in range(10, 40)
    )
    assert roles(reads, f"{names}\n{rows}") == {
        "patient_id": "id",
        "label": "label",
        "pred_A": "prediction:A",
        "B_prediction": "prediction:B",
        "prob_A": "probability:A",
        "proba:B:sick": "probability:B:sick",
        "p_C": "probability:C",
        "p_value": "feature",
        "sample_weight": "weight",
        "weight": "feature",
        "cohort": "group",
        "lat": "lat",
        "lon": "lon",
    }


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        ("prob_A", ["1.5", "0.2"], "feature"),
        ("y_pred", ["1", "0"], "prediction:model"),
        ("prediction:big model", ["1.5", "0.5"], "prediction:big_model"),
        ("pid", ["1", "2"], "feature"),
        ("id", ["1", "1"], "feature"),
        ("sex_id", ["1", "2", "1"], "feature"),
        ("file", ["a.png", "b.png"], "media"),
        ("when", ["2020-01-01", "2020-01-02"], "time"),
        ("lat", ["1", "2"], "feature"),
        ("empty", ["", ""], "ignore"),
        ("label", ["", ""], "ignore"),
        ("notes", [f"patient {row} was seen again" for row in range(60)], "ignore"),
    ],
)
def test_roles_of_doubtful_columns(reads: Reads, name: str, values: list[str], role: str) -> None:
    rows = "".join(f"c,{value}\n" for value in values)
    assert roles(reads, f"rest,{name}\n{rows}")[name] == role
