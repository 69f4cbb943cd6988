"""The text of consent, versioned, in each language that the clinic speaks with patients."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve import knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading with its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """What a patient reads and confirms. `sha256` is that of the file as shipped.

    A signature on a version before `renew_before` no longer counts.
    """

    language: str
    title: str
    version: str
    renew_before: str
    sections: tuple[Section, ...]
    statements: tuple[str, ...]
    sha256: str
    source: str
    verified: bool


def languages() -> tuple[str, ...]:
    """This function will list the languages in which the text exists."""
    return knowledge.names(__name__)


def text(language: str) -> ConsentText:
    """This function will read the text in one language. Raises BadValue naming the known ones."""
    file = knowledge.load(__name__, language)
    data = file.data
    return ConsentText(
        language=language,
        title=data["title"],
        version=data["version"],
        renew_before=data["renew_before"],
        sections=tuple(
            Section(heading=part["heading"], paragraphs=tuple(part["paragraphs"]))
            for part in data["section"]
        ),
        statements=tuple(data["statements"]),
        sha256=file.sha256,
        source=data["source"],
        verified=data["verified"],
    )


def counts(*, language: str, version: str) -> bool:
    """This function will tell whether a signature on a version of the text still counts."""
    return language in languages() and version >= text(language).renew_before
