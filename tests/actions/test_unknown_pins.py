"""PINs in Seam's texts that nobody knows yet, or that are written in odd ways."""

import logging
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR, UNMANAGED_NEIGHBOUR

from .support import FRONT, Actions, shown_anywhere, texts

SWITCH = "switch.front_door_auto_lock"
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("switch", "turn_on", {"entity_id": SWITCH}),
    ("lock", "unlock", {"entity_id": FRONT}),
]


def _digits(text: str) -> str:
    return "".join(str(int(one)) for one in text if one.isdecimal())


@pytest.mark.parametrize(
    ("path", "code_id"),
    [
        ("/access_codes", CODE_OWNER),
        ("/access_codes/unmanaged/list", UNMANAGED_NEIGHBOUR),
    ],
)
async def test_numbers_are_masked_while_codes_are_unknown(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    path: str,
    code_id: str,
) -> None:
    """Neither logs nor errors contain a PIN that could not be fetched."""
    pin = simulator.state.access_codes[code_id].code
    assert pin is not None
    caplog.set_level(logging.DEBUG)
    simulator.faults.add(
        "status", path=path, device_id=FRONT_DOOR, message=f"Slot of {pin}"
    )
    simulator.control.device_warning("Front Door", "unknown", f"Like {pin}")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    found: list[str] = []
    for is_attempt in (True, False):
        if not is_attempt:
            simulator.faults.add(
                "status", path="/locks", status=400, message=f"{pin} is being used"
            )
        for domain, service, data in CALLS:
            if is_attempt:
                simulator.control.fail_next_action(f"Keypad busy with {pin}")
            with pytest.raises(HomeAssistantError) as caught:
                await hass.services.async_call(domain, service, data, blocking=True)
            found += texts(caught.value)
    assert any("••••" in text for text in found)
    assert not any(pin in text for text in found)
    assert "access codes on Front Door: Slot of ••••" in caplog.text
    assert not [r.name for r in caplog.records if pin in r.getMessage()]
    assert not shown_anywhere(hass, pin)


PIN = "739164"
SPELLINGS = [
    f"PIN {PIN} refused",
    "7-3-9-1-6-4",
    "７３９１６４",
    "739--164",
    "739 - 164",
    "7 3 9 , 1 6 4",
    f"{PIN}abc",
    f"12:{PIN}",
    f"{PIN}-{PIN}",
    f"0{PIN}",
    "٧٣٩١٦٤",
]


@pytest.mark.parametrize("text", SPELLINGS)
async def test_refusal_of_a_pin_masks_all_numbers(
    simulator: Simulator, actions: Actions, text: str
) -> None:
    """Seam may quote the PIN that it was sent in any spelling."""
    for path, action, data in (
        ("create", "schedule_access_code", {"name": "Guest"}),
        ("update", "update_access_code", {"name": "Cleaner"}),
    ):
        simulator.faults.add(
            "status",
            path=f"/access_codes/{path}",
            status=400,
            error_type="invalid_input",
            message=text,
        )
        message = await actions.fails("refused", action, FRONT, code=PIN, **data)
        assert PIN not in _digits(message.partition("(request")[0])
