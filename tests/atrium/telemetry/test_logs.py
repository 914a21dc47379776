"""No secret is logged, wherever a library may have put it."""

import json
import logging
import sys

import pytest
from django.core.exceptions import DisallowedHost

from atrium.telemetry.logs import _Formatter, without_secrets

SECRET = "aGk-b_" + "x" * 37


@pytest.mark.parametrize(
    "line",
    [
        f"GET /l/{SECRET} 404",
        f"Not Found: /return/{SECRET}/",
        f"Forbidden: /invitations/{SECRET}/",
        f"Not Found: /accounts/confirm-email/{SECRET}/",
        f"Not Found: /accounts/password/reset/key/{SECRET}/",
        f"Authorization: Bearer atr_{SECRET}",
        f"http://localhost:8000/l/{SECRET}?x=1",
        f'"/l/{SECRET}"',
    ],
)
def test_is_cut_out_of_a_line(line: str) -> None:
    told = without_secrets(line)
    assert SECRET not in told
    assert "…" in told


def test_what_is_no_secret_stays() -> None:
    line = "GET /r/0192/ /t/lab/films/ /label/x 200"
    assert without_secrets(line) == line


def _formatter() -> logging.Formatter:
    return next(h.formatter for h in logging.getLogger().handlers if isinstance(h.formatter, _Formatter))


def test_a_line_stays_json_after_the_cut() -> None:
    formatter = _formatter()
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, 'said "/l/%s\\" and more', (SECRET,), None)
    told = json.loads(formatter.format(record))
    assert SECRET not in told["event"]
    assert told["event"].endswith("and more")


def test_a_forged_host_is_one_line_without_a_trace() -> None:
    formatter = _formatter()
    try:
        raise DisallowedHost("Invalid HTTP_HOST header: 'evil.example'.")
    except DisallowedHost:
        trace = sys.exc_info()
    for name, traced in (("django.security.DisallowedHost", False), ("atrium.errors", True)):
        record = logging.LogRecord(name, logging.ERROR, __file__, 1, "Invalid HTTP_HOST header", (), trace)
        told = json.loads(formatter.format(record))
        assert ("exception" in told) == traced
        assert record.exc_info is trace
