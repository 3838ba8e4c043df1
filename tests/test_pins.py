"""Test that everyday use leaves no PIN anywhere."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
import json
import logging
from pathlib import Path
import re
import sqlite3
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.calendar import DATA_COMPONENT
from homeassistant.components.recorder import Recorder
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import (
    ATTR_DOMAIN,
    ATTR_SERVICE,
    EVENT_CALL_SERVICE,
    EVENT_LOGGING_CHANGED,
    MATCH_ALL,
    SERVICE_TURN_OFF,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    CLIENT_ID,
    MockConfigEntry,
    async_mock_service,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.seam.actions import waiting
from custom_components.seam.const import DOMAIN
from custom_components.seam.stays.settings import (
    CONF_CALENDAR,
    CONF_LOCKS,
    SUBENTRY_STAYS,
)
from simulator import Simulator
from simulator.seed import APARTMENT_1, CODE_CLEANER, FRONT_DOOR, GARDEN_HOUSE, LOCKS

from .blueprints import BLUEPRINTS, import_blueprints
from .clock import START, async_step
from .documentation import PAGES, examples, parsed
from .stays.calendar import BookingCalendar

pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning"),
    pytest.mark.usefixtures("frozen_clock"),
]

# The only PIN that an example passes to an action. Longer ones are found without doubt.
IN_EXAMPLE: Final = "4821"
PASSED: Final = "58473629"
# The actions to which PINs are passed: by that example, and by a blueprint.
PASSING: Final = {"seam.simulate_unmanaged_access_code", "notify.guest"}
# These loggers quote action calls.
LOGGERS_OF_CALLS: Final = {
    "homeassistant.core",
    "homeassistant.components.recorder.core",
}
LOGGED_CALL: Final = re.compile(
    r"[\w: ]+<Event call_service\[L\]: domain=(\w+), service=(\w+)"
)
COMPONENTS: Final = (
    *("calendar", "config", "diagnostics", "history", "homeassistant", "logbook"),
    *("persistent_notification", "repairs", "system_health", "trace"),
)


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Put the blueprints into a folder of the test."""
    import_blueprints(hass_tmp_config_dir)
    return hass_tmp_config_dir


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Commit rarely, which is faster."""
    return {"commit_interval": 600}


@pytest.fixture
def recorder_db_url(database: Path, hass_fixture_setup: list[bool]) -> str:
    """Use a database file."""
    assert not hass_fixture_setup
    return f"sqlite:///{database}"


@pytest.fixture
async def hass_access_token(hass: HomeAssistant, hass_admin_user: User) -> str:
    """Return a token that is valid as long as the test."""
    token = await hass.auth.async_create_refresh_token(
        hass_admin_user, CLIENT_ID, access_token_expiration=timedelta(days=9)
    )
    return hass.auth.async_create_access_token(token)


@pytest.fixture
def pins(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Let all PINs have eight digits, and return a set that collects them."""
    pins: set[str] = set()
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0, 0))
    for device in simulator.state.devices.values():
        device.properties |= {"supported_code_lengths": [8], "code_constraints": []}
    # An example reports them.
    del simulator.state.devices[GARDEN_HOUSE].properties["supported_code_lengths"]
    numbers = count(48_271_395, 1_117)
    for code in simulator.state.access_codes.values():
        if code.code is not None:
            code.code = str(next(numbers))
            pins.add(code.code)
    digits = simulator.backend.ids.digits

    def noted(length: int) -> str:
        pin = digits(length)
        pins.add(pin)
        return pin

    monkeypatch.setattr(simulator.backend.ids, "digits", noted)
    return pins


@pytest.fixture
def entry(entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry with stays and a sensor for each code."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=entry.title,
        unique_id=entry.unique_id,
        data=entry.data,
        options={"code_sensors": True},
        subentries_data=[
            ConfigSubentryData(
                data={
                    CONF_CALENDAR: BookingCalendar.entity_id,
                    CONF_LOCKS: [FRONT_DOOR, APARTMENT_1],
                },
                subentry_type=SUBENTRY_STAYS,
                title="Bookings",
                unique_id=None,
            )
        ],
    )


def automations(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the automations in the documentation, and one of each blueprint."""
    found = [
        {"id": f"example_{number}", "mode": "queued", **parsed(example)}
        for number, example in enumerate(
            example for page in PAGES for example in examples(page, "triggers:\n")
        )
    ]
    assert len(found) > 7
    devices = [
        device.id
        for device in dr.async_get(hass).devices
        if device.identifiers & {(DOMAIN, device_id) for device_id in LOCKS}
    ]
    inputs: dict[str, dict[str, Any]] = {
        "cleaner": {"locks": devices},
        "message_to_guest": {
            "locks": devices,
            "notification": [
                {"action": "notify.guest", "data": {"message": "{{ message }}"}}
            ],
        },
    }
    return found + [
        {
            "id": path.stem,
            "use_blueprint": {
                "path": f"ha-seam/{path.name}",
                "input": inputs.get(path.stem, {}),
            },
        }
        for path in BLUEPRINTS
    ]


def scripts(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return the examples of actions as scripts."""
    [subentry_id] = entry.subentries
    stays = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, subentry_id), entry.entry_id
    )
    assert stays
    found: dict[str, Any] = {}
    for page in PAGES:
        for example in examples(page, "action: seam."):
            text = re.sub(r'"20\d\d-', f'"{START.year + 1}-', example)
            text = re.sub(r"(?<=stays: )\w{32}", stays.id, text)
            content = parsed(text.replace(IN_EXAMPLE, PASSED))
            if "sequence" not in content:
                content = {"sequence": [content]}
            found[f"example_{len(found)}"] = content
    assert len(found) > 16
    return found


class Events:
    """All events on the bus; action calls by their actions."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start to collect."""
        self.texts: list[str] = []
        self.calls: list[tuple[str, str]] = []
        hass.bus.async_listen(MATCH_ALL, self._collect)

    @callback
    def _collect(self, event: Event) -> None:
        text = json.dumps(event.as_dict(), cls=JSONEncoder)
        if event.event_type == EVENT_CALL_SERVICE:
            action = f"{event.data[ATTR_DOMAIN]}.{event.data[ATTR_SERVICE]}"
            self.calls.append((action, text))
        else:
            self.texts.append(text)


def logged(records: Iterable[logging.LogRecord]) -> Iterator[tuple[str, str]]:
    """Yield what was logged, with the action if it is a logged action call."""
    for record in records:
        text = f"{record.getMessage()} {record.exc_text or ''}"
        call = record.name in LOGGERS_OF_CALLS and LOGGED_CALL.match(text)
        yield ".".join(call.groups()) if call else "", text


def recorded(database: Path) -> tuple[list[tuple[str, str]], str]:
    """Return the recorded action calls by actions, and all the rest of the database."""
    copy = database.with_suffix(".copy")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    with closing(sqlite3.connect(copy)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT event_data.data_id, shared_data FROM events"
            " JOIN event_types USING (event_type_id) JOIN event_data USING (data_id)"
            " WHERE event_types.event_type = ?",
            [EVENT_CALL_SERVICE],
        ).fetchall()
        connection.executemany(
            "DELETE FROM event_data WHERE data_id = ?", [[row[0]] for row in rows]
        )
        connection.commit()
        connection.execute("VACUUM")
    calls = [(json.loads(text), text) for _, text in rows]
    return (
        [(f"{call['domain']}.{call['service']}", text) for call, text in calls],
        copy.read_bytes().decode("latin-1"),
    )


async def answers(
    hass: HomeAssistant, client: ClientSessionGenerator, ws_client: WebSocketGenerator
) -> dict[str, list[str]]:
    """Return traces, notifications, and diagnostics."""
    socket = await ws_client(hass)

    async def ask(command: str, **fields: Any) -> Any:
        await socket.send_json_auto_id({"type": command, **fields})
        answer = await socket.receive_json()
        assert answer["success"], answer
        return answer.get("result")

    traces = [
        json.dumps(
            await ask(
                "trace/get",
                domain=domain,
                item_id=trace["item_id"],
                run_id=trace["run_id"],
            )
        )
        for domain in ("automation", "script")
        for trace in await ask("trace/list", domain=domain)
    ]
    [entry] = hass.config_entries.async_entries(DOMAIN)
    return {
        "traces": traces,
        "notifications": [json.dumps(await ask("persistent_notification/get"))],
        "diagnostics": [
            json.dumps(await get_diagnostics_for_config_entry(hass, client, entry)),
            *[
                json.dumps(
                    await get_diagnostics_for_device(hass, client, entry, device)
                )
                for device in dr.async_get(hass).devices
            ],
        ],
    }


@pytest.fixture
async def calendar(hass: HomeAssistant) -> AsyncIterator[BookingCalendar]:
    """Set up a calendar of bookings, and all that shows or stores something."""
    for component in COMPONENTS:
        assert await async_setup_component(hass, component, {})
    for action in (
        *("notify.guest", "notify.notify", "climate.turn_on"),
        "alarm_control_panel.alarm_arm_night",
    ):
        async_mock_service(hass, *action.split("."))
    entity = BookingCalendar()
    await hass.data[DATA_COMPONENT].async_add_entities([entity])
    yield entity
    await hass.services.async_call(
        "automation", SERVICE_TURN_OFF, {"entity_id": "all"}, blocking=True
    )
    await entity.async_remove()


async def test_everyday_use_leaves_no_pin(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    simulator: Simulator,
    pins: set[str],
    entry: MockConfigEntry,
    calendar: BookingCalendar,
    database: Path,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """All examples and blueprints and a stay are used, with debug logging."""
    # It logs what is written to the database, which is searched itself.
    caplog.set_level(logging.WARNING, "homeassistant.components.recorder.pool")
    caplog.set_level(logging.DEBUG)
    hass.bus.async_fire(EVENT_LOGGING_CHANGED)
    events = Events(hass)
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done(wait_background_tasks=True)
    examples = scripts(hass, entry)
    assert await async_setup_component(
        hass, "automation", {"automation": automations(hass)}
    )
    assert await async_setup_component(hass, "script", {"script": examples})
    await hass.async_block_till_done()

    async def wait(**step: float) -> None:
        await async_step(hass, freezer, simulator, timedelta(**step))

    await run_examples(hass, entry, simulator, examples, wait)
    await live_stay(simulator, calendar, wait)

    pins |= {code.code for code in simulator.state.access_codes.values() if code.code}
    assert len(pins) > 40
    await async_wait_recording_done(hass)
    calls, database_without_calls = await hass.async_add_executor_job(
        recorded, database
    )
    calls += events.calls
    logs = [*logged(caplog.records)]
    places = {
        "events": events.texts,
        "states": [str(state.as_dict()) for state in hass.states.async_all()],
        "log": [text for action, text in logs if not action],
        "database": [database_without_calls],
        "storage": [json.dumps(stored) for stored in hass_storage.values()],
        **await answers(hass, hass_client, hass_ws_client),
    }
    assert all(places.values()), {place for place, texts in places.items() if not texts}
    assert {
        place: found
        for place, texts in places.items()
        if (found := [hidden(text, pins) for text in texts if found_in(text, pins)])
    } == {}
    # What users pass to actions, as the documentation says
    for passed in (calls, logs):
        assert {action for action, text in passed if found_in(text, pins)} == PASSING
    assert {
        pin
        for action, text in calls
        if action == "seam.simulate_unmanaged_access_code"
        for pin in found_in(text, pins)
    } == {PASSED}


def found_in(text: str, pins: set[str]) -> set[str]:
    """Return the PINs in a text."""
    return {pin for pin in pins if pin in text}


def hidden(text: str, pins: set[str]) -> str:
    """Return what is around a PIN in a text, without PINs."""
    start = min(text.index(pin) for pin in found_in(text, pins))
    for pin in pins:
        text = text.replace(pin, "PIN")
    return text[max(0, start - 200) : start + 100]


async def run_examples(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    examples: dict[str, Any],
    wait: Callable[..., Awaitable[None]],
) -> None:
    """Run all examples of actions, with a code for a guest."""
    for name, content in examples.items():
        for code in simulator.state.access_codes.values():
            if code.name == "Guest":
                code.name = f"Guest before {name}"
        [example] = content["sequence"]
        if example["action"] != "seam.schedule_access_code":
            await entry.runtime_data.client.create_access_code(
                FRONT_DOOR,
                name="Guest",
                starts_at=dt_util.utcnow(),
                ends_at=dt_util.utcnow() + timedelta(days=5),
                use_backup_access_code_pool=True,
            )
        await wait(minutes=1)
        await entry.runtime_data.async_reconcile()
        await hass.services.async_call("script", name, blocking=True)


async def live_stay(
    simulator: Simulator,
    calendar: BookingCalendar,
    wait: Callable[..., Awaitable[None]],
) -> None:
    """Let a guest book, arrive, and leave, another one cancel, and locks be used."""
    control, state = simulator.control, simulator.state
    start = dt_util.utcnow() + timedelta(hours=1)
    calendar.book("Ada", start, start + timedelta(hours=6))
    calendar.book("Eve", start + timedelta(days=1), start + timedelta(days=2))
    await wait(minutes=1)
    codes = [code for code in state.access_codes.values() if code.name == "Ada"]
    assert {code.device_id for code in codes} == {FRONT_DOOR, APARTMENT_1}
    for code in codes:
        control.code_error(
            code.access_code_id, "failed_to_set_on_device", f"PIN {code.code}"
        )
    calendar.cancel("Eve")
    await wait(hours=1.5)
    for code in codes:
        control.clear_code_problems(code.access_code_id)
        control.use_code(code.access_code_id)
        control.enter_code(code.device_id, code.code or "")
    control.deny_access(FRONT_DOOR, code=CODE_CLEANER)
    control.use_code(CODE_CLEANER)
    # Otherwise, the automation would wait for the end of the visit.
    simulator.backend.events.lock(
        "locked",
        state.devices[FRONT_DOOR],
        access_code_id=CODE_CLEANER,
        method="keycode",
    )
    control.add_unmanaged_code("Front Door", "Unknown", "28461739")
    for hours in (0, 6, 6):
        await wait(hours=hours)
    assert all(code.has_expired(dt_util.utcnow()) for code in codes)
    assert "Eve" not in {code.name for code in state.access_codes.values()}
