"""On whose pages a link may be shown: origins that are named in full, and the markup that shows it there."""

import re
from collections.abc import Sequence
from html import escape
from ipaddress import IPv6Address
from unicodedata import normalize
from urllib.parse import urlsplit

from atrium.errors import FieldError, Invalid

MOST = 10
FIELD = "embed"
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_DEVIANT = frozenset("ßς\u200c\u200d")
"""Read as other letters, or none, by the rules for names of 2003, which Python has; as themselves by browsers."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
SANDBOX = (
    "allow-scripts allow-same-origin allow-forms allow-modals allow-downloads "
    "allow-popups allow-popups-to-escape-sandbox"
)
"""What the bench needs, and no more: it cannot lead the page around it elsewhere."""


def read_origins(given: Sequence[str]) -> list[str]:
    """As browsers write them, each once: scheme, host, and a port that is not the scheme's own.

    Raises Invalid for what is none, for http on other hosts than this machine, for wildcards, and for more than ten.
    """
    found = list(dict.fromkeys(_read(each.strip()) for each in given if each.strip()))
    if len(found) > MOST:
        raise _refused("length", f"A link can be shown on at most {MOST} origins.")
    return found


def _read(text: str) -> str:
    if "*" in text:
        raise _refused("wildcard", f"“{text[:120]}” would let in pages that nobody chose. Name each origin in full.")
    if any(character.isspace() or ord(character) < 32 for character in text):
        raise _none(text)  # it would be left out, and what stands on two lines be one name
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
        name = normalize("NFKC", parts.hostname or "").lower()
        host = _host_of(name, "[" in parts.netloc)
    except (ValueError, UnicodeError):
        raise _none(text) from None
    if _DEVIANT & set(name):
        raise _refused("name", f"“{text[:120]}” is another site to some programs: write its name with xn--.")
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in ("https", "http") or not host or not is_bare:
        raise _none(text)
    if parts.scheme == "http" and host not in _LOCAL:
        raise _refused(
            "scheme", f"“{text[:120]}” is not encrypted: write https://. Only pages of this machine may be http."
        )
    own = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, own) else "")


def _host_of(name: str, in_brackets: bool) -> str:
    """In the letters of the name system; "" for what is no host: a zone of an address can hold any words."""
    if in_brackets:
        return "" if "%" in name else f"[{IPv6Address(name).compressed}]"
    host = name.encode("idna").decode().lower()
    return host if len(host) <= 253 and _NAME.fullmatch(host) else ""


def _none(text: str) -> Invalid:
    return _refused("invalid", f"“{text[:120]}” is no origin. Write it as https://clinic.example, without a path.")


def _refused(code: str, words: str) -> Invalid:
    return Invalid(FieldError(FIELD, code, words))


def markup(url: str, title: str) -> str:
    """An element that shows the link on a page of somebody else's; on ours it is text like any other."""
    return (
        f'<iframe src="{escape(url)}" title="{escape(title)}" width="100%" height="760" style="border: 0" '
        f'sandbox="{SANDBOX}" allow="microphone; fullscreen"></iframe>'
    )
