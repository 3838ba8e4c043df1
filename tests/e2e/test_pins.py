"""Test that the check of PINs finds them wherever they are."""

from typing import Final

from playwright.sync_api import Page
import pytest

from .development import Development
from .pins import Pins

pytestmark = pytest.mark.e2e

PIN: Final = "904817"
CALL: Final = """([domain, service, data]) =>
    document.querySelector("home-assistant").hass.callService(domain, service, data)"""


@pytest.mark.parametrize(
    ("plant", "remove"),
    [
        ("document.body.append(pin)", "document.body.lastChild.remove()"),
        ("document.body.title = pin", "document.body.title = ''"),
        ("localStorage.x = JSON.stringify({ pin })", "delete localStorage.x"),
        ("sessionStorage.x = pin", "delete sessionStorage.x"),
        ("location.hash = pin", "location.hash = ''"),
        ("history.replaceState({ pin }, '')", "history.replaceState(null, '')"),
        (
            """new Promise((resolve) => {
                const request = indexedDB.open("x");
                request.onupgradeneeded = () =>
                    request.result.createObjectStore("x").put({ pin }, 1);
                request.onsuccess = () => resolve(request.result.close());
            })""",
            "indexedDB.deleteDatabase('x')",
        ),
    ],
)
def test_pin_in_page_is_found(page: Page, plant: str, remove: str) -> None:
    """A PIN is found in the text, the attributes, the address, and what is stored."""
    # Home Assistant replaces the first address and its state.
    page.wait_for_url("**/seam-locks/**")
    page.wait_for_function("() => document.querySelector('home-assistant')?.hass")
    pins = Pins()
    pins.known.add(PIN)
    assert not pins.found_in_page(page)
    page.evaluate(f"async (pin) => {{ await ({plant}); }}", PIN)
    assert pins.found_in_page(page) == {PIN}
    page.evaluate(f"() => {{ {remove}; }}")


@pytest.mark.parametrize(
    ("domain", "service", "where"),
    [
        ("system_log", "write", "home-assistant.log"),
        ("logbook", "log", "home-assistant_v2.db"),
    ],
)
def test_pin_in_file_is_found(
    page: Page, development: Development, domain: str, service: str, where: str
) -> None:
    """A PIN is found in the log and in the database."""
    page.wait_for_function("() => document.querySelector('home-assistant')?.hass")
    pins = Pins()
    pin = f"{PIN}{len(domain)}"
    pins.known.add(pin)
    assert pins.found_in_files(page, development) == {}
    data = {"message": f"The PIN is {pin}"}
    if domain == "logbook":
        data["name"] = "Test"
    page.evaluate(CALL, [domain, service, data])
    assert where in pins.found_in_files(page, development).values()


def test_typed_and_shown_pins_are_known(page: Page, pins: Pins) -> None:
    """PINs that a page sends or receives are known."""
    page.wait_for_function("() => document.querySelector('home-assistant')?.hass")
    page.evaluate(
        """(code) => document.querySelector("home-assistant").hass.connection.socket
            .send(JSON.stringify({ id: 999999, type: "unknown", code }))""",
        PIN,
    )
    for _ in range(100):
        if PIN in pins.known:
            break
        page.wait_for_timeout(100)
    assert PIN in pins.known
    pins.known.remove(PIN)
