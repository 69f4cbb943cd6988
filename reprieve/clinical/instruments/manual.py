"""The manual's page of instruments, printed from their files.

Write it anew with `python -m reprieve.clinical.instruments.manual > docs/manual/instruments.md`.
"""

from __future__ import annotations

import sys

from reprieve.clinical.instruments.model import Band, Instrument, Item, Subscale
from reprieve.clinical.instruments.reading import instrument, instruments

HEAD = """# Instruments

Score one with `reprieve score INSTRUMENT ANSWERS.json`. A list of answers holds the scored items in
the order below; unscored items are left out. Where the wording needs a licence, items carry labels
of our own and a finished score may be entered instead.
"""


def page() -> str:
    """Print the page."""
    return "\n".join([HEAD, *(chapter(instrument(name)) for name in instruments())])


def chapter(form: Instrument) -> str:
    """Print one instrument's chapter."""
    lines = [f"## `{form.id}`: {form.title}\n", f"{form.purpose}. Recall: {form.recall}.\n"]
    if not form.verified:
        lines.append(
            f"**To be confirmed by the medical director:** {', '.join(form.unverified)}.\n"
        )
    lines += ["| item | text | answers |", "|---|---|---|"]
    lines += [f"| `{i.id}` | {i.label} | {_answers(i)} |" for i in form.items]
    lines.append(f"\n{_total(form)} {form.missing_rule}\n")
    lines += [_part(s) for s in form.subscales]
    lines += [f'- Band "{b.label}": {_band(b)}' for b in form.bands]
    lines += [f"- Flag `{f.id}` ({', '.join(f.items)}): {f.act}" for f in form.flags]
    if form.t_scores:
        lines += ["", "| raw | T | SE |", "|---|---|---|"]
        lines += [f"| {raw} | {t} | {se} |" for raw, (t, se) in form.t_scores.items()]
    lines.append(f"\nCode: {form.code} ({form.code_system}). Licence: {form.licence}.")
    lines.append(f"Source: {form.source}. In force from {form.valid_from}.\n")
    return "\n".join([*lines, form.notice + "\n"] if form.notice else lines)


def _answers(item: Item) -> str:
    extras = ["not scored"] if not item.scored else []
    extras += ["reversed"] if item.reverse else []
    extras += [f"asked if {k} is {v}" for k, v in item.only_if.items()]
    if item.kind == "yes-no":
        shown = "yes or no"
    elif item.options:
        shown = "; ".join(f"{o.code or o.value}: {o.label}" for o in item.options)
    else:
        unit = "" if item.unit == "{score}" else f" {item.unit}"
        shown = f"{item.minimum:g} to {item.maximum:g}{unit}"
    return shown + "".join(f" ({e})" for e in extras)


def _total(form: Instrument) -> str:
    if form.minimum is None or form.maximum is None:
        return "Total: none."
    return f"Total: {form.rule}, {form.minimum:g} to {form.maximum:g}."


def _part(part: Subscale) -> str:
    least = f"at least {part.least_answered} of {len(part.items)} answered"
    return f"- Part `{part.id}`: {part.rule}, {part.minimum:g} to {part.maximum:g}, {least}."


def _band(band: Band) -> str:
    if band.any_yes:
        return f"yes to any of {', '.join(band.any_yes)}"
    if band.any_points is not None:
        return f"{band.any_points} points in one item"
    if band.at_least is None:
        return "otherwise"
    of = "" if band.of == "total" else f" of {band.of}"
    sex = f", {band.sex}" if band.sex else ""
    return f"from {band.at_least:g}{of}{sex}"


if __name__ == "__main__":
    sys.stdout.write(page())
