"""Mail goes to files of the test's own; what is counted in Valkey begins anew."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def mails(tmp_path: Path, settings: Any) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.MAIL_DIRECTORY = str(tmp_path)
    cache.clear()
    return tmp_path
