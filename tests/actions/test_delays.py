"""Errors that delay a new or changed code without failing it."""

from typing import Any

import pytest

from simulator import Simulator
from simulator.state import AccessCode

from .support import FRONT, Actions


@pytest.fixture(autouse=True)
def _delay(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add an error to each code that is created or changed."""
    codes = simulator.backend.codes
    for name in ("create", "update"):
        real = getattr(codes, name)

        def change(
            code: AccessCode, *args: Any, real: Any = real, **kwargs: Any
        ) -> Any:
            result = real(code, *args, **kwargs)
            simulator.control.code_error(
                code.access_code_id, "august_device_programming_delay", "It takes long."
            )
            return result

        monkeypatch.setattr(codes, name, change)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("schedule_access_code", {"name": "Anna"}),
        ("update_access_code", {"name": "Cleaner", "code": "739251"}),
    ],
)
async def test_delay_is_not_a_failure(
    actions: Actions, action: str, data: dict[str, str]
) -> None:
    """The action waits until the code works."""
    answer = await actions.answer(action, FRONT, **data)
    assert (answer["outcome"], answer["state"]) == ("success", "active")


async def test_delay_is_the_reason_of_pending_code(
    actions: Actions, impatient: None
) -> None:
    """If it takes too long, the reason is the error, which is not an earlier one."""
    actions.simulator.clock.speed = 0.001
    answer = await actions.answer("schedule_access_code", FRONT, name="Anna")
    assert answer["outcome"] == "pending"
    assert "It takes long." in answer["reason"]
    assert "earlier" not in answer["reason"]
