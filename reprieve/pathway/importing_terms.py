"""Side effects as one cell of a table: `nausea:1; hypertension:3!; "pain: arm; left":2`.

A term that holds a colon, a semicolon or anything else that could be misread stands in double
quotes and is written as a JSON string. Whatever a clinic typed comes back letter by letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from reprieve.knowledge import BadValue

LONGEST = 80
NOT_LIKE = 'is not like nausea:1; a term with a colon in it is written "pain: arm":1'
Harm = tuple[str, int, bool]
# Begins with a letter or digit, so that no spreadsheet takes the cell for a formula.
_PLAIN = re.compile(r'[^\W_](?:[^:;"]*[^:;"\s])?')
_ONE = re.compile(r'("(?:[^"\\]|\\.)*"|[^:;]+):([1-5])(!?)\s*(?:;|$)')
_BETWEEN = " ;\n\t"


def written(harms: Iterable[Harm]) -> str:
    """This function will write terms with grade and mark (`!` is serious) as one cell."""
    return "; ".join(
        f"{_quoted(term)}:{grade}{'!' if serious else ''}" for term, grade, serious in harms
    )


def read(cell: str) -> tuple[Harm, ...]:
    """This function will read such a cell. Raises BadValue naming `side_effects`."""
    found: list[Harm] = []
    place = _after_gap(cell, 0)
    while place < len(cell):
        one = _ONE.match(cell, place)
        if one is None:
            raise BadValue("side_effects", f"{_shown(cell, place)!r} {NOT_LIKE}")
        found.append((_term(one[1]), int(one[2]), bool(one[3])))
        place = _after_gap(cell, one.end())
    return tuple(found)


def _quoted(term: str) -> str:
    if _PLAIN.fullmatch(term) and term.isprintable():
        return term
    return json.dumps(term, ensure_ascii=not term.isprintable())


def _term(text: str) -> str:
    term = _unquoted(text)
    if not 0 < len(term) <= LONGEST:
        raise BadValue("side_effects", f"a term needs 1 to {LONGEST} characters")
    return term


def _unquoted(text: str) -> str:
    """What is no JSON string stands as it is: tables written before quotes meant anything."""
    if not text.startswith('"'):
        return text.strip()
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip()


def _after_gap(cell: str, place: int) -> int:
    return len(cell) - len(cell[place:].lstrip(_BETWEEN))


def _shown(cell: str, place: int) -> str:
    return cell[place:].partition(";")[0][:40]
