"""A manager tries a dialect on a message and uses it; monitors are read by it from then on."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from tests.interop.hl7v2.test_own_dialects import OWN
from tests.world import World, new

MESSAGE = (
    "MSH|^~\\&|OLDMON7||||20260303120000-0500||ORU^R01^ORU_R01|c7|P|2.6\r\n"
    "OBR|1|||1^Vitals^L|||20260303120000-0500\r\n"
    "OBX|1|NM|110^HR^99OLD||71|/min|||||F\r\n"
)


def test_a_dialect_is_tried_used_and_taken_away(
    as_role: Callable[[str], Client], world: World
) -> None:
    manager, nurse = as_role("manager"), as_role("infusion_nurse")

    def post(do: str, toml: str = OWN, message: str = "") -> tuple[int, str]:
        sent = {"act": str(new()), "name": "old", "toml": toml, "message": message, "do": do}
        answer = manager.post(reverse("dialect_new"), sent)
        return answer.status_code, answer.content.decode()

    def tried() -> bool:
        page = nurse.post(reverse("monitor_try"), {"message": MESSAGE}).content.decode()
        return "unmapped code" not in page and "71 /min" in page

    assert "extends = &quot;mdc&quot;" in manager.get(reverse("dialect_new")).content.decode()
    assert "GE (B1x5 and others)" in manager.get(reverse("dialects")).content.decode()
    assert "A message is needed" in post("try")[1]
    status, page = post("try", message=MESSAGE)
    assert (status, "71 /min" in page) == (200, True)
    assert not tried()  # trying keeps nothing
    status, page = post("keep", toml=OWN.replace('"heart_rate"', '"hr"'))
    assert status == 422
    assert "code 1 signal: unknown &#x27;hr&#x27;" in page
    assert not tried()
    assert post("keep")[0] == 302
    assert tried()
    assert "Our old monitor" in manager.get(reverse("dialect", args=["old"])).content.decode()
    world.later(seconds=1)
    assert post("remove")[0] == 302
    assert not tried()
    assert nurse.get(reverse("dialects")).status_code == 403
