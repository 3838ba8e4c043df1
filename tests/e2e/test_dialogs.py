"""Browser tests of the panel's dialogs, with a `hass` object instead of Home Assistant."""

from datetime import UTC, datetime
import json
from pathlib import Path
import re
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect
import pytest

from .conftest import Start
from .test_panel_quality import AXE, NEEDS_AXE, RUN_AXE

pytestmark = pytest.mark.e2e

TRANSLATIONS: Final = Path(__file__).parents[2] / "frontend" / "src" / "language"


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
    copy = dialog.get_by_role("button", name="Copy", exact=True)
    copy.click()
    expect(dialog.get_by_text("PIN copied")).to_be_visible()
    expect(copy).to_be_focused()
    dialog.get_by_role("button", name="Done").click()
    paste = panel_page.get_by_role("textbox", name="Paste here")
    paste.focus()
    panel_page.keyboard.press("Control+V")
    expect(paste).to_have_value("4711")


def test_message_is_copied_where_it_cannot_be_shared(
    panel_page: Page, start: Start
) -> None:
    """Browsers share only over HTTPS, and not all of them do."""
    panel = start(
        "{locks: [lock('Door')], answer: () => ({access_code_id: 'x', code: '4711'})}"
    )
    dialog = add_guest(panel)
    dialog.get_by_role("button", name="Copy message").click()
    expect(dialog.get_by_text("Message copied")).to_be_visible()
    expect(dialog.get_by_role("button", name="Share")).to_have_count(0)
    dialog.get_by_role("button", name="Done").click()
    paste = panel_page.get_by_role("textbox", name="Paste here")
    paste.focus()
    panel_page.keyboard.press("Control+V")
    message = re.compile("Hello Ada, your access code for Door is 4711[.]")
    expect(paste).to_have_value(message)


def test_copy_that_fails_is_reported(panel_page: Page, start: Start) -> None:
    """If the browser copies nothing, the panel does not say that it did."""
    panel = start(
        "{locks: [lock('Door')], answer: () => ({access_code_id: 'x', code: '4711'})}"
    )
    panel_page.evaluate("() => { HTMLTextAreaElement.prototype.focus = () => {}; }")
    panel_page.evaluate("() => { HTMLTextAreaElement.prototype.select = () => {}; }")
    dialog = add_guest(panel)
    dialog.get_by_role("button", name="Copy", exact=True).click()
    expect(dialog.get_by_text("Copying failed.")).to_be_visible()


def test_pin_of_new_code_is_hidden_after_a_while(
    panel_page: Page, start: Start
) -> None:
    """It is then shown again as in a row, by asking for it."""
    panel_page.clock.install()
    panel = start(
        """{
          locks: [lock("Door")],
          answer: ({ type }) => type === "seam/code/reveal"
            ? { code: "582947" }
            : { access_code_id: "x", code: "4711" },
        }"""
    )
    dialog = add_guest(panel)
    expect(dialog.locator("output")).to_have_text("4711")
    expect(dialog.get_by_role("button", name="Copy", exact=True)).to_be_focused()
    panel_page.clock.fast_forward(119_000)
    expect(dialog.locator("output")).to_have_text("4711")
    panel_page.clock.fast_forward(2_000)
    expect(dialog.locator("output")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Copy", exact=True)).to_have_count(0)
    show = dialog.get_by_role("button", name="Show PIN")
    expect(show).to_be_focused()
    show.click()
    expect(dialog.locator("output")).to_have_text("582947")
    [revealed] = sent(panel_page, "code/reveal")
    assert revealed["access_code_id"] == "x"
    dialog.get_by_role("button", name="Copy message").click()
    expect(dialog.get_by_text("Message copied")).to_be_visible()
    panel_page.clock.fast_forward(121_000)
    expect(dialog.locator("output")).to_have_count(0)
    dialog.get_by_role("button", name="Done").click()
    paste = panel_page.get_by_role("textbox", name="Paste here")
    paste.focus()
    panel_page.keyboard.press("Control+V")
    expect(paste).to_have_value(re.compile("582947"))


@pytest.mark.parametrize("way", ["Show PIN", "Copy PIN"])
def test_last_known_pin_is_called_so(start: Start, way: str) -> None:
    """While Seam does not answer, nobody knows whether it still opens the door."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada")])],
          answer: () => ({ code: "4711", is_fresh: false }),
        }"""
    )
    panel.get_by_role("button", name="Actions for Ada", exact=True).first.click()
    panel.get_by_role("menuitem", name=way, exact=True).click()
    expect(panel.get_by_text("This is the last known PIN")).to_be_visible()


def test_release_says_that_it_takes_time(start: Start) -> None:
    """Like a deletion, it is only announced as done when it is."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada")])],
          answer: () => ({ outcome: "pending", reason: "The lock is slow" }),
        }"""
    )
    dialog = choose(panel, "Ada", "Stop managing")
    dialog.get_by_role("button", name="Stop managing").click()
    expect(panel.get_by_text("Seam will stop managing “Ada” on Door")).to_be_visible()


@pytest.mark.parametrize(
    ("state", "works"), [("active", True), ("failed", False), ("scheduled", False)]
)
def test_deletion_says_whether_code_works(
    panel_page: Page, start: Start, state: str, works: bool
) -> None:
    """Only a code that may open the lock stops working."""
    panel = start(
        f"""{{
          path: "/lock/Door",
          locks: [lock("Door", [
            code("Ada", {{ state: "{state}" }}),
            code("Found", {{ state: "{state}", is_managed: false }}),
          ])],
        }}"""
    )
    stops = re.compile("The code stops working on Door|This code stops working")
    idle = "After you delete it, nobody can use it."
    dialog = choose(panel, "Ada", "Delete")
    expect(dialog.get_by_text(stops)).to_have_count(int(works))
    expect(dialog.get_by_text(idle)).to_have_count(int(not works))
    panel_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    panel.get_by_role("button", name="Actions for Ada", exact=True).click()
    for action in ("End now", "Stop managing"):
        expect(panel.get_by_role("menuitem", name=action)).to_have_count(
            0 if state == "failed" else 1
        )


def test_other_users_are_told_to_ask_administrator(
    panel_page: Page, start: Start
) -> None:
    """Once, where they cannot follow the advice, and not for what is about the lock."""
    panel = start(
        """{
          admin: false,
          locks: ["Door", "Gate"].map((name) => lock(name, [
            code(`Ada ${name}`, { state: "failed", errors: [{
              error_code: "failed_to_set_on_device", message: "It failed.",
              advice: "Delete the code.", scope: "access_code", created_at: null,
              remedies: ["delete"],
            }] }),
          ])).concat(lock("Shed", [code("Found", { is_managed: false })], {
            online: false,
            problems: [{
              error_code: "device_offline", message: "It is offline.",
              advice: "Check its power supply.", scope: "device", created_at: null,
              remedies: ["refresh_lock"],
            }],
          })),
        }"""
    )
    note = panel.get_by_text("Ask an administrator of this Home Assistant")
    expect(panel.get_by_text("Delete the code.")).to_have_count(2)
    expect(note).to_have_count(1)
    panel_page.evaluate(
        """() => {
            document.querySelector("seam-panel").route = {prefix: "/seam", path: "/lock/Shed"};
        }"""
    )
    expect(panel.get_by_text("Check its power supply.")).to_be_visible()
    expect(panel.get_by_text("created outside Seam")).to_be_visible()
    expect(panel.get_by_text("Convert")).to_have_count(0)
    expect(note).to_have_count(0)


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


@pytest.mark.parametrize(
    ("state", "error", "headline"),
    [
        ("active", "", None),
        ("active", "It was not set.", "Needs attention"),
        ("scheduled", "It was not set.", "Needs attention"),
        ("setting", "It was not set.", "Setting the code…"),
        ("failed", "It was not set.", "No code on Door"),
        ("at_risk", "", "The code is not on the lock yet"),
    ],
)
def test_unedited_code_is_only_sent_again_if_it_needs_attention(
    panel_page: Page, start: Start, state: str, error: str, headline: str | None
) -> None:
    """What comes of it is what is known, and not what was hoped for."""
    panel = start(
        f"""{{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada", {{ state: "{state}", errors: !"{error}" ? [] : [{{
            message: "{error}", advice: "", scope: "access_code", created_at: null,
            error_code: "failed_to_set_on_device", remedies: ["edit"],
          }}] }})])],
          answer: () => ({{ outcome: "unchanged" }}),
        }}"""
    )
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("button", name="Save").click()
    if headline is None:
        expect(dialog).to_have_count(0)
        assert sent(panel_page, "code/update") == []
        return
    expect(dialog.locator(".headline p").first).to_have_text(headline)
    expect(dialog.get_by_text("It was not set.")).to_have_count(
        int(bool(error) and state != "setting")
    )
    [call] = sent(panel_page, "code/update")
    assert call == {
        "type": "seam/code/update",
        "entity_id": "lock.door",
        "access_code_id": "Ada",
        "allow_external_modification": False,
    }


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
    expect(dialog.get_by_text("Seam could not find a PIN")).to_be_visible()
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


def test_more_options_are_in_view_once_opened(panel_page: Page, start: Start) -> None:
    """The form may be higher than its dialog."""
    panel_page.set_viewport_size({"width": 1280, "height": 600})
    panel = start("{locks: ['A', 'B', 'C', 'D'].map((name) => lock(name))}")
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_text("More options").click()
    expect(dialog.locator("details label").last).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "seen"), [(360, ["100%", "0%"]), (1280, ["0%"] * 2)])
def test_tabs_fade_as_long_as_there_are_more(
    panel_page: Page, start: Start, width: int, seen: list[str]
) -> None:
    """On a phone, nothing else shows that the tabs can be scrolled."""
    panel_page.set_viewport_size({"width": width, "height": 740})
    tabs = start("{locks: [lock('Door')]}").get_by_role("navigation")
    for part, fade in zip(("0", "node.scrollWidth"), seen, strict=True):
        tabs.evaluate(f"(node) => {{ node.scrollLeft = {part}; }}")
        expect(tabs).to_have_css("mask-position", f"{fade} 50%")


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
    # The clock of the browser does not say when now is.
    [ended] = sent(panel_page, "code/end")
    assert "ends_at" not in ended
    [extended] = sent(panel_page, "code/update")
    assert extended["ends_at"] == "2026-10-25T01:45:00.000Z"
    [created] = sent(panel_page, "code/create")
    assert created["starts_at"] == "2026-10-25T01:40:00.000Z"


def test_times_follow_profile(panel_page: Page, start: Start) -> None:
    """In the browser's zone, what is typed is shown in the user's format, and is sent."""
    panel_page.context.new_cdp_session(panel_page).send(
        "Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"}
    )
    panel_page.clock.set_fixed_time(datetime(2026, 10, 20, 12, 0, tzinfo=UTC))
    panel = start(
        """{
          path: "/lock/Door",
          zone: "Europe/London",
          locale: { time_zone: "local", time_format: "12", date_format: "MDY" },
          locks: [lock("Door", [code("Ada", { ends_at: "2026-10-24T00:45:00Z" })])],
          answer: () => ({ access_code_id: "x" }),
        }"""
    )
    row = panel.locator("seam-code-row").filter(has_text="Ada")
    expect(row).to_contain_text("Sat, Oct 24, 9:45 AM")
    expect(panel.get_by_text("Times in Asia/Tokyo")).to_be_visible()
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    # At 15:00 in London.
    expect(dialog.get_by_label("Check-in")).to_have_value("2026-10-20T23:00")
    dialog.get_by_role("textbox", name="Name").fill("Grace")
    dialog.get_by_label("Check-in").fill("2026-10-25T18:00")
    expect(dialog.locator("#when")).to_have_text(
        re.compile("Sun, Oct 25, 6:00.PM – Mon, Oct 26, .* · 1 night · .*Asia/Tokyo")
    )
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_role("button", name="Done")).to_be_visible()
    [created] = sent(panel_page, "code/create")
    assert created["starts_at"] == "2026-10-25T09:00:00.000Z"


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
    expect(dialog.get_by_text("Keep this page open")).to_be_visible()
    dialog.get_by_role("button", name="Close").first.click()
    expect(dialog).to_have_count(0)
    panel_page.evaluate("() => finish()")
    expect(panel.get_by_text("Gate is offline.")).to_be_visible()


def test_results_wait_until_dialog_is_closed(panel_page: Page, start: Start) -> None:
    """Behind another dialog, nobody would notice them, however long they are shown."""
    panel_page.clock.install()
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada"), code("Bob")])],
          answer: ({ type, access_code_id }) => type === "seam/code/update"
            ? new Promise((resolve) => {
                (window.finish ??= {})[access_code_id] = resolve;
              })
            : {},
        }"""
    )
    for name in ("Ada", "Bob"):
        dialog = choose(panel, name, "Edit")
        dialog.get_by_role("textbox", name="Name").fill(f"{name} L")
        dialog.get_by_role("button", name="Save").click()
        panel_page.wait_for_function(f"() => window.finish?.{name}")
        dialog.get_by_role("button", name="Close").last.click()
        expect(dialog).to_have_count(0)
    panel.get_by_role("button", name="Add guest").click()
    panel_page.evaluate("() => { finish.Ada({ error: 'The lock is full' }); }")
    panel_page.evaluate("() => { finish.Bob({}); }")
    toast = panel.locator(".toast")
    for _ in range(10):
        panel_page.clock.run_for(1_000)
        expect(toast).to_have_text("")
    panel.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(panel.get_by_role("dialog")).to_have_count(0)
    panel_page.clock.run_for(200)
    expect(toast.locator("p")).to_have_text(["The lock is full.", "“Bob L” was saved"])
    panel_page.clock.run_for(6_000)
    expect(toast).to_have_text("")


def test_what_comes_of_an_action_replaces_that_it_goes_on(start: Start) -> None:
    """Two results are shown together, and each only once."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada"), code("Bob")])],
        }"""
    )
    toast = panel.locator(".toast")
    for _ in range(2):
        panel.get_by_role("button", name="Refresh").click()
        expect(toast.locator("p")).to_have_text(["Door is up to date"])


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


def test_form_moves_to_new_panel(panel_page: Page, start: Start) -> None:
    """When it restarts, Home Assistant removes the panel, and creates another later."""
    options = "{locks: [lock('Door')]}"
    panel = start(options)
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    name = dialog.get_by_role("textbox", name="Name")
    name.fill("Ada")
    remove = "() => document.querySelector('seam-panel').remove()"
    panel_page.evaluate(remove)
    start(options)
    expect(name).to_have_value("Ada")
    assert dialog.evaluate("(dialog) => dialog.matches(':modal')")
    panel_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    # Once closed, and on another page, it does not appear again.
    panel_page.evaluate(remove)
    start(options)
    expect(dialog).to_have_count(0)
    panel.get_by_role("button", name="Add guest").click()
    name.fill("Grace")
    panel_page.evaluate("() => history.pushState(null, '', '/seam/locks')")
    panel_page.evaluate(remove)
    panel_page.evaluate("() => history.pushState(null, '', '/seam')")
    start(options)
    expect(panel).to_be_visible()
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
    """If it is unknown which codes can be converted, the dialog offers to check again."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada", { is_managed: false })])],
          answer: lost,
        }"""
    )
    dialog = choose(panel, "Ada", "Convert to managed")
    expect(dialog.get_by_role("alert")).to_contain_text("The connection")
    expect(dialog.get_by_text("Checking…")).to_have_count(0)
    panel_page.evaluate(
        """() => {
            const row = { access_code_id: "Ada", outcome: "would_convert" };
            window.answer = () => ({ access_codes: [row] });
        }"""
    )
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_text("Can be converted")).to_be_visible()
    expect(dialog.get_by_role("alert")).to_have_text("")
    expect(
        dialog.get_by_role("button", name="Convert to managed", exact=True)
    ).to_be_enabled()


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


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("is_batch", [True, False])
def test_page_asks_before_requests_that_wait_are_lost(
    panel_page: Page, start: Start, is_batch: bool, is_open: bool
) -> None:
    """The dialog says so, and may be closed. Once the last one is sent, nothing waits."""
    panel = start(
        f"""{{
          path: "/{"found" if is_batch else "lock/Door"}",
          locks: ["Door", "Gate"].map((name) => lock(name, [code(name, {{
            name: "Ada", is_managed: {"false" if is_batch else "true"},
            common_code_key: "key",
          }})])),
          answer: async () => {{
            await new Promise((resolve) => {{ window.finish = resolve; }});
            return {{ outcome: "deleted" }};
          }},
        }}"""
    )
    if is_batch:
        panel.get_by_role("checkbox", name="Select all").check()
        panel.get_by_role("button", name="Delete").click()
        dialog = panel.get_by_role("dialog")
    else:
        dialog = choose(panel, "Ada", "Delete")
    hint = dialog.get_by_text("Keep this page open until everything is done.")

    def asks() -> bool:
        return bool(
            panel_page.evaluate(
                """() => !dispatchEvent(
                  new Event("beforeunload", { cancelable: true })
                )"""
            )
        )

    assert not asks()
    expect(hint).to_have_count(0)
    dialog.get_by_role("button", name="Delete", exact=True).click()
    panel_page.wait_for_function("() => window.finish")
    expect(hint).to_be_visible()
    if not is_open:
        dialog.get_by_role("button", name="Close").first.click()
        expect(dialog).to_have_count(0)
    assert asks()
    panel_page.evaluate("() => finish()")
    panel_page.wait_for_function("() => calls.length === 2")
    assert not asks()
    expect(hint).to_have_count(0)
    panel_page.evaluate("() => finish()")
    ids = [call["access_code_id"] for call in sent(panel_page, "code/delete")]
    assert ids == ["Door", "Gate"]


def test_page_asks_before_changes_on_several_locks_are_lost(
    panel_page: Page, start: Start
) -> None:
    """They are sent one after the other, too."""
    panel = start(
        TWO_DOORS % "() => new Promise((resolve) => { window.finish = resolve; })"
    )
    dialog = choose(panel, "Bruno", "Edit")
    dialog.get_by_role("textbox", name="Name").fill("Bruno B.")
    dialog.get_by_role("button", name="Save").click()
    hint = dialog.get_by_text("Keep this page open until everything is done.")
    expect(hint).to_be_visible()
    asks = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert panel_page.evaluate(asks)
    for number in (1, 2):
        panel_page.wait_for_function(f"() => calls.length === {number}")
        panel_page.evaluate("() => finish({})")
    expect(hint).to_have_count(0)
    assert not panel_page.evaluate(asks)


PARTLY: Final = """{
  locks: [
    lock("Door", [code("x", { name: "Zoe", state: "scheduled" })]),
    lock("Gate", [], { rules: { lengths: [4, 5, 6], constraints: {} } }),
  ],
  answer: ({ name, code }, id) =>
    id === "lock.door"
      ? { access_code_id: "x", code: code ?? "582947" }
      : ERROR,
}"""
TAKEN: Final = '{ error: "Gate already has this PIN: “Ada”.", field: "code" }'


def add_to_both(panel: Locator) -> Locator:
    """Fill in and send the form for a guest on two locks, and return the dialog."""
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Mia")
    for lock in ("Door", "Gate"):
        dialog.get_by_role("checkbox", name=lock).check()
    dialog.get_by_role("radio", name="Custom PIN").check()
    dialog.get_by_role("textbox", name="Custom PIN").fill("582947")
    dialog.get_by_role("button", name="Add guest").click()
    return dialog


@pytest.mark.parametrize("way", ["Done", "Close", "Escape"])
def test_door_without_code_is_named_and_announced(
    panel_page: Page, start: Start, way: str
) -> None:
    """The user hears of a door that the guest cannot open, also when closing."""
    panel = start(PARTLY.replace("ERROR", TAKEN))
    dialog = add_to_both(panel)
    expect(dialog.get_by_role("status").get_by_text("No code on Gate")).to_be_visible()
    # The same PIN would be refused again.
    expect(dialog.get_by_role("button", name="Try again")).to_have_count(0)
    if way == "Escape":
        panel_page.keyboard.press(way)
    else:
        dialog.get_by_role("button", name=way).click()
    expect(dialog).to_have_count(0)
    expect(panel.get_by_text("No code on Gate")).to_be_visible()


def test_another_pin_for_the_lock_that_refused_it(
    panel_page: Page, start: Start
) -> None:
    """“Change PIN” asks for a PIN for the locks that did not accept the first one."""
    panel = start(PARTLY.replace("ERROR", TAKEN))
    dialog = add_to_both(panel)
    text = dialog.get_by_text("Gate already has this PIN")
    expect(text).to_have_count(1)
    dialog.get_by_role("button", name="Change PIN").click()
    field = dialog.get_by_role("textbox", name="Custom PIN")
    expect(field).to_be_focused()
    expect(text).to_have_count(1)
    expect(dialog.get_by_role("checkbox", name="Door")).to_have_count(0)
    # It may be refused, too.
    field.fill("6031")
    dialog.get_by_role("button", name="Add guest").click()
    expect(text).to_have_count(1)
    panel_page.evaluate(
        "() => { window.answer = () => ({ access_code_id: 'y', code: '6032' }); }"
    )
    field.fill("6032")
    panel_page.keyboard.press("Enter")
    expect(dialog.locator("output")).to_have_text(["582947", "6032"])
    expect(dialog.get_by_text("No code on")).to_have_count(0)
    locks = [call["entity_ids"] for call in sent(panel_page, "code/create")]
    assert locks == [["lock.door", "lock.gate"], ["lock.gate"], ["lock.gate"]]


def test_try_again_shows_an_error_once(panel_page: Page, start: Start) -> None:
    """An error that may pass can be tried again, and is not shown twice."""
    panel = start(PARTLY.replace("ERROR", '{ error: "Gate does not answer." }'))
    dialog = add_to_both(panel)
    expect(dialog.get_by_role("button", name="Change PIN")).to_have_count(0)
    dialog.get_by_role("button", name="Try again").click()
    panel_page.wait_for_function("() => calls.filter((c) => c.entity_ids).length === 2")
    expect(dialog.get_by_role("button", name="Try again")).to_be_enabled()
    expect(dialog.get_by_text("Gate does not answer.")).to_have_count(1)
    assert sent(panel_page, "code/create")[-1]["entity_ids"] == ["lock.gate"]


START_PASSED: Final = """Date.parse(starts_at) <= Date.now() && (() => {
  throw {
    code: "start_date_in_future",
    message: "Gate only accepts a start in the future",
    translation_key: "start_date_in_future",
    translation_domain: "seam",
    translation_placeholders: { lock: "Gate", field: "starts_at" },
  };
})()"""


def test_try_again_starts_later_where_start_has_passed(
    panel_page: Page, start: Start
) -> None:
    """Some locks only accept a start in the future, and the form is no longer shown."""
    panel_page.clock.install(time=datetime(2026, 12, 4, 16, 2, tzinfo=UTC))
    # This is checked first, and refuses the command for all of its locks.
    refused = f"{START_PASSED} || {{ error: 'Gate does not answer.' }}"
    partly = PARTLY.replace("{ name, code }", "{ code, starts_at }")
    panel = start(partly.replace("ERROR", refused))
    dialog = add_to_both(panel)
    retry = dialog.get_by_role("button", name="Try again")
    expect(retry).to_be_enabled()
    panel_page.clock.fast_forward("10:00")
    retry.click()
    # Most locks accept it, and the codes of a guest have the same times.
    panel_page.wait_for_function("() => calls.filter((c) => c.entity_ids).length === 3")
    expect(dialog.get_by_text("Gate does not answer.")).to_have_count(1)
    accepted = f"{START_PASSED} || {{ access_code_id: 'y', code }}"
    panel_page.evaluate(
        f"() => {{ window.answer = ({{ code, starts_at }}) => {accepted}; }}"
    )
    expect(retry).to_be_enabled()
    retry.click()
    expect(retry).to_have_count(0)
    expect(dialog.get_by_role("alert")).to_have_text("")
    expect(dialog.get_by_text("No code on")).to_have_count(0)
    times = [call["starts_at"][11:16] for call in sent(panel_page, "code/create")]
    assert times == ["16:05", "16:05", "16:15", "16:05", "16:15"]


LIVE_REGIONS: Final = """(panel) => {
    const regionsOf = (root) => [...root.querySelectorAll("*")].flatMap((one) => [
        ...(one.matches("[role=status], [role=alert], [aria-live]") ? [one] : []),
        ...(one.shadowRoot ? regionsOf(one.shadowRoot) : []),
    ]);
    return regionsOf(panel.shadowRoot).map((region) => [
        region.outerHTML, region.checkVisibility({ visibilityProperty: true }),
    ]);
}"""


def test_texts_are_announced_that_come_later(start: Start) -> None:
    """Screen readers only announce what comes into an element that they know already."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada", { is_managed: false })])],
          answer: () => ({ access_code_id: "x", code: "4711", access_codes: [] }),
        }"""
    )

    unknown: list[str] = []

    def check(count: int) -> None:
        regions = panel.evaluate(LIVE_REGIONS)
        assert len(regions) >= count
        unknown.extend(html for html, is_known in regions if not is_known)

    check(1)
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_visible()
    check(7)
    dialog.get_by_role("textbox", name="Name").fill("Mia")
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.locator("output")).to_be_visible()
    check(4)
    dialog.get_by_role("button", name="Done").click()
    choose(panel, "Ada", "Convert to managed")
    expect(dialog.get_by_text("Cannot be converted", exact=True)).to_be_visible()
    check(3)
    assert unknown == []


@pytest.mark.parametrize(
    "first",
    [
        '{ access_code_id: "x", code }',
        '{ error: "Seam did not confirm.", is_uncertain: true }',
    ],
    ids=["made", "uncertain"],
)
def test_locks_of_several_workspaces_get_the_same_pin(
    panel_page: Page, start: Start, first: str
) -> None:
    """Seam cannot choose it, so one that all accept is sent, also when trying again."""
    panel = start(
        f"""{{
          locks: [
            lock("Door"),
            lock("Gate", [], {{
              entry_id: "other",
              rules: {{ lengths: [4, 6, 7], constraints: {{ no_zeros: "No" }} }},
            }}),
          ],
          answer: (() => {{
            const pins = ["5318", "58294", "6021", "649013", "649713", "1111"];
            return ({{ type, code }}, id) =>
              type === "seam/code/generate"
                ? {{ code: pins.shift() }}
                : id === "lock.door" ? {first} : {{ error: "Gate does not answer." }};
          }})(),
        }}"""
    )
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Ada")
    for lock in ("Door", "Gate"):
        dialog.get_by_role("checkbox", name=lock).check()
    dialog.get_by_text("More options").click()
    dialog.get_by_role("combobox", name="PIN length").select_option("6")
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.locator("output")).to_have_text("649713")
    dialog.get_by_role("button", name="Try again").click()
    panel_page.wait_for_function(
        "() => calls.filter(({ type }) => type === 'seam/code/create').length === 2"
    )
    made, again = sent(panel_page, "code/create")
    assert made["entity_ids"] == ["lock.door", "lock.gate"]
    assert again["entity_ids"] == ["lock.gate"]
    for call in (made, again):
        assert call["code"] == "649713"
        assert "preferred_code_length" not in call


@pytest.mark.parametrize(
    ("states", "headline"),
    [
        (["active"], "The code works"),
        (["scheduled"], "The code is ready"),
        (["at_risk"], "The code is not on the lock yet"),
        (["setting"], "Setting the code…"),
        (["failed"], "No code on L0"),
        (["active", "active"], "Works on all locks"),
        (["active", "scheduled"], "Ready on all locks"),
        (["scheduled", "at_risk"], "Ready on 1 of 2 locks"),
        (["at_risk", "at_risk"], "The code is not on all locks yet"),
        (["active", "failed"], "No code on L1"),
        (["expired"], "Expired"),
        (["disabled"], "Disabled"),
        (["unknown"], "Unknown"),
        (["removing"], "Removing"),
        (["active", "disabled"], "Ready on 1 of 2 locks"),
        (["active", "setting"], "Ready on 1 of 2 locks"),
    ],
)
def test_headline_says_whether_the_code_works(
    start: Start, states: list[str], headline: str
) -> None:
    """Only what Seam calls failed is an error, and only what is being set may take."""
    locks = ", ".join(
        f"lock('L{i}', [code('x{i}', {{ state: '{state}' }})])"
        for i, state in enumerate(states)
    )
    panel = start(
        f"""{{
          locks: [{locks}],
          answer: (_, id) => ({{ access_code_id: `x${{id.at(-1)}}`, code: "582947" }}),
        }}"""
    )
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Mia")
    for i in range(len(states)):
        dialog.get_by_role("checkbox", name=f"L{i}").check()
    dialog.get_by_role("button", name="Add guest").click()
    status = dialog.locator(".headline")
    expect(status.get_by_text(headline, exact=True)).to_be_visible()
    expect(status.locator(".bad")).to_have_count(int("failed" in states))
    expect(status.locator(".spinner")).to_have_count(int("setting" in states))
    works = {*states} & {"active", "scheduled", "setting", "at_risk"}
    expect(status.get_by_text("Works until")).to_have_count(
        int("failed" not in states and bool(works))
    )
    names = " and ".join(f"L{i}" for i in range(len(states)))
    expect(dialog.get_by_text(f"PIN for {names}", exact=True)).to_be_visible()


@pytest.mark.parametrize("is_new", [True, False])
def test_code_that_is_gone_is_not_awaited(
    panel_page: Page, start: Start, is_new: bool
) -> None:
    """A code that is not listed is only on its way until it was listed once."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada")])],
          answer: () => ({ access_code_id: "x", code: "582947" }),
        }"""
    )
    if is_new:
        dialog = add_guest(panel, "Mia")
        expect(dialog.get_by_text("Setting the code…")).to_be_visible()
        panel_page.evaluate("change(lock('Door', [code('x', { state: 'setting' })]))")
        expect(dialog.get_by_text("Setting the code…")).to_be_visible()
    else:
        dialog = choose(panel, "Ada", "Edit")
        dialog.get_by_role("textbox", name="Name").fill("Mia")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_text("The code works")).to_be_visible()
    panel_page.evaluate("change(lock('Door'))")
    expect(dialog.get_by_text("No code on Door", exact=True)).to_be_visible()
    expect(dialog.get_by_text("This code no longer exists.")).to_be_visible()
    expect(dialog.locator(".spinner")).to_have_count(0)


@pytest.mark.parametrize(
    ("lengths", "text"),
    [
        ([[]], "4 to 12 digits"),
        ([[4, 5, 6, 7, 8], [4, 5, 6]], "4 to 6 digits"),
        ([[4, 6]], "4 or 6 digits"),
        ([[4, 5, 6], [6, 7]], "6 digits"),
    ],
)
def test_pin_lengths_are_said_in_one_way(
    start: Start, lengths: list[list[int]], text: str
) -> None:
    """Hint and error say the same, and only one of them does."""
    locks = ", ".join(
        f"lock('L{i}', [], {{ rules: {{ lengths: {each}, constraints: {{ no_zeros: 'No.' }} }} }})"
        for i, each in enumerate(lengths)
    )
    panel = start(f"{{locks: [{locks}]}}")
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    for i in range(len(lengths)):
        dialog.get_by_role("checkbox", name=f"L{i}").check()
    dialog.get_by_role("radio", name="Custom PIN").check()
    expect(dialog.locator("#pin-hint")).to_have_text(f"{text}, no zeros.")
    dialog.get_by_role("textbox", name="Custom PIN").fill("123")
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.locator("#pin-error")).to_have_text(f"Enter {text}.")
    expect(dialog.locator("#pin-hint")).to_have_text("No zeros.")
    expect(dialog.get_by_text("digits")).to_have_count(1)


@pytest.mark.parametrize(
    ("typed", "pin", "error"),
    [
        ("４７１１", "4711", ""),
        ("٤٧١٢", "4712", ""),
        ("47 11", "4711", ""),
        ("47o1", "47o1", "Enter 4 to 12 digits."),
        ("#", "#", "Enter 4 to 12 digits."),
    ],
)
def test_no_digit_is_lost(start: Start, typed: str, pin: str, error: str) -> None:
    """A PIN may be typed in other digits; what is none is not left out in silence."""
    panel = start("{path: '/lock/Door', locks: [lock('Door')]}")
    panel.get_by_role("button", name="Add guest").click()
    panel.get_by_role("radio", name="Custom PIN").check()
    field = panel.get_by_role("textbox", name="Custom PIN")
    field.press_sequentially(typed)
    expect(field).to_have_value(pin)
    expect(panel.locator("#pin-error")).to_have_text(error)


def test_form_names_stays_at_the_same_time(panel_page: Page, start: Start) -> None:
    """Before two guests get the same days, the form says so, and lets the user go on."""
    panel = start(
        """{
          locks: [
            lock("Door", [
              code("Long stay"),
              code("Old", { state: "expired" }),
              code("Spare", { is_backup: true }),
              code("Owner", { type: "ongoing", starts_at: null, ends_at: null }),
            ]),
            lock("Gate", [code("Other")]),
          ],
          path: "/lock/Door",
          answer: () => ({ access_code_id: "x" }),
        }"""
    )
    panel.get_by_role("button", name="Add guest").first.click()
    dialog = panel.get_by_role("dialog")
    overlap = dialog.get_by_text("Overlaps with")
    expect(overlap).to_have_text(
        re.compile(r"^Overlaps with Long stay on Door \(.+–.+\)\.$")
    )
    # On a phone, the times are further up than the button.
    panel_page.set_viewport_size({"width": 360, "height": 640})
    expect(overlap).to_be_in_viewport(ratio=1)
    dialog.get_by_role("checkbox", name="Gate").check()
    expect(overlap).to_contain_text(") and Other on Gate (")
    dialog.get_by_label("Check-in").fill("2099-10-25T01:40")
    expect(overlap).to_have_count(0)
    dialog.get_by_role("button", name="Cancel").click()
    # A stay does not overlap with itself.
    dialog = choose(panel, "Long stay", "Edit")
    expect(dialog.get_by_label("Check-in")).to_be_visible()
    expect(overlap).to_have_count(0)


def test_enter_adds_guest_and_copies_pin(panel_page: Page, start: Start) -> None:
    """After the form was sent by keyboard, the focus is on what comes next."""
    panel = start(
        "{locks: [lock('Door')], answer: () => ({access_code_id: 'x', code: '4711'})}"
    )
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Ada")
    panel_page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Copy", exact=True)).to_be_focused()
    panel_page.keyboard.press("Enter")
    expect(dialog.get_by_text("PIN copied")).to_be_visible()


def test_focus_stays_in_dialog_after_edit(panel_page: Page, start: Start) -> None:
    """Without a PIN to copy, the focus is on what came of the change."""
    panel = start("{locks: [lock('Door', [code('Ada')])], path: '/lock/Door'}")
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("textbox", name="Name").fill("Grace")
    panel_page.keyboard.press("Enter")
    expect(dialog.locator(".headline")).to_be_focused()


def test_edit_offers_only_other_locks(panel_page: Page, start: Start) -> None:
    """The lock that is edited is not among those that are changed as well."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [
            lock("Door", [code("Ada", { common_code_key: "key" })]),
            lock("Gate", [code("Ada 2", { common_code_key: "key" })]),
          ],
          answer: (_, id) =>
            id === "lock.gate" ? { error: "Gate refuses.", field: "code" } : {},
        }"""
    )
    dialog = choose(panel, "Ada", "Edit")
    expect(dialog.get_by_role("checkbox", name="Gate")).to_be_checked()
    expect(dialog.get_by_role("checkbox", name="Door")).to_have_count(0)
    dialog.get_by_role("radio", name="Custom PIN").check()
    dialog.get_by_role("textbox", name="Custom PIN").fill("582947")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Not changed on Gate")).to_be_visible()
    dialog.get_by_role("button", name="Change PIN").click()
    dialog.get_by_role("textbox", name="Custom PIN").fill("603158")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Gate refuses.")).to_have_count(1)
    changed = [call["entity_id"] for call in sent(panel_page, "code/update")]
    assert changed == ["lock.door", "lock.gate", "lock.gate"]


TWO_DOORS: Final = """{
  path: "/lock/Door",
  locks: [
    lock("Door", [code("Bruno"), code("Zoe")]),
    lock("Gate", [code("Bruno 2", { name: "Bruno" })]),
    lock("Shed", [
      code("Bruno 3", { name: "Bruno", can: { update: "Shed is old.", delete: "Shed is old." } }),
      code("Bruno 4", { name: "Bruno", ends_at: "2060-01-01T10:00:00Z" }),
    ]),
  ],
  answer: %s,
}"""
CHANGES: Final = {
    "Extend by a day": ("Extend by a day", "code/update"),
    "End now": ("End now", "code/end"),
    "Stop managing": ("Stop managing", "code/release"),
    "Delete": ("Delete", "code/delete"),
}


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize("with_others", [True, False])
def test_change_is_offered_for_other_locks_of_guest(
    panel_page: Page, start: Start, action: str, with_others: bool
) -> None:
    """What is done with a code can be done on all locks of the same guest."""
    button, command = CHANGES[action]
    panel = start(TWO_DOORS % "() => ({})")
    dialog = choose(panel, "Bruno", action)
    gate = dialog.get_by_role("checkbox", name="Gate")
    expect(gate).to_be_checked()
    expect(dialog.get_by_role("checkbox")).to_have_count(2)
    shed = dialog.get_by_role("checkbox", name="Shed")
    expect(shed).to_be_disabled()
    expect(shed).not_to_be_checked()
    gate.set_checked(with_others)
    assert sent(panel_page, command) == []
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_have_count(0)
    locks = ["lock.door", "lock.gate"][: 1 + with_others]
    assert [call["entity_id"] for call in sent(panel_page, command)] == locks
    named = "Door and Gate" if with_others else "Door"
    if action != "Extend by a day":
        expect(panel.locator(".toast")).to_contain_text(named)


def test_extension_on_one_lock_is_not_confirmed(panel_page: Page, start: Start) -> None:
    """A guest of one lock is extended with one click."""
    panel = start(TWO_DOORS % "() => ({})")
    panel.get_by_role("button", name="Actions for Zoe").click()
    panel.get_by_role("menuitem", name="Extend by a day").click()
    expect(panel.get_by_text("Zoe now ends")).to_be_visible()
    assert len(sent(panel_page, "code/update")) == 1


def test_extension_says_when_code_on_each_lock_ends(
    panel_page: Page, start: Start
) -> None:
    """Some locks round times, so that the codes of a guest end at different times."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [["Door", "10"], ["Gate", "12"], ["Shed", "10"]].map(([name, hour]) =>
            lock(name, [code(`${name} 1`, {
              name: "Ada", common_code_key: "key", ends_at: `2060-01-01T${hour}:00:00Z`,
            })])),
        }"""
    )
    dialog = choose(panel, "Ada", "Extend by a day")
    expect(dialog).to_contain_text(
        "The code on Door will end Fri, Jan 2, 2060, 10:00 AM."
    )
    expect(dialog.locator("label")).to_have_text(
        [
            re.compile(r"Gate\s+Until Fri, Jan 2, 2060, 12:00 PM"),
            re.compile(r"Shed\s+Until Fri, Jan 2, 2060, 10:00 AM"),
        ]
    )
    dialog.get_by_role("button", name="Extend by a day").click()
    expect(panel.locator(".toast")).to_contain_text("12:00 PM")
    ends = [call["ends_at"][11:16] for call in sent(panel_page, "code/update")]
    assert ends == ["10:00", "12:00", "10:00"]


def test_save_without_change_is_announced(panel_page: Page, start: Start) -> None:
    """A dialog that just closes says nothing to those who cannot see it."""
    panel = start("{path: '/lock/Door', locks: [lock('Door', [code('Ada')])]}")
    dialog = choose(panel, "Ada", "Edit")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(panel.locator(".toast")).to_have_text("“Ada” was saved")
    assert sent(panel_page, "code/update") == []


def test_failed_change_on_one_of_two_locks_is_shown(
    panel_page: Page, start: Start
) -> None:
    """The dialog says on which lock it failed, and repeats it only there."""
    panel = start(
        TWO_DOORS
        % """({ entity_id }) =>
            entity_id === "lock.gate" && calls.length < 3 ? { error: "Gate is offline." } : {}"""
    )
    dialog = choose(panel, "Bruno", "Delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog.get_by_role("listitem").filter(has_text="Gate")).to_contain_text(
        "Gate is offline."
    )
    expect(dialog.get_by_role("listitem").filter(has_text="Door")).to_contain_text(
        "Done"
    )
    dialog.get_by_role("button", name="Try again").click()
    expect(panel.get_by_text("was deleted from Door and Gate")).to_be_visible()
    ids = [call["entity_id"] for call in sent(panel_page, "code/delete")]
    assert ids == ["lock.door", "lock.gate", "lock.gate"]


@pytest.mark.parametrize(
    ("action", "confirm", "command"),
    [("Delete", "Delete", "delete"), ("End now", "End now", "end")],
)
def test_backup_of_a_code_is_deleted_with_it(
    panel_page: Page, start: Start, action: str, confirm: str, command: str
) -> None:
    """The guest knows its PIN, too. The user can keep it, as with codes elsewhere."""
    panel = start(
        """{ path: "/lock/Door", locks: ["Door", "Gate"].map((name) => lock(name, [
          code("Ada", {
            access_code_id: name, common_code_key: "key",
            pulled_backup_access_code_id: name + " backup",
          }),
          code("Spare " + name, { access_code_id: name + " backup", is_backup: true }),
          code("Another spare " + name, { is_backup: true }),
        ])), answer: () => ({ outcome: "deleted" }) }"""
    )
    dialog = choose(panel, "Ada", action)
    boxes = dialog.get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    backup = dialog.get_by_role("checkbox", name="Gate (backup code)")
    gate = dialog.get_by_role("checkbox", name="Gate", exact=True)
    # Without the code, its backup stays, too.
    gate.uncheck()
    expect(backup).not_to_be_checked()
    expect(backup).to_be_disabled()
    gate.check()
    expect(backup).to_be_checked()
    backup.uncheck()
    dialog.get_by_role("button", name=confirm, exact=True).click()
    expect(dialog).to_have_count(0)
    calls: list[dict[str, Any]] = panel_page.evaluate("() => calls")
    assert [(call["type"], call["access_code_id"]) for call in calls] == [
        (f"seam/code/{command}", "Door"),
        (f"seam/code/{command}", "Gate"),
        ("seam/code/delete", "Door backup"),
    ]


def test_backup_of_a_code_that_may_be_deleted_does_not_wait(
    panel_page: Page, start: Start
) -> None:
    """Nobody knows whether its guest still has the code, which is not sent again."""
    panel = start(
        f"""{{ path: "/lock/Door", locks: [lock("Door", [
          code("Ada", {{ pulled_backup_access_code_id: "Spare" }}),
          code("Spare", {{ is_backup: true }}),
        ])], answer: () => {{ {UNCERTAIN} }} }}"""
    )
    dialog = choose(panel, "Ada", "Delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    rows = dialog.get_by_role("listitem")
    expect(rows.filter(has_text="backup code")).to_contain_text("Not done")
    expect(dialog.get_by_role("button", name="Try again")).to_have_count(0)
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_have_count(0)
    ids = [call["access_code_id"] for call in sent(panel_page, "code/delete")]
    assert ids == ["Ada"]


def test_backup_of_a_code_that_stays_is_not_deleted(
    panel_page: Page, start: Start
) -> None:
    """Its guest may need it. It is deleted with the code at the next try."""
    panel = start(
        """{ path: "/lock/Door", locks: [lock("Door", [
          code("Ada", { pulled_backup_access_code_id: "Spare" }),
          code("Spare", { is_backup: true }),
        ])], answer: () => (calls.length < 2
          ? { error: "Door is offline." } : { outcome: "deleted" }) }"""
    )
    dialog = choose(panel, "Ada", "Delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    rows = dialog.get_by_role("listitem")
    expect(rows.filter(has_text="backup code")).to_contain_text("Not done")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog).to_have_count(0)
    ids = [call["access_code_id"] for call in sent(panel_page, "code/delete")]
    assert ids == ["Ada", "Ada", "Spare"]


@pytest.mark.parametrize("with_others", [True, False])
@pytest.mark.parametrize(
    "uncertain", [UNCERTAIN, "lost();"], ids=["seam", "connection"]
)
def test_uncertain_change_is_not_repeated(
    panel_page: Page, start: Start, uncertain: str, with_others: bool
) -> None:
    """Only locks on which nothing has been changed are tried again."""
    answer = f"""({{ entity_id }}) => {{
      if (entity_id === "lock.door") {{ {uncertain} }}
      return window.isOnline ? {{}} : {{ error: "Gate is offline." }};
    }}"""
    panel = start(TWO_DOORS % answer)
    dialog = choose(panel, "Bruno", "Delete")
    dialog.get_by_role("checkbox", name="Gate").set_checked(with_others)
    dialog.get_by_role("button", name="Delete", exact=True).press("Enter")
    door = dialog.get_by_role("listitem").filter(has_text="Door")
    expect(door).to_contain_text("Not confirmed")
    retry = dialog.get_by_role("button", name="Try again")
    if with_others:
        expect(retry).to_be_enabled()
        panel_page.evaluate("() => { window.isOnline = true; }")
        retry.press("Enter")
        gate = dialog.get_by_role("listitem").filter(has_text="Gate")
        expect(gate).to_contain_text("Done")
    expect(retry).to_have_count(0)
    expect(dialog.get_by_role("button", name="Delete")).to_have_count(0)
    close = dialog.get_by_role("button", name="Close").last
    expect(close).to_be_focused()
    close.press("Enter")
    expect(dialog).to_have_count(0)
    changed = [call["entity_id"] for call in sent(panel_page, "code/delete")]
    assert changed.count("lock.door") == 1


def test_uncertain_change_on_one_lock_is_not_repeated(
    panel_page: Page, start: Start
) -> None:
    """The dialog says so, and can only be closed."""
    panel = start(TWO_DOORS % f"() => {{ {UNCERTAIN} }}")
    dialog = choose(panel, "Zoe", "Delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Seam did not confirm")
    expect(dialog.get_by_role("button", name="Delete")).to_have_count(0)


@NEEDS_AXE
@pytest.mark.parametrize("with_others", [True, False])
def test_results_replace_question(
    panel_page: Page, start: Start, with_others: bool
) -> None:
    """Each error is said once, by its lock, without barriers for tools to find."""
    panel = start(TWO_DOORS % "() => ({ error: 'Door is offline.' })")
    dialog = choose(panel, "Bruno", "Delete")
    question = dialog.get_by_text("cannot undo")
    expect(question).to_be_visible()
    dialog.get_by_role("checkbox", name="Gate").set_checked(with_others)
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog.get_by_role("button", name="Try again")).to_be_enabled()
    expect(question).to_have_count(0)
    locks = 1 + with_others
    expect(dialog.get_by_role("listitem")).to_have_count(locks)
    expect(dialog.get_by_text("Door is offline.")).to_have_count(locks)
    panel_page.evaluate(AXE.read_text(encoding="utf-8"))
    assert panel.evaluate(RUN_AXE) == []


def test_error_that_names_its_lock_is_announced_as_it_is(
    panel_page: Page, start: Start
) -> None:
    """The name of the lock is only put before an error that does not have it."""
    panel = start(
        TWO_DOORS
        % """({ entity_id }) => new Promise((resolve) => {
            window.release ??= [];
            const error = entity_id === "lock.door" ? "Door is offline" : "No slot is free";
            window.release.push(() => resolve({ error }));
        })"""
    )
    dialog = choose(panel, "Bruno", "Delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_have_count(0)
    for number in range(2):
        panel_page.wait_for_function(f"() => window.release?.length > {number}")
        panel_page.evaluate(f"() => release[{number}]()")
    toast = panel.locator(".toast")
    expect(toast).to_have_text("Door is offline. Gate: No slot is free.")


@pytest.mark.parametrize("next_code", ["Zoe", None])
@pytest.mark.parametrize("is_early", [True, False])
def test_focus_moves_on_when_code_is_deleted(
    panel_page: Page, start: Start, next_code: str | None, is_early: bool
) -> None:
    """The next row gets the focus, or else a heading, whenever the code vanishes."""
    rest = f"code('{next_code}')" if next_code else ""
    remove = f"change(lock('Door', [{rest}]))"
    panel = start(
        f"""{{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada"), {rest}])],
          answer: () => {{ {remove if is_early else ""}; return {{}}; }},
        }}"""
    )
    panel.get_by_role("button", name="Actions for Ada").focus()
    panel_page.keyboard.press("ArrowDown")
    panel_page.keyboard.press("End")
    panel_page.keyboard.press("Enter")
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(dialog).to_have_count(0)
    if not is_early:
        expect(panel.get_by_role("button", name="Actions for Ada")).to_be_focused()
        panel_page.evaluate(f"() => {remove}")
    expect(panel.get_by_text("Ada", exact=True)).to_have_count(0)
    target = (
        panel.get_by_role("button", name=f"Actions for {next_code}")
        if next_code
        else panel.get_by_role("heading", name="Door")
    )
    expect(target).to_be_focused()


DUPLICATE: Final = """{
  message: "Taken.", advice: "", scope: "access_code", created_at: null,
  error_code: "duplicate_code", other_access_code_id: "Other",
  remedies: ["new_pin", "convert_other", "delete_other"],
}"""


def test_new_pin_is_offered_for_duplicate(panel_page: Page, start: Start) -> None:
    """To convert the other code would leave this one failed, so a new PIN comes first."""
    panel = start(
        f"""{{
          locks: [lock("Door", [
            code("Ada", {{ state: "failed", errors: [{DUPLICATE}] }}),
            code("Other", {{ is_managed: false }}),
          ])],
        }}"""
    )
    attention = panel.get_by_role("region", name="Needs attention")
    buttons = attention.locator(".remedies button")
    expect(buttons).to_have_text(
        ["Choose a new PIN", "Convert “Other”", "Delete “Other”"]
    )
    buttons.first.press("Enter")
    dialog = panel.get_by_role("dialog", name="New PIN for Ada")
    choice = dialog.get_by_role("radio", name="Choose for me")
    expect(choice).to_be_checked()
    expect(choice).to_be_focused()
    expect(dialog.get_by_text("Seam chooses a PIN that Door accepts.")).to_be_visible()
    # Nothing else is asked.
    expect(dialog.locator("input:visible")).to_have_count(2)
    panel_page.keyboard.press("Escape")
    panel_page.evaluate("() => change(lock('Door', [code('Ada')]))")
    expect(attention).to_have_count(0)
    # The code is still on the page, in another list.
    expect(panel.get_by_role("button", name="Actions for Ada").first).to_be_focused()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("{ online: true }", "Door and Gate are up to date"),
        ("{ online: false }", "Door and Gate are still offline"),
        ("id === 'lock.door' ? { online: true } : { online: false }", "Gate is still"),
        ("id === 'lock.door' ? {} : { error: 'No answer.' }", "Gate: No answer."),
    ],
)
def test_refresh_says_which_locks_are_offline(
    panel_page: Page, start: Start, answer: str, text: str
) -> None:
    """A problem that several locks share is refreshed on all of them."""
    problem = """{
      message: "Offline.", advice: "", scope: "device", created_at: null,
      error_code: "device_offline", remedies: ["refresh_lock"],
    }"""
    panel = start(
        f"""{{
          locks: ["Door", "Gate"].map((name) =>
            lock(name, [], {{ online: false, problems: [{problem}] }})),
          answer: (_, id) => ({answer}),
        }}"""
    )
    panel.get_by_role("button", name="Refresh lock").click()
    expect(panel.get_by_text(text)).to_be_visible()
    [call] = sent(panel_page, "lock/refresh")
    assert call["entity_ids"] == ["lock.door", "lock.gate"]


def test_first_page_shows_locks_without_power_or_connection(start: Start) -> None:
    """Locks that need attention are named, although their codes are in order."""
    panel = start(
        """{
          locks: [
            lock("Door", [code("Ada")], { battery: 8 }),
            lock("Gate", [], { online: false }),
            lock("Shed"),
          ],
        }"""
    )
    expect(panel.get_by_role("heading", name="All guests can get in")).to_be_visible()
    expect(panel.get_by_text("2 locks need attention")).to_be_visible()
    rows = panel.get_by_role("region", name="Needs attention").get_by_role("listitem")
    expect(rows).to_have_text(["Door 8%", "Gate Offline 80%"])
    expect(panel.get_by_text("Only administrators")).to_have_count(0)


def test_users_are_told_who_can_change_codes(start: Start) -> None:
    """Whoever is no administrator learns why there are no menus."""
    panel = start("{locks: [lock('Door', [code('Ada')])], admin: false}")
    expect(panel.get_by_text("Only administrators can see PINs")).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("Convert", "Seam then manages this code."),
        ("Delete", "This code stops working."),
    ],
)
def test_batch_of_one_code_speaks_of_one(start: Start, kind: str, hint: str) -> None:
    """The text fits the number of codes, and the title says when it is over."""
    panel = start(
        """{
          path: "/found",
          locks: [lock("Door", [code("A", { is_managed: false })])],
          answer: ({ type }) => type === "seam/preview"
            ? { access_codes: [{ access_code_id: "A", outcome: "would_convert" }] }
            : { outcome: "deleted" },
        }"""
    )
    panel.get_by_role("checkbox", name="Select A", exact=True).check()
    panel.get_by_role("button", name=kind).click()
    dialog = panel.get_by_role("dialog")
    to_managed = " to managed" if kind == "Convert" else ""
    expect(dialog.get_by_role("heading")).to_have_text(f"{kind} 1 code{to_managed}?")
    expect(dialog.get_by_text(hint)).to_be_visible()
    dialog.get_by_role("button", name=kind).click()
    expect(dialog.get_by_role("heading")).to_contain_text("finished")
    expect(dialog.get_by_text(hint)).to_have_count(0)


def test_reason_is_shown_once(start: Start) -> None:
    """A code that can be neither converted nor deleted for one reason shows it once."""
    panel = start(
        """{
          path: "/found",
          locks: [lock("Door", [code("A", {
            is_managed: false, can: { convert: "Being removed.", delete: "Being removed." },
          })])],
        }"""
    )
    expect(panel.get_by_text("Being removed.")).to_have_count(1)


def test_code_that_stays_as_it_is_has_one_sentence(start: Start) -> None:
    """Each of the two reasons alone advises to do what the other one rules out."""
    panel = start(
        """{
          path: "/found",
          locks: [lock("Door", [code("A", {
            is_managed: false, can: { convert: "Delete it.", delete: "Convert it." },
          })])],
        }"""
    )
    expect(panel.get_by_text("cannot be converted or deleted here")).to_be_visible()
    expect(panel.get_by_text("Delete it.")).to_have_count(0)
    expect(panel.get_by_text("Convert it.")).to_have_count(0)


def test_count_of_found_codes_is_in_view(panel_page: Page, start: Start) -> None:
    """On a phone, the tab is scrolled to its end when the count arrives."""
    panel_page.set_viewport_size({"width": 360, "height": 740})
    panel = start("{ path: '/found', locks: [lock('Door')] }")
    expect(panel.get_by_text("Seam manages all codes.")).to_be_visible()
    panel_page.evaluate(
        "() => change(lock('Door', [code('A', { is_managed: false })]))"
    )
    expect(panel.locator("nav .badge")).to_be_in_viewport(ratio=1)


def test_gap_that_has_begun_is_counted_from_now(panel_page: Page, start: Start) -> None:
    """A door that is free since days says for how long it stays so."""
    panel_page.set_viewport_size({"width": 1200, "height": 800})
    panel_page.clock.set_fixed_time(datetime(2026, 12, 11, 13, tzinfo=UTC))
    panel = start(
        """{
          path: "/timeline",
          locks: [lock("Door", [
            code("Ada", {
              state: "expired",
              starts_at: "2026-12-01T12:00:00Z", ends_at: "2026-12-09T12:00:00Z",
            }),
            code("Bob", {
              starts_at: "2026-12-13T12:00:00Z", ends_at: "2026-12-14T12:00:00Z",
            }),
            code("Cleo", {
              starts_at: "2026-12-18T12:00:00Z", ends_at: "2026-12-19T12:00:00Z",
            }),
          ])],
        }"""
    )
    gaps = panel.locator(".gap")
    expect(gaps).to_have_text(["1 day 23 hr", "4 days"])
    expect(gaps.first).to_have_attribute("title", "Free for 1 day 23 hr")
    text = gaps.first.locator(".cut")
    assert text.evaluate("(text) => text.scrollWidth <= text.clientWidth")
    panel.get_by_role("button", name="Earlier").click()
    title = re.compile(r"· Free for 1 day 23 hr$")
    expect(panel.get_by_role("link", name="Ada")).to_have_attribute("title", title)
    panel.get_by_role("combobox", name="Rows").select_option("Table")
    cells = panel.get_by_role("row", name="Bob").get_by_role("cell")
    expect(cells.last).to_have_text("Then free for 4 days")
    transform = "(cell) => getComputedStyle(cell, '::first-letter').textTransform"
    assert cells.nth(2).evaluate(transform) == "uppercase"


REFUSED_PIN: Final = "Door already has an access code with this PIN: “Owner”."


@pytest.mark.parametrize("size", [(360, 800), (1280, 900)], ids=["phone", "desktop"])
@pytest.mark.parametrize(
    ("field", "control"),
    [("code", "Custom PIN"), ("name", "Name"), ("starts_at", "Check-in"), ("else", "")],
)
def test_refusal_is_in_view(
    panel_page: Page, start: Start, size: tuple[int, int], field: str, control: str
) -> None:
    """After a refusal, the error is in view directly under its field, which has the focus."""
    panel_page.set_viewport_size({"width": size[0], "height": size[1]})
    panel = start(
        f"""{{
          locks: ["Door", "A", "B", "C", "D", "E"].map((name) => lock(name)),
          answer: () => ({{ error: "{REFUSED_PIN}", field: "{field}" }}),
        }}"""
    )
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Ada")
    dialog.get_by_role("checkbox", name="Door").check()
    dialog.get_by_role("radio", name="Custom PIN").check()
    dialog.get_by_role("textbox", name="Custom PIN").fill("061947")
    dialog.get_by_text("More options").click()
    dialog.get_by_text("Keep backup codes ready").scroll_into_view_if_needed()
    dialog.get_by_role("button", name="Add guest").click()
    error = dialog.get_by_text(REFUSED_PIN)
    expect(error).to_be_in_viewport(ratio=1)
    if control:
        focused = dialog.get_by_label(control, exact=True).and_(dialog.locator("input"))
        focused = focused.and_(dialog.locator(":not([type=radio])"))
        expect(focused).to_be_focused()
        expect(focused).to_be_in_viewport(ratio=1)
        expect(focused.locator("xpath=following-sibling::*[1]")).to_have_text(
            REFUSED_PIN
        )


@pytest.mark.parametrize(
    ("kind", "outcome"), [("Convert", "converted"), ("Delete", "deleted")]
)
def test_batch_names_codes_that_are_left_out(
    panel_page: Page, start: Start, kind: str, outcome: str
) -> None:
    """If not all selected codes can be changed, the dialog says which not, and why."""
    panel = start(
        """{
          path: "/found",
          locks: [lock("Door", ["A", "B", "C"].map((id) => code(id, {
            is_managed: false,
            can: {
              convert: id === "B" || "Not for Seam.",
              delete: id !== "B" || "Not to delete.",
            },
          })))],
          answer: () => ({
            access_codes: [{ access_code_id: "B", outcome: "would_convert" }],
          }),
        }"""
    )
    panel.get_by_role("checkbox", name="Select all").check()
    expect(panel.get_by_text("3 selected")).to_be_visible()
    panel.get_by_role("button", name=kind).click()
    dialog = panel.get_by_role("dialog")
    left_out = {"Convert": ["A", "C"], "Delete": ["B"]}[kind]
    count = f"{len(left_out)} code{'s' if len(left_out) > 1 else ''}"
    expect(
        dialog.get_by_text(f"{count} cannot be {outcome}: {', '.join(left_out)}")
    ).to_be_visible()
    rows = dialog.get_by_role("listitem").filter(has_text=f"Cannot be {outcome}")
    expect(rows).to_have_count(len(left_out))
    reason = {"Convert": "Not for Seam.", "Delete": "Not to delete."}[kind]
    expect(rows.filter(has_text=reason)).to_have_count(len(left_out))
    dialog.get_by_role("button", name=kind).click()
    command = {"Convert": "code/convert", "Delete": "code/delete"}[kind]
    panel_page.wait_for_function(
        "(type) => calls.some((call) => call.type === type)", arg=f"seam/{command}"
    )
    assert {"A", "B", "C"} - set(left_out) >= {
        call["access_code_id"] for call in sent(panel_page, command)
    }


@pytest.mark.parametrize(
    "offline", [["Gate", "Pier"], ["Door", "Gate", "Pier", "Shed"]]
)
def test_batch_does_not_convert_codes_on_offline_locks(
    panel_page: Page, start: Start, offline: list[str]
) -> None:
    """A code that stays pending would stop the conversion of all others."""
    panel = start(
        """{
          path: "/found",
          locks: ["Door", "Gate", "Pier", "Shed"].map((name) => lock(
            name,
            [code("Cleaner", { access_code_id: `At ${name}`, is_managed: false })],
            { online: !OFFLINE.includes(name) },
          )),
          answer: () => ({
            access_codes: ["Door", "Shed"].map((name) => ({
              access_code_id: `At ${name}`, outcome: "would_convert",
            })),
          }),
        }""".replace("OFFLINE", str(offline))
    )
    panel.get_by_role("checkbox", name="Select all").check()
    panel.get_by_role("button", name="Convert").click()
    dialog = panel.get_by_role("dialog")
    rows = dialog.get_by_role("listitem").filter(has_text="Cannot be converted")
    expect(rows).to_have_count(len(offline))
    for name in offline:
        expect(rows.filter(has_text=f"{name} is offline")).to_have_count(1)
    count = len(offline)
    expect(
        dialog.get_by_text(f"{count} codes cannot be converted: Cleaner", exact=True)
    ).to_be_visible()
    convert = dialog.get_by_role("button", name="Convert")
    if count == 4:
        expect(dialog.get_by_role("heading")).to_have_text(
            "Convert 4 codes to managed?"
        )
        expect(convert).to_be_disabled()
        return
    expect(dialog.get_by_role("heading")).to_have_text("Convert 2 codes to managed?")
    convert.click()
    panel_page.wait_for_function(
        "() => calls.some((call) => call.type === 'seam/conversion/start')"
    )
    [call] = sent(panel_page, "conversion/start")
    assert call["access_code_ids"] == ["At Door", "At Shed"]


def test_form_says_which_locks_are_offline(start: Start) -> None:
    """An offline lock can be selected, but the user knows that it is offline."""
    panel = start(
        "{locks: [lock('Door'), lock('Gate', [], {online: false}), "
        "lock('Shed', [], {online: null})]}"
    )
    panel.get_by_role("button", name="Add guest").click()
    locks = panel.get_by_role("dialog").get_by_role("group", name="Locks")
    expect(locks.get_by_text("Offline")).to_have_count(1)
    expect(locks.get_by_role("checkbox", name="Gate · Offline")).to_be_enabled()


def test_form_says_why_locks_cannot_get_a_code(panel_page: Page, start: Start) -> None:
    """They do not vanish while their codes are unknown, and can only be deselected."""
    blocked = """{
      codes_known: false,
      can: { create: 'Unknown.', create_ongoing: 'Unknown.', create_offline: 'No' },
    }"""
    panel = start(
        f"{{ locks: [lock('Barn', [], {blocked}), lock('Door'), lock('Gate')] }}"
    )
    panel.get_by_role("button", name="Add guest").click()
    locks = panel.get_by_role("dialog").get_by_role("group", name="Locks")
    shown = locks.get_by_role("checkbox")
    expect(shown).to_have_count(3)
    expect(locks.locator("label")).to_contain_text(["Door", "Gate", "Barn"])
    expect(locks.get_by_role("checkbox", name="Barn Unknown.")).to_be_disabled()
    gate = locks.get_by_role("checkbox", name="Gate")
    gate.check()
    panel_page.evaluate(f"() => change(lock('Gate', [], {blocked}))")
    expect(locks.get_by_text("Unknown.")).to_have_count(2)
    gate.uncheck()
    expect(gate).to_be_disabled()


def test_last_use_has_the_text_of_the_activity(start: Start) -> None:
    """A use without a code is named as in the activity, and not by Seam's word."""
    panel = start(
        """{locks: ["manual", "Ada"].map((name) => lock(`Door of ${name}`, [], {
          last_used: { name, at: new Date().toISOString() },
        }))}"""
    )
    used = panel.get_by_role("region", name="Last used")
    expect(used.get_by_text("Manually", exact=True)).to_be_visible()
    expect(used.get_by_text("Ada", exact=True)).to_be_visible()
    expect(used.get_by_text("manual", exact=True)).to_have_count(0)


ROOMS: Final = """Array.from({ length: 100 }, (_, i) => lock(`Room ${i + 1}`, [
  code(`Guest ${i + 1}`), code(`Found ${i + 1}`, { is_managed: false }),
]))"""


@NEEDS_AXE
@pytest.mark.parametrize(
    ("path", "item", "shown"),
    [
        ("/locks", "a[href^='/seam/lock/']", "Room 42"),
        ("/timeline", "li h3", "Room 42"),
        ("/found", "li", "Found 42"),
    ],
)
def test_search_finds_one_of_many_locks(
    panel_page: Page, start: Start, path: str, item: str, shown: str
) -> None:
    """What is searched for is found by keyboard, and stays when codes change."""
    panel = start(f"{{ path: '{path}', locks: {ROOMS} }}")
    search = panel.get_by_role("searchbox", name="Search locks and names")
    items = panel.locator(item)
    expect(items).to_have_count(100)
    search.focus()
    panel_page.keyboard.type("ROOM 42")
    expect(items).to_contain_text([shown])
    search.fill("found 42" if path == "/found" else "guest 42")
    expect(items).to_contain_text([shown])

    panel_page.evaluate("() => change(lock('Room 1', [code('Zoe')]))")
    expect(search).to_have_value(re.compile("42"))
    expect(search).to_be_focused()
    expect(items).to_have_count(1)
    search.fill("nobody")
    expect(items).to_have_count(0)
    expect(
        panel.get_by_role("status").filter(has_text=re.compile("match"))
    ).to_be_visible()
    panel_page.evaluate(AXE.read_text(encoding="utf-8"))
    assert panel.evaluate(RUN_AXE) == []


@pytest.mark.parametrize("path", ["/locks", "/timeline", "/found"])
def test_short_lists_have_no_search(start: Start, path: str) -> None:
    """What is seen at a glance needs no search."""
    panel = start(
        f"""{{ path: '{path}', locks: [lock("Door", [
          code("Ada"), code("Bob", {{ is_managed: false }}),
        ])] }}"""
    )
    expect(panel.get_by_text("Door").first).to_be_visible()
    expect(panel.get_by_role("searchbox")).to_have_count(0)


def test_search_for_found_codes_stays(panel_page: Page, start: Start) -> None:
    """It is still there when one code of eight was deleted."""
    codes = "Array.from({length: 8}, (_, i) => code(`Old ${i}`, {is_managed: false}))"
    panel = start(f"{{ path: '/found', locks: [lock('Door', {codes})] }}")
    expect(panel.get_by_role("searchbox")).to_be_visible()
    panel_page.evaluate(f"() => change(lock('Door', {codes}.slice(1)))")
    expect(panel.locator("seam-found li")).to_have_count(7)
    expect(panel.get_by_role("searchbox")).to_be_visible()


def test_search_keeps_selection(panel_page: Page, start: Start) -> None:
    """Codes that were selected before a search stay selected, and are counted."""
    panel = start(f"{{ path: '/found', locks: {ROOMS} }}")
    search = panel.get_by_role("searchbox")
    panel.get_by_role("checkbox", name="Select Found 7", exact=True).check()
    search.fill("found 42")
    panel.get_by_role("checkbox", name="Select all").check()
    expect(panel.get_by_text("2 selected")).to_be_visible()
    search.fill("")
    expect(panel.get_by_role("checkbox", checked=True)).to_have_count(2)
    search.fill("found 42")
    panel.get_by_role("checkbox", name="Select all").uncheck()
    expect(panel.get_by_text("1 selected")).to_be_visible()


@NEEDS_AXE
def test_form_finds_locks(panel_page: Page, start: Start) -> None:
    """Selected locks stay in view, and Enter in the search sends nothing."""
    panel = start(f"{{ locks: {ROOMS} }}")
    panel.get_by_role("button", name="Add guest").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Ada")
    search = dialog.get_by_role("searchbox", name="Search locks")
    boxes = dialog.locator("input[name=locks]")
    expect(boxes).to_have_count(100)
    search.fill("room 42")
    expect(boxes).to_have_count(1)
    panel_page.keyboard.press("Enter")
    dialog.get_by_role("checkbox", name="Room 42").check()
    search.fill("room 7")
    expect(dialog.get_by_role("checkbox", checked=True)).to_have_count(1)
    # Room 7, 70 to 79, and the one that is selected.
    expect(boxes).to_have_count(12)
    panel_page.evaluate("() => change(lock('Room 1', [code('Zoe')]))")
    expect(search).to_have_value("room 7")
    search.fill("nothing")
    expect(dialog.get_by_text("No locks match your search.")).to_be_visible()
    expect(boxes).to_have_count(1)
    panel_page.evaluate(AXE.read_text(encoding="utf-8"))
    assert panel.evaluate(RUN_AXE) == []
    assert sent(panel_page, "code/create") == []
    dialog.get_by_role("button", name="Add guest").click()
    expect(dialog.get_by_role("button", name="Done")).to_be_visible()
    [call] = sent(panel_page, "code/create")
    assert call["entity_ids"] == ["lock.room 42"]


@pytest.mark.parametrize("width", [360, 1280])
def test_list_of_locks_ends_within_a_row(
    panel_page: Page, start: Start, width: int
) -> None:
    """Otherwise, it looks as if there were no more locks."""
    panel_page.set_viewport_size({"width": width, "height": 900})
    panel = start("{ locks: Array.from({ length: 9 }, (_, i) => lock(`Room ${i}`)) }")
    panel.get_by_role("button", name="Add guest").click()
    shown = panel.locator(".checks.many").evaluate(
        """(list) => list.clientHeight / list.querySelector("label").offsetHeight"""
    )
    assert 0.3 < shown % 1 < 0.7


@pytest.mark.parametrize(
    ("remedy", "button", "asks", "confirm", "command", "data"),
    [
        (
            "allow_changes",
            "Allow changes",
            "Allow changes to “Ada”?",
            "Allow changes",
            "code/update",
            {"access_code_id": "Ada", "allow_external_modification": True},
        ),
        (
            "delete",
            "Delete this code",
            "Delete “Ada”?",
            "Delete",
            "code/delete",
            {"access_code_id": "Ada"},
        ),
        (
            "delete_other",
            "Delete “Other”",
            "Delete “Other”?",
            "Delete",
            "code/delete",
            {"access_code_id": "Other"},
        ),
        (
            "delete_expired",
            "Delete expired codes",
            "Delete 1 code?",
            "Delete",
            "code/delete",
            {"access_code_id": "Old"},
        ),
        (
            "pull_backup",
            "Use backup code",
            "Use a backup code for “Ada”?",
            "Use backup code",
            "code/pull_backup",
            {"access_code_id": "Ada"},
        ),
        ("edit", "Edit this code", "Edit Ada", None, "", {}),
        ("new_pin", "Choose a new PIN", "New PIN for Ada", None, "", {}),
        ("add", "Add another code", "Add guest", None, "", {}),
    ],
)
def test_remedy_asks_before_it_runs(
    panel_page: Page,
    start: Start,
    remedy: str,
    button: str,
    asks: str,
    confirm: str | None,
    command: str,
    data: dict[str, Any],
) -> None:
    """Each remedy shows what it does, and then does only that."""
    panel = start(
        f"""{{
          locks: [lock("Door", [
            code("Ada", {{ state: "failed", errors: [{{
              message: "A problem.", advice: "Do something.", scope: "access_code",
              created_at: null, error_code: "some_error", remedies: ["{remedy}"],
              other_access_code_id: "Other",
            }}] }}),
            code("Other", {{ is_managed: false }}),
            code("Old", {{ state: "expired" }}),
          ])],
          answer: () => ({{ outcome: "deleted", code: "7261" }}),
        }}"""
    )
    panel.locator(".remedies").get_by_role("button", name=button, exact=True).click()
    dialog = panel.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=asks)).to_be_visible()
    assert panel_page.evaluate("() => calls") == []
    if confirm:
        dialog.get_by_role("button", name=confirm, exact=True).click()
        panel_page.wait_for_function("() => calls.length")
        [call] = sent(panel_page, command)
        assert call == {"type": f"seam/{command}", "entity_id": "lock.door", **data}


def test_remedies_lead_to_other_pages(start: Start) -> None:
    """Remedies that are elsewhere are links; those of newer versions are left out."""
    panel = start(
        """{ locks: [lock("Door", [], { problems: [{
          message: "A problem.", advice: "", scope: "device", created_at: null,
          error_code: "some_error",
          remedies: ["reconnect_account", "found_codes", "from_the_future"],
        }] })] }"""
    )
    buttons = panel.locator(".remedies > *")
    expect(buttons).to_have_text(["Open Seam console", "Show found codes"])
    expect(buttons.first).to_have_attribute("target", "_blank")
    expect(buttons.last).to_have_attribute("href", "/seam/found")


@pytest.mark.parametrize("path", ["", "/lock/Door"])
def test_problem_of_lock_is_shown_once(start: Start, path: str) -> None:
    """What is wrong with a lock is in one banner, and not with each of its codes."""
    offline = """{
      message: "Door is offline.", advice: "Check its power.", scope: "device",
      created_at: null, error_code: "device_offline", remedies: ["refresh_lock"],
    }"""
    panel = start(
        f"""{{ path: "{path}", locks: [lock("Door", [
          code("Ada", {{ state: "at_risk" }}),
          code("Bob", {{ state: "at_risk", errors: [{offline}] }}),
          code("Zoe", {{ is_managed: false, errors: [{offline}] }}),
        ], {{ online: false, problems: [{offline}] }})] }}"""
    )
    expect(panel.get_by_text("Bob", exact=True).first).to_be_visible()
    expect(panel.get_by_text("Door is offline.")).to_have_count(1)
    expect(panel.get_by_text("Check its power.")).to_have_count(1)
    expect(panel.get_by_role("button", name="Refresh lock")).to_have_count(1)


@pytest.mark.parametrize("is_managed", ["true", "false"])
def test_only_unmanaged_codes_can_be_converted(start: Start, is_managed: str) -> None:
    """Neither the menu nor a remedy of a moment ago offers to convert managed codes."""
    panel = start(
        f"""{{ path: "/lock/Door", locks: [lock("Door", [
          code("Ada", {{ state: "failed", errors: [{DUPLICATE}] }}),
          code("Other", {{ is_managed: {is_managed} }}),
        ])] }}"""
    )
    is_offered = is_managed == "false"
    expect(panel.locator(".remedies button")).to_have_count(3 if is_offered else 2)
    panel.get_by_role("button", name="Actions for Other").click()
    expect(panel.get_by_role("menuitem", name="Delete")).to_be_visible()
    expect(panel.get_by_text("Convert to managed")).to_have_count(int(is_offered))


def test_banner_says_why_there_is_nothing_new(start: Start) -> None:
    """A refused key does not look like an outage."""
    entry = "{ entry_id: 'entry', title: 'Home', available: false, conversion: null, "
    panel = start(
        f"{{ locks: [lock('Door')], entries: [{entry} error: 'Enter a new key.' }}] }}"
    )
    expect(panel.get_by_text("Home: Enter a new key.")).to_be_visible()
    expect(panel.get_by_text("cannot be reached")).to_have_count(0)


def test_report_names_locks_that_are_gone(start: Start) -> None:
    """The report of a conversion shows names instead of entity IDs."""
    panel = start(
        """{
          path: "/found",
          locks: [lock("Door", [code("Ada", { is_managed: false })])],
          entries: [{ entry_id: "entry", title: "Home", available: true, conversion: {
            state: "stopped",
            canary: { entity_id: "lock.shed", access_code_id: "1" },
            entity_id: "lock.shed",
            locks: { "lock.door": "Old name", "lock.shed": "Shed" },
            done: [],
            failed: [{ entity_id: "lock.shed", access_code_id: "1", error: null }],
            uncertain: [],
            left: [
              { entity_id: "lock.door", access_code_id: "Ada" },
              { entity_id: "lock.shed", access_code_id: "2" },
              { entity_id: "lock.shed", access_code_id: "3" },
            ],
            reason: "new_error",
            error: null,
          } }],
        }"""
    )
    heading = panel.get_by_role("heading", name="Conversion stopped at Shed")
    expect(heading).to_be_visible()
    panel.get_by_text("3 codes were not changed").click()
    report = panel.locator("seam-conversion")
    expect(report.get_by_role("listitem").last).to_have_text("Shed")
    expect(report.get_by_role("listitem")).to_contain_text(
        ["Shed", "Ada · Door", "Shed"]
    )
    expect(report.get_by_text("lock.")).to_have_count(0)


LANGUAGES: Final = sorted(path.stem for path in TRANSLATIONS.glob("*.json"))
BROKEN_LABELS: Final = """(pin) => {
  const isBroken = (button) => {
    const range = document.createRange();
    range.selectNodeContents(button);
    const lines = [...range.getClientRects()].map(({ bottom }) => Math.round(bottom));
    return new Set(lines.slice(1)).size > 1;
  };
  const buttons = [...pin.shadowRoot.querySelectorAll("button")];
  return buttons.filter(isBroken).map((button) => button.innerText.trim());
}"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_below_pin_have_one_line_on_phones(
    panel_page: Page, start: Start, language: str
) -> None:
    """The label is not broken, least of all within a word."""
    panel_page.set_viewport_size({"width": 360, "height": 740})
    panel = start(
        f"""{{
          locks: [lock("Door")],
          language: "{language}",
          answer: () => ({{ access_code_id: "x", code: "4711" }}),
        }}"""
    )
    texts = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))
    panel.get_by_role("button", name=texts["add_guest"]).click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_role("textbox", name=texts["name"], exact=True).fill("Ada")
    dialog.locator(".bottom button.filled").click()
    pin = dialog.locator("seam-pin")
    expect(pin.get_by_role("button")).to_have_count(2)
    assert pin.evaluate(BROKEN_LABELS) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_panel_loads_language_of_user(
    panel_page: Page, start: Start, language: str
) -> None:
    """The panel loads one language at most, from beside its own file."""
    requested: list[str] = []
    panel_page.on("request", lambda request: requested.append(request.url))
    panel = start(f"{{locks: [lock('Door')], language: '{language}'}}")
    texts = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))
    expect(panel.get_by_role("link", name=texts["timeline"])).to_be_visible()
    file = f"http://home.test/language/{language}.js"
    assert requested == ([] if language == "en" else [file])


def test_panel_is_english_if_language_cannot_be_loaded(start: Start) -> None:
    """A user with another language gets English."""
    panel = start("{locks: [lock('Door')], language: 'zh-Hant'}")
    expect(panel.get_by_role("link", name="Timeline")).to_be_visible()


def test_row_says_that_its_lock_is_the_reason(start: Start) -> None:
    """A code at risk names the lock that is offline, whose problem stands above."""
    panel = start(
        """{
          locks: [lock("Boat Shed", [code("Sailing school", { state: "at_risk" })], {
            online: false,
            problems: [{
              error_code: "device_offline",
              message: "The device is offline.",
              advice: "Check its power supply.",
              scope: "device",
              created_at: null,
              remedies: [],
            }],
          })],
        }"""
    )
    attention = panel.get_by_role("region", name="Needs attention")
    row = attention.get_by_role("listitem").filter(has_text="Sailing school")
    expect(row).to_contain_text("Boat Shed is offline")
    expect(attention.get_by_text("The device is offline.")).to_have_count(1)


STAY_AT_RISK: Final = """{
  entry_id: "entry", subentry_id: "stays", title: "Bookings", is_calendar_lost: false,
  kept: 0, access_code_ids: [], stays: [{
    name: "Grace", verdict: "at_risk", has_arrived: false,
    starts_at: new Date(Date.now() + 3_600_000).toISOString(),
    ends_at: new Date(Date.now() + 90_000_000).toISOString(),
    locks: [{
      device_id: "Door", access_code_id: null, verdict: "at_risk",
      reason: "The lock is full.",
    }],
  }],
}"""


def test_first_page_shows_stay_without_code(panel_page: Page, start: Start) -> None:
    """A guest whose code could not be created does not get in, either."""
    panel = start(f"{{locks: [lock('Door', [code('Ada')])], stays: [{STAY_AT_RISK}]}}")
    expect(panel.get_by_role("heading", name="1 code needs attention")).to_be_visible()
    row = panel.get_by_role("listitem").filter(has_text="Grace")
    expect(row).to_contain_text("The lock is full.")
    expect(row).to_contain_text("Door")
    expect(row).to_contain_text("At risk")
    assert row.get_by_role("link").get_attribute("href") == "/seam/stays"


def test_first_page_does_not_vouch_for_code_that_is_being_set(start: Start) -> None:
    """That is no reason for an alarm, but nobody knows yet whether it opens the lock."""
    panel = start("{locks: [lock('Door', [code('Ada', {state: 'setting'})])]}")
    expect(panel.get_by_role("heading", name="Cannot confirm")).to_be_visible()
    expect(panel.get_by_role("region", name="Needs attention")).to_have_count(0)


ADD_CARD: Final = """() => {
    customElements.define("ha-card", class extends HTMLElement {});
    const { hass } = document.querySelector("seam-panel");
    hass.entities = { "lock.door": { platform: "seam" } };
    const card = document.createElement("seam-access-codes-card");
    card.setConfig({ entity: "lock.door" });
    card.hass = hass;
    const tile = document.createElement("seam-access-codes-feature");
    tile.context = { entity_id: "lock.door" };
    tile.hass = hass;
    document.body.append(card, tile);
}"""
FLATS: Final = """{
  entry_id: "entry", title: "Flats", available: %s, error: %s, conversion: null,
}"""


@pytest.mark.parametrize(
    ("available", "error", "breaks", "text"),
    [
        ("false", "null", "", "Flats cannot be reached"),
        ("false", "'Enter a new key.'", "", "Flats: Enter a new key."),
        ("true", "null", "connect(false)", "The connection to Home Assistant was lost"),
        ("true", "null", "connect(true, true)", "Seam is not available"),
    ],
    ids=["outage", "key", "connection", "restart"],
)
def test_old_data_is_not_shown_as_true(
    panel_page: Page, start: Start, available: str, error: str, breaks: str, text: str
) -> None:
    """Panel, card, and tile say the same."""
    entry = FLATS % (available, error)
    panel = start(f"{{locks: [lock('Door', [code('Ada')])], entries: [{entry}]}}")
    panel_page.evaluate(ADD_CARD)
    card = panel_page.locator("seam-access-codes-card")
    expect(card.locator("seam-code-row")).to_be_visible()
    panel_page.evaluate(f"() => {{ {breaks} }}")
    for where in (panel, card):
        expect(where.locator(".banner").filter(has_text=text)).to_have_count(1)
        expect(where.locator(".banner")).to_have_count(1)
    tile = panel_page.locator("seam-access-codes-feature")
    expect(tile.get_by_text("Codes unknown")).to_be_visible()
    expect(panel.get_by_role("heading", name="Cannot confirm")).to_be_visible()


@pytest.mark.parametrize(
    ("admin", "error", "has_locks", "texts"),
    [
        ("true", "'No key.'", True, ["Flats: No key.", "select “Reconfigure”"]),
        ("true", "'No key.'", False, ["Flats: No key.", "select “Reconfigure”"]),
        ("true", "null", True, ["The last known state is shown"]),
        ("true", "null", False, []),
        (
            "false",
            "'No key.'",
            True,
            ["The last known state is shown", "Ask an administrator"],
        ),
        ("false", "'No key.'", False, []),
        ("false", "null", True, ["The last known state is shown"]),
    ],
)
def test_banner_says_who_can_enter_a_new_key(
    start: Start, admin: str, error: str, has_locks: bool, texts: list[str]
) -> None:
    """In an outage, nobody can do anything."""
    entry = FLATS % ("false", error)
    locks = "[lock('Door', [code('Ada')])]" if has_locks else "[]"
    panel = start(f"{{locks: {locks}, entries: [{entry}], admin: {admin}}}")
    expect(panel.get_by_role("heading", name="Access codes")).to_be_visible()
    expect(panel.locator(".banner p")).to_have_text([re.compile(t) for t in texts])


def test_card_shows_only_outage_of_its_lock(panel_page: Page, start: Start) -> None:
    """Another workspace does not matter to it."""
    other = "{ ...entry, entry_id: 'other', title: 'Boats', available: false }"
    start(
        f"""(() => {{
          const entry = {FLATS % ("true", "null")};
          return {{ locks: [lock("Door", [code("Ada")])], entries: [entry, {other}] }};
        }})()"""
    )
    panel_page.evaluate(ADD_CARD)
    card = panel_page.locator("seam-access-codes-card")
    expect(card.locator("seam-code-row")).to_be_visible()
    expect(card.locator(".banner")).to_have_count(0)
    tile = panel_page.locator("seam-access-codes-feature")
    expect(tile.get_by_text("1 code OK")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("", "You do not have access to any locks"),
        ("/lock/Door", "This lock does not exist"),
        ("/codes/Ada", "This code no longer exists"),
    ],
)
def test_restart_is_no_lack_of_access(
    panel_page: Page, start: Start, path: str, known: str
) -> None:
    """While the locks are not known, nobody is told that they are none, or are gone."""
    entries = FLATS % ("false", "null")
    panel = start(f"{{admin: false, path: '{path}', locks: [], entries: [{entries}]}}")
    panel_page.evaluate(ADD_CARD)
    card = panel_page.locator("seam-access-codes-card")
    for where in (panel, card):
        expect(where.get_by_text("Seam is not available")).to_be_visible()
    entries = FLATS % ("true", "null")
    panel_page.evaluate(f"() => changeEntries([{entries}])")
    expect(panel.get_by_text(known)).to_be_visible()
    expect(card.get_by_text("This lock does not exist")).to_be_visible()


@pytest.mark.parametrize(
    ("answer", "shown", "said"),
    [
        ('({ code: "4711" })', "4711", ""),
        (
            '(id === "lock.gate" ? { error: "Gate is gone" } : { code: "4711" })',
            "Door: 4711, Gate: –",
            "Gate is gone.",
        ),
        ('(id === "lock.gate" ? {} : { code: "4711" })', "Door: 4711, Gate: –", ""),
        (
            '({ code: id === "lock.gate" ? "4712" : "4711" })',
            "Door: 4711, Gate: 4712",
            "",
        ),
        ('({ error: "Seam is gone" })', "", "Seam is gone."),
    ],
    ids=["same", "error", "none", "different", "errors"],
)
def test_pins_of_stay_are_shown_as_far_as_known(
    start: Start, answer: str, shown: str, said: str
) -> None:
    """The PIN of one lock does not depend on that of another."""
    panel = start(
        f"""{{
          path: "/stays",
          locks: ["Door", "Gate"].map((name) => lock(name, [code(`Grace ${{name}}`)])),
          stays: [{{
            entry_id: "entry", subentry_id: "s", title: "Bookings", kept: 0,
            is_calendar_lost: false, access_code_ids: [], stays: [{{
              name: "Grace", verdict: "ready", has_arrived: false,
              starts_at: "2060-01-01T15:00:00Z", ends_at: "2060-01-02T11:00:00Z",
              locks: ["Door", "Gate"].map((name) => ({{
                device_id: name, access_code_id: `Grace ${{name}}`, verdict: "ready",
                reason: null,
              }})),
            }}],
          }}],
          answer: (_, id) => {answer},
        }}"""
    )
    panel.get_by_role("button", name="Show PIN: Grace").click()
    if said:
        expect(panel.locator(".toast")).to_have_text(said)
    if shown:
        expect(panel.locator("output")).to_have_text(shown)
    expect(panel.locator("output")).to_have_count(int(bool(shown)))


def test_copy_waits_for_the_pin_that_is_being_read(
    panel_page: Page, start: Start
) -> None:
    """The menu is not dead while the button beside it shows the PIN."""
    panel = start(
        """{
          path: "/lock/Door",
          locks: [lock("Door", [code("Ada")])],
          answer: () => new Promise((resolve) => {
            window.finish = () => resolve({ code: "4711" });
          }),
        }"""
    )
    panel.get_by_role("button", name="Show PIN: Ada").click()
    panel_page.wait_for_function("() => window.finish")
    panel.get_by_role("button", name="Actions for Ada").click()
    panel.get_by_role("menuitem", name="Copy PIN").click()
    panel_page.evaluate("() => finish()")
    expect(panel.get_by_text("PIN copied")).to_be_visible()
    assert len(sent(panel_page, "code/reveal")) == 1


def test_stopping_is_shown_until_it_has_stopped(panel_page: Page, start: Start) -> None:
    """A conversion that stops may still say how far it is."""
    conversion = """{
      state: "running", canary: { entity_id: "lock.door", access_code_id: "1" },
      entity_id: "lock.door", locks: { "lock.door": "Door" }, done: [], failed: [],
      uncertain: [], left: [{ entity_id: "lock.door", access_code_id: "1" }],
      reason: null, error: null, ...change,
    }"""
    entries = f"""[{{
      entry_id: "entry", title: "Home", available: true, error: null,
      conversion: {conversion},
    }}]"""
    panel_page.evaluate(f"() => {{ window.entries = (change) => {entries}; }}")
    panel = start(
        """{
          path: "/found",
          locks: [lock("Door", [code("Ada", { is_managed: false })])],
          entries: entries({}),
        }"""
    )
    panel.get_by_role("button", name="Stop", exact=True).click()
    stopping = panel.get_by_role("button", name="Stopping…")
    expect(stopping).to_be_visible()
    panel_page.evaluate("() => changeEntries(entries({ state: 'watching' }))")
    expect(panel.get_by_text("Monitoring Door")).to_be_visible()
    expect(stopping).to_be_visible()
    panel_page.evaluate("() => changeEntries(entries({ state: 'stopped' }))")
    expect(panel.get_by_role("button", name="Dismiss")).to_be_visible()


def test_only_codes_that_are_still_expired_are_deleted(
    panel_page: Page, start: Start
) -> None:
    """Somebody may extend a code while the question is open."""
    old = "{ state: 'expired', ends_at: '2026-01-01T10:00:00Z' }"
    panel = start(
        f"""{{
          path: "/lock/Door",
          locks: [lock("Door", [code("Old", {old}), code("Older", {old})], {{
            problems: [{{
              error_code: "full", message: "The lock is full.", advice: "", scope: "device",
              created_at: null, remedies: ["delete_expired"],
            }}],
          }})],
          answer: () => ({{ outcome: "deleted" }}),
        }}"""
    )
    panel.get_by_role("button", name="Delete expired codes").click()
    dialog = panel.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name="Delete", exact=True)
    expect(confirm).to_be_enabled()
    panel_page.evaluate(f"change(lock('Door', [code('Old'), code('Older', {old})]))")
    confirm.click()
    expect(dialog.get_by_text("Deletion finished")).to_be_visible()
    row = dialog.get_by_role("listitem").filter(has_text="Not done")
    expect(row).to_contain_text("Active")
    [call] = sent(panel_page, "code/delete")
    assert call["access_code_id"] == "Older"


def test_retry_of_closed_dialog_is_announced(panel_page: Page, start: Start) -> None:
    """Home Assistant may take the page away, with the dialog that shows a PIN."""
    answer = """{ error: "Gate does not answer." }"""
    panel = start(PARTLY.replace("ERROR", answer))
    dialog = add_to_both(panel)
    panel_page.evaluate(
        """() => {
            answer = () => new Promise((resolve) => { window.finish = resolve; });
        }"""
    )
    dialog.get_by_role("button", name="Try again").click()
    panel_page.wait_for_function("() => window.finish")
    panel_page.evaluate(REATTACH)
    expect(dialog).to_have_count(0)
    panel_page.evaluate("() => finish({ error: 'Gate is gone' })")
    expect(panel.locator(".toast")).to_contain_text("Gate is gone.")


@pytest.mark.parametrize("entities", ["{ 'lock.door': {} }", "{}"])
def test_state_of_lock_opens_its_dialog_in_home_assistant(
    panel_page: Page, start: Start, entities: str
) -> None:
    """Only its page has the button, and only if the entity of the lock is enabled."""
    panel = start(
        f"""{{ path: "/lock/Door", locks: [lock("Door", [], {{ state: "unlocked" }})],
          entities: {entities} }}"""
    )
    expect(panel.get_by_text("Unlocked")).to_be_visible()
    button = panel.get_by_role("button", name="Door: Unlocked", exact=True)
    if entities == "{}":
        expect(button).to_have_count(0)
        return
    panel_page.evaluate(
        """() => document.addEventListener(
            "hass-more-info", ({ detail }) => calls.push(detail))"""
    )
    button.focus()
    panel_page.keyboard.press("Enter")
    assert panel_page.evaluate("() => calls") == [{"entityId": "lock.door"}]
