"""`make check`: format, lint, types, import contracts, templates, front end, migrations and schema in step.

With `--fix` (`make format`) it changes what can be changed by a program, and checks nothing.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.dev import frontend
from infra.dev.environment import VENV
from infra.dev.ground import ROOT, VAR, NotReady

TYPED = ("platform/atrium", "apps", "gpu_workers", "infra", "frontend/notebook", "tests")
TEMPLATES = ("platform/atrium", "apps")
SCHEMA = ROOT / "infra" / "openapi.yaml"


@dataclass(frozen=True)
class Outcome:
    """How a check ended, and what it printed."""

    passed: bool
    output: str


def main(arguments: Sequence[str]) -> int:
    """Run all checks, or all fixes, and return the exit code."""
    os.chdir(ROOT)
    try:
        frontend.install_packages(VAR / "log" / "frontend.log")
    except NotReady as error:
        print(f"atrium: {error}", file=sys.stderr)
        return 1
    failed = [name for name, check in (FIXES if "--fix" in arguments else CHECKS).items() if not passes(name, check)]
    print(f"\n  not clean: {', '.join(failed)}" if failed else "\n  clean", flush=True)
    return 1 if failed else 0


def passes(name: str, check: Callable[[], Outcome]) -> bool:
    """Run one check and print its line; what it said only when it failed."""
    begun = time.monotonic()
    outcome = check()
    verdict = "ok" if outcome.passed else "FAILED"
    print(f"  {name:<32}{verdict:<8}{time.monotonic() - begun:6.1f} s", flush=True)
    if not outcome.passed:
        print(outcome.output, flush=True)
    return outcome.passed


def program(*command: str) -> Callable[[], Outcome]:
    """Return a check that runs a program of .venv and believes its exit code."""

    def run() -> Outcome:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "atrium.config.settings.test", "NO_COLOR": "1"}
        done = subprocess.run(
            [str(VENV / "bin" / command[0]), *command[1:]],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode == 0, done.stdout + done.stderr)

    return run


def npm(script: str) -> Callable[[], Outcome]:
    """Return a check that runs a script of frontend/package.json."""

    def run() -> Outcome:
        done = frontend.captured(["run", "--silent", script])
        return Outcome(done.returncode == 0, done.stdout + done.stderr)

    return run


def manage(*command: str) -> Callable[[], Outcome]:
    """Return a check that runs a command of Django, which needs no database for it."""
    return program("python", "-W", "ignore::RuntimeWarning", "manage.py", *command)


def schema_in_step() -> Outcome:
    """Compare the schema that the code declares with infra/openapi.yaml."""
    declared = VAR / "openapi.yaml"
    outcome = manage("spectacular", "--validate", "--fail-on-warn", "--file", str(declared))()
    if not outcome.passed:
        return outcome
    if not SCHEMA.exists() or declared.read_bytes() != SCHEMA.read_bytes():
        return Outcome(False, f"{SCHEMA.relative_to(ROOT)} differs from what the code declares: run `make format`.")
    return outcome


CHECKS: dict[str, Callable[[], Outcome]] = {
    "ruff": program("ruff", "check"),
    "ruff format": program("ruff", "format", "--check"),
    "import contracts": program("lint-imports"),
    "templates (djlint)": program("djlint", "--check", "--quiet", "--profile=django", *TEMPLATES),
    "front end (biome, tsc)": npm("check"),
    "migrations in step": manage("makemigrations", "--check", "--dry-run"),
    "schema in step": schema_in_step,
    "types (mypy)": program("mypy", *TYPED),
}
FIXES: dict[str, Callable[[], Outcome]] = {
    "ruff": program("ruff", "check", "--fix"),
    "ruff format": program("ruff", "format"),
    "templates (djlint)": program("djlint", "--reformat", "--quiet", "--profile=django", *TEMPLATES),
    "front end (biome)": npm("format"),
    "schema": manage("spectacular", "--validate", "--fail-on-warn", "--file", str(SCHEMA)),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
