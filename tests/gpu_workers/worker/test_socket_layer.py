"""The WebSocket of a worker that is outside, where the other end is no installation of ours."""

import asyncio
from uuid import uuid4

import pytest
from websockets.asyncio.server import ServerConnection, serve

from gpu_workers.protocol.pools import Place, PoolKey
from gpu_workers.worker import socket_layer
from gpu_workers.worker.socket_layer import SocketLayer


@pytest.mark.asyncio
@pytest.mark.parametrize("word", [None, "{}", "no JSON"])
async def test_a_connection_without_a_first_word_is_ended(word: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made again, and of those that are not ended a worker would hold more and more."""
    monkeypatch.setattr(socket_layer, "OPEN_SECONDS", 0.2)
    ended = asyncio.Event()

    async def answer(connection: ServerConnection) -> None:
        if word is not None:
            await connection.send(word)
        await connection.wait_closed()
        ended.set()

    async with serve(answer, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        layer = SocketLayer(f"http://127.0.0.1:{port}", PoolKey(uuid4(), Place(uuid4(), 1), bytes(32)))
        with pytest.raises((OSError, LookupError, ValueError)):
            await layer.receive("any")
        async with asyncio.timeout(5):
            await ended.wait()
