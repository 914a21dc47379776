"""Where the address and the token come from: the environment, or the file that `atrium login` wrote."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import Invalid, NotPermitted


@dataclass(frozen=True)
class Credentials:
    url: str
    token: str

    def __repr__(self) -> str:
        return f"Credentials(url={self.url!r}, token='…')"


def path() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "atrium" / "credentials.json"


def find(url: str | None = None, token: str | None = None) -> Credentials:
    """What was given, else ATRIUM_URL and ATRIUM_TOKEN, else what is stored.

    A stored token goes only to the address it was stored with. Raises NotPermitted where nothing is found.
    """
    url = url or os.environ.get("ATRIUM_URL")
    token = token or os.environ.get("ATRIUM_TOKEN")
    stored = load()
    if url and not token and stored and stored.url == tidy(url):
        token = stored.token
    if not url and stored:
        url, token = stored.url, token or stored.token
    if not url:
        raise NotPermitted(
            "No address is known. Run `atrium login`, or set ATRIUM_URL and ATRIUM_TOKEN.", code="no_login"
        )
    if not token:
        raise NotPermitted(
            f"No token for {tidy(url)} is known. Run `atrium login`, or set ATRIUM_TOKEN.", code="no_login"
        )
    return Credentials(tidy(url), whole(token))


def load() -> Credentials | None:
    try:
        stored = json.loads(path().read_text())
        return Credentials(str(stored["url"]), str(stored["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(credentials: Credentials) -> Path:
    """Write them for the owner alone (mode 600), replacing what was there."""
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump({"url": credentials.url, "token": credentials.token}, stream)
    os.replace(fresh, target)
    return target


def forget() -> bool:
    """Remove the stored token; whether there was one."""
    try:
        path().unlink()
    except FileNotFoundError:
        return False
    return True


def tidy(url: str) -> str:
    """The server's address, also of one of its pages; raises Invalid for what is no http address."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Invalid(f"“{url}” is no address; it starts with http:// or https://.")
    return f"{parts.scheme}://{parts.netloc}"


def whole(token: str) -> str:
    """Without white space around it; raises Invalid for what no header can carry, such as a token cut short by “…”."""
    if not re.fullmatch(r"[!-~]+", token.strip()):
        raise Invalid("This is not a whole token. Copy it from Team settings, API tokens, where it is shown once.")
    return token.strip()
