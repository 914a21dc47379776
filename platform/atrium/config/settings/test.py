"""The test suite: real services whose addresses come from the environment."""

from .dev import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
