"""Tests of Seam's sending by itself: what is registered, and what is believed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from compression import gzip, zlib, zstd
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from http import HTTPStatus
import json
import logging
import re
from typing import Any

from aiohttp import web_protocol
from aiohttp.http_parser import HttpRequestParserPy
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from hass_nabucasa.api import CloudApiError
from homeassistant.components import cloud, webhook
from homeassistant.const import CONF_API_KEY, CONF_WEBHOOK_ID
from homeassistant.core import Event as HassEvent, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.aiohttp import MockRequest
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.api import Event
from custom_components.seam.const import CONF_ENDPOINT, CONF_WEBHOOK, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.push.registration import CONF_INTENDED, CONF_REGISTERED
from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    FRONT_DOOR,
    KEY_TWO,
    LOCKS,
    OFFICE_DOOR,
    WORKSPACE,
    WORKSPACE_TWO,
)
from simulator.webhooks import sign
from simulator.world import Webhook
from tests.still import async_step

EXTERNAL = "https://house.example.com"
CLOUDHOOK = "https://hooks.example.org/abc"
STORE = "seam.orphaned_webhooks"
ACTIVITY = "event.front_door_lock_activity"


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat reads at once, and follow events at once: frozen time lets nobody wait."""
    monkeypatch.setattr("custom_components.seam.api.transport._RETRY_DELAYS", (0, 0))
    monkeypatch.setattr("custom_components.seam.coordinator._GATHER_SECONDS", 0)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """Return the small rental, in which time stands still."""
    running = Simulator(manual_clock=True, start_at=dt_util.utcnow())
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def external_url(hass: HomeAssistant) -> None:
    """Let the house be reached from outside."""
    await hass.config.async_update(external_url=EXTERNAL)


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return what our loggers have said above debug, and others above info, by now."""
    caplog.set_level(logging.DEBUG)

    def is_loud(record: logging.LogRecord) -> bool:
        if record.name.startswith("custom_components.seam"):
            return record.levelno > logging.DEBUG
        # That an integration is a custom one, and that a machine is slow, is no trouble.
        return (
            record.levelno > logging.INFO
            and record.name != "homeassistant.loader"
            and not (record.name == "asyncio" and "Executing" in record.msg)
        )

    return lambda: [record.getMessage() for record in caplog.records if is_loud(record)]


@pytest.fixture
def subscription(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Be subscribed to the cloud; return its cloudhooks by our ids."""
    hooks: dict[str, str] = {}

    async def get_or_create(_hass: HomeAssistant, webhook_id: str) -> str:
        return hooks.setdefault(webhook_id, CLOUDHOOK)

    async def delete(_hass: HomeAssistant, webhook_id: str) -> None:
        if webhook_id not in hooks:
            raise ValueError("Hook is not enabled for the cloud.")
        del hooks[webhook_id]

    monkeypatch.setattr(cloud, "async_active_subscription", lambda _hass: True)
    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", get_or_create)
    monkeypatch.setattr(cloud, "async_delete_cloudhook", delete)
    return hooks


async def _set_up(hass: HomeAssistant, entry: MockConfigEntry) -> SeamCoordinator:
    if entry.entry_id not in {e.entry_id for e in hass.config_entries.async_entries()}:
        entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await _settle(hass)
    coordinator: SeamCoordinator = entry.runtime_data
    return coordinator


async def _settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


async def _until(condition: Callable[[], bool]) -> None:
    """Let others run until something is so."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  nothing announces it
            await asyncio.sleep(0)


async def _choose(
    hass: HomeAssistant, entry: MockConfigEntry, *, webhook: bool
) -> None:
    """Turn the option on or off; the entry is reloaded, as its flow does it."""
    hass.config_entries.async_update_entry(entry, options={CONF_WEBHOOK: webhook})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await _settle(hass)


def _asked(simulator: Simulator, prefix: str = "/webhooks") -> list[str]:
    return [
        request.path
        for request in simulator.requests
        if request.path.startswith(prefix)
    ]


def _foreign(simulator: Simulator, url: str) -> Webhook:
    """Let somebody else have a webhook in the same workspace."""
    webhook = Webhook(
        simulator.core.ids.new(), WORKSPACE, url, ["*"], simulator.core.ids.secret()
    )
    simulator.world.webhooks[webhook.webhook_id] = webhook
    return webhook


# What is registered


@pytest.mark.usefixtures("external_url")
async def test_an_external_address_is_registered_once(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """With all events, at an address that nobody can guess; a reload changes nothing."""
    await _set_up(hass, entry)
    [webhook] = simulator.world.webhooks.values()
    assert re.fullmatch(rf"{EXTERNAL}/api/webhook/[0-9a-f]{{64}}", webhook.url)
    assert webhook.event_types == ["*"]
    assert entry.data[CONF_REGISTERED] == {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "secret": webhook.secret,
    }
    for _ in range(2):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await _settle(hass)
    assert simulator.world.webhooks == {webhook.webhook_id: webhook}
    assert _asked(simulator).count("/webhooks/create") == 1
    assert "/webhooks/delete" not in _asked(simulator)


async def test_with_a_subscription_the_cloud_takes_the_posts(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
    external_url: None,
) -> None:
    """Its address needs no open port, so it comes first; removal leaves none behind."""
    await _set_up(hass, entry)
    [webhook] = simulator.world.webhooks.values()
    assert webhook.url == CLOUDHOOK
    assert list(subscription) == [entry.data[CONF_WEBHOOK_ID]]
    await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.world.webhooks
    assert not subscription


@pytest.mark.parametrize(
    "url",
    [
        None,
        "http://house.example.com",
        "http://192.168.1.5:8123",
        "https://192.168.1.5",
        "https://[2001:db8::1]:8123",
    ],
)
async def test_where_seam_cannot_send_to_safely_nothing_is_registered(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, url: str | None
) -> None:
    """Nor is Seam asked anything about webhooks; events tell who comes and goes."""
    await hass.config.async_update(external_url=url, internal_url=None)
    await _set_up(hass, entry)
    assert not _asked(simulator)
    assert CONF_REGISTERED not in entry.data


async def test_an_internal_address_is_no_way_in(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Even if it looks like one."""
    await hass.config.async_update(internal_url="https://house.internal.example.com")
    await _set_up(hass, entry)
    assert not _asked(simulator)


@pytest.mark.usefixtures("external_url")
async def test_another_address_takes_the_place_of_the_old_one(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Also none, and one again; never are there two."""
    await _set_up(hass, entry)
    [first] = simulator.world.webhooks.values()
    await hass.config.async_update(external_url="https://new.example.com")
    await _settle(hass)
    [second] = simulator.world.webhooks.values()
    assert second.url == first.url.replace(EXTERNAL, "https://new.example.com")
    assert second.webhook_id != first.webhook_id
    assert entry.data[CONF_REGISTERED]["secret"] == second.secret
    await hass.config.async_update(external_url=None)
    await _settle(hass)
    assert not simulator.world.webhooks
    assert CONF_REGISTERED not in entry.data
    await hass.config.async_update(external_url=EXTERNAL)
    await _settle(hass)
    [third] = simulator.world.webhooks.values()
    assert third.url == first.url


async def test_the_cloud_may_come_and_go(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    loud: Callable[[], list[str]],
) -> None:
    """Not connected, it keeps what there is; without a subscription nothing stays."""
    get_or_create = cloud.async_get_or_create_cloudhook

    async def not_connected(_hass: HomeAssistant, _webhook_id: str) -> str:
        raise cloud.CloudNotConnected

    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", not_connected)
    await _set_up(hass, entry)
    assert not simulator.world.webhooks
    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", get_or_create)
    _cloud_changes(hass, cloud.CloudConnectionState.CLOUD_CONNECTED)
    await _settle(hass)
    [webhook] = simulator.world.webhooks.values()
    assert webhook.url == CLOUDHOOK
    assert len(loud()) == 2

    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", not_connected)
    _cloud_changes(hass, cloud.CloudConnectionState.CLOUD_DISCONNECTED)
    await _settle(hass)
    assert list(simulator.world.webhooks) == [webhook.webhook_id]

    monkeypatch.setattr(cloud, "async_active_subscription", lambda _hass: False)
    _cloud_changes(hass, cloud.CloudConnectionState.CLOUD_DISCONNECTED)
    await _settle(hass)
    assert not simulator.world.webhooks


def _cloud_changes(hass: HomeAssistant, state: cloud.CloudConnectionState) -> None:
    async_dispatcher_send(hass, cloud.SIGNAL_CLOUD_CONNECTION_STATE, state)


@pytest.mark.parametrize(
    "error",
    [
        CloudApiError("Failed to generate"),
        TimeoutError(),
        ValueError("Cloud is not connected"),
    ],
    ids=["api", "timeout", "iot"],
)
async def test_a_cloudhook_that_cannot_be_made_is_tried_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    loud: Callable[[], list[str]],
    error: Exception,
) -> None:
    """The cloud fails in more ways than it names."""
    get_or_create = cloud.async_get_or_create_cloudhook

    async def fail(_hass: HomeAssistant, _webhook_id: str) -> str:
        raise error

    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", fail)
    await _set_up(hass, entry)
    assert len(loud()) == 1
    assert not simulator.world.webhooks
    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", get_or_create)
    _cloud_changes(hass, cloud.CloudConnectionState.CLOUD_CONNECTED)
    await _settle(hass)
    assert len(simulator.world.webhooks) == 1


@pytest.mark.parametrize(
    "error", [cloud.CloudNotAvailable(), CloudApiError("Failed"), ValueError("none")]
)
async def test_trouble_with_the_cloud_does_not_keep_the_webhook_at_seam(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """Removing the entry removes it there, whatever the cloud says."""
    await _set_up(hass, entry)

    async def fail(_hass: HomeAssistant, _webhook_id: str) -> None:
        raise error

    monkeypatch.setattr(cloud, "async_delete_cloudhook", fail)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.world.webhooks


@pytest.mark.usefixtures("external_url")
async def test_what_somebody_deleted_at_seam_is_made_anew(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """At the next start, with another secret."""
    await _set_up(hass, entry)
    [webhook] = simulator.world.webhooks.values()
    simulator.world.webhooks.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await _settle(hass)
    [anew] = simulator.world.webhooks.values()
    assert anew.url == webhook.url
    assert anew.secret != webhook.secret
    assert entry.data[CONF_REGISTERED]["secret"] == anew.secret


@pytest.mark.usefixtures("external_url")
async def test_only_our_own_webhook_is_ever_deleted(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Not those of others, nor one that somebody else made with our very address."""
    other = _foreign(simulator, "https://other.example.com/hook")
    await _set_up(hass, entry)
    copy = _foreign(simulator, entry.data[CONF_REGISTERED]["url"])
    await hass.config.async_update(external_url="https://new.example.com")
    await _settle(hass)
    await _choose(hass, entry, webhook=False)
    assert set(simulator.world.webhooks) == {other.webhook_id, copy.webhook_id}
    await _choose(hass, entry, webhook=True)
    assert len(simulator.world.webhooks) == 3
    await hass.config_entries.async_remove(entry.entry_id)
    assert set(simulator.world.webhooks) == {other.webhook_id, copy.webhook_id}
    deleted = [r for r in simulator.requests if r.path == "/webhooks/delete"]
    assert not {r.body["webhook_id"] for r in deleted} & {
        other.webhook_id,
        copy.webhook_id,
    }


@pytest.mark.usefixtures("external_url")
async def test_turned_off_nothing_is_registered_and_nothing_taken(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """The address that there was is an unknown one then."""
    await _set_up(hass, entry)
    wire = Wire(hass, await hass_client_no_auth(), entry)
    await _choose(hass, entry, webhook=False)
    assert not simulator.world.webhooks
    assert CONF_REGISTERED not in entry.data
    assert await wire.post_event(_event(simulator)) == HTTPStatus.OK
    assert entry.runtime_data.push.accepted == 0
    simulator.requests.clear()
    await hass.config.async_update(external_url="https://new.example.com")
    await _settle(hass)
    assert not _asked(simulator)


async def test_turned_off_the_cloudhook_goes_too(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
) -> None:
    """After Seam's webhook, and with it if Seam cannot be reached at first."""
    await _set_up(hass, entry)
    assert subscription
    await _choose(hass, entry, webhook=False)
    assert not simulator.world.webhooks
    assert not subscription
    await _choose(hass, entry, webhook=True)
    assert subscription
    assert len(simulator.world.webhooks) == 1


@pytest.mark.usefixtures("external_url")
async def test_failing_to_register_is_said_once_and_tried_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    loud: Callable[[], list[str]],
) -> None:
    """Polling goes on meanwhile; one line says when it begins, one when it ends."""
    simulator.faults.add("status", path="/webhooks/create")
    coordinator = await _set_up(hass, entry)
    assert coordinator.last_update_success
    for _ in range(3):
        await async_step(hass, freezer, simulator, timedelta(minutes=5))
    assert len(_asked(simulator, "/webhooks/create")) >= 3
    assert len(loud()) == 1
    simulator.faults.clear()
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    assert len(simulator.world.webhooks) == 1
    assert len(loud()) == 2
    simulator.requests.clear()
    for _ in range(3):
        await async_step(hass, freezer, simulator, timedelta(minutes=5))
    assert not _asked(simulator)


@pytest.mark.usefixtures("external_url")
async def test_a_webhook_whose_answer_was_lost_is_replaced(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nobody knows its secret; one that somebody else has at the address stays."""
    await _set_up(hass, entry)
    url = entry.data[CONF_REGISTERED]["url"]
    await _choose(hass, entry, webhook=False)
    foreign = _foreign(simulator, url)
    simulator.faults.add(
        "outage", path="/webhooks/create", after_processing=True, count=1
    )
    await _choose(hass, entry, webhook=True)
    assert CONF_REGISTERED not in entry.data
    [lost] = simulator.world.webhooks.keys() - {foreign.webhook_id}
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    ours = entry.data[CONF_REGISTERED]["webhook_id"]
    assert ours != lost
    assert set(simulator.world.webhooks) == {foreign.webhook_id, ours}
    assert CONF_INTENDED not in entry.data


@pytest.mark.usefixtures("external_url")
async def test_what_seam_refused_to_make_is_not_looked_for(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What appears at the address afterwards is somebody else's."""
    simulator.faults.add("status", path="/webhooks/create", status=400, count=1)
    await _set_up(hass, entry)
    assert CONF_INTENDED not in entry.data
    url = f"{EXTERNAL}/api/webhook/{entry.data[CONF_WEBHOOK_ID]}"
    foreign = _foreign(simulator, url)
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    ours = entry.data[CONF_REGISTERED]["webhook_id"]
    assert set(simulator.world.webhooks) == {foreign.webhook_id, ours}


@pytest.mark.usefixtures("external_url")
@pytest.mark.parametrize("is_down", [False, True])
async def test_a_webhook_whose_answer_was_lost_goes_with_its_entry(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    is_down: bool,
) -> None:
    """Also if Seam is down at the removal: then at the next start."""
    simulator.faults.add("outage", path="/webhooks/create", after_processing=True)
    await _set_up(hass, entry)
    assert len(simulator.world.webhooks) == 1
    if is_down:
        simulator.faults.add("outage", path="/webhooks")
    await hass.config_entries.async_remove(entry.entry_id)
    assert len(simulator.world.webhooks) == int(is_down)
    simulator.faults.clear()
    await _start_again(hass)
    assert not simulator.world.webhooks
    assert STORE not in hass_storage


@pytest.mark.usefixtures("external_url")
async def test_unloaded_it_does_not_try_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nothing happens in the name of an entry that is off."""
    simulator.faults.add("status", path="/webhooks")
    await _set_up(hass, entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.requests.clear()
    await async_step(hass, freezer, simulator, timedelta(hours=1))
    await hass.config.async_update(external_url="https://new.example.com")
    await _settle(hass)
    assert not simulator.requests


@pytest.mark.usefixtures("external_url")
async def test_unloaded_it_does_not_try_again_either_after_many_changes(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Those that came while it was busy with others have left nothing behind."""
    await _set_up(hass, entry)
    simulator.faults.add("status", path="/webhooks")
    for name in ("a", "b", "c"):
        await hass.config.async_update(external_url=f"https://{name}.example.com")
    await _settle(hass)
    simulator.requests.clear()
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    tries = len(_asked(simulator))
    assert tries
    simulator.faults.clear()
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.requests.clear()
    await async_step(hass, freezer, simulator, timedelta(hours=1))
    assert not simulator.requests


@pytest.mark.usefixtures("external_url")
@pytest.mark.parametrize("secret", [None, ""])
async def test_without_a_secret_nobody_could_be_believed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    loud: Callable[[], list[str]],
    secret: str | None,
) -> None:
    """So such a webhook is removed again, and polling has to do."""
    if secret is None:
        monkeypatch.setattr(
            "simulator.endpoints.webhooks.render_webhook",
            lambda webhook, **_: {"webhook_id": webhook.webhook_id, "url": webhook.url},
        )
    else:
        monkeypatch.setattr(simulator.core.ids, "secret", lambda: secret)
    await _set_up(hass, entry)
    assert not simulator.world.webhooks
    assert CONF_REGISTERED not in entry.data
    assert len(loud()) == 1


@pytest.mark.usefixtures("external_url")
async def test_removed_while_seam_is_down_it_goes_at_the_next_start(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    loud: Callable[[], list[str]],
) -> None:
    """Also if Seam is still down at the first one."""
    await _set_up(hass, entry)
    simulator.faults.add("outage", path="/webhooks")
    await hass.config_entries.async_remove(entry.entry_id)
    assert len(simulator.world.webhooks) == 1
    assert len(hass_storage[STORE]["data"]) == 1
    assert len(loud()) == 1

    await _start_again(hass)
    assert len(hass_storage[STORE]["data"]) == 1
    simulator.faults.clear()
    await _start_again(hass)
    assert not simulator.world.webhooks
    assert STORE not in hass_storage
    simulator.requests.clear()
    await _start_again(hass)
    assert not simulator.requests


@pytest.mark.usefixtures("external_url")
async def test_after_a_month_nobody_tries_to_remove_it_any_more(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    loud: Callable[[], list[str]],
) -> None:
    """A key is not kept for ever for a place that never answers."""
    await _set_up(hass, entry)
    simulator.faults.add("outage", path="/webhooks")
    await hass.config_entries.async_remove(entry.entry_id)
    freezer.tick(timedelta(days=29))
    await _start_again(hass)
    assert len(hass_storage[STORE]["data"]) == 1
    freezer.tick(timedelta(days=1))
    await _start_again(hass)
    assert STORE not in hass_storage
    assert "Gave up" in loud()[-1]
    simulator.requests.clear()
    await _start_again(hass)
    assert not simulator.requests


@pytest.mark.usefixtures("external_url")
async def test_where_the_key_is_refused_meanwhile_nothing_can_be_removed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    loud: Callable[[], list[str]],
) -> None:
    """That is said once, without the key, which is not kept any longer either."""
    await _set_up(hass, entry)
    simulator.faults.add("outage", path="/webhooks")
    await hass.config_entries.async_remove(entry.entry_id)
    simulator.faults.clear()
    simulator.control.revoke_key()
    before = len(loud())
    await _start_again(hass)
    assert STORE not in hass_storage
    [line] = loud()[before:]
    assert "refuses the key" in line
    assert simulator.key not in line
    await _start_again(hass)
    assert len(loud()) == before + 1


@pytest.mark.usefixtures("external_url")
async def test_what_is_gone_already_need_not_be_removed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    loud: Callable[[], list[str]],
) -> None:
    """That is no failure."""
    await _set_up(hass, entry)
    simulator.world.webhooks.clear()
    await hass.config_entries.async_remove(entry.entry_id)
    assert STORE not in hass_storage
    assert not loud()


async def _start_again(hass: HomeAssistant) -> None:
    """Set the integration up as at a start of Home Assistant."""
    hass.config.components.remove(DOMAIN)
    assert await async_setup_component(hass, DOMAIN, {})
    await _settle(hass)


@pytest.mark.usefixtures("external_url")
async def test_two_workspaces_have_a_webhook_each(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """With addresses and secrets of their own; what is sent to one is not the other's."""
    other = MockConfigEntry(
        domain=DOMAIN,
        unique_id=WORKSPACE_TWO,
        data={CONF_API_KEY: KEY_TWO, CONF_ENDPOINT: simulator.url},
    )
    one, two = await _set_up(hass, entry), await _set_up(hass, other)
    assert len({webhook.url for webhook in simulator.world.webhooks.values()}) == 2
    assert {webhook.workspace_id for webhook in simulator.world.webhooks.values()} == {
        WORKSPACE,
        WORKSPACE_TWO,
    }
    client = await hass_client_no_auth()
    wire = Wire(hass, client, entry)
    event = _event(simulator)
    assert await wire.post_event(event) == HTTPStatus.NO_CONTENT
    assert (one.push.accepted, two.push.accepted) == (1, 0)
    # Signed for one, sent to the other.
    crossed = Wire(hass, client, other)
    crossed.secret = wire.secret
    assert await crossed.post_event(event) == HTTPStatus.UNAUTHORIZED
    assert two.push.accepted == 0
    await hass.config_entries.async_remove(other.entry_id)
    assert [w.workspace_id for w in simulator.world.webhooks.values()] == [WORKSPACE]
    assert await wire.post_event(_event(simulator)) == HTTPStatus.NO_CONTENT


# What is believed


def _event(simulator: Simulator, **fields: Any) -> dict[str, Any]:
    """Return an event as Seam writes it."""
    now = simulator.clock.now().isoformat()
    return {
        "event_id": simulator.core.ids.new(),
        "event_type": "lock.unlocked",
        "workspace_id": WORKSPACE,
        "device_id": FRONT_DOOR,
        "method": "manual",
        "created_at": now,
        "occurred_at": now,
        **fields,
    }


class Wire:
    """Posts to the webhook of an entry, as Seam does, or as others might."""

    def __init__(
        self, hass: HomeAssistant, client: TestClient, entry: MockConfigEntry
    ) -> None:
        """Know what Seam knows."""
        self.hass = hass
        self.client = client
        self.path = f"/api/webhook/{entry.data[CONF_WEBHOOK_ID]}"
        self.secret: str = entry.data[CONF_REGISTERED]["secret"]

    def headers(
        self,
        body: bytes,
        *,
        message_id: str = "msg_1",
        age: int = 0,
        secret: str | None = None,
    ) -> dict[str, str]:
        """Return the headers that prove where a body comes from."""
        timestamp = int(dt_util.utcnow().timestamp()) - age
        return {
            "Content-Type": "application/json",
            "svix-id": message_id,
            "svix-timestamp": str(timestamp),
            "svix-signature": sign(secret or self.secret, message_id, timestamp, body),
        }

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Post; return the status of the answer, which says nothing else."""
        async with self.client.post(self.path, data=body, headers=headers) as answer:
            assert await answer.read() == b""
            status = answer.status
        await _settle(self.hass)
        return status

    @asynccontextmanager
    async def raw(
        self, headers: dict[str, str], body: bytes
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Post what no client would; give the connection."""
        url = self.client.make_url(self.path)
        head = [f"POST {url.path} HTTP/1.1", "Host: x"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await writer.drain()
        try:
            yield reader, writer
        finally:
            writer.close()
            # What was refused unread may be cut off.
            with suppress(ConnectionError):
                await writer.wait_closed()
            await asyncio.sleep(0.05)
            await _settle(self.hass)

    async def post_event(self, event: dict[str, Any], *, age: int = 0) -> int:
        """Post a signed event, each as a message of its own."""
        body = orjson.dumps(event)
        message_id = f"msg_{event.get('event_id')}"
        return await self.post(body, self.headers(body, message_id=message_id, age=age))


@pytest.fixture
async def wire(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    external_url: None,
    hass_client_no_auth: ClientSessionGenerator,
) -> Wire:
    """Return a way to post to the entry, which Seam has, too."""
    await _set_up(hass, entry)
    client = await hass_client_no_auth()
    wire = Wire(hass, client, entry)
    [webhook] = simulator.world.webhooks.values()
    webhook.url = str(client.make_url(wire.path))
    return wire


@pytest.fixture
def coordinator(wire: Wire, entry: MockConfigEntry) -> SeamCoordinator:
    """Return the coordinator that is posted to."""
    loaded: SeamCoordinator = entry.runtime_data
    return loaded


@pytest.fixture
def unmoved(
    hass: HomeAssistant,
    wire: Wire,
    coordinator: SeamCoordinator,
    simulator: Simulator,
    loud: Callable[[], list[str]],
) -> Callable[..., None]:
    """Return a check that nothing has come of what was posted, but a count."""
    simulator.requests.clear()
    snapshot = coordinator.data
    events: list[HassEvent] = []

    @callback
    def note(event: HassEvent) -> None:
        events.append(event)

    hass.bus.async_listen("state_changed", note)
    states = {state.entity_id: state.as_dict() for state in hass.states.async_all()}
    assert not loud()

    def check(*, refused: int = 0, ignored: int = 0) -> None:
        push = coordinator.push
        assert (push.refused, push.ignored, push.accepted) == (refused, ignored, 0)
        assert push.last_accepted is None
        assert not push.is_trusted
        assert coordinator.data is snapshot
        assert not simulator.requests
        assert not events
        assert states == {
            state.entity_id: state.as_dict() for state in hass.states.async_all()
        }
        assert not loud()

    return check


type Check = Callable[..., None]


WRONG_HEADERS: list[dict[str, str]] = [
    {"svix-id": ""},
    {"svix-signature": ""},
    {"svix-signature": "v1,AAAA"},
    {"svix-signature": "v1,\udcff"},
    {"svix-id": "msg_\udcff"},
    {"svix-signature": "v2,AAAA v1a,AAAA"},
    {"svix-timestamp": "soon"},
    {"svix-timestamp": "9" * 400},
    {"svix-id": "msg_2"},
]


async def test_what_is_not_signed_by_seam_is_refused(
    wire: Wire, simulator: Simulator, unmoved: Check
) -> None:
    """Unsigned, badly signed, or with headers that are no text at all."""
    body = orjson.dumps(_event(simulator))
    assert await wire.post(body, {}) == HTTPStatus.UNAUTHORIZED
    for wrong in WRONG_HEADERS:
        headers = wire.headers(body) | wrong
        assert await wire.post(body, headers) == HTTPStatus.UNAUTHORIZED, wrong
    unmoved(refused=1 + len(WRONG_HEADERS))


async def test_a_forged_post_is_refused(
    wire: Wire, simulator: Simulator, unmoved: Check
) -> None:
    """Signed by somebody else, or changed on the way, or cut off."""
    body = orjson.dumps(_event(simulator))
    forged = wire.headers(body, secret=simulator.core.ids.secret())
    assert await wire.post(body, forged) == HTTPStatus.UNAUTHORIZED
    changed = body.replace(b"unlocked", b"locked")
    assert await wire.post(changed, wire.headers(body)) == HTTPStatus.UNAUTHORIZED
    assert await wire.post(body[:-5], wire.headers(body)) == HTTPStatus.UNAUTHORIZED
    assert await wire.post(b"", wire.headers(body)) == HTTPStatus.UNAUTHORIZED
    unmoved(refused=4)


async def test_a_stale_post_or_one_from_the_future_is_refused(
    wire: Wire, simulator: Simulator, unmoved: Check
) -> None:
    """Though it was signed by Seam."""
    for age in (302, 86400, -302, -86400):
        event = _event(simulator)
        assert await wire.post_event(event, age=age) == HTTPStatus.UNAUTHORIZED
    unmoved(refused=4)


async def test_a_replayed_post_is_refused(
    wire: Wire, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The very same one; with anything else in it, it is not signed."""
    body = orjson.dumps(_event(simulator))
    headers = wire.headers(body)
    assert await wire.post(body, headers) == HTTPStatus.NO_CONTENT
    simulator.requests.clear()
    for _ in range(3):
        assert await wire.post(body, headers) == HTTPStatus.CONFLICT
    assert await wire.post(body, {**headers, "svix-id": "msg_2"}) == 401
    assert not simulator.requests
    assert (coordinator.push.accepted, coordinator.push.refused) == (1, 4)


async def test_a_message_that_seam_sends_again_is_taken(
    hass: HomeAssistant,
    wire: Wire,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """It has not heard our answer, and would go on for a day; nothing comes of it."""
    fired = _fired(hass, ACTIVITY)
    body = orjson.dumps(_event(simulator))
    assert await wire.post(body, wire.headers(body, age=10)) == HTTPStatus.NO_CONTENT
    simulator.requests.clear()
    assert await wire.post(body, wire.headers(body, age=5)) == HTTPStatus.NO_CONTENT
    assert not simulator.requests
    assert len(fired) == 1
    assert coordinator.push.refused == 0


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_a_post_that_is_too_large_is_refused(
    wire: Wire, simulator: Simulator, unmoved: Check, *, is_chunked: bool
) -> None:
    """However well it is signed, and whether or not it says how large it is."""
    body = orjson.dumps(_event(simulator, method="x" * 64 * 1024))
    data: Any = _in_pieces(body) if is_chunked else body
    assert await wire.post(data, wire.headers(body)) == 413
    unmoved(refused=1)


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_a_post_just_small_enough_is_taken(
    wire: Wire, simulator: Simulator, coordinator: SeamCoordinator, *, is_chunked: bool
) -> None:
    """In whatever pieces it comes."""
    event = _event(simulator, connected_account_id="")
    event["connected_account_id"] = "x" * (64 * 1024 - len(orjson.dumps(event)))
    body = orjson.dumps(event)
    assert len(body) == 64 * 1024
    data: Any = _in_pieces(body) if is_chunked else body
    assert await wire.post(data, wire.headers(body)) == HTTPStatus.NO_CONTENT
    assert coordinator.push.accepted == 1


async def test_only_posts_are_taken(
    wire: Wire, simulator: Simulator, unmoved: Check
) -> None:
    """Also where all else is right; those that Home Assistant lets pass are counted."""
    body = orjson.dumps(_event(simulator))
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        async with wire.client.request(
            method, wire.path, data=body, headers=wire.headers(body)
        ) as answer:
            assert answer.status == HTTPStatus.METHOD_NOT_ALLOWED
    await _settle(wire.hass)
    unmoved(refused=2)


async def test_a_check_of_the_address_is_answered(wire: Wire, unmoved: Check) -> None:
    """Some senders look whether it exists; they learn and change nothing."""
    async with wire.client.head(wire.path) as answer:
        assert answer.status == HTTPStatus.OK
    unmoved()


async def test_the_content_type_makes_no_difference(
    wire: Wire, simulator: Simulator, coordinator: SeamCoordinator, unmoved: Check
) -> None:
    """The signature does."""
    body = orjson.dumps(_event(simulator))
    kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
    for kind in kinds:
        headers = {"Content-Type": kind}
        assert await wire.post(body, headers) == HTTPStatus.UNAUTHORIZED
    unmoved(refused=len(kinds))
    for number, kind in enumerate(kinds):
        headers = wire.headers(body, message_id=str(number)) | {"Content-Type": kind}
        assert await wire.post(body, headers) == HTTPStatus.NO_CONTENT
    assert coordinator.push.accepted == len(kinds)


@pytest.mark.parametrize("head", ["Content-Length: 500", "Transfer-Encoding: chunked"])
async def test_a_post_that_breaks_off_changes_nothing(
    wire: Wire, simulator: Simulator, unmoved: Check, head: str
) -> None:
    """Nor does it fill the log, ours or Home Assistant's."""
    body = orjson.dumps(_event(simulator))
    piece = b"%x\r\n%b" % (len(body) + 99, body) if "chunked" in head else body
    name, value = head.split(": ")
    async with wire.raw(wire.headers(body) | {name: value}, piece):
        await asyncio.sleep(0.05)
    unmoved()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstd.compress,
    "identity": bytes,
    "new": bytes,
}
BOMB = bytes(50_000_000)


@pytest.mark.parametrize("packer", PACKERS)
async def test_a_packed_post_is_refused(
    wire: Wire, simulator: Simulator, unmoved: Check, packer: str
) -> None:
    """Though what is packed may be right: Seam packs nothing, and unpacking costs."""
    body = orjson.dumps(_event(simulator))
    headers = wire.headers(body) | {"Content-Encoding": packer}
    pack = PACKERS[packer]
    packed = pack(body)
    posts = [packed, packed[:9] + b"?" * 20, b"?" * 20, b""]
    if pack is not bytes:
        posts.append(pack(BOMB))
    for post in posts:
        length = {"Content-Length": str(len(post))}
        async with wire.raw(headers | length, post) as (reader, _):
            assert await _status(reader) == HTTPStatus.UNSUPPORTED_MEDIA_TYPE, post[:50]
    unmoved(refused=len(posts))


@pytest.mark.parametrize("packer", ["gzip", "deflate", "zstd", "br"])
async def test_a_packed_post_that_is_cut_off_is_refused(
    wire: Wire, coordinator: SeamCoordinator, loud: Callable[[], list[str]], packer: str
) -> None:
    """Some the server refuses itself, as at any address; it does not tell ours."""
    packed = PACKERS.get(packer, bytes)(b"{}" * 50)[:-5]
    headers = {"Content-Encoding": packer, "Content-Length": str(len(packed))}
    async with wire.raw(wire.headers(b"") | headers, packed) as (reader, _):
        assert HTTPStatus.BAD_REQUEST <= await _status(reader) < 500
    assert coordinator.push.accepted == 0
    assert not [line for line in loud() if wire.path[-64:] in line]


async def test_a_packed_post_is_not_waited_for(
    wire: Wire, simulator: Simulator, unmoved: Check
) -> None:
    """It is answered, and nothing of it is read, be it good or bad."""
    headers = wire.headers(b"") | {"Content-Encoding": "gzip", "Content-Length": "500"}
    async with wire.raw(headers, b"") as (reader, writer):
        assert await _status(reader) == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        writer.write(b"?" * 500)
    unmoved(refused=1)


async def test_a_packed_post_through_the_cloud_is_refused(
    wire: Wire, unmoved: Check
) -> None:
    """There is nobody to hang up on."""
    request = MockRequest(
        b"{}", "cloud", "POST", headers=wire.headers(b"{}") | {"Content-Encoding": "br"}
    )
    answer = await webhook.async_handle_webhook(wire.hass, wire.path[-64:], request)
    assert answer.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    unmoved(refused=1)


BAD_CHUNKS = [b"zz\r\nabc\r\n", b"5\r\nabcdefghij\r\n0\r\n\r\n", b"-5\r\n", b"\r\n"]


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("chunk", BAD_CHUNKS)
async def test_a_post_in_pieces_that_are_none_is_refused(
    wire: Wire,
    unmoved: Check,
    monkeypatch: pytest.MonkeyPatch,
    chunk: bytes,
    *,
    is_late: bool,
) -> None:
    """Also if it began well. The server says nothing of it, so it is slow at first."""
    monkeypatch.setattr("custom_components.seam.push.webhook._LONGEST_READ", 0.2)
    headers = wire.headers(b"abc") | {"Transfer-Encoding": "chunked"}
    start = b"3\r\nabc\r\n" if is_late else b""
    async with wire.raw(headers, start) as (reader, writer):
        await asyncio.sleep(0.05)
        writer.write(chunk)
        assert await _status(reader) == HTTPStatus.REQUEST_TIMEOUT
    unmoved(refused=1)


@pytest.mark.parametrize("is_late", [False, True])
async def test_where_the_server_notices_bad_pieces_they_are_refused_at_once(
    wire: Wire, unmoved: Check, monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    """As it does where its parts that are written in C are not there."""
    monkeypatch.setattr(web_protocol, "HttpRequestParser", HttpRequestParserPy)
    headers = wire.headers(b"abc") | {"Transfer-Encoding": "chunked"}
    start = b"3\r\nabc\r\n" if is_late else b""
    async with wire.raw(headers, start) as (reader, writer):
        await asyncio.sleep(0.05)
        writer.write(b"zz\r\nabc\r\n")
        assert await _status(reader) == HTTPStatus.BAD_REQUEST
    unmoved(refused=1)


async def _status(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(10):
        return int((await reader.readline()).split()[1])


GARBAGE = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"lock.locked"',
    b"{}",
    b"{",
    b"\x00\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"[" * 5000,
    b"NaN",
    b'{"event_id": 1}',
]


async def test_signed_garbage_is_ignored(wire: Wire, unmoved: Check) -> None:
    """With a good answer: sent again, it would read no better."""
    for number, body in enumerate(GARBAGE):
        headers = wire.headers(body, message_id=str(number))
        assert await wire.post(body, headers) == HTTPStatus.NO_CONTENT, body
    unmoved(ignored=len(GARBAGE))


WRONG_SHAPES: list[dict[str, Any]] = [
    {"event_id": None},
    {"event_type": None},
    {"event_type": ["lock.locked"]},
    {"event_type": {"a": 1}},
    {"created_at": None},
    {"created_at": "yesterday"},
    {"created_at": 1700000000},
    {"created_at": "2026-13-45T00:00:00Z"},
    {"created_at": "0001-01-01T00:00:00+14:00"},
    {"created_at": "9999-12-31T23:59:59Z"},
    {"workspace_id": WORKSPACE_TWO},
    {"workspace_id": "nobody"},
]
ODD: list[dict[str, Any]] = [
    {"device_id": "nobody"},
    {"device_id": None},
    {"device_id": OFFICE_DOOR},
    {"device_id": FRONT_DOOR, "access_code_id": "nobody"},
    {"event_type": "something.new"},
    {"event_type": ""},
    {"event_type": "lock."},
    {"event_type": "access_code.unmanaged.of_a_new_kind"},
    {"event_type": "device.deleted"},
    {"event_type": "x" * 2000},
    {"method": "telepathy"},
    {"device_id": ["x"]},
    {"access_code_id": {"x": "y"}},
    {"access_code_is_managed": "yes"},
    {"code": ["1234"]},
    {"occurred_at": "0001-01-01T00:00:00+14:00"},
    {"occurred_at": "9999-12-31T23:59:59-12:00"},
    {"occurred_at": None},
]


async def test_signed_events_of_a_wrong_shape_or_place_are_ignored(
    wire: Wire, simulator: Simulator, unmoved: Check
) -> None:
    """One of another workspace, too."""
    for number, fields in enumerate(WRONG_SHAPES):
        body = orjson.dumps(_event(simulator, **fields))
        headers = wire.headers(body, message_id=str(number))
        assert await wire.post(body, headers) == HTTPStatus.NO_CONTENT, fields
    unmoved(ignored=len(WRONG_SHAPES))


async def test_odd_events_harm_nothing(
    hass: HomeAssistant,
    wire: Wire,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    loud: Callable[[], list[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They are Seam's, but of locks, kinds and times that nobody has heard of."""
    for fields in ODD:
        event = _event(simulator, **fields)
        assert await wire.post_event(event) == HTTPStatus.NO_CONTENT, fields
    assert coordinator.push.accepted == len(ODD)
    await coordinator.async_refresh()
    await _settle(hass)
    assert coordinator.last_update_success
    assert set(coordinator.data.locks) == set(LOCKS)
    assert not loud()
    assert "Traceback" not in caplog.text


async def test_before_anything_is_registered_nobody_is_believed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    external_url: None,
    hass_client_no_auth: ClientSessionGenerator,
    loud: Callable[[], list[str]],
) -> None:
    """There is no secret yet; removing the entry then has nothing to remove."""
    simulator.faults.add("status", path="/webhooks")
    coordinator = await _set_up(hass, entry)
    secret = simulator.core.ids.secret()
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_REGISTERED: {"secret": secret}}
    )
    wire = Wire(hass, await hass_client_no_auth(), entry)
    data = {k: v for k, v in entry.data.items() if k != CONF_REGISTERED}
    hass.config_entries.async_update_entry(entry, data=data)
    before = len(loud())
    assert await wire.post_event(_event(simulator)) == HTTPStatus.UNAUTHORIZED
    assert coordinator.push.refused == 1
    assert len(loud()) == before
    simulator.requests.clear()
    await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.requests


async def test_a_post_that_never_ends_is_given_up(
    wire: Wire, simulator: Simulator, unmoved: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can keep us reading."""
    monkeypatch.setattr("custom_components.seam.push.webhook._LONGEST_READ", 0.05)
    body = orjson.dumps(_event(simulator))
    is_over = asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        yield body
        await is_over.wait()

    async with wire.client.post(
        wire.path, data=drip(), headers=wire.headers(body)
    ) as answer:
        assert answer.status == HTTPStatus.REQUEST_TIMEOUT
        is_over.set()
    unmoved(refused=1)


async def test_a_replay_that_is_forgotten_tells_nothing_twice(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    wire: Wire,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only so many messages are remembered; events are told apart by themselves."""
    monkeypatch.setattr("custom_components.seam.push.webhook._REMEMBERED_MESSAGES", 2)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    fired = _fired(hass, ACTIVITY)
    bodies = [orjson.dumps(_event(simulator)) for _ in range(3)]
    signed = [
        (body, wire.headers(body, message_id=f"msg_{number}"))
        for number, body in enumerate(bodies)
    ]
    for body, headers in signed:
        assert await wire.post(body, headers) == HTTPStatus.NO_CONTENT
    simulator.requests.clear()
    assert await wire.post(*signed[2]) == HTTPStatus.CONFLICT
    assert await wire.post(*signed[0]) == HTTPStatus.NO_CONTENT
    assert len(fired) == 3
    assert not simulator.requests


async def test_an_unknown_address_says_nothing(wire: Wire, unmoved: Check) -> None:
    """Home Assistant answers as if it were one."""
    wire.path = "/api/webhook/" + "0" * 64
    assert await wire.post(b"{}", {}) == HTTPStatus.OK
    unmoved()


async def test_while_it_is_unloaded_nothing_is_taken(
    hass: HomeAssistant,
    wire: Wire,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither in the middle of it nor afterwards is there work or trouble."""
    unloading = hass.async_create_task(
        hass.config_entries.async_unload(entry.entry_id), eager_start=False
    )
    event = _event(simulator)
    posting = hass.async_create_task(wire.post_event(event), eager_start=True)
    assert await unloading
    assert await posting in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
    simulator.requests.clear()
    accepted = coordinator.push.accepted
    assert await wire.post_event(_event(simulator)) == HTTPStatus.OK
    assert coordinator.push.accepted == accepted
    assert not simulator.requests
    assert "Traceback" not in caplog.text

    # The poll after the next start finds what nobody took.
    assert await hass.config_entries.async_setup(entry.entry_id)
    await _settle(hass)
    assert await wire.post_event(_event(simulator)) == HTTPStatus.NO_CONTENT


async def test_during_the_start_nothing_is_taken(
    hass: HomeAssistant,
    wire: Wire,
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    """Before everything is fetched there is nothing that an event could change."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.faults.add("hang", path="/devices/list")
    starting = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await _until(lambda: bool(_asked(simulator, "/devices/list")))
    body = orjson.dumps(_event(simulator))
    async with wire.client.post(
        wire.path, data=body, headers=wire.headers(body)
    ) as answer:
        assert answer.status == HTTPStatus.OK
    simulator.faults.clear()
    assert await starting
    await _settle(hass)
    assert entry.runtime_data.push.accepted == 0
    assert entry.runtime_data.last_update_success


# What comes of it


def _fired(hass: HomeAssistant, entity_id: str) -> list[dict[str, Any]]:
    """Return the list in which what an event entity tells will be."""
    fired: list[dict[str, Any]] = []

    @callback
    def note(event: HassEvent) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] == entity_id and state is not None:
            if state.state not in ("unknown", "unavailable"):
                fired.append(dict(state.attributes))

    hass.bus.async_listen("state_changed", note)
    return fired


async def _deliver(hass: HomeAssistant, simulator: Simulator) -> None:
    """Let Seam send what is due, and let what comes of it happen."""
    await simulator.settle()
    await _settle(hass)


async def test_what_happens_shows_without_a_poll(
    hass: HomeAssistant, wire: Wire, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Only what it changed is fetched; who came is told once, also after the poll."""
    fired = _fired(hass, ACTIVITY)
    simulator.requests.clear()
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    state = hass.states.get("lock.front_door")
    assert state is not None
    assert state.state == "unlocked"
    assert state.attributes["changed_by"] == "Cleaner"
    assert _asked(simulator, "/") == ["/devices/list"]
    [delivery] = simulator.deliveries
    assert delivery.status == HTTPStatus.NO_CONTENT
    await coordinator.async_refresh()
    await _deliver(hass, simulator)
    assert [told["event_type"] for told in fired] == ["unlocked"]


async def test_what_a_poll_has_told_is_not_told_again(
    hass: HomeAssistant, wire: Wire, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The webhook may be late by a day."""
    fired = _fired(hass, ACTIVITY)
    event = _event(simulator)
    body = dict(event)
    await wire.post_event(event)
    simulator.clock.advance(days=1)
    assert (
        await wire.post(
            orjson.dumps(body), wire.headers(orjson.dumps(body), message_id="msg_late")
        )
        == HTTPStatus.NO_CONTENT
    )
    assert len(fired) == 1


async def test_the_answer_does_not_wait_for_seam(
    hass: HomeAssistant, wire: Wire, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Seam hangs; it is answered all the same, and the change shows once it is back."""
    fault = simulator.faults.add("hang")
    simulator.world.devices[FRONT_DOOR].locked = False
    body = orjson.dumps(_event(simulator))
    async with wire.client.post(
        wire.path, data=body, headers=wire.headers(body)
    ) as answer:
        assert answer.status == HTTPStatus.NO_CONTENT
    await _until(lambda: bool(fault.hits))
    assert hass.states.is_state("lock.front_door", "locked")
    # Another one, while the first is being followed.
    assert coordinator.push.accepted == 1
    body = orjson.dumps(_event(simulator))
    async with wire.client.post(
        wire.path, data=body, headers=wire.headers(body, message_id="msg_2")
    ) as answer:
        assert answer.status == HTTPStatus.NO_CONTENT
    simulator.faults.clear()
    await _settle(hass)
    assert hass.states.is_state("lock.front_door", "unlocked")


async def test_if_following_an_event_fails_the_next_poll_does_it(
    hass: HomeAssistant,
    wire: Wire,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """The event is told nonetheless."""
    fired = _fired(hass, ACTIVITY)
    simulator.faults.add("status", path="/devices/list")
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    assert hass.states.is_state("lock.front_door", "locked")
    assert len(fired) == 1
    simulator.faults.clear()
    await coordinator.async_refresh()
    await _settle(hass)
    assert hass.states.is_state("lock.front_door", "unlocked")
    assert len(fired) == 1


async def test_a_burst_is_taken_and_followed_together(
    hass: HomeAssistant, wire: Wire, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Two hundred events at once, in any order: each told once, few requests."""
    fired = _fired(hass, ACTIVITY)
    simulator.requests.clear()
    events = [_event(simulator) for _ in range(200)]
    bodies = [orjson.dumps(event) for event in reversed(events)]
    headers = [
        wire.headers(body, message_id=f"msg_{number}")
        for number, body in enumerate(bodies)
    ]

    async def post(body: bytes, signed: dict[str, str]) -> int:
        async with wire.client.post(wire.path, data=body, headers=signed) as answer:
            return answer.status

    statuses = await asyncio.gather(
        *(post(*each) for each in zip(bodies, headers, strict=True))
    )
    await _settle(hass)
    assert set(statuses) == {HTTPStatus.NO_CONTENT}
    assert coordinator.push.accepted == 200
    assert len(fired) == 200
    assert len(_asked(simulator, "/")) < 100


async def test_an_event_may_be_late_by_a_day(
    hass: HomeAssistant,
    wire: Wire,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is told then, and leaves the lock as it has become since."""
    freezer.move_to(simulator.clock.now())
    fired = _fired(hass, ACTIVITY)
    late = _event(simulator)
    await async_step(hass, freezer, simulator, timedelta(days=1))
    assert await wire.post_event(late) == HTTPStatus.NO_CONTENT
    assert await wire.post_event(late, age=5) == HTTPStatus.NO_CONTENT
    assert hass.states.is_state("lock.front_door", "locked")
    assert [told["occurred_at"] for told in fired] == [
        dt_util.as_local(datetime.fromisoformat(late["occurred_at"])).isoformat()
    ]


async def test_what_happened_before_the_start_is_not_told(
    hass: HomeAssistant, wire: Wire, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Seam repeats for a day what we could not take; by then the poll had told it."""
    fired = _fired(hass, ACTIVITY)
    yesterday = (dt_util.utcnow() - timedelta(days=1)).isoformat()
    event = _event(simulator, created_at=yesterday, occurred_at=yesterday)
    assert await wire.post_event(event) == HTTPStatus.NO_CONTENT
    assert coordinator.push.accepted == 1
    assert not fired


@pytest.fixture
async def _diagnostics(hass: HomeAssistant) -> None:
    """Set diagnostics up while the web server still takes new addresses."""
    assert await async_setup_component(hass, "diagnostics", {})


@pytest.mark.usefixtures("_diagnostics")
async def test_secrets_of_the_webhook_stay_secret(
    hass: HomeAssistant,
    wire: Wire,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither secret nor address is in our logs, in a repr, or in the diagnostics."""
    caplog.set_level(logging.DEBUG)
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    await wire.post(b"{}", {})
    await wire.post(b"{", wire.headers(b"{"))
    # Seam deletes, makes and lists it again.
    await hass.config.async_update(external_url="https://new.example.com")
    await _settle(hass)
    simulator.faults.add("status", path="/webhooks")
    await hass.config.async_update(external_url=EXTERNAL)
    await _settle(hass)
    simulator.faults.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await _settle(hass)

    secrets = {webhook.secret for webhook in simulator.world.webhooks.values()} | {
        wire.secret,
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


# How often to ask


def _is_trusted(coordinator: SeamCoordinator) -> bool:
    return coordinator.push.is_trusted


MINUTE, TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)


async def test_while_seam_sends_there_is_less_to_ask(
    hass: HomeAssistant,
    wire: Wire,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After a delivery every ten minutes, until one is found missing."""
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
    assert not _asked(simulator, "/events/list")
    await async_step(hass, freezer, simulator, 2 * MINUTE)
    assert len(_asked(simulator, "/events/list")) == 1

    # From now on nothing is sent any more.
    [webhook] = simulator.world.webhooks.values()
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


async def test_an_event_that_the_poll_hears_of_first_is_not_missing(
    hass: HomeAssistant,
    wire: Wire,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Sending takes a moment."""
    freezer.move_to(simulator.clock.now())
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    simulator.control.turn_lock(FRONT_DOOR, locked=True)
    simulator.clock.advance(30)
    freezer.tick(30)
    await coordinator.async_refresh()
    assert coordinator.update_interval == TEN_MINUTES
    assert coordinator.push.is_trusted


async def test_a_silent_change_makes_it_ask_more_often(
    hass: HomeAssistant,
    wire: Wire,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """A reconcile finds what no event had told; where all is as known, it does not."""
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    await coordinator.async_reconcile()
    assert coordinator.update_interval == TEN_MINUTES
    # A battery has no event for each percent.
    simulator.control.set_device(FRONT_DOOR, battery_level=0.11)
    await coordinator.async_reconcile()
    assert coordinator.update_interval == TEN_MINUTES
    simulator.world.access_codes[CODE_CLEANER].name = "Renamed in silence"
    await coordinator.async_reconcile()
    assert coordinator.update_interval == MINUTE


async def test_turned_off_it_asks_every_minute(
    hass: HomeAssistant,
    wire: Wire,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Whatever was sent before."""
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    await coordinator.async_refresh()
    assert coordinator.update_interval == TEN_MINUTES
    await _choose(hass, entry, webhook=False)
    for _ in range(3):
        await entry.runtime_data.async_refresh()
        assert entry.runtime_data.update_interval == MINUTE


async def test_when_seam_asks_to_wait_it_waits_longer_of_both(
    hass: HomeAssistant,
    wire: Wire,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """A rate limit never makes it ask sooner than it would have."""
    simulator.control.use_code(CODE_CLEANER)
    await _deliver(hass, simulator)
    simulator.faults.add("rate_limit", retry_after=1200)
    await coordinator.async_refresh()
    assert coordinator.update_interval == timedelta(minutes=20)
    simulator.faults.clear()
    simulator.faults.add("rate_limit", retry_after=30)
    await coordinator.async_refresh()
    assert coordinator.update_interval == TEN_MINUTES


def test_an_event_hides_its_pin() -> None:
    """Some makers send it with every opening."""
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
