"""The code blocks of the documentation, and the one terminal and the one notebook in which a page's are run."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from apps.home.documentation import FOLDER
from infra.dev.ground import ROOT

NOT_RUN = "not run: "
LANGUAGES = {"python", "sh", "text"}
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Block:
    """why_not: why it is not run, or "". line: of its first line of code in the file."""

    file: str
    line: int
    language: str
    why_not: str
    code: str

    @property
    def runs(self) -> bool:
        return self.language != "text" and not self.why_not


def blocks_of(file: str) -> Iterator[Block]:
    """Every block of a file below infra/docs/, indented ones too (their language is "")."""
    for token in MarkdownIt("commonmark").parse((FOLDER / file).read_text()):
        if token.type in ("fence", "code_block"):
            assert token.map
            language, _, rest = token.info.strip().partition(" ")
            why_not = rest.removeprefix(NOT_RUN) if rest.startswith(NOT_RUN) else ""
            assert not rest or why_not, f"{file}:{token.map[0] + 1}: “{rest}” is no marker"
            yield Block(file, token.map[0] + 2, language, why_not, token.content)


class Reader:
    """Somebody who types a page's blocks one after the other, in one folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.remembered = folder.parent / "shell"
        self.remembered.touch()
        self.programs = folder.parent / "bin"
        _install_command(self.programs)

    def come_again(self) -> None:
        """Another day, in the same folder: nothing of before is in the notebook or in the terminal."""
        self.names = {"__name__": "__main__"}
        self.remembered.write_text("")

    def run(self, block: Block) -> None:
        if block.language == "python":
            # Empty lines before it, so that a traceback names the line of the page.
            exec(compile("\n" * (block.line - 1) + block.code, FOLDER / block.file, "exec"), self.names)
        else:
            self._type(block)

    def _type(self, block: Block) -> None:
        """What a block sets is there in the next, as in a terminal that stays open."""
        script = (
            f"source {self.remembered} 2> /dev/null\n"
            f"set -euo pipefail\n{block.code}\n"
            f"{{ declare -p; declare -f; }} > {self.remembered}\n"
        )
        path = os.pathsep.join([str(self.programs), str(Path(sys.executable).parent), os.environ["PATH"]])
        ended = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env={**os.environ, **self.environment, "PATH": path},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert ended.returncode == 0, f"{block.file}:{block.line}\n{ended.stdout}{ended.stderr}"


def _install_command(folder: Path) -> None:
    """The command `atrium` as pip writes it; here the client is a folder on the path, not an installed package."""
    folder.mkdir()
    command = folder / "atrium"
    command.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT / 'frontend' / 'notebook')!r})\n"
        "from atrium_client.command import main\nsys.exit(main())\n"
    )
    command.chmod(0o755)


def commands_of(blocks: list[Block]) -> set[str]:
    """The programs, beyond a shell's own, that blocks call."""
    shell = " ".join(block.code for block in blocks if block.runs and block.language == "sh")
    return set(re.findall(r"\w+", shell)) & {"curl", "jq"}
