"""No secret is logged, wherever a library may have put it."""

import json
import logging

import pytest

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


def test_a_line_stays_json_after_the_cut() -> None:
    handler = next(h for h in logging.getLogger().handlers if isinstance(h.formatter, _Formatter))
    assert handler.formatter is not None
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, 'said "/l/%s\\" and more', (SECRET,), None)
    told = json.loads(handler.formatter.format(record))
    assert SECRET not in told["event"]
    assert told["event"].endswith("and more")
