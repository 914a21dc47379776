"""The connections of one process: DATABASE_POOL, of which asynchronous callers may hold half."""

import os
import subprocess
import sys

import pytest

TOLD = """
from django.conf import settings
from atrium.tenancy.threads import COUNT
print(COUNT, settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"])
"""


@pytest.mark.parametrize(("pool", "told"), [("6", "3 6"), ("1", "1 1")])
def test_half_of_the_pool_is_left_to_the_pages(pool: str, told: str) -> None:
    given = os.environ | {"DATABASE_POOL": pool}
    assert subprocess.check_output([sys.executable, "-c", TOLD], env=given, text=True).strip() == told
