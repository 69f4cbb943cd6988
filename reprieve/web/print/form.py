"""A blank form on paper, made from the instrument's file: boxes to tick, scales, the body."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Group, Polygon, String
from reportlab.lib import colors
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer

from reprieve.clinical.body_areas import areas_of
from reprieve.clinical.instruments import Instrument, Item
from reprieve.web import body_map
from reprieve.web.print.paper import BODY, LARGE, SMALL, TITLE, Heading, build

BOX = "[  ]"
SCALE = 0.62
MANY = 12


def pdf(form: Instrument, *, clinic: str, paper: str = "letter") -> bytes:
    """This function will print a form to fill in by hand, black on white."""
    heading = Heading(clinic=clinic, patient=_("Name: ______________________  No. ________"))
    return build(_parts(form), heading=heading, title=_(form.title), paper=paper)


def _parts(form: Instrument) -> Iterator[Flowable]:
    yield Paragraph(escape(_(form.title)), TITLE)
    yield Paragraph(escape(_(form.recall)), BODY)
    yield Paragraph(escape(_("Date: ______________")), BODY)
    if form.store == "score":
        yield Paragraph(escape(_("The wording needs a licence: use the licensed form and copy the "
                                 "scores here.")), BODY)  # fmt: skip
    if form.store == "score" and form.enter_total:
        yield from _score_entry(form)
    else:
        yield from _questions(form)
    for note in (form.notice, _unconfirmed(form), f"{form.id} {form.version}"):
        if note:
            yield Paragraph(escape(note), SMALL)


def _score_entry(form: Instrument) -> Iterator[Flowable]:
    if form.rule != "none":
        yield _blank(_("Total score"), form.minimum or 0, form.maximum or 0)
    for part in form.subscales:
        yield _blank(_(part.label), part.minimum, part.maximum)


def _blank(label: str, low: float, high: float) -> Flowable:
    return Paragraph(escape(f"{label}: ________ ({low:g}-{high:g})"), LARGE)


def _questions(form: Instrument) -> Iterator[Flowable]:
    areas = areas_of(form.id)
    if areas:
        yield Paragraph(escape(_("Mark every place that hurts.")), LARGE)
        yield _body(areas)
        yield Paragraph(escape(f"{BOX} " + _("Nothing hurts")), LARGE)
    if form.words:
        yield KeepTogether([Paragraph(escape(_(form.words)), LARGE), Spacer(1, 60)])
    for number, item in enumerate((i for i in form.items if i.id not in areas), start=1):
        yield _question(number, item)


def _question(number: int, item: Item) -> Flowable:
    asked = Paragraph(escape(f"{number}. {_(item.label)}"), LARGE)
    if item.options:
        answers = [f"{BOX} {_(option.label)}" for option in item.options]
        short = sum(map(len, answers)) < 100
        lines = ["      ".join(answers)] if short else answers
    elif item.maximum - item.minimum <= MANY and not item.decimals:
        lines = ["      ".join(str(n) for n in range(int(item.minimum), int(item.maximum) + 1))]
        ends = zip((item.minimum, item.maximum), item.ends, strict=False)
        lines += [" · ".join(f"{n:g} = {_(word)}" for n, word in ends)] if item.ends else []
    else:
        lines = [f"________ ({item.minimum:g}-{item.maximum:g})"]
    return KeepTogether([asked, *(Paragraph(escape(line), BODY) for line in lines)])


def _body(areas: tuple[str, ...]) -> Drawing:
    """Both views side by side; the letters say which side is which."""
    picture = Drawing(2 * body_map.WIDTH * SCALE + 80, (body_map.HEIGHT + 20) * SCALE)
    for number, view in enumerate(body_map.views_of(areas)):
        group = Group(transform=(SCALE, 0, 0, SCALE, number * (body_map.WIDTH * SCALE + 50), 0))
        for shape in view.shapes:
            corners = [c for x, y in shape.corners for c in (x, body_map.HEIGHT - y)]
            group.add(Polygon(corners, fillColor=None, strokeColor=colors.black, strokeWidth=1))
        for letter, x in ((view.left, 0), (view.right, body_map.WIDTH - 12)):
            group.add(String(x, body_map.HEIGHT - 24, letter, fontSize=16))
        picture.add(group)
    return picture


def _unconfirmed(form: Instrument) -> str:
    return "" if form.verified else _("To be confirmed by the medical director.")
