"""What the clients send. A module of its own, so that their process imports no numerical library."""

import zlib
from random import Random
from struct import pack

SIDE = 64


def picture(random: Random) -> bytes:
    """A PNG of about 4.2 KB (8-bit grey noise, stored); none comes twice."""
    lines = b"".join(b"\x00" + random.randbytes(SIDE) for _ in range(SIDE))
    head = pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
