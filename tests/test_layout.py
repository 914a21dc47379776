"""The map of the house, as far as a program can hold it: folders, imports, chores, error codes."""

import ast
import inspect
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pytest
from procrastinate.contrib.django import app as chores

from atrium.errors import REGISTER
from tests.order import PLACES

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("platform/atrium", "apps", "gpu_workers")
TOP = {"manage.py", "platform", "apps", "gpu_workers", "frontend", "infra", "tests", "requirements"}
PAPERS = {"Makefile", "pyproject.toml", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE"}
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders or SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text())


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of a function or class by its bare name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


class TestTheFolderNamedPlatform:
    def test_holds_one_package_and_nothing_else(self) -> None:
        held = [path.name for path in (ROOT / "platform").iterdir() if path.name != "__pycache__"]
        assert held == ["atrium"]

    def test_leaves_the_standard_library_its_name(self) -> None:
        assert platform.__file__ is not None
        assert Path(platform.__file__).parent == Path(os.__file__).parent
        told = subprocess.run(
            [sys.executable, "-c", "import platform; print(platform.__file__)"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert Path(told.stdout.strip()).parent == Path(os.__file__).parent


def rooms(folder: str, package: str) -> set[str]:
    """The modules and packages that lie in a package's folder."""
    held = [path for path in (ROOT / folder).iterdir() if path.suffix == ".py" or any(path.glob("*.py"))]
    return {f"{package}.{path.stem}" for path in held} - {f"{package}.__init__"}


def test_no_app_goes_round_the_layers_by_name() -> None:
    """A table that stands above is asked by what its app registers, not by its name."""
    named = [
        path
        for path, tree in modules("apps")
        for node in ast.walk(tree)
        if "migrations" not in path.parts and isinstance(node, ast.Attribute) and node.attr == "get_model"
    ]
    assert named == []


def test_the_top_level_is_the_agreed_one() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {line.partition("/")[0] for line in tracked.splitlines()}
    assert {name for name in top if not name.startswith(".")} - PAPERS == TOP


class TestImportContracts:
    """Each contract is kept by the code, and is broken by one line that it forbids."""

    BROKEN_BY = {
        "apps-layers": ("apps/users/models.py", "import apps.teams.models"),
        "kernel-knows-no-app": ("platform/atrium/addresses.py", "import apps.users.models"),
        "apps-know-no-wiring": ("apps/users/forms.py", "import atrium.config.urls"),
        "workers-alone": ("gpu_workers/runner/frames.py", "import django"),
        "only-the-protocol": ("apps/jobs/payload.py", "import gpu_workers.logs"),
        "web-decodes-nothing": ("apps/jobs/kinds.py", "import numpy"),
    }

    @pytest.fixture(scope="class")
    def house(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The packages' sources alone, to be changed at will."""
        copy = tmp_path_factory.mktemp("house")
        for folder in SOURCES:
            only_code = shutil.ignore_patterns("__pycache__", "templates", "*.css", "*.html", "*.txt")
            shutil.copytree(ROOT / folder, copy / folder, ignore=only_code)
        shutil.copy(ROOT / "pyproject.toml", copy)
        return copy

    @staticmethod
    def kept(house: Path, *contracts: str) -> bool:
        environment = {**os.environ, "PYTHONPATH": f"{house / 'platform'}{os.pathsep}{house}", "NO_COLOR": "1"}
        command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
        command += [word for contract in contracts for word in ("--contract", contract)]
        done = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        assert ("0 broken" in done.stdout) == (done.returncode == 0), done.stdout + done.stderr
        return done.returncode == 0

    def test_each_has_a_line_that_breaks_it(self) -> None:
        assert {contract["id"] for contract in CONTRACTS} == set(self.BROKEN_BY)

    def test_what_is_listed_room_by_room_leaves_out_none(self) -> None:
        found = {contract["id"]: contract for contract in CONTRACTS}
        kernel = rooms("platform/atrium", "atrium") - {"atrium.config"}
        assert set(found["kernel-knows-no-app"]["source_modules"]) == kernel
        compute = rooms("gpu_workers", "gpu_workers") - {"gpu_workers.protocol"}
        assert set(found["only-the-protocol"]["forbidden_modules"]) == compute

    def test_all_are_kept(self, house: Path) -> None:
        assert self.kept(house)

    @pytest.mark.parametrize("contract", sorted(BROKEN_BY))
    def test_is_broken_by_a_forbidden_line(self, house: Path, contract: str) -> None:
        name, line = self.BROKEN_BY[contract]
        path = house / name
        before = path.read_text()
        path.write_text(f"{before}\n{line}\n")
        try:
            assert not self.kept(house, contract)
        finally:
            path.write_text(before)

    def test_a_new_app_must_be_placed(self, house: Path) -> None:
        added = house / "apps" / "gardens"
        added.mkdir()
        (added / "__init__.py").touch()
        try:
            assert not self.kept(house, "apps-layers")
        finally:
            shutil.rmtree(added)


class TestChores:
    def test_each_that_is_deferred_is_registered(self) -> None:
        chores.perform_import_paths()  # type: ignore[no-untyped-call]
        deferred = {
            call.args[0].value
            for _, tree in modules("platform/atrium", "apps")
            for call in calls(tree, "defer")
            if isinstance(call.args[0], ast.Constant)
        }
        assert deferred
        assert deferred - set(chores.tasks) == set()

    def test_each_is_deferred_by_its_written_name(self) -> None:
        loose = [path for path, tree in modules("apps") for call in calls(tree, "defer") if not named(call)]
        assert loose == []

    def test_their_arguments_are_ids_alone(self) -> None:
        """Its table belongs to no team: no text, no address, no secret goes into it."""
        chores.perform_import_paths()  # type: ignore[no-untyped-call]
        own = {name: task for name, task in chores.tasks.items() if task.func.__module__.startswith(("apps", "atrium"))}
        periodic = {held.task.name for held in chores.periodic_registry.periodic_tasks.values()}
        for name, task in own.items():
            taken = inspect.signature(task.func).parameters
            wanted = ["timestamp"] if name in periodic else [given for given in taken if given.endswith("_id")]
            assert list(taken) == wanted, name
            assert set(get_type_hints(task.func).values()) <= {str, int, type(None)}, name


def named(call: ast.Call) -> bool:
    return isinstance(call.args[0], ast.Constant) and all(
        keyword.arg is not None and keyword.arg.endswith("_id") for keyword in call.keywords
    )


class TestErrorCodes:
    """Every code that is written down is in the register; an unknown one would end as a 500."""

    RAISED_BY = dict.fromkeys(("Problem", "Failure", "Unanswered", "Refusal", "RunnerFailed", "FetchFailed"), 0) | {
        "_failed": 1
    }
    """The place of the code among the arguments."""

    def written(self) -> set[tuple[str, str]]:
        """(code, where) of problems, of workers' failures, and of the codes given by keyword."""
        found = set()
        for path, tree in modules():
            for call in calls(tree, *self.RAISED_BY):
                given = call.args[self.RAISED_BY[call.func.id] :][:1]  # type: ignore[attr-defined]
                if given and isinstance(given[0], ast.Constant):
                    found.add((str(given[0].value), f"{path.relative_to(ROOT)}:{call.lineno}"))
            for call in calls(tree, "Conflict", "Unavailable"):
                for keyword in call.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                        found.add((str(keyword.value.value), f"{path.relative_to(ROOT)}:{call.lineno}"))
        return found

    def test_are_in_the_register(self) -> None:
        written = self.written()
        assert len(written) > 40
        assert {pair for pair in written if pair[0] not in REGISTER} == set()

    def test_of_the_inputs_process_are_in_the_register(self) -> None:
        """Its refusals travel as they are: web raises a Problem of that code."""
        found = {
            code
            for path in (ROOT / "gpu_workers" / "inputs").rglob("*.py")
            for code in re.findall(r'"((?:input_\w+|busy))"', path.read_text())
        }
        assert found
        assert found - set(REGISTER) == set()

    def test_each_has_a_title_and_a_sentence(self) -> None:
        for code, entry in REGISTER.items():
            assert re.fullmatch(r"[a-z_]+", code)
            assert 400 <= entry.status < 600
            assert entry.title
            assert entry.sentence.endswith((".", "”."))


def test_the_files_that_have_their_place_are_there() -> None:
    assert [path for path in PLACES if not (ROOT / path).is_file()] == []
