"""Test that PINs and keys are only in the answers that are meant for them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta
from itertools import count
import json
import logging
from pathlib import Path
import re
from types import MappingProxyType
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.calendar import (
    DATA_COMPONENT,
    DOMAIN as CALENDAR_DOMAIN,
    SERVICE_GET_EVENTS,
)
from homeassistant.components.logbook import async_log_entry
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_API_KEY, EVENT_CALL_SERVICE, MATCH_ALL
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
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

from custom_components.seam import issues
from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.stays.settings import (
    CONF_CALENDAR,
    CONF_LOCKS,
    SUBENTRY_STAYS,
)
from custom_components.seam.trigger import TRIGGERS
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    CODE_APARTMENT_1_CLEANER,
    CODE_APARTMENT_1_GUEST,
    CODE_APARTMENT_2_CLEANER,
    CODE_CLEANER,
    CODE_HANDYMAN,
    CODE_OFFICE_TEAM,
    CODE_OWNER,
    CODE_RESIDENTS,
    FRONT_DOOR,
    KEY,
    KEY_TWO,
    UNMANAGED_APARTMENT_1_TENANT,
    UNMANAGED_BIKE_COURIER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
    WORKSPACE_TWO,
    WORKSPACE_TWO_NAME,
)
from tests.actions.support import with_times
from tests.stays.calendar import BookingCalendar

# Home Assistant's web server uses keys that aiohttp warns about.
pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)

FRONT = "lock.front_door"
FLAT_1 = "lock.apartment_1"
FLAT_2 = "lock.apartment_2"
KEYPAD = "lock.bike_room_keypad"
GARDEN = "lock.garden_house"
OFFICE = "lock.office_door"

# Long PINs are not part of other numbers by chance.
PLANTED = "584736291"
OWN_PIN = "746291583"
OWN_PIN_OF_SEVERAL = "629158374"
OWN_PIN_REFUSED = "915837462"
COMPONENTS = (
    *("calendar", "config", "diagnostics", "history", "logbook", "repairs"),
    "system_health",
)
# It fires events with the trigger variables.
TRIGGERED_BY_ALL = {
    "triggers": [{"trigger": f"{DOMAIN}.{trigger}"} for trigger in TRIGGERS],
    "actions": [{"event": "triggered", "event_data": {"trigger": "{{ trigger }}"}}],
    "mode": "queued",
    "max": 1000,
}
PASSED_PINS = {OWN_PIN, OWN_PIN_OF_SEVERAL, OWN_PIN_REFUSED}


@pytest.fixture
def recorder_db_url(database: Path, hass_fixture_setup: list[bool]) -> str:
    """Use a database file."""
    assert not hass_fixture_setup
    return f"sqlite:///{database}"


@pytest.fixture
def pins() -> set[str]:
    """Return a set that collects all PINs of the simulator."""
    return set()


@pytest.fixture
async def simulator(pins: set[str]) -> AsyncIterator[Simulator]:
    """Return the small rental with long PINs, which all its texts quote."""
    running = Simulator(speed=60)
    world = running.state
    for device in world.devices.values():
        device.properties |= {"supported_code_lengths": [9], "code_constraints": []}
    numbers = count(482_713_951, 1_117)
    for code in world.access_codes.values():
        if code.code is not None:
            code.code = str(next(numbers))
            pins.add(code.code)
    # Summer guest and Handyman have the same PIN.
    twice = _pin(running, UNMANAGED_OLD_GUEST)
    handyman = world.access_codes[CODE_HANDYMAN]
    handyman.code = twice
    handyman.errors[0]["message"] = f"Twice: {_spellings(twice)}"

    digits = running.backend.ids.digits

    def noted(length: int) -> str:
        pin = digits(length)
        pins.add(pin)
        return pin

    running.backend.ids.digits = noted  # type: ignore[method-assign]  # Collect every PIN.

    control = running.control
    for code_id in (CODE_CLEANER, CODE_OWNER, CODE_RESIDENTS, UNMANAGED_NEIGHBOUR):
        pin = _pin(running, code_id)
        control.code_error(
            code_id,
            "failed_to_set_on_device",
            f"PIN {pin} ({pin}) refused with {KEY}.\n{KEY[:9]}\n {KEY[9:]}",
        )
        control.code_error(code_id, f"pin_{pin}_in_use", _spellings(pin))
        control.code_warning(
            code_id, "code_modified_external_to_seam", f"from '{pin}' to #{pin}"
        )
        control.code_warning(code_id, f"taken:{'-'.join(pin)}", _spellings(pin))
    # A text may quote the PIN of another code.
    control.code_warning(CODE_OWNER, "unknown", f"like {_pin(running, CODE_CLEANER)}")
    control.device_error(
        "Front Door", "hub_disconnected", f"on {_pin(running, CODE_OWNER)}"
    )
    control.device_warning(
        "Front Door", "unknown", _spellings(_pin(running, CODE_OWNER))
    )
    world.access_codes[
        UNMANAGED_NEIGHBOUR
    ].name = f"Neighbour {_pin(running, UNMANAGED_NEIGHBOUR)}"
    world.access_codes[UNMANAGED_BIKE_COURIER].name = _pin(
        running, UNMANAGED_BIKE_COURIER
    )
    guest = world.access_codes[CODE_APARTMENT_1_GUEST]
    guest.name = f"Guest {_spellings(_pin(running, CODE_APARTMENT_1_GUEST))}"
    await running.start()
    yield running
    await running.stop()


@pytest.fixture(autouse=True)
def _no_grace_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Create issues at once."""
    monkeypatch.setattr(issues, "GRACE", timedelta(0))


def _spellings(pin: str) -> str:
    """Return the ways in which a text may spell a PIN."""
    signs = [*" -._/:\u00a0\u2013\u200b", "\n", "\r\n   "]
    ways = [sign.join(pin) for sign in signs]
    ways += [f"{pin[:2]}-{pin[2:]}", f"{pin[:3]} {pin[3:6]} {pin[6:]}"]
    return ", ".join([*ways, f"#{pin}#", f"code:{pin}", f"pin_{pin}_in_use"])


def _pin(simulator: Simulator, access_code_id: str) -> str:
    """Return the PIN of a code."""
    pin = simulator.state.access_codes[access_code_id].code
    assert pin is not None
    return pin


def _error_texts(err: BaseException | None) -> Iterator[str]:
    """Yield all texts of an error and its causes."""
    seen: set[int] = set()
    pending = [err]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield from (str(one), repr(one), repr(one.args), repr(vars(one)))
        pending += [one.__cause__, one.__context__]


class Instance:
    """Use a Home Assistant and collect what it exposes."""

    def __init__(self, hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
        """Initialize the collections."""
        self.hass = hass
        self.caplog = caplog
        self.bus: list[str] = []
        self.recorded_calls: list[str] = []
        self.errors: list[str] = []
        self.lists: list[str] = []
        self.repairs: list[str] = []
        self.states: list[str] = []
        hass.bus.async_listen(MATCH_ALL, self._collect_event)

    def _collect_event(self, event: Event) -> None:
        text = json.dumps(event.as_dict(), cls=JSONEncoder)
        calls = event.event_type == EVENT_CALL_SERVICE
        (self.recorded_calls if calls else self.bus).append(text)

    async def call(
        self, action: str, entity_id: str | list[str], domain: str = DOMAIN, **data: Any
    ) -> dict[str, Any]:
        """Return the answer of an action, and collect what it exposes."""
        answers = domain == DOMAIN
        try:
            answer = await self.hass.services.async_call(
                domain,
                action,
                {"entity_id": entity_id, **with_times(action, data)},
                blocking=True,
                return_response=answers,
            )
        except HomeAssistantError as err:
            self.errors += _error_texts(err)
            return {}
        self.collect_states()
        if action in {"get_access", "get_access_codes"}:
            self.lists.append(json.dumps(answer))
        return dict(answer or {})

    async def repair(self, client: TestClient, **choices: Any) -> dict[str, Any]:
        """Start or continue a repair flow, and collect its dialog."""
        flow = choices.pop("flow_id", None)
        path = "/api/repairs/issues/fix" + (f"/{flow}" if flow else "")
        response = await client.post(path, json=choices)
        self.repairs.append(await response.text())
        assert response.ok, self.repairs[-1]
        answer: dict[str, Any] = json.loads(self.repairs[-1])
        return answer

    async def repair_all(self, client: TestClient) -> None:
        """Start all repair flows."""
        for issue in list(ir.async_get(self.hass).issues.values()):
            if issue.is_fixable:
                await self.repair(client, handler=DOMAIN, issue_id=issue.issue_id)

    async def calendars(self) -> str:
        """Return all calendar events."""
        answer = await self.hass.services.async_call(
            CALENDAR_DOMAIN,
            SERVICE_GET_EVENTS,
            {
                "entity_id": self.hass.states.async_entity_ids(CALENDAR_DOMAIN),
                "start_date_time": dt_util.utcnow() - timedelta(days=900),
                "end_date_time": dt_util.utcnow() + timedelta(days=900),
            },
            blocking=True,
            return_response=True,
        )
        return json.dumps(answer, cls=JSONEncoder)

    async def health(self) -> str:
        """Return the system health information."""
        info = await get_system_health_info(self.hass, DOMAIN)
        return json.dumps(
            [await v if asyncio.iscoroutine(v) else v for v in info.values()]
        )

    def collect_states(self) -> None:
        """Collect the current states."""
        self.states += [repr(state.as_dict()) for state in self.hass.states.async_all()]

    async def evidence(
        self,
        database: Path,
        client: ClientSessionGenerator,
        ws_client: WebSocketGenerator,
    ) -> dict[str, list[str]]:
        """Return all that Home Assistant has written or shown, by place."""
        hass = self.hass
        self.collect_states()
        log = [
            record.getMessage() + (str(record.exc_text or "")) + repr(record.args)
            for record in self.caplog.records
            # Home Assistant logs the data of action calls.
            if not (
                record.name.startswith("homeassistant.")
                and "call_service" in record.getMessage()
            )
            # SQLAlchemy logs what is written to the database, which is searched itself.
            and not record.name.startswith("sqlalchemy.")
            # In debug mode, asyncio logs the results of slow tasks.
            and record.name != "asyncio"
        ]
        log += [
            text
            for record in self.caplog.records
            if record.exc_info
            for text in _error_texts(record.exc_info[1])
        ]
        await async_wait_recording_done(hass)
        socket = await ws_client()
        start = (dt_util.utcnow() - timedelta(hours=1)).isoformat()
        answers = []
        questions: list[dict[str, Any]] = [
            {"type": "logbook/get_events", "start_time": start},
            {
                "type": "history/history_during_period",
                "start_time": start,
                "entity_ids": hass.states.async_entity_ids(),
            },
            {"type": "config_entries/flow/progress"},
            {"type": "config_entries/get"},
            {"type": "repairs/list_issues"},
        ]
        for question in questions:
            await socket.send_json_auto_id(question)
            answer = await socket.receive_json()
            answers.append(json.dumps(answer))
            assert answer["success"], question
        await socket.send_json_auto_id({"type": "seam/subscribe"})
        assert (await socket.receive_json())["success"]
        panel = json.dumps(await socket.receive_json())
        # The activity log contains our own lines.
        assert f'"domain": "{DOMAIN}"' in answers[0]

        diagnostics = []
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            diagnostics.append(
                json.dumps(await get_diagnostics_for_config_entry(hass, client, entry))
            )
            diagnostics += [
                json.dumps(
                    await get_diagnostics_for_device(hass, client, entry, device)
                )
                for device in dr.async_entries_for_config_entry(
                    dr.async_get(hass), entry.entry_id
                )
            ]
        entities = er.async_get(hass).entities.values()
        devices = dr.async_get(hass).devices

        await async_wait_recording_done(hass)
        files = [path for path in database.parent.iterdir() if path.is_file()]
        assert database in files
        return {
            "states": self.states,
            "bus": self.bus,
            "lists": self.lists,
            "errors": self.errors,
            "log": log,
            "websocket": answers,
            "panel": [panel],
            "diagnostics": diagnostics,
            "issues": [repr(issue) for issue in ir.async_get(hass).issues.values()],
            "repairs": self.repairs,
            "calendars": [await self.calendars()],
            "system health": [await self.health()],
            "registries": [repr(item) for item in (*entities, *devices)],
            "entries": [repr(entry) for entry in hass.config_entries.async_entries()],
            "database": [path.read_bytes().decode("latin-1") for path in files],
        }


# Separators between the digits of a PIN, as written in JSON, markdown and files.
_SEPARATORS = re.compile(r"(?<=\d)(?:[ .\\\u00a0-]|\\u00a0|Â\u00a0|\s+){1,2}(?=\d)")


def _find_secrets(
    evidence: dict[str, list[str]], secrets: Iterable[str], *places: str
) -> set[tuple[str, str]]:
    """Return where secrets are found, with the text around them."""
    return {
        (place, text[max(0, text.index(secret) - 100) :][:250])
        for place, texts in evidence.items()
        if not places or place in places
        for original in texts
        for text in (
            original,
            _SEPARATORS.sub("", original),
            "".join(original.split()),
        )
        for secret in secrets
        if secret in text
    }


async def _use_everything(
    instance: Instance, simulator: Simulator, pins: set[str]
) -> None:
    """Use all features, while Seam quotes PINs wherever it can."""
    control, faults = simulator.control, simulator.faults

    # Successful actions
    for data in ({}, {"include": "managed"}):
        await instance.call("get_access_codes", "all", **data)
    await instance.call(
        "get_access", "all", **{"from": "2020-01-01", "until": "2090-01-01"}
    )
    assert instance.lists
    revealed = await instance.call("reveal_access_code", FRONT, name="Owner")
    assert revealed[FRONT]["code"] == _pin(simulator, CODE_OWNER)
    made = await instance.call("schedule_access_code", FRONT, name="Baker")
    assert made[FRONT]["code"] in pins
    shared = await instance.call(
        "schedule_access_code", [FRONT, FLAT_1], name="Butcher"
    )
    assert shared[FRONT]["code"] == shared[FLAT_1]["code"]
    own = await instance.call(
        "schedule_access_code", KEYPAD, name="Courier 2", code=OWN_PIN
    )
    assert own[KEYPAD]["code"] == OWN_PIN
    assert await instance.call(
        "schedule_access_code",
        [FRONT, KEYPAD, OFFICE],
        name="Grocer",
        code=OWN_PIN_OF_SEVERAL,
    )
    neighbour = UNMANAGED_NEIGHBOUR
    converted = await instance.call(
        "convert_access_code", FRONT, access_code_id=neighbour
    )
    assert converted[FRONT]["access_codes"][0]["outcome"] == "converted"
    deleted = await instance.call("delete_access_code", FRONT, name="Baker")
    assert deleted[FRONT]["outcome"] == "deleted"

    # Refused actions, with PINs in the message
    owner = _pin(simulator, CODE_OWNER)
    path = "/access_codes/create"
    for status, kind in (
        (400, "invalid_input"),
        (403, "odd"),
        (404, "device_not_found"),
        (409, "duplicate_access_code"),
        (429, "rate_limit_exceeded"),
        (500, "internal_server_error"),
    ):
        for codes in ({"code": OWN_PIN_REFUSED}, {}):
            faults.add(
                "status",
                path=path,
                status=status,
                error_type=kind,
                message=f"{owner}, {codes.get('code', owner)}, Bearer {KEY}",
            )
            await instance.call("schedule_access_code", FRONT, name="Smith", **codes)
            both = [FRONT, FLAT_1]
            await instance.call("schedule_access_code", both, name="Smith", **codes)
            faults.clear()
    for code in (OWN_PIN_REFUSED, f"{OWN_PIN_REFUSED}00000", [OWN_PIN_REFUSED]):
        await instance.call(
            "schedule_access_code", FRONT, name=f"X {OWN_PIN_REFUSED}", code=code
        )
    await instance.call(
        "schedule_access_code", FRONT, name="Twice", code=OWN_PIN_OF_SEVERAL
    )
    for action in ("delete_access_code", "reveal_access_code", "convert_access_code"):
        # A PIN in the wrong field
        await instance.call(action, FRONT, name=OWN_PIN_OF_SEVERAL)
        await instance.call(action, FRONT, access_code_id=OWN_PIN_OF_SEVERAL)
        await instance.call(action, FRONT, name="Nobody")

    # Failing attempts, with PINs in the message
    digits = simulator.backend.ids.digits
    doomed = "837462915"
    simulator.backend.ids.digits = lambda length: doomed  # type: ignore[method-assign]  # The message quotes it.
    pins.add(doomed)
    control.fail_next_programming(message=f"{doomed} is no good, {KEY}")
    await instance.call("schedule_access_code", FLAT_2, name="Unlucky")
    simulator.backend.ids.digits = digits  # type: ignore[method-assign]  # Restore it.
    assert any(code.code == doomed for code in simulator.state.access_codes.values())
    control.fail_next_programming(message=f"{OWN_PIN_REFUSED} is no good")
    await instance.call(
        "schedule_access_code", FLAT_2, name="Mine", code=OWN_PIN_REFUSED
    )
    tenant = _pin(simulator, UNMANAGED_APARTMENT_1_TENANT)
    control.fail_next_conversion(f"{tenant} does not convert")
    await instance.call("convert_access_code", FLAT_1, all=True)
    faults.add("status", path="/access_codes/unmanaged", status=400, message=tenant)
    await instance.call("convert_access_code", FLAT_1, name="Tenant 2024")
    faults.clear()
    control.fail_next_action(f"{owner} jams it")
    await instance.call("unlock", FRONT, domain="lock")
    await instance.call("lock", FRONT, domain="lock")

    # Events of locks and changes in the manufacturers' apps
    events, door = simulator.backend.events, simulator.state.devices[FRONT_DOOR]
    quoting = {"reason_code": f"not_{owner}", "message": f"{_spellings(owner)}, {KEY}"}
    events.lock("access_denied", door, reason=quoting)
    events.lock("access_denied", door, reason={"message": _spellings(owner)})
    events.code(
        "changed",
        simulator.state.access_codes[CODE_CLEANER],
        change_reason=_spellings(owner),
        changed_properties=[{"property": "code", "from": owner, "to": owner}],
    )
    events.code(
        "name_changed",
        simulator.state.access_codes[CODE_CLEANER],
        **{"from": {"name": _spellings(owner)}, "to": {"name": "Cleaner"}},
        description=_spellings(owner),
    )
    control.use_code(CODE_OWNER)
    control.enter_code(FRONT_DOOR, owner)
    control.deny_access(FRONT_DOOR, code=CODE_CLEANER)
    edited = "372915846"
    pins.add(edited)
    control.edit_code_in_app(CODE_RESIDENTS, pin=edited, name=f"Residents {edited}")
    control.add_unmanaged_code(APARTMENT_1, f"Angler {edited}", "158462937")
    pins.add("158462937")
    control.delete_code_in_app(CODE_APARTMENT_2_CLEANER)


async def _fail_repair(
    instance: Instance, client: TestClient, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """Let a repair fail with a PIN in the reason."""
    issue_id = f"{entry.entry_id}.code.{FRONT_DOOR}.{CODE_HANDYMAN}"
    flow = await instance.repair(
        client, handler=DOMAIN, issue_id=f"{issue_id}.duplicate_code_on_device"
    )
    await instance.repair(client, flow_id=flow["flow_id"], next_step_id="delete")
    flow = await instance.repair(
        client, handler=DOMAIN, issue_id=f"{issue_id}.duplicate_code_on_device"
    )
    twice = _spellings(_pin(simulator, UNMANAGED_OLD_GUEST))
    path = "/access_codes/unmanaged/convert_to_managed"
    simulator.faults.add("status", path=path, status=400, message=twice)
    failed = await instance.repair(
        client, flow_id=flow["flow_id"], next_step_id="convert"
    )
    simulator.faults.clear()
    assert failed["step_id"] == "failed"
    assert "••••" in failed["description_placeholders"]["reason"]
    await instance.repair_all(client)


async def _add_stays(
    hass: HomeAssistant, entry: MockConfigEntry, calendar: BookingCalendar
) -> None:
    """Let the codes of a lock follow a calendar."""
    await hass.data[DATA_COMPONENT].async_add_entities([calendar])
    hass.config_entries.async_add_subentry(
        entry,
        ConfigSubentry(
            data=MappingProxyType(
                {CONF_CALENDAR: calendar.entity_id, CONF_LOCKS: [FRONT_DOOR]}
            ),
            subentry_type=SUBENTRY_STAYS,
            title="Bookings",
            unique_id=None,
        ),
    )


async def _fail_polls(
    hass: HomeAssistant, instance: Instance, simulator: Simulator
) -> None:
    """Let polls fail in all ways with PINs in the message."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        coordinator: SeamCoordinator = entry.runtime_data
        key = entry.data[CONF_API_KEY]
        code_id = CODE_OWNER if key == KEY else CODE_OFFICE_TEAM
        quote = f"'{_pin(simulator, code_id)}' {_pin(simulator, code_id)}, Bearer {key}"

        async def poll(coordinator: SeamCoordinator = coordinator) -> None:
            await coordinator.async_refresh()
            await coordinator.async_reconcile()
            await hass.async_block_till_done()
            instance.collect_states()

        await poll()
        for path in ("/", "/access_codes/list", "/devices/list", "/events/list"):
            for status in (400, 404, 429, 500):
                simulator.faults.add("status", path=path, status=status, message=quote)
                await poll()
                if key == KEY:
                    await instance.call("reveal_access_code", FRONT, name="Owner")
                simulator.faults.clear()
        for kind in ("broken_json", "wrong_shape", "wrong_types", "html"):
            simulator.faults.add(kind)
            await poll()
            simulator.faults.clear()
        await poll()
        assert coordinator.last_update_success


@pytest.mark.timeout(120)
async def test_secrets_are_not_exposed(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    pins: set[str],
    database: Path,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Test that no PIN or key is exposed, whatever Seam returns."""
    calendar = BookingCalendar()
    # Rate limits would keep the lists from being fetched for the rest of the test.
    monkeypatch.setattr("custom_components.seam.api.errors.DEFAULT_RETRY_AFTER", 0)
    caplog.set_level(logging.WARNING, "sqlalchemy")
    caplog.set_level(logging.DEBUG)
    for component in COMPONENTS:
        assert await async_setup_component(hass, component, {})
    instance = Instance(hass, caplog)
    office = MockConfigEntry(
        domain=DOMAIN,
        title=WORKSPACE_TWO_NAME,
        unique_id=WORKSPACE_TWO,
        data={CONF_API_KEY: KEY_TWO, CONF_ENDPOINT: simulator.url},
    )
    entry.add_to_hass(hass)
    await _add_stays(hass, entry, calendar)
    assert await hass.config_entries.async_setup(entry.entry_id)
    office.add_to_hass(hass)
    assert await hass.config_entries.async_setup(office.entry_id)
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: [TRIGGERED_BY_ALL]}
    )
    await hass.async_block_till_done()
    start = dt_util.utcnow() + timedelta(hours=1)
    calendar.book("Booked guest", start, start + timedelta(days=1))
    await hass.async_block_till_done(wait_background_tasks=True)
    instance.collect_states()

    await _fail_repair(instance, await hass_client(), simulator, entry)
    await _use_everything(instance, simulator, pins)
    await _fail_polls(hass, instance, simulator)
    simulator.control.revoke_key()
    await instance.call("delete_access_code", FRONT, access_code_id=CODE_CLEANER)
    await instance.call(
        "delete_access_code", FLAT_1, access_code_id=CODE_APARTMENT_1_CLEANER
    )
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN)

    pins |= {c.code for c in simulator.state.access_codes.values() if c.code}
    assert len(pins) > 30
    for trigger in TRIGGERS:
        assert any(f'"platform": "seam.{trigger}"' in text for text in instance.bus)
    evidence = await instance.evidence(database, hass_client, hass_ws_client)
    assert all(evidence.values()), {k for k, v in evidence.items() if not v}
    assert get_instance(hass).db_url == f"sqlite:///{database}"
    await calendar.async_remove()

    secrets = (pins | {KEY, KEY_TWO}) - PASSED_PINS
    assert not _find_secrets(evidence, secrets)
    # Home Assistant itself records the data of action calls.
    shown = {place: texts for place, texts in evidence.items() if place != "database"}
    assert not _find_secrets(shown, PASSED_PINS)
    assert _find_secrets({"calls": instance.recorded_calls}, PASSED_PINS)
    assert _find_secrets(evidence, PASSED_PINS, "database")


async def test_exposed_secret_is_found_in_every_place(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    database: Path,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Test that the search finds a PIN in each of the places."""
    caplog.set_level(logging.WARNING, "sqlalchemy")
    caplog.set_level(logging.DEBUG)
    for component in COMPONENTS:
        assert await async_setup_component(hass, component, {})
    instance = Instance(hass, caplog)
    # No code has this PIN, so that it is not masked.
    for code_id in (CODE_APARTMENT_1_GUEST, UNMANAGED_OLD_GUEST):
        simulator.state.access_codes[code_id].name = f"Planted {'-'.join(PLANTED)}"
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    coordinator: SeamCoordinator = entry.runtime_data
    simulator.control.use_code(CODE_CLEANER)
    await coordinator.async_refresh()

    hass.states.async_set("sensor.planted", "1", {"note": f"PIN {PLANTED}"})
    async_log_entry(hass, "Planted", f"opened with {PLANTED}", entity_id=FRONT)
    logging.getLogger("custom_components.seam").debug("PIN %s", PLANTED)
    hass.config_entries.async_update_entry(entry, title=f"Planted {PLANTED}")
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, "planted")},
        name=f"Planted {PLANTED}",
    )
    error = HomeAssistantError("Nothing to see")
    error.__context__ = ValueError(PLANTED)
    instance.errors += _error_texts(error)
    instance.lists.append(PLANTED)
    hass.config_entries.async_update_entry(entry, options={"note": PLANTED})
    coordinator.client._transport.last_request_id = PLANTED
    await instance.repair_all(await hass_client())
    await hass.async_block_till_done()

    evidence = await instance.evidence(database, hass_client, hass_ws_client)
    assert {place for place, _ in _find_secrets(evidence, [PLANTED])} == set(evidence)
