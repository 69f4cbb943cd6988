"""Words in other languages, compiled without tools, from several files a language."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest

from reprieve.config.catalogue import compiled, entries
from reprieve.knowledge import BadValue

PO = """# A note.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

#: a.html
msgid "Stop"
msgstr "Alto"
msgid "Next"
msgstr ""

#, fuzzy
msgid "Guess"
msgstr "Quizá"

msgctxt "verb"
msgid "Hold"
msgstr "Retener"

msgid ""
"A long "
"\\"text\\""
msgstr ""
"Un texto "
"\\"largo\\""

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} día"
msgstr[1] "{n} días"
"""


@pytest.fixture
def locale(tmp_path: Path) -> Path:
    folder = tmp_path / "locale" / "es"
    folder.mkdir(parents=True)
    (folder / "one.po").write_text(PO, "utf-8")
    (folder / "two.po").write_text('msgid "More"\nmsgstr "Más"\n', "utf-8")
    return tmp_path / "locale"


def words(folder: Path) -> gettext.NullTranslations:
    return gettext.translation("django", str(folder), ["es"])


def test_a_catalogue_is_read_by_pythons_own_gettext(locale: Path, tmp_path: Path) -> None:
    said = words(compiled(locale, spare=tmp_path / "spare"))
    assert said.gettext("Stop") == "Alto"
    assert said.gettext("More") == "Más"
    assert said.gettext('A long "text"') == 'Un texto "largo"'
    assert said.pgettext("verb", "Hold") == "Retener"
    assert said.ngettext("{n} day", "{n} days", 1) == "{n} día"
    assert said.ngettext("{n} day", "{n} days", 0) == "{n} días"


def test_a_guess_and_an_empty_translation_stay_in_english(locale: Path, tmp_path: Path) -> None:
    said = words(compiled(locale, spare=tmp_path / "spare"))
    assert said.gettext("Guess") == "Guess"
    assert said.gettext("Next") == "Next"


def test_a_newer_file_is_compiled_again_and_an_old_one_is_not(locale: Path, tmp_path: Path) -> None:
    result = compiled(locale, spare=tmp_path) / "es" / "LC_MESSAGES" / "django.mo"
    made = result.stat().st_mtime_ns
    compiled(locale, spare=tmp_path)
    assert result.stat().st_mtime_ns == made
    changed = locale / "es" / "two.po"
    changed.write_text('msgid "More"\nmsgstr "Otro"\n', "utf-8")
    os.utime(changed, ns=(made + 10**9, made + 10**9))
    assert words(compiled(locale, spare=tmp_path)).gettext("More") == "Otro"


def test_a_place_that_cannot_be_written_is_left_alone(
    locale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Path.mkdir

    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        if self.is_relative_to(locale):
            raise PermissionError(self)
        make(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", refuse)
    spare = tmp_path / "spare"
    assert compiled(locale, spare=spare) == spare
    assert words(spare).gettext("Stop") == "Alto"


def test_without_any_place_the_product_speaks_english(
    locale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(self)

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert compiled(locale, spare=tmp_path / "spare") == locale


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.po"
    file.write_text('msgid "Stop"\nmsgstr "Alto\n', "utf-8")
    with pytest.raises(BadValue, match=r"bad\.po: line 2"):
        entries(file)
