"""Where a telling may go: to addresses of the public Internet alone, and to private hosts that the settings name.

A name is looked up once, every address that it has is judged, and the connection goes to one that was judged: a name
that leads elsewhere a moment later leads nowhere.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from atrium.errors import FieldError, Invalid

PORTS = (443, 8443)
"""Of public hosts, by https."""
LONGEST = 500
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """A sentence that says why nothing is sent there."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an address of a receiver says. is_private: a host that the settings name."""

    scheme: str
    host: str
    port: int
    path: str
    is_private: bool

    @property
    def netloc(self) -> str:
        """For the header Host."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == {"https": 443, "http": 80}[self.scheme] else f"{name}:{self.port}"


def read_url(url: str) -> Target:
    """Raises Invalid with what is wrong of it."""
    try:
        return parse(url)
    except Refused as refusal:
        raise Invalid(FieldError("url", "invalid", str(refusal))) from refusal


def parse(url: str) -> Target:
    """Looks nothing up. Raises Refused."""
    if len(url) > LONGEST or any(ord(letter) <= 32 or ord(letter) > 126 for letter in url):
        raise Refused(f"Give an address of up to {LONGEST} letters, digits and signs of ASCII, without spaces.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Refused("This is no address.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise Refused("Give an address that begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise Refused("Give no name and password in the address: the signature says who it is from.")
    port = port or {"https": 443, "http": 80}[parts.scheme]
    is_private = _is_named(host, port)
    if not is_private and parts.scheme != "https":
        raise Refused("Give an address that begins with https://: what is sent must not be read on its way.")
    if not is_private and port not in PORTS:
        raise Refused(f"Port {port} is not used. Take {' or '.join(map(str, PORTS))}.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, is_private)


def _is_named(host: str, port: int) -> bool:
    """`WEBHOOK_PRIVATE_HOSTS`: hosts, each with a port or with any."""
    return host in settings.WEBHOOK_PRIVATE_HOSTS or f"{host}:{port}" in settings.WEBHOOK_PRIVATE_HOSTS


def looked_up(target: Target) -> list[str]:
    """The addresses that its name has now, all of them judged. Raises Refused, where one is not public too."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(f"The name {target.host} was not found.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses if not target.is_private else ():
        if not is_public(address):
            raise Refused(f"{target.host} leads to an address that is not of the public Internet.")
    if not addresses:
        raise Refused(f"The name {target.host} was not found.")
    return addresses


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public Internet, whatever it is wrapped in."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if any(address in network for network in (*_NAT64, *_TUNNELS)):
            return False  # an IPv4 address inside it, which a gateway of this network would open
        if int(address) >> 32 == 0:
            return False  # ::, ::1, and IPv4-compatible ones
    is_other = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not is_other
