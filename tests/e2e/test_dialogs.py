"""Browser tests of the panel's dialogs, with a `hass` object instead of Home Assistant."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Locator, Page, Route, expect
import pytest

pytestmark = pytest.mark.e2e

FILES: Final = {
    "/seam": Path(__file__).parent / "fake.html",
    "/seam.js": Path(__file__).parents[2]
    / "custom_components"
    / "seam"
    / "frontend"
    / "seam.js",
}

type Start = Callable[[str], Locator]


@pytest.fixture
def panel_page(chromium: Browser) -> Iterator[Page]:
    """Open a page that browsers do not give the clipboard, as it is not secure."""
    page = chromium.new_page(locale="en-GB", base_url="http://home.test")
    page.set_default_timeout(15_000)

    def serve(route: Route) -> None:
        route.fulfill(path=FILES[route.request.url.removeprefix("http://home.test")])

    page.route("http://home.test/seam*", serve)
    page.goto("/seam")
    page.wait_for_function("() => window.start")
    yield page
    page.close()


@pytest.fixture
def start(panel_page: Page) -> Start:
    """Return a function that shows the panel with options for `start` in fake.html."""

    def start(options: str) -> Locator:
        panel_page.evaluate(f"() => start({options})")
        return panel_page.locator("seam-panel")

    return start


def sent(page: Page, command: str) -> list[dict[str, Any]]:
    """Return the commands of a type that were sent."""
    calls: list[dict[str, Any]] = page.evaluate("() => calls")
    return [call for call in calls if call["type"] == f"seam/{command}"]


def choose(panel: Locator, name: str, action: str) -> Locator:
    """Choose an action from the menu of a code, and return its dialog."""
    panel.get_by_role("button", name=f"Actions for {name}", exact=True).first.click()
    panel.get_by_role("menuitem", name=action, exact=True).click()
    return panel.get_by_role("dialog")


def add_guest(panel: Locator, name: str = "Ada") -> Locator:
    """Fill in the form for a guest and send it, and return the dialog."""
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill(name)
    dialog.get_by_role("button", name="Add guest").click()
    return dialog


def test_pin_in_dialog_is_copied_without_https(panel_page: Page, start: Start) -> None:
    """Copy works in a dialog although the page has no access to the clipboard."""
    panel = start(
        "{locks: [lock('Door')], answer: () => ({access_code_id: 'x', code: '4711'})}"
    )
    assert not panel_page.evaluate("() => isSecureContext")
    dialog = add_guest(panel)
    copy = dialog.get_by_role("button", name="Copy")
    copy.click()
    expect(dialog.get_by_text("PIN copied")).to_be_visible()
    expect(copy).to_be_focused()
    dialog.get_by_role("button", name="Done").click()
    paste = panel_page.get_by_role("textbox", name="Paste here")
    paste.focus()
    panel_page.keyboard.press("Control+V")
    expect(paste).to_have_value("4711")


def test_copy_that_fails_is_reported(panel_page: Page, start: Start) -> None:
    """If the browser copies nothing, the panel does not say that it did."""
    panel = start(
        "{locks: [lock('Door')], answer: () => ({access_code_id: 'x', code: '4711'})}"
    )
    panel_page.evaluate("() => { HTMLTextAreaElement.prototype.focus = () => {}; }")
    panel_page.evaluate("() => { HTMLTextAreaElement.prototype.select = () => {}; }")
    dialog = add_guest(panel)
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_text("The PIN could not be copied.")).to_be_visible()
