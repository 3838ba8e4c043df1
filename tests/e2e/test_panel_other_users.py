"""Browser tests of the panel and the card for users without rights or English."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page, expect
import pytest

from .development import Development
from .pins import Pins
from .test_panel import SOON, open_panel, row_of
from .test_panel_quality import open_cards

pytestmark = pytest.mark.e2e

TRANSLATIONS: Final = (
    Path(__file__).parents[2] / "custom_components" / "seam" / "translations"
)
# What these users may operate: it changes what they see, and nothing else.
HARMLESS: Final = {
    "Back",
    "Download CSV",
    "Earlier",
    "Expired",
    "Later",
    "Lock",
    "Order",
    "Period",
    "Rows",
    "Search codes",
    "Search locks and names",
    "Search names",
    "Show all",
    "Show more",
    "Today",
}
# The names of all buttons and fields inside of an element.
CONTROLS: Final = """(element) => {
  const names = new Set();
  const visit = (node) => {
    if (node.localName?.startsWith("ha-")) return;
    if (node.matches?.("button, input, select, [role=button], [role=menuitem]")) {
      const name = node.ariaLabel ?? node.labels?.[0]?.innerText ?? node.innerText;
      // Without options and counts.
      names.add(name.trim().split("\\n")[0].replace(/ \\d+$/, ""));
    }
    if (node.shadowRoot) visit(node.shadowRoot);
    for (const child of node.children) visit(child);
  };
  visit(element);
  return [...names];
}"""


@pytest.fixture
def other_page(
    browser: BrowserContext, page: Page, development: Development, pins: Pins
) -> Iterator[Page]:
    """Open a page that is signed in as a user who is no administrator."""
    page.wait_for_function("() => document.querySelector('home-assistant')?.hass?.user")
    page.evaluate(
        """async () => {
            const { hass } = document.querySelector("home-assistant");
            const users = await hass.callWS({ type: "config/auth/list" });
            if (users.some(({ name }) => name === "Cleaner")) return;
            const { user } = await hass.callWS({
                type: "config/auth/create",
                name: "Cleaner",
                group_ids: ["system-users"],
            });
            await hass.callWS({
                type: "config/auth_provider/homeassistant/create",
                user_id: user.id,
                username: "cleaner",
                password: "cleaner",
            });
        }"""
    )
    assert browser.browser is not None
    context = browser.browser.new_context(locale="en-GB")
    other = context.new_page()
    pins.watch(other)
    other.goto(development.url)
    other.locator("input[name=username]").fill("cleaner")
    other.locator("input[name=password]").fill("cleaner")
    other.get_by_role("button", name="Log in").click()
    other.wait_for_url("**/seam-locks/**", timeout=SOON)
    yield other
    context.close()


def test_other_users_see_no_pin_and_no_control(
    page: Page, other_page: Page, development: Development, screenshots: Path
) -> None:
    """Users who are no administrators see the codes, but no PIN and nothing to change."""
    pins = Pins()
    pins.known.update(
        code["code"]
        for device_id in development.locks()
        for managed in (True, False)
        for code in development.codes(device_id, managed=managed)
        if code["code"]
    )
    locks = development.locks()
    code_id = development.codes(next(iter(locks)), managed=True)[0]["access_code_id"]
    controls = set()
    for path in (
        *("", "/locks", "/timeline", "/found", "/activity", f"/codes/{code_id}"),
        *(f"/lock/{device_id}" for device_id in locks),
    ):
        panel = open_panel(other_page, development, path)
        if path == "/found":
            expect(panel.get_by_text("Installer", exact=True)).to_be_visible()
        if path.startswith("/lock/"):
            expect(panel.locator("seam-lock-page")).to_be_visible()
            if locks[path.rpartition("/")[2]] == "Front Door":
                expect(row_of(panel, "Cleaner")).to_be_visible()
                other_page.screenshot(path=screenshots / "panel-other-user.png")
        controls |= {*panel.evaluate(CONTROLS)}
        assert not pins.found_in_page(other_page), path
    open_cards(page, development)
    other_page.goto(f"{development.url}/card-test")
    card = other_page.locator("seam-access-codes-card").first
    expect(card.get_by_text("Owner", exact=True)).to_be_visible(timeout=SOON)
    controls |= {*card.evaluate(CONTROLS)}
    assert not pins.found_in_page(other_page)
    states = ("Locked", "Unlocked", "Unknown")
    opens_dialog = {f"{name}: {state}" for name in locks.values() for state in states}
    assert controls & opens_dialog
    assert controls <= HARMLESS | opens_dialog


def test_controls_are_found(page: Page, development: Development) -> None:
    """For an administrator, the controls that change something are found."""
    device_id = next(i for i, n in development.locks().items() if n == "Front Door")
    panel = open_panel(page, development, f"/lock/{device_id}")
    expect(row_of(panel, "Cleaner")).to_be_visible()
    assert {*panel.evaluate(CONTROLS)} >= {
        *("Add guest", "Refresh", "Show PIN: Cleaner", "Actions for Cleaner")
    }


def test_user_sees_texts_of_server_in_own_language(
    page: Page, development: Development
) -> None:
    """Advice and reasons are in the user's language, not in that of the server."""
    texts = json.loads((TRANSLATIONS / "de.json").read_text("utf-8"))
    advice = texts["selector"]["advice"]["options"]["bring_online"]
    page.evaluate("() => localStorage.setItem('selectedLanguage', '\"de\"')")
    panel = open_panel(page, development)
    # The simulator has a lock that is offline.
    expect(panel.get_by_text(advice).first).to_be_visible()
    open_panel(page, development, "/found")
    # A part without the names of the code and the lock.
    reason = texts["exceptions"]["not_convertible"]["message"].rsplit("} ")[-1]
    expect(panel.get_by_text(reason).first).to_be_visible()
    page.evaluate("() => localStorage.removeItem('selectedLanguage')")
