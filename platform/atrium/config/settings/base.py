"""Settings shared by every environment; what differs between machines comes from environment variables."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from environs import Env

env = Env()
ROOT = Path(__file__).resolve().parents[4]

SECRET_KEY = env.str("SECRET_KEY", "not-secret: only commands that serve nobody run without SECRET_KEY")
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", ["not-secret: as above"])  # the first encrypts, all are read
ATRIUM_URL = env.str("ATRIUM_URL", "http://localhost:8000").rstrip("/")
_host = ATRIUM_URL.split("://", 1)[1].split(":", 1)[0].split("/", 1)[0]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [_host])
CSRF_TRUSTED_ORIGINS = [ATRIUM_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_vite",
    "csp",
    "procrastinate.contrib.django",
    "atrium.tenancy",
    "atrium.audit",
    "atrium.chores",
    "atrium.pages",
    "apps.users",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "apps.teams",
    "apps.projects",
    "apps.webhooks",
    "apps.artifacts",
    "apps.jobs",
    "apps.registry",
    "apps.endpoints",
    "apps.explanations",
    "apps.feedback",
    "apps.suites",
    "apps.datasets",
    "apps.analyses",
    "apps.comparisons",
    "apps.sharing",
    "apps.home",
]

MIDDLEWARE = [
    "atrium.telemetry.middleware.RequestMiddleware",
    "atrium.access.privacy.PrivacyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "atrium.access.framing.FramingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "atrium.errors.middleware.ProblemMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # nearest to the view: its exceptions are redirects, no problems
]

ROOT_URLCONF = "atrium.config.urls"
ASGI_APPLICATION = "atrium.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "atrium.pages.context.site",
            ],
        },
    },
]

DATABASE_POOL = env.int("DATABASE_POOL", 16)
_database = env.dj_db_url("DATABASE_URL", "postgres://atrium_app@127.0.0.1:5432/atrium")
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            # given up after so short a time, an attempt to connect is made anew by whoever comes next
            "pool": {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 5, "reconnect_timeout": 5},
            "connect_timeout": 5,
            "tcp_user_timeout": 20000,  # ms; a machine that is gone says nothing
            "prepare_threshold": 5,  # for atrium.tenancy.statements: the ORM's own cursors never prepare
            "options": "-c statement_timeout=15000 -c lock_timeout=4000 -c timezone=UTC",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
CHANNEL_LAYERS = {"default": {"BACKEND": "gpu_workers.protocol.layer.ChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"serializer": "atrium.config.caching.Plain", "socket_timeout": 2, "socket_connect_timeout": 2},
    }
}

S3_URL = env.str("S3_URL", "http://127.0.0.1:9000")
S3_PUBLIC_URL = env.str("S3_PUBLIC_URL", S3_URL)
S3_BUCKET = env.str("S3_BUCKET", "atrium")
S3_ACCESS_KEY = env.str("S3_ACCESS_KEY", "")
S3_SECRET_KEY = env.str("S3_SECRET_KEY", "")
S3_REGION = env.str("S3_REGION", "us-east-1")

POOL_KEY_FILE = env.str("POOL_KEY_FILE", str(ROOT / "var" / "pool.key"))
INPUTS_SOCKET = env.str("INPUTS_SOCKET", str(ROOT / "var" / "inputs.sock"))

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"  # the way to the team, see apps.home.views.landing
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "apps.users.forms.SignupForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "apps.users.adapter.AccountAdapter"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = ATRIUM_URL.split("://", 1)[0]
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CHANGE_EMAIL = True  # one address; the new one takes its place when it is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {  # counted in Redis; `key` is the account that is tried; of a log-in, from one address
    "login": "60/m/ip",
    "login_failed": "60/10m/ip,5/5m/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,3/m/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/m/key",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}
USERSESSIONS_ADAPTER = "apps.users.adapter.SessionsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Atrium"
MFA_TOTP_TOLERANCE = 1  # periods of 30 s: a phone's clock may be off by as much
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody logs in without a confirmed address; a changed one waits for its own
MFA_ADAPTER = "apps.users.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "apps.users.second_factor.AuthenticateForm",
    "reauthenticate": "apps.users.second_factor.ReauthenticateForm",
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [("", ROOT / "frontend" / "dist")] if (ROOT / "frontend" / "dist").is_dir() else []
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": ROOT / "frontend" / "dist" / ".vite" / "manifest.json"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Atrium <atrium@localhost>")
MAIL_DIRECTORY = env.str("MAIL_DIRECTORY", str(ROOT / "var" / "mail"))
EMAIL_FILE_PATH = MAIL_DIRECTORY
DEMO_LINK_FILE = env.str("DEMO_LINK_FILE", str(ROOT / "var" / "demo-link"))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

BODY_BYTES = 34 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
INLINE_BYTES = 64 * 1024
QUARANTINE_HOURS = env.int("QUARANTINE_HOURS", 72)
"""How long a study in which somebody may be named is kept aside, whatever happens."""
PART_BYTES = env.int("PART_BYTES", 8 * 1024 * 1024)
MODEL_BYTES = 2 * 1024**3
DATASET_BYTES = 10 * 1024**3

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["atrium.access.parsing.StorableJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "atrium.errors.api.problem_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # ?format= is the export's own parameter
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Atrium",
    "VERSION": "1",
    "DESCRIPTION": "The REST API of Atrium. Every call carries `Authorization: Bearer atr_…`.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "DatasetStateEnum": "apps.datasets.models.DatasetVersion.State",
        "DatasetFormatEnum": "apps.datasets.models.DatasetVersion.Format",
        "RunStateEnum": "apps.datasets.models.PredictionRun.State",
        "PredictionStateEnum": "apps.endpoints.models.Prediction.State",
    },
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.endpoints.api.predict.add_to_schema",
        "apps.analyses.api.ask.add_to_schema",
        "apps.home.summaries.add_summaries",
        "atrium.errors.schema.add_problems",
    ],
}

LOGGING = {"version": 1, "disable_existing_loggers": False}
LOGGING_CONFIG = "atrium.telemetry.logs.configure"
WEBHOOK_PRIVATE_HOSTS: list[str] = env.list("WEBHOOK_PRIVATE_HOSTS", [])  # `host` or `host:port`, of one's own network

METRICS_TOKEN = env.str("METRICS_TOKEN", "")

REQUESTS_AT_ONCE = env.int("REQUESTS_AT_ONCE", 8)
QUEUE_LIMIT = env.int("QUEUE_LIMIT", 200)
TEAM_DEVICE_MS = env.int("TEAM_DEVICE_MS", 8 * 3600 * 1000)
HEARTBEAT_SECONDS = 2.0
LEASE_SECONDS = env.float("LEASE_SECONDS", 10.0)
ATTEMPTS = 3

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "chores"
