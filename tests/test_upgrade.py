"""Tests that what other versions have stored is safe.

`fixtures` has a folder for each version, with the files that a run of it has stored.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
import copy
from datetime import datetime, timedelta
import json
import logging
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.components.calendar import DATA_COMPONENT
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
    OperationNotAllowed,
)
from homeassistant.const import (
    ATTR_RESTORED,
    CONF_API_KEY,
    CONF_WEBHOOK_ID,
    EVENT_HOMEASSISTANT_FINAL_WRITE,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResult, FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.actions import waiting
from custom_components.seam.const import CONF_ADVANCED, CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import seam_device_id
from custom_components.seam.push import registration
from custom_components.seam.push.registration import CONF_REGISTERED
from custom_components.seam.stays.bookings import digest
from custom_components.seam.stays.settings import SUBENTRY_STAYS
from custom_components.seam.websocket.conversion import async_conversion
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    FRONT_DOOR,
    UNMANAGED_APARTMENT_1_TENANT,
    UNMANAGED_NEIGHBOUR,
    WORKSPACE,
)
from simulator.state import AccessCode, Webhook

from .actions.support import FLAT_1, FRONT, READS
from .clock import START, async_step
from .pins import count_pins
from .states import state_of
from .stays.calendar import BookingCalendar
from .test_repository import load_json

FIXTURES: Final = Path(__file__).parent / "fixtures"
CURRENT: Final = load_json("manifest.json")["version"]
VERSIONS: Final = sorted(path.name for path in FIXTURES.glob("*"))

ENTRIES: Final = "core.config_entries"
DEVICES: Final = "core.device_registry"
ENTITIES: Final = "core.entity_registry"
RESOURCES: Final = "lovelace_resources"
STAYS: Final = f"{DOMAIN}.stays."
CONVERSION: Final = f"{DOMAIN}.conversion."

EXTERNAL: Final = "https://house.example.com"
# The port of the simulator varies.
STORED_URL: Final = "http://127.0.0.1:1"
# Guests by the first and last days of their stays. Our files have digests of the names.
BOOKINGS: Final = {"Ada": (-1, 2), "Eve": (5, 8)}
STAYS_FORM: Final = {
    "calendar": BookingCalendar.entity_id,
    "locks": [APARTMENT_1, FRONT_DOOR],
    "which_bookings": {
        "contains": ["a", "e"],
        "excludes": ["not available"],
        "days_ahead": 60,
    },
    "access_codes": {
        "name_template": "{summary}",
        "pin_rule": "seam",
        "minutes_before": 30,
        "minutes_after": 15,
    },
    "arrival": {"use_backup_codes": True, "arrive_by": "22:00:00"},
}
# What the integration may request by itself.
ALLOWED: Final = READS | {"/webhooks/list", "/workspaces/get"}

type Stored = dict[str, dict[str, Any]]
type Change = Callable[[Stored], object]

pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning"),
    pytest.mark.usefixtures("frozen_clock"),
]


@pytest.fixture(autouse=True)
def _no_deliveries(frozen_clock: None, simulator: Simulator) -> None:
    """Let nothing be sent to the external URL."""
    simulator.backend.events.on_event = None


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for anything, as time does not pass by itself."""
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0, 0))
    monkeypatch.setattr(registration, "_REMOVAL_DELAYS", (0,))


@pytest.fixture
def load_registries() -> bool:
    """Leave it to the tests to load the registries from what is stored."""
    return False


def read(version: str) -> Stored:
    """Return the files of a version by their names."""
    return {
        path.name: json.loads(path.read_text())
        for path in (FIXTURES / version).iterdir()
    }


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """Return a version, of each that has stored something."""
    name: str = request.param
    return name


@pytest.fixture
def stored(version: str, simulator: Simulator, hass_storage: dict[str, Any]) -> Stored:
    """Store what the version has stored, and put what it made into the simulator."""
    files: Stored = json.loads(
        json.dumps(read(version)).replace(STORED_URL, simulator.url)
    )
    [entry] = files[ENTRIES]["data"]["entries"]
    webhook = entry["data"][CONF_REGISTERED]
    add_webhook(simulator, webhook["webhook_id"], webhook["url"], webhook["secret"])
    made = files[STAYS + entry["entry_id"]]["data"]
    for subentry in entry["subentries"]:
        for row in made[subentry["subentry_id"]]:
            add_code(simulator, row)
    hass_storage |= files
    return hass_storage


def add_webhook(simulator: Simulator, *fields: str) -> None:
    """Add a webhook to the first workspace."""
    webhook_id, url, secret = fields
    simulator.state.webhooks[webhook_id] = Webhook(
        webhook_id, WORKSPACE, url, ["*"], secret
    )


def add_code(simulator: Simulator, link: dict[str, Any]) -> None:
    """Add a code that was made for a stay."""
    asked = link["asked"]
    [name] = [name for name in BOOKINGS if digest(name) == asked["name"]]
    simulator.backend.codes.adopt(
        AccessCode(
            access_code_id=link["code_id"],
            device_id=link["device_id"],
            workspace_id=WORKSPACE,
            name=name,
            code=simulator.backend.ids.digits(6),
            created_at=START,
            starts_at=datetime.fromisoformat(asked["starts_at"]),
            ends_at=datetime.fromisoformat(asked["ends_at"]),
            status="unset",
        )
    )


@pytest.fixture
async def calendar() -> AsyncIterator[BookingCalendar]:
    """Return a calendar, which `load` sets up."""
    entity = BookingCalendar()
    yield entity
    if entity.hass is not None:
        await entity.async_remove()


async def load(hass: HomeAssistant, calendar: BookingCalendar) -> None:
    """Load what is stored, as a start does, and set up the calendar with bookings."""
    await async_load_base_functionality(hass)
    await hass.config.async_update(external_url=EXTERNAL)
    for component in ("calendar", "frontend"):
        assert await async_setup_component(hass, component, {})
    await hass.data[DATA_COMPONENT].async_add_entities([calendar])
    for name, (start, end) in BOOKINGS.items():
        days = (timedelta(days=day) for day in (start, end))
        calendar.book(digest(name), *(START + day for day in days), summary=name)


async def set_up(hass: HomeAssistant) -> ConfigEntry:
    """Set up the integration with its stored entry, and return the entry."""
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done(wait_background_tasks=True)
    [entry] = hass.config_entries.async_entries(DOMAIN)
    return entry


async def save(hass: HomeAssistant) -> None:
    """Write what is stored later, as at the end of a run."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()


def writes(simulator: Simulator) -> list[tuple[str, str | None]]:
    """Return all requests that may change something, with what they delete."""
    return [
        (request.path, request.body.get("webhook_id"))
        for request in simulator.requests
        if request.path not in ALLOWED
    ]


def check_created(flow: FlowResult[Any, Any]) -> None:
    """Check that a flow has created something."""
    assert flow["type"] is FlowResultType.CREATE_ENTRY, flow


async def add_stays(hass: HomeAssistant, entry_id: str) -> None:
    """Add stays with all settings."""
    flows = hass.config_entries.subentries
    step = await flows.async_init(
        (entry_id, SUBENTRY_STAYS), context={"source": SOURCE_USER}
    )
    for user_input in (STAYS_FORM, {}):
        step = await flows.async_configure(step["flow_id"], user_input)
    check_created(step)
    await hass.async_block_till_done(wait_background_tasks=True)


def registered(hass: HomeAssistant) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Return entity and device IDs by the platforms and unique IDs of entities."""
    return {
        (entity.domain, entity.unique_id): (entity.entity_id, entity.device_id)
        for entity in er.async_get(hass).entities.values()
        if entity.platform == DOMAIN
    }


def device_ids(hass: HomeAssistant) -> dict[str, str | None]:
    """Return Seam's IDs of devices by those of Home Assistant."""
    return {device.id: seam_device_id(device) for device in dr.async_get(hass).devices}


def newer_minor_version(stored: Stored) -> None:
    """Make the entry one of a newer version that older ones can read."""
    [entry] = stored[ENTRIES]["data"]["entries"]
    entry["minor_version"] += 1
    # What may be added without a new major version.
    for settings in (entry["data"], entry["options"], entry["subentries"][0]["data"]):
        settings["new"] = "value"
    entry["subentries"].append(
        {
            "data": {"new": "value"},
            "subentry_id": "01M7W4N5E00000000000000000",
            "subentry_type": "new",
            "title": "New",
            "unique_id": None,
        }
    )


def newer_major_version(stored: Stored) -> None:
    """Make the entry one of a newer version that older ones cannot read."""
    [entry] = stored[ENTRIES]["data"]["entries"]
    entry["version"] += 1
    entry["options"] = {"all": "new"}


def newer_file(stored: Stored, prefix: str) -> str:
    """Make it one of a newer version, and return its name."""
    [key] = (key for key in stored if key.startswith(prefix))
    stored[key] |= {"version": stored[key]["version"] + 1, "data": {"all": "new"}}
    return key


CHANGES: Final[dict[str, Change]] = {
    "same version": lambda stored: None,
    "newer minor version": newer_minor_version,
    "newer major version": newer_major_version,
    "newer stays": lambda stored: newer_file(stored, STAYS),
    "newer conversion": lambda stored: newer_file(stored, CONVERSION),
}


def orphaned(hass: HomeAssistant) -> set[str]:
    """Return the enabled entities of our entry that nothing provides."""
    return {
        entity.entity_id
        for entity in er.async_get(hass).entities.values()
        if entity.platform == DOMAIN
        and not entity.disabled
        and (
            (state := hass.states.get(entity.entity_id)) is None
            or ATTR_RESTORED in state.attributes
        )
    }


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the logged errors."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR
    ]


async def test_everything_is_loaded(
    hass: HomeAssistant,
    stored: Stored,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    calendar: BookingCalendar,
    version: str,
) -> None:
    """Entities, devices, options, and stays are the same, and none is orphaned."""
    [before] = copy.deepcopy(stored[ENTRIES]["data"]["entries"])
    await load(hass, calendar)
    entities_before = registered(hass)
    devices_before = device_ids(hass)
    assert len(entities_before) > 100

    entry = await set_up(hass)
    await async_step(hass, freezer, simulator, timedelta(minutes=16))

    assert entry.state is ConfigEntryState.LOADED
    entities = registered(hass)
    assert entities_before.items() <= entities.items()
    assert device_ids(hass) == devices_before
    assert orphaned(hass) == set()
    after = entry.as_dict()
    for part in ("data", "options", "subentries", "title", "unique_id"):
        assert after[part] == before[part], part

    assert state_of(hass, "sensor.bookings_next_arrival") == "2026-11-25T09:00:00+00:00"
    await save(hass)
    assert stored[STAYS + entry.entry_id] == read(version)[STAYS + entry.entry_id]
    [resource] = stored[RESOURCES]["data"]["items"]
    assert resource["url"] == f"/seam_frontend/{CURRENT}/seam.js"


@pytest.mark.parametrize("version", VERSIONS[-1:], indirect=True)
async def test_newer_minor_version_is_loaded(
    hass: HomeAssistant, stored: Stored, calendar: BookingCalendar
) -> None:
    """Nothing of what is unknown gets lost before the next upgrade."""
    newer_minor_version(stored)
    [before] = copy.deepcopy(stored[ENTRIES]["data"]["entries"])
    await load(hass, calendar)
    entry = await set_up(hass)
    assert entry.state is ConfigEntryState.LOADED
    assert orphaned(hass) == set()
    await add_stays(hass, entry.entry_id)
    await save(hass)
    [after] = stored[ENTRIES]["data"]["entries"]
    assert after["subentries"].pop()["title"] == "Bookings"
    for part in ("data", "options", "subentries", "version", "minor_version"):
        assert after[part] == before[part], part


@pytest.mark.parametrize("version", VERSIONS[-1:], indirect=True)
async def test_newer_major_version_is_refused(
    hass: HomeAssistant,
    stored: Stored,
    calendar: BookingCalendar,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is not touched, and the log says why."""
    newer_major_version(stored)
    before = copy.deepcopy(stored)
    await load(hass, calendar)
    entities = registered(hass)
    entry = await set_up(hass)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    [error] = errors(caplog)
    assert "has version 2 which is higher than the current version 1" in error
    assert not simulator.requests
    await save(hass)
    for key, content in before.items():
        if key == ENTRIES or key.startswith(f"{DOMAIN}."):
            assert stored[key] == content, key
    assert registered(hass) == entities


@pytest.mark.parametrize("version", VERSIONS[-1:], indirect=True)
async def test_newer_stays_are_not_set_up(
    hass: HomeAssistant,
    stored: Stored,
    calendar: BookingCalendar,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Their codes stay as they are, and the locks work."""
    key = newer_file(stored, STAYS)
    before = copy.deepcopy(stored[key])
    await load(hass, calendar)
    entry = await set_up(hass)
    calendar.bookings.clear()
    for _ in range(3):
        await async_step(hass, freezer, simulator, timedelta(minutes=16))
    assert entry.state is ConfigEntryState.LOADED
    [error] = errors(caplog)
    assert error == (
        f"Could not set up stays because a newer version of the integration has saved"
        f" {hass.config.path(STORAGE_DIR, key)}, which lists their access codes. Update"
        " the integration, or restore the file from a backup"
    )
    assert writes(simulator) == []
    [subentry_id] = entry.subentries
    assert orphaned(hass) == {
        entity.entity_id
        for entity in er.async_get(hass).entities.values()
        if entity.config_subentry_id == subentry_id
    }
    await save(hass)
    assert stored[key] == before


@pytest.mark.parametrize("version", VERSIONS[-1:], indirect=True)
async def test_newer_conversion_is_not_shown(
    hass: HomeAssistant,
    stored: Stored,
    calendar: BookingCalendar,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The report of a newer version is kept until the next conversion."""
    key = newer_file(stored, CONVERSION)
    before = copy.deepcopy(stored[key])
    await load(hass, calendar)
    entry = await set_up(hass)
    assert entry.state is ConfigEntryState.LOADED
    assert orphaned(hass) == set()
    assert (
        "Could not load the report from the last conversion because a newer version of"
        " the integration has saved it"
    ) in caplog.text
    assert async_conversion(hass, entry) is None
    await save(hass)
    assert stored[key] == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_only_removal_of_webhook_is_sent(
    hass: HomeAssistant,
    stored: Stored,
    calendar: BookingCalendar,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    change: Change,
) -> None:
    """Whichever version starts, restarts, and is removed, the codes stay as they are."""
    add_webhook(simulator, "other", EXTERNAL, "whsec_")
    codes = copy.deepcopy(simulator.state.access_codes)
    change(stored)
    await load(hass, calendar)
    entry = await set_up(hass)
    await async_step(hass, freezer, simulator, timedelta(minutes=16))
    # An entry that is refused cannot be reloaded.
    with suppress(OperationNotAllowed):
        await hass.config_entries.async_reload(entry.entry_id)
        for reason in (ConfigEntryDisabler.USER, None):
            await hass.config_entries.async_set_disabled_by(entry.entry_id, reason)
    await async_step(hass, freezer, simulator, timedelta(minutes=16))
    assert writes(simulator) == []

    await hass.config_entries.async_remove(entry.entry_id)
    # Home Assistant cleans up its registries later.
    for _ in range(2):
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
    [(path, webhook_id)] = writes(simulator)
    assert path == "/webhooks/delete"
    assert webhook_id == entry.data[CONF_REGISTERED]["webhook_id"]
    assert [*simulator.state.webhooks] == ["other"]
    assert {*simulator.state.access_codes} == {*codes}
    await save(hass)
    assert not [key for key in stored if key.startswith(f"{DOMAIN}.")]
    assert stored[RESOURCES]["data"]["items"] == []
    for key, content in stored.items():
        text = json.dumps(content)
        assert simulator.key not in text, key
        assert entry.data[CONF_WEBHOOK_ID] not in text, key


# Making the files


async def _set_up_everything(
    hass: HomeAssistant, simulator: Simulator, client: WebSocketGenerator
) -> str:
    """Use all that stores something, and return the ID of the entry."""
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"],
        {
            CONF_API_KEY: simulator.key,
            CONF_ADVANCED: {CONF_ENDPOINT: simulator.url},
        },
    )
    check_created(flow)
    await hass.async_block_till_done(wait_background_tasks=True)
    [entry] = hass.config_entries.async_entries(DOMAIN)

    options = hass.config_entries.options
    form = await options.async_init(entry.entry_id)
    check_created(
        await options.async_configure(
            form["flow_id"],
            {
                "code_sensors": True,
                "webhook": True,
                "panel": True,
                "check_in": "16:00:00",
                "check_out": "10:00:00",
            },
        )
    )
    await hass.async_block_till_done(wait_background_tasks=True)

    await add_stays(hass, entry.entry_id)
    registry = er.async_get(hass)
    registry.async_update_entity(
        "sensor.apartment_1_battery", disabled_by=er.RegistryEntryDisabler.USER
    )
    registry.async_update_entity(
        "sensor.apartment_2_battery", new_entity_id="sensor.renamed", name="Cells"
    )
    simulator.control.fail_next_conversion()
    socket = await client(hass)
    await socket.send_json_auto_id(
        {
            "type": "seam/conversion/start",
            "entity_ids": [FRONT, FLAT_1],
            "access_code_ids": [UNMANAGED_NEIGHBOUR, UNMANAGED_APARTMENT_1_TENANT],
        }
    )
    assert (await socket.receive_json())["success"]
    used = next(
        code.access_code_id
        for code in simulator.state.access_codes.values()
        if code.name == "Ada"
    )
    simulator.control.use_code(used)
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry.entry_id


async def test_this_version_has_stored_files(
    hass: HomeAssistant,
    simulator: Simulator,
    calendar: BookingCalendar,
    hass_ws_client: WebSocketGenerator,
    hass_storage: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    """They are made with `--snapshot-update`, and never change afterwards."""
    await load(hass, calendar)
    entry_id = await _set_up_everything(hass, simulator, hass_ws_client)
    await save(hass)
    made = {
        key: json.dumps(value, indent=2).replace(simulator.url, STORED_URL) + "\n"
        for key, value in hass_storage.items()
        if key in (ENTRIES, DEVICES, ENTITIES, RESOURCES)
        or key.startswith(f"{DOMAIN}.")
    }
    kinds = {name.removesuffix(entry_id) for name in made}
    assert kinds == {ENTRIES, DEVICES, ENTITIES, RESOURCES, STAYS, CONVERSION}
    assert count_pins("\n".join(made.values()), simulator.state) == 0
    folder = FIXTURES / CURRENT
    if request.config.option.update_snapshots and not folder.exists():
        folder.mkdir(parents=True)
        for key, text in made.items():
            (folder / key).write_text(text)
    assert folder.exists(), "Add the option --snapshot-update, and commit the files"
