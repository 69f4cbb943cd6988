"""Find every text marked for translation, and what a language still misses.

`python -m reprieve.config.marked es` prints the missing entries as .po text, ready to be filled in.
GNU gettext is not needed: Python files are read by their syntax tree, templates by Django's lexer.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from reprieve.config.catalogue import CONTEXT, PLURAL, entries

SINGLE = frozenset({"_", "_lazy", "N_", "gettext", "gettext_lazy", "gettext_noop"})
WITH_PLURAL = frozenset({"ngettext", "ngettext_lazy"})
WITH_CONTEXT = frozenset({"pgettext", "pgettext_lazy"})


def in_python(source: str) -> Iterator[str]:
    """This function will list the keys that Python source marks, in order."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            key = _key(node)
            if key:
                yield key


def in_template(source: str) -> Iterator[str]:
    """This function will list the keys that a Django template marks, in order."""
    from django.utils.translation.template import templatize

    for line in _calls(templatize(source)):
        yield from in_python(line)


def marked(folder: Path) -> dict[str, Path]:
    """This function will map each marked key of a folder's files to the first file that has it."""
    found: dict[str, Path] = {}
    for file in sorted([*folder.rglob("*.py"), *folder.rglob("*.html")]):
        read = in_python if file.suffix == ".py" else in_template
        for key in read(file.read_text("utf-8")):
            found.setdefault(key, file)
    return found


def missing(folder: Path, *, locale: Path, language: str) -> dict[str, Path]:
    """This function will map each key without a translation to the file that uses it."""
    known: set[str] = set()
    for file in (locale / language).glob("*.po"):
        known |= entries(file).keys()
    return {key: file for key, file in marked(folder).items() if key not in known}


def _key(call: ast.Call) -> str:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if name in SINGLE and texts:
        return texts[0]
    if name in WITH_PLURAL and len(texts) > 1:
        return texts[0] + PLURAL + texts[1]
    if name in WITH_CONTEXT and len(texts) > 1:
        return texts[0] + CONTEXT + texts[1]
    return ""


def _calls(text: str) -> Iterator[str]:
    """Django's lexer leaves calls between filler: each is cut out by its brackets and quotes."""
    names = sorted(SINGLE | WITH_PLURAL | WITH_CONTEXT, key=len, reverse=True)
    at = 0
    while at < len(text):
        name = next((n for n in names if text.startswith(f"{n}(", at)), None)
        if name is None:
            at += 1
            continue
        end = _end(text, at + len(name))
        yield text[at:end]
        at = end


def _end(text: str, start: int) -> int:
    """The place after the bracket that closes the one at `start`; quoted brackets do not count."""
    quote, depth, at = "", 0, start
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == "\\":
                at += 1
            elif text.startswith(quote, at):
                at += len(quote) - 1
                quote = ""
        elif letter in "'\"":
            quote = letter * 3 if text.startswith(letter * 3, at) else letter
            at += len(quote) - 1
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if depth == 0:
                return at + 1
        at += 1
    return at


def _po(key: str) -> str:
    context, _sep, rest = key.rpartition(CONTEXT)
    single, _sep, plural = rest.partition(PLURAL)
    lines = [f"msgctxt {_quoted(context)}"] if context else []
    lines.append(f"msgid {_quoted(single)}")
    if plural:
        lines += [f"msgid_plural {_quoted(plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
    else:
        lines.append('msgstr ""')
    return "\n".join(lines)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main() -> None:
    """Print what a language misses, over the whole package or the folder given."""
    from django.conf import settings

    settings.configure(USE_I18N=True)
    package = Path(__file__).resolve().parent.parent
    folder = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else package
    lost = missing(folder, locale=package / "web" / "locale", language=sys.argv[1])
    for key, file in lost.items():
        sys.stdout.write(f"#: {file.relative_to(package.parent)}\n{_po(key)}\n\n")


if __name__ == "__main__":
    main()
