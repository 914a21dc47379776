"""Finds the Chromium that the journeys drive: the system's, else Playwright's own."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from infra.dev.ground import NotReady

SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ASK = (
    "from playwright.sync_api import sync_playwright as s; p = s().start(); print(p.chromium.executable_path); p.stop()"
)


@cache
def find() -> Path | None:
    """Return a Chromium that starts here, or None."""
    for name in SYSTEM:
        if (found := shutil.which(name)) and _starts(Path(found)):
            return Path(found)
    asked = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=False)
    own = Path(asked.stdout.strip() or "/nonexistent")
    return own if own.is_file() and _starts(own) else None


def require() -> Path:
    """Return a Chromium, downloading Playwright's where the system has none; NotReady says what to install."""
    if found := find():
        return found
    fetched = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, text=True, check=False
    )
    find.cache_clear()
    if found := find():
        return found
    reason = (
        "Playwright's own was downloaded but lacks libraries of the system"
        if fetched.returncode == 0
        else "Playwright's own cannot be downloaded"
    )
    raise NotReady(
        f"The tests drive a real browser, and this machine has none ({reason}): install Chromium "
        "(Debian: `apt-get install chromium`) and run them again."
    )


def _starts(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
