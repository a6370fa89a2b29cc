"""Settings, all from the environment. Without `DXPORTAL_MODE` the portal runs as production."""

import os
import sys
from pathlib import Path
from urllib.parse import quote

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("DXPORTAL_VAR", BASE_DIR / "var"))
MODE = os.environ.get("DXPORTAL_MODE", "production")
if MODE not in ("production", "demo", "test"):
    raise ImproperlyConfigured("DXPORTAL_MODE は production、demo、test のどれかにしてください。")
PRODUCTION = MODE == "production"


def env_list(name: str, default: str = "") -> list[str]:
    return [v.strip() for v in os.environ.get(name, default).split(",") if v.strip()]


# A word that is neither must not pass for "no": that would switch https off.
FLAGS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)


def env_flag(name: str, default: bool) -> bool:
    given = os.environ.get(name, "").strip().lower()
    if given and given not in FLAGS:
        raise ImproperlyConfigured(f"{name} は yes か no にしてください（いまは「{given}」）。")
    return FLAGS[given] if given else default


def env_number(name: str, default: int) -> int:
    given = os.environ.get(name, "").strip()
    if given and not given.isdecimal():
        raise ImproperlyConfigured(f"{name} は0以上の整数にしてください（いまは「{given}」）。")
    return int(given) if given else default


DEMO_SECRET = "dxportal-demo-secret-for-trying-on-one-machine-only-0123456789"
SECRET_KEY = os.environ.get("DXPORTAL_SECRET_KEY", "" if PRODUCTION else DEMO_SECRET)
if PRODUCTION and (SECRET_KEY == DEMO_SECRET or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured(
        "DXPORTAL_SECRET_KEY に50文字以上の秘密の文字列を設定してください（docs/operations.md）。"
    )

DEBUG = False
ALLOWED_HOSTS = env_list("DXPORTAL_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env_list("DXPORTAL_ORIGINS")
# A closed network may have no TLS; then Secure cookies and HSTS would lock everybody out.
HTTPS = env_flag("DXPORTAL_HTTPS", PRODUCTION)

SITE_MUNICIPALITY = os.environ.get("DXPORTAL_MUNICIPALITY", "サンプル市")
SITE_NAME = f"{SITE_MUNICIPALITY} DX推進ポータル"

INSTALLED_APPS = [
    "dxportal.apps.RoofConfig",
    "dashboard.apps.DashboardConfig",
    "meetings.apps.MeetingsConfig",
    "actions.apps.ActionsConfig",
    "strategy.apps.StrategyConfig",
    "maturity.apps.MaturityConfig",
    "rounds.apps.RoundsConfig",
    "exchange.apps.ExchangeConfig",
    "exchange.wizard.apps.WizardConfig",
    "exchange.blanks.apps.BlanksConfig",
    "audit.apps.AuditConfig",
    "accounts.apps.AccountsConfig",
    "lib.apps.LibConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_filters",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "dxportal.logs.RequestLogMiddleware",
    "dxportal.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "lib.unchanged.UnchangedMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.ProxySignInMiddleware",
    "accounts.middleware.HeadersMiddleware",
    "accounts.middleware.SessionLimitMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "accounts.middleware.OnceMiddleware",
    "audit.middleware.ReadLogMiddleware",
    "accounts.middleware.FileLimitMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "dxportal.urls"
WSGI_APPLICATION = "dxportal.wsgi.application"
ASGI_APPLICATION = "dxportal.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["lib.templatetags.portal"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dxportal.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "lib.forms.Renderer"

DATABASES = {
    "default": dj_database_url.parse(
        # Quoted: an address ends at # and ?, which a folder may well hold.
        os.environ.get("DATABASE_URL", f"sqlite:///{quote(str(VAR_DIR / 'portal.sqlite3'))}"),
        # With a connection its plans and its cache of pages go.
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN, so two writers queue instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # 32 MB of pages a connection, not 2: ten thousand actions are 13 MB, and every count walks through them.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA cache_size=-32768;",
        "cached_statements": 512,
    }
elif env_flag("DXPORTAL_PREPARED", True):
    # A statement of fixed shape is prepared and planned at its first call (`lib.planned`), not after ten on each
    # connection. Off behind a pool that hands a connection from one transaction to the next.
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["prepare_threshold"] = 0
    options.setdefault("options", "-c plan_cache_mode=force_generic_plan")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.PortalBackend",
]
PASSWORD_MIN_LENGTH = env_number("DXPORTAL_PASSWORD_MIN_LENGTH", 12)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login_id", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Off by default, as ASVS and NIST advise: long and unknown beats mixed and often changed.
PASSWORD_KINDS = env_number("DXPORTAL_PASSWORD_KINDS", 0)
PASSWORD_HISTORY = env_number("DXPORTAL_PASSWORD_HISTORY", 0)
PASSWORD_MAX_AGE_DAYS = env_number("DXPORTAL_PASSWORD_MAX_AGE_DAYS", 0)
AUTH_PASSWORD_VALIDATORS += [
    {"NAME": f"accounts.passwords.{name}", "OPTIONS": options}
    for name, options, on in (
        ("KindsValidator", {"kinds": PASSWORD_KINDS}, PASSWORD_KINDS),
        ("FormerValidator", {"count": PASSWORD_HISTORY}, PASSWORD_HISTORY),
    )
    if on
]
# Users and roles ask for the password again after so many minutes; 0 switches it off.
CONFIRM_SECONDS = env_number("DXPORTAL_CONFIRM_MINUTES", 15) * 60
# Roles that must have a second factor, e.g. admin,secretariat; everybody else may have one.
SECOND_FACTOR_ROLES = env_list("DXPORTAL_SECOND_FACTOR_ROLES")
# How often in a minute: sign-ins from one address (a whole office may share one), files taken by one person.
SIGN_INS_PER_MINUTE = env_number("DXPORTAL_SIGN_INS_PER_MINUTE", 60 if PRODUCTION else 0)
FILES_PER_MINUTE = env_number("DXPORTAL_FILES_PER_MINUTE", 60 if PRODUCTION else 0)
# Sign-on by a proxy: the header that carries the name, and the only addresses from which it is believed.
REMOTE_USER_HEADER = os.environ.get("DXPORTAL_REMOTE_USER_HEADER", "")
PROXY_ADDRESSES = env_list("DXPORTAL_PROXY_ADDRESSES", "127.0.0.1,::1")
# Servers read X_Remote_User as X-Remote-User, so a proxy that takes only one of them off lets the other through: what
# the header says counts only behind a secret that nobody but the proxy and the portal knows.
REMOTE_USER_SECRET = os.environ.get("DXPORTAL_REMOTE_USER_SECRET", "")
if REMOTE_USER_HEADER and len(REMOTE_USER_SECRET) < 20:
    raise ImproperlyConfigured(
        "DXPORTAL_REMOTE_USER_HEADER を使うときは、"
        "DXPORTAL_REMOTE_USER_SECRET に20文字以上の秘密の文字列を設定してください。"
    )
if REMOTE_USER_HEADER:
    AUTHENTICATION_BACKENDS.append("accounts.backends.ProxyBackend")
# Sign-on by OpenID Connect: on as soon as a client is named. Accounts are never created by it.
OIDC_RP_CLIENT_ID = os.environ.get("DXPORTAL_OIDC_CLIENT_ID", "")
OIDC_ENABLED = bool(OIDC_RP_CLIENT_ID)
OIDC_RP_CLIENT_SECRET = os.environ.get("DXPORTAL_OIDC_CLIENT_SECRET", "")
OIDC_ISSUER = os.environ.get("DXPORTAL_OIDC_ISSUER", "").rstrip("/")
OIDC_OP_AUTHORIZATION_ENDPOINT = os.environ.get("DXPORTAL_OIDC_AUTHORIZE_URL", f"{OIDC_ISSUER}/authorize")
OIDC_OP_TOKEN_ENDPOINT = os.environ.get("DXPORTAL_OIDC_TOKEN_URL", f"{OIDC_ISSUER}/token")
OIDC_OP_USER_ENDPOINT = os.environ.get("DXPORTAL_OIDC_USERINFO_URL", f"{OIDC_ISSUER}/userinfo")
OIDC_OP_JWKS_ENDPOINT = os.environ.get("DXPORTAL_OIDC_JWKS_URL", f"{OIDC_ISSUER}/jwks")
OIDC_LOGIN_CLAIM = os.environ.get("DXPORTAL_OIDC_CLAIM", "preferred_username")
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = "openid profile"
OIDC_USE_PKCE = True
OIDC_CREATE_USER = False
OIDC_TIMEOUT = 10
if OIDC_ENABLED:
    AUTHENTICATION_BACKENDS.append("accounts.backends_oidc.OidcBackend")

LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

AXES_FAILURE_LIMIT = env_number("DXPORTAL_LOCKOUT_FAILURES", 5)
AXES_COOLOFF_TIME = env_number("DXPORTAL_LOCKOUT_MINUTES", 15) / 60
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_USERNAME_FORM_FIELD = "username"
AXES_VERBOSE = False
# Whole offices share one address behind the proxy: locking by address would lock a department out.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

# How long reads of restricted pages and sign-in attempts are kept; `manage.py prune` removes what is older.
READ_LOG_DAYS = env_number("DXPORTAL_READ_LOG_DAYS", 1095)
ATTEMPT_DAYS = env_number("DXPORTAL_ATTEMPT_DAYS", 90)

SESSION_IDLE_SECONDS = env_number("DXPORTAL_SESSION_IDLE_MINUTES", 60) * 60
SESSION_ABSOLUTE_SECONDS = env_number("DXPORTAL_SESSION_HOURS", 12) * 3600
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "dxportal.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_flag("DXPORTAL_BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
# In an image they belong to the version and not to the data.
STATIC_ROOT = Path(os.environ.get("DXPORTAL_STATIC", VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Without a build step the demo serves static/ as it stands; production serves the collected copy.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

# Without a mail server nothing is sent; the to-do lists on screen tell the same.
EMAIL_HOST = os.environ.get("DXPORTAL_SMTP_HOST", "")
MAIL_CONFIGURED = bool(EMAIL_HOST)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_CONFIGURED else 'dummy'}.EmailBackend"
EMAIL_PORT = env_number("DXPORTAL_SMTP_PORT", 25)
EMAIL_HOST_USER = os.environ.get("DXPORTAL_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("DXPORTAL_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env_flag("DXPORTAL_SMTP_STARTTLS", False)
EMAIL_USE_SSL = env_flag("DXPORTAL_SMTP_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DXPORTAL_MAIL_FROM", "dxportal@localhost")
# The portal's address as people type it, for links in mails and calendars.
SITE_URL = os.environ.get("DXPORTAL_URL", "").rstrip("/")

MEGABYTE = 1024 * 1024
ATTACHMENTS_ROOT = VAR_DIR / "attachments"
ATTACHMENT_MAX_BYTES = env_number("DXPORTAL_ATTACHMENT_MAX_MB", 10) * MEGABYTE
ATTACHMENTS_PER_REPLY = 10
OFFICE_TYPE = "application/vnd.openxmlformats-officedocument"
ATTACHMENT_TYPES = {
    "pdf": "application/pdf",
    "xlsx": f"{OFFICE_TYPE}.spreadsheetml.sheet",
    "docx": f"{OFFICE_TYPE}.wordprocessingml.document",
    "pptx": f"{OFFICE_TYPE}.presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "csv": "text/csv",
    "txt": "text/plain",
}

# Files of meeting packs; made by a process of their own, so that the pages stay quick meanwhile.
PACKS_ROOT = VAR_DIR / "packs"
# What `manage.py backup` keeps beside the database.
KEPT_FOLDERS = {"attachments": ATTACHMENTS_ROOT, "packs": PACKS_ROOT}
PACK_WORKER = "inline" if MODE == "test" else "process"
# 全国地方公共団体コード (six digits) for open data, where the published plan does not carry it.
SITE_MUNICIPALITY_CODE = os.environ.get("DXPORTAL_MUNICIPALITY_CODE", "")

UPLOAD_MAX_BYTES = max(ATTACHMENT_MAX_BYTES, 20 * MEGABYTE)
# What one workbook or CSV may ask of the machine; each limit is refused with a message that names it.
EXCHANGE_LIMITS = {
    "file_bytes": env_number("DXPORTAL_EXCHANGE_FILE_MB", 20) * MEGABYTE,
    "unpacked_bytes": env_number("DXPORTAL_EXCHANGE_UNPACKED_MB", 400) * MEGABYTE,
    "rows": env_number("DXPORTAL_EXCHANGE_ROWS", 100000),
    "columns": env_number("DXPORTAL_EXCHANGE_COLUMNS", 1000),
    "cells": env_number("DXPORTAL_EXCHANGE_CELLS", 2000000),
    "memory_bytes": env_number("DXPORTAL_EXCHANGE_MEMORY_MB", 1024) * MEGABYTE,
    "seconds": env_number("DXPORTAL_EXCHANGE_SECONDS", 60),
}
# A checked file waits this long for its confirmation.
IMPORT_KEEP_HOURS = env_number("DXPORTAL_IMPORT_KEEP_HOURS", 24)
# Rows that are checked in one answer; a longer file shows its progress.
IMPORT_STEP_ROWS = 5000
# Workbooks whose rows are tried one by one through their services take this many rows a file.
IMPORT_TRIED_ROWS = 3000
# Up to here such a file is checked while it is uploaded; a longer one by the page that shows its progress.
IMPORT_TRIED_AT_ONCE = 300
UPLOAD_MAX_BYTES = max(UPLOAD_MAX_BYTES, EXCHANGE_LIMITS["file_bytes"])
FILE_UPLOAD_HANDLERS = [
    "lib.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LOG_FORMAT = os.environ.get("DXPORTAL_LOG_FORMAT", "json" if PRODUCTION else "line")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "dxportal.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"dxportal.access": {"level": "INFO" if env_flag("DXPORTAL_ACCESS_LOG", PRODUCTION) else "WARNING"}},
}
