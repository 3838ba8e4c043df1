"""Browser test of an automation for the use of an access code."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, TimeoutError as PlaywrightTimeoutError, expect
import pytest

from .development import ROOT, Development
from .test_panel import sync
from .test_stays import wait_for_state

pytestmark = pytest.mark.e2e

LOCK: Final = "Front Door"
NAME: Final = "Greet the cleaner"
MESSAGE: Final = "{{ trigger.access_code_name }} came in at {{ trigger.device_name }}"
AUTOMATION: Final = "automation.greet_the_cleaner"


@pytest.fixture
def _clean_up(page: Page) -> Iterator[None]:
    """Delete automations and notifications after the test."""
    yield
    page.evaluate(
        """async () => {
            const { hass } = document.querySelector("home-assistant");
            for (const { entity_id, attributes } of Object.values(hass.states)) {
                if (entity_id.startsWith("automation.")) {
                    const path = `config/automation/config/${attributes.id}`;
                    await hass.callApi("DELETE", path);
                }
            }
            await hass.callService("persistent_notification", "dismiss_all");
        }"""
    )


def test_blueprints_can_be_chosen(page: Page, development: Development) -> None:
    """The development instance has those of the repository."""
    page.goto(f"{development.url}/config/blueprint/dashboard")
    for path in (ROOT / "blueprints").rglob("*.yaml"):
        name = next(
            line.removeprefix("  name: ")
            for line in path.read_text().splitlines()
            if line.startswith("  name: ")
        )
        expect(page.get_by_text(name, exact=True).first).to_be_visible()


@pytest.mark.usefixtures("_clean_up")
def test_automation_runs_when_code_is_used(
    page: Page, development: Development, screenshots: Path
) -> None:
    """It was made with the pickers and fields of Home Assistant."""
    # In 2026.11, closing a dialog may lead back to its page some time later.
    for _ in range(3):
        page.goto(f"{development.url}/config/automation/dashboard")
        page.get_by_role("button", name="Create automation").click()
        page.get_by_text("Create new automation").click()
        with suppress(PlaywrightTimeoutError):
            page.get_by_role("button", name="Add trigger").click(timeout=10_000)
            break
    elements = page.locator("add-automation-element-dialog")
    elements.get_by_placeholder("Search").fill("access code used")
    elements.get_by_text("Access code used", exact=True).click()
    form = page.locator("ha-automation-sidebar")
    form.get_by_role("button", name="Add target").click()
    target = page.locator("ha-combo-box-item").filter(has_text=LOCK)
    target.filter(has_text="Lock").click()
    form.locator("ha-checkbox").first.click()
    form.get_by_role("button", name="Add", exact=True).click()
    form.get_by_role("textbox").first.fill("cleaner")
    page.screenshot(path=screenshots / "automation-trigger.png")

    page.get_by_role("button", name="Add action").click()
    elements.get_by_placeholder("Search").fill("create persistent notification")
    elements.get_by_text("Create persistent notification").click()
    expect(form).to_contain_text("Message body")
    # The form is filled in anew when the dialog has closed.
    expect(elements.get_by_placeholder("Search")).to_have_count(0)
    form.get_by_role("textbox").first.fill(MESSAGE)
    expect(form.locator("ha-code-editor")).to_contain_text("trigger.device_name")
    page.get_by_role("button", name="Save").click()
    saving = page.locator("ha-dialog-automation-save, dialog-automation-save")
    saving.get_by_role("textbox").first.fill(NAME)
    page.screenshot(path=screenshots / "automation-save.png")
    saving.get_by_role("button", name="Save").click()
    wait_for_state(page, AUTOMATION, "on")

    for name in ("Owner", "Cleaner"):
        development.control("use_code", code=name, device=LOCK)
    sync(page)
    page.get_by_role("button", name="Notifications").click()
    notifications = page.get_by_text(f"came in at {LOCK}")
    expect(notifications).to_have_text([f"Cleaner came in at {LOCK}"])
    page.screenshot(path=screenshots / "automation-notification.png")
