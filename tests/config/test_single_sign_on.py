"""What the clinic says about its provider is checked before anybody signs in by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reprieve.config import single_sign_on
from reprieve.knowledge import BadValue

USUAL = {"name": "Invented Health", "issuer": "https://login.example.org/", "client_id": "reprieve"}
TEXT = 'name = "Invented Health"\nissuer = "https://login.example.org"\nclient_id = "reprieve"\n'


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FILE", "SECRET", "SECRET_FILE"):
        monkeypatch.delenv(f"REPRIEVE_SSO_{name}", raising=False)


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    assert single_sign_on.read(tmp_path) is None
    assert single_sign_on.provider(None) == {}


def test_the_secret_is_beside_it_or_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / single_sign_on.FILE).write_text(TEXT)
    with pytest.raises(BadValue, match="REPRIEVE_SSO_SECRET"):
        single_sign_on.read(tmp_path)
    key = tmp_path / single_sign_on.SECRET_FILE
    key.touch(mode=0o644)
    with pytest.raises(BadValue, match="can be read by others"):
        single_sign_on.read(tmp_path)
    key.chmod(0o600)
    with pytest.raises(BadValue, match="is empty"):
        single_sign_on.read(tmp_path)
    key.write_text("invented-secret\n")
    found = single_sign_on.read(tmp_path)
    assert found is not None
    assert found["secret"] == "invented-secret"
    assert found["form_origins"] == ["https://login.example.org"]
    assert found["link_by"] == "statement"
    assert found["second_factor"] == "ours"
    monkeypatch.setenv("REPRIEVE_SSO_SECRET", "another")
    [app] = single_sign_on.provider(single_sign_on.read(tmp_path))["openid_connect"]["APPS"]
    assert (app["secret"], app["settings"]["server_url"]) == (
        "another", "https://login.example.org"
    )  # fmt: skip


def test_a_named_file_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRIEVE_SSO_FILE", str(tmp_path / "none.toml"))
    with pytest.raises(BadValue, match="REPRIEVE_SSO_FILE"):
        single_sign_on.read(tmp_path)
    (tmp_path / "none.toml").write_text("name =")
    with pytest.raises(BadValue, match="cannot be read"):
        single_sign_on.read(tmp_path)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"issuer": "http://login.example.org"}, "issuer"),
        ({"issuer": "login.example.org"}, "issuer"),
        ({"client_id": 7}, "client_id"),
        ({"secret": "x"}, "secret"),
        ({"link_by": "name"}, "link_by"),
        ({"link_by": "mail"}, "mail_domains"),
        ({"mail_domains": "example.org"}, "mail_domains"),
        ({"second_factor": "none"}, "second_factor"),
        ({"second_factor": "provider"}, "acr"),
        ({"form_origins": ["http://login.example.org"]}, "form_origins"),
        ({"sign_out_url": "http://login.example.org/out"}, "sign_out_url"),
        ({"people": ["a@example.org"]}, "people"),
        ({"people": {"a@example.org": "1", "b@example.org": "1"}}, "people"),
        ({"people": {"a@example.org": ""}}, "people"),
    ],
)
def test_what_is_not_right_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue, match=f"single-sign-on {field}"):
        single_sign_on.checked({**USUAL, **changes})


def test_a_provider_on_this_machine_may_speak_plainly() -> None:
    said = single_sign_on.checked({**USUAL, "issuer": "http://127.0.0.1:9400"})
    assert said["form_origins"] == ["http://127.0.0.1:9400"]
