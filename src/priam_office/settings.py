"""Django's settings. What an installation may change comes from the environment.

Every variable is described in ``docs/reference/settings.md``; a test holds that page to this file.
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from priam_office.database_url import database
from priam_office.installation import compartment_keys, present

BASE = Path(__file__).resolve().parent
INSTALLATION = present()

SECRET_KEY = INSTALLATION.secret_key()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS += [host for host in os.environ.get("PRIAM_HOSTS", "").split(",") if host]
HTTPS = os.environ.get("PRIAM_HTTPS", "") == "1"

# After so many days without a cosignature a witness is called silent, on every page.
WITNESS_DAYS = int(os.environ.get("PRIAM_WITNESS_DAYS") or 7)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    # One total order, lowest first; a foreign key and an import point only down.
    "priam_office.vault",
    "priam_office.record",
    "priam_office.people",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "priam_office.agreements",
    "priam_office.handovers",
    "priam_office.cases",
    "priam_office.families",
    "priam_office.laboratory",
    "priam_office.board",
    "priam_office.releases",
    "priam_office.public",
    "priam_office.totals",
    "priam_office.reviews",
    "priam_office.api",
    "priam_office.demonstration",
]
# What keeps tables up to date with the events, in this order; see record/projection.py.
PROJECTIONS = [
    "priam_office.people.projection",
    "priam_office.agreements.projection",
    "priam_office.cases.projection",
    "priam_office.families.projection",
    "priam_office.laboratory.projection",
    "priam_office.board.projection",
    "priam_office.reviews.projection",
    "priam_office.releases.projection",
]

MIDDLEWARE = [
    "priam_office.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "priam_office.public.headers.SecurityHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "priam_office.people.unavailable.Unavailable",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "priam_office.urls"
WSGI_APPLICATION = "priam_office.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "priam_office.public.context.site",
                "priam_office.people.menu.menu",
                "priam_office.demonstration.context.demonstration",
            ],
            "builtins": ["priam_office.public.templatetags.figures"],
        },
    }
]

# Signing in (people/signin.py): a name and a password, then a second factor. No signing up.
ACCOUNT_ADAPTER = "priam_office.people.signin.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/5m/key"}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
MFA_ADAPTER = "priam_office.people.signin.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "priam_office.people.signin.OneTimeForm",
    "reauthenticate": "priam_office.people.signin.OneTimeReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Priam"
MFA_TOTP_TOLERANCE = 1  # a phone and a server without internet may differ by half a minute

AUTH_USER_MODEL = "people.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "day"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "priam_office.people.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # a shift
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
COMPARTMENT_KEYS = compartment_keys(INSTALLATION.folder)

DATABASES = {"default": database(INSTALLATION.database_url)}
# Guesses of secrets are counted where all processes see them, and after a restart still.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_counters",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Languages in their own script, in the order of the Latin names of their codes.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("uk", "Українська")]
LOCALE_PATHS = [BASE / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# No request leaves the machine that serves the page; there is no script at all.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "script-src": [NONE],
        "connect-src": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nobody else learns the address; with "no-referrer" a browser would send forms with the origin
# "null", and the check against forged requests would refuse them all.
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "priam_office.people.views.forged"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
if HTTPS:  # a proxy in front ends TLS and says so
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# Files stay in memory: nothing that somebody uploads touches the disk unsealed.
FILE_UPLOAD_HANDLERS = ["priam_office.cases.uploads.InMemoryUpload"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# Logs go to standard error and hold no path with a query and no personal data.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "priam_office.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},  # a warning would quote the address
        "priam.requests": {"level": os.environ.get("PRIAM_LOG_LEVEL", "WARNING")},
    },
}
