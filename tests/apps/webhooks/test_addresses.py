"""Where nothing is sent: private, local and wrapped addresses, other ports and schemes, names that lead there."""

import socket
from typing import Any

import pytest

from apps.webhooks.addresses import Refused, is_public, looked_up, parse


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "what?",
    ],
)
def test_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.org/", "begins with https"),
        ("ftp://example.org/", "begins with https"),
        ("example.org", "begins with https"),
        ("https://", "begins with https"),
        ("https://example.org:22/", "Port 22"),
        ("https://me:pw@example.org/", "no name and password"),
        ("https://example.org/a b", "without spaces"),
        ("https://exämple.org/", "ASCII"),
        ("https://example.org:x/", "no address"),
        ("https://[::1/", "no address"),
        ("https://example.org/" + "a" * 500, "up to 500"),
    ],
)
def test_an_address_is_read(url: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        parse(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "0x7f.1", "2130706433", "localhost", "[::ffff:127.0.0.1]"])
def test_a_host_that_is_this_machine_is_refused_when_it_is_looked_up(host: str) -> None:
    with pytest.raises(Refused):
        looked_up(parse(f"https://{host}/"))


def test_one_private_address_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("1.1.1.1", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(Refused, match="not of the public Internet"):
        looked_up(parse("https://example.org/"))


def test_the_settings_name_private_hosts(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = ["localhost:8123", "receiver"]
    assert looked_up(parse("http://localhost:8123/x"))
    assert parse("http://receiver:9/").is_private
    with pytest.raises(Refused):
        parse("http://localhost:8124/")
    with pytest.raises(Refused):
        looked_up(parse("https://localhost/"))
