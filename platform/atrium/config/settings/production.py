"""A team's server behind TLS."""

from .base import *  # noqa: F403
from .base import ROOT, env

DEBUG = False
DEVELOPMENT = False
SECRET_KEY = env.str("SECRET_KEY")
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = 31_536_000
# The proxy sends people to TLS; other names below this one, and lists in browsers, are its owner's affair.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
# The scheme and the client's address are what uvicorn takes from the one proxy that FORWARDED_ALLOW_IPS names.
STATIC_ROOT = env.str("STATIC_ROOT", str(ROOT / "var" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False


def WHITENOISE_IMMUTABLE_FILE_TEST(path: str, url: str) -> bool:  # noqa: N802
    """Vite writes a content hash into the names of what it builds."""
    return "/assets/" in url
