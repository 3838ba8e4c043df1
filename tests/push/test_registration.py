"""Test which webhooks are created and deleted at Seam."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
import json
import re
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from hass_nabucasa.api import CloudApiError
from homeassistant.components import cloud
from homeassistant.const import CONF_API_KEY, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.api import SeamClient, SeamError, SeamNotSentError
from custom_components.seam.api.models import Webhook
from custom_components.seam.api.rows import Rows
from custom_components.seam.const import CONF_ENDPOINT, CONSOLE_URL, DOMAIN
from custom_components.seam.push import registration
from custom_components.seam.push.registration import CONF_INTENDED, CONF_REGISTERED
from simulator import Simulator
from simulator.seed import KEY_TWO, WORKSPACE, WORKSPACE_TWO
from tests.clock import async_step

from .conftest import (
    EXTERNAL,
    Sender,
    add_other_webhook,
    requested,
    seam_event,
    set_up,
    set_webhook_option,
    settle,
)

CLOUDHOOK = "https://hooks.example.org/abc"


WEBHOOK_ID = "f00d0000feed" * 5


@pytest.fixture
def subscription(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Subscribe to the cloud, and return its cloudhooks by webhook id."""
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


@pytest.mark.usefixtures("external_url")
async def test_webhook_is_registered_once(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that reloads keep the webhook with a secret URL for all events."""
    await set_up(hass, entry)
    [webhook] = simulator.state.webhooks.values()
    assert re.fullmatch(rf"{EXTERNAL}/api/webhook/[0-9a-f]{{64}}", webhook.url)
    assert webhook.event_types == ["*"]
    assert entry.data[CONF_REGISTERED] == {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "secret": webhook.secret,
    }
    for _ in range(2):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await settle(hass)
    assert simulator.state.webhooks == {webhook.webhook_id: webhook}
    assert requested(simulator).count("/webhooks/create") == 1
    assert "/webhooks/delete" not in requested(simulator)


async def test_cloudhook_is_preferred_and_removed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
    external_url: None,
) -> None:
    """Test that a cloudhook is used before the external URL and removed with the entry."""
    await set_up(hass, entry)
    [webhook] = simulator.state.webhooks.values()
    assert webhook.url == CLOUDHOOK
    assert list(subscription) == [entry.data[CONF_WEBHOOK_ID]]
    await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.state.webhooks
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
async def test_no_webhook_without_safe_external_url(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, url: str | None
) -> None:
    """Test that no webhook is created without an https URL that has a host name."""
    await hass.config.async_update(external_url=url, internal_url=None)
    await set_up(hass, entry)
    assert not requested(simulator)
    assert CONF_REGISTERED not in entry.data


@pytest.mark.parametrize(
    "edited",
    [
        {CONF_REGISTERED: "text"},
        {CONF_REGISTERED: []},
        {CONF_REGISTERED: {"webhook_id": "a"}},
        {CONF_REGISTERED: {"webhook_id": "a", "url": "b", "secret": 5}},
        {CONF_INTENDED: "text"},
        {CONF_INTENDED: {"url": "a"}},
        {CONF_INTENDED: {"url": "a", "others": 5}},
        {CONF_WEBHOOK_ID: 5},
        {CONF_WEBHOOK_ID: []},
        {CONF_WEBHOOK_ID: None},
    ],
)
async def test_broken_record_counts_as_none(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    external_url: None,
    hass_client_no_auth: ClientSessionGenerator,
    logged: Callable[[], list[str]],
    edited: dict[str, Any],
) -> None:
    """Somebody may have edited the file. A new webhook is created."""
    other = add_other_webhook(simulator, "https://other.example.com")
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, **edited})
    assert await async_setup_component(hass, "webhook", {})
    await set_up(hass, entry)
    [webhook] = [w for w in simulator.state.webhooks.values() if w is not other]
    sender = Sender(hass, await hass_client_no_auth(), entry)
    assert sender.secret == webhook.secret
    assert await sender.post_event(seam_event(simulator)) == HTTPStatus.NO_CONTENT
    hass.config_entries.async_update_entry(entry, data={**entry.data, **edited})
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not logged()


async def test_no_webhook_for_internal_url(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that the internal URL is never registered."""
    await hass.config.async_update(internal_url="https://house.internal.example.com")
    await set_up(hass, entry)
    assert not requested(simulator)


@pytest.mark.usefixtures("external_url")
async def test_webhook_follows_external_url(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that there is one webhook with the current URL, or none."""
    await set_up(hass, entry)
    [first] = simulator.state.webhooks.values()
    await hass.config.async_update(external_url="https://new.example.com")
    await settle(hass)
    [second] = simulator.state.webhooks.values()
    assert second.url == first.url.replace(EXTERNAL, "https://new.example.com")
    assert second.webhook_id != first.webhook_id
    assert entry.data[CONF_REGISTERED]["secret"] == second.secret
    await hass.config.async_update(external_url=None)
    await settle(hass)
    assert not simulator.state.webhooks
    assert CONF_REGISTERED not in entry.data
    await hass.config.async_update(external_url=EXTERNAL)
    await settle(hass)
    [third] = simulator.state.webhooks.values()
    assert third.url == first.url


async def test_webhook_follows_cloud_connection(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    logged: Callable[[], list[str]],
) -> None:
    """Test that the webhook stays while the cloud is disconnected, and goes with the subscription."""
    get_or_create = cloud.async_get_or_create_cloudhook

    async def not_connected(_hass: HomeAssistant, _webhook_id: str) -> str:
        raise cloud.CloudNotConnected

    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", not_connected)
    await set_up(hass, entry)
    assert not simulator.state.webhooks
    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", get_or_create)
    _set_cloud_state(hass, cloud.CloudConnectionState.CLOUD_CONNECTED)
    await settle(hass)
    [webhook] = simulator.state.webhooks.values()
    assert webhook.url == CLOUDHOOK
    assert len(logged()) == 2

    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", not_connected)
    _set_cloud_state(hass, cloud.CloudConnectionState.CLOUD_DISCONNECTED)
    await settle(hass)
    assert list(simulator.state.webhooks) == [webhook.webhook_id]

    monkeypatch.setattr(cloud, "async_active_subscription", lambda _hass: False)
    _set_cloud_state(hass, cloud.CloudConnectionState.CLOUD_DISCONNECTED)
    await settle(hass)
    assert not simulator.state.webhooks


def _set_cloud_state(hass: HomeAssistant, state: cloud.CloudConnectionState) -> None:
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
async def test_failing_cloudhook_is_retried(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    logged: Callable[[], list[str]],
    error: Exception,
) -> None:
    """Test that every error of the cloud leads to another try."""
    get_or_create = cloud.async_get_or_create_cloudhook

    async def fail(_hass: HomeAssistant, _webhook_id: str) -> str:
        raise error

    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", fail)
    await set_up(hass, entry)
    assert len(logged()) == 1
    assert not simulator.state.webhooks
    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", get_or_create)
    _set_cloud_state(hass, cloud.CloudConnectionState.CLOUD_CONNECTED)
    await settle(hass)
    assert len(simulator.state.webhooks) == 1


@pytest.mark.parametrize(
    "error", [cloud.CloudNotAvailable(), CloudApiError("Failed"), ValueError("none")]
)
async def test_failing_cloudhook_removal_does_not_keep_webhook(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """Test that removing the entry deletes the webhook at Seam if the cloud fails."""
    await set_up(hass, entry)

    async def fail(_hass: HomeAssistant, _webhook_id: str) -> None:
        raise error

    monkeypatch.setattr(cloud, "async_delete_cloudhook", fail)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.state.webhooks


@pytest.mark.usefixtures("external_url")
async def test_webhook_deleted_at_seam_is_created_again(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that the next start creates a webhook with a new secret."""
    await set_up(hass, entry)
    [webhook] = simulator.state.webhooks.values()
    simulator.state.webhooks.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)
    [anew] = simulator.state.webhooks.values()
    assert anew.url == webhook.url
    assert anew.secret != webhook.secret
    assert entry.data[CONF_REGISTERED]["secret"] == anew.secret


@pytest.mark.usefixtures("external_url")
@pytest.mark.parametrize("is_moved", [True, False])
@pytest.mark.parametrize(
    ("answer", "is_confirmed"),
    [
        pytest.param({}, True, id="row_missing"),
        pytest.param({"is_complete": False}, True, id="page_missing"),
        pytest.param({"is_complete": False}, False, id="unconfirmed_page_missing"),
        pytest.param({"unreadable": True}, True, id="row_unreadable"),
        pytest.param({"unreadable": True}, False, id="unconfirmed_row_unreadable"),
    ],
)
async def test_partial_list_leaves_no_webhook_behind(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    answer: dict[str, Any],
    is_confirmed: bool,
    is_moved: bool,
) -> None:
    """Test that one webhook remains that we know, and none after removal."""
    if not is_confirmed:
        simulator.faults.add(
            "outage", path="/webhooks/create", after_processing=True, count=1
        )
    await set_up(hass, entry)
    [first] = simulator.state.webhooks
    if "unreadable" in answer:
        answer = {"unreadable": [first]}
    with patch.object(SeamClient, "list_webhooks", return_value=Rows(**answer)):
        if is_moved:
            await hass.config.async_update(external_url="https://new.example.com")
        else:
            assert await hass.config_entries.async_reload(entry.entry_id)
        await settle(hass)
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    [last] = simulator.state.webhooks.values()
    assert entry.data[CONF_REGISTERED]["webhook_id"] == last.webhook_id
    assert last.url == entry.data[CONF_REGISTERED]["url"]
    assert last.url.startswith("https://new.example.com") is is_moved
    with patch.object(SeamClient, "list_webhooks", return_value=Rows(**answer)):
        await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.state.webhooks


@pytest.mark.usefixtures("external_url")
async def test_unreadable_webhook_of_others_does_not_matter(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Test that a row that stays unreadable neither stops us nor is deleted."""
    other = add_other_webhook(simulator, "https://other.example.com").webhook_id
    list_webhooks = SeamClient.list_webhooks

    async def list_others_unreadable(client: SeamClient) -> Rows[Webhook]:
        rows = await list_webhooks(client)
        own = [row for row in rows if row.webhook_id != other]
        return Rows(own, unreadable=[other])

    simulator.faults.add(
        "outage", path="/webhooks/create", after_processing=True, count=1
    )
    with patch.object(SeamClient, "list_webhooks", list_others_unreadable):
        await set_up(hass, entry)
        await async_step(hass, freezer, simulator, timedelta(minutes=5))
    ours = entry.data[CONF_REGISTERED]["webhook_id"]
    assert set(simulator.state.webhooks) == {other, ours}


@pytest.mark.usefixtures("external_url")
async def test_other_webhooks_are_never_deleted(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that other webhooks stay, even one with the same URL."""
    other = add_other_webhook(simulator, "https://other.example.com/hook")
    await set_up(hass, entry)
    copy = add_other_webhook(simulator, entry.data[CONF_REGISTERED]["url"])
    await hass.config.async_update(external_url="https://new.example.com")
    await settle(hass)
    await set_webhook_option(hass, entry, webhook=False)
    assert set(simulator.state.webhooks) == {other.webhook_id, copy.webhook_id}
    await set_webhook_option(hass, entry, webhook=True)
    assert len(simulator.state.webhooks) == 3
    await hass.config_entries.async_remove(entry.entry_id)
    assert set(simulator.state.webhooks) == {other.webhook_id, copy.webhook_id}
    deleted = [r for r in simulator.requests if r.path == "/webhooks/delete"]
    assert not {r.body["webhook_id"] for r in deleted} & {
        other.webhook_id,
        copy.webhook_id,
    }


@pytest.mark.usefixtures("external_url")
async def test_option_off_deletes_webhook_and_ignores_posts(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """Test that the former URL is unknown to Home Assistant."""
    await set_up(hass, entry)
    sender = Sender(hass, await hass_client_no_auth(), entry)
    await set_webhook_option(hass, entry, webhook=False)
    assert not simulator.state.webhooks
    assert CONF_REGISTERED not in entry.data
    assert await sender.post_event(seam_event(simulator)) == HTTPStatus.OK
    assert entry.runtime_data.webhook_status.accepted == 0
    simulator.requests.clear()
    await hass.config.async_update(external_url="https://new.example.com")
    await settle(hass)
    assert not requested(simulator)


async def test_option_off_deletes_cloudhook(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    subscription: dict[str, str],
) -> None:
    """Test that the option also deletes and creates the cloudhook."""
    await set_up(hass, entry)
    assert subscription
    await set_webhook_option(hass, entry, webhook=False)
    assert not simulator.state.webhooks
    assert not subscription
    await set_webhook_option(hass, entry, webhook=True)
    assert subscription
    assert len(simulator.state.webhooks) == 1


@pytest.mark.usefixtures("external_url")
async def test_failing_registration_is_retried_and_logged_once(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    logged: Callable[[], list[str]],
) -> None:
    """Test that polling continues, and one line is logged for failure and for recovery."""
    simulator.faults.add("status", path="/webhooks/create")
    coordinator = await set_up(hass, entry)
    assert coordinator.last_update_success
    for _ in range(3):
        await async_step(hass, freezer, simulator, timedelta(minutes=5))
    assert len(requested(simulator, "/webhooks/create")) >= 3
    assert len(logged()) == 1
    simulator.faults.clear()
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    assert len(simulator.state.webhooks) == 1
    assert len(logged()) == 2
    simulator.requests.clear()
    for _ in range(3):
        await async_step(hass, freezer, simulator, timedelta(minutes=5))
    assert not requested(simulator)


@pytest.mark.usefixtures("external_url")
async def test_unconfirmed_webhook_is_replaced(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Test that a webhook without a known secret is replaced, but not one of somebody else."""
    await set_up(hass, entry)
    url = entry.data[CONF_REGISTERED]["url"]
    await set_webhook_option(hass, entry, webhook=False)
    foreign = add_other_webhook(simulator, url)
    simulator.faults.add(
        "outage", path="/webhooks/create", after_processing=True, count=1
    )
    await set_webhook_option(hass, entry, webhook=True)
    assert CONF_REGISTERED not in entry.data
    [lost] = simulator.state.webhooks.keys() - {foreign.webhook_id}
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    ours = entry.data[CONF_REGISTERED]["webhook_id"]
    assert ours != lost
    assert set(simulator.state.webhooks) == {foreign.webhook_id, ours}
    assert CONF_INTENDED not in entry.data


@pytest.mark.usefixtures("external_url")
@pytest.mark.parametrize("error", [SeamError("Refused"), SeamNotSentError("No route")])
async def test_refused_registration_leaves_later_webhooks_alone(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    error: SeamError,
) -> None:
    """Test that a webhook that appears after a refusal is not considered ours."""
    with patch.object(SeamClient, "create_webhook", side_effect=error):
        await set_up(hass, entry)
    assert CONF_INTENDED not in entry.data
    url = f"{EXTERNAL}/api/webhook/{entry.data[CONF_WEBHOOK_ID]}"
    foreign = add_other_webhook(simulator, url)
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    ours = entry.data[CONF_REGISTERED]["webhook_id"]
    assert set(simulator.state.webhooks) == {foreign.webhook_id, ours}


@pytest.mark.usefixtures("external_url")
async def test_refusal_that_quotes_url_is_masked(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    logged: Callable[[], list[str]],
) -> None:
    """Test that the log does not say where Seam can reach us."""
    simulator.faults.add(
        "status",
        path="/webhooks/create",
        status=400,
        message=f"Cannot use {EXTERNAL}/api/webhook/{WEBHOOK_ID}.",
    )
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_WEBHOOK_ID: WEBHOOK_ID}
    )
    await set_up(hass, entry)
    [line] = [line for line in logged() if "webhook" in line]
    assert "Cannot use" in line
    assert WEBHOOK_ID not in line


@pytest.mark.usefixtures("external_url")
@pytest.mark.parametrize("is_down", [False, True])
async def test_removal_deletes_unconfirmed_webhook(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    is_down: bool,
) -> None:
    """Test that removal deletes a webhook whose creation Seam did not confirm."""
    simulator.faults.add("outage", path="/webhooks/create", after_processing=True)
    await set_up(hass, entry)
    assert len(simulator.state.webhooks) == 1
    if is_down:
        simulator.faults.add("outage", path="/webhooks")
    await hass.config_entries.async_remove(entry.entry_id)
    assert len(simulator.state.webhooks) == int(is_down)
    assert (
        "Delete the webhook that points to Home Assistant" in caplog.text
    ) is is_down
    assert EXTERNAL not in "".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.seam")
    )


@pytest.mark.usefixtures("external_url")
async def test_unloaded_entry_does_not_retry_registration(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Test that an unloaded entry sends no request."""
    simulator.faults.add("status", path="/webhooks")
    await set_up(hass, entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.requests.clear()
    await async_step(hass, freezer, simulator, timedelta(hours=1))
    await hass.config.async_update(external_url="https://new.example.com")
    await settle(hass)
    assert not simulator.requests


@pytest.mark.usefixtures("external_url")
async def test_unloaded_entry_does_not_retry_after_several_url_changes(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Test that concurrent updates leave no retry behind."""
    await set_up(hass, entry)
    simulator.faults.add("status", path="/webhooks")
    for name in ("a", "b", "c"):
        await hass.config.async_update(external_url=f"https://{name}.example.com")
    await settle(hass)
    simulator.requests.clear()
    await async_step(hass, freezer, simulator, timedelta(minutes=5))
    tries = len(requested(simulator))
    assert tries
    simulator.faults.clear()
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.requests.clear()
    await async_step(hass, freezer, simulator, timedelta(hours=1))
    assert not simulator.requests


@pytest.mark.usefixtures("external_url")
@pytest.mark.parametrize("secret", [None, ""])
async def test_webhook_without_secret_is_deleted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    logged: Callable[[], list[str]],
    secret: str | None,
) -> None:
    """Test that a webhook whose posts cannot be verified is deleted."""
    if secret is None:
        monkeypatch.setattr(
            "simulator.endpoints.webhooks.render_webhook",
            lambda webhook, **_: {"webhook_id": webhook.webhook_id, "url": webhook.url},
        )
    else:
        monkeypatch.setattr(simulator.backend.ids, "secret", lambda: secret)
    await set_up(hass, entry)
    assert not simulator.state.webhooks
    assert CONF_REGISTERED not in entry.data
    assert len(logged()) == 1


@pytest.mark.usefixtures("external_url")
async def test_removal_retries_deleting_webhook(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    logged: Callable[[], list[str]],
) -> None:
    """Test that a short outage does not leave a webhook at Seam."""
    await set_up(hass, entry)
    simulator.faults.add("status", path="/webhooks/delete", count=2)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.state.webhooks
    assert not logged()


@pytest.mark.usefixtures("external_url")
@pytest.mark.parametrize("is_key_revoked", [False, True])
async def test_removal_warns_about_webhook_left_at_seam(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    logged: Callable[[], list[str]],
    is_key_revoked: bool,
) -> None:
    """Test that removal gives up, says what to delete, and keeps no key."""
    await set_up(hass, entry)
    [webhook_id] = simulator.state.webhooks
    simulator.requests.clear()
    if is_key_revoked:
        simulator.control.revoke_key()
    else:
        simulator.faults.add("status", path="/webhooks/delete")
    await hass.config_entries.async_remove(entry.entry_id)
    await settle(hass)
    tries = 1 if is_key_revoked else 4
    assert len(requested(simulator, "/webhooks/delete")) == tries
    assert list(simulator.state.webhooks) == [webhook_id]
    [line] = logged()
    assert webhook_id in line
    assert CONSOLE_URL in line
    assert simulator.key not in line

    await flush_store(hass.config_entries._store)
    assert simulator.key not in json.dumps(hass_storage)
    simulator.requests.clear()
    hass.config.components.remove(DOMAIN)
    assert await async_setup_component(hass, DOMAIN, {})
    await settle(hass)
    assert not simulator.requests


@pytest.mark.usefixtures("external_url")
async def test_removal_gives_up_when_seam_hangs(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    logged: Callable[[], list[str]],
) -> None:
    """Test that removal does not wait long for an answer."""
    monkeypatch.setattr(registration, "_REMOVAL_TIMEOUT", 0.1)
    await set_up(hass, entry)
    fault = simulator.faults.add("hang", path="/webhooks")
    await hass.config_entries.async_remove(entry.entry_id)
    assert fault.hits == 1
    [line] = logged()
    assert "did not respond in time" in line
    simulator.faults.clear()


@pytest.mark.usefixtures("external_url")
async def test_removal_accepts_missing_webhook(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    logged: Callable[[], list[str]],
) -> None:
    """Test that a webhook that somebody else deleted is not an error."""
    await set_up(hass, entry)
    simulator.state.webhooks.clear()
    await hass.config_entries.async_remove(entry.entry_id)
    assert not logged()


@pytest.mark.usefixtures("external_url")
async def test_each_workspace_has_its_own_webhook(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """Test that posts to one workspace are not accepted by another."""
    other = MockConfigEntry(
        domain=DOMAIN,
        unique_id=WORKSPACE_TWO,
        data={CONF_API_KEY: KEY_TWO, CONF_ENDPOINT: simulator.url},
    )
    one, two = await set_up(hass, entry), await set_up(hass, other)
    assert len({webhook.url for webhook in simulator.state.webhooks.values()}) == 2
    assert {webhook.workspace_id for webhook in simulator.state.webhooks.values()} == {
        WORKSPACE,
        WORKSPACE_TWO,
    }
    client = await hass_client_no_auth()
    sender = Sender(hass, client, entry)
    event = seam_event(simulator)
    assert await sender.post_event(event) == HTTPStatus.NO_CONTENT
    assert (one.webhook_status.accepted, two.webhook_status.accepted) == (1, 0)
    # Signed for one workspace, posted to the other.
    crossed = Sender(hass, client, other)
    crossed.secret = sender.secret
    assert await crossed.post_event(event) == HTTPStatus.UNAUTHORIZED
    assert two.webhook_status.accepted == 0
    await hass.config_entries.async_remove(other.entry_id)
    assert [w.workspace_id for w in simulator.state.webhooks.values()] == [WORKSPACE]
    assert await sender.post_event(seam_event(simulator)) == HTTPStatus.NO_CONTENT
