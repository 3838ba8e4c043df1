"""Browser tests of using the panel with the keyboard, and with reduced motion."""

from collections.abc import Iterator
from typing import Final

from playwright.sync_api import Page, expect
import pytest

from .development import Development
from .pins import Pins
from .test_panel import READY, SOON, open_lock, open_panel, pins_of, row_of, sync

pytestmark = pytest.mark.e2e

GUEST: Final = "Keyboard guest"
PIN: Final = "738291"
NAMES: Final = ("Ada", "Bob", "Cem", "Dora", "Eve")
# The name of the element with the focus, and whether one can see that it has it.
FOCUS: Final = """() => {
  let element = document.activeElement;
  const hosts = [];
  while (element?.shadowRoot?.activeElement) {
    hosts.push(element.localName);
    element = element.shadowRoot.activeElement;
  }
  const isOutlined = (node) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  };
  const { opacity } = getComputedStyle(element);
  return {
    name: (element.ariaLabel ?? element.labels?.[0]?.innerText ?? element.innerText).trim(),
    isOurs: hosts.includes("seam-panel"),
    // Invisible radio buttons lie on top of their text.
    isVisible: isOutlined(opacity === "0" ? element.nextElementSibling : element),
  };
}"""
# What moves for more than a millisecond inside of an element.
MOVING: Final = """(panel) => {
  const found = [];
  const seconds = (list) => Math.max(...list.split(",").map(parseFloat));
  const check = (node, pseudo) => {
    const style = getComputedStyle(node, pseudo);
    if (
      (style.animationName !== "none" && seconds(style.animationDuration) > 0.001) ||
      seconds(style.transitionDuration) > 0.001
    ) {
      found.push(`${node.localName}.${node.className}${pseudo ?? ""}`);
    }
  };
  const visit = (node) => {
    if (node.localName?.startsWith("ha-")) return;
    if (node.shadowRoot) {
      const spinner = document.createElement("span");
      spinner.className = "spinner";
      node.shadowRoot.append(spinner);
      visit(node.shadowRoot);
      spinner.remove();
    }
    if (node instanceof Element) {
      for (const pseudo of [undefined, "::before", "::after"]) check(node, pseudo);
    }
    for (const child of node.children) visit(child);
  };
  visit(panel);
  return found;
}"""


def expect_focus(page: Page, name: str) -> None:
    """Wait until an element has the focus, which must be visible."""
    page.wait_for_function(f"(name) => ({FOCUS})().name === name", arg=name)
    assert page.evaluate(FOCUS)["isVisible"]


def expect_focus_on_row(page: Page) -> None:
    """Wait until the menu of some code has the focus."""
    page.wait_for_function(f"() => ({FOCUS})().name.startsWith('Actions for ')")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until an element has the focus."""
    passed: list[str] = []
    while not passed or passed[-1] != name:
        assert len(passed) < 100, passed
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["isVisible"] or not focus["isOurs"], focus
        passed.append(focus["name"])


def test_everything_can_be_done_by_keyboard(
    page: Page, development: Development, pins: Pins
) -> None:
    """A guest is added, shown and deleted without a mouse, and the focus is visible."""
    pins.known.add(PIN)
    panel = open_lock(page, development, "Front Door")
    dialog = panel.get_by_role("dialog")
    row = row_of(panel, GUEST)

    tab_to(page, "Add guest")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    expect_focus(page, "Name")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect_focus(page, "Add guest")

    page.keyboard.press("Enter")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type(GUEST)
    tab_to(page, "Stay")
    page.keyboard.press("ArrowRight")
    expect_focus(page, "Permanent")
    tab_to(page, "Choose for me")
    page.keyboard.press("ArrowRight")
    expect_focus(page, "Custom PIN")
    page.keyboard.press("Tab")
    expect_focus(page, "Custom PIN")
    page.keyboard.type(PIN)
    tab_to(page, "Add guest")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(READY)).to_be_visible(timeout=SOON)
    assert pins_of(development, GUEST) == {"Front Door": PIN}
    tab_to(page, "Done")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect_focus(page, "Add guest")
    expect(row).to_be_visible(timeout=SOON)

    actions = f"Actions for {GUEST}"
    menu = panel.get_by_role("menu")
    tab_to(page, actions)
    page.keyboard.press("Enter")
    expect_focus(page, "Show PIN")
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect_focus(page, actions)
    page.keyboard.press("Enter")
    expect_focus(page, "Show PIN")
    page.keyboard.press("Enter")
    expect(row.locator("output")).to_have_text(PIN)
    expect_focus(page, actions)

    for key in ("Escape", "Enter"):
        page.keyboard.press("ArrowDown")
        expect_focus(page, "Show PIN")
        page.keyboard.press("ArrowDown")
        expect_focus(page, "Copy PIN")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect_focus(page, "Delete")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("heading", name=f"Delete “{GUEST}”?")).to_be_visible()
        if key == "Enter":
            tab_to(page, "Delete")
        page.keyboard.press(key)
        if key == "Escape":
            expect(dialog).to_have_count(0)
            expect_focus(page, actions)
    expect(row).to_have_count(0, timeout=SOON)
    assert not pins_of(development, GUEST)
    expect_focus_on_row(page)


@pytest.fixture
def porch(page: Page, development: Development) -> Iterator[str]:
    """Add a lock with codes that Seam does not manage, and return its device ID."""
    lock = development.control("add_lock", name="Porch")["result"]
    device_id: str = lock["device_id"]
    for number, name in enumerate(NAMES):
        development.control(
            "add_unmanaged_code", device=device_id, name=name, pin=f"{615_201 + number}"
        )
    sync(page)
    yield device_id
    development.control("remove_lock", device=device_id)
    sync(page)


def test_focus_stays_in_list_of_codes(
    page: Page, development: Development, porch: str
) -> None:
    """Whatever becomes of the code that has the focus, a row has it afterwards."""
    panel = open_panel(page, development)
    expect(panel.get_by_text("Porch").first).to_be_attached(timeout=SOON)
    panel = open_panel(page, development, f"/lock/{porch}")
    dialog = panel.get_by_role("dialog")
    menu = panel.get_by_role("menu")

    def open_menu(name: str) -> None:
        tab_to(page, f"Actions for {name}")
        page.keyboard.press("Enter")
        expect_focus(page, "Show PIN")

    def act(name: str, action: str) -> None:
        open_menu(name)
        while page.evaluate(FOCUS)["name"] != action:
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

    def vanish(name: str) -> None:
        development.control("delete_code_in_app", code=name, device=porch)
        sync(page)
        expect(row_of(panel, name)).to_have_count(0, timeout=SOON)

    # Deleted elsewhere, also while its menu is open, and the last of all.
    ada, bob, cem, dora, eve = NAMES
    expect(row_of(panel, ada)).to_be_visible(timeout=SOON)
    tab_to(page, f"Actions for {ada}")
    vanish(ada)
    expect_focus(page, f"Actions for {bob}")
    page.keyboard.press("Enter")
    expect_focus(page, "Show PIN")
    vanish(bob)
    expect(menu).to_have_count(0)
    expect_focus(page, f"Actions for {cem}")
    tab_to(page, f"Actions for {eve}")
    vanish(eve)
    expect_focus(page, f"Actions for {dora}")

    # Shown, and moved to another group, of which it is the only one, and back.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(row_of(panel, dora).locator("output")).to_be_visible()
    expect_focus(page, f"Hide PIN: {dora}")
    managed = panel.get_by_role("region", name="Active")
    act(dora, "Adopt")
    tab_to(page, "Adopt")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("1 of 1 done")).to_be_visible(timeout=SOON)
    tab_to(page, "Done")
    page.keyboard.press("Enter")
    expect(row_of(managed, dora)).to_be_visible(timeout=SOON)
    expect_focus(page, f"Actions for {dora}")
    act(dora, "Stop managing")
    tab_to(page, "Stop managing")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0, timeout=SOON)
    expect(managed).to_have_count(0, timeout=SOON)
    expect_focus(page, f"Actions for {dora}")


def test_nothing_moves_if_motion_is_reduced(
    page: Page, development: Development
) -> None:
    """Nothing is animated for users who have asked for reduced motion."""
    panel = open_panel(page, development)
    # The check finds what is animated for others.
    assert any("spinner" in name for name in panel.evaluate(MOVING))
    page.emulate_media(reduced_motion="reduce")
    for path in ("", "/locks", "/timeline", "/found", "/activity"):
        open_panel(page, development, path)
        assert panel.evaluate(MOVING) == []
    open_lock(page, development, "Front Door")
    panel.get_by_role("button", name="Add guest").click()
    expect(panel.get_by_role("dialog")).to_be_visible()
    assert panel.evaluate(MOVING) == []
