"""`python -m tests.gpu`: the CuPy twins beside the NumPy ones, on a host that has a GPU and numpy and cupy, no more.

Where the debugger's libraries are too, its answers on the GPU stand beside those on the processors.

Each line says what was compared and on how much. Exits with 1 at the first difference, with 0 where all agree or
where there is no GPU, which it says.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from gpu_workers import analyses
from gpu_workers.analyses import edges, seams
from gpu_workers.analyses.arrays import on_host

Array = np.ndarray[Any, Any]
ROWS = (0, 1, 1000, 1_000_003)
ROWS_ASKED = 300_000


def device() -> Any:
    """CuPy, or the sentence that says why there is no GPU."""
    try:
        import cupy
    except ImportError:
        return "CuPy is not installed here, so there is nothing to compare."
    try:
        if cupy.cuda.runtime.getDeviceCount() == 0:
            return "This host has no GPU, so there is nothing to compare."
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"This host has no GPU that CUDA can use ({error}), so there is nothing to compare."
    return cupy


@cache
def drawn(rows: int) -> dict[str, Array]:
    """Columns of all kinds, with nulls and infinities."""
    random = np.random.default_rng(rows)
    probability = random.random(rows).astype(np.float32)
    probability[random.random(rows) < 0.01] = np.nan
    values = random.normal(size=rows).astype(np.float32)
    values[random.random(rows) < 0.02] = np.nan
    values[random.random(rows) < 0.01] = np.inf
    return {
        "target": random.integers(0, 2, rows).astype(np.float32),
        "probability": probability,
        "values": values,
        "wide": random.normal(size=rows) * 1e6,
        "classes": random.integers(0, 3, rows),
        "chances": random.dirichlet([1, 2, 3], rows).astype(np.float32),
        "groups": random.integers(0, 6, rows).astype(np.uint8),
        "many_groups": random.integers(0, 900, rows).astype(np.uint16),
        "narrow_codes": random.integers(0, 65, rows).astype(np.uint8),
        "wide_codes": random.integers(0, 30_000, rows).astype(np.uint16),
    }


def same(one: Any, other: Any, tolerance: float = 0.0) -> bool:
    """Equal, NaN to NaN, but for `tolerance` relative to the greatest finite magnitude."""
    one, other = on_host(one), on_host(other)
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if tolerance == 0:
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    finite = np.isfinite(one)
    if not np.array_equal(finite, np.isfinite(other)) or not np.array_equal(one[~finite], other[~finite], True):
        return False
    scale = float(np.abs(one[finite]).max(initial=0.0))
    return bool(np.abs(one[finite].astype(float) - other[finite]).max(initial=0.0) <= tolerance * scale)


Case = tuple[str, Callable[[dict[str, Any]], Any], float]


def seams_cases() -> Iterator[Case]:
    narrow, wide = "narrow_codes", "wide_codes"
    centres = np.array([[0.2, -1.0], [0.7, 0.0], [0.4, 1.5]])
    yield from (
        ("count one-byte codes by group", lambda c: seams.joint_counts([c[narrow]] * 3, [65] * 3, c["groups"], 5), 0),
        ("count two-byte codes by group", lambda c: seams.joint_counts([c[wide]], [30_000], c["groups"], 5), 0),
        ("count by many groups", lambda c: seams.joint_counts([c[narrow]], [65], c["many_groups"], 899), 0),
        ("count without groups", lambda c: seams.joint_counts([c[narrow], c[wide]], [65, 30_000]), 0),
        ("add float32 by group", lambda c: seams.group_sums([c["target"]], c["groups"], 5), 1e-11),
        ("add float64 by group", lambda c: seams.group_sums([c["wide"], c["wide"]], c["many_groups"], 899), 1e-11),
        ("add by code", lambda c: seams.joint_sums(c["target"], [c[narrow]], [65], c["groups"], 5), 1e-11),
        ("add by code alone", lambda c: seams.joint_sums(c["wide"], [c[narrow], c[wide]], [65, 30_000]), 1e-11),
        ("moments by group", lambda c: joined(seams.group_moments([c["values"], c["wide"]], c["groups"], 5)), 1e-11),
        ("gather by centre", lambda c: joined(seams.gathered([c["probability"], c["values"]], centres)), 1e-11),
        ("bin on few edges", lambda c: edges.codes(c["values"], np.linspace(-1, 1, 6)), 0),
        ("bin on many edges", lambda c: edges.codes(c["wide"], np.sort(drawn(30_000)["wide"])), 0),
        ("finite range", lambda c: np.array(edges.finite_range(c["values"])), 0),
        ("nearest centre", lambda c: seams.nearest([c["probability"], c["values"]], centres), 0),
    )


def joined(found: tuple[Array, ...]) -> Array:
    """Each by its greatest magnitude, so that a difference in one does not drown in another."""
    return np.concatenate([(one / max(np.abs(one).max(initial=0.0), 1.0)).ravel() for one in found])


def kernel_cases() -> Iterator[Case]:
    for score in (analyses.log_loss, analyses.brier_score, analyses.margin):
        yield f"{score.__name__}, binary", partial(scored, score, "target", "probability"), 1e-6
        yield f"{score.__name__}, three classes", partial(scored, score, "classes", "chances"), 1e-6
    yield "signed_error", lambda c: analyses.signed_error(c["target"], c["values"]), 1e-6
    yield "absolute_error", lambda c: analyses.absolute_error(c["target"], c["values"]), 1e-6
    yield "squared_error", lambda c: analyses.squared_error(c["target"], c["wide"]), 1e-6
    yield "entropy", lambda c: analyses.entropy(c["probability"]), 1e-6
    yield "zero_one", lambda c: analyses.zero_one(c["classes"], analyses.predicted_class(c["chances"])), 0
    yield "histogram", lambda c: analyses.histogram(c["values"], 100).counts, 0
    yield "quantiles", lambda c: analyses.quantiles(c["values"], [0.0, 0.25, 0.5, 0.9]), 1e-12
    text = "where(values > 0, abs(values - probability), coalesce(values, 1) * 2) + (target == 1 or not target)"
    yield "expression", lambda c: analyses.expression(text)(c), 1e-6
    condition = {"any": [{"column": "values", "low": 0.5, "high": 1}, {"column": "values", "null": True}]}
    yield "predicate", lambda c: analyses.predicate(condition).mask(c), 0
    yield "kmeans, centres", lambda c: analyses.kmeans(c["probability"], 4).centres, 1e-4
    yield "reliability", lambda c: analyses.reliability(c["target"], c["probability"], c["groups"], 5).events, 0
    yield "auroc", lambda c: np.array(analyses.auroc(c["target"], c["probability"])), 1e-12
    bins = np.linspace(0, 1, 200)
    yield "class_counts", lambda c: analyses.class_counts(c["target"], c["values"], bins, c["groups"], 5), 0
    yield "confusion", lambda c: analyses.confusion(c["classes"], c["classes"][::-1], 3, c["groups"], 5), 0
    yield "moments", lambda c: analyses.moments(c["target"], c["probability"], 0.5, c["groups"], 5).sums, 1e-10
    yield "performance", lambda c: performance(c), 1e-10
    yield "attribution", lambda c: attribution(c), 1e-12
    yield "decision_tree_segments", lambda c: tree(c), 0
    yield "find_slices", lambda c: slices(c), 1e-5


def scored(score: Callable[[Any, Any], Any], target: str, probability: str, columns: dict[str, Any]) -> Any:
    return score(columns[target], columns[probability])


def table(columns: dict[str, Any]) -> analyses.Table:
    features = [analyses.numeric_feature(name, on_host(columns[name])) for name in ("values", "wide")]
    features.append(analyses.category_feature("classes", {"a": 3, "b": 2, "c": 1}))
    named = {**columns, "classes": analyses.Category(columns["classes"], ("a", "b", "c"))}
    return analyses.coded(features, named)


def performance(columns: dict[str, Any]) -> Array:
    scores = [analyses.brier_score(columns["target"], columns["probability"]), columns["target"]]
    held = analyses.performance(analyses.coded_scores(scores), columns["groups"], 5)
    return np.concatenate([held.counts.ravel(), held.sums.ravel(), held.squares.ravel()])


def attribution(columns: dict[str, Any]) -> Array:
    counted = table(columns).count(columns["groups"], 5)
    found = analyses.attribution(counted, [0], [1, 2], permutations=100)
    return np.array([[one.p, one.measures["jensen_shannon"], one.shift] for one in found])


def tree(columns: dict[str, Any]) -> Any:
    return analyses.decision_tree_segments(table(columns), columns["probability"], least_gain=0.0).groups


def slices(columns: dict[str, Any]) -> Array:
    found = analyses.find_slices(table(columns), columns["probability"], most=3)
    return np.array([[one.rows, one.mean, one.score] for one in found])


def main() -> int:
    cupy = device()
    if isinstance(cupy, str):
        print(cupy)  # noqa: T201
        return 0
    name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    print(f"NumPy {np.__version__} beside CuPy {cupy.__version__} on {name}")  # noqa: T201
    for what, kernel, tolerance in (*seams_cases(), *kernel_cases()):
        for rows in ROWS:
            columns = drawn(rows)
            one = kernel(columns)
            moved = {name: cupy.asarray(column) for name, column in columns.items()}
            other, again = kernel(moved), kernel(moved)
            if not same(one, other, tolerance):
                print(f"DIFFERS: {what}, {rows:,} rows: {on_host(one)} beside {on_host(other)}")  # noqa: T201
                return 1
            if not same(other, again):
                print(f"NOT THE SAME AGAIN: {what}, {rows:,} rows")  # noqa: T201
                return 1
        sizes = ", ".join(f"{rows:,}" for rows in ROWS)
        print(f"  {what}: the same{f' to {tolerance:g}' if tolerance else ''}, and again, on {sizes} rows")  # noqa: T201
    lacking = [name for name in ("msgspec", "pyarrow", "h3") if find_spec(name) is None]
    if lacking:
        print(f"The debugger's answers are not compared: without {', '.join(lacking)} it does not run.")  # noqa: T201
        return 0
    from .answers import compared

    return 0 if compared(ROWS_ASKED) else 1


if __name__ == "__main__":
    sys.exit(main())
