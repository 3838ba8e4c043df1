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
