"""Texts marked for translation are found in Python and in templates, and missed ones are listed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from reprieve.config.catalogue import CONTEXT, PLURAL
from reprieve.config.marked import in_python, in_template, missing

PYTHON = """
a = _("one (of two)")
b = translation.gettext_lazy('two')
c = ngettext("{n} day", "{n} days", n)
d = pgettext("verb", "hold")
e = Message(id=N_("three"))
f = _(name), print("not me"), ngettext(a, b, n), pgettext(x, "y")
"""
TEMPLATE = """{% load i18n %}
<c-page-header title="{% trans 'Welcome' %}" />
{% translate "It's (here)" %}
{% blocktrans trimmed with name=actor.name %}
  Hello {{ name }}
{% endblocktrans %}
{% blocktranslate count n=days %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}
{% trans "Hold" context "verb" %}
"""


def test_python_is_read_by_its_tree() -> None:
    keys = {"one (of two)", "two", f"{{n}} day{PLURAL}{{n}} days", f"verb{CONTEXT}hold", "three"}
    assert set(in_python(PYTHON)) == keys


def test_templates_are_read_by_djangos_lexer() -> None:
    assert set(in_template(TEMPLATE)) == {
        "Welcome", "It's (here)", "Hello %(name)s", f"%(n)s day{PLURAL}%(n)s days",
        f"verb{CONTEXT}Hold",
    }  # fmt: skip


def test_what_a_language_misses_is_listed_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "a.po").write_text('msgid "two"\nmsgstr "dos"\n', "utf-8")
    (tmp_path / "a.py").write_text(PYTHON)
    (tmp_path / "b.html").write_text(TEMPLATE)
    lost = missing(tmp_path, locale=tmp_path, language="es")
    assert "two" not in lost
    assert lost["three"].name == "a.py"
    assert lost["Welcome"].name == "b.html"


def test_the_list_of_missed_words_is_po(tmp_path: Path) -> None:
    package = Path(__file__).parents[2] / "reprieve" / "config"
    done = subprocess.run(
        [sys.executable, "-m", "reprieve.config.marked", "xx", str(package)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert 'msgid "English"\nmsgstr ""' in done.stdout
