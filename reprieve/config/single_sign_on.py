"""Single sign-on by OpenID Connect: what the clinic says about its provider, in one file.

`single-sign-on.toml` of the data folder, or the file named by REPRIEVE_SSO_FILE. The client's
secret is in REPRIEVE_SSO_SECRET or in a file of its own, never in this one.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reprieve.config.checks import is_own_machine
from reprieve.knowledge import BadValue

FILE = "single-sign-on.toml"
SECRET_FILE = "single-sign-on.key"  # noqa: S105  # a file's name
PROVIDER = "sso"
KNOWN = frozenset(
    {"name", "issuer", "client_id", "link_by", "mail_domains", "second_factor", "acr", "amr",
     "form_origins", "sign_out_url", "people"}
)  # fmt: skip
OTHERS_READ = 0o077


def read(folder: Path) -> dict[str, Any] | None:
    """This function will return what the clinic said, None without a file. Raises BadValue."""
    named = os.environ.get("REPRIEVE_SSO_FILE", "")
    file = Path(named) if named else folder / FILE
    if not file.exists():
        if named:
            raise BadValue("REPRIEVE_SSO_FILE", f"there is no {file}")
        return None
    try:
        said = tomllib.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise BadValue("single-sign-on", f"{file.name} cannot be read: {error}") from error
    return checked(said) | {"secret": _secret(folder)}


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """This function will return the settings with what is usual filled in. Raises BadValue."""
    for name in said:
        if name not in KNOWN:
            raise BadValue(f"single-sign-on {name}", f"unknown; known: {', '.join(sorted(KNOWN))}")
    issuer = _text(said, "issuer").rstrip("/")
    _require_safe(issuer, "issuer")
    found = {
        "name": _text(said, "name"),
        "issuer": issuer,
        "client_id": _text(said, "client_id"),
        "link_by": _one_of(said, "link_by", ("statement", "mail")),
        "mail_domains": [d.lower() for d in _texts(said, "mail_domains")],
        "second_factor": _one_of(said, "second_factor", ("ours", "provider")),
        "acr": _texts(said, "acr"),
        "amr": _texts(said, "amr"),
        "form_origins": [_origin(o) for o in _texts(said, "form_origins") or [issuer]],
        "sign_out_url": said.get("sign_out_url", ""),
        "people": _people(said.get("people", {})),
    }
    if found["sign_out_url"]:
        _require_safe(_text(said, "sign_out_url"), "sign_out_url")
    if found["link_by"] == "mail" and not found["mail_domains"]:
        raise BadValue("single-sign-on mail_domains", "is needed to link by mail")
    if found["second_factor"] == "provider" and not (found["acr"] or found["amr"]):
        raise BadValue("single-sign-on acr", "name the acr or amr that proves a second factor")
    return found


def provider(said: Mapping[str, Any] | None) -> dict[str, Any]:
    """This function will return the settings as allauth wants them."""
    if said is None:
        return {}
    app = {
        "provider_id": PROVIDER, "name": said["name"], "client_id": said["client_id"],
        "secret": said["secret"], "settings": {"server_url": said["issuer"]},
    }  # fmt: skip
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def _secret(folder: Path) -> str:
    given = os.environ.get("REPRIEVE_SSO_SECRET", "")
    if given:
        return given
    file = Path(os.environ.get("REPRIEVE_SSO_SECRET_FILE", "") or folder / SECRET_FILE)
    if not file.exists():
        raise BadValue("REPRIEVE_SSO_SECRET", f"is not set, and there is no {file}")
    if file.stat().st_mode & OTHERS_READ:
        raise BadValue("REPRIEVE_SSO_SECRET", f"{file} can be read by others: chmod 600")
    text = file.read_text().strip()
    if not text:
        raise BadValue("REPRIEVE_SSO_SECRET", f"{file} is empty")
    return text


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadValue(f"single-sign-on {name}", "is missing or no text")
    return value.strip()


def _texts(said: Mapping[str, Any], name: str) -> list[str]:
    value = said.get(name, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise BadValue(f"single-sign-on {name}", "must be a list of texts")
    return value


def _one_of(said: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = said.get(name, known[0])
    if value not in known:
        raise BadValue(f"single-sign-on {name}", f"unknown {value!r}; known: {', '.join(known)}")
    return str(value)


def _people(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(
        isinstance(v, str) and v.strip() for v in value.values()
    ):
        raise BadValue("single-sign-on people", "must be lines of mail address = subject")
    found = {mail.strip().lower(): subject.strip() for mail, subject in value.items()}
    if len(set(found.values())) < len(value):
        raise BadValue("single-sign-on people", "names a subject or an address twice")
    return found


def _require_safe(address: str, name: str) -> None:
    """Whoever reads along at the provider's address can sign in as anybody."""
    parts = urlsplit(address)
    is_safe = parts.scheme == "https" and parts.hostname
    if not is_safe and not (parts.scheme == "http" and is_own_machine(parts.hostname or "")):
        raise BadValue(f"single-sign-on {name}", "must begin with https://")


def _origin(address: str) -> str:
    _require_safe(address, "form_origins")
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
