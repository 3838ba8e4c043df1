"""How tests look for PINs in what is shown or stored."""

import re
from typing import Final

from homeassistant.components.recorder.db_schema import (
    EventData,
    StateAttributes,
    States,
)
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import HomeAssistant

from simulator.state import State

# The digits in a random ID, as of a device or a context, may equal a PIN by chance.
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])\d{4,}(?![0-9A-Za-z])")


def count_pins(text: str, state: State) -> int:
    """Return how many PINs of a workspace are in a text.

    Only their number, so that a failure does not show them.
    """
    pins = {code.code for code in state.access_codes.values() if code.code}
    assert len(pins) > 15
    return len(pins.intersection(_NUMBER.findall(text)))


def recorded_texts(hass: HomeAssistant) -> str:
    """Return all attributes, events and states in the database."""
    with session_scope(hass=hass, read_only=True) as session:
        return "\n".join(
            [
                *(str(row.shared_attrs) for row in session.query(StateAttributes)),
                *(str(row.shared_data) for row in session.query(EventData)),
                *(str(row.state) for row in session.query(States)),
            ]
        )
