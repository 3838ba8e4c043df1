"""Browser tests of the panel, as an administrator and as another user."""

from collections.abc import Callable, Iterator
from pathlib import Path
import re
from typing import Any, Final

from playwright.sync_api import BrowserContext, Locator, Page, expect
import pytest

from .development import Development
from .pins import Pins

pytestmark = pytest.mark.e2e

# Home Assistant may need a while to set a code. What a sync misses because a poll was
# already running waits for the next poll, a minute later.
SOON: Final = 90_000
# Whether it works already depends on its times.
READY: Final = re.compile(r"^The code (works|is ready)$")
HOSTILE: Final = "<img src=x onerror=alert(1)> **bold** {name} שלום"


def open_panel(page: Page, development: Development, path: str = "") -> Locator:
    """Open the panel and return it."""
    page.goto(f"{development.url}/seam{path}")
    panel = page.locator("seam-panel")
    expect(panel.get_by_text("Loading…")).to_have_count(0, timeout=SOON)
    return panel


def finish(page: Page, dialog: Locator) -> None:
    """Close a dialog of Home Assistant, which then goes back in the history."""
    dialog.get_by_role("button", name="Finish").click()
    page.wait_for_function("() => !history.state?.dialog")


def open_lock(page: Page, development: Development, name: str) -> Locator:
    """Open the page of a lock."""
    device_id = next(i for i, lock in development.locks().items() if lock == name)
    return open_panel(page, development, f"/lock/{device_id}")


def sync(page: Page) -> None:
    """Fetch everything from Seam."""
    page.wait_for_function(
        """() => Object.keys(
            document.querySelector("home-assistant")?.hass?.states ?? {}
        ).some((id) => /^button\\..*_sync$/.test(id))"""
    )
    page.evaluate(
        """() => {
            const { hass } = document.querySelector("home-assistant");
            const sync = Object.keys(hass.states).find((id) => /^button\\..*_sync$/.test(id));
            return hass.callService("button", "press", { entity_id: sync });
        }"""
    )


def row_of(panel: Locator, name: str) -> Locator:
    """Return the row of a code."""
    return panel.locator("seam-code-row").filter(
        has=panel.page.get_by_text(name, exact=True)
    )


def choose(panel: Locator, name: str, action: str) -> None:
    """Choose an action from the menu of a code."""
    panel.get_by_role("button", name=f"Actions for {name}", exact=True).click()
    panel.get_by_role("menuitem", name=action, exact=True).click()


def pins_of(development: Development, name: str) -> dict[str, str]:
    """Return the PINs of the codes with a name, by lock."""
    return {
        lock: code["code"]
        for device_id, lock in development.locks().items()
        for code in development.codes(device_id, managed=True)
        if code["name"] == name
    }


@pytest.fixture
def guest(development: Development) -> Iterator[Callable[[str, str], str]]:
    """Return a function that creates a code for the next days and returns its PIN."""
    created: list[str] = []

    def create(name: str, lock: str) -> str:
        device_id = next(i for i, n in development.locks().items() if n == lock)
        code = development.seam(
            "/access_codes/create",
            device_id=device_id,
            name=name,
            preferred_code_length=6,
            starts_at="2020-01-01T10:00:00Z",
            ends_at="2060-01-01T10:00:00Z",
        )["access_code"]
        created.append(code["access_code_id"])
        pin: str = code["code"]
        return pin

    yield create
    for code_id in created:
        if any(
            code["access_code_id"] == code_id
            for device_id in development.locks()
            for code in development.codes(device_id, managed=True)
        ):
            development.seam("/access_codes/delete", access_code_id=code_id)


def test_panel_adds_stay_on_two_locks(
    page: Page, development: Development, pins: Pins, screenshots: Path
) -> None:
    """From the sidebar, a guest gets a PIN that works on two locks."""
    page.get_by_text("Access codes", exact=True).first.click()
    panel = page.locator("seam-panel")
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    page.screenshot(path=screenshots / "panel-add.png")

    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_text("Enter a name.")).to_be_visible()
    expect(dialog.get_by_text("Select at least one lock.")).to_be_visible()
    dialog.get_by_role("textbox", name="Name").fill(HOSTILE)
    for lock in ("Front Door", "Apartment 2"):
        dialog.get_by_role("checkbox", name=lock).check()
    # Not to be confused with years and the like on the page.
    dialog.get_by_text("More options").click()
    dialog.get_by_role("combobox", name="PIN length").select_option("6")
    # A second click must not create a second code.
    dialog.get_by_role("button", name="Add guest").dblclick()

    expect(dialog.get_by_text("Ready on all locks")).to_be_visible(timeout=SOON)
    page.screenshot(path=screenshots / "panel-added.png")
    pin = dialog.locator("output").inner_text()
    assert pins_of(development, HOSTILE) == {"Front Door": pin, "Apartment 2": pin}
    expect(panel.locator("img")).to_have_count(0)

    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    assert pin in pins.known
    assert not pins.found_in_page(page)


def test_panel_says_on_which_locks_code_works(
    page: Page, development: Development, screenshots: Path
) -> None:
    """If one of the locks is offline, the dialog says so, and the PIN is shown."""
    panel = open_panel(page, development)
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Sailor")
    for lock in ("Front Door", "Boat Shed"):
        dialog.get_by_role("checkbox", name=lock).check()
    dialog.get_by_role("radio", name="Permanent").check()
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_text("Ready on 1 of 2 locks")).to_be_visible(timeout=SOON)
    expect(dialog.get_by_text("At risk", exact=True)).to_be_visible()
    expect(dialog.locator("output")).to_have_text(
        pins_of(development, "Sailor")["Front Door"]
    )
    page.screenshot(path=screenshots / "panel-partly.png")
    dialog.get_by_role("button", name="Done").click()


def test_panel_shows_and_copies_pin(
    page: Page,
    browser: BrowserContext,
    development: Development,
    guest: Callable[[str, str], str],
) -> None:
    """The PIN of a code is shown on demand, hidden again, and copied."""
    browser.grant_permissions(["clipboard-read", "clipboard-write"])
    pin = guest("Ada", "Front Door")
    panel = open_lock(page, development, "Front Door")
    panel.get_by_role("button", name="Refresh", exact=True).click()
    row = row_of(panel, "Ada")
    expect(row).to_be_visible(timeout=SOON)
    expect(row.locator("output")).to_have_count(0)

    page.clock.install()
    panel.get_by_role("button", name="Show PIN: Ada").click()
    expect(row.locator("output")).to_have_text(pin)
    page.clock.fast_forward(15_000)
    expect(row.locator("output")).to_have_count(0)
    panel.get_by_role("button", name="Show PIN: Ada").click()
    panel.get_by_role("button", name="Hide PIN: Ada").click()
    expect(row.locator("output")).to_have_count(0)
    page.clock.resume()

    choose(panel, "Ada", "Copy PIN")
    expect(panel.get_by_text("PIN copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == pin


def test_panel_accepts_own_pin(
    page: Page,
    development: Development,
    pins: Pins,
    guest: Callable[[str, str], str],
) -> None:
    """A PIN that the user chose is checked, set, and shown on demand."""
    pin = "582947"
    taken = guest("Holder", "Front Door")
    panel = open_lock(page, development, "Front Door")
    panel.get_by_role("button", name="Refresh", exact=True).click()
    expect(row_of(panel, "Holder")).to_be_visible(timeout=SOON)
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Secret")
    dialog.get_by_role("radio", name="Custom PIN").check()
    field = dialog.get_by_role("textbox", name="Custom PIN")
    field.fill("58")
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_text(re.compile(r"Enter 4 to \d+ digits\."))).to_be_visible()
    # Home Assistant knows whether another code has it.
    field.fill(taken)
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.locator("#pin-error")).to_contain_text("Holder", timeout=SOON)
    expect(field).to_be_focused()
    field.fill(pin)
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.locator("output")).to_have_text(pin, timeout=SOON)
    dialog.get_by_role("button", name="Done").click()
    expect(row_of(panel, "Secret")).to_be_visible(timeout=SOON)
    panel.get_by_role("button", name="Show PIN: Secret").click()
    expect(row_of(panel, "Secret").locator("output")).to_have_text(pin)
    panel.get_by_role("button", name="Hide PIN: Secret").click()
    expect(row_of(panel, "Secret").locator("output")).to_have_count(0)
    assert pin in pins.known
    assert not pins.found_in_page(page)


def test_panel_changes_and_deletes_code(
    page: Page,
    development: Development,
    guest: Callable[[str, str], str],
    screenshots: Path,
) -> None:
    """A code is renamed, extended by a day, and deleted by keyboard."""
    guest("Grace", "Front Door")
    panel = open_lock(page, development, "Front Door")
    panel.get_by_role("button", name="Refresh", exact=True).click()
    expect(row_of(panel, "Grace")).to_be_visible(timeout=SOON)

    choose(panel, "Grace", "Edit")
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Grace Hopper")
    page.screenshot(path=screenshots / "panel-edit.png")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text(READY)).to_be_visible(timeout=SOON)
    dialog.get_by_role("button", name="Done").click()

    choose(panel, "Grace Hopper", "Extend by a day")
    expect(panel.get_by_text("Grace Hopper now ends")).to_be_visible(timeout=SOON)
    assert {
        code["ends_at"][:10]
        for device_id in development.locks()
        for code in development.codes(device_id, managed=True)
        if code["name"] == "Grace Hopper"
    } == {"2060-01-02"}

    menu = panel.get_by_role("button", name="Actions for Grace Hopper")
    menu.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("heading")).to_have_text("Delete “Grace Hopper”?")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(menu).to_be_focused()
    choose(panel, "Grace Hopper", "Delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(row_of(panel, "Grace Hopper")).to_have_count(0, timeout=SOON)
    assert not pins_of(development, "Grace Hopper")


def test_first_page_shows_what_needs_attention(
    page: Page, development: Development, screenshots: Path
) -> None:
    """The first page says how many codes have a problem, and which."""
    panel = open_panel(page, development)
    expect(panel.get_by_role("heading", name="codes need attention")).to_be_visible()
    plumber = row_of(panel, "Plumber").first
    expect(plumber).to_contain_text("Failed")
    # Fonts arrive after the text.
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / "panel.png")
    plumber.get_by_role("link", name="Apartment 1").click()
    expect(panel.get_by_role("heading", name="Apartment 1")).to_be_visible()
    panel.get_by_role("button", name="Back").click()
    expect(panel.get_by_role("heading", name="codes need attention")).to_be_visible()


def test_panel_repairs_code_with_remedy(
    page: Page, development: Development, screenshots: Path
) -> None:
    """A tap mends a problem, after a preview."""
    panel = open_panel(page, development)
    row = row_of(panel, "Handyman").first
    expect(row).to_contain_text("Same PIN as Summer guest")
    row.get_by_role("button", name="Convert “Summer guest”").click()
    dialog = panel.get_by_role("dialog")
    expect(dialog.get_by_text("Can be converted")).to_be_visible()
    page.screenshot(path=screenshots / "panel-remedy.png")
    dialog.get_by_role("button", name="Convert").click()
    expect(dialog.get_by_text("Converted", exact=True)).to_be_visible(timeout=SOON)
    assert pins_of(development, "Summer guest")


def test_panel_repairs_broken_code_with_new_pin(
    page: Page, development: Development, guest: Callable[[str, str], str]
) -> None:
    """A code that breaks is mended from the first page, with a new PIN."""
    old = guest("Nina", "Front Door")
    panel = open_panel(page, development)
    development.control(
        "code_error", code="Nina", error_code="kwikset_unable_to_confirm_code"
    )
    sync(page)
    row = panel.get_by_role("region", name="Needs attention").locator(
        "seam-code-row", has_text="Nina"
    )
    row.get_by_role("button", name="Choose a new PIN").click(timeout=SOON)
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text(READY)).to_be_visible(timeout=SOON)
    [new] = pins_of(development, "Nina").values()
    assert new != old
    expect(dialog.locator("output")).to_have_text(new)
    dialog.get_by_role("button", name="Done").click()
    expect(row).to_have_count(0)


def test_panel_converts_found_codes(
    page: Page, development: Development, screenshots: Path
) -> None:
    """One code is converted and its lock watched, until the user stops it."""
    panel = open_panel(page, development, "/found")
    expect(panel.get_by_role("checkbox", name="Select Installer")).to_be_disabled()
    page.screenshot(path=screenshots / "panel-found.png")
    names = ("Courier", "Tenant 2024")
    for name in names:
        panel.get_by_role("checkbox", name=f"Select {name}").check()
    panel.get_by_role("button", name="Convert").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("button", name="Convert").click()
    expect(dialog).to_have_count(0)
    watching = panel.get_by_role("heading", name="Monitoring")
    expect(watching).to_be_visible(timeout=SOON)
    page.screenshot(path=screenshots / "panel-conversion.png")
    # It goes on without the page, and every page shows it.
    page.reload()
    expect(watching).to_be_visible(timeout=SOON)
    expect(panel.get_by_text("1 of 2 converted")).to_be_visible()
    panel.get_by_role("button", name="Stop", exact=True).click()
    expect(panel.get_by_role("heading", name="Conversion stopped")).to_be_visible()
    expect(panel.get_by_text("1 code was not changed.")).to_be_visible()
    panel.get_by_role("button", name="Dismiss").click()
    expect(panel.get_by_role("heading", name="Conversion stopped")).to_have_count(0)
    [left] = [name for name in names if not pins_of(development, name)]
    # A single code needs no trial.
    panel.get_by_role("checkbox", name=f"Select {left}").check()
    panel.get_by_role("button", name="Convert").click()
    dialog.get_by_role("button", name="Convert").click()
    expect(dialog.get_by_text("1 of 1 done")).to_be_visible(timeout=SOON)
    dialog.get_by_role("button", name="Done").click()
    for name in names:
        assert pins_of(development, name)
        expect(panel.get_by_role("checkbox", name=f"Select {name}")).to_have_count(0)


def test_link_leads_to_code(page: Page, development: Development) -> None:
    """The address of a code opens its lock and shows the code."""
    device_id = next(i for i, n in development.locks().items() if n == "Front Door")
    code = next(
        code
        for code in development.codes(device_id, managed=False)
        if code["name"] == "Installer"
    )
    panel = open_panel(page, development, f"/codes/{code['access_code_id']}")
    expect(panel.locator("seam-code-row[selected]")).to_contain_text("Installer")
    expect(panel.locator("seam-code-row[selected]")).to_be_in_viewport()
    panel = open_panel(page, development, "/codes/unknown")
    expect(panel.get_by_text("This code no longer exists.")).to_be_visible()


def test_code_deleted_while_its_dialog_is_open(
    page: Page, development: Development, guest: Callable[[str, str], str]
) -> None:
    """If a code is deleted elsewhere, the dialog says so, and can be closed."""
    guest("Gone", "Apartment 2")
    panel = open_lock(page, development, "Apartment 2")
    panel.get_by_role("button", name="Refresh", exact=True).click()
    expect(row_of(panel, "Gone")).to_be_visible(timeout=SOON)
    choose(panel, "Gone", "Edit")
    development.control("vanish_code", code="Gone")
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Still here")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty(timeout=SOON)
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value("Still here")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def test_device_page_opens_lock_in_panel(
    page: Page, development: Development, states: dict[str, dict[str, Any]]
) -> None:
    """The link of the device page leads to the lock."""
    assert states
    page.wait_for_function(
        "() => document.querySelector('home-assistant')?.hass?.devices"
    )
    urls = page.evaluate(
        """() => Object.values(document.querySelector("home-assistant").hass.devices)
            .map((device) => device.configuration_url)"""
    )
    device_id = next(i for i, n in development.locks().items() if n == "Front Door")
    assert f"homeassistant://seam/lock/{device_id}" in urls
    panel = open_panel(page, development, f"/lock/{device_id}")
    expect(panel.get_by_text("Front Door", exact=True).first).to_be_visible()
