"""The receiver of the how-to takes what Atrium sends, and nothing else."""

import time
from typing import Any

from apps.webhooks.signing import headers, new_secret
from tests.docs.page import blocks_of


def test_the_receiver_of_the_page_checks_what_is_sent() -> None:
    [block] = blocks_of("how-to/receive-webhooks.md")
    names: dict[str, Any] = {"__name__": "page"}
    exec(block.code, names)
    check, secret, before = names["is_from_atrium"], new_secret(), new_secret()
    now, body = int(time.time()), b'{"type":"webhook.test"}'
    sent = headers([secret, before], "msg_1", now, body)
    assert check(sent, body, secret)
    assert check(sent, body, before)
    assert not check(sent, body, new_secret())
    assert not check(sent, body + b" ", secret)
    assert not check(sent | {"webhook-id": "msg_2"}, body, secret)
    assert not check(headers([secret], "msg_1", now - 3600, body), body, secret)
