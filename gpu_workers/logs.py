"""Logs of a worker and of the inputs process: one JSON line an event, on standard error.

A line may carry ids beside its words: `log.info("…", extra={"facts": {"job": …}})`. Of an exception it carries the
type and where it was raised; what it says only where no input can stand in it (the system's own errors).
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

TELLING: tuple[type[BaseException], ...] = (OSError,)
"""Exceptions whose words are the system's."""


class Lines(logging.Formatter):
    """One JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = trace(record.exc_info[1], TELLING)
        return json.dumps(line, ensure_ascii=False)


def trace(error: BaseException, telling: tuple[type[BaseException], ...]) -> str:
    """Where an exception and what caused it were raised, without the words of those that are not `telling`."""
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        words = f": {seen}" if isinstance(seen, telling) else ""
        parts.append("".join(traceback.format_tb(seen.__traceback__)) + type(seen).__qualname__ + words)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n".join(parts)


def configure() -> None:
    """Once, when the process starts."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses, and a presigned one is a secret
