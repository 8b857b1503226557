"""Django's settings, read from the environment (docs/web.md lists every one).

Safe by default: cookies and redirects demand HTTPS unless HARMFREE_LOCAL is on, which also binds
the server to this machine alone.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from harmfree.records import home
from harmfree.web import environment

WEB = Path(__file__).resolve().parent
HOME = home().absolute()
SECRETS = HOME / "secrets"

LOCAL = environment.flag("HARMFREE_LOCAL", default=False)
"""On: plain HTTP on this machine, for a demonstration."""
DEMONSTRATION = environment.flag("HARMFREE_DEMONSTRATION", default=False)
"""On: every page says that the people are fictitious (`harmfree demo site` sets it)."""
DEBUG = False
SECRET_KEY = environment.text("HARMFREE_SECRET_KEY") or environment.kept_secret(SECRETS, "web")
ALLOWED_HOSTS = environment.listed("HARMFREE_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.listed("HARMFREE_ORIGINS")

ORGANISATION = environment.text("HARMFREE_ORGANISATION", "Patient safety collaborative")
SERVICE = environment.text("HARMFREE_SERVICE", "Harmfree")
CONTACT = environment.text("HARMFREE_CONTACT")
"""How the public reaches whoever runs the service; shown as it is written."""
SMALLEST = environment.number("HARMFREE_SMALLEST_NUMBER", 5, 2, 50)
"""Counts from 1 to below this are hidden from those outside the care team."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "harmfree.web.organisations",
    "harmfree.web.accounts",
    "harmfree.web.audit",
    "harmfree.web.jobs",
    "harmfree.web.publication",
    "harmfree.web.worklist",
    "harmfree.web.dashboards",
    "harmfree.web.boards",
    "harmfree.web.clinical_tools",
    "harmfree.web.programme_pages",
    "harmfree.web.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "harmfree.web.common.compression.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "harmfree.web.accounts.sessions.SessionLimits",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "harmfree.web.access.middleware.AccessMiddleware",
]

ROOT_URLCONF = "harmfree.web.urls"
WSGI_APPLICATION = "harmfree.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "harmfree.web.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "harmfree.web.common.page.everywhere",
            ],
        },
    },
    {
        # Third-party templates only (allauth's messages and letters).
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {
    "default": environment.database(environment.text("HARMFREE_DATABASE"), HOME / "web"),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # The limits on attempts to sign in count here: every process must see the same count.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "harmfree.web.common.refusals.forgery"
SECURE_SSL_REDIRECT = not LOCAL and environment.flag("HARMFREE_REDIRECT_TO_HTTPS", default=True)
SECURE_HSTS_SECONDS = 0 if LOCAL else int(timedelta(days=365).total_seconds())
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if environment.flag("HARMFREE_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "web" / "static"
STATICFILES_DIRS = [WEB / "static"]
FRONT_END = Path(environment.text("HARMFREE_FRONT_END") or WEB.parents[2] / "frontend" / "built")
if FRONT_END.is_dir():
    STATICFILES_DIRS.append(FRONT_END)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = [
    "harmfree.web.common.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
EMAIL_BACKEND = environment.text(
    "HARMFREE_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = HOME / "web" / "letters"
EMAIL_HOST = environment.text("HARMFREE_EMAIL_HOST", "localhost")
DEFAULT_FROM_EMAIL = environment.text("HARMFREE_EMAIL_FROM", "noreply@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A wrong Host header is answered with 400 and says nothing worth a traceback each time.
    "loggers": {"django.security.DisallowedHost": {"handlers": [], "propagate": False}},
}

# accounts (harmfree.web.accounts.sign_in) -------------------------------------------------
from harmfree.web.accounts.settings import *  # noqa: E402, F403
