"""Browser tests of the panel's dialogs, with a `hass` object instead of Home Assistant."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Route, expect
import pytest

pytestmark = pytest.mark.e2e

FILES: Final = {
    "/seam": Path(__file__).parent / "fake.html",
    "/seam.js": Path(__file__).parents[2]
    / "custom_components"
    / "seam"
    / "frontend"
    / "seam.js",
}

type Start = Callable[[str], Locator]


@pytest.fixture
def panel_page(chromium: Browser) -> Iterator[Page]:
    """Open a page that browsers do not give the clipboard, as it is not secure."""
    page = chromium.new_page(locale="en-GB", base_url="http://home.test")
    page.set_default_timeout(15_000)

    def serve(route: Route) -> None:
        route.fulfill(path=FILES[urlsplit(route.request.url).path])

    page.route("http://home.test/seam*", serve)
    page.goto("/seam")
    page.wait_for_function("() => window.start")
    yield page
    page.close()


@pytest.fixture
def start(panel_page: Page) -> Start:
    """Return a function that shows the panel with options for `start` in fake.html."""

    def start(options: str) -> Locator:
        panel_page.evaluate(f"() => start({options})")
        return panel_page.locator("seam-panel")

    return start


def sent(page: Page, command: str) -> list[dict[str, Any]]:
    """Return the commands of a type that were sent."""
    calls: list[dict[str, Any]] = page.evaluate("() => calls")
    return [call for call in calls if call["type"] == f"seam/{command}"]


def choose(panel: Locator, name: str, action: str) -> Locator:
    """Choose an action from the menu of a code, and return its dialog."""
    panel.get_by_role("button", name=f"Actions for {name}", exact=True).first.click()
    panel.get_by_role("menuitem", name=action, exact=True).click()
    return panel.get_by_role("dialog")


def add_guest(panel: Locator, name: str = "Ada") -> Locator:
    """Fill in the form for a guest and send it, and return the dialog."""
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill(name)
    dialog.get_by_role("button", name="Add guest").click()
    return dialog


def test_pin_in_dialog_is_copied_without_https(panel_page: Page, start: Start) -> None:
    """Copy works in a dialog although the page has no access to the clipboard."""
    panel = start(
        "{locks: [lock('Door')], answer: () => ({access_code_id: 'x', code: '4711'})}"
    )
    assert not panel_page.evaluate("() => isSecureContext")
    dialog = add_guest(panel)
    copy = dialog.get_by_role("button", name="Copy")
    copy.click()
    expect(dialog.get_by_text("PIN copied")).to_be_visible()
    expect(copy).to_be_focused()
    dialog.get_by_role("button", name="Done").click()
    paste = panel_page.get_by_role("textbox", name="Paste here")
    paste.focus()
    panel_page.keyboard.press("Control+V")
    expect(paste).to_have_value("4711")


def test_copy_that_fails_is_reported(panel_page: Page, start: Start) -> None:
    """If the browser copies nothing, the panel does not say that it did."""
    panel = start(
        "{locks: [lock('Door')], answer: () => ({access_code_id: 'x', code: '4711'})}"
    )
    panel_page.evaluate("() => { HTMLTextAreaElement.prototype.focus = () => {}; }")
    panel_page.evaluate("() => { HTMLTextAreaElement.prototype.select = () => {}; }")
    dialog = add_guest(panel)
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_text("The PIN could not be copied.")).to_be_visible()


def test_edit_changes_only_what_was_edited(panel_page: Page, start: Start) -> None:
    """A linked code keeps its own times when the guest is renamed."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [
            lock("Door", [code("Ada", { common_code_key: "key" })]),
            lock("Gate", [
              code("Ada 2", { common_code_key: "key", starts_at: null, ends_at: null }),
            ]),
          ],
        }"""
    )
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("textbox", name="Name").fill("Ada Lovelace")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("button", name="Done")).to_be_visible()
    expected = {"type": "seam/code/update", "new_name": "Ada Lovelace"}
    assert sent(panel_page, "code/update") == [
        {**expected, "entity_id": "lock.door", "access_code_id": "Ada"},
        {**expected, "entity_id": "lock.gate", "access_code_id": "Ada 2"},
    ]


def test_new_pin_is_accepted_by_all_locks(panel_page: Page, start: Start) -> None:
    """A PIN is asked for until all locks accept it, before any code changes."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [
            lock("Door", [code("Ada", { common_code_key: "key" })]),
            lock("Gate", [code("Ada 2", { common_code_key: "key" })], {
              rules: { lengths: [4, 5], constraints: { no_zeros: "No" } },
            }),
          ],
          answer: (() => {
            const pins = ["582947", "5012", "593871", "6021", "649713", "5318"];
            return ({ type }) => (type === "seam/code/generate" ? { code: pins.shift() } : {});
          })(),
        }"""
    )
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("radio", name="Choose for me").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("output")).to_have_text("5318")
    assert [call["code"] for call in sent(panel_page, "code/update")] == ["5318"] * 2


UNCERTAIN: Final = "return {error: 'Seam did not confirm.', is_uncertain: true};"


@pytest.mark.parametrize(
    ("uncertain", "error"),
    [(UNCERTAIN, "Seam did not confirm"), ("lost();", "The connection")],
    ids=["seam", "connection"],
)
def test_new_pin_of_uncertain_change_is_shown(
    panel_page: Page, start: Start, uncertain: str, error: str
) -> None:
    """A generated PIN that may be on the lock is shown with the error."""
    panel = start(
        f"""{{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada")])],
          answer: ({{ type }}) => {{
            if (type === "seam/code/generate") return {{ code: "5318" }};
            {uncertain}
          }},
        }}"""
    )
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("radio", name="Choose for me").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("output")).to_have_text("5318")
    expect(dialog.get_by_role("listitem").filter(has_text=error)).to_be_visible()
    expect(dialog.get_by_role("button", name="Save")).to_have_count(0)
    assert len(sent(panel_page, "code/update")) == 1


@pytest.mark.parametrize("is_uncertain", [False, True])
def test_only_certain_failures_can_be_retried(
    panel_page: Page, start: Start, is_uncertain: bool
) -> None:
    """A code that may have been created is not created again."""
    panel = start(
        f"""{{
          locks: [lock("Door"), lock("Gate")],
          answer: (_, id) =>
            id === "lock.door"
              ? {{ access_code_id: "x", code: "4711" }}
              : {{ error: "Not on Gate.", is_uncertain: {str(is_uncertain).lower()} }},
        }}"""
    )
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Ada")
    for name in ("Door", "Gate"):
        dialog.get_by_role("checkbox", name=name).check()
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_text("Not on Gate.")).to_be_visible()
    retry = dialog.get_by_role("button", name="Try again")
    expect(retry).to_have_count(0 if is_uncertain else 1)


def test_nothing_changes_if_no_pin_fits(panel_page: Page, start: Start) -> None:
    """Without a PIN that all locks accept, the form says so and no code is changed."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [
            lock("Door", [code("Ada", { common_code_key: "key" })]),
            lock("Gate", [code("Ada 2", { common_code_key: "key" })], {
              rules: { lengths: [], constraints: { no_zeros: "No" } },
            }),
          ],
          answer: () => ({ code: "5012" }),
        }"""
    )
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("radio", name="Choose for me").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Seam found no PIN")).to_be_visible()
    assert sent(panel_page, "code/update") == []


@pytest.mark.parametrize(
    "field",
    ["entity_ids", "starts_at", "ends_at", "ongoing", "code", "new_name", "else", ""],
)
def test_error_is_shown_whether_its_field_is(start: Start, field: str) -> None:
    """An error is shown also if the form does not have the field that it is about."""
    panel = start(
        f"""{{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada", {{ ends_at: null }})])],
          answer: () => ({{ error: "Refused by the test.", field: "{field}" }}),
        }}"""
    )
    dialog = choose(panel, "Ada", "Edit")
    expect(dialog.get_by_role("radio", name="Permanent")).to_be_checked()
    dialog.get_by_role("textbox", name="Name").fill("Grace")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Refused by the test.")).to_be_visible()


def test_form_says_why_it_is_not_sent(panel_page: Page, start: Start) -> None:
    """What the form itself refuses is shown also if the field is not."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [
            lock("Door", [code("Ada")], {
              can: { create: true, create_ongoing: "Door needs times." },
            }),
          ],
        }"""
    )
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("radio", name="Permanent").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_text("Door needs times.")
    assert sent(panel_page, "code/update") == []


def test_times_are_sent_as_moments(panel_page: Page, start: Start) -> None:
    """In the second hour after the clocks are put back, times are not of the first."""
    panel_page.clock.set_fixed_time(datetime(2026, 10, 25, 1, 32, tzinfo=UTC))
    panel = start(
        """{
          path: "/lock/Door",
          zone: "Europe/London",
          locks: [lock("Door", [code("Ada", { ends_at: "2026-10-24T00:45:00Z" })])],
          answer: () => ({ access_code_id: "x" }),
        }"""
    )
    choose(panel, "Ada", "End now").get_by_role("button", name="End now").click()
    panel.get_by_role("button", name="Actions for Ada").click()
    panel.get_by_role("menuitem", name="Extend by a day").click()
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Grace")
    dialog.get_by_label("Check-in").fill("2026-10-25T01:40")
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_role("button", name="Done")).to_be_visible()
    times = [call["ends_at"] for call in sent(panel_page, "code/update")]
    assert times == ["2026-10-25T01:34:00.000Z", "2026-10-25T01:45:00.000Z"]
    [created] = sent(panel_page, "code/create")
    assert created["starts_at"] == "2026-10-25T01:40:00.000Z"


def test_closed_dialog_announces_failure(panel_page: Page, start: Start) -> None:
    """A change that fails after its dialog was closed is not announced as saved."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [
            lock("Door", [code("Ada", { common_code_key: "key" })]),
            lock("Gate", [code("Ada 2", { common_code_key: "key" })]),
          ],
          answer: async (_, id) => {
            if (id === "lock.door") return {};
            await new Promise((resolve) => { window.finish = resolve; });
            return { error: "Gate is offline." };
          },
        }"""
    )
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("textbox", name="Name").fill("Grace")
    dialog.get_by_role("button", name="Save").click()
    panel_page.wait_for_function("() => window.finish")
    dialog.get_by_role("button", name="Close").first.click()
    expect(dialog).to_have_count(0)
    panel_page.evaluate("() => finish()")
    expect(panel.get_by_text("Gate is offline.")).to_be_visible()


REATTACH: Final = """() => {
    const root = document.getElementById("root");
    const panel = root.firstChild;
    panel.remove();
    root.append(panel);
}"""


def test_form_stays_modal_when_page_is_reattached(
    panel_page: Page, start: Start
) -> None:
    """Home Assistant detaches pages in the background. A form then stays as it was."""
    panel = start("{locks: [lock('Door')]}")
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Ada")
    panel_page.evaluate(REATTACH)
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value("Ada")
    assert dialog.evaluate("(dialog) => dialog.matches(':modal')")
    panel_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("shows", ["guest", "backup"])
def test_dialog_with_pin_closes_when_page_is_detached(
    panel_page: Page, start: Start, shows: str
) -> None:
    """A PIN is not shown again when somebody comes back to the page."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada", { is_backup_access_code_available: true })])],
          answer: () => ({ access_code_id: "x", code: "4711" }),
        }"""
    )
    if shows == "guest":
        dialog = add_guest(panel, "Grace")
    else:
        dialog = choose(panel, "Ada", "Use backup code")
        dialog.get_by_role("button", name="Use backup code").click()
    expect(dialog.locator("output")).to_have_text("4711")
    panel_page.evaluate(REATTACH)
    expect(dialog).to_have_count(0)
    panel.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_role("textbox", name="Name")).to_be_visible()


def test_back_closes_dialog(panel_page: Page, start: Start) -> None:
    """Back closes a dialog first, and leaves the page only without one."""
    panel_page.goto("/seam?first")
    panel_page.goto("/seam")
    panel_page.wait_for_function("() => window.start")
    panel = start("{locks: [lock('Door', [code('Ada')])], path: '/lock/Door'}")
    dialog = choose(panel, "Ada", "Edit")
    expect(dialog).to_be_visible()
    panel_page.go_back()
    expect(dialog).to_have_count(0)
    expect(panel.get_by_role("button", name="Actions for Ada")).to_be_visible()
    # A dialog that was closed leaves nothing to go back to, however fast it was.
    for _ in range(3):
        choose(panel, "Ada", "Edit")
        panel_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    panel_page.wait_for_function("() => history.state === null")
    panel_page.go_back()
    panel_page.wait_for_url("**/seam?first")


def test_back_closes_dialog_after_reload(panel_page: Page, start: Start) -> None:
    """What an open dialog left in the history does not keep the next one open."""
    options = "{locks: [lock('Door', [code('Ada')])], path: '/lock/Door'}"
    choose(start(options), "Ada", "Edit")
    panel_page.wait_for_function("() => history.state !== null")
    panel_page.reload()
    panel_page.wait_for_function("() => window.start")
    dialog = choose(start(options), "Ada", "Edit")
    expect(dialog).to_be_visible()
    panel_page.go_back()
    expect(dialog).to_have_count(0)


def test_back_closes_dialog_after_forward(panel_page: Page, start: Start) -> None:
    """Forward does not open a dialog again, and the next one still closes."""
    panel = start("{locks: [lock('Door', [code('Ada')])], path: '/lock/Door'}")
    dialog = choose(panel, "Ada", "Edit")
    expect(dialog).to_be_visible()
    panel_page.go_back()
    expect(dialog).to_have_count(0)
    panel_page.go_forward()
    choose(panel, "Ada", "Edit")
    expect(dialog).to_be_visible()
    panel_page.go_back()
    expect(dialog).to_have_count(0)


# As Home Assistant does, which listens before there is a panel.
FOLLOW_ADDRESS: Final = """() => {
    const show = () => {
        const path = location.pathname.slice("/seam".length);
        document.querySelector("seam-panel").route = { prefix: "/seam", path };
    };
    window.addEventListener("popstate", show);
    window.navigate = (path) => {
        history.pushState(null, "", path);
        show();
    };
}"""


def test_only_back_returns_to_scroll_position(panel_page: Page, start: Start) -> None:
    """A page starts at its top after a dialog was closed, which goes back, too."""
    panel_page.evaluate(FOLLOW_ADDRESS)
    panel = start(
        "{locks: Array.from({length: 99}, (_, i) => lock(`Door ${i}`, [code('Ada')]))}"
    )
    main = panel.locator("main")

    def scroll(top: int) -> None:
        main.evaluate("(main, top) => { main.scrollTop = top; }", top)

    def expect_scrolled(top: int) -> None:
        # A page scrolls in the frame after it was rendered.
        panel_page.evaluate("() => new Promise(requestAnimationFrame)")
        panel_page.evaluate("() => new Promise(requestAnimationFrame)")
        assert main.evaluate("(main) => main.scrollTop") == top

    panel_page.evaluate("() => navigate('/seam/locks')")
    link = panel.get_by_role("link", name="Door 98")
    expect(link).to_be_attached()
    expect_scrolled(0)
    scroll(400)
    panel_page.evaluate("() => navigate('/seam/lock/Door 1')")
    expect(link).to_have_count(0)
    panel_page.evaluate("() => history.back()")
    expect(link).to_be_attached()
    expect_scrolled(400)
    panel_page.evaluate("() => navigate('/seam/lock/Door 1')")
    expect(link).to_have_count(0)
    dialog = choose(panel, "Ada", "Edit")
    expect(dialog).to_be_visible()
    panel_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    panel_page.wait_for_function("() => history.state === null")
    panel_page.evaluate("() => navigate('/seam/locks')")
    expect(link).to_be_attached()
    expect_scrolled(0)


def test_back_does_not_hide_new_pin(panel_page: Page, start: Start) -> None:
    """While a code is created, Back does not close the dialog that shows its PIN."""
    panel = start(
        """{
          locks: [lock("Door")],
          answer: async () => {
            await new Promise((resolve) => { window.finish = resolve; });
            return { access_code_id: "x", code: "4711" };
          },
        }"""
    )
    dialog = add_guest(panel)
    panel_page.wait_for_function("() => window.finish")
    panel_page.evaluate("() => history.back()")
    panel_page.evaluate("() => finish()")
    expect(dialog.locator("output")).to_have_text("4711")
    panel_page.evaluate("() => history.back()")
    expect(dialog).to_have_count(0)


def test_failed_preview_can_be_repeated(panel_page: Page, start: Start) -> None:
    """If it is unknown which codes can be adopted, the dialog offers to check again."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada", { is_managed: false })])],
          answer: lost,
        }"""
    )
    dialog = choose(panel, "Ada", "Adopt")
    expect(dialog.get_by_role("alert")).to_contain_text("The connection")
    expect(dialog.get_by_text("Checking…")).to_have_count(0)
    panel_page.evaluate(
        """() => {
            const row = { access_code_id: "Ada", outcome: "would_convert" };
            window.answer = () => ({ access_codes: [row] });
        }"""
    )
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_text("Can be adopted")).to_be_visible()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Adopt", exact=True)).to_be_enabled()


@pytest.mark.parametrize("is_open", [True, False])
def test_batch_stops_when_connection_is_lost(
    panel_page: Page, start: Start, is_open: bool
) -> None:
    """Codes that were not sent any more are not done, whether the dialog is open or not."""
    panel = start(
        """{
          path: "/found",
          locks: [
            lock("Door", ["A", "B", "C"].map((id) => code(id, { is_managed: false }))),
          ],
          answer: async ({ access_code_id }) => {
            if (access_code_id === "A") {
              await new Promise((resolve) => { window.finish = resolve; });
              return { outcome: "deleted" };
            }
            lost();
          },
        }"""
    )
    for name in "ABC":
        panel.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
    panel.get_by_role("button", name="Delete").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    panel_page.wait_for_function("() => window.finish")
    if not is_open:
        dialog.get_by_role("button", name="Close").first.click()
        expect(dialog).to_have_count(0)
    panel_page.evaluate("() => finish()")
    if is_open:
        expect(dialog.get_by_text("Not done", exact=True)).to_have_count(1)
    expect(panel.get_by_text("1 of 3 done")).to_be_visible()
    ids = [call["access_code_id"] for call in sent(panel_page, "code/delete")]
    assert ids == ["A", "B"]
