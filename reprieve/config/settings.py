"""Django's settings. What a clinic may choose is in its data folder or in the environment."""

import os
from pathlib import Path

from reprieve.config import sqlite_swap

sqlite_swap.swap()

from django.utils.translation import gettext_lazy as _  # noqa: E402  # after the swap, on purpose

from reprieve.config.databases import databases  # noqa: E402
from reprieve.config.folder import data_folder, secret  # noqa: E402

PACKAGE = Path(__file__).resolve().parent.parent
DATA = data_folder()

SECRET_KEY = secret("secret_key", size=32)
MASTER_KEY = secret("master_key", size=32)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("REPRIEVE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("REPRIEVE_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "reprieve.records",
    "reprieve.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_cotton",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]
AUTH_USER_MODEL = "records.User"

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

DATABASES = databases(DATA)
DATABASE_ROUTERS = ["reprieve.config.databases.AccessRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

ROOT_URLCONF = "reprieve.config.urls"
WSGI_APPLICATION = "reprieve.config.wsgi.application"
