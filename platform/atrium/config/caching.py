"""What the cache holds: figures and lists as JSON, where Django would pickle them.

Whoever can write to Valkey may spoil a counter. Unpickling what stands there would let the same run code here.
"""

from typing import Any

import msgspec


class Plain:
    """The serializer of Django's RedisCache; whole numbers stay as Valkey counts them."""

    def dumps(self, value: Any) -> bytes:
        return msgspec.json.encode(value)

    def loads(self, data: bytes) -> Any:
        """Raises msgspec.DecodeError for what this class did not write."""
        return msgspec.json.decode(data)
