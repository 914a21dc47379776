"""What the documentation shows is run as it is shown, page by page, against web, worker and store."""

import io
import shutil
from contextlib import chdir, redirect_stdout
from pathlib import Path

import pytest

from apps.home.documentation import pages
from atrium_client import Atrium, Card, Image, Label
from infra.dev.processes import Process
from tests.docs.page import LANGUAGES, Reader, blocks_of, commands_of
from tests.journeys import films
from tests.people import Lab
from tests.services import site

TWICE = {"tutorial.md"}
"""Its readers try it again, with a word changed here and there."""
FILES = sorted(entry.file for entry in pages().values())


@pytest.fixture
def reader(web_process: Process, worker_process: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """In a folder with `model.onnx`, `better.onnx` and `case.png`; its team serves “film-reader”, flagged once."""
    token = Lab.make().token()
    environment = {"ATRIUM_URL": site().url, "ATRIUM_TOKEN": token, "HOME": str(tmp_path)}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "model.onnx").write_bytes(films.corner_model())
    (desk / "better.onnx").write_bytes(films.trained_again())
    (desk / "case.png").write_bytes(films.png(films.film()))
    endpoint = (
        Atrium()
        .project("Chest films", create=True)
        .upload(
            "film-reader",
            desk / "model.onnx",
            inputs=[Image("film", size=(32, 32), mode="L", scale=1 / 255)],
            outputs=[Label("finding", classes=films.CLASSES, activation="softmax")],
            card=Card(purpose="Finds fluid on films.", not_for="Diagnosis."),
            progress=False,
        )
        .deploy()
    )
    answer = endpoint.predict(desk / "case.png")
    answer.flag("right_wrong_reason", "It reads the marker.")
    return Reader(desk, environment)


@pytest.mark.parametrize("file", [file for file in FILES if any(block.runs for block in blocks_of(file))])
def test_the_blocks_of_a_page_run_as_shown(file: str, reader: Reader) -> None:
    blocks = list(blocks_of(file))
    missing = [command for command in commands_of(blocks) if not shutil.which(command)]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not on this machine")
    with chdir(reader.folder), redirect_stdout(io.StringIO()):
        for _ in range(2 if file in TWICE else 1):
            reader.come_again()
            for block in blocks:
                if block.runs:
                    reader.run(block)


@pytest.mark.parametrize("file", FILES)
def test_a_block_says_its_language_and_why_it_is_not_run(file: str) -> None:
    for block in blocks_of(file):
        assert block.language in LANGUAGES, f"{file}:{block.line}"
        if block.language == "python":
            compile(block.code, file, "exec")
