"""Tests of the client methods about all but access codes, against the simulator.

Requests and responses are validated against Seam's schema. A test has the name of
the method.
"""

import pytest

from custom_components.seam.api import (
    ActionAttemptStatus,
    SeamClient,
    SeamNotFoundError,
)
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    BOAT_SHED,
    FRONT_DOOR,
    LOCKS,
    WORKSPACE,
    WORKSPACE_NAME,
)
from tests.api.conftest import NOWHERE, fetched_device, finished

pytestmark = pytest.mark.usefixtures("schema")
SUCCESS = ActionAttemptStatus.SUCCESS


async def test_get_workspace(client: SeamClient) -> None:
    """The workspace of the API key is returned."""
    workspace = await client.get_workspace()
    assert (workspace.workspace_id, workspace.name) == (WORKSPACE, WORKSPACE_NAME)
    assert workspace.is_sandbox
    assert not workspace.is_suspended


async def test_list_devices(client: SeamClient, simulator: Simulator) -> None:
    """All managed devices or those with the ids are returned; no ids are no devices."""
    devices = {device.device_id: device for device in await client.list_devices()}
    assert set(devices) == set(LOCKS)
    assert all(device.is_lock for device in devices.values())
    front = devices[FRONT_DOOR]
    assert (front.name, front.manufacturer) == ("Front Door", "August")
    assert front.model == "Wi-Fi Smart Lock"
    assert front.properties.locked is True
    assert front.battery_level == 0.84
    assert front.keypad_battery_level == 0.72
    assert front.can_convert_codes
    assert not devices[APARTMENT_2].can_convert_codes
    assert devices[BOAT_SHED].properties.locked is None

    some = await client.list_devices({APARTMENT_1, FRONT_DOOR})
    assert {device.device_id for device in some} == {FRONT_DOOR, APARTMENT_1}
    assert simulator.requests[-1].body == {
        "device_ids": sorted([FRONT_DOOR, APARTMENT_1])
    }
    assert await client.list_devices([]) == []
    assert await client.list_devices([NOWHERE]) == []


async def test_update_device(client: SeamClient, simulator: Simulator) -> None:
    """Nothing but the setting is sent."""
    await client.update_device(FRONT_DOOR, backup_access_code_pool_enabled=True)
    assert simulator.requests[-1].body == {
        "device_id": FRONT_DOOR,
        "backup_access_code_pool_enabled": True,
    }


async def test_lock_door(client: SeamClient, simulator: Simulator) -> None:
    """The attempt succeeds, and the door is locked."""
    simulator.control.turn_lock(FRONT_DOOR, locked=False)
    attempt = await finished(client, simulator, await client.lock_door(FRONT_DOOR))
    assert attempt.status is SUCCESS
    assert (await fetched_device(client, FRONT_DOOR)).properties.locked is True


async def test_unlock_door(client: SeamClient, simulator: Simulator) -> None:
    """The attempt has the confirmation of the device, or why it failed."""
    simulator.control.leave_next_action_unconfirmed()
    attempt = await finished(client, simulator, await client.unlock_door(FRONT_DOOR))
    assert attempt.status is SUCCESS
    assert attempt.result is not None
    assert attempt.result.was_confirmed_by_device is False

    simulator.control.fail_next_action("The lock is jammed.", error_type="jammed")
    attempt = await finished(client, simulator, await client.unlock_door(FRONT_DOOR))
    assert attempt.status is ActionAttemptStatus.ERROR
    assert attempt.error is not None
    assert (attempt.error.type, attempt.error.message) == (
        "jammed",
        "The lock is jammed.",
    )


async def test_configure_auto_lock(client: SeamClient, simulator: Simulator) -> None:
    """False is sent, too, and so is the delay."""
    attempt = await client.configure_auto_lock(FRONT_DOOR, auto_lock_enabled=False)
    assert simulator.requests[-1].body["auto_lock_enabled"] is False
    assert (await finished(client, simulator, attempt)).status is SUCCESS
    await client.configure_auto_lock(
        FRONT_DOOR, auto_lock_enabled=True, auto_lock_delay_seconds=45
    )
    assert simulator.requests[-1].body["auto_lock_delay_seconds"] == 45


async def test_get_action_attempt(client: SeamClient, simulator: Simulator) -> None:
    """An attempt stays pending as long as it takes."""
    simulator.control.hang_next_action()
    attempt = await finished(client, simulator, await client.lock_door(FRONT_DOOR))
    assert attempt.status is ActionAttemptStatus.PENDING
    with pytest.raises(SeamNotFoundError) as refused:
        await client.get_action_attempt(NOWHERE)
    assert refused.value.error_type == "action_attempt_not_found"


@pytest.mark.parametrize("order", ["ascending", "descending", "shuffled"])
async def test_list_events(
    client: SeamClient, simulator: Simulator, order: str
) -> None:
    """All events after a time are returned, oldest first in any order of Seam's."""
    start = simulator.clock.now()
    for number in range(6):
        simulator.control.advance(1)
        simulator.control.rename_lock(FRONT_DOOR, f"Name {number}")
    simulator.control.order_events(order)  # type: ignore[arg-type]  # a parameter
    events = await client.list_events(start)
    assert [event.event_type for event in events] == ["device.name_changed"] * 6
    times = [event.created_at for event in events]
    assert times == sorted(times)
    assert {event.device_id for event in events} == {FRONT_DOOR}
    assert await client.list_events(times[-1]) == []


async def test_create_webhook(client: SeamClient, simulator: Simulator) -> None:
    """The new webhook has its secret."""
    webhook = await client.create_webhook("http://127.0.0.1:9/hook")
    assert simulator.requests[-1].body["event_types"] == ["*"]
    assert webhook.secret is not None
    assert webhook.secret.startswith("whsec_")


async def test_list_webhooks(client: SeamClient) -> None:
    """All webhooks are returned, without secrets."""
    assert await client.list_webhooks() == []
    webhook = await client.create_webhook("http://127.0.0.1:9/hook")
    (listed,) = await client.list_webhooks()
    assert listed.webhook_id == webhook.webhook_id
    assert listed.url == "http://127.0.0.1:9/hook"
    assert listed.secret is None


async def test_delete_webhook(client: SeamClient) -> None:
    """The webhook is not listed any more."""
    webhook = await client.create_webhook("http://127.0.0.1:9/hook")
    await client.delete_webhook(webhook.webhook_id)
    assert await client.list_webhooks() == []


async def test_list_connected_accounts(
    client: SeamClient, simulator: Simulator
) -> None:
    """The accounts are returned with their errors."""
    simulator.control.account_error(FRONT_DOOR)
    accounts = {
        account.account_type_display_name: account
        for account in await client.list_connected_accounts()
    }
    assert {"August", "Schlage", "Nuki"} <= set(accounts)
    assert [error.code for error in accounts["August"].errors] == [
        "account_disconnected"
    ]
    assert accounts["Nuki"].errors == ()


async def test_sync_connected_account(client: SeamClient, simulator: Simulator) -> None:
    """Seam refreshes the account."""
    account_id = (await fetched_device(client, FRONT_DOOR)).connected_account_id
    assert account_id is not None
    simulator.control.advance(10)
    await client.sync_connected_account(account_id)
    account = simulator.state.accounts[account_id]
    assert account.synced_at == simulator.clock.now()
