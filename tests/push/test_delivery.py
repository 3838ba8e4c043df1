"""Test what accepted events lead to, and how often Seam is polled."""

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus
import json
import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.api import Event
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import CODE_CLEANER, FRONT_DOOR
from tests.clock import async_step, wait_until

from .conftest import (
    EXTERNAL,
    Sender,
    capture_activity,
    requested,
    seam_event,
    set_webhook_option,
    settle,
)


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that events change."""
    return [Platform.EVENT, Platform.LOCK]


async def _deliver(hass: HomeAssistant, simulator: Simulator) -> None:
    """Let Seam send what is due, and wait for the result."""
    await simulator.settle()
    await settle(hass)


async def test_event_updates_lock_without_poll(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that one lock is fetched, and the event fires once, also after the poll."""
    fired = capture_activity(hass)
    simulator.requests.clear()
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    state = hass.states.get("lock.front_door")
    assert state is not None
    assert state.state == "unlocked"
    assert state.attributes["changed_by"] == "Cleaner"
    assert requested(simulator, "/") == ["/devices/list"]
    [delivery] = simulator.deliveries
    assert delivery.status == HTTPStatus.NO_CONTENT
    await coordinator.async_refresh()
    await _deliver(hass, simulator)
    assert [attributes["event_type"] for attributes in fired] == ["unlocked"]


async def test_late_repetition_fires_nothing(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that a repetition after a day fires nothing."""
    fired = capture_activity(hass)
    event = seam_event(simulator)
    body = dict(event)
    await sender.post_event(event)
    simulator.clock.advance(days=1)
    assert (
        await sender.post(
            orjson.dumps(body),
            sender.headers(orjson.dumps(body), message_id="msg_late"),
        )
        == HTTPStatus.NO_CONTENT
    )
    assert len(fired) == 1


async def test_answer_does_not_wait_for_fetch(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that posts are answered while Seam hangs."""
    fault = simulator.faults.add("hang")
    simulator.state.devices[FRONT_DOOR].locked = False
    body = orjson.dumps(seam_event(simulator))
    async with sender.client.post(
        sender.path, data=body, headers=sender.headers(body)
    ) as answer:
        assert answer.status == HTTPStatus.NO_CONTENT
    await wait_until(lambda: bool(fault.hits))
    assert hass.states.is_state("lock.front_door", "locked")
    # Another event, while the lock is being fetched.
    assert coordinator.webhook_status.accepted == 1
    body = orjson.dumps(seam_event(simulator))
    async with sender.client.post(
        sender.path, data=body, headers=sender.headers(body, message_id="msg_2")
    ) as answer:
        assert answer.status == HTTPStatus.NO_CONTENT
    simulator.faults.clear()
    await settle(hass)
    assert hass.states.is_state("lock.front_door", "unlocked")


async def test_failed_fetch_is_repeated_by_poll(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that an event fires once, and the next poll fetches the lock."""
    fired = capture_activity(hass)
    simulator.faults.add("status", path="/devices/list")
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    assert hass.states.is_state("lock.front_door", "locked")
    assert len(fired) == 1
    simulator.faults.clear()
    await coordinator.async_refresh()
    await settle(hass)
    assert hass.states.is_state("lock.front_door", "unlocked")
    assert len(fired) == 1


async def test_burst_of_events_is_fetched_together(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that 200 events in any order fire once each, with few requests."""
    fired = capture_activity(hass)
    simulator.requests.clear()
    events = [seam_event(simulator) for _ in range(200)]
    bodies = [orjson.dumps(event) for event in reversed(events)]
    headers = [
        sender.headers(body, message_id=f"msg_{number}")
        for number, body in enumerate(bodies)
    ]

    async def post(body: bytes, signed: dict[str, str]) -> int:
        async with sender.client.post(sender.path, data=body, headers=signed) as answer:
            return answer.status

    statuses = await asyncio.gather(
        *(post(*each) for each in zip(bodies, headers, strict=True))
    )
    await settle(hass)
    assert set(statuses) == {HTTPStatus.NO_CONTENT}
    assert coordinator.webhook_status.accepted == 200
    assert len(fired) == 200
    assert len(requested(simulator, "/")) < 100


async def test_late_event_fires(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Test that a late event fires with its own time and leaves the lock's state."""
    freezer.move_to(simulator.clock.now())
    fired = capture_activity(hass)
    late = seam_event(simulator)
    await async_step(hass, freezer, simulator, timedelta(days=1))
    assert await sender.post_event(late) == HTTPStatus.NO_CONTENT
    assert await sender.post_event(late, age=5) == HTTPStatus.NO_CONTENT
    assert hass.states.is_state("lock.front_door", "locked")
    assert [attributes["occurred_at"] for attributes in fired] == [
        dt_util.as_local(datetime.fromisoformat(late["occurred_at"])).isoformat()
    ]


async def test_event_from_before_start_does_not_fire(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that an event that Seam repeats after a restart does not fire."""
    fired = capture_activity(hass)
    yesterday = (dt_util.utcnow() - timedelta(days=1)).isoformat()
    event = seam_event(simulator, created_at=yesterday, occurred_at=yesterday)
    assert await sender.post_event(event) == HTTPStatus.NO_CONTENT
    assert coordinator.webhook_status.accepted == 1
    assert not fired


@pytest.fixture
async def _diagnostics(hass: HomeAssistant) -> None:
    """Set up diagnostics while the web server still accepts new routes."""
    assert await async_setup_component(hass, "diagnostics", {})


@pytest.mark.usefixtures("_diagnostics")
async def test_webhook_secrets_are_not_exposed(
    hass: HomeAssistant,
    sender: Sender,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Test that secret and URL are not in our logs, a repr or the diagnostics."""
    caplog.set_level(logging.DEBUG)
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    await sender.post(b"{}", {})
    await sender.post(b"{", sender.headers(b"{"))
    # Delete, create and list it again.
    await hass.config.async_update(external_url="https://new.example.com")
    await settle(hass)
    simulator.faults.add("status", path="/webhooks")
    await hass.config.async_update(external_url=EXTERNAL)
    await settle(hass)
    simulator.faults.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)

    secrets = {webhook.secret for webhook in simulator.state.webhooks.values()} | {
        sender.secret,
        entry.data[CONF_WEBHOOK_ID],
    }
    said = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.seam")
    ]
    assert said
    report = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    for text in (*said, json.dumps(report), repr(entry), repr(coordinator)):
        for secret in secrets:
            assert secret not in text
            assert secret.removeprefix("whsec_") not in text


def _is_trusted(coordinator: SeamCoordinator) -> bool:
    return coordinator.webhook_status.is_trusted


MINUTE, TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)


@pytest.mark.usefixtures("settled")
async def test_webhook_lengthens_poll_interval(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Test that polls are every ten minutes until an event was missed."""
    freezer.move_to(simulator.clock.now())
    await async_step(hass, freezer, simulator, MINUTE)
    assert coordinator.update_interval == MINUTE
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    assert _is_trusted(coordinator)
    await async_step(hass, freezer, simulator, MINUTE)
    assert coordinator.update_interval == TEN_MINUTES
    simulator.requests.clear()
    for _ in range(9):
        await async_step(hass, freezer, simulator, MINUTE)
    assert not requested(simulator, "/events/list")
    await async_step(hass, freezer, simulator, 2 * MINUTE)
    assert len(requested(simulator, "/events/list")) == 1

    # Seam stops sending.
    [webhook] = simulator.state.webhooks.values()
    webhook.event_types = []
    simulator.control.use_code(CODE_CLEANER)
    await async_step(hass, freezer, simulator, 11 * MINUTE)
    assert not _is_trusted(coordinator)
    assert coordinator.update_interval == MINUTE

    webhook.event_types = ["*"]
    simulator.control.turn_lock(FRONT_DOOR, locked=True)
    await _deliver(hass, simulator)
    await async_step(hass, freezer, simulator, MINUTE)
    assert coordinator.update_interval == TEN_MINUTES


@pytest.mark.usefixtures("settled")
async def test_event_polled_before_delivery_is_not_missed(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Test that an event may take a moment to be delivered."""
    freezer.move_to(simulator.clock.now())
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    simulator.control.turn_lock(FRONT_DOOR, locked=True)
    simulator.clock.advance(30)
    freezer.tick(30)
    await coordinator.async_refresh()
    assert coordinator.update_interval == TEN_MINUTES
    assert coordinator.webhook_status.is_trusted


@pytest.mark.usefixtures("settled")
async def test_change_without_event_shortens_poll_interval(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that a change without its event shortens the interval, other changes do not."""
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    await coordinator.async_reconcile()
    assert coordinator.update_interval == TEN_MINUTES
    # Seam sends no event for each percent of the battery.
    simulator.control.set_device(FRONT_DOOR, battery_level=0.11)
    await coordinator.async_reconcile()
    assert coordinator.update_interval == TEN_MINUTES
    simulator.state.access_codes[CODE_CLEANER].name = "Renamed in silence"
    await coordinator.async_reconcile()
    assert coordinator.update_interval == MINUTE


@pytest.mark.usefixtures("settled")
async def test_option_off_shortens_poll_interval(
    hass: HomeAssistant,
    sender: Sender,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that earlier deliveries do not matter without a webhook."""
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    await coordinator.async_refresh()
    assert coordinator.update_interval == TEN_MINUTES
    await set_webhook_option(hass, entry, webhook=False)
    for _ in range(3):
        await entry.runtime_data.async_refresh()
        assert entry.runtime_data.update_interval == MINUTE


@pytest.mark.usefixtures("settled")
async def test_rate_limit_never_shortens_poll_interval(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that the longer of both waits applies."""
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    simulator.faults.add("rate_limit", retry_after=800)
    await coordinator.async_refresh()
    assert coordinator.update_interval == timedelta(seconds=800)
    simulator.faults.clear()
    simulator.faults.add("rate_limit", retry_after=30)
    await coordinator.async_refresh()
    # A webhook does not make up for the devices.
    assert coordinator.update_interval == timedelta(minutes=1)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("url", [None, "https://new.example.com"])
async def test_lost_webhook_shortens_poll_interval(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    url: str | None,
) -> None:
    """Test that polls make up for a webhook that was deleted, and not created again."""
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    await coordinator.async_refresh()
    assert coordinator.update_interval == TEN_MINUTES
    simulator.faults.add("status", path="/webhooks/create", status=403)
    await hass.config.async_update(external_url=url)
    await settle(hass)
    assert not simulator.state.webhooks
    assert coordinator.update_interval == MINUTE


@pytest.mark.usefixtures("settled")
async def test_code_that_is_not_settled_is_fetched_between_polls(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Test that a code is fetched after 1, 2, and 4 minutes, even without its event."""
    freezer.move_to(simulator.clock.now())
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    await coordinator.async_refresh()
    simulator.state.access_codes[CODE_CLEANER].status = "setting"
    await coordinator.async_refresh_locks([FRONT_DOOR])
    fetched = []
    for minute in range(1, 9):
        simulator.requests.clear()
        await async_step(hass, freezer, simulator, MINUTE)
        if requested(simulator, "/access_codes/list"):
            fetched.append(minute)
    assert fetched == [1, 3, 7]


def test_event_repr_hides_pin() -> None:
    """Test that the repr of an event does not contain the PIN."""
    event = Event.from_dict(
        {
            "event_id": "1",
            "event_type": "lock.unlocked",
            "created_at": "2026-11-20T10:00:00Z",
            "code": "739158",
        }
    )
    assert event.code == "739158"
    assert "739158" not in repr(event)
