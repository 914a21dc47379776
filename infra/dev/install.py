"""Makes .venv hold exactly what requirements/*.txt lock, then goes on inside it.

    python -m infra.dev.install run|test|check|torch|format|bench|backup|restore|doctor

Runs on a bare Python, with the standard library only. Unchanged requirements cost one hash, no installer.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from infra.dev import ground
from infra.dev.ground import MIB, ROOT, VAR, NotReady

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOG = VAR / "log" / "install.log"
REQUIREMENTS = ROOT / "requirements"
TORCH = "torch==2.13.0"
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
"""Where torch's CPU builds are; PyPI's needs 3 GB of CUDA on x86-64."""

SITE = ("web", "worker", "services")
FILES = {
    "run": SITE,
    "backup": SITE,
    "restore": SITE,
    "doctor": SITE,
    "check": (*SITE, "dev", "torch"),  # mypy says other things where torch is away
    "format": (*SITE, "dev"),
    "torch": (*SITE, "torch"),
    "test": (*SITE, "dev", "torch"),
    "bench": (*SITE, "dev"),
}
NEXT = {
    "run": ["-m", "infra.dev.run"],
    "backup": ["-m", "infra.dev.backup", "save"],
    "restore": ["-m", "infra.dev.backup", "restore"],
    "doctor": ["-m", "infra.dev.manage", "doctor"],
    "check": ["-m", "infra.dev.check"],
    "format": ["-m", "infra.dev.check", "--fix"],
    "test": ["-m", "infra.dev.test"],
    "bench": ["-m", "tests.benchmarks"],
}


def main() -> None:
    """Install what the command needs and become the command."""
    command, arguments = sys.argv[1], sys.argv[2:]
    try:
        ground.require_python()
        ground.require_folder(VAR)
        if command == "run":
            lock = ground.Lock()  # refuse a second start before anything is installed under the first one's feet
            lock.take()
            lock.release()
        with (VAR / "install.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            install(FILES[command])
    except NotReady as error:
        sys.exit(f"atrium: {error}")
    except OSError as error:
        sys.exit(f"atrium: {ground.explain(error, ROOT)}")
    except KeyboardInterrupt:
        sys.exit(130)
    if command in NEXT:
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), *NEXT[command], *arguments])


def install(names: tuple[str, ...]) -> None:
    """Bring .venv up to date with these requirement files; does nothing when it is."""
    made = make_venv()
    stamp = read_stamp()
    wanted = {name: digest(REQUIREMENTS / f"{name}.txt") for name in names}
    wanted["project"] = digest(ROOT / "pyproject.toml")
    if all(stamp.get(name) == value for name, value in wanted.items()):
        return
    ground.require_disk(ROOT, (3000 if made else 1000) * MIB)
    started = time.monotonic()
    print(f"  installing Python packages ({', '.join(names)}) …", flush=True)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    files = [word for name in names for word in ("--requirement", str(REQUIREMENTS / f"{name}.txt"))]
    with_installer("--no-deps", "--require-hashes", *files)  # each lock names all that is to be installed
    if "torch" in names:
        install_torch()
    if stamp.get("project") != wanted["project"]:
        with_installer("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    STAMP.write_text(json.dumps({**stamp, **wanted}, indent=1))
    print(f"  installed in {time.monotonic() - started:.1f} s", flush=True)


def make_venv() -> bool:
    """Make .venv unless it works; true when it was made."""
    if PYTHON.exists() and succeeds([str(PYTHON), "-c", "import pip"]):
        return False
    ground.require_disk(ROOT, 3000 * MIB)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        if "ensurepip" in made.stdout + made.stderr:
            version = ".".join(str(part) for part in sys.version_info[:2])
            raise NotReady(
                f"This Python has no venv: install it (Debian and Ubuntu: `apt-get install python{version}-venv`)."
            )
        raise NotReady(f"Python could not make {VENV}: {(made.stderr or made.stdout).strip()[-300:]}")
    return True


def with_installer(*arguments: str) -> None:
    """Install by uv, which is five times as fast; by pip where uv cannot be had or fails."""
    if has_uv():
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON)]
        if logged([*uv, *arguments], uv_environment()):
            return
        print("  uv failed (see var/log/install.log); going on with pip, which takes longer", flush=True)
    if not logged([str(PYTHON), "-m", "pip", "install", "--quiet", *arguments], pip_environment()):
        raise NotReady(
            f"The packages could not be installed: the reason stands at the end of {LOG}. Without a way to "
            "https://pypi.org set PIP_INDEX_URL or PIP_FIND_LINKS to a mirror, or HTTPS_PROXY to a proxy."
        )


def has_uv() -> bool:
    """Install uv by pip unless it is there; false where that fails."""
    if (VENV / "bin" / "uv").exists():
        return True
    installer = ["--require-hashes", "--requirement", str(REQUIREMENTS / "installer.txt")]
    return logged([str(PYTHON), "-m", "pip", "install", "--quiet", *installer], pip_environment())


def install_torch() -> None:
    """Install torch's CPU build without its dependencies, which requirements/torch.txt locks."""
    if succeeds(
        [str(PYTHON), "-c", f"import importlib.metadata as m; assert m.version('torch').split('+')[0] in {TORCH!r}"]
    ):
        return
    places = [["--index-url", TORCH_INDEX], []]
    if os.environ.get("PIP_FIND_LINKS"):
        places.insert(0, ["--no-index", *find_links()])
    for place in places:
        if place or os.uname().machine == "aarch64":
            uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
            if logged([*uv, "--no-deps", *place, TORCH], uv_environment()):
                return
            if logged([str(PYTHON), "-m", "pip", "install", "--quiet", "--no-deps", *place, TORCH], pip_environment()):
                return
    raise NotReady(
        f"{TORCH} could not be installed from {TORCH_INDEX}: the reason stands at the end of {LOG}. Download its "
        "CPU wheel where that can be reached and set PIP_FIND_LINKS to the folder that holds it."
    )


def find_links() -> list[str]:
    """Return PIP_FIND_LINKS as arguments that uv and pip both understand."""
    return [word for place in os.environ["PIP_FIND_LINKS"].split() for word in ("--find-links", place)]


def uv_environment() -> dict[str, str]:
    """Hand uv what pip would have known, the system's certificates among it."""
    environment = {"UV_SYSTEM_CERTS": "1", **pip_environment()}
    for theirs, ours in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_EXTRA_INDEX_URL", "UV_INDEX")):
        if theirs in environment:
            environment.setdefault(ours, environment[theirs])
    if "PIP_FIND_LINKS" in environment:
        environment.setdefault("UV_FIND_LINKS", ",".join(environment["PIP_FIND_LINKS"].split()))
    return environment


def pip_environment() -> dict[str, str]:
    """Return our environment; with a cache of our own where the home folder cannot be written."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    environment["PIP_ROOT_USER_ACTION"] = "ignore"
    if not os.access(os.path.expanduser("~"), os.W_OK):
        environment.setdefault("UV_CACHE_DIR", str(VAR / "cache" / "uv"))
        environment.setdefault("PIP_CACHE_DIR", str(VAR / "cache" / "pip"))
    return environment


def logged(command: list[str], environment: dict[str, str]) -> bool:
    """Run a command into the installation's log; true when it succeeded."""
    with LOG.open("a") as log:
        print("$", *command, file=log, flush=True)
        return subprocess.run(command, env=environment, stdout=log, stderr=log, check=False).returncode == 0


def succeeds(command: list[str]) -> bool:
    """Tell whether a short command ends well."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def digest(path: Path) -> str:
    """Return a hash of a file and of where it is used: a venv that was moved, or another Python, is made anew."""
    return hashlib.sha256(path.read_bytes() + f"{ROOT} {sys.version_info[:2]}".encode()).hexdigest()


def read_stamp() -> dict[str, str]:
    """Return what is installed: hashes by name of requirement file."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


if __name__ == "__main__":
    main()
