"""Each attack is done in earnest where no layer holds, and stopped by each layer that claims it, alone and together."""

import os
from collections.abc import Iterator

import pytest

from gpu_workers.sandbox import Child, Floor, floor, floor_reason
from gpu_workers.sandbox.binds import IMPORT_ROOT, folders, private
from gpu_workers.sandbox.landlock import version
from gpu_workers.sandbox.layers import EVERY_LAYER, Layer

from .conftest import Attack, Quarry

ROOT = os.geteuid() == 0
NAMESPACES, USER, LANDLOCK, SECCOMP, RLIMITS, WATCH = (
    Layer.NAMESPACES,
    Layer.USER,
    Layer.LANDLOCK,
    Layer.SECCOMP,
    Layer.RLIMITS,
    Layer.WATCH,
)
NETWORK = {LANDLOCK} if version() >= 4 else set()
SCOPE = {LANDLOCK} if version() >= 6 else set()
BY_ROOT = {USER} if ROOT else set()
# Where Python lies in a private folder and no mount brings it out, root's child keeps the right to read.
READING = BY_ROOT if not any(map(private, folders())) else set()

# The attack, its arguments (fields of the quarry in braces), and the layers of which each stops it alone.
ATTACKS: list[tuple[str, set[Layer]]] = [
    ("tcp {tcp}", {NAMESPACES, SECCOMP} | NETWORK),
    ("udp {udp}", {NAMESPACES, SECCOMP}),
    ("unix {unix}", {NAMESPACES, SECCOMP}),
    ("abstract {abstract}", {NAMESPACES, SECCOMP} | SCOPE),
    ("read /etc/passwd", {NAMESPACES, LANDLOCK}),
    ("read {sibling}", {NAMESPACES, LANDLOCK}),
    ("read {secret}", {NAMESPACES, LANDLOCK} | READING),
    (f"read {IMPORT_ROOT}/pyproject.toml", {NAMESPACES, LANDLOCK}),
    (f"find {IMPORT_ROOT} pyproject.toml", {NAMESPACES, LANDLOCK}),
    ("peek {victim}", {NAMESPACES, LANDLOCK} | BY_ROOT),
    ("write {public}/new", {NAMESPACES, LANDLOCK}),
    ("write /dev/shm/atrium-attack", {NAMESPACES, LANDLOCK}),
    ("chmod {model}", {NAMESPACES, SECCOMP} | BY_ROOT),
    ("fork", {SECCOMP}),
    ("run_program", {LANDLOCK, SECCOMP}),
    ("threads 30", {RLIMITS}),
    ("reserve 2000", {RLIMITS}),
    ("touch 300", {WATCH}),
    ("memory_file", {SECCOMP}),
    ("spin 1.5", {RLIMITS}),
    ("ptrace {victim}", {NAMESPACES, LANDLOCK, SECCOMP} | BY_ROOT),
    ("kill {victim}", {NAMESPACES, SECCOMP} | SCOPE | BY_ROOT),
    ("owner {victim}", {NAMESPACES, SECCOMP}),
    ("unshare", {SECCOMP}),
    ("mount", {SECCOMP}),
    ("keyring", {SECCOMP}),
]
SINGLE = [(line, layer) for line, stopping in ATTACKS for layer in sorted(stopping)]


def succeeds(child: Child) -> bool:
    try:
        answer, _ = child.communicate(timeout=60)
    finally:
        child.kill()
    assert "SyntaxError" not in child.complaint()
    assert "KeyError" not in child.complaint()
    return b"succeeded" in answer


def with_help(line: str, layer: Layer) -> frozenset[Layer]:
    """The kernel counts no threads of root's: as root a limit on them needs the other user, too."""
    return frozenset({layer, Layer.USER} if line.startswith("threads") else {layer})


@pytest.fixture(autouse=True)
def _clean(quarry: Quarry) -> Iterator[None]:
    yield
    for leftover in (f"{quarry.public}/new", "/dev/shm/atrium-attack"):
        if os.path.exists(leftover):
            os.unlink(leftover)


@pytest.mark.parametrize("line", [line for line, _ in ATTACKS])
def test_it_is_real(line: str, attack: Attack, quarry: Quarry) -> None:
    assert succeeds(attack(frozenset(), *line.format_map(vars(quarry)).split()))


@pytest.mark.parametrize(("line", "layer"), SINGLE, ids=lambda value: str(value))
def test_one_layer_stops_it(line: str, layer: Layer, attack: Attack, quarry: Quarry) -> None:
    if layer is NAMESPACES and floor() is not Floor.FULL:
        pytest.skip(floor_reason())
    assert not succeeds(attack(with_help(line, layer), *line.format_map(vars(quarry)).split()))


@pytest.mark.parametrize("line", [line for line, _ in ATTACKS])
def test_the_reduced_floor_stops_it(line: str, attack: Attack, quarry: Quarry) -> None:
    layers = EVERY_LAYER - {NAMESPACES}
    assert not succeeds(attack(layers, *line.format_map(vars(quarry)).split()))


@pytest.mark.parametrize("line", [line for line, _ in ATTACKS])
def test_the_full_floor_stops_it(line: str, attack: Attack, quarry: Quarry) -> None:
    if floor() is not Floor.FULL:
        pytest.skip(floor_reason())
    assert not succeeds(attack(EVERY_LAYER, *line.format_map(vars(quarry)).split()))
