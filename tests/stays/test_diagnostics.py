"""Tests of the diagnostics of stays."""

import json
from typing import Any

from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.const import DOMAIN
from simulator.seed import APARTMENT_1, FRONT_DOOR

from .conftest import Stays

HOUR = 1 / 24

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")


async def device(
    stays: Stays, client: ClientSessionGenerator, identifier: str
) -> list[dict[str, Any]]:
    """Return the stays in the diagnostics of a device."""
    [found] = dr.async_get(stays.hass).async_get_devices(
        identifiers={(DOMAIN, identifier)}
    )
    data = await get_diagnostics_for_device(stays.hass, client, stays.entry, found)
    shown: Any = data["stays"]
    return list(shown)


async def test_stays_are_shown_without_names_and_pins(
    stays: Stays, hass_client: ClientSessionGenerator
) -> None:
    """What is set, what was done, and whether guests will get in."""
    stays.book("Ms Malone", start=12 * HOUR)
    stays.book("Mr Bloom", start=20 * HOUR, end=30 * HOUR)
    await stays.wait()
    await stays.wait()
    device_data = stays.simulator.state.devices[FRONT_DOOR]
    device_data.properties["max_active_codes_supported"] = 0
    await stays.entry.runtime_data.async_reconcile()
    stays.book("Mr Dedalus", start=3, end=4)
    await stays.wait()
    data = await get_diagnostics_for_config_entry(stays.hass, hass_client, stays.entry)
    [shown] = data["stays"]
    assert shown == {
        "settings": {
            "calendar": "**REDACTED**",
            "calendar_id": "**REDACTED**",
            "locks": [FRONT_DOOR],
            "excludes": ["**REDACTED**"],
        },
        "calendar_was_read": True,
        "coming": 3,
        "codes": 2,
        "unconfirmed": 0,
        "steps": {"blocked: lock_full": 1},
        "errors": 0,
        "verdicts": {"ready": 2, "at_risk": 1},
    }
    text = json.dumps(data)
    assert not [name for name in ("Malone", "Bloom", "Bookings") if name in text]
    assert not [code for code in stays.codes if f'"{code.code}"' in text]


async def test_devices_show_only_their_own_stays(
    stays: Stays, hass_client: ClientSessionGenerator
) -> None:
    """Those of the device, or of the lock."""
    [subentry_id] = stays.entry.subentries
    for identifier, count in ((subentry_id, 1), (FRONT_DOOR, 1), (APARTMENT_1, 0)):
        assert len(await device(stays, hass_client, identifier)) == count
