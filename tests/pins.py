"""How tests look for PINs in what is shown or stored."""

import re
from typing import Final

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
