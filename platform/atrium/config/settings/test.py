"""The test suite: real services whose addresses come from the environment."""

from django.contrib.auth.hashers import Argon2PasswordHasher

from .dev import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["atrium.config.settings.test.QuickHasher"]


class QuickHasher(Argon2PasswordHasher):
    """As served, but for its cost, which is a fifth of a second of a core for each person, log-in and passcode."""

    time_cost, memory_cost, parallelism = 1, 8, 1
