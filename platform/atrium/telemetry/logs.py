"""Structured logs: one JSON line an event, on standard error. No token, passcode, text or pixel is ever logged.

Of an exception a line carries the type and where it was raised; what it says only where it is a service's own words:
PostgreSQL's refusals repeat a row's values.
"""

import logging
import re
import sys
import traceback
from typing import Any

import structlog
from django.db import OperationalError
from redis.exceptions import RedisError

_BEFORE = "l|return|invitations|accounts/confirm-email|accounts/password/reset/key"
_SECRET = re.compile(rf"/({_BEFORE})/[^/\s\"?\\]+|atr_[A-Za-z0-9_-]+")


TELLING = (OSError, OperationalError, RedisError)
"""Exceptions whose words are a service's."""


def trace(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A processor: the exception that came with a line, as text."""
    told = line.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    parts = []
    while isinstance(error, BaseException):
        words = f": {error}" if isinstance(error, TELLING) else ""
        parts.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__ + words)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return {**line, "exception": "\n".join(parts)} if parts else line


def without_secrets(text: str) -> str:
    """Links' and tokens' secrets cut out of a line, wherever a library may have put them."""
    return _SECRET.sub(lambda match: f"/{match[1]}/…" if match[1] else "atr_…", text)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("django.security"):  # a stranger's forged Host: what it says is enough
            record = logging.makeLogRecord(vars(record) | {"exc_info": None})
        return without_secrets(super().format(record))


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: called once when settings are ready."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                trace,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for server in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(server).handlers = []  # it has its own, which write no JSON
        logging.getLogger(server).propagate = True
    for quiet in ("botocore", "boto3", "urllib3", "httpx", "uvicorn.access", "procrastinate"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
