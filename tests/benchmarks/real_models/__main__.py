"""Uploads each model to a running site, asks it of one case, and prints how far it is from plain ONNX Runtime.

    python -m tests.benchmarks.real_models --run var/run.json [--packages FOLDER] [--only WORD] [--write]

The packages are fetched into the folder unless they are there. A difference above 1e-5 ends with status 1.
"""

import argparse
import json
import sys
import traceback
from pathlib import Path

from atrium_client import Atrium
from atrium_client.projects import Project

from . import findings, grids, others, readers, sentences, sounds, tables
from .cases import Case, difference

CASES = [*readers.CASES, *others.CASES, *sounds.CASES, *findings.CASES, *grids.CASES, *sentences.CASES, *tables.CASES]
MOST = 1e-5


def main() -> int:
    parser = argparse.ArgumentParser(prog="real_models", description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("var/run.json"), help="what `make run` wrote: url and token")
    parser.add_argument("--packages", type=Path, default=Path("var/packages"))
    parser.add_argument("--only", default="", help="of the models whose name or package holds this word")
    given = parser.parse_args()
    run = json.loads(given.run.read_text())
    project = Atrium(run["url"], run["token"]).project("Real models", create=True)
    print("| model | package | declared | largest difference |\n|---|---|---|---|", flush=True)  # noqa: T201
    worst = 0.0
    for number, case in enumerate(CASES):
        if given.only.lower() not in f"{case.name} {case.package}".lower():
            continue
        try:
            found = _served(project, case, f"{number + 1:02} {case.name}", given.packages)
        except Exception:
            traceback.print_exc(limit=4, file=sys.stderr)
            found = float("inf")
        worst = max(worst, found)
        print(f"| {case.name} | {case.package} | {case.needs} | {found:.1e} |", flush=True)  # noqa: T201
    return int(worst > MOST)


def _served(project: Project, case: Case, name: str, packages: Path) -> float:
    made = case.prepare(packages)
    version = project.upload(
        name,
        made.model,
        inputs=made.inputs,
        outputs=made.outputs,
        example=dict(made.value),
        files=made.files,
        steps=made.steps,
        progress=False,
    )
    served = [each for each in project.endpoints() if each.name == name]
    endpoint = served[0].promote(version) if served else version.deploy(name)
    answer = endpoint.predict(dict(made.value))
    return max(difference(answer[output], expected) for output, expected in made.expected.items())


if __name__ == "__main__":
    sys.exit(main())
