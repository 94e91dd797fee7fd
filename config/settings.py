"""Settings of one Newsdesk. What differs between installs comes from `config.environment`."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP
from jinja2 import StrictUndefined, select_autoescape

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
ENV, ENVIRONMENT_FAULTS = environment.read()

# Laptop mode: nothing set, so nothing to hide. Only loopback hosts are served in it, and
# `config.checks` refuses other hosts without a key.
LAPTOP = not ENV["SECRET_KEY"]
SECRET_KEY = ENV["SECRET_KEY"] or "laptop-mode-only-never-for-a-public-site"
SECRET_KEY_FALLBACKS = ENV["SECRET_KEY_FALLBACKS"]
ADDRESS_KEY = ENV["ADDRESS_KEY"] or "laptop-mode-only-never-for-a-public-site"
DEBUG = LAPTOP if ENV["DEBUG"] is None else ENV["DEBUG"]
ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"]
SITE_URL = ENV["SITE_URL"]
VAR_DIR = Path(ENV["VAR_DIR"] or BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

INSTALLED_APPS = [
    "config",
    "delivery",
    "audience",
    "digest",
    "curation",
    "outbox",
    "publication",
    "toolbox",
    "content_editor",
    "django_prose_editor",
    "js_asset",
    "anymail",
    "django_tasks_db",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.views.HealthzMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "config.middleware.PublicPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "publication.middleware.PublicationTimeZoneMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "publication.context.publication",
            ],
        },
    },
    # Mails, and what an issue is drawn from: see DECISIONS.md. Whoever draws with it names it, by
    # toolbox.jinja: both engines' templates lie in one folder.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "toolbox.jinja.environment",
            "autoescape": select_autoescape(["html", "mjml"]),
            "undefined": StrictUndefined,
            "keep_trailing_newline": True,
        },
    },
]

SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": VAR_DIR / "newsdesk.sqlite3",
}
# IMMEDIATE: a transaction that reads and then writes takes its lock at once, or loses updates
# to "database is locked" when web and worker meet.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
}
DATABASES: dict[str, dict[str, Any]] = {"default": ENV["DATABASE_URL"] or SQLITE}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == SQLITE["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    # A file, since tests start real workers beside the test process.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Three queues, so that a long poll never holds up a mail: config/management/commands/worker.py.
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "fetch", "mail"],
    }
}
MAILERS = {"default": ENV["EMAIL_URL"]}
MAILBOX_DIR = VAR_DIR / "mailbox"
MAIL_CONNECTIONS = ENV["MAIL_CONNECTIONS"]
ANYMAIL = environment.mail_service(os.environ.get("EMAIL_URL", ""), ENV["MAIL_WEBHOOK_SECRET"])
MAIL_DKIM = {"key": ENV["MAIL_DKIM_KEY"], "selector": ENV["MAIL_DKIM_SELECTOR"]}
MAIL_WARM_UP = ENV["MAIL_WARM_UP"] or []
# None: no limit.
MAIL_PER_SECOND = ENV["MAIL_PER_SECOND"]
MAIL_PER_HOUR = ENV["MAIL_PER_HOUR"]
MAIL_PER_DAY = ENV["MAIL_PER_DAY"]
# On a laptop mail goes to the local mailbox, and there is nobody to call it back from.
MAIL_CANCEL_WINDOW = timedelta(
    seconds=(0 if LAPTOP else 300)
    if ENV["MAIL_CANCEL_WINDOW"] is None
    else ENV["MAIL_CANCEL_WINDOW"]
)
# The other half of delivery.models.Instance; empty: a file in VAR_DIR holds it.
INSTANCE = ENV["INSTANCE"]

METRICS_TOKEN = ENV["METRICS_TOKEN"]

FETCH_ALLOW_PRIVATE = ENV["FETCH_ALLOW_PRIVATE"]
FETCH_PER_HOST = ENV["FETCH_PER_HOST"]
FETCH_CONCURRENCY = ENV["FETCH_CONCURRENCY"]
FETCH_TIMEOUT = ENV["FETCH_TIMEOUT"]
FETCH_MAX_BYTES = ENV["FETCH_MAX_BYTES"]
FETCH_PAGES = ENV["FETCH_PAGES"]

# English with dates as most of the world writes them: 13 November, not Nov. 13.
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# Pictures in issues. digest.views.picture serves them, so a web server need not.
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.storage.HashedFiles"
    },
}
# In laptop mode files are served from where they lie; a public site runs collectstatic.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = LAPTOP

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Five wrong passwords for one account from one place, then a quarter of an hour's rest. By both,
# so that a stranger who knows an editor's name cannot lock the editor out.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "config.logins.where_from"
AXES_USERNAME_CALLABLE = "config.logins.whose"
AXES_LOCKOUT_TEMPLATE = "admin/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
# Attempts are kept to count them, and nothing else of anybody.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# What an authenticator app calls us.
OTP_TOTP_ISSUER = urlsplit(SITE_URL).hostname

# An issue of 92 links has more form fields than Django's default of 1000, and would be
# refused whole with every edit in it.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.SELF],
}
HTTPS = urlsplit(SITE_URL).scheme == "https"
SECURE_SSL_REDIRECT = HTTPS and not DEBUG
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
# A newsletter at example.com must not decide for what else lives under example.com.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [SITE_URL]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.Line"},
        "json": {"()": "config.logs.Json"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line" if LAPTOP else "json"},
        # Django's own would write to the console by a formatter that hides nothing.
        "django.server": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "newsdesk": {"level": "INFO"},
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": ["django.server"], "level": "INFO", "propagate": False},
    },
}
