"""Manifold's own functions in Node, installed from npm when they are first asked for."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.dev.frontend import NODE, NPM, node_environment
from infra.dev.ground import VAR, NotReady

HERE = Path(__file__).parent
FOLDER = VAR / "bench" / "manifold"
FILES = ("package.json", "package-lock.json", "peer.cjs")


@dataclass(frozen=True)
class Spent:
    """Milliseconds of processor time by step; failed: the steps that ended in an error, with its words."""

    rows: int
    steps: dict[str, float]
    failed: dict[str, str]

    def __str__(self) -> str:
        told = ", ".join(f"{name} {taken:,.0f}" for name, taken in self.steps.items() if name not in self.failed)
        return f"{told}{''.join(f'; {name}: {error}' for name, error in self.failed.items())}"


def install() -> None:
    """Does nothing where the locked packages are there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    is_same = all((FOLDER / name).exists() and _same(name) for name in FILES[:2])
    for name in FILES:
        shutil.copy(HERE / name, FOLDER / name)
    if is_same and (FOLDER / "node_modules").is_dir():
        return
    command = [*map(str, NPM), "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
    if subprocess.run([*command, "--loglevel=error"], cwd=FOLDER, env=node_environment(), check=False).returncode != 0:
        raise NotReady("Manifold's packages could not be installed from npm (see above).")


def spent(rows: int, steps: str = "all") -> Spent:
    """steps: "all", or "features" for random segments instead of k-means, which takes minutes from 50,000 rows on."""
    command = [str(NODE / "bin" / "node"), "--max-old-space-size=8000", "peer.cjs", str(rows), steps]
    told = subprocess.run(command, cwd=FOLDER, env=node_environment(), check=True, capture_output=True, text=True)
    found = json.loads(told.stdout)["spent"]
    failed = {name.removesuffix(" fails"): text for name, text in found.items() if name.endswith(" fails")}
    return Spent(rows, {name: value for name, value in found.items() if not name.endswith(" fails")}, failed)


def _same(name: str) -> bool:
    return (HERE / name).read_bytes() == (FOLDER / name).read_bytes()
