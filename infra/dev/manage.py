"""`make doctor`, and any other command of manage.py on the Atrium that runs in var/:

.venv/bin/python -m infra.dev.manage doctor --json
"""

import os
import sys
from collections.abc import Sequence

from infra.dev.ground import ROOT, NotReady
from infra.dev.run import attach
from infra.dev.site_processes import MANAGE


def main(arguments: Sequence[str]) -> int:
    """Become manage.py, with the environment of the web process."""
    try:
        site = attach()
    except NotReady as error:
        print(f"atrium: {error}", file=sys.stderr)
        return 1
    os.execve(MANAGE[0], [*MANAGE, *arguments], site.web())


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
