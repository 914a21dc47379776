"""The calls that an endpoint's page shows run as they are shown: copied, with a token, and nothing else."""

import os
import subprocess
import sys
from html import unescape
from pathlib import Path
from re import DOTALL, search

import pytest

from atrium_client import Endpoint
from infra.dev.frontend import NODE
from infra.dev.ground import ROOT
from tests.browsing import signed_in
from tests.journeys import films
from tests.journeys.served import Served

pytestmark = pytest.mark.journey

WAYS = {
    "curl": ("sh", "call.sh"),
    "python": (sys.executable, "call.py"),
    "javascript": (str(NODE / "bin" / "node"), "call.mjs"),
}

RISK = 60 + 70
"""Of the example that the form's calls repeat: its age and its pulse."""


def shown(served: Served, endpoint: Endpoint, way: str) -> str:
    """What the page's reader copies."""
    path = f"/t/{served.lab.team.slug}/{served.project.slug}/endpoints/{endpoint.slug}/"
    page = signed_in(served.lab.alice).get(path).content.decode()
    found = search(rf'<pre [^>]*id="{way}"[^>]*>(.*?)</pre>', page, DOTALL)
    assert found is not None
    return unescape(found[1])


def run(served: Served, way: str, call: str, folder: Path) -> str:
    """What the call prints, in a folder with a film."""
    program, name = WAYS[way]
    (folder / name).write_text(call)
    (folder / "film.png").write_bytes(films.png(films.film()))
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "ATRIUM_TOKEN": served.lab.token()}
    environment["PYTHONPATH"] = str(ROOT / "frontend" / "notebook")
    done = subprocess.run(
        [program, name], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("way", WAYS)
class TestEachCall:
    def test_sends_a_film_and_prints_the_answer(self, served: Served, way: str, tmp_path: Path) -> None:
        assert "effusion" in run(served, way, shown(served, served.films, way), tmp_path)

    def test_sends_values_and_prints_the_answer(self, served: Served, way: str, tmp_path: Path) -> None:
        assert str(RISK) in run(served, way, shown(served, served.forms, way), tmp_path)
