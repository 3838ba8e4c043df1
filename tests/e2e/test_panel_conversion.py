"""Browser test of converting all codes that Seam found on the locks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect
import pytest

from .development import Development
from .pins import Pins
from .test_panel import SOON, open_panel, pins_of, sync

pytestmark = pytest.mark.e2e

OLD: Final = {"Former tenant": "640981", "Former cleaner": "905173"}


@pytest.fixture
def found(page: Page, development: Development) -> Iterator[None]:
    """Add codes that Seam does not manage, and let the watching end at will."""
    devices = {name: device for device, name in development.locks().items()}
    for (name, pin), lock in zip(
        OLD.items(), ("Apartment 1", "Front Door"), strict=True
    ):
        development.control(
            "add_unmanaged_code", device=devices[lock], name=name, pin=pin
        )
    # While a lock is offline, its codes cannot be converted.
    development.control("lock_online", device=devices["Boat Shed"])
    sync(page)
    yield
    development.control("lock_offline", device=devices["Boat Shed"])
    development.watched.unlink(missing_ok=True)


@pytest.mark.usefixtures("found")
def test_panel_converts_all_found_codes(
    page: Page, development: Development, pins: Pins, screenshots: Path
) -> None:
    """After one code has been tried, all that can be converted are."""
    pins.known.update(OLD.values())
    panel = open_panel(page, development, "/found")
    for name in OLD:
        expect(panel.get_by_role("checkbox", name=f"Select {name}")).to_be_visible(
            timeout=SOON
        )
    panel.get_by_role("checkbox", name="Select all").check()
    panel.get_by_role("button", name="Convert").click()
    dialog = panel.get_by_role("dialog")
    # The preview is complete.
    expect(
        dialog.get_by_text("One code from each account is converted first")
    ).to_be_visible(timeout=SOON)
    page.screenshot(path=screenshots / "convert.png")
    dialog.get_by_role("button", name="Convert").click()
    expect(panel.get_by_role("heading", name="Monitoring")).to_be_visible(timeout=SOON)
    # The others wait.
    assert not all(pins_of(development, name) for name in OLD)
    development.watched.touch()
    expect(panel.get_by_role("heading", name="Conversion finished")).to_be_visible(
        timeout=SOON
    )
    page.screenshot(path=screenshots / "panel-converted-all.png")
    for name, pin in OLD.items():
        assert [*pins_of(development, name).values()] == [pin]
        expect(panel.get_by_role("checkbox", name=f"Select {name}")).to_have_count(0)
    panel.get_by_role("button", name="Dismiss").click()
    expect(panel.get_by_role("button", name="Convert")).to_be_disabled()
