"""The action `reveal_access_code`."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.const import DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    CODE_OWNER,
    UNMANAGED_GARDEN_1,
    UNMANAGED_NEIGHBOUR,
)
from tests.conftest import Poll

from .support import FRONT, GARDEN, WITH_PIN, Actions

REVEAL = "reveal_access_code"


@pytest.mark.parametrize("code_id", [CODE_CLEANER, CODE_OWNER, UNMANAGED_NEIGHBOUR])
async def test_reveal(actions: Actions, code_id: str) -> None:
    """The PIN is returned with leading zeros, and nothing changes."""
    answer = await actions.answer(REVEAL, FRONT, access_code_id=code_id)
    assert set(answer) == WITH_PIN | {"is_fresh", "as_of"}
    assert answer["is_fresh"] is True
    assert answer["access_code_id"] == code_id
    assert answer["code"] == actions.code(code_id).code
    assert not actions.writes


async def test_reveal_fetches_code(simulator: Simulator, actions: Actions) -> None:
    """New codes and changed PINs are returned."""
    simulator.control.add_unmanaged_code("Front Door", "Angler", "718204")
    simulator.control.edit_code_in_app(UNMANAGED_NEIGHBOUR, pin="402817")
    answer = await actions.answer(REVEAL, FRONT, name="Angler")
    assert answer["code"] == "718204"
    answer = await actions.answer(REVEAL, FRONT, name="Neighbour")
    assert answer["code"] == "402817"


@pytest.mark.parametrize(
    ("kind", "more"),
    [("outage", {}), ("status", {"status": 500}), ("rate_limit", {"retry_after": 30})],
)
async def test_reveal_during_outage(
    simulator: Simulator,
    actions: Actions,
    coordinator: SeamCoordinator,
    kind: Any,
    more: dict[str, Any],
) -> None:
    """The last known PIN is returned and marked as not fresh."""
    known = actions.code(CODE_OWNER).code
    simulator.faults.add(kind, **more)
    answer = await actions.answer(REVEAL, FRONT, name="Owner")
    assert answer["code"] == known
    assert answer["is_fresh"] is False
    assert dt_util.parse_datetime(answer["as_of"]) == coordinator.confirmed_at


async def test_reveal_verifies_code_missing_from_list(
    simulator: Simulator, actions: Actions
) -> None:
    """A code that is missing from the list is read on its own."""
    simulator.control.lose_events(9)
    simulator.control.vanish_code(CODE_CLEANER)
    message = await actions.fails(
        "not_found", REVEAL, FRONT, access_code_id=CODE_CLEANER
    )
    assert message
    await actions.refused(
        "unknown_code", REVEAL, FRONT, may_read=True, access_code_id=CODE_CLEANER
    )


@pytest.mark.parametrize("kind", ["wrong_types", "broken_json", "empty", "status"])
async def test_reveal_list_unreadable(
    simulator: Simulator, actions: Actions, kind: Any
) -> None:
    """The code is read on its own if the list cannot be read."""
    simulator.faults.add(kind, path="/access_codes/list")
    simulator.control.lose_events(9)
    actions.code(CODE_CLEANER).code = "662288"
    answer = await actions.answer(REVEAL, FRONT, name="Cleaner")
    assert answer["code"] == "662288"
    assert answer["is_fresh"] is True


async def test_reveal_code_unreadable(
    simulator: Simulator, actions: Actions, coordinator: SeamCoordinator, poll: Poll
) -> None:
    """The last known PIN is returned with the time of the last fetch."""
    known = actions.code(CODE_CLEANER).code
    simulator.faults.add("status", path="/access_codes", status=500)
    simulator.control.rename_lock("Front Door", "Main door")
    read_at = coordinator.engine.state.reconciled_at
    await poll()
    # The devices can be fetched, but not the codes.
    await coordinator.async_reconcile()
    assert coordinator.engine.state.reconciled_at != read_at
    assert not coordinator.data.locks[actions.code(CODE_CLEANER).device_id].has_codes
    answer = await actions.answer(REVEAL, FRONT, name="Cleaner")
    assert (answer["code"], answer["is_fresh"]) == (known, False)
    as_of, limit = (
        dt_util.parse_datetime(answer["as_of"]),
        coordinator.engine.state.reconciled_at,
    )
    assert as_of is not None
    assert limit is not None
    assert as_of < limit


async def test_reveal_refusal_masks_name(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """The error does not contain a PIN that is part of the name."""
    pin = actions.code(CODE_OWNER).code
    made = simulator.control.add_unmanaged_code("Front Door", f"Flat {pin}", None)
    await poll()
    message = await actions.refused(
        "pin_unknown", REVEAL, FRONT, may_read=True, access_code_id=made.access_code_id
    )
    assert pin is not None
    assert pin not in message


async def test_reveal_key_refused(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """No PIN is returned, and reauthentication starts."""
    simulator.control.revoke_key()
    await actions.fails("invalid_auth", REVEAL, FRONT, name="Owner")
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_reveal_lock_removed_meanwhile(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """No PIN of a removed lock is returned."""
    simulator.control.lose_events(10)
    simulator.control.remove_lock("Front Door")
    await reconcile()
    await actions.refused("lock_gone", REVEAL, FRONT, name="Owner", may_read=True)


async def test_reveal_unknown_pin(actions: Actions) -> None:
    """Some manufacturers do not share PINs."""
    message = await actions.refused(
        "pin_unknown",
        REVEAL,
        GARDEN,
        access_code_id=UNMANAGED_GARDEN_1,
        may_read=True,
    )
    assert "Slot 4" in message


async def test_reveal_requires_response(actions: Actions) -> None:
    """A response is required."""
    before = len(actions.simulator.requests)
    with pytest.raises(Exception, match="response"):
        await actions.run(REVEAL, FRONT, name="Cleaner")
    assert len(actions.simulator.requests) == before
