"""Pages of the locked cabinet: scanned in, drawn, measured unseen by two, printed."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from reprieve.knowledge import BadValue
from reprieve.pathway import clock
from reprieve.records.models import Portion, User
from reprieve.records.queries import discrepancies, origins, portions, stock
from reprieve.web import second
from tests.drug_room import MIDAZOLAM, infused, left_ml, with_bag
from tests.papers import says, words_of
from tests.web.reading import without_ids
from tests.world import PASSWORD, World, new

AsRole = Callable[[str], Client]
SCAN = "(01)00300000000001(17)270630(10)K-77"
SCAN_OF_ELSEWHERE = "(01)05000000000005(17)270630(10)K-77"
DELIVERY = {
    "scan": SCAN, "drug": "ketamine", "form": "racemic",
    "strength_mg_per_ml": "50", "volume_ml": "10", "count": "2", "supplier": "Invented",
    "supplier_dea": "RI0000000", "invoice": "I-77",
}  # fmt: skip


@pytest.fixture
def today(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The pages see the test's clock."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return world


def post(browser: Client, name: str, *args: object, status: int = 302, **data: Any) -> str:
    answer = browser.post(reverse(name, args=args), data | {"act": str(new())})
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def get(browser: Client, name: str, *args: object, query: str = "") -> str:
    answer = browser.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def witness(world: World, who: str = "physician", password: str = PASSWORD) -> dict[str, str]:
    return {"second": str(world[who].practitioner), "password": password}


def test_a_witness_whose_password_a_manager_gave_is_nobody_yet(
    today: World, as_role: AsRole
) -> None:
    doctor = User.objects.get(pk=today["physician"].user)
    doctor.password_given_at = today.at
    doctor.save()
    request = RequestFactory().post("/ledger")
    request.actor = today["infusion_nurse"]
    with pytest.raises(BadValue, match="second: must first choose a password"):
        second.second_of(
            request, person=str(today["physician"].practitioner), password=PASSWORD
        )


def test_a_box_is_scanned_and_held(today: World, as_role: AsRole) -> None:
    nurse = as_role("infusion_nurse")
    assert "No vials yet" in get(nurse, "ledger")
    post(nurse, "ledger_receive", **DELIVERY)
    page = get(nurse, "ledger")
    assert "K-77/1" in page
    assert re.search(r"1000\s*mg", page)
    assert "no initial inventory yet" in page
    [first, _] = stock.held(clinic=today.id)
    assert "received" in get(nurse, "ledger_vial", first.id)
    assert "NDC 0000000000" in get(nurse, "ledger_vial", first.id)


@pytest.mark.parametrize(
    ("scan", "typed", "kept"),
    [
        (SCAN, "", "0000000000"),
        (SCAN, "0000000000", "0000000000"),
        (SCAN, "00000-000-00", "00000-000-00"),  # says more than the scan: where hyphens stand
        (SCAN, "00000-0000-00", "00000-0000-00"),
        (SCAN, "00000-000-07", "00000-000-07"),  # of a vial in the box that was scanned
        (SCAN_OF_ELSEWHERE, "", ""),
        (SCAN_OF_ELSEWHERE, "00000-451-10", "00000-451-10"),
    ],
)
def test_the_scan_gives_the_ndc_and_what_is_typed_has_its_hyphens(
    today: World, as_role: AsRole, scan: str, typed: str, kept: str
) -> None:
    nurse = as_role("infusion_nurse")
    said = {"scan": scan, "ndc": typed, "manufacturer": "Invented Pharma"}
    post(nurse, "ledger_receive", **(DELIVERY | said))
    vials = [vial.id for vial in stock.held(clinic=today.id)]
    told = origins.of_vials(clinic=today.id, vials=vials)
    assert [(one.manufacturer, one.ndc) for one in told.values()] == [("Invented Pharma", kept)] * 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ndc": "00000-452-10"}, "ndc"),
        ({"ndc": "0000100001"}, "ndc"),
        ({"ndc": "00000-4511-00"}, "ndc"),
        ({"ndc": "00000-00-000"}, "ndc"),
        ({"ndc": "00000000000"}, "ndc"),
        ({"ndc": "0" * 21}, "ndc"),
        ({"manufacturer": "M" * 81}, "manufacturer"),
    ],
)
def test_an_ndc_that_cannot_be_or_is_not_the_scans_is_refused_beside_its_field(
    today: World, as_role: AsRole, changes: dict[str, str], field: str
) -> None:
    page = post(as_role("infusion_nurse"), "ledger_receive", status=422, **(DELIVERY | changes))
    assert re.findall(r'id="id_(\w+)_error"', page) == [field]
    assert stock.held(clinic=today.id) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scan": "0912"}, "is not the barcode"),
        ({"lot": "OTHER"}, "is not what the barcode says"),
        ({"scan": ""}, "scan the box or type it"),
        ({"scan": "", "lot": "K-1", "expires_on": "2020-01-01"}, "cannot be taken in"),
        ({"strength_mg_per_ml": "500"}, "must be one of"),
    ],
)
def test_a_delivery_that_cannot_be_is_said_beside_its_field(
    today: World, as_role: AsRole, changes: dict[str, str], says: str
) -> None:
    nurse = as_role("infusion_nurse")
    assert says in post(nurse, "ledger_receive", status=422, **(DELIVERY | changes))


def test_a_draw_is_written_and_labelled(today: World, as_role: AsRole) -> None:
    _room, visit, vials = with_bag(today)
    nurse = as_role("infusion_nurse")
    assert "the recipe asks for" not in get(nurse, "ledger_draw", visit.encounter)
    refused = post(
        nurse, "ledger_draw", visit.encounter, status=422, vial=str(vials[0]), volume_ml="11"
    )
    assert "550 mg cannot leave it" in refused
    post(nurse, "ledger_draw", visit.encounter, vial=str(vials[0]), volume_ml="2.5")
    page = get(nurse, "ledger_draw", visit.encounter)
    assert "the recipe asks for 2.5\u00a0mL" in page
    portion = Portion.of(today.id).get()
    label = nurse.get(reverse("ledger_label", args=[portion.pk]))
    assert label.content.startswith(b"%PDF")
    assert "in use" in get(nurse, "ledger_portion", portion.pk)


def test_what_is_left_is_measured_unseen_by_two(today: World, as_role: AsRole) -> None:
    _, _, portion = infused(today)
    nurse = as_role("infusion_nurse")
    readings = {"bag_ml": "180", "line_ml": "15", "syringe_ml": "0"}
    asked = without_ids(get(nurse, "ledger_measure", portion))
    for number in ("125", "99.1", "25.9"):
        assert number not in asked
    post(nurse, "ledger_measure", portion, **readings)
    beside = without_ids(get(nurse, "ledger_witness", portion))
    assert "180" not in beside.replace("180px", "")
    again = post(nurse, "ledger_witness", portion, status=422,
                 **readings, **witness(today, password="wrong"))  # fmt: skip
    assert "is not the second person" in again
    today.later(seconds=1)
    post(nurse, "ledger_witness", portion, **(readings | {"bag_ml": "90"}), **witness(today))
    assert portions.one(clinic=today.id, portion=portion).closed is None  # type: ignore[union-attr]
    today.later(seconds=1)
    post(nurse, "ledger_measure", portion, **readings)
    post(nurse, "ledger_witness", portion, **readings, **witness(today))
    page = get(nurse, "ledger_portion", portion)
    assert "measured by Infusion_Nurse Invented, witnessed by Physician Invented" in page


def test_a_vial_is_wasted_lost_and_sent_away(today: World, as_role: AsRole) -> None:
    room, visit, vials = with_bag(today, vials=4)
    nurse = as_role("infusion_nurse")
    room.draw(visit.encounter, vials[0], "5")
    post(nurse, "ledger_overage", vials[0], volume_ml="0.2", **witness(today))
    assert "cannot leave it" in post(nurse, "ledger_waste", vials[0], status=422,
                                     volume_ml="9", **witness(today))  # fmt: skip
    post(nurse, "ledger_waste", vials[0], volume_ml="5.2", **witness(today))
    post(nurse, "ledger_lose", vials[1], cause="theft", text="Gone at dawn.", second="",
         password="")  # fmt: skip
    post(nurse, "ledger_destroy", vials=[str(vials[2])], manner="on_site", reference="F41-1",
         reason="damaged", **witness(today))  # fmt: skip
    post(nurse, "ledger_transfer", vials=[str(vials[3])], receiver="Hospital",
         receiver_dea="BI0000000", invoice="T-1", **witness(today))  # fmt: skip
    assert stock.held(clinic=today.id) == []
    assert "written notice due" in get(nurse, "ledger")


def test_a_witness_is_chosen_from_others(today: World, as_role: AsRole) -> None:
    room, visit, vials = with_bag(today)
    room.draw(visit.encounter, vials[0], "1")
    nurse = as_role("infusion_nurse")
    own = witness(today, "infusion_nurse")
    answer = post(nurse, "ledger_waste", vials[0], status=422, volume_ml="9", **own)
    assert "not one of the available choices" in answer


def test_a_blind_count_and_a_directors_word(today: World, as_role: AsRole) -> None:
    room, visit, vials = with_bag(today)
    room.receive(MIDAZOLAM, count=4)
    room.draw(visit.encounter, vials[0], "5")
    nurse, director = as_role("infusion_nurse"), as_role("medical_director")
    form = get(nurse, "ledger_count")
    assert not re.search(r"\b250\b", form)
    fields = re.findall(r'name="((?:ketamine|midazolam)-[^"]+|[0-9a-f-]{36})"', form)
    counted = dict(zip(fields, ("2", "3", "5"), strict=True))
    post(nurse, "ledger_count", occasion="shift", business="open", **counted, **witness(today))
    [found] = discrepancies.waiting(clinic=today.id)
    assert found.drug == "midazolam"
    assert "The medical director judges" in get(nurse, "ledger_discrepancy", found.id)
    assert "required" in post(director, "ledger_discrepancy", found.id, status=422,
                               kind="judged_loss", text=" ")  # fmt: skip
    post(director, "ledger_discrepancy", found.id, kind="judged_loss", text="Not found.")
    [loss] = discrepancies.waiting(clinic=today.id)
    assert "Written notice to the Field Division by" in get(director, "ledger_discrepancy", loss.id)
    nobodys = nurse.get(reverse("ledger_discrepancy", args=[uuid.uuid4()]))
    assert nobodys.status_code == 404


def test_a_difference_at_a_closing_leads_to_its_sum_and_its_record(
    today: World, as_role: AsRole
) -> None:
    room, visit, portion = infused(today)
    room.account(portion, **left_ml(today, portion, less_mg="10"))
    [found] = discrepancies.waiting(clinic=today.id)
    sum_, record = reverse("ledger_portion", args=[portion]), f"/record/{visit.encounter}"
    page = get(as_role("medical_director"), "ledger_discrepancy", found.id)
    assert f'href="{sum_}"' in page
    assert f'href="{record}"' in page
    page = get(as_role("manager"), "ledger_discrepancy", found.id)
    assert f'href="{sum_}"' in page
    assert record not in page  # a manager reads no record


def test_documents_agree_with_the_record_to_a_hundredth(today: World, as_role: AsRole) -> None:
    room, visit, portion = infused(today)
    view = room.portion(portion)
    left = f"{Decimal(view.drawn_ug - view.given_ug) / view.concentration_ug_per_ml:.3f}"
    room.account(portion, bag_ml=left)
    auditor = as_role("auditor")
    day = today.at.date().isoformat()
    span = f"?first={day}&last={day}"
    rows = list(csv.DictReader(io.StringIO(get(auditor, "ledger_paper", "log", "csv", query=span))))
    drawn = next(row for row in rows if row["What"] == "drawn")
    given_mg = Decimal(visit.pump.chair.given_ug()) / 1000
    assert abs(Decimal(drawn["Given"].split()[0]) - given_mg) < Decimal("0.01")
    assert drawn["Patient and address"] == "Iva Invented"
    assert f"{given_mg:.2f}" in get(as_role("infusion_nurse"), "record", visit.encounter)
    for name in ("inventory", "log", "discrepancies"):
        for form, start in (("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf"[:0])):
            url = reverse("ledger_paper", args=[name, form]) + span
            assert auditor.get(url).content.startswith(start)
    assert "Infusion_Nurse Invented" in get(auditor, "ledger_papers", query=span)
    assert auditor.get(reverse("ledger_paper", args=["log", "xml"])).status_code == 404
    assert auditor.get(reverse("ledger_papers") + "?first=x").status_code == 200


def test_documents_name_maker_and_ndc_of_each_vial(today: World, as_role: AsRole) -> None:
    room, visit, [unknown, *_] = with_bag(today, vials=2)
    made = {"manufacturer": "Invented Pharma", "ndc": "00000-451-10", "count": 2}
    [known, _other] = room.receive(invoice="I-9", again=True, **made)
    for vial in (unknown, known):
        room.draw(visit.encounter, vial, "1")
    auditor = as_role("auditor")
    held = csv.reader(io.StringIO(get(auditor, "ledger_paper", "inventory", "csv")))
    heading, *lines = held
    assert heading[-3:] == ["Amount", "Manufacturer", "NDC"]
    assert sorted((line[3], line[4], *line[-2:]) for line in lines) == [
        ("1", "K-1", "", ""), ("1", "K-1", "Invented Pharma", "00000-451-10"),
        ("1, open", "K-1/1", "", ""), ("1, open", "K-1/3", "Invented Pharma", "00000-451-10"),
    ]  # fmt: skip
    heading, *lines = csv.reader(io.StringIO(get(auditor, "ledger_paper", "log", "csv")))
    assert heading[-3:] == ["Papers", "Manufacturer", "NDC"]
    drawn = {line[2]: line[-2:] for line in lines if line[3] == "drawn"}
    assert drawn == {"K-1/1": ["", ""], "K-1/3": ["Invented Pharma", "00000-451-10"]}
    papers = [
        auditor.get(reverse("ledger_paper", args=[name, "pdf"])).content
        for name in ("inventory", "log")
    ]
    for paper, words in zip(papers, ("00000-451-10", "NDC 00000-451-10"), strict=True):
        assert words_of(paper).count("451-10") == 2, words
        assert says(paper, words)
