"""Structured logs: one JSON line an event, on standard error. No token, passcode, text or pixel is ever logged."""

import logging
import re
from typing import Any

import structlog

_BEFORE = "l|return|invitations|accounts/confirm-email|accounts/password/reset/key"
_SECRET = re.compile(rf"/({_BEFORE})/[^/\s\"?\\]+|atr_[A-Za-z0-9_-]+")


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
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for quiet in ("botocore", "boto3", "urllib3", "httpx", "uvicorn.access", "procrastinate"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
