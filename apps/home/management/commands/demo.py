"""`manage.py demo`: loads the demo once and prints, as one JSON line, how to get in."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.home.demo import load


class Command(BaseCommand):
    help = "Load the demo: synthetic films, digits, a table, a link, flags and replies."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load()
        base = settings.ATRIUM_URL
        _offer(f"/l/{loaded.open_secret}")
        project = f"{base}/t/{loaded.team}/{loaded.project.slug}/"
        told = {
            "email": loaded.email,
            "password": loaded.password,
            "token": loaded.token,
            "project": project,
            "endpoint": f"{project}endpoints/{loaded.endpoint.slug}/",
            "link": f"{base}/l/{loaded.secret}",
        }
        self.stdout.write(json.dumps(told))


def _offer(path: str) -> None:
    """Have the first page open this link to everybody."""
    file = Path(settings.DEMO_LINK_FILE)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(path)
