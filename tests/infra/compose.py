"""infra/compose as data: what compose.yaml says, and the files that its image holds."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.dev.ground import ROOT

COMPOSE = ROOT / "infra" / "compose"
ASKED = re.compile(r"(?<!\$)\$\{(\w+)(:[?-])?([^}]*)\}")
"""`${NAME}`, `${NAME:?sentence}` or `${NAME:-default}`."""

Service = dict[str, Any]


def services() -> dict[str, Service]:
    found: dict[str, Service] = stack()["services"]
    return found


def stack() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
    return read


def example() -> dict[str, str]:
    """The variables of .env.example."""
    lines = (COMPOSE / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environment(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """What compose hands to a service, with `given` as its .env; KeyError for what that lacks."""

    def put(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        return (given.get(name) or rest) if kind == ":-" else given[name]

    return {name: ASKED.sub(put, str(value)) for name, value in services()[service].get("environment", {}).items()}


def image(target: str, folder: Path) -> Path:
    """Lay the files that a stage of the Dockerfile copies, as links where the repository has them."""
    stages = re.split(r"^FROM ", (COMPOSE / "Dockerfile").read_text(), flags=re.MULTILINE)
    [stage] = [stage for stage in stages if stage.startswith(f"base AS {target}\n")]
    for source, there in re.findall(r"^COPY (?:--from=frontend /srv/atrium/)?(\S+) (\S+)$", stage, re.MULTILINE):
        place = folder / there
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(ROOT / source, place)
    return folder
