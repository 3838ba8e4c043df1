"""Browser tests of the stays in the panel."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, expect
import pytest

from .conftest import Start
from .development import Development
from .test_panel import choose, finish, open_panel, row_of, sync
from .test_panel_quality import AXE, NEEDS_AXE, RUN_AXE
from .test_stays import LOCK, WIDE, Bookings, fill_in, wait_for_codes

pytestmark = pytest.mark.e2e

NAME: Final = "<img src=x onerror=alert(1)> " + "Ada" * 60
STAYS: Final = """(count, verdict, reason) => [{
    entry_id: "entry",
    subentry_id: "stays",
    title: "Bookings",
    is_calendar_lost: false,
    kept: 0,
    access_code_ids: ["Ada"],
    stays: Array.from({length: count}, (_, i) => ({
        name: `Guest ${i}`,
        starts_at: new Date(Date.now() + (i * 24 + 3) * 3_600_000).toISOString(),
        ends_at: new Date(Date.now() + (i * 24 + 20) * 3_600_000).toISOString(),
        verdict,
        has_arrived: false,
        locks: [{device_id: "Door", access_code_id: "Ada", verdict, reason}],
    })),
}]"""


@pytest.fixture
def bookings(page: Page, development: Development) -> Iterator[Bookings]:
    """Add a calendar, and remove it and the stays afterwards."""
    bookings = Bookings(page, development)
    yield bookings
    bookings.remove()


def _violations(page: Page) -> Any:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.locator("seam-panel").evaluate(RUN_AXE)


@NEEDS_AXE
def test_panel_shows_who_gets_in(
    page: Page, development: Development, bookings: Bookings, screenshots: Path
) -> None:
    """The verdict follows the lock, and the preview follows the calendar."""
    bookings.book("Emmy Noether", hours=2)
    bookings.book("Lise Meitner", hours=52, length=44)
    page.set_viewport_size(WIDE)
    open_panel(page, development, "/stays")
    panel = page.locator("seam-panel")
    expect(panel.get_by_text("Stays create access codes")).to_be_visible()
    assert _violations(page) == []
    panel.get_by_role("link", name="Add stays").click()
    page.get_by_role("button", name="Add stays").click()
    dialog = page.locator("dialog-data-entry-flow")
    expect(dialog.get_by_text("Calendar of bookings").first).to_be_visible()
    fill_in(dialog)
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_contain_text("To be created: 2")
    dialog.get_by_role("button", name="Submit").click()
    finish(page, dialog)
    wait_for_codes(page, bookings, {"Emmy Noether", "Lise Meitner"}.issubset)

    open_panel(page, development, "/stays")
    emmy = panel.get_by_role("listitem").filter(has_text="Emmy Noether")
    expect(emmy).to_contain_text("Ready")
    expect(emmy.get_by_role("link", name=LOCK)).to_be_visible()
    expect(panel.get_by_role("region", name="Needs attention")).to_have_count(0)

    development.control("lock_offline", device=LOCK)
    sync(page)
    attention = panel.get_by_role("region", name="Needs attention")
    expect(attention).to_contain_text("Emmy Noether")
    expect(attention).to_contain_text("At risk")
    expect(attention).to_contain_text("The access code cannot be set")
    expect(attention).to_contain_text("power supply, Wi-Fi connection")
    expect(attention).not_to_contain_text("Lise Meitner")
    assert _violations(page) == []
    page.screenshot(path=screenshots / "panel-stays.png")
    development.control("lock_online", device=LOCK)
    attention.get_by_role("button", name="Refresh lock").click()
    expect(attention).to_have_count(0)
    expect(emmy).to_contain_text("Ready")

    panel.get_by_role("button", name="Preview changes: Bookings").click()
    dialog = panel.get_by_role("dialog", name="Preview of Bookings")
    expect(dialog).to_contain_text("No access code needs to be changed")
    dialog.get_by_role("button", name="Done").click()
    bookings.book("Mary Somerville", hours=100)
    expect(panel.get_by_text("Mary Somerville")).to_be_visible()
    edit = panel.get_by_role("link", name="Edit Bookings")
    edit.click()
    expect(page.get_by_role("button", name="Reconfigure stays")).to_be_visible()


def test_preview_shows_what_a_run_does(panel_page: Page, start: Start) -> None:
    """It has the reasons, and can be tried again."""
    row = "{name: 'Ada', lock: 'Door', starts_at: null, ends_at: null, reason: null}"
    groups = "moved: [], renamed: [], deleted: [], not_possible: [], left: []"
    times = "starts_at: null, ends_at: null"
    overlaps = ", ".join(
        f"{{stay: 'Ada', other: 'Eve', lock: {lock}, {times}}}"
        for lock in ("null", "'Gate'")
    )
    panel = start(
        f"""{{
          path: "/stays",
          locks: [lock("Door", [code("Ada")])],
          stays: ({STAYS})(1, "ready", null),
          answer: () => {{
            if (!window.isBack) throw {{message: "Not now"}};
            return {{created: [{row}], {groups}, overlaps: [{overlaps}]}};
          }},
        }}"""
    )
    panel.get_by_role("button", name="Preview changes").click()
    dialog = panel.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Not now.")
    panel_page.evaluate("() => { window.isBack = true; }")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_role("listitem")).to_have_text(
        ["Ada Door", "Ada Overlaps with Eve", "Ada Gate Overlaps with Eve"]
    )
    panel_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_code_says_which_stays_it_is_from(panel_page: Page, start: Start) -> None:
    """Dialogs say that the stays leave a code alone that somebody changes."""
    panel = start(
        f"""{{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada"), code("Eve")])],
          stays: ({STAYS})(1, "ready", null),
        }}"""
    )
    dialog = panel.get_by_role("dialog")
    for name, is_from_stays in ("Ada", True), ("Eve", False):
        row = row_of(panel, name)
        expect(row.get_by_text("From Bookings")).to_have_count(int(is_from_stays))
        for action, text in (
            ("Edit", "no longer follows its booking"),
            ("End now", "no longer follows its booking"),
            ("Stop managing", "no longer follows its booking"),
            ("Delete", "not created again"),
        ):
            choose(panel, name, action)
            expect(dialog.get_by_text(text)).to_have_count(int(is_from_stays))
            dialog.get_by_role("button", name="Cancel").click()
    panel_page.evaluate(
        f"() => changeStays({{...({STAYS})(0)[0], access_code_ids: ['Eve']}})"
    )
    expect(row_of(panel, "Eve")).to_contain_text("From Bookings")
    expect(row_of(panel, "Ada")).not_to_contain_text("From Bookings")


def test_stay_names_the_guests_it_overlaps_with(panel_page: Page, start: Start) -> None:
    """It says so as soon as there is such a code, without calling it a problem."""
    panel = start(
        f"""{{
          path: "/stays",
          locks: [lock("Door", [code("Ada")])],
          stays: ({STAYS})(1, "ready", null),
        }}"""
    )
    row = panel.get_by_role("listitem").filter(has_text="Guest 0")
    expect(row).to_contain_text("Door")
    expect(row).not_to_contain_text("Overlaps")
    panel_page.evaluate("() => change(lock('Door', [code('Ada'), code('Long stay')]))")
    expect(row).to_contain_text("Overlaps with Long stay on Door (")
    expect(panel.get_by_role("region", name="Needs attention")).to_have_count(0)


def test_codes_of_empty_calendar_are_shown_as_kept(start: Start) -> None:
    """A warning says so, and how to delete them, also in the preview, which lists them."""
    row = "{name: 'Ada', lock: 'Door', starts_at: null, ends_at: null"
    left = f"[{row}, reason: 'No events.'}}, {row}, name: null, reason: null}}]"
    groups = "created: [], moved: [], renamed: [], deleted: [], not_possible: []"
    panel = start(
        f"""{{
          path: "/stays",
          locks: [lock("Door", [code("Ada")])],
          stays: ({STAYS})(1, "ready", null).map((row) => ({{...row, kept: 1}})),
          answer: () => ({{{groups}, left: {left}, overlaps: []}}),
        }}"""
    )
    expect(panel.get_by_text("The codes of 1 stay are kept")).to_be_visible()
    expect(panel.get_by_text("then Reconfigure stays")).to_be_visible()
    panel.get_by_role("button", name="Preview changes").click()
    dialog = panel.get_by_role("dialog")
    expect(dialog.get_by_text("then Reconfigure stays")).to_be_visible()
    region = dialog.locator("section")
    expect(region.get_by_role("heading")).to_have_text("Left unchanged 1")
    expect(region.get_by_role("listitem")).to_have_text("Ada Door No events.")


@pytest.mark.parametrize(
    ("pins", "shown"),
    [(["4711", "4711"], "4711"), (["4711", "5822"], "Door: 4711, Gate: 5822")],
)
def test_stay_shows_its_pin(
    panel_page: Page, start: Start, pins: list[str], shown: str
) -> None:
    """Locks with the same PIN show it once, and the menu is that of the codes."""
    panel = start(
        f"""{{
          path: "/stays",
          locks: [lock("Door", [code("Ada")]), lock("Gate", [code("Ada 2")])],
          stays: ({STAYS})(1, "ready", null).map((row) => {{
            const [stay] = row.stays;
            const [place] = stay.locks;
            const gate = {{...place, device_id: "Gate", access_code_id: "Ada 2"}};
            return {{...row, stays: [{{...stay, locks: [place, gate]}}]}};
          }}),
          answer: (_, id) => ({{code: {pins}[id === "lock.door" ? 0 : 1]}}),
        }}"""
    )
    panel.get_by_role("button", name="Show PIN: Ada").click()
    expect(panel.locator("output")).to_have_text(shown)
    panel.get_by_role("button", name="Hide PIN: Ada").click()
    expect(panel.locator("output")).to_have_count(0)
    panel.get_by_role("button", name="Actions for Ada").click()
    panel.get_by_role("menuitem", name="Delete").click()
    expect(panel.get_by_role("dialog", name="Delete “Ada”?")).to_be_visible()
    panel_page.evaluate(f"() => changeStays(...({STAYS})(0))")
    panel_page.keyboard.press("Escape")
    expect(panel.get_by_role("heading", name="Calendars")).to_be_focused()


@NEEDS_AXE
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_small_screen_shows_many_stays(
    panel_page: Page, start: Start, direction: str
) -> None:
    """Nothing is wider than the screen, and a search finds one of 200."""
    panel_page.set_viewport_size({"width": 360, "height": 740})
    panel_page.evaluate("(dir) => { document.documentElement.dir = dir; }", direction)
    panel = start(
        f"""{{
          path: "/stays",
          locks: [lock("Door", [code("Ada")])],
          stays: ({STAYS})(200, "ready", null),
        }}"""
    )
    rows = panel.get_by_role("region", name="Current and upcoming").get_by_role(
        "listitem"
    )
    expect(rows).to_have_count(50)
    panel.get_by_role("searchbox").fill("guest 123")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Guest 123")
    is_wide = """(panel) => {
        const main = panel.shadowRoot.querySelector("main");
        return main.scrollWidth > main.clientWidth;
    }"""
    assert panel.evaluate(is_wide) is False
    assert _violations(panel_page) == []


def test_user_sees_verdicts_only(panel_page: Page, start: Start) -> None:
    """A user without stays has no such page, and none of the buttons."""
    panel = start("{locks: [lock('Door')], admin: false}")
    expect(panel.get_by_role("link", name="Timeline")).to_be_visible()
    expect(panel.get_by_role("link", name="Stays")).to_have_count(0)
    panel_page.evaluate(f"() => changeStays(...({STAYS})(1, 'at_risk', 'No room.'))")
    panel.get_by_role("link", name="Stays").wait_for()
    panel_page.evaluate(
        """() => {
            document.querySelector("seam-panel").route = {prefix: "/seam", path: "/stays"};
        }"""
    )
    expect(panel.get_by_text("Guest 0")).to_be_visible()
    expect(panel.get_by_text("No room.")).to_be_visible()
    expect(panel.get_by_role("button")).to_have_count(0)
    expect(panel.get_by_role("link", name="Add stays")).to_have_count(0)


def test_names_of_guests_are_only_text(panel_page: Page, start: Start) -> None:
    """Strangers write bookings."""
    panel_page.on("dialog", lambda _: pytest.fail("A script ran"))
    panel = start("{path: '/stays', locks: [lock('Door')]}")
    panel_page.evaluate(
        f"""(name) => {{
            const [row] = ({STAYS})(1, "ready", null);
            changeStays({{...row, title: name, stays: [{{...row.stays[0], name}}]}});
        }}""",
        NAME,
    )
    expect(panel.get_by_text(NAME)).to_have_count(2)
    expect(panel.locator("img")).to_have_count(0)
