"""Browser tests of repairing two codes with the same PIN."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect
import pytest

from .development import Development
from .test_panel import finish

pytestmark = pytest.mark.e2e

LOCK: Final = "Front Door"
LONG_AGO: Final = "2020-01-01T00:00:00.000Z"
# Names of codes that must not be rendered as Markdown or HTML.
HOSTILE: Final = (
    "[link](https://evil.example) <img src=x onerror=alert(1)> **bold** {name}",
    "`code` ![](https://evil.example/p.png) <ha-alert>box</ha-alert> <b>b</b> \\*",
)


@dataclass(frozen=True, kw_only=True)
class Collision:
    """A managed code, and the unmanaged code with the same PIN."""

    device_id: str
    name: str
    other: str
    other_id: str

    @property
    def title(self) -> str:
        """Return the title of the issue."""
        return f"Access codes {self.name} and {self.other} on {LOCK} have the same PIN"


def create_collision(
    development: Development, *, name: str, other: str, pin: str
) -> Collision:
    """Create an unmanaged code with the PIN of a managed one."""
    device_id = next(i for i, name in development.locks().items() if name == LOCK)
    code = development.seam(
        "/access_codes/create", device_id=device_id, name=name, code=pin
    )["access_code"]
    before = ids(development, device_id, managed=False)
    development.control("add_unmanaged_code", device=device_id, name=other, pin=pin)
    [other_id] = ids(development, device_id, managed=False) - before
    assert before
    development.control("advance", seconds=10)
    [error] = errors(development, device_id, name)
    assert error["error_code"] == "duplicate_code_on_device"
    # Issues are created at once only for old errors.
    code_id = code["access_code_id"]
    development.control("clear_code_problems", code=code_id)
    development.control(
        "code_error",
        code=code_id,
        error_code=error["error_code"],
        message=error["message"],
        fields={"created_at": LONG_AGO, "unmanaged_access_code_id": other_id},
    )
    return Collision(device_id=device_id, name=name, other=other, other_id=other_id)


def ids(development: Development, device_id: str, *, managed: bool) -> set[str]:
    """Return the IDs of the codes of a lock."""
    codes = development.codes(device_id, managed=managed)
    return {code["access_code_id"] for code in codes}


def errors(development: Development, device_id: str, name: str) -> list[dict[str, Any]]:
    """Return the errors of a managed code."""
    [found] = [
        code["errors"]
        for code in development.codes(device_id, managed=True)
        if code["name"] == name
    ]
    return list(found)


def open_dialog(page: Page, development: Development, collision: Collision) -> Locator:
    """Sync, and open the issue under Repairs."""
    page.goto(f"{development.url}/config/repairs")
    # The states arrive after the object that holds them.
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
    page.get_by_text(collision.title, exact=True).click()
    dialog = page.locator("dialog-data-entry-flow")
    expect(dialog.get_by_text("What do you want to do with")).to_contain_text(
        f"“{collision.other}”, which Seam does not manage, has the same PIN."
    )
    return dialog


def expect_only_text(page: Page) -> None:
    """Check that names are shown as plain text."""
    for markup in ("a[href*=evil]", "img[src=x]", "img[src*=evil]"):
        expect(page.locator(markup)).to_have_count(0)
    expect(page.get_by_text("\\[")).to_have_count(0)


@pytest.fixture
def reached(page: Page) -> list[str]:
    """Return the URLs that the page requests and the dialogs that it opens."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("dialog", lambda dialog: seen.append(f"evil: {dialog.message}"))
    return seen


def test_repair_deletes_unmanaged_code(
    page: Page, development: Development, reached: list[str], screenshots: Path
) -> None:
    """After confirmation, the code is deleted, the other is set, and the issue closes."""
    collision = create_collision(
        development, name="Tenant", other=HOSTILE[0], pin="204862"
    )
    device_id = collision.device_id
    before = ids(development, device_id, managed=False)
    dialog = open_dialog(page, development, collision)
    expect_only_text(page)
    page.screenshot(path=screenshots / "repair.png")

    dialog.get_by_text(f"Delete {collision.other}", exact=True).click()
    expect(dialog).to_contain_text(
        f"This deletes access code “{collision.other}” from {LOCK}."
    )
    expect_only_text(page)
    page.screenshot(path=screenshots / "repair-delete.png")
    assert ids(development, device_id, managed=False) == before

    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text(
        f"Access code “{collision.other}” was deleted.", timeout=30_000
    )
    expect_only_text(page)
    page.screenshot(path=screenshots / "repair-deleted.png")
    assert ids(development, device_id, managed=False) == before - {collision.other_id}
    assert not errors(development, device_id, collision.name)
    finish(page, dialog)
    expect(page.get_by_text(collision.title, exact=True)).to_have_count(0)
    assert not [url for url in reached if "evil" in url]


def test_repair_converts_unmanaged_code(
    page: Page, development: Development, reached: list[str], screenshots: Path
) -> None:
    """The code becomes managed with its name, and the issue closes."""
    collision = create_collision(
        development, name="Lodger", other=HOSTILE[1], pin="395173"
    )
    device_id = collision.device_id
    managed = ids(development, device_id, managed=True)
    unmanaged = ids(development, device_id, managed=False)
    dialog = open_dialog(page, development, collision)
    expect_only_text(page)

    dialog.get_by_text(f"Convert {collision.other}", exact=True).click()
    expect(dialog).to_contain_text(
        f"Seam now manages access code “{collision.other}”.", timeout=30_000
    )
    page.screenshot(path=screenshots / "repair-converted.png")
    other_id = {collision.other_id}
    assert ids(development, device_id, managed=True) == managed | other_id
    assert ids(development, device_id, managed=False) == unmanaged - other_id
    finish(page, dialog)
    expect(page.get_by_text(collision.title, exact=True)).to_have_count(0)

    page.goto(development.url)
    expect(page.get_by_role("listitem").filter(has_text=collision.other)).to_be_visible(
        timeout=30_000
    )
    expect_only_text(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / "hostile-dashboard.png", full_page=True)
    assert not [url for url in reached if "evil" in url]
