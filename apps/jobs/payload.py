"""Input values as a job's row holds them: small bytes in the row itself, larger ones by the key of the store."""

from base64 import b64decode, b64encode
from typing import Any

import msgspec

from gpu_workers.protocol.messages import Blob, Origin, Value

from .kinds import Presigned


def blob_payload(sha256: str, content_type: str, *, inline: bytes | None, key: str) -> dict[str, str]:
    """sha256 in hex. The bytes lie inline, or under the key, whichever is given."""
    payload = {"sha256": sha256, "content_type": content_type}
    return payload | ({"data": b64encode(inline).decode()} if inline is not None else {"key": key})


def value_from(payload: Any, presigned: Presigned) -> Value:
    """The worker's form of a stored value."""
    if not isinstance(payload, dict):
        value: Value = payload
        return value
    origin = msgspec.convert(payload.get("origin"), Origin | None)
    if "data" in payload:
        return Blob(payload["sha256"], payload["content_type"], data=b64decode(payload["data"]), origin=origin)
    return Blob(payload["sha256"], payload["content_type"], url=presigned.get(payload["key"]), origin=origin)
