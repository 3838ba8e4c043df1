"""Browser tests of the panel when something goes wrong, or changes elsewhere."""

from collections.abc import Iterator
from contextlib import suppress
import json
import re
from typing import Any, Final

from playwright.sync_api import (
    Page,
    TimeoutError as PlaywrightTimeoutError,
    WebSocketRoute,
    expect,
)
import pytest

from simulator.seed import KEY_TWO

from .development import ROOT, Development
from .pins import Pins
from .test_panel import SOON, choose, open_lock, open_panel, pins_of, row_of, sync
from .test_panel_quality import open_cards

pytestmark = pytest.mark.e2e

INTEGRATION: Final = ROOT / "custom_components" / "seam"
VERSION: Final = json.loads((INTEGRATION / "manifest.json").read_text())["version"]
MODULE_URL: Final = f"/seam_frontend/{VERSION}/seam.js"
OUTDATED: Final = "The Seam integration was updated."
NAMES: Final = (
    "<img src=x onerror=alert(1)> **bold** [link](javascript:alert(1))",
    "👩‍👩‍👧‍👦 " * 20,
    "אורח בדירה " * 10,
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 4,
)
# What is wider than the page, which then scrolls sideways.
TOO_WIDE: Final = """(panel) => {
  const found = [];
  const visit = (node) => {
    const { overflowX } = node instanceof Element ? getComputedStyle(node) : {};
    if (["auto", "scroll", "hidden", "clip"].includes(overflowX) && node.localName !== "main") return;
    if (node instanceof HTMLElement && node.getBoundingClientRect().right > innerWidth + 1) {
      found.push(`${node.localName}.${node.className}`);
    }
    if (node.shadowRoot) visit(node.shadowRoot);
    for (const child of node.children) visit(child);
  };
  visit(panel);
  const main = panel.shadowRoot.querySelector("main");
  if (main.scrollWidth > main.clientWidth) found.push("main");
  return found;
}"""


def redirect_module(page: Page) -> dict[str, str]:
    """Let Home Assistant give another address for the module than it does."""
    address = {"url": MODULE_URL}

    def connect(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def send(message: str | bytes) -> None:
            if isinstance(message, str):
                message = message.replace(MODULE_URL, address["url"])
            socket.send(message)

        server.on_message(send)

    page.route_web_socket(re.compile("/api/websocket"), connect)
    return address


def call(page: Page, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
    """Send a request to Home Assistant."""
    page.wait_for_function("() => document.querySelector('home-assistant')?.hass?.user")
    return page.evaluate(
        """(call) => document.querySelector("home-assistant").hass.callApi(...call)""",
        [method, path, data],
    )


def test_page_of_older_version_asks_to_be_reloaded(
    page: Page, development: Development
) -> None:
    """After an update, open pages say so, also in a dialog, and can be reloaded."""
    address = redirect_module(page)
    address["url"] = "/seam_frontend/0.0.1/seam.js"
    module = INTEGRATION / "frontend" / "seam.js"
    page.route(f"**{address['url']}", lambda route: route.fulfill(path=module))
    panel = open_panel(page, development)
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    expect(dialog.get_by_text(OUTDATED)).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    # It leaves the page a moment after it closes.
    expect(panel.locator("dialog")).to_have_count(0)
    expect(panel.get_by_text(OUTDATED)).to_be_visible()
    address["url"] = MODULE_URL
    panel.get_by_role("button", name="Reload").click()
    expect(panel.get_by_text(OUTDATED)).to_have_count(0)
    expect(panel.get_by_role("heading", name="need attention")).to_be_visible()


def test_card_in_yaml_dashboard_needs_no_version(
    page: Page, development: Development
) -> None:
    """The address for YAML leads to the current module."""
    redirect_module(page)["url"] = "/seam_frontend/seam.js"
    page.goto(development.url)
    cards = open_cards(page, development)
    expect(cards.first.get_by_text("Owner", exact=True)).to_be_visible(timeout=SOON)
    expect(page.get_by_text(OUTDATED)).to_have_count(0)


def test_form_survives_outages(page: Page, development: Development) -> None:
    """What was typed stays, and can be sent when Home Assistant and Seam are back."""
    panel = open_lock(page, development, "Front Door")
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    name = dialog.get_by_role("textbox", name="Name")
    name.fill("Patient")
    dialog.get_by_text("More options").click()
    dialog.get_by_role("combobox", name="PIN length").select_option("6")
    send = dialog.get_by_role("button", name="Add guest")

    development.stop_simulator()
    send.press("Enter")
    expect(dialog.get_by_text("Failed to connect to Seam.")).to_be_visible(timeout=SOON)
    expect(name).to_have_value("Patient")
    expect(send).to_be_focused()
    development.start_simulator()

    # Home Assistant may remove the panel until Seam is set up again.
    page.evaluate(
        """() => {
            const { hass } = document.querySelector("home-assistant");
            // The connection is lost before the response arrives.
            hass.callService("homeassistant", "restart").catch(() => {});
        }"""
    )
    lost = dialog.get_by_text("The connection to Home Assistant was lost.")
    expect(lost).to_be_visible(timeout=SOON)
    expect(send).to_be_disabled()
    page.wait_for_function(
        """async () => {
            const { hass } = document.querySelector("home-assistant");
            if (!hass.connected) return false;
            const get = (path) => hass.callApi("GET", path).catch(() => ({}));
            // The old process answers while it stops.
            if ((await get("config")).state !== "RUNNING") return false;
            // The setup does not wait for the codes.
            const codes = await get("states/sensor.front_door_managed_access_codes");
            return /^\\d+$/.test(codes.state);
        }""",
        timeout=SOON,
    )
    expect(send).to_be_enabled(timeout=SOON)
    # The panel of before may be removed only now.
    expect(name).to_have_value("Patient", timeout=SOON)

    # A key that is pressed while the page is put together again may be lost.
    for _ in range(5):
        with suppress(PlaywrightTimeoutError):
            send.press("Enter", timeout=1000)
        with suppress(PlaywrightTimeoutError):
            dialog.locator("output").wait_for(timeout=10_000)
            break
    expect(dialog.locator("output")).to_be_visible(timeout=SOON)
    assert [*pins_of(development, "Patient")] == ["Front Door"]


def test_change_in_other_tab(page: Page, development: Development, pins: Pins) -> None:
    """A change in one tab appears in another, whose open form stays as it is."""
    device_id = next(i for i, n in development.locks().items() if n == "Front Door")
    development.control(
        "add_unmanaged_code", device=device_id, name="Shared", pin="583014"
    )
    panel = open_lock(page, development, "Front Door")
    panel.get_by_role("button", name="Refresh", exact=True).click()
    row = row_of(panel, "Shared")
    expect(row).to_be_attached(timeout=SOON)
    panel.get_by_role("button", name="Add guest").click()
    name = panel.get_by_role("dialog").get_by_role("textbox", name="Name")
    name.fill("Typed")
    other_page = page.context.new_page()
    pins.watch(other_page)
    other_panel = open_lock(other_page, development, "Front Door")
    choose(other_panel, "Shared", "Delete")
    other_dialog = other_panel.get_by_role("dialog")
    other_dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0, timeout=SOON)
    expect(name).to_have_value("Typed")
    expect(name).to_be_focused()
    other_page.close()


@pytest.fixture
def second_workspace(page: Page, development: Development) -> Iterator[str]:
    """Add the second workspace, and return the ID of its entry."""
    flow = call(page, "POST", "config/config_entries/flow", {"handler": "seam"})
    endpoint = f"http://127.0.0.1:{development.simulator_port}"
    entry_id: str = call(
        page,
        "POST",
        f"config/config_entries/flow/{flow['flow_id']}",
        {"api_key": KEY_TWO, "advanced": {"endpoint": endpoint}},
    )["result"]["entry_id"]
    yield entry_id
    entries = call(page, "GET", "config/config_entries/entry?domain=seam")
    if any(entry["entry_id"] == entry_id for entry in entries):
        call(page, "DELETE", f"config/config_entries/entry/{entry_id}")


def test_entry_is_reloaded_and_removed_while_form_is_open(
    page: Page, development: Development, second_workspace: str
) -> None:
    """The form of a lock keeps what was typed, and says if the lock is gone."""
    panel = open_panel(page, development, "/locks")
    panel.get_by_role("link", name="Office Door").click(timeout=SOON)
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    name = dialog.get_by_role("textbox", name="Name")
    name.fill("Commuter")
    path = f"config/config_entries/entry/{second_workspace}"
    call(page, "POST", f"{path}/reload")
    expect(dialog.get_by_role("checkbox", name="Office Door")).to_be_checked()
    call(page, "DELETE", path)
    expect(dialog.get_by_role("checkbox", name="Office Door")).to_have_count(0)
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_text("Select at least one lock.")).to_be_visible()
    expect(name).to_have_value("Commuter")
    dialog.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_text("This lock")).to_be_visible()


def test_names_are_shown_as_they_are(page: Page, development: Development) -> None:
    """No name is executed, interpreted, or makes a page wider than a phone."""
    lock = development.control("add_lock", name=f"{NAMES[0]} {NAMES[2]}")["result"]
    for number, name in enumerate(NAMES):
        development.control(
            "add_unmanaged_code",
            device=lock["device_id"],
            name=name,
            pin=f"{715_201 + number}",
        )
    sync(page)
    page.set_viewport_size({"width": 360, "height": 740})
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    try:
        panel = open_panel(page, development, "/found")
        for name in NAMES:
            expect(panel.get_by_text(name.strip(), exact=True).first).to_be_visible(
                timeout=SOON
            )
        assert panel.evaluate(TOO_WIDE) == []
        for path in (
            "",
            "/locks",
            "/timeline",
            "/activity",
            f"/lock/{lock['device_id']}",
        ):
            open_panel(page, development, path)
            assert panel.evaluate(TOO_WIDE) == [], path
        for name in NAMES:
            choose(panel, name.strip(), "Delete")
            dialog = panel.get_by_role("dialog")
            expect(dialog.get_by_role("heading")).to_contain_text(name.strip())
            assert panel.evaluate(TOO_WIDE) == [], name
            dialog.get_by_role("button", name="Cancel").click()
            expect(dialog).to_have_count(0)
        expect(panel.locator("img")).to_have_count(0)
        assert not dialogs
    finally:
        development.control("remove_lock", device=lock["device_id"])
        sync(page)
