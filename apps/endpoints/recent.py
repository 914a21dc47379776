"""What API tokens opened in the last seconds: the next request of a series goes straight to its inputs.

Nothing is decided by it. The transaction that accepts the prediction looks at token, grant and endpoint again, and
where they have changed, or the inputs are refused, the request goes the long way from its start. Until then a token
that was revoked a moment ago can have a picture read, and nothing else.
"""

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from atrium.access.principals import Token

from .preparation import Serving
from .presentation import Addresses

SECONDS = 5.0
COUNT = 1024


@dataclass(frozen=True, slots=True)
class Opened:
    token: Token
    addresses: Addresses
    serving: Serving


_opened: OrderedDict[tuple[bytes, UUID], tuple[float, Opened]] = OrderedDict()


def remember(token: bytes, opened: Opened) -> None:
    """token: its digest. What was opened for a request that names earlier pictures holds for that one alone."""
    if opened.serving.original_id is None:
        key = (token, opened.serving.endpoint_id)
        _opened[key] = (monotonic(), opened)
        _opened.move_to_end(key)
        if len(_opened) > COUNT:
            _opened.popitem(last=False)


def recall(token: bytes, endpoint_id: UUID) -> Opened | None:
    since, opened = _opened.get((token, endpoint_id), (0.0, None))
    return opened if monotonic() - since < SECONDS else None
