"""Browser tests of stays: from the form to a guest who might not get in."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
import json
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import (
    Locator,
    Page,
    TimeoutError as PlaywrightTimeoutError,
    ViewportSize,
    expect,
)
import pytest

from .development import Development
from .pickers import pick
from .test_panel import finish

pytestmark = pytest.mark.e2e

# This lock does not store codes before they start.
LOCK: Final = "Garden House"
CALENDAR: Final = "calendar.bookings"
PROBLEM: Final = "binary_sensor.bookings_arrival_problem"
WAIT_MS: Final = 60_000
SMALL: Final[ViewportSize] = {"width": 1100, "height": 600}
WIDE: Final[ViewportSize] = {"width": 1440, "height": 700}
SECTIONS: Final = ("Which bookings count", "Access codes", "Arrival")


class Bookings:
    """A local calendar, and the codes that follow it."""

    def __init__(self, page: Page, development: Development) -> None:
        """Add the calendar as its form would."""
        self._page = page
        self._development = development
        page.wait_for_function("() => localStorage.hassTokens")
        tokens = json.loads(page.evaluate("() => localStorage.hassTokens"))
        self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        path = "config/config_entries/flow"
        form = self.post(path, {"handler": "local_calendar"})
        flow = self.post(f"{path}/{form['flow_id']}", {"calendar_name": "Bookings"})
        self._entry_id = flow["result"]["entry_id"]
        self._locks = {name: key for key, name in development.locks().items()}

    def post(self, path: str, data: dict[str, Any]) -> Any:
        """Send a request to Home Assistant's API."""
        url = f"{self._development.url}/api/{path}"
        response = self._page.request.post(url, headers=self._headers, data=data)
        assert response.ok, response.text()
        return response.json()

    def book(self, summary: str, hours: float, length: float = 20) -> None:
        """Add a booking that starts in some hours."""
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
        event = {
            "entity_id": CALENDAR,
            "summary": summary,
            "start_date_time": start.isoformat(),
            "end_date_time": (start + timedelta(hours=length)).isoformat(),
        }
        self.post("services/calendar/create_event", event)

    def _uid(self, summary: str) -> str:
        now = datetime.now(UTC)
        period: dict[str, str | float | bool] = {
            "start": now.isoformat(),
            "end": (now + timedelta(days=30)).isoformat(),
        }
        response = self._page.request.get(
            f"{self._development.url}/api/calendars/{CALENDAR}",
            headers=self._headers,
            params=period,
        )
        assert response.ok
        [uid] = [
            event["uid"] for event in response.json() if event["summary"] == summary
        ]
        return str(uid)

    def move(self, summary: str, hours: float, *, new_summary: str) -> None:
        """Let a booking start at another time, as the dialog of the calendar does."""
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
        command(
            self._page,
            {
                "type": "calendar/event/update",
                "entity_id": CALENDAR,
                "uid": self._uid(summary),
                "event": {
                    "summary": new_summary,
                    "dtstart": start.isoformat(),
                    "dtend": (start + timedelta(hours=20)).isoformat(),
                },
            },
        )

    def cancel(self, summary: str) -> None:
        """Delete a booking, as the dialog of the calendar does."""
        message = {"type": "calendar/event/delete", "entity_id": CALENDAR}
        command(self._page, message | {"uid": self._uid(summary)})

    def codes(self) -> dict[str, str]:
        """Return when the codes on the lock start, by name."""
        codes = self._development.codes(self._locks[LOCK], managed=True)
        return {code["name"]: code.get("starts_at") or "" for code in codes}

    def remove(self) -> None:
        """Remove the stays and the calendar."""
        for entry in command(
            self._page, {"type": "config_entries/get", "domain": "seam"}
        ):
            subentries = command(
                self._page,
                {
                    "type": "config_entries/subentries/list",
                    "entry_id": entry["entry_id"],
                },
            )
            for subentry in subentries:
                command(
                    self._page,
                    {
                        "type": "config_entries/subentries/delete",
                        "entry_id": entry["entry_id"],
                        "subentry_id": subentry["subentry_id"],
                    },
                )
        url = f"{self._development.url}/api/config/config_entries/entry"
        response = self._page.request.delete(
            f"{url}/{self._entry_id}", headers=self._headers
        )
        assert response.ok


@pytest.fixture
def bookings(page: Page, development: Development) -> Iterator[Bookings]:
    """Add a calendar, and remove it and the stays afterwards."""
    bookings = Bookings(page, development)
    yield bookings
    bookings.remove()


def command(page: Page, message: dict[str, Any]) -> Any:
    """Send a command to Home Assistant's websocket."""
    wait_for_states(page)
    return page.evaluate(
        """(message) => document.querySelector("home-assistant").hass.callWS(message)""",
        message,
    )


def wait_for_states(page: Page, entity_id: str = CALENDAR) -> None:
    """Wait until the page knows an entity."""
    page.wait_for_function(
        """(id) => document.querySelector("home-assistant")?.hass?.states?.[id]""",
        arg=entity_id,
        timeout=WAIT_MS,
    )


def wait_for_state(page: Page, entity_id: str, state: str) -> None:
    """Wait for the state of an entity."""
    page.wait_for_function(
        """([id, state]) =>
            document.querySelector("home-assistant")?.hass?.states?.[id]?.state === state
        """,
        arg=[entity_id, state],
        timeout=WAIT_MS,
    )


def wait_for_codes(
    page: Page, bookings: Bookings, condition: Callable[[dict[str, str]], bool]
) -> dict[str, str]:
    """Wait for codes on the lock, and return when they start."""
    for _ in range(WAIT_MS // 500):
        if condition(codes := bookings.codes()):
            return codes
        page.wait_for_timeout(500)
    raise AssertionError(codes)


def sync(page: Page) -> None:
    """Fetch what has changed."""
    wait_for_states(page)
    page.evaluate(
        """() => {
            const { hass } = document.querySelector("home-assistant");
            const sync = Object.keys(hass.states).find((id) => /^button\\..*_sync$/.test(id));
            return hass.callService("button", "press", { entity_id: sync });
        }"""
    )


def open_form(page: Page, development: Development) -> Locator:
    """Start to add stays."""
    page.goto(f"{development.url}/config/integrations/integration/seam")
    page.get_by_role("button", name="Add stays").click()
    dialog = page.locator("dialog-data-entry-flow")
    expect(dialog.get_by_text("Calendar of bookings").first).to_be_visible()
    return dialog


def fill_in(dialog: Locator) -> None:
    """Choose the calendar, the lock, and the times and titles of events."""
    items = dialog.locator("ha-combo-box-item")
    calendar = items.filter(has_text="Bookings")
    pick(dialog.locator("ha-entity-picker"), calendar.last, calendar.first)
    # Since 2026.11, the field is a toolbar.
    add_lock = dialog.get_by_role("toolbar", name="Locks").get_by_role("button")
    pick(
        add_lock.or_(dialog.get_by_role("button", name="Locks")).first,
        items.filter(has_text=LOCK),
        dialog.locator("ha-input-chip").filter(has_text=LOCK),
    )
    for field in dialog.locator("ha-time-input").all()[:2]:
        field.get_by_role("button").click()
    dialog.get_by_text(SECTIONS[0], exact=True).click()
    dialog.get_by_role("button", name="Excluded titles").click()
    dialog.get_by_role("textbox", name="Excluded titles").fill("not available")


def test_form_shows_preview_before_anything_is_done(
    page: Page, development: Development, bookings: Bookings, screenshots: Path
) -> None:
    """Then codes follow the calendar, and the verdict follows the lock."""
    kept = bookings.codes().keys()
    bookings.book("Ada Lovelace", hours=2)
    bookings.book("Not available", hours=30)
    bookings.book("Grace Hopper", hours=52, length=44)
    dialog = open_form(page, development)
    # A lock that nobody has chosen would let guests in at the wrong door.
    expect(dialog.locator("ha-input-chip")).to_have_count(0)
    fill_in(dialog)
    # Labels move out of the way.
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / "stays-form.png")
    page.set_viewport_size(SMALL)
    dialog.get_by_role("button", name="Submit").click()

    expect(dialog).to_contain_text("Events in the calendar: 3.")
    expect(dialog).to_contain_text("To be created: 2")
    # Codes of other tests may overlap.
    created = dialog.get_by_role("list").first.get_by_role("listitem")
    expect(created).to_have_count(2)
    expect(created.first).to_contain_text(f"Ada Lovelace, {LOCK}, ")
    page.screenshot(path=screenshots / "stays-preview.png")
    assert "Ada Lovelace" not in bookings.codes()

    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_contain_text("Created configuration for Bookings.")
    finish(page, dialog)
    before = wait_for_codes(page, bookings, {"Ada Lovelace", "Grace Hopper"}.issubset)
    wait_for_state(page, PROBLEM, "off")

    [device] = [
        device
        for device in command(page, {"type": "config/device_registry/list"})
        if device["model"] == "Stays"
    ]
    page.set_viewport_size(WIDE)
    # In 2026.11, closing a dialog may lead back to its page some time later.
    for _ in range(3):
        page.goto(f"{development.url}/config/devices/device/{device['id']}")
        with suppress(PlaywrightTimeoutError):
            page.get_by_text("Next arrival").first.wait_for(timeout=10_000)
            break
    expect(page.get_by_text("Next arrival").first).to_be_visible()
    expect(page.get_by_text("Arrival problem").first).to_be_visible()

    development.control("lock_offline", device=LOCK)
    sync(page)
    wait_for_state(page, PROBLEM, "on")
    expect(page.get_by_text("Problem", exact=True).first).to_be_visible()
    page.screenshot(path=screenshots / "stays-device.png")
    page.goto(f"{development.url}/config/repairs")
    page.get_by_text("Ada Lovelace").click()
    expect(page.get_by_text(f"may not work on {LOCK}")).to_be_visible()
    page.screenshot(path=screenshots / "stays-repair.png")

    development.control("lock_online", device=LOCK)
    sync(page)
    wait_for_state(page, PROBLEM, "off")
    page.goto(f"{development.url}/config/repairs")
    wait_for_states(page)
    expect(page.get_by_text("Boat Shed is offline")).to_be_visible()
    expect(page.get_by_text("Ada Lovelace")).to_have_count(0)

    bookings.book("Mary Somerville", hours=100)
    bookings.move("Ada Lovelace", hours=4, new_summary="Ada King")
    bookings.cancel("Grace Hopper")
    after = wait_for_codes(
        page, bookings, lambda codes: "Mary Somerville" in codes and "Ada King" in codes
    )
    assert after["Ada King"] > before["Ada Lovelace"]
    after = wait_for_codes(page, bookings, lambda codes: "Grace Hopper" not in codes)
    assert "Ada Lovelace" not in after

    # An empty calendar may be a broken one.
    for summary in ("Mary Somerville", "Not available", "Ada King"):
        bookings.cancel(summary)
    page.goto(f"{development.url}/config/integrations/integration/seam")
    page.get_by_role("button", name="Reconfigure stays").click()
    expect(dialog.get_by_text("Calendar of bookings").first).to_be_visible()
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_contain_text("Events in the calendar: 0.")
    expect(dialog.get_by_text(f"Ada King, {LOCK}, ")).to_be_visible()
    delete = dialog.get_by_text("Delete all upcoming access codes of these stays")
    expect(delete.first).to_be_visible()
    page.screenshot(path=screenshots / "stays-empty.png")
    assert "Ada King" in bookings.codes()
    dialog.locator("ha-switch").click()
    dialog.get_by_role("button", name="Submit").click()
    wait_for_codes(page, bookings, lambda codes: not codes.keys() & after.keys() - kept)


def choose_calendar(page: Page, editor: Locator, name: str) -> None:
    """Choose the calendar of an event."""
    items = page.locator("ha-combo-box-item").filter(has_text=name)
    chosen = editor.locator("#picker ha-combo-box-item").filter(has_text=name)
    pick(editor.locator("ha-entity-picker"), items.last, chosen)
    expect(items).to_have_count(1)


def choose_day(page: Page, editor: Locator, day: date) -> None:
    """Let an event start on another day, and end as much later."""
    editor.locator("ha-date-input").first.click()
    picker = page.locator("ha-dialog-date-picker")
    if day.month != datetime.now().astimezone().month:
        picker.get_by_role("button", name="Next").first.click()
    picker.get_by_role("button", name=f"{day.day} {day:%B}", exact=True).click()
    picker.get_by_role("button", name="OK").click()
    expect(picker.get_by_role("button", name="OK")).to_have_count(0)


def choose_hour(editor: Locator, number: int, hour: int) -> None:
    """Let an event start (0) or end (1) at another hour."""
    field = editor.get_by_role("spinbutton", name="hh").nth(number)
    field.fill(str(hour))
    field.press("Tab")


def test_codes_follow_calendar_page(
    page: Page, development: Development, bookings: Bookings, screenshots: Path
) -> None:
    """A booking that is added, moved, and deleted there is a code that does the same."""
    # Without it, the calendar would be empty in the end, and might be a broken one.
    bookings.book("Not available", hours=200)
    dialog = open_form(page, development)
    fill_in(dialog)
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_contain_text("Events in the calendar: 1.")
    dialog.get_by_role("button", name="Submit").click()
    finish(page, dialog)

    page.goto(f"{development.url}/calendar")
    calendars = page.get_by_role("menuitemcheckbox")
    calendars.first.wait_for()
    # The calendar of the lock will have the code.
    for calendar in calendars.filter(has_not_text="Bookings").all():
        calendar.click()
    page.get_by_role("button", name="Add event").click()
    editor = page.locator("dialog-calendar-event-editor")
    editor.get_by_role("textbox", name="Summary").fill("Ida Rhodes")
    choose_calendar(page, editor, "Bookings")
    choose_day(page, editor, datetime.now().astimezone().date() + timedelta(days=2))
    choose_hour(editor, 1, 18)
    choose_hour(editor, 0, 15)
    page.screenshot(path=screenshots / "stays-booking.png")
    editor.get_by_role("button", name="Add event").click()
    before = wait_for_codes(page, bookings, lambda codes: "Ida Rhodes" in codes)

    booking = page.get_by_text("Ida Rhodes", exact=True)
    booking.click()
    details = page.locator("dialog-calendar-event-detail")
    details.get_by_role("button", name="Edit event").click()
    choose_hour(editor, 0, 16)
    editor.get_by_role("button", name="Save event").click()
    start = datetime.fromisoformat(before["Ida Rhodes"]) + timedelta(hours=1)
    wait_for_codes(
        page,
        bookings,
        lambda codes: datetime.fromisoformat(codes["Ida Rhodes"]) == start,
    )
    page.screenshot(path=screenshots / "stays-calendar.png")

    booking.click()
    details.get_by_role("button", name="Delete event").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    wait_for_codes(page, bookings, lambda codes: "Ida Rhodes" not in codes)
    expect(booking).to_have_count(0)
