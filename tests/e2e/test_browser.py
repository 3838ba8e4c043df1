"""Browser tests of the dashboard and of scheduling a code."""

from contextlib import suppress
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, TimeoutError as PlaywrightTimeoutError, expect
import pytest

from .development import Development

pytestmark = pytest.mark.e2e


def lock_named(states: dict[str, dict[str, Any]], name: str) -> str:
    """Return the lock entity with a name."""
    return next(
        entity_id
        for entity_id, state in states.items()
        if entity_id.startswith("lock.")
        and state["attributes"]["friendly_name"] == name
    )


def test_dashboard_lists_codes(
    page: Page,
    states: dict[str, dict[str, Any]],
    development: Development,
    screenshots: Path,
) -> None:
    """The dashboard and the sensors show the codes of each lock."""
    locks = development.locks()
    assert locks
    for device_id, name in locks.items():
        section = page.locator("hui-grid-section").filter(
            has=page.get_by_role("heading", name=name, exact=True)
        )
        object_id = lock_named(states, name).partition(".")[2]
        for managed in (True, False):
            kind = "managed" if managed else "unmanaged"
            codes = development.codes(device_id, managed=managed)
            sensor = states[f"sensor.{object_id}_{kind}_access_codes"]
            assert int(sensor["state"]) == len(codes)
            assert {
                code["access_code_id"] for code in sensor["attributes"]["access_codes"]
            } == {code["access_code_id"] for code in codes}
            for code in codes:
                expect(
                    section.get_by_role("listitem").filter(has_text=code["name"]).first
                ).to_be_visible()
    # Images load after the text.
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / "dashboard.png")


def test_states_contain_no_pin(
    states: dict[str, dict[str, Any]], development: Development
) -> None:
    """No state or attribute contains a PIN."""
    text = json.dumps(states)
    for device_id in development.locks():
        for managed in (True, False):
            for code in development.codes(device_id, managed=managed):
                if pin := code["code"]:
                    assert f'"{pin}"' not in text


def test_schedule_code_in_action_form(
    page: Page, development: Development, screenshots: Path
) -> None:
    """A code scheduled in the form of the action appears at Seam and on the dashboard."""
    device_id, lock = next(iter(development.locks().items()))
    form = f"{development.url}/config/tools/action?service=seam.schedule_access_code"
    ongoing = page.get_by_text("Permanent", exact=True)
    # On a busy machine, the names of the fields were once missing.
    for _ in range(3):
        page.goto(form)
        with suppress(PlaywrightTimeoutError):
            ongoing.wait_for(timeout=15_000)
            break
    page.get_by_role("button", name="Add target").click()
    picker = page.locator("ha-picker-combo-box")
    picker.locator("input").press_sequentially(lock)
    # The entity is listed before the device of the same name.
    picker.get_by_text(lock, exact=True).first.click()
    expect(picker).to_be_hidden()
    page.locator("ha-selector-text input").first.fill("Browser guest")
    ongoing.click()
    page.screenshot(path=screenshots / "schedule.png")
    page.get_by_role("button", name="Perform action").click()
    expect(page.locator("ha-yaml-editor").last).to_contain_text(
        "access_code_id", timeout=60_000
    )
    page.screenshot(path=screenshots / "scheduled.png")

    names = [code["name"] for code in development.codes(device_id, managed=True)]
    assert names.count("Browser guest") == 1

    page.goto(development.url)
    expect(page.get_by_text("Browser guest").first).to_be_visible(timeout=30_000)
