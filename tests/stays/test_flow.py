"""Tests of the form that adds and changes stays, and of the preview."""

import asyncio
import json
import re
from typing import Any

from homeassistant.components.calendar import DATA_COMPONENT
from homeassistant.config_entries import SOURCE_USER, SubentryFlowResult
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.seam.const import CONF_CHECK_IN, CONF_CHECK_OUT, DOMAIN
from custom_components.seam.stays.bookings import PinRule
from custom_components.seam.stays.plan import Reason
from custom_components.seam.stays.settings import (
    CONF_CALENDAR,
    CONF_CONTAINS,
    CONF_EXCLUDES,
    CONF_LOCKS,
    CONF_NAME_TEMPLATE,
    CONF_PIN_RULE,
    SUBENTRY_STAYS,
)
from custom_components.seam.sync.code_state import CodeState
from simulator.seed import APARTMENT_1, FRONT_DOOR
from tests.test_repository import load_json

from .calendar import BookingCalendar
from .conftest import CALENDAR, Stays

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

BOOKINGS = {CONF_EXCLUDES: ["not available"], "days_ahead": 30}
CODES = {
    CONF_NAME_TEMPLATE: "{summary}",
    CONF_PIN_RULE: "seam",
    "minutes_before": 0,
    "minutes_after": 0,
}
FORM: dict[str, Any] = {
    CONF_CALENDAR: CALENDAR,
    CONF_LOCKS: [APARTMENT_1],
    "which_bookings": BOOKINGS,
    "access_codes": CODES,
    "arrival": {"use_backup_codes": False},
}
EXCLUDED = "Events that do not count because of their titles"


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks."""
    return [Platform.LOCK]


async def start(stays: Stays) -> SubentryFlowResult:
    """Start to add stays."""
    return await stays.hass.config_entries.subentries.async_init(
        (stays.entry.entry_id, SUBENTRY_STAYS), context={"source": SOURCE_USER}
    )


async def submit(
    stays: Stays, result: SubentryFlowResult, data: dict[str, Any]
) -> SubentryFlowResult:
    """Submit a form."""
    return await stays.hass.config_entries.subentries.async_configure(
        result["flow_id"], data
    )


def shown(result: SubentryFlowResult) -> list[str]:
    """Return the lines of a preview."""
    assert result["step_id"] == "preview"
    placeholders = result["description_placeholders"] or {}
    lines = placeholders["changes"].replace("\\", "").splitlines()
    return [line for line in lines if line]


def changes(result: SubentryFlowResult) -> list[str]:
    """Return the lines of a preview about what is done."""
    return [line for line in shown(result) if not line.startswith(EXCLUDED)]


async def test_adding_stays_does_nothing_before_it_is_confirmed(stays: Stays) -> None:
    """The preview shows what would be created, which then is."""
    stays.book("Ada")
    await stays.settle()
    before = [code.device_id for code in stays.codes]
    assert before == [FRONT_DOOR]
    result = await start(stays)
    assert result["type"] is FlowResultType.FORM
    result = await submit(stays, result, FORM)
    assert changes(result) == [
        "**To be created: 1**",
        "- Ada, Apartment 1, 2026-11-22 01:30 – 2026-11-24 01:30",
        "**Overlapping stays: 1**",
        "- Ada + Weekend guest, Apartment 1, 2026-11-22 01:30 – 2026-11-24 01:30",
    ]
    await stays.wait()
    assert len(stays.codes) == 1
    result = await submit(stays, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Bookings"
    await stays.wait()
    assert sorted(code.device_id for code in stays.codes) == sorted(
        [FRONT_DOOR, APARTMENT_1]
    )
    assert len(stays.entry.subentries) == 2


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        ({CONF_CONTAINS: ["Flat 1", ""]}, ["Flat 1: Ada"]),
        ({CONF_CONTAINS: [" Flat 1 "]}, ["Flat 1: Ada"]),
        ({CONF_EXCLUDES: ["not available", ""]}, ["Flat 1: Ada", "Flat 2: Eve"]),
        ({CONF_EXCLUDES: ["Flat 2 ", "  ", "not available"]}, ["Flat 1: Ada"]),
        (
            {CONF_CONTAINS: [""], CONF_EXCLUDES: [" flat 1"]},
            ["Flat 2: Eve", "Not available"],
        ),
    ],
)
async def test_blank_texts_choose_no_titles(
    stays: Stays, texts: dict[str, list[str]], names: list[str]
) -> None:
    """The form adds a blank text with each row, and spaces around a text are typos."""
    stays.book("Flat 1: Ada", start=7, end=8)
    stays.book("Flat 2: Eve", start=5, end=6)
    bookings = {"days_ahead": 30, **texts}
    result = await submit(
        stays, await start(stays), FORM | {"which_bookings": bookings}
    )
    lines = changes(result)[1:]
    assert sorted(line[2:].partition(", ")[0] for line in lines) == names
    await submit(stays, result, {})
    await stays.settle()
    await stays.wait()
    found = [code.name for code in stays.codes if code.device_id == APARTMENT_1]
    assert sorted(map(str, found)) == names


async def test_form_starts_with_the_times_of_the_options(stays: Stays) -> None:
    """All-day events say nothing about the time of day. No lock is selected."""
    result = await start(stays)
    schema = result["data_schema"]
    assert schema is not None
    suggested = {
        str(key): (key.description or {}).get("suggested_value")
        for key in schema.schema
    }
    assert suggested[CONF_CHECK_IN] == "15:00:00"
    assert suggested[CONF_CHECK_OUT] == "11:00:00"
    assert suggested[CONF_LOCKS] == []


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({CONF_LOCKS: []}, {CONF_LOCKS: "no_locks"}),
        (
            {"access_codes": CODES | {CONF_NAME_TEMPLATE: "{surname}"}},
            {"access_codes": "invalid_name_template"},
        ),
        (
            {"access_codes": CODES | {CONF_NAME_TEMPLATE: " "}},
            {"access_codes": "invalid_name_template"},
        ),
        (
            {CONF_CALENDAR: "calendar.gone"},
            {CONF_CALENDAR: "calendar_unavailable"},
        ),
    ],
)
async def test_form_shows_errors(
    stays: Stays, changed: dict[str, Any], errors: dict[str, str]
) -> None:
    """What is wrong is shown at its field, and can be corrected."""
    result = await submit(stays, await start(stays), FORM | changed)
    assert result["errors"] == errors
    result = await submit(stays, result, FORM)
    result = await submit(stays, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await stays.settle()


@pytest.mark.platforms(Platform.CALENDAR)
async def test_calendars_of_locks_are_no_bookings(
    stays: Stays, second_entry: MockConfigEntry
) -> None:
    """They would make codes of codes, also those of another workspace."""
    registry = er.async_get(stays.hass)
    own = [
        item
        for entry in (stays.entry, second_entry)
        for item in er.async_entries_for_config_entry(registry, entry.entry_id)
        if item.domain == "calendar"
    ]
    assert {item.config_entry_id for item in own} == {
        stays.entry.entry_id,
        second_entry.entry_id,
    }
    result = await start(stays)
    schema = result["data_schema"]
    assert schema is not None
    config = schema.schema[CONF_CALENDAR].config
    assert set(config["exclude_entities"]) == {item.entity_id for item in own}
    for item in own:
        # The dialog also accepts IDs, which it does not compare.
        result = await submit(stays, result, FORM | {CONF_CALENDAR: item.id})
        assert result["errors"] == {CONF_CALENDAR: "calendar_unavailable"}


async def test_flow_aborts_while_not_connected(stays: Stays) -> None:
    """Neither locks nor codes are known."""
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    result = await start(stays)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "entry_not_loaded"


@pytest.mark.parametrize("is_new", [False, True])
async def test_preview_aborts_if_disconnected_meanwhile(
    stays: Stays, is_new: bool
) -> None:
    """The dialog may be open for long."""
    stays.book("Ada")
    await stays.wait()
    stays.calendar.bookings.clear()
    await stays.wait()
    [subentry_id] = stays.entry.subentries
    result = (
        await start(stays)
        if is_new
        else await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    )
    result = await submit(stays, result, FORM)
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    result = await submit(stays, result, {} if is_new else {"delete_codes": True})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "entry_not_loaded"


async def test_reconfiguring_previews_and_applies_changes(stays: Stays) -> None:
    """Another lock means codes that are deleted and others that are created."""
    stays.book("Ada", start=12, end=14)
    await stays.wait()
    [subentry_id] = stays.entry.subentries
    result = await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    assert result["step_id"] == "reconfigure"
    result = await submit(stays, result, FORM)
    [created, _, deleted, line] = changes(result)
    assert (created, deleted) == ("**To be created: 1**", "**To be deleted: 1**")
    assert line.endswith(", The lock is no longer selected.")
    result = await submit(stays, result, {})
    assert result["reason"] == "reconfigure_successful"
    await stays.wait()
    await stays.wait()
    assert [code.device_id for code in stays.codes] == [APARTMENT_1]


@pytest.mark.parametrize(
    ("title", "expected"), [("Bookings", "Cottage"), ("Our guests", "Our guests")]
)
async def test_title_follows_the_calendar_unless_it_was_changed(
    stays: Stays, title: str, expected: str
) -> None:
    """Stays are named after their calendar."""
    other = BookingCalendar()
    other.entity_id, other._attr_name = "calendar.cottage", "Cottage"
    other._attr_unique_id = "cottage"
    await stays.hass.data[DATA_COMPONENT].async_add_entities([other])
    [subentry] = stays.entry.subentries.values()
    stays.hass.config_entries.async_update_subentry(stays.entry, subentry, title=title)
    await stays.settle()
    result = await stays.entry.start_subentry_reconfigure_flow(
        stays.hass, subentry.subentry_id
    )
    form = FORM | {CONF_CALENDAR: other.entity_id}
    await submit(stays, await submit(stays, result, form), {})
    await stays.settle()
    [subentry] = stays.entry.subentries.values()
    assert subentry.title == expected


async def test_preview_says_that_nothing_has_to_be_done(stays: Stays) -> None:
    """The settings are the same, and all codes are there."""
    stays.book("Ada", start=12, end=14)
    await stays.wait()
    [subentry_id] = stays.entry.subentries
    result = await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    result = await submit(stays, result, FORM | {CONF_LOCKS: [FRONT_DOOR]})
    assert changes(result) == ["**No access code needs to be changed at the moment**"]


@pytest.mark.parametrize(
    ("texts", "excluded"),
    [
        ({}, 0),
        ({CONF_EXCLUDES: ["not available"]}, 1),
        ({CONF_CONTAINS: ["Ada"]}, 2),
        ({CONF_CONTAINS: ["Ada"], CONF_EXCLUDES: ["a"]}, 3),
    ],
)
async def test_preview_counts_events_excluded_by_titles(
    stays: Stays, texts: dict[str, list[str]], excluded: int
) -> None:
    """All events of the calendar are either listed or counted."""
    stays.book("Ada")
    stays.book("Bob", start=7, end=8)
    bookings = {"days_ahead": 30, **texts}
    result = await submit(
        stays, await start(stays), FORM | {"which_bookings": bookings}
    )
    lines = shown(result)
    counted = [line for line in lines if line.startswith(EXCLUDED)]
    assert counted == ([f"{EXCLUDED}: {excluded}"] if excluded else [])
    created = [line for line in lines if line.startswith("**To be created")]
    assert created == ([f"**To be created: {3 - excluded}**"] if excluded < 3 else [])


async def test_preview_shows_only_the_first_of_many(stays: Stays) -> None:
    """A dialog has to end somewhere."""
    for number in range(12):
        stays.book(f"Guest {number}", start=number + 12, end=number + 13)
    result = await submit(stays, await start(stays), FORM)
    lines = changes(result)
    assert lines[0] == "**To be created: 12**"
    assert len(lines) == 12
    assert lines[-1] == "- …"


@pytest.mark.parametrize(
    ("locks", "is_warned"), [([FRONT_DOOR, APARTMENT_1], True), ([APARTMENT_1], False)]
)
async def test_preview_warns_of_stays_with_same_calendar_and_lock(
    stays: Stays, locks: list[str], is_warned: bool
) -> None:
    """Each booking would get two codes on the lock, unless their filters differ."""
    result = await submit(stays, await start(stays), FORM | {CONF_LOCKS: locks})
    assert ("- Bookings" in changes(result)) is is_warned
    assert any("the same calendar" in line for line in changes(result)) is is_warned
    result = await submit(stays, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await stays.settle()


async def test_no_warning_of_the_stays_themselves(stays: Stays) -> None:
    """They have the same calendar and lock as before."""
    [subentry_id] = stays.entry.subentries
    result = await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    result = await submit(stays, result, FORM | {CONF_LOCKS: [FRONT_DOOR]})
    assert "- Bookings" not in changes(result)


@pytest.mark.parametrize("is_confirmed", [False, True])
async def test_empty_calendar_deletes_when_confirmed(
    stays: Stays, is_confirmed: bool
) -> None:
    """The codes of all canceled bookings are deleted at once, but not a running one."""
    stays.book("Ada")
    stays.book("Eve", start=-1, end=1)
    stays.book("Bob", start=5, end=6)
    await stays.wait()
    # Its code is deleted, but still remembered.
    stays.calendar.cancel("Bob")
    for _ in range(3):
        await stays.wait()
    bookings = dict(stays.calendar.bookings)
    stays.calendar.bookings.clear()
    await stays.wait()
    assert len(stays.codes) == 2
    [subentry_id] = stays.entry.subentries
    result = await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    result = await submit(stays, result, FORM | {CONF_LOCKS: [FRONT_DOOR]})
    schema = result["data_schema"]
    assert schema is not None
    [field] = schema.schema
    [heading, *lines] = changes(result)
    assert heading == "**Kept because the calendar has no events: 2**"
    assert sorted(line[:7] for line in lines) == ["- Ada, ", "- Eve, "]
    result = await submit(stays, result, {str(field): is_confirmed})
    assert result["reason"] == "reconfigure_successful"
    await stays.wait()
    left = ["Eve"] if is_confirmed else ["Eve", "Ada"]
    assert [code.name for code in stays.codes] == left
    # It was confirmed for this time only.
    stays.calendar.bookings |= bookings
    await stays.wait(15)
    assert [code.name for code in stays.codes] == ["Eve", "Ada"]
    stays.calendar.bookings.clear()
    for _ in range(3):
        await stays.wait(15)
    assert [code.name for code in stays.codes] == ["Eve", "Ada"]


@pytest.mark.parametrize("is_changed", [False, True])
async def test_dialog_does_not_wait_until_all_codes_are_deleted(
    stays: Stays, is_changed: bool
) -> None:
    """More are deleted than Seam allows within a minute, also after a reload."""
    [subentry_id] = stays.entry.subentries
    form = FORM | {CONF_LOCKS: [FRONT_DOOR]}
    if not is_changed:
        result = await stays.entry.start_subentry_reconfigure_flow(
            stays.hass, subentry_id
        )
        await submit(stays, await submit(stays, result, form), {})
    for number in range(20):
        stays.book(f"Guest {number}", start=number + 1, end=number + 2)
    for _ in range(4):
        await stays.wait()
    assert len(stays.codes) == 20
    stays.calendar.bookings.clear()
    await stays.wait()
    result = await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    result = await submit(stays, result, form)
    stays.simulator.faults.add("hang", path="/access_codes/delete", count=1)
    async with asyncio.timeout(10):
        result = await submit(stays, result, {"delete_codes": True})
    assert result["reason"] == "reconfigure_successful"
    assert len(stays.codes) == 20
    stays.simulator.faults.clear()
    for _ in range(4):
        await stays.wait()
    assert not stays.codes


@pytest.mark.platforms(Platform.SENSOR)
async def test_removing_stays_removes_entities_but_keeps_codes(
    stays: Stays, hass_storage: dict[str, Any]
) -> None:
    """What is remembered is forgotten."""
    stays.book("Ada")
    await stays.wait()
    [subentry_id] = stays.entry.subentries
    assert stays.hass.states.get("sensor.bookings_next_arrival")
    stays.hass.config_entries.async_remove_subentry(stays.entry, subentry_id)
    await stays.wait()
    assert stays.hass.states.get("sensor.bookings_next_arrival") is None
    devices = dr.async_get(stays.hass).async_get_devices(
        identifiers={(DOMAIN, subentry_id)}
    )
    assert list(devices) == []
    stays.book("Eve", start=5, end=6)
    await stays.wait()
    assert [code.name for code in stays.codes] == ["Ada"]


async def test_preview_escapes_what_guests_write(stays: Stays) -> None:
    """A name must not become an image in the dialog."""
    stays.book("![x](http://example.com)")
    result = await submit(stays, await start(stays), FORM)
    assert "![x](" not in str(result["description_placeholders"])


async def preview(
    stays: Stays, device_id: str | None = None, subentry_id: str | None = None
) -> Any:
    """Call the action, by default for the only stays."""
    if subentry_id is None:
        [subentry_id] = stays.entry.subentries
    [device] = dr.async_get(stays.hass).async_get_devices(
        identifiers={(DOMAIN, subentry_id)}
    )
    return await stays.hass.services.async_call(
        DOMAIN,
        "preview_stays",
        {"stays": device_id or device.id},
        blocking=True,
        return_response=True,
    )


@pytest.mark.platforms(Platform.SENSOR)
async def test_action_returns_what_would_be_done(stays: Stays) -> None:
    """A booking that is renamed, and one that is gone."""
    stays.book("Ada", start=12, end=14)
    stays.book("Eve", start=16, end=18)
    await stays.wait()
    requests = stays.simulator.requests
    requests.clear()
    stays.calendar.bookings.pop("Eve")
    stays.calendar.bookings["Ada"].summary = "Ada & Bob"
    found = await preview(stays)
    assert not requests
    assert [row["name"] for row in found["renamed"]] == ["Ada & Bob"]
    assert [row["reason_key"] for row in found["deleted"]] == ["missing_once"]
    assert found["deleted"][0]["reason"].endswith(".")
    assert found["deleted"][0]["name"] == "Eve"
    assert found["created"] == found["overlaps"] == []
    assert (found["bookings"], found["excluded"]) == (2, 1)


@pytest.mark.platforms(Platform.SENSOR)
async def test_action_names_what_is_not_possible(stays: Stays) -> None:
    """A lock without room for another code."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.properties["max_active_codes_supported"] = 1
    await stays.entry.runtime_data.async_reconcile()
    stays.book("Ada")
    stays.book("Eve", start=7, end=9)
    await stays.settle()
    found = await preview(stays)
    assert {row["reason_key"] for row in found["not_possible"]} == {"lock_full"}
    assert [row["name"] for row in found["not_possible"]] == ["Ada", "Eve"]
    assert all(row["lock"] for row in found["not_possible"])


@pytest.mark.platforms(Platform.SENSOR)
async def test_action_refuses_what_it_cannot_read(
    stays: Stays, entry: MockConfigEntry, hass: HomeAssistant
) -> None:
    """Other devices, and calendars that fail."""
    with pytest.raises(ServiceValidationError) as refused:
        await preview(stays, "unknown")
    assert refused.value.translation_key == "stays_unknown"
    stays.calendar.error = ValueError("broken")
    with pytest.raises(HomeAssistantError) as failed:
        await preview(stays)
    assert failed.value.translation_key == "calendar_unavailable"


async def test_action_is_for_administrators(
    stays: Stays, hass_read_only_user: MockUser
) -> None:
    """It returns the names of guests."""
    for user_id, error in ((hass_read_only_user.id, Unauthorized), ("x", UnknownUser)):
        with pytest.raises(error):
            await stays.hass.services.async_call(
                DOMAIN,
                "preview_stays",
                {"stays": "any"},
                blocking=True,
                return_response=True,
                context=Context(user_id=user_id),
            )


@pytest.mark.parametrize("step_id", ["user", "reconfigure"])
async def test_every_field_has_texts(stays: Stays, step_id: str) -> None:
    """The forms and the preview fill in all placeholders of their texts."""
    [subentry_id] = stays.entry.subentries
    result = (
        await start(stays)
        if step_id == "user"
        else await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    )
    flow = load_json("translations/en.json")["config_subentries"][SUBENTRY_STAYS]
    texts = flow["step"][step_id]
    schema = result["data_schema"]
    assert schema is not None
    sections = {
        str(key): value.schema.schema
        for key, value in schema.schema.items()
        if isinstance(value, section)
    }
    assert set(texts["data"]) == set(map(str, schema.schema)) - sections.keys()
    assert set(texts["data_description"]) == set(texts["data"])
    assert set(texts["sections"]) == sections.keys()
    for name, fields in sections.items():
        of_section = texts["sections"][name]
        assert of_section["name"]
        assert set(of_section["data"]) == set(map(str, fields))
        assert set(of_section["data_description"]) == set(map(str, fields))
    given = set(result["description_placeholders"] or {})
    assert needed(texts) | needed(flow["error"]) == given
    result = await submit(stays, result, FORM)
    given = set(result["description_placeholders"] or {})
    assert needed(flow["step"]["preview"]) == given


def needed(texts: Any) -> set[str]:
    """Return the placeholders of texts."""
    return set(re.findall(r"\{(\w+)\}", json.dumps(texts)))


def test_reasons_have_texts() -> None:
    """Each reason for what is done or not has a text."""
    texts = load_json("translations/en.json")["selector"]
    states = {f"code_{state}" for state in CodeState}
    works = {"code_active", "code_scheduled", "code_setting"}
    assert texts["stay_reason"]["options"].keys() - states == set(Reason)
    # `code_at_risk` and others.
    assert states - works <= texts["stay_reason"]["options"].keys()
    assert texts["pin_rule"]["options"].keys() == set(PinRule)
