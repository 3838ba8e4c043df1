"""The action `report_device_constraints`."""

from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from simulator import Simulator
from simulator.seed import GARDEN_HOUSE

from .support import FRONT, GARDEN, Actions

REPORT = "report_device_constraints"
REPORT_PATH = "/access_codes/report_device_constraints"


@pytest.mark.parametrize(
    ("data", "body", "lengths"),
    [
        ({"supported_code_lengths": [6, "4", 6]}, [4, 6], [4, 6]),
        ({"supported_code_lengths": 8}, [8], [8]),
        ({"min_code_length": 4, "max_code_length": 6}, None, [4, 5, 6]),
        ({"min_code_length": 20, "max_code_length": 20.0}, None, [20]),
    ],
)
async def test_report_constraints(
    simulator: Simulator,
    actions: Actions,
    data: dict[str, Any],
    body: list[int] | None,
    lengths: list[int],
) -> None:
    """The reported lengths are used from then on."""
    answer = await actions.answer(REPORT, GARDEN, **data, force=True)

    assert answer == {"supported_code_lengths": lengths}
    (request,) = actions.sent(REPORT_PATH)
    assert request.body == {
        "device_id": GARDEN_HOUSE,
        **({"supported_code_lengths": body} if body else data),
    }
    properties = simulator.state.devices[GARDEN_HOUSE].properties
    assert properties["supported_code_lengths"] == lengths
    await actions.refused(
        "code_length", "schedule_access_code", GARDEN, name="Baker", code="481516234"
    )


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("lengths_or_range", {}),
        ("lengths_or_range", {"min_code_length": 4}),
        ("lengths_or_range", {"max_code_length": 4}),
        ("lengths_or_range", {"supported_code_lengths": [4], "min_code_length": 4}),
        (
            "lengths_or_range",
            {
                "supported_code_lengths": [4],
                "min_code_length": 4,
                "max_code_length": 6,
            },
        ),
        ("min_above_max", {"min_code_length": 7, "max_code_length": 6}),
    ],
)
async def test_report_constraints_refuses_contradicting_fields(
    actions: Actions, gate: str, key: str, data: dict[str, Any]
) -> None:
    """Contradicting lengths are refused."""
    await actions.refused(key, REPORT, GARDEN, **data)
    await actions.refused("no_access_codes", REPORT, gate, supported_code_lengths=[4])


@pytest.mark.parametrize(
    "data",
    [
        {"supported_code_lengths": []},
        {"supported_code_lengths": [3]},
        {"supported_code_lengths": [4, 21]},
        {"supported_code_lengths": ["many"]},
        {"min_code_length": 3, "max_code_length": 6},
        {"min_code_length": 4, "max_code_length": 21},
    ],
)
async def test_report_constraints_refuses_values_out_of_range(
    actions: Actions, data: dict[str, Any]
) -> None:
    """Lengths are 4 to 20 digits."""
    before = len(actions.simulator.requests)
    with pytest.raises(ServiceValidationError, match="code_length"):
        await actions.answers(REPORT, GARDEN, **data)
    assert len(actions.simulator.requests) == before


async def test_report_constraints_without_response(actions: Actions) -> None:
    """The response is optional, and the failure of one lock is raised."""
    await actions.run(REPORT, [GARDEN, FRONT], supported_code_lengths=[5], force=True)
    assert len(actions.sent(REPORT_PATH)) == 2


async def test_report_constraints_keeps_known_lengths(actions: Actions) -> None:
    """Lengths that Seam knows are replaced only by force."""
    message = await actions.refused(
        "lengths_known", REPORT, FRONT, supported_code_lengths=[4]
    )
    assert "4–6" in message
    answer = await actions.answer(REPORT, FRONT, supported_code_lengths=[4], force=True)
    assert answer == {"supported_code_lengths": [4]}
