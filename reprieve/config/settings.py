"""Django's settings. What a clinic may choose is in its data folder or in the environment."""

import os
from pathlib import Path

from reprieve.config import sqlite_swap

sqlite_swap.swap()

from django.utils.translation import gettext_lazy as _  # noqa: E402  # after the swap, on purpose

from reprieve.config import assets, catalogue, logs, proxies, single_sign_on  # noqa: E402
from reprieve.config.checks import is_own_machine  # noqa: E402
from reprieve.config.databases import databases  # noqa: E402
from reprieve.config.folder import data_folder, secret  # noqa: E402

PACKAGE = Path(__file__).resolve().parent.parent
DATA = data_folder()
TLS = os.environ.get("REPRIEVE_TLS", "") == "1"

SECRET_KEY = secret("secret_key", size=32)
SECRET_KEY_FALLBACKS = [k for k in os.environ.get("REPRIEVE_OLD_SECRET_KEYS", "").split(",") if k]
MASTER_KEY = secret("master_key", size=32)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("REPRIEVE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
TRUSTED_PROXIES = proxies.trusted()
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("REPRIEVE_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "reprieve.records",
    "reprieve.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",  # templates of allauth use it
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_cotton",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
]
MIDDLEWARE = [
    "reprieve.web.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "reprieve.web.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "reprieve.config.urls"
# How a page reads a pasted message of a monitor: pages and monitors are rooms that never meet.
MESSAGE_READER = "reprieve.config.commands.message.as_read"
# How this server is, for whoever watches it: pages know only where to ask.
HEALTH = "reprieve.config.health.facts"
WARNINGS = "reprieve.config.health.warned"
METRICS_TOKEN = os.environ.get("REPRIEVE_METRICS_TOKEN", "")
MONITOR_DIALECTS = "reprieve.interop.hl7v2.own_dialects"
WSGI_APPLICATION = "reprieve.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reprieve.web.context.shell",
            ],
        },
    }
]

# Where the ends of the audit chains are kept: best where nobody of the database can write.
ANCHORS = Path(os.environ.get("REPRIEVE_ANCHORS") or DATA / "anchors" / "anchors.jsonl")

DATABASES = databases(DATA)
_MEMORY = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {
    "default": _MEMORY,
    # Parts of pages whose key names all that they show: they never grow old. No patient is in them.
    "drawn": {**_MEMORY, "LOCATION": "drawn", "TIMEOUT": None, "OPTIONS": {"MAX_ENTRIES": 1000}},
}
DATABASE_ROUTERS = ["reprieve.config.databases.AccessRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People: signed in by e-mail and password, a second factor on top, never by public sign-up.
AUTH_USER_MODEL = "records.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "reprieve.web.signin.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
# The lock-out below counts failures for the whole installation; allauth's own counts a process.
ACCOUNT_RATE_LIMITS = {"login_failed": False}
# Staff who see patients need a second factor where more than this machine can reach the pages.
FACTOR_BY_DEFAULT = TLS or any(not is_own_machine(name) for name in ALLOWED_HOSTS)
MFA_ADAPTER = "reprieve.web.factors.Adapter"
MFA_FORMS = {
    "authenticate": "reprieve.web.factor_forms.AuthenticateForm",
    "reauthenticate": "reprieve.web.factor_forms.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Reprieve"
# Single sign-on where the clinic has a provider: it says who somebody is, never what they may.
SINGLE_SIGN_ON = single_sign_on.read(DATA)
SOCIALACCOUNT_ADAPTER = "reprieve.web.sign_on.Adapter"
SOCIALACCOUNT_PROVIDERS = single_sign_on.provider(SINGLE_SIGN_ON)
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "reprieve.web.signin.typed_name"
AXES_LOCKOUT_CALLABLE = "reprieve.web.signin.locked_out"
AXES_CLIENT_IP_CALLABLE = "reprieve.web.peer.address"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

SESSION_ENGINE = "reprieve.web.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = TLS
SESSION_COOKIE_SAMESITE = "Lax"
IDLE_LOCK_MIN = int(os.environ.get("REPRIEVE_IDLE_MIN", "10"))

CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "reprieve.web.problems.csrf_failure"
LANGUAGE_COOKIE_SECURE = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the server speaks either plain HTTP on loopback or TLS, never both
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [catalogue.compiled(PACKAGE / "web" / "locale", spare=DATA / "locale")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = assets.address(PACKAGE)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "reprieve.web.statics.Addresses"},
}
STATICFILES_DIRS = assets.folders(PACKAGE)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = assets.never_changes

EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend",
)
# The console is for trying out: what is written there counts as sent and reaches nobody.
MAIL_LEAVES = EMAIL_BACKEND != "django.core.mail.backends.console.EmailBackend"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "") == "1"
EMAIL_USE_SSL = os.environ.get("EMAIL_USE_SSL", "") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "reprieve@localhost")

LOGGING_CONFIG = None
logs.configure(level=os.environ.get("REPRIEVE_LOG_LEVEL", "INFO"))
