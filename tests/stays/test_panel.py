"""Tests of the stays in the panel."""

import json
import re
from types import MappingProxyType
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY
from homeassistant.components.calendar import DATA_COMPONENT
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.const import CONF_CHECK_IN, DOMAIN
from custom_components.seam.stays.settings import (
    CONF_CALENDAR,
    CONF_EXCLUDES,
    CONF_LOCKS,
    SUBENTRY_STAYS,
)
from custom_components.seam.stays.watch import WATCHES
from simulator.seed import APARTMENT_1, FRONT_DOOR, GARDEN_HOUSE
from tests.actions.support import FRONT
from tests.websocket.conftest import Panel, async_connect, is_text

from .calendar import BookingCalendar
from .conftest import CALENDAR, Stays
from .test_arrivals import HOUR, PROBLEM, come_online, go_offline, set_up_with, state

pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities of stays that the panel's rows agree with."""
    return [Platform.BINARY_SENSOR, Platform.EVENT, Platform.LOCK]


@pytest.fixture(autouse=True)
def late_programming(frozen_clock: None, no_waits: None, stays: Stays) -> None:
    """Let Seam set codes shortly before their start only."""
    stays.simulator.state.devices[FRONT_DOOR].schedules_natively = False


@pytest.fixture
async def panel(stays: Stays, hass_ws_client: WebSocketGenerator) -> Panel:
    """Return the panel of an administrator."""
    panel = await async_connect(stays.hass, hass_ws_client)
    await panel.subscribe()
    return panel


def shown(panel: Panel) -> list[dict[str, Any]]:
    """Return the stays of the only subentry."""
    [row] = panel.stays.values()
    stays: list[dict[str, Any]] = row["stays"]
    return stays


async def test_all_coming_stays_are_sent(stays: Stays, panel: Panel) -> None:
    """The panel has those of the whole horizon, soonest first, and none that ended."""
    [subentry] = stays.entry.subentries.values()
    assert panel.first["stays"] == [
        {
            "entry_id": stays.entry.entry_id,
            "subentry_id": subentry.subentry_id,
            "title": "Bookings",
            "is_calendar_lost": False,
            "kept": 0,
            "calendar": CALENDAR,
            "access_code_ids": [],
            "stays": [],
        }
    ]
    stays.book("old", -3, -1, summary="Gone")
    for number in range(1, 5):
        stays.book(f"{number}", number * 5, number * 5 + 2, summary=f"Guest {number}")
    await stays.wait()
    await panel.received()
    assert [stay["name"] for stay in shown(panel)] == [
        "Guest 1",
        "Guest 2",
        "Guest 3",
        "Guest 4",
    ]
    first = shown(panel)[0]
    [code] = [code for code in stays.codes if code.name == "Guest 1"]
    assert first == {
        "booking": first["booking"],
        "name": "Guest 1",
        "starts_at": first["starts_at"],
        "ends_at": first["ends_at"],
        "verdict": "ready",
        "has_arrived": False,
        "locks": [
            {
                "device_id": FRONT_DOOR,
                "access_code_id": code.access_code_id,
                "verdict": "ready",
                "reason": None,
            }
        ],
    }
    pins = {code.code for code in stays.simulator.state.access_codes.values()}
    assert not pins.intersection(re.findall(r"\w+", json.dumps(panel.stays)))


async def test_booking_is_the_same_in_all_stays_with_its_calendar(
    stays: Stays, panel: Panel
) -> None:
    """Locks of two workspaces need two of them for the codes of one guest."""
    other = BookingCalendar()
    other.entity_id, other._attr_unique_id = "calendar.other", "other"
    await stays.hass.data[DATA_COMPONENT].async_add_entities([other])
    for title, calendar, lock in (
        ("Same calendar", CALENDAR, APARTMENT_1),
        ("Other calendar", other.entity_id, GARDEN_HOUSE),
    ):
        settings = {
            CONF_CALENDAR: calendar,
            CONF_LOCKS: [lock],
            CONF_CHECK_IN: "12:00",
            CONF_EXCLUDES: ["not available"],
        }
        subentry = ConfigSubentry(
            data=MappingProxyType(settings),
            subentry_type=SUBENTRY_STAYS,
            title=title,
            unique_id=None,
        )
        stays.hass.config_entries.async_add_subentry(stays.entry, subentry)
        await stays.settle()
    for uid, start in ("1", 1), ("2", 3):
        stays.book(uid, start, start + 1, summary="Reserved")
        other.bookings[uid] = stays.calendar.bookings[uid]
    other.async_write_ha_state()
    await stays.wait()
    await panel.received()
    one, same, another = (
        [stay["booking"] for stay in row["stays"]] for row in panel.stays.values()
    )
    assert one == same
    assert len({*one, *another}) == 4
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    await other.async_remove()


async def test_another_pin_than_the_rule_promises_is_shown(
    stays: Stays, panel: Panel
) -> None:
    """The guest may have been told to enter the digits."""
    await set_up_with(stays, pin_rule="telephone")
    stays.book("Ada")
    stays.book("Bob", 5, 6, description="Phone: +49 151 234 9182")
    await stays.wait()
    await panel.received()
    ada, bob = (stay["locks"][0] for stay in shown(panel))
    assert ada["verdict"] == "ready"
    assert "no phone number" in ada["reason"]
    assert bob["reason"] is None


async def test_only_changes_of_verdicts_are_sent(stays: Stays, panel: Panel) -> None:
    """A lock that goes offline turns the verdict, and nothing else of the stays."""
    stays.book("1", 12 * HOUR, 2, summary="Ada")
    stays.book("2", 5, 6, summary="Eve")
    await stays.wait()
    await panel.received()
    await go_offline(stays)
    events = [event for event in await panel.received() if "stays" in event]
    assert [row["subentry_id"] for row in events[-1]["stays"]] == list(panel.stays)
    stay = shown(panel)[0]
    assert (stay["verdict"], stay["locks"][0]["verdict"]) == ("at_risk", "at_risk")
    assert stay["locks"][0]["reason"].startswith("The access code cannot be set")
    await come_online(stays)
    await stays.wait()
    await panel.received()
    assert [stay["verdict"] for stay in shown(panel)] == ["ready", "ready"]


async def test_stays_stay_during_reload_and_go_with_their_subentry(
    stays: Stays, panel: Panel
) -> None:
    """The list does not flicker, and is not there for ever."""
    stays.book("1", 1, 2, summary="Ada")
    await stays.wait()
    await panel.received()
    await stays.restart()
    events = await panel.received()
    assert all(row["stays"] for event in events for row in event.get("stays", ()))
    [subentry_id] = panel.stays
    stays.hass.config_entries.async_remove_subentry(stays.entry, subentry_id)
    await stays.settle()
    await panel.received()
    assert panel.stays == {}


async def test_codes_say_which_stays_they_are_from(
    stays: Stays,
    panel: Panel,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_user: Any,
) -> None:
    """Also those whose booking is gone, until the stays are removed."""

    def origins() -> dict[str, str]:
        """Return the titles of the stays that codes are from, by name of the code."""
        return {
            code["name"]: row["title"]
            for row in panel.stays.values()
            for code_id in row["access_code_ids"]
            if (code := panel.code(code_id))
        }

    stays.book("1", 0, 2, summary="Ada")
    stays.book("2", 3, 4, summary="Eve")
    await stays.wait()
    await panel.received()
    assert origins() == {"Ada": "Bookings", "Eve": "Bookings"}
    # The guest has arrived.
    stays.calendar.cancel("1")
    await stays.wait()
    await panel.received()
    assert [stay["name"] for stay in shown(panel)] == ["Ada", "Eve"]
    await stays.restart()
    events = await panel.received()
    assert all(row["access_code_ids"] for e in events for row in e.get("stays", ()))
    [subentry] = stays.entry.subentries.values()
    stays.hass.config_entries.async_update_subentry(
        stays.entry, subentry, title="Flat 2"
    )
    await stays.settle()
    await panel.received()
    assert origins() == {"Ada": "Flat 2", "Eve": "Flat 2"}
    hass_read_only_user.mock_policy({"entities": {"entity_ids": {FRONT: True}}})
    tenant = await async_connect(stays.hass, hass_ws_client, hass_read_only_user)
    await tenant.subscribe()
    [row] = tenant.stays.values()
    assert [stay["name"] for stay in row["stays"]] == ["Eve"]
    assert (row["access_code_ids"], row["calendar"]) == ([], None)
    stays.hass.config_entries.async_remove_subentry(stays.entry, subentry.subentry_id)
    await stays.settle()
    await panel.received()
    assert origins() == {}
    assert [code.name for code in stays.codes] == ["Ada", "Eve"]


async def test_stays_kept_because_calendar_is_empty_are_counted(
    stays: Stays, panel: Panel
) -> None:
    """An empty calendar may be a fault, until somebody confirms that it is none."""

    def kept() -> int:
        [row] = panel.stays.values()
        count: int = row["kept"]
        return count

    stays.book("1", 1, 2, summary="Ada")
    stays.book("2", 3, 5, summary="Eve")
    await stays.wait()
    await panel.received()
    assert (kept(), len(shown(panel))) == (0, 2)
    stays.calendar.bookings.clear()
    stays.calendar.async_write_ha_state()
    await stays.wait(15)
    await panel.received()
    assert (kept(), len(shown(panel))) == (2, 2)
    [watch] = stays.hass.data[WATCHES].values()
    watch.runner.async_confirm_empty()
    await stays.settle()
    await panel.received()
    assert (kept(), len(shown(panel))) == (0, 0)


async def test_lost_calendar_is_sent(
    stays: Stays, hass_ws_client: WebSocketGenerator
) -> None:
    """The stays of the last good answer are still shown."""
    stays.book("1", 1, 2, summary="Ada")
    await stays.wait()
    stays.calendar.set_available(False)
    await stays.wait(15)
    await stays.wait(15)
    panel = await async_connect(stays.hass, hass_ws_client)
    await panel.subscribe()
    [row] = panel.stays.values()
    assert row["is_calendar_lost"] is True
    assert [stay["name"] for stay in row["stays"]] == ["Ada"]


async def test_lost_calendar_is_sent_after_reload(stays: Stays, panel: Panel) -> None:
    """An open panel keeps the stays, and learns that they are not followed."""
    stays.book("1", 1, 2, summary="Ada")
    await stays.wait()
    stays.calendar.set_available(False)
    await stays.restart()
    for is_lost in (True, False):
        stays.calendar.set_available(not is_lost)
        await stays.settle()
        await panel.received()
        [row] = panel.stays.values()
        assert row["is_calendar_lost"] is is_lost
        assert [stay["name"] for stay in row["stays"]] == ["Ada"]


async def test_each_read_of_lost_calendar_is_told(stays: Stays) -> None:
    """Otherwise, a panel would learn of it when something else changes."""
    stays.calendar.set_available(False)
    await stays.restart()
    [watch] = stays.hass.data[WATCHES].values()
    told: list[bool] = []
    watch.async_add_listener(lambda: told.append(watch.runner.is_calendar_lost))
    # It is read again.
    stays.hass.states.async_set(CALENDAR, STATE_UNKNOWN)
    await stays.settle()
    assert told == [True]


@pytest.mark.parametrize(
    ("path", "status", "key"),
    [
        ("/access_codes/create", 400, "refused"),
        ("/devices/", 500, "cannot_connect"),
    ],
)
async def test_error_of_change_is_sent_by_key_without_pins(
    stays: Stays,
    hass_ws_client: WebSocketGenerator,
    path: str,
    status: int,
    key: str,
) -> None:
    """A number in it may turn out to be a PIN later."""
    secrets = stays.entry.runtime_data.secrets
    secrets.lacks_pins = False
    stays.simulator.faults.add(
        "status", path=path, status=status, message="No room for 739154"
    )
    stays.book("1", 2 * HOUR, 2, summary="Ada")
    await stays.wait(0)
    for pins, number in ([], "739154"), (["739154"], "••••"):
        secrets.add(pins)
        stays.entry.runtime_data.async_update_listeners()
        panel = await async_connect(stays.hass, hass_ws_client)
        await panel.subscribe()
        [row] = panel.raw["event"]["stays"]
        [lock] = row["stays"][0]["locks"]
        assert lock["verdict"] == "at_risk"
        assert lock["reason"]["translation_key"] == f"exceptions.{key}.message"
        assert number in lock["reason"]["translation_placeholders"]["error"]
        [arrival] = state(stays, PROBLEM).attributes["arrivals"]
        assert number in arrival["reason"]
        assert number in arrival["locks"][0]["reason"]


@pytest.mark.parametrize("readable", [[], [FRONT]])
async def test_user_sees_stays_on_readable_locks(
    hass: HomeAssistant,
    stays: Stays,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_user: Any,
    readable: list[str],
) -> None:
    """A stay on two locks has the one that the user may read."""
    await set_up_with(stays, locks=[GARDEN_HOUSE, FRONT_DOOR])
    stays.book("1", 1, 2, summary="Ada")
    await stays.wait()
    hass_read_only_user.mock_policy(
        {"entities": {"entity_ids": {key: {"read": True} for key in readable}}}
    )
    panel = await async_connect(hass, hass_ws_client, hass_read_only_user)
    await panel.subscribe()
    rows = [
        [(stay["name"], [lock["device_id"] for lock in stay["locks"]])]
        for row in panel.first["stays"]
        for stay in row["stays"]
    ]
    assert rows == ([[("Ada", [FRONT_DOOR])]] if readable else [])


async def test_preview_is_that_of_the_action(
    stays: Stays, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has texts by key, no PIN, and changes nothing."""
    stays.book("1", 3, 4, summary="Old")
    await stays.wait()
    # Otherwise, the codes would follow.
    monkeypatch.setattr(stays.calendar, "async_write_ha_state", lambda: None)
    stays.calendar.cancel("1")
    stays.book("2", 1, 2, summary="Ada")
    [subentry_id] = panel.stays
    answer = await panel.send("seam/stays/preview", subentry_id=subentry_id)
    assert answer["success"], answer
    found = panel.raw["result"]
    assert [row["name"] for row in found["created"]] == ["Ada"]
    device = dr.async_get(stays.hass).async_get_device_by_identifier(
        (DOMAIN, subentry_id), stays.entry.entry_id
    )
    assert device
    response: Any = await stays.hass.services.async_call(
        DOMAIN,
        "preview_stays",
        {"stays": device.id},
        blocking=True,
        return_response=True,
    )
    for group in ("created", "moved", "renamed", "deleted", "not_possible", "left"):
        for row, expected in zip(found[group], response[group], strict=True):
            expected.pop("reason_key")
            assert row["reason"] is None or is_text(row["reason"])
            assert {**row, "reason": None} == {**expected, "reason": None}
    assert [row["name"] for row in found["deleted"]] == ["Old"]
    assert found["overlaps"] == response["overlaps"]
    assert [row["lock"] for row in found["overlaps"]] == ["Front Door"]
    pins = {code.code for code in stays.simulator.state.access_codes.values()}
    assert not pins.intersection(str(value) for value in found["created"][0].values())
    assert [code.name for code in stays.codes] == ["Old"]


async def test_lock_has_the_name_given_in_home_assistant(
    stays: Stays, panel: Panel
) -> None:
    """In the preview, and where it is said whether guests get in."""
    registry = dr.async_get(stays.hass)
    device = registry.async_get_device_by_identifier(
        (DOMAIN, FRONT_DOOR), stays.entry.entry_id
    )
    assert device
    registry.async_update_device(device.id, name_by_user="Blue Door")
    stays.simulator.faults.add("status", path="/access_codes/create", status=400)
    stays.book("1", 2 * HOUR, 2, summary="Ada")
    await stays.settle()
    [subentry_id] = panel.stays
    answer = await panel.send("seam/stays/preview", subentry_id=subentry_id)
    assert [row["lock"] for row in answer["result"]["created"]] == ["Blue Door"]
    [arrival] = state(stays, PROBLEM).attributes["arrivals"]
    assert [row["lock"] for row in arrival["locks"]] == ["Blue Door"]


async def test_preview_needs_calendar_and_administrator(
    hass: HomeAssistant,
    stays: Stays,
    panel: Panel,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """Other users and unknown stays are refused."""
    [subentry_id] = panel.stays
    command = "seam/stays/preview"
    error = await panel.refused(command, subentry_id="unknown")
    assert error["translation_key"] == "stays_unknown"
    assert (await panel.refused(command))["translation_key"] == "stays_unknown"
    stays.calendar.set_available(False)
    error = await panel.refused(command, subentry_id=subentry_id)
    assert error["translation_key"] == "calendar_unavailable"
    user = await hass.auth.async_create_user("Tenant", group_ids=[GROUP_ID_READ_ONLY])
    tenant = await async_connect(hass, hass_ws_client, user)
    error = await tenant.refused(command, subentry_id=subentry_id)
    assert error["code"] == "unauthorized"
