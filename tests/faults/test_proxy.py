"""The proxy of these tests does what they rely on."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.faults.proxy import Proxy

PATIENCE = 10.0


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that gives back what it gets."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection, suppress(ConnectionResetError):
            while data := connection.recv(65536):
                connection.sendall(data)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with Proxy("127.0.0.1", echo) as proxy:
        yield proxy


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE)


def said(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    got = b""
    while len(got) < len(data):
        piece = connection.recv(65536)
        assert piece, "it was cut"
        got += piece
    return got


def test_carries_both_ways_and_counts_what_is_sent(proxy: Proxy) -> None:
    data = bytes(range(256)) * 4096
    with connected(proxy) as one, connected(proxy) as two:
        for connection in (one, two):
            thread = threading.Thread(target=connection.sendall, args=(data,))
            thread.start()
            got = b""
            while len(got) < len(data):
                got += connection.recv(65536)
            thread.join()
            assert got == data
    assert proxy.sent == 2 * len(data)


def test_a_cut_ends_what_is_open_and_nothing_later(proxy: Proxy) -> None:
    with connected(proxy) as old:
        said(old, b"before")
        assert proxy.cut() == 1
        with pytest.raises(ConnectionResetError):
            old.recv(1)
    with connected(proxy) as new:
        assert said(new, b"after") == b"after"
    assert proxy.cuts == 1


def test_a_cut_comes_after_so_many_bytes(proxy: Proxy) -> None:
    proxy.cut_after(10, 20)
    for _ in range(2):
        with connected(proxy) as connection:
            said(connection, b"12345")
            connection.sendall(b"67890")
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
    with connected(proxy) as connection:
        assert said(connection, b"more") == b"more"


def test_what_is_stalled_flows_later(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        said(connection, b"before")
        proxy.stall()
        connection.sendall(b"held")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(4)
        connection.settimeout(PATIENCE)
        proxy.flow()
        assert connection.recv(4) == b"held"


def test_a_delay_holds_each_chunk_for_so_long(proxy: Proxy) -> None:
    proxy.delay = 0.1
    with connected(proxy) as connection:
        begun = time.monotonic()
        said(connection, b"there and back")
        assert time.monotonic() - begun >= 0.2


def test_where_nobody_listens_it_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with Proxy("127.0.0.1", port) as proxy, connected(proxy) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
