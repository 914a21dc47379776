"""`atrium login`, `atrium token`: whose token is used."""

import argparse
import getpass
import sys
from collections.abc import Mapping
from typing import Any

from atrium_client import credentials
from atrium_client.atrium import Atrium
from atrium_client.errors import Invalid

from .arguments import Command, Told


def add(command: Command) -> None:
    login = command("login", _login, "Store an address and a token (asked for, or read from stdin), mode 600.")
    login.add_argument("url")

    token = command("token", _token, "Say whose token is in use, or forget the stored one.")
    token.add_argument("--forget", action="store_true")


def _login(given: argparse.Namespace) -> Told:
    url = credentials.tidy(given.url)
    token = getpass.getpass(f"Token for {url}: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not token.strip():
        raise Invalid("No token was given. Make one on the team's settings page and paste it here.")
    me = Atrium(url, token.strip()).me()
    path = credentials.store(credentials.Credentials(url, token.strip()))
    return f"Logged in to {url} as {_whose(me)}; the token is in {path}.", {"url": url, "path": str(path), **me}


def _token(given: argparse.Namespace) -> Told:
    if given.forget:
        had = credentials.forget()
        return ("The stored token is gone." if had else "No token was stored."), {"forgotten": had}
    atrium = Atrium()
    me = atrium.me()
    scopes = ", ".join(map(str, me.get("scopes") or ())) or "none"
    return f"{_whose(me)} at {atrium.url}; scopes: {scopes}", {"url": atrium.url, **me}


def _whose(me: Mapping[str, Any]) -> str:
    def name(value: Any) -> str:
        if isinstance(value, Mapping):
            return str(value.get("name") or value.get("email") or value.get("slug") or value.get("id"))
        return str(value)

    return f"{name(me.get('user'))} ({me.get('role')}) of {name(me.get('team'))}"
