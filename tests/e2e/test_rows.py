"""Browser tests of rows with a PIN and a menu, and of elements that are hidden."""

from typing import Final

from playwright.sync_api import Page, expect
import pytest

from .conftest import Start

pytestmark = pytest.mark.e2e

TWO_CODES: Final = """{
  path: "/lock/Door",
  locks: [lock("Door", [code("Ada", { name: "B" }), code("Eve", { name: "C" })])],
  answer: ({ access_code_id }) => ({ code: access_code_id === "Ada" ? "4711" : "5822" }),
}"""
# By name, which is the order of codes with the same times.
SWAP: Final = """() => change(
  lock("Door", [code("Ada", { name: "B" }), code("Eve", { name: "A" })])
)"""
# Two bookings that look the same, and then only the second of them.
ALIKE: Final = """(ids) => [{
  entry_id: "entry",
  subentry_id: "stays",
  title: "Bookings",
  is_calendar_lost: false,
  kept: 0,
  stays: ids.map((id) => ({
    name: "Reserved",
    starts_at: "2030-01-01T15:00:00Z",
    ends_at: "2030-01-02T11:00:00Z",
    verdict: "ready",
    has_arrived: false,
    locks: [{ device_id: "Door", access_code_id: id, verdict: "ready", reason: null }],
  })),
}]"""


@pytest.mark.parametrize(
    "tag", ["seam-panel", "seam-access-codes-card", "seam-codes-link"]
)
def test_hidden_element_does_not_subscribe(
    panel_page: Page, start: Start, tag: str
) -> None:
    """Home Assistant goes on updating cards that it has hidden."""
    start("{locks: [lock('Door')]}")
    counts = panel_page.evaluate(
        """async (tag) => {
          let count = 0;
          const { hass, route } = document.querySelector("seam-panel");
          const connection = {
            ...hass.connection,
            addEventListener: () => { count += 1; },
            removeEventListener: () => { count -= 1; },
          };
          const element = document.createElement(tag);
          element.route = route;
          element.setConfig?.({});
          const counts = [];
          const update = async () => {
            const formatEntityAttributeValue = () => "";
            element.hass = { ...hass, connection, formatEntityAttributeValue };
            await element.updateComplete;
            counts.push(count > 0);
          };
          document.body.append(element);
          await update();
          element.remove();
          await update();
          document.body.append(element);
          await update();
          element.remove();
          return counts;
        }""",
        tag,
    )
    assert counts == [True, False, True]


def test_pin_stays_shown_when_rows_are_sorted(panel_page: Page, start: Start) -> None:
    """A row that moves is the same row, but one that leaves the page forgets its PIN."""
    panel = start(TWO_CODES)
    for name in "BC":
        panel.get_by_role("button", name=f"Show PIN: {name}").click()
    output = panel.locator("output")
    expect(output).to_have_text(["4711", "5822"])
    panel_page.evaluate(SWAP)
    expect(panel.locator("seam-code-row .cut")).to_have_text(["A", "B"])
    expect(output).to_have_text(["5822", "4711"])
    panel_page.evaluate(
        """async () => {
          const panel = document.querySelector("seam-panel");
          panel.remove();
          await new Promise(requestAnimationFrame);
          document.getElementById("root").append(panel);
        }"""
    )
    expect(panel.get_by_role("button", name="Show PIN: B")).to_be_visible()
    expect(output).to_have_count(0)


@pytest.mark.parametrize(("name", "new_name"), [("B", "B"), ("C", "A")])
def test_menu_opens_again_after_rows_are_sorted(
    panel_page: Page, start: Start, name: str, new_name: str
) -> None:
    """A menu closes when its row moves, and its button knows."""
    panel = start(TWO_CODES)
    panel.get_by_role("button", name=f"Actions for {name}").click()
    menu = panel.get_by_role("menu")
    expect(menu).to_be_visible()
    panel_page.evaluate(SWAP)
    expect(panel.locator("seam-code-row .cut")).to_have_text(["A", "B"])
    panel_page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    button = panel.get_by_role("button", name=f"Actions for {new_name}")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(menu).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")


def test_pin_is_not_shown_beside_another_stay(panel_page: Page, start: Start) -> None:
    """A PIN that arrives late belongs to the code for which it was requested."""
    panel = start(
        f"""{{
          path: "/stays",
          locks: [lock("Door", [code("Ada"), code("Eve")])],
          stays: ({ALIKE})(["Ada", "Eve"]),
          answer: ({{ access_code_id }}) =>
            new Promise((resolve) => {{
              window.finish = () => resolve({{ code: "4711" }});
            }}),
        }}"""
    )
    panel.get_by_role("button", name="Show PIN: Ada").click()
    panel_page.wait_for_function("() => window.finish")
    panel_page.evaluate(f"() => changeStays(...({ALIKE})(['Eve']))")
    expect(panel.locator("seam-stay-controls")).to_have_count(1)
    panel_page.evaluate("() => finish()")
    expect(panel.locator("seam-stay-controls .spinner")).to_have_count(0)
    expect(panel.locator("output")).to_have_count(0)
    panel.get_by_role("button", name="Show PIN: Eve").click()
    expect(panel.locator("seam-stay-controls .spinner")).to_be_visible()
    panel_page.evaluate("() => finish()")
    expect(panel.locator("output")).to_have_text("4711")


def test_pins_of_stay_are_named_after_their_locks(
    panel_page: Page, start: Start
) -> None:
    """If a lock is removed while the PINs are requested, they keep their locks."""
    stays = f"""({ALIKE})(["Ada"]).map((row) => {{
      const [stay] = row.stays;
      const places = ids.map((id) => ({{
        ...stay.locks[0], device_id: id, access_code_id: id,
      }}));
      return {{ ...row, stays: [{{ ...stay, locks: places }}] }};
    }})"""
    panel = start(
        f"""{{
          path: "/stays",
          locks: ["Door", "Gate", "Shed"].map((id) => lock(id, [code(id)])),
          stays: ((ids) => {stays})(["Door", "Gate", "Shed"]),
          answer: ({{ access_code_id: id }}) =>
            new Promise((resolve) => {{
              window.release ??= [];
              const code = {{ Door: "4711", Gate: "5822", Shed: "6933" }}[id];
              window.release.push(() => resolve({{ code }}));
            }}),
        }}"""
    )
    panel.get_by_role("button", name="Show PIN: Door").click()
    panel_page.wait_for_function("() => window.release?.length === 3")
    panel_page.evaluate(f"() => changeStays(...((ids) => {stays})(['Door', 'Shed']))")
    expect(panel.locator("seam-stays").get_by_text("Gate")).to_have_count(0)
    panel_page.evaluate("() => release.forEach((run) => run())")
    expect(panel.locator("output")).to_have_text("Door: 4711, Gate: 5822, Shed: 6933")


@pytest.mark.parametrize(
    "uncertain",
    [
        "return { error: 'Seam did not confirm the change.', is_uncertain: true };",
        "lost();",
    ],
    ids=["seam", "connection"],
)
def test_batch_does_not_say_that_an_uncertain_change_failed(
    start: Start, uncertain: str
) -> None:
    """A code that may be gone is not confirmed, and one that was refused failed."""
    panel = start(
        f"""{{
          path: "/found",
          locks: [lock("Door", ["A", "B"].map((id) => code(id, {{ is_managed: false }})))],
          answer: ({{ access_code_id }}) => {{
            if (access_code_id === "A") return {{ error: "Door is offline." }};
            {uncertain}
          }},
        }}"""
    )
    for name in "AB":
        panel.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
    panel.get_by_role("button", name="Delete").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("0 of 2 done")).to_be_visible()
    expect(dialog.locator(".chip")).to_have_text(["Failed", "Not confirmed"])


def test_count_of_selected_codes_is_beside_the_checkbox(start: Start) -> None:
    """The checkbox is called the same whatever is selected, and the count is announced."""
    codes = '["A", "B"].map((id) => code(id, { is_managed: false }))'
    panel = start(f"{{ path: '/found', locks: [lock('Door', {codes})] }}")
    checkbox = panel.get_by_role("checkbox", name="Select all", exact=True)
    status = panel.get_by_role("status").filter(has_text="selected")
    panel.get_by_role("checkbox", name="Select A", exact=True).check()
    expect(status).to_have_text("1 selected")
    status.click()
    expect(status).to_have_text("1 selected")
    panel.get_by_text("Select all", exact=True).click()
    expect(status).to_have_text("2 selected")
    expect(checkbox).to_be_checked()


@pytest.mark.parametrize(
    ("codes_known", "unmanaged_known", "count"),
    [(True, True, 0), (True, False, 1), (False, False, 0)],
)
def test_page_says_that_only_unmanaged_codes_are_not_known(
    start: Start, codes_known: bool, unmanaged_known: bool, count: int
) -> None:
    """The managed codes are shown as usual."""
    known = f"{{codes_known: {codes_known}, unmanaged_known: {unmanaged_known}}}"
    panel = start(
        f"{{path: '/lock/Door', locks: [lock('Door', [code('Ada')], {known.lower()})]}}"
    )
    expect(panel.get_by_text("Ada")).to_have_count(int(codes_known))
    expect(panel.get_by_text("The unmanaged codes on this lock")).to_have_count(count)
