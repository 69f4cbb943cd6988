"""The text of consent: whole in each language, honest in its words."""

import pytest

from reprieve.clinical import consent
from reprieve.knowledge import BadValue

EVERY = consent.languages()


def test_it_exists_in_both_languages() -> None:
    assert EVERY == ("en", "es")


@pytest.mark.parametrize("language", EVERY)
def test_each_language_has_the_same_parts_and_version(language: str) -> None:
    english, text = consent.text("en"), consent.text(language)
    assert [len(s.paragraphs) for s in text.sections] == [
        len(s.paragraphs) for s in english.sections
    ]
    assert len(text.statements) == len(english.statements)
    assert (text.version, text.renew_before) == (english.version, english.renew_before)


@pytest.mark.parametrize(
    "word", ["off-label", "Dependence", "Bladder", "Liver", "drive", "Other choices"]
)
def test_what_has_to_be_said_is_said(word: str) -> None:
    text = consent.text("en")
    said = " ".join(p for s in text.sections for p in s.paragraphs)
    assert word in said
    assert "low risk" not in said.lower()


def test_signatures_on_old_versions_stop_counting() -> None:
    version = consent.text("en").renew_before
    assert consent.counts(language="en", version=version)
    assert not consent.counts(language="en", version="2020-01-01")
    assert not consent.counts(language="xx", version=version)


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(BadValue, match="xx"):
        consent.text("xx")
