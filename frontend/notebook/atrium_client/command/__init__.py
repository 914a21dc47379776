"""The command `atrium`: what the notebook does, from a shell.

Exit codes: 0 done · 1 another error · 2 wrong usage · 3 not permitted · 4 not found · 5 refused (rejected, invalid,
conflict) · 6 unavailable or a quota reached · 130 interrupted. Errors go to stderr as one sentence.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from atrium_client._version import __version__
from atrium_client.errors import (
    AtriumError,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    QuotaExceeded,
    Rejected,
    Unavailable,
)

from . import (
    account,
    comparisons,
    datasets,
    endpoints,
    examples,
    labels,
    links,
    models,
    quarantine,
    suites,
    threads,
    webhooks,
)
from .arguments import Run

_CODES: tuple[tuple[type[AtriumError], int], ...] = (
    (NotPermitted, 3),
    (NotFound, 4),
    (Rejected, 5),
    (Invalid, 5),
    (Conflict, 5),
    (Unavailable, 6),
    (QuotaExceeded, 6),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    given = _parser().parse_args(arguments)
    run: Run = given.run
    try:
        text, value = run(given)
    except AtriumError as error:
        print(f"atrium: {' '.join(str(error).split())}", file=sys.stderr)
        return next((code for kind, code in _CODES if isinstance(error, kind)), 1)
    except KeyboardInterrupt:
        print("atrium: interrupted", file=sys.stderr)
        return 130
    print(json.dumps(value, default=str) if given.json else text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("atrium", description="Share a model, and read what experts say about it.")
    parser.add_argument("--version", action="version", version=f"atrium {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    command = partial(_command, commands)
    for noun in (account, models, endpoints, threads):
        noun.add(command)
    groups = {
        "comparison": comparisons,
        "dataset": datasets,
        "example": examples,
        "label": labels,
        "link": links,
        "quarantine": quarantine,
        "suite": suites,
        "webhook": webhooks,
    }
    for name, group in groups.items():
        below = commands.add_parser(name, help=group.ABOUT, description=group.ABOUT)
        group.add(partial(_command, below.add_subparsers(required=True, metavar="command")))
    return parser


def _command(commands: Any, name: str, run: Run, help: str) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    added.add_argument("--json", action="store_true", help="write the result as JSON")
    added.set_defaults(run=run)
    return added
