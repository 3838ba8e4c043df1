"""Browser tests of the panel's timeline and activity."""

from collections.abc import Callable
import csv
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, expect
import pytest

from .development import Development
from .pins import Pins
from .test_panel import SOON, guest, open_panel, sync
from .test_panel_quality import AXE, RUN_AXE

pytestmark = pytest.mark.e2e

__all__ = ["guest"]  # a fixture

FORMULA: Final = "=HYPERLINK(1)"


def test_timeline_shows_who_can_enter_when(
    page: Page,
    development: Development,
    guest: Callable[[str, str], str],
    screenshots: Path,
) -> None:
    """A bar opens its code, also by keyboard, and a table contains the same."""
    guest("Ada", "Front Door")
    panel = open_panel(page, development)
    sync(page)
    panel.get_by_role("link", name="Timeline").click()
    bar = panel.get_by_role("link", name="Ada, Front Door, Until")
    expect(bar).to_be_visible(timeout=SOON)
    page.screenshot(path=screenshots / "timeline.png")
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert panel.evaluate(RUN_AXE) == []

    heading = panel.get_by_role("heading", level=2)
    first = heading.inner_text()
    panel.get_by_role("button", name="Later").click()
    expect(heading).not_to_have_text(first)
    panel.get_by_role("button", name="Today").click()
    expect(heading).to_have_text(first)

    panel.get_by_role("combobox", name="Rows").select_option(label="By person")
    expect(bar).to_have_text("Front Door")
    panel.get_by_role("combobox", name="Rows").select_option(label="Table")
    row = panel.get_by_role("row").filter(
        has=page.get_by_role("link", name="Ada", exact=True)
    )
    expect(row).to_contain_text("Front Door")
    panel.get_by_role("combobox", name="Rows").select_option(label="By lock")
    bar.focus()
    page.keyboard.press("Enter")
    expect(panel.locator("seam-code-row[selected]")).to_contain_text("Ada")


def test_activity_shows_and_exports_who_used_which_code(
    page: Page,
    development: Development,
    guest: Callable[[str, str], str],
    pins: Pins,
    screenshots: Path,
    tmp_path: Path,
) -> None:
    """Uses and denied entries appear at once, are filtered, and are downloaded."""
    pin = guest(FORMULA, "Front Door")
    devices = {name: device for device, name in development.locks().items()}
    panel = open_panel(page, development, "/activity")
    sync(page)
    development.control("use_code", code=FORMULA, device=devices["Front Door"])
    development.control("deny_access", device=devices["Apartment 2"])
    sync(page)
    used = panel.get_by_role("listitem").filter(has_text=FORMULA)
    unlocked = used.filter(has_text="Unlocked")
    expect(unlocked).to_contain_text("Front Door · With a PIN", timeout=SOON)
    expect(used.filter(has_text="Created")).to_contain_text("Front Door", timeout=SOON)
    expect(unlocked.get_by_role("link", name=FORMULA)).to_be_visible(timeout=SOON)
    denied = panel.get_by_role("listitem").filter(has_text="Access denied")
    expect(denied.filter(has_text="Apartment 2").first).to_be_visible(timeout=SOON)
    page.screenshot(path=screenshots / "panel-activity.png")
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert panel.evaluate(RUN_AXE) == []

    panel.get_by_role("combobox", name="Period").select_option(label="Last 24 hours")
    expect(unlocked).to_be_visible(timeout=SOON)
    panel.get_by_role("combobox", name="Lock").select_option(label="Front Door")
    expect(denied.filter(has_text="Apartment 2")).to_have_count(0)
    panel.get_by_role("searchbox", name="Search names").fill("hyperlink")
    expect(panel.get_by_role("listitem").filter(has_not_text=FORMULA)).to_have_count(0)

    with page.expect_download() as download:
        panel.get_by_role("button", name="Download CSV").click()
    path = tmp_path / "activity.csv"
    download.value.save_as(path)
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    # A spreadsheet must not take the name for a formula.
    assert {row["Name"] for row in rows} == {f"'{FORMULA}"}
    assert {row["Lock"] for row in rows} == {"Front Door"}
    assert "Unlocked" in {row["Event"] for row in rows}
    assert pin not in text
    pins.known.add(pin)


def test_activity_has_row_for_each_step_of_a_code(
    page: Page, development: Development, guest: Callable[[str, str], str]
) -> None:
    """What only announces or repeats a step, and what is not about access, is left out."""
    devices = {name: device for device, name in development.locks().items()}

    def names() -> list[str]:
        codes = development.codes(devices["Front Door"], managed=True)
        return [code["name"] for code in codes]

    guest("Brief", "Front Door")
    panel = open_panel(page, development, "/activity")
    rows = panel.get_by_role("listitem")
    steps = rows.filter(has_text="Brief").locator(".chip")
    sync(page)

    def code() -> dict[str, Any]:
        codes = development.codes(devices["Front Door"], managed=True)
        return next(code for code in codes if code["name"] == "Brief")

    while code()["status"] != "set":
        page.wait_for_timeout(100)
    development.control("use_code", code="Brief", device=devices["Front Door"])
    development.control("deny_access", device=devices["Boat Shed"])
    development.control("battery", device=devices["Front Door"], level=0.5)
    sync(page)
    expect(steps.filter(has_text="Unlocked")).to_be_visible(timeout=SOON)
    expect(steps.filter(has_text="Set on the lock")).to_be_visible(timeout=SOON)
    development.seam("/access_codes/delete", access_code_id=code()["access_code_id"])
    while "Brief" in names():
        page.wait_for_timeout(100)
    sync(page)
    expect(steps.filter(has_text="Deleted")).to_be_visible(timeout=SOON)
    assert sorted(steps.all_inner_texts()) == [
        "Created",
        "Deleted",
        "Set on the lock",
        "Unlocked",
    ]
    denied = rows.filter(has_text="Boat Shed").filter(has_text="denied")
    expect(denied).to_contain_text("Boat Shed · Unknown code")
    assert denied.inner_text().lower().count("denied") == 1
    expect(panel.get_by_text("Other", exact=True)).to_have_count(0)
