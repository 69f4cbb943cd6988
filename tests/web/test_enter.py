"""Enter in a field presses a form's first submit button: it is the main one, never another."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

from reprieve import web
from reprieve.records.queries import clinics
from tests import booking_desk as desk
from tests.web.test_components import render
from tests.world import World

As = Callable[[str], Client]
TEMPLATES = Path(web.__file__).parent / "templates"


class Submits(HTMLParser):
    """The submit buttons of each form, as a browser counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append([])
        elif tag == "button" and self.forms and found.get("type", "submit") == "submit":
            self.forms[-1].append(found)


def submits(page: str) -> list[list[dict[str, str | None]]]:
    reader = Submits()
    reader.feed(page)
    return [form for form in reader.forms if form]


@pytest.mark.parametrize(
    "address",
    ["/settings/ladder", "/settings/numbers/{number}", "/settings/limits/sign/spo2",
     "/settings/calls/alarms", "/settings/calls/deadlines", "/settings/chairs/{chair}"],
)  # fmt: skip
def test_enter_approves_and_never_puts_back(world: World, as_role: As, address: str) -> None:
    desk.chairs(world)
    director = as_role("medical_director")
    every = director.get("/settings/numbers").content.decode()
    known = {
        "number": re.findall(r'href="/settings/numbers/([^"/]+)"', every)[0],
        "chair": clinics.chairs(clinic=world.id)[0].id,
    }
    answer = director.get(address.format(**known))
    assert answer.status_code == 200
    (buttons,) = [
        form for form in submits(answer.content.decode())
        if any(one.get("name") in ("default", "retire") for one in form)
    ]  # fmt: skip
    assert "name" not in buttons[0]
    assert "btn-primary" in (buttons[0]["class"] or "")


def test_what_stands_apart_is_written_last() -> None:
    page = render(
        '<c-actions><c-slot name="apart"><button name="default">Back</button></c-slot>'
        "<button>Approve</button></c-actions>"
    )
    assert page.index("Approve") < page.index("Back")


def test_every_template_leaves_that_to_the_component() -> None:
    by_hand = [
        path.name for path in TEMPLATES.rglob("*.html") if 'class="apart' in path.read_text()
    ]
    assert by_hand == ["actions.html"]
