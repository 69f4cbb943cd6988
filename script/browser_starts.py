"""Start the browser named on the command line once, so that a broken one is found at installing."""

import sys

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=sys.argv[1], args=["--no-sandbox", "--disable-gpu"]
    )
    page = browser.new_page(locale="en-US")
    page.set_content("<p>started</p>")
    words = page.inner_text("p")
    browser.close()

sys.exit(words != "started")
