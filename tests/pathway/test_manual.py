"""The printed chapter says what the tables say."""

from reprieve.pathway import manual


def test_the_chapter_is_not_stale() -> None:
    assert manual.CHAPTER.read_text() == manual.chapter(), "run python -m reprieve.pathway.manual"
