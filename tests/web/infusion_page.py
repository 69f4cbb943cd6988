"""What tests of the infusion's screen share: opening it, making an entry, asking what is new."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from reprieve.records.models import InfusionEvent, MedicationRequest
from tests.chairside import Chair
from tests.world import new


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def enter(client: Client, chair: Chair, kind: str, /, **fields: object) -> Any:
    data = {"act": str(new()), **fields}
    address = reverse("infusion_entry", args=[chair.encounter, kind])
    return client.post(address, data, headers={"X-Reprieve-Entry": "1"})


def live(client: Client, chair: Chair, after: str = "") -> Any:
    return client.get(reverse("live_infusion", args=[chair.encounter]), {"after": after})


def cursor(html: str) -> str:
    found = re.search(r'data-cursor="([\d.]+)"', html)
    assert found
    return found[1]


def grid(html: str) -> Any:
    found = re.search(r'id="live-grid">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def events(chair: Chair) -> list[InfusionEvent]:
    rows = InfusionEvent.of(chair.world.id).filter(encounter_id=chair.encounter)
    return list(rows.order_by("recorded_ms", "at_ms"))


def ordered(chair: Chair, drug: str = "ketamine", **changes: object) -> None:
    ketamine = {
        "max_total_ug": 200_000, "max_rate_ug_per_h": 40_000, "max_dose_ug": 10_000,
        "weight_g": 80_000, "route": "iv",
        "steps": [{"start_min": 0, "end_min": 240, "rate_ug_per_h": 20_000}],
    }  # fmt: skip
    rescue = {"max_total_ug": 5_000, "max_dose_ug": 1_000, "min_interval_min": 2, "route": "iv",
              "as_needed": True}  # fmt: skip
    who = chair.world["physician"].practitioner
    MedicationRequest.objects.add(
        clinic_id=chair.world.id, patient_id=chair.patient, encounter_id=chair.encounter,
        drug=drug, valid_from=chair.world.at - timedelta(hours=1),
        valid_until=chair.world.at + timedelta(hours=12), prescriber_id=who,
        recorded_at=chair.world.at, by_id=who,
        **{**(ketamine if drug == "ketamine" else rescue), **changes},
    )  # fmt: skip
