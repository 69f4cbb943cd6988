"""The browser is real and axe sees what a person would stumble over."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

GOOD = "<html lang='en'><title>Invented</title><main><h1>Words</h1></main></html>"
BAD = GOOD.replace("</main>", "<img src='data:,'><input></main>")


@pytest.mark.journey
def test_axe_passes_a_plain_page(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content(GOOD)
    axe(page)
    assert page.viewport_size == {"width": 1280, "height": 800}


@pytest.mark.journey
def test_axe_names_each_barrier_at_both_sizes(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content(BAD)
    with pytest.raises(AssertionError) as caught:
        axe(page)
    for found in ("1280x800 image-alt", "390x844 image-alt", "390x844 label"):
        assert found in str(caught.value)
