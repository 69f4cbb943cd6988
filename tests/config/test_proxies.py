"""Which proxies are believed is said in one variable, and refused when it cannot be meant."""

from __future__ import annotations

import pytest

from reprieve.config import proxies
from reprieve.knowledge import BadValue


def test_without_a_word_nobody_is_believed() -> None:
    assert proxies.trusted() == ()


def test_addresses_and_networks_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(proxies.VARIABLE, "10.0.0.5, 192.0.2.0/28,2001:db8::/64,")
    assert list(map(str, proxies.trusted())) == ["10.0.0.5/32", "192.0.2.0/28", "2001:db8::/64"]


@pytest.mark.parametrize(
    "wrong", ["proxy", "10.0.0.5/8", "10.0.0.256", "10.0.0.1;10.0.0.2", "0.0.0.0/0", "::/0"]
)
def test_what_cannot_be_meant_is_refused_by_name(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(proxies.VARIABLE, wrong)
    with pytest.raises(BadValue, match="REPRIEVE_TRUSTED_PROXIES"):
        proxies.trusted()
