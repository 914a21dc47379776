"""What a child is asked that is asked once: the other end of `once`."""

import json
import os
import sys
from typing import Any


def told() -> dict[str, Any]:
    """The JSON object in the descriptor that is the child's first argument."""
    with os.fdopen(int(sys.argv[1])) as file:
        asked: dict[str, Any] = json.load(file)
    return asked
