"""One machine, by `make run`: mail goes to files, which operators can read on a page."""

from .base import *  # noqa: F403
from .base import env

DEBUG = False
DEVELOPMENT = True
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
