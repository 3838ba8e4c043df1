"""Browser tests of the panel on a phone."""

from collections.abc import Iterator
import re
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect
import pytest

from .conftest import Start
from .development import Development
from .test_panel import SOON, choose, open_lock, open_panel, row_of, sync

pytestmark = pytest.mark.e2e

# The smallest target for fingers, and the width of a small phone.
MIN_HEIGHT: Final = 44
WIDTH: Final = 360
CONTROLS: Final = "a[href], button, input, select, summary, [role=menuitem]"
# What can be tapped of an input is its label. What overflows is cut off, unless it can
# be scrolled to.
MEASURE: Final = """(panel, [controls, minHeight]) => {
    const parentOf = (node) => node.assignedSlot ?? node.parentNode ?? node.host;
    const visible = { contentVisibilityAuto: true, visibilityProperty: true };
    const small = [], wide = [];
    let count = 0;
    const isShortened = (node) => node instanceof Element
        ? getComputedStyle(node).textOverflow === "ellipsis"
            || isShortened(parentOf(node))
        : node !== panel.shadowRoot && isShortened(parentOf(node));
    const measure = (element) => {
        const target = element.matches("input") && element.closest("label") || element;
        let { top, bottom } = target.getBoundingClientRect();
        for (let node = parentOf(target); node !== panel; node = parentOf(node)) {
            if (!(node instanceof Element)) continue;
            const { overflowY } = getComputedStyle(node);
            if (overflowY === "auto" || overflowY === "scroll") break;
            if (overflowY === "visible") continue;
            const box = node.getBoundingClientRect();
            top = Math.max(top, box.top);
            bottom = Math.min(bottom, box.bottom);
        }
        count += 1;
        if (bottom - top < minHeight - 0.5) {
            small.push([element.outerHTML.slice(0, 80), bottom - top]);
        }
    };
    const walk = (root) => {
        for (const element of root.querySelectorAll("*")) {
            // Home Assistant's own elements are not tested.
            if (element.localName.startsWith("ha-")) continue;
            if (element.shadowRoot) walk(element.shadowRoot);
            const { right, left, width } = element.getBoundingClientRect();
            if (width === 0 || !element.checkVisibility(visible)) continue;
            const isOut = right > innerWidth + 1 || left < -1;
            if (isOut && !element.closest("nav") && !isShortened(element)) {
                wide.push([element.outerHTML.slice(0, 80), left, right]);
            }
            if (element.matches(controls)) measure(element);
        }
    };
    walk(panel.shadowRoot);
    return { small, wide, count };
}"""
LONG: Final = "Donaudampfschifffahrtsgesellschaft Kapitänswohnung mit Seeblick " * 3


@pytest.fixture(autouse=True)
def phone(page: Page) -> None:
    """Make the window as narrow as a phone, and high, as hidden rows have no size."""
    page.set_viewport_size({"width": WIDTH, "height": 3000})


@pytest.fixture
def villa(page: Page, development: Development) -> Iterator[str]:
    """Add a lock and a code with long names."""
    lock = development.control("add_lock", name=f"Villa {LONG}")["result"]
    device_id: str = lock["device_id"]
    for name in (LONG, "Short"):
        development.control(
            "add_unmanaged_code", device=device_id, name=name, pin="615093"
        )
    # Activity is shown once the lock has its entities.
    sync(page)
    development.control("use_code", code=LONG, device=device_id)
    sync(page)
    yield device_id
    development.control("remove_lock", device=device_id)
    sync(page)


def check(panel: Locator, what: str) -> None:
    """Check that everything fits, and that all controls are large enough."""
    found: dict[str, Any] = panel.evaluate(MEASURE, [CONTROLS, MIN_HEIGHT])
    assert found["count"] > 5, what
    assert not found["small"], what
    assert not found["wide"], what


def test_views_fit_and_have_large_controls(
    page: Page, development: Development, villa: str
) -> None:
    """Nothing is cut off, and everything can be tapped."""
    for path in (
        *("", "/locks", "/timeline", "/found", "/activity"),
        f"/lock/{villa}",
    ):
        panel = open_panel(page, development, path)
        shown = panel.get_by_text("Villa").filter(visible=True)
        expect(shown.first).to_be_attached(timeout=SOON)
        check(panel, path)
    panel = open_panel(page, development, "/timeline")
    for rows in ("By person", "Table"):
        panel.get_by_role("combobox", name="Rows").select_option(label=rows)
        expect(panel.get_by_text("Short").first).to_be_visible()
        check(panel, rows)


def test_dialogs_fit_and_have_large_controls(
    page: Page, development: Development
) -> None:
    """The same holds for menus and dialogs."""
    panel = open_lock(page, development, "Front Door")
    dialog = panel.get_by_role("dialog")
    panel.get_by_role("button", name="Add guest").click()
    dialog.get_by_text("More options").click()
    check(panel, "add")
    dialog.get_by_role("radio", name="Custom PIN").check()
    dialog.get_by_role("radio", name="Permanent").check()
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_text("Enter a name.")).to_be_visible()
    check(panel, "errors")
    dialog.get_by_role("button", name="Cancel").click()
    panel.get_by_role("button", name="Actions for Owner", exact=True).click()
    expect(panel.get_by_role("menuitem").first).to_be_visible()
    check(panel, "menu")
    page.keyboard.press("Escape")
    for action in ("Edit", "Stop managing", "Delete"):
        expect(row_of(panel, "Cleaner")).to_be_visible()
        choose(panel, "Cleaner", action)
        expect(dialog.get_by_role("button", name="Cancel")).to_be_visible()
        check(panel, action)
        dialog.get_by_role("button", name="Cancel").click()


@pytest.mark.usefixtures("villa")
def test_dialogs_for_found_codes_fit_and_have_large_controls(
    page: Page, development: Development
) -> None:
    """The same holds for what is done with several codes."""
    panel = open_panel(page, development, "/found")
    dialog = panel.get_by_role("dialog")
    for name in (LONG, "Short"):
        panel.get_by_role("checkbox", name=f"Select {name}").check()
    for button in panel.locator("seam-found .bar button").all():
        button.click()
        # The preview is complete.
        expect(dialog.locator("button.filled")).to_be_enabled(timeout=SOON)
        check(panel, "dialog")
        dialog.get_by_role("button", name="Cancel").click()


REMEDIES: Final = (
    "Allow changes",
    "Choose a new PIN",
    "Convert “Other”",
    "Delete this code",
    "Delete “Other”",
    "Edit this code",
    "Use backup code",
)


def test_dialogs_of_remedies_fit_and_have_large_controls(
    panel_page: Page, start: Start
) -> None:
    """The same holds for what a problem asks for, and for the dialog with the PIN."""
    panel_page.set_viewport_size({"width": WIDTH, "height": 3000})
    panel = start(
        f"""{{
          locks: ["{LONG}", "Gate"].map((name) => lock(name, [
            code("{LONG}", {{ state: "failed", common_code_key: "key", errors: [{{
              error_code: "duplicate_code", message: "{LONG}", advice: "{LONG}",
              scope: "access_code", created_at: null, other_access_code_id: "Other",
              remedies: ["allow_changes", "new_pin", "convert_other", "delete_other",
                "delete", "edit", "pull_backup"],
            }}] }}),
            code("Other", {{ is_managed: false }}),
          ])),
          answer: ({{ type }}, id) => ({{
            "seam/preview": {{ access_codes: [
              {{ access_code_id: "Other", name: "Other", outcome: "would_convert" }},
            ] }},
            "seam/code/create": id.length < 20
              ? {{ access_code_id: "{LONG}", code: "582947" }}
              : {{ error: "{LONG}", field: "code" }},
            "seam/code/pull_backup": {{ access_code_id: "x", code: "582947" }},
            "seam/code/generate": {{ code: "582947" }},
          }}[type] ?? {{ outcome: "deleted" }}),
        }}"""
    )
    dialog = panel.get_by_role("dialog")
    attention = panel.get_by_role("region", name="Needs attention")
    for remedy in REMEDIES:
        attention.get_by_role("button", name=remedy, exact=True).first.click()
        confirm = dialog.locator(".bottom button.filled")
        expect(confirm).to_be_enabled()
        check(panel, remedy)
        if remedy in ("Choose a new PIN", "Use backup code"):
            confirm.click()
            expect(dialog.locator("seam-pin")).to_be_visible()
            check(panel, f"{remedy}: progress")
        panel_page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    panel.get_by_role("button", name="Add guest").click()
    dialog.get_by_role("textbox", name="Name").fill(LONG[:80])
    for checkbox in dialog.get_by_role("checkbox", name=re.compile("Gate|Donau")).all():
        checkbox.check()
    check(panel, "overlap")
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.locator("seam-pin")).to_be_visible()
    expect(dialog.get_by_role("button", name="Change PIN")).to_be_visible()
    check(panel, "progress")
