"""Labels and papers: nothing is cut off, nothing runs together, every moment has its year."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest
from django.utils import timezone
from reportlab.platypus import Paragraph

from reprieve.web.print import drug_label, drug_papers, medwatch, typeface
from reprieve.web.print.drug_label import DrugLabel
from reprieve.web.print.drug_papers import DrugPaper
from reprieve.web.print.paper import BODY, Heading
from reprieve.web.words import dated
from tests.papers import pages, words_of

HEADING = Heading(clinic="Invented Clinic", patient="Wed 4 Mar 2026")
LABEL = DrugLabel(
    drug="KETAMINE", strength="0.5 mg/mL", amount="125 mg", colour="yellow",
    patient="Maximiliane-Konstantina Inventedson-Longname the Third", born="12 Dec 1985",
    prepared="Sat 28 Nov 2026, 09:15 Infusion_Nurse Invented", start_by="Sun 29 Nov, 09:15",
    code="ABCDEF123456",
)  # fmt: skip


def right_edge(pdf: bytes) -> tuple[float, float]:
    """How far to the right a letter stands on the first page, and how wide that is."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        text = page.get_textpage()
        boxes = [text.get_charbox(n) for n in range(text.count_chars())]
        return max(box[2] for box in boxes), page.get_width()


def test_a_long_name_is_written_smaller_and_never_cut() -> None:
    made = drug_label.pdf(LABEL)
    edge, width = right_edge(made)
    assert edge < width - 5
    lines = words_of(made).splitlines()
    for said in (LABEL.patient, "12 Dec 1985", "Start by Sun 29 Nov, 09:15", LABEL.prepared):
        assert any(said in line for line in lines), said


def test_no_word_of_a_log_is_broken() -> None:
    row = ["Wed 4 Mar 2026, 12:06", "ketamine, racemic 50 mg/mL", "KET-0451/12", "received",
           "+500\u00a0mg", "500\u00a0mg", "", "", "", "", "Infusion_Nurse Invented", "",
           "INV-04512"]  # fmt: skip
    columns = ["When", "Drug", "Vial", "What", "Change", "Holds then", "Patient and address",
               "Given", "Wasted", "Difference", "Who", "Witness", "Papers"]  # fmt: skip
    paper = DrugPaper(title="Log", notes=[], columns=columns, rows=[row] * 40)
    made = drug_papers.pdf(paper, heading=HEADING)
    said = words_of(made).replace("\u00a0", " ").split()
    assert pages(made) > 1
    for word in ("Infusion_Nurse", "KET-0451/12", "received", "INV-04512", "racemic"):
        assert said.count(word) == 40, word


def test_a_paper_wider_than_the_page_still_prints() -> None:
    paper = DrugPaper(title="Log", notes=[], columns=["A", "B"], rows=[["x" * 300, "y"]])
    assert pages(drug_papers.pdf(paper, heading=HEADING)) == 1


def test_a_name_in_bold_is_bold() -> None:
    typeface.ready()
    bold, plain = Paragraph("<b>Weight today</b>", BODY), Paragraph("Weight today", BODY)
    assert [part.fontName for part in bold.frags] == [typeface.BOLD]
    assert [part.fontName for part in plain.frags] == [typeface.PLAIN]


@pytest.mark.parametrize("onset", ["2026-03-04T17:37:03+00:00", "2026-03-04T12:37:03-05:00"])
def test_a_field_set_has_the_clinics_own_time(onset: str) -> None:
    found = {"B_event": {"onset": onset, "ended": None, "expected": True}}
    said = words_of(medwatch.pdf(found, heading=HEADING))
    local = dated(datetime(2026, 3, 4, 17, 37, tzinfo=UTC)).rsplit(" ", 1)[1]
    assert f"Date and time of event: 4 Mar 2026, {local}" in said
    assert "Ended: not recorded" in said
    assert "Expected: yes" in said


def test_every_field_of_the_set_has_its_label() -> None:
    assert set(medwatch.MOMENTS) - {"at"} < set(medwatch.LABELS)
    assert set(medwatch.MAY_BE_NONE) < set(medwatch.LABELS)
    assert not [label for label in medwatch.LABELS.values() if "_" in label]


def test_a_moment_of_a_paper_has_its_year() -> None:
    now = datetime.now(UTC)
    assert str(timezone.localtime(now).year) in dated(now)
    assert dated(None) == ""
