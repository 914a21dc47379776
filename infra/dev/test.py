"""`make test`: everything, in a real browser and on real services; arguments go to pytest.

The services are started by tests/services.py, so that `pytest tests/…` alone works as well.
"""

import os
import sys
from collections.abc import Sequence

import pytest

from infra.dev import browser, frontend
from infra.dev.ground import MIB, ROOT, VAR, NotReady, require_disk


class Tally:
    """Counts what pytest reports, for the last line."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Remember how many ended how; an error while setting up is a failure."""
        counted = {name: len(reports) for name, reports in terminalreporter.stats.items()}
        self.counts = {
            "passed": counted.get("passed", 0) + counted.get("xfailed", 0),
            "failed": counted.get("failed", 0) + counted.get("error", 0) + counted.get("xpassed", 0),
            "skipped": counted.get("skipped", 0),
        }


def main(arguments: Sequence[str]) -> int:
    """Prepare what tests need, run them, and end with one line."""
    os.chdir(ROOT)
    try:
        require_disk(VAR, 500 * MIB)
        os.environ["CHROMIUM"] = str(browser.require())
        if not frontend.is_built():
            frontend.build(VAR / "log" / "frontend.log")
    except NotReady as error:
        print(f"atrium: {error}", file=sys.stderr)
        return 1
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    tally = Tally()
    workers = "0" if "--long" in arguments else "2"  # the long sets measure: nothing is to run beside them
    code = int(pytest.main(["-n", workers, *arguments], plugins=[tally]))
    print(", ".join(f"{count} {name}" for name, count in tally.counts.items()) or f"pytest ended with code {code}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
