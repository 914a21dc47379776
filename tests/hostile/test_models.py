"""Each hostile model ends in time with a reason, at a bounded cost to the worker, and its neighbours keep answering."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest
from onnx import TensorProto

from gpu_workers.inspection import inspect, probe
from gpu_workers.inspection.probe import examine
from gpu_workers.protocol.messages import Report
from gpu_workers.runner import Runner
from gpu_workers.sandbox import Limits
from gpu_workers.sandbox.channel import MAX_FRAME
from tests.hostile import answers, bombs, slow
from tests.hostile.graphs import STRING, Build, model, node
from tests.hostile.lies import LOADED, honest, named, runtime_mark_in_a_model
from tests.hostile.memory import peak

GIGA = 10**9
MEMORY = "needs_too_much_memory"
SLOW = "too_slow"
WORKER_MAY_GROW = 3 * MAX_FRAME
"""One answer as it comes, unpacked, and compared; whatever a model declares or answers."""
REPORT_MAY_WEIGH = 5 << 20
HURRY = 4.0
"""Seconds for all of the trial, where the harm is time."""

Rules = set[str]
READY: Rules = {""}
ERROR: Rules = {"needs_example", "does_not_load"}

BOMBS: dict[str, tuple[Rules, Build]] = {
    "a matrix of constants": ({MEMORY}, lambda: bombs.filled(4 * GIGA)),
    "a matrix sized by x": ({MEMORY}, lambda: bombs.filled_by_x(4 * GIGA)),
    "Expand": ({MEMORY}, lambda: bombs.expanded(10 * GIGA)),
    "Range": ({MEMORY}, lambda: bombs.ranged(GIGA)),
    "Pad": ({MEMORY}, lambda: bombs.padded(2 * GIGA)),
    "Resize to a thousand million": ({MEMORY}, lambda: bombs.resized(GIGA)),
    "Resize": ({MEMORY}, lambda: bombs.resized(50_000)),
    "OneHot": ({MEMORY}, lambda: bombs.one_hot(GIGA)),
    "Einsum": ({MEMORY}, bombs.outer_products),
    "Loop that doubles numbers": ({MEMORY}, lambda: bombs.doublings("numbers")),
    "RandomNormal": ({MEMORY}, bombs.random_numbers),
    "HannWindow": ({MEMORY}, lambda: bombs.window(GIGA)),
    "ConvTranspose": ({MEMORY}, bombs.transposed_convolution),
    "a sparse weight": ({MEMORY, "does_not_load"}, lambda: bombs.sparse(40_000)),
    "a sparse weight of terabytes": ({MEMORY, "does_not_load"}, lambda: bombs.sparse(10**6)),
    "FeatureVectorizer": ({MEMORY}, lambda: bombs.features(GIGA)),
    "Tile": (ERROR | {MEMORY}, lambda: bombs.tiled(GIGA)),
    "a tree that is a ring": (ERROR, lambda: bombs.tree(nodes_modes=["BRANCH_LEQ"] * 3)),
    "a tree of one knot": (ERROR, lambda: bombs.tree(nodes_truenodeids=[0, 0, 0], nodes_falsenodeids=[0, 0, 0])),
    "a tree that looks beyond its row": (ERROR, lambda: bombs.tree(nodes_featureids=[2**40, 0, 0])),
    "a tree that writes beyond its answer": (ERROR, lambda: bombs.tree(target_ids=[2**40, 0])),
    "MaxUnpool beyond its end": (ERROR, bombs.unpooled),
    "Gather beyond its end": (ERROR, bombs.gathered),
    "ArrayFeatureExtractor beyond its end": (ERROR, bombs.extracted),
    "RoiAlign beyond its end": (ERROR, bombs.aligned),
    "ScatterND beyond its end": (ERROR, bombs.scattered),
}
ANSWERS: dict[str, tuple[Rules, Build]] = {
    "an answer beyond a frame": ({"crashes"}, lambda: answers.answer_of(75_000_000)),
    "an answer of many texts": (ERROR, lambda: answers.answer_of(3_000_000, STRING)),
    "an answer of many halves": (READY, lambda: answers.answer_of(120_000_000, TensorProto.FLOAT16)),
    "one long text": (READY | ERROR, lambda: answers.one_long_text(18)),
    "a map of many classes": (READY, lambda: answers.many_scores(25_000)),
    "an answer of many axes": (ERROR, lambda: answers.many_axes(40)),
    "no numbers": (READY, answers.no_numbers),
    "a list of many tensors": (ERROR, lambda: answers.many_pieces(2_000)),
}
ENDLESS: dict[str, Build] = {
    "Loop without end": slow.endless_loop,
    "Scan in Scan in Scan": lambda: slow.nested_scans(5, 100_000),
}
LONG: dict[str, tuple[Rules, Build]] = {
    "Loop in Loop in Loop": ({SLOW}, lambda: slow.nested_loops(7, 10**6)),
    "products of large matrices": ({SLOW}, slow.products_of_x),
    "products folded at load": ({MEMORY, SLOW}, slow.long_products),
    "Loop that doubles texts": ({MEMORY, SLOW}, lambda: bombs.doublings("text")),
    "Loop that hoards": ({MEMORY, SLOW}, bombs.hoarded),
    "Multinomial": ({MEMORY, SLOW}, lambda: bombs.searched(GIGA)),
    "a shape of a shape of a shape": ({MEMORY, SLOW}, slow.growing_shapes),
    "a long chain": (READY, slow.long_chain),
    "six thousand branches": (READY, slow.many_branches),
    "a node of two million inputs": (READY | {SLOW}, lambda: slow.wide_node(2_000_000)),
    "three hundred thousand shapes": (READY | {SLOW}, lambda: slow.many_values(300_000)),
    "functions that call the next": (READY | {"crashes", "does_not_load", SLOW}, lambda: slow.function_chain(4_000)),
    "a megabyte a text": (READY | ERROR, lambda: answers.one_long_text(25)),
    "eight million texts": (ERROR | {MEMORY}, lambda: answers.answer_of(8_000_000, STRING)),
    "a quarter of a thousand million bytes": (READY, lambda: answers.answer_of(250_000_000, TensorProto.UINT8)),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that a child's user may enter."""
    made = tmp_path_factory.mktemp("hostile")
    for above in (made, *made.parents[:2]):
        above.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def neighbour(folder: Path) -> Iterator[Callable[[float], float]]:
    """Another team's model on the same worker: gives twice what it is given."""
    path = folder / "neighbour.onnx"
    path.write_bytes(model([node("Add", ["x", "x"], ["y"])]).SerializeToString())
    path.chmod(0o644)
    runner = Runner(path)
    runner.start()

    def ask(number: float) -> float:
        answer = runner.run({"x": np.full((1, 4), number, np.float32)})["y"]
        assert isinstance(answer, np.ndarray)
        return float(answer[0, 0])

    yield ask
    runner.close()


@pytest.fixture(autouse=True)
def _checked_here(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """All of these keep the static rules, so a process for the check of each is left out; the long set has it."""
    if not request.node.get_closest_marker("long"):
        monkeypatch.setattr(probe, "check", lambda path, fmt, labels, _: inspect(path, fmt, labels))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of a runner's memory, which is as full and four times as quick to fill."""
    monkeypatch.setattr(probe, "Runner", partial(Runner, limits=Limits(memory=512 << 20)))


def examined(
    data: bytes, folder: Path, neighbour: Callable[[float], float], *, seconds: float = 120.0, name: str = "model.onnx"
) -> Report:
    """The report; meanwhile the neighbour is asked again and again, and the worker's memory is looked at."""
    path = folder / name
    path.write_bytes(data)
    path.chmod(0o644)
    del data
    before = peak(afresh=True)
    with ThreadPoolExecutor(1) as worker:
        working = worker.submit(examine, path, "onnx", seconds=seconds)
        asked = 0.0
        while not wait([working], timeout=0.05).done or not asked:
            asked += 1
            assert neighbour(asked) == 2 * asked
    report = working.result()
    assert peak() - before < WORKER_MAY_GROW
    assert len(msgspec.msgpack.encode(report)) < REPORT_MAY_WEIGH
    assert storable(report)
    return report


def storable(report: Report) -> bool:
    """Whether the database takes it: JSON knows no NaN and no infinity, PostgreSQL's texts no null character."""
    written = json.dumps(msgspec.to_builtins(report), allow_nan=False)
    return "\\u0000" not in written


def ended(report: Report, rules: Rules) -> None:
    allowed = rules | {SLOW} if MEMORY in rules else rules  # a busy machine fills memory slowly
    assert report.rule in allowed, (report.rule, report.reason)
    assert (report.verdict == "ready") == (report.rule == "")
    assert not report.rule or len(report.reason) > 30


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_contained(name: str, folder: Path, neighbour: Callable[[float], float]) -> None:
    rules, build = BOMBS[name]
    ended(examined(build().SerializeToString(), folder, neighbour), rules)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_costs_no_more_than_its_bytes(name: str, folder: Path, neighbour: Callable[[float], float]) -> None:
    rules, build = ANSWERS[name]
    ended(examined(build().SerializeToString(), folder, neighbour), rules)


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_ended(name: str, folder: Path, neighbour: Callable[[float], float]) -> None:
    ended(examined(ENDLESS[name]().SerializeToString(), folder, neighbour, seconds=HURRY), {SLOW})


@pytest.mark.parametrize("name", LOADED)
def test_a_lie_that_only_the_runtime_can_see(name: str, folder: Path, neighbour: Callable[[float], float]) -> None:
    rule, build = LOADED[name]
    ended(examined(build(), folder, neighbour), {rule})


@pytest.mark.long
@pytest.mark.parametrize("name", [*LONG, *ENDLESS])
def test_the_slow_ones_end_as_well(
    name: str, folder: Path, neighbour: Callable[[float], float], request: pytest.FixtureRequest
) -> None:
    """At their real bounds for each thing that a model is asked to do."""
    if not request.config.getoption("--long"):
        pytest.skip("takes minutes: --long")
    rules, build = LONG.get(name) or ({SLOW}, ENDLESS[name])
    ended(examined(build().SerializeToString(), folder, neighbour), rules)


@pytest.mark.parametrize("entries", [
    {"ort_config": '{"session_options": {"intra_op_num_threads": 64, "enable_profiling": true, '
     '"optimized_model_filepath": "/tmp/written.onnx", "custom_op_library": "/tmp/evil.so"}}'},
    {"ort.custom_ops_library": "/tmp/evil.so", "_ORT_MEM_ADDR_": "0x1000"},
])  # fmt: skip
def test_wishes_in_the_metadata_are_not_granted(
    entries: dict[str, str], folder: Path, neighbour: Callable[[float], float]
) -> None:
    made = model([node("Relu", ["x"], ["y"])])
    for key, wish in entries.items():
        made.metadata_props.add(key=key, value=wish)
    report = examined(made.SerializeToString(), folder, neighbour)
    ended(report, READY)
    assert not Path("/tmp/written.onnx").exists()
    assert report.facts["metadata"].keys() == entries.keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["model.ort", "model.onnx"])
def test_the_name_and_the_mark_of_another_format_change_nothing(
    name: str, folder: Path, neighbour: Callable[[float], float]
) -> None:
    """ONNX Runtime takes a file by its name for one of its own format, which nobody has inspected."""
    for data in (honest(), runtime_mark_in_a_model()):
        ended(examined(data, folder, neighbour, name=name), READY)


def test_odd_notes_are_no_offence(folder: Path, neighbour: Callable[[float], float]) -> None:
    report = examined(named("\u202e\0\x1b".encode(), "note"), folder, neighbour)
    ended(report, READY)


def test_an_honest_tree_answers(folder: Path, neighbour: Callable[[float], float]) -> None:
    """What the hostile trees were made from."""
    report = examined(bombs.tree().SerializeToString(), folder, neighbour)
    ended(report, READY)
    assert report.interface is not None
