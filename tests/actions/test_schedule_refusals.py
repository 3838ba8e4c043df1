"""Invalid input of `schedule_access_code`, refused before any request."""

from datetime import timedelta
from typing import Any

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from simulator import Simulator
from simulator.manufacturers import IGLOOHOME
from simulator.seed import (
    APARTMENT_1,
    CODE_APARTMENT_1_CLEANER,
    CODE_CLEANER,
    FRONT_DOOR,
)
from tests.conftest import Poll

from .support import FLAT_1, FRONT, KEYPAD, SHED, Actions, texts

SCHEDULE = "schedule_access_code"
INVALID_PINS: list[Any] = [
    "123",
    "1234567890123",
    "12a4",
    "12 34",
    " 1234",
    "1234\n",
    "-1234",
    "+1234",
    "12.34",
    "１２３４",
    "١٢٣٤",
    "²²²²",
    123,
    -1234,
    1234567890123,
    True,
    False,
    1234.0,
    12345.5,
    ["1234"],
    [1, 2, 3, 4],
    {"code": "1234"},
    b"1234",
]


async def test_schedule_refuses_invalid_pin(
    actions: Actions, subtests: pytest.Subtests
) -> None:
    """A PIN has 4 to 12 digits."""
    for pin in INVALID_PINS:
        with subtests.test(pin=pin):
            # YAML makes numbers of PINs without quotes.
            is_number = type(pin) in (int, float)
            key = "code_number" if is_number else "code_not_digits"
            message = await actions.refused(
                key, SCHEDULE, FRONT, name="Baker", code=pin
            )
            assert "4 to 12 digits" in message
            assert ("quotes" in message) is is_number


async def test_schedule_refuses_pin_chosen_by_manufacturer(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """If the manufacturer chooses PINs, the field must be empty."""
    rules = [{"constraint_type": "cannot_specify_pin_code"}]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    await actions.refused(
        "code_constraint_cannot_specify_pin_code",
        SCHEDULE,
        FRONT,
        name="Baker",
        code="4815",
    )
    assert (await actions.answer(SCHEDULE, FRONT, name="Baker"))["code"]


@pytest.mark.parametrize(
    ("rule", "bad"),
    [("pin_code_matches_existing_set", "4815"), ("unique_first_four_digits", "4845")],
)
async def test_schedule_leaves_unknown_constraint_to_seam(
    simulator: Simulator, actions: Actions, reconcile: Poll, rule: str, bad: str
) -> None:
    """Seam checks rules that only the manufacturer knows."""
    rules = [{"constraint_type": rule}]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    devices = simulator.state.devices
    account_id = devices[FRONT_DOOR].connected_account_id
    devices[APARTMENT_1].connected_account_id = account_id
    await reconcile()
    pin = actions.code(CODE_APARTMENT_1_CLEANER).code
    answer = await actions.answer(SCHEDULE, FRONT, name="Baker", code=pin)
    assert answer["code"] == pin
    await actions.fails("refused", SCHEDULE, FRONT, name="Butcher", code=bad)


async def test_schedule_refuses_name_of_other_code(actions: Actions) -> None:
    """A second code of a name is refused, unless the other one has no future."""
    message = await actions.refused(
        "name_taken", SCHEDULE, [FLAT_1, FRONT], name="Cleaner"
    )
    assert "“Ensure access code”" in message
    for name in ("Neighbour", "cleaner", "Guest who has left"):
        assert await actions.answer(SCHEDULE, FRONT, name=name)
    await actions.answer("delete_access_code", FRONT, access_code_id=CODE_CLEANER)
    assert await actions.answer(SCHEDULE, FRONT, name="Cleaner")


async def test_schedule_refuses_unsupported_length(actions: Actions) -> None:
    """The error names the supported lengths."""
    message = await actions.refused(
        "code_length", SCHEDULE, FRONT, name="Baker", code="4815162"
    )
    assert "4–6" in message
    await actions.refused(
        "code_length", SCHEDULE, SHED, name="Baker", preferred_code_length=8
    )


async def test_schedule_refused_by_one_lock(actions: Actions) -> None:
    """Nothing is created if one lock does not accept the code."""
    await actions.refused(
        "code_length", SCHEDULE, [FRONT, KEYPAD], name="Baker", code="4815162"
    )
    await actions.refused(
        "code_length", SCHEDULE, [KEYPAD, SHED], name="Baker", preferred_code_length=9
    )


DAY = timedelta(days=1)


@pytest.mark.parametrize("action", [SCHEDULE, "ensure_access_code"])
async def test_new_code_needs_times_or_ongoing(actions: Actions, action: str) -> None:
    """A form with two empty dates creates no code that never expires."""
    now = dt_util.utcnow()
    times: dict[str, Any] = {"starts_at": now, "ends_at": now + DAY}
    await actions.refused("no_times", action, FRONT, name="Baker", ongoing=False)
    await actions.refused(
        "ongoing_with_times", action, FRONT, name="Baker", ongoing=True, **times
    )
    answer = await actions.answer(action, FRONT, name="Baker", ongoing=True)
    assert answer["type"] == "ongoing"


async def test_schedule_refuses_invalid_times(
    actions: Actions, subtests: pytest.Subtests
) -> None:
    """A code needs both times, in the right order, and not in the past."""
    now = dt_util.utcnow()
    for key, starts_at, ends_at in (
        ("end_missing", DAY, None),
        ("start_missing", None, DAY),
        ("end_before_start", 2 * DAY, DAY),
        ("end_before_start", DAY, DAY),
        ("end_in_past", -2 * DAY, -DAY),
        ("end_in_past", DAY, -DAY),
        ("end_in_past", -2 * DAY, timedelta(seconds=-1)),
    ):
        data: dict[str, Any] = {}
        if starts_at is not None:
            data["starts_at"] = now + starts_at
        if ends_at is not None:
            data["ends_at"] = now + ends_at
        with subtests.test(key=key, starts_at=str(starts_at), ends_at=str(ends_at)):
            await actions.refused(key, SCHEDULE, FRONT, name="Baker", **data)


async def test_schedule_refuses_start_in_past(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Some locks require a start in the future."""
    rules = [
        {"constraint_type": "invented_tomorrow"},
        {"constraint_type": "start_date_in_future"},
    ]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    now = dt_util.utcnow()
    await actions.refused(
        "start_date_in_future",
        SCHEDULE,
        FRONT,
        name="Baker",
        starts_at=now - timedelta(minutes=1),
        ends_at=now + DAY,
    )
    answer = await actions.answer(
        SCHEDULE,
        FRONT,
        name="Baker",
        starts_at=now + timedelta(hours=1),
        ends_at=now + DAY,
    )
    assert answer["type"] == "time_bound"


async def test_schedule_refuses_offline_code_with_pin(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A PIN cannot be chosen for an offline code."""
    simulator.control.add_lock("Cellar", IGLOOHOME)
    await reconcile()
    data: dict[str, Any] = {"name": "Meter reader", "is_offline_access_code": True}
    message = await actions.refused(
        "offline_with_code", SCHEDULE, "lock.cellar", code="481516", **data
    )
    assert "Leave the PIN empty" in message
    now = dt_util.utcnow()
    times: dict[str, Any] = {"starts_at": now, "ends_at": now + DAY}
    assert (await actions.answer(SCHEDULE, "lock.cellar", **data, **times))["code"]


CONTRADICTIONS: list[tuple[str, dict[str, Any]]] = [
    ("one_time_without_offline", {"is_one_time_use": True}),
    (
        "one_time_without_offline",
        {"is_one_time_use": True, "is_offline_access_code": False},
    ),
    ("offline_with_code", {"is_offline_access_code": True, "code": "481516"}),
    ("no_offline_access_codes", {"is_offline_access_code": True}),
    ("backup_without_times", {"use_backup_access_code_pool": True}),
    ("code_and_length", {"preferred_code_length": 6, "code": "481516"}),
    ("name_contains_code", {"name": "Baker 4815", "code": "4815"}),
    ("name_contains_code", {"name": "Room 148152", "code": "4815"}),
    ("name_contains_code", {"name": "Room 48 15", "code": "4815"}),
]


async def test_schedule_refuses_contradicting_fields(
    actions: Actions, subtests: pytest.Subtests
) -> None:
    """Each contradiction has its own message."""
    for key, fields in CONTRADICTIONS:
        with subtests.test(key=key, fields=sorted(fields)):
            await actions.refused(key, SCHEDULE, FRONT, **{"name": "Baker", **fields})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("is_offline_access_code", True),
        ("max_time_rounding", "1hour"),
    ],
)
async def test_schedule_refuses_single_lock_options_on_several(
    simulator: Simulator, actions: Actions, reconcile: Poll, field: str, value: Any
) -> None:
    """The error names an option that linked codes do not support."""
    for name in ("Cellar", "Attic"):
        simulator.control.add_lock(name, IGLOOHOME)
    await reconcile()
    message = await actions.refused(
        "only_one_lock",
        SCHEDULE,
        ["lock.cellar", "lock.attic"],
        name="Baker",
        starts_at=dt_util.utcnow(),
        ends_at=dt_util.utcnow() + DAY,
        **{field: value},
    )
    assert field in message


async def test_schedule_refuses_lock_without_backup_pool(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock without a backup pool is refused."""
    simulator.control.set_device(
        FRONT_DOOR, properties={"supports_backup_access_code_pool": False}
    )
    await reconcile()
    now = dt_util.utcnow()
    await actions.refused(
        "no_backup_pool",
        SCHEDULE,
        FRONT,
        name="Baker",
        starts_at=now,
        ends_at=now + DAY,
        use_backup_access_code_pool=True,
    )


async def test_schedule_refuses_lock_without_codes(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock without access codes is refused."""
    device = simulator.control.add_lock("Gate")
    device.flags = {"can_remotely_lock": True, "can_remotely_unlock": True}
    device.capabilities_supported = ["lock"]
    await reconcile()
    await actions.refused("no_access_codes", SCHEDULE, "lock.gate", name="Baker")
    await actions.refused("no_access_codes", "get_access_codes", "lock.gate")


OUT_OF_RANGE: list[tuple[str, Any]] = [
    ("name", ""),
    ("name", "  "),
    ("name", "\t\n"),
    ("name", None),
    ("preferred_code_length", 3),
    ("preferred_code_length", 13),
    ("preferred_code_length", "many"),
    ("max_time_rounding", "1week"),
    ("starts_at", "tomorrow"),
    ("is_one_time_use", "perhaps"),
    ("unknown_field", 1),
]


async def test_schedule_refuses_values_out_of_range(
    actions: Actions, subtests: pytest.Subtests
) -> None:
    """The schema refuses what the form does not allow."""
    before = len(actions.simulator.requests)
    for field, value in OUT_OF_RANGE:
        data = {"name": "Baker", "code": "481516", field: value}
        with subtests.test(field=field, value=value):
            with pytest.raises(ServiceValidationError) as caught:
                await actions.answers(SCHEDULE, FRONT, **data)
            assert field in str(caught.value)
            assert not any("481516" in text for text in texts(caught.value))
    with pytest.raises(ServiceValidationError, match="name"):
        await actions.answers(SCHEDULE, FRONT)
    assert len(actions.simulator.requests) == before


async def test_schedule_refuses_name_too_long_for_lock(actions: Actions) -> None:
    """The error names the supported lengths of names."""
    message = await actions.refused(
        "name_length", SCHEDULE, FLAT_1, name="Fifteen letters"
    )
    assert "1 to 14" in message
    answer = await actions.answer(SCHEDULE, FLAT_1, name="Fourteen chars")
    assert answer["name"] == "Fourteen chars"


async def test_schedule_refuses_name_too_short_for_lock(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock may have a minimum length of names, and no maximum."""
    rules = [{"constraint_type": "name_length", "min_length": 5}]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    message = await actions.refused("name_length", SCHEDULE, FRONT, name="Joe.")
    assert "5 to ∞" in message


async def test_schedule_refuses_existing_name(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Names of unmanaged codes count as well."""
    rules = [{"constraint_type": "name_must_be_unique"}]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    for name in ("Cleaner", "Neighbour"):
        await actions.refused("name_must_be_unique", SCHEDULE, FRONT, name=name)
    answer = await actions.answer(SCHEDULE, FRONT, name="cleaner")
    assert answer["name"] == "cleaner"


@pytest.mark.parametrize("action", [SCHEDULE, "ensure_access_code"])
@pytest.mark.parametrize("kind", ["online", "offline"])
async def test_new_code_on_lock_that_cannot_be_programmed(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    cellar: str,
    action: str,
    kind: str,
) -> None:
    """Seam says beforehand that a lock lacks its keypad or bridge."""
    [device] = [
        d for d in simulator.state.devices.values() if d.display_name == "Cellar"
    ]
    device.flags[f"can_program_{kind}_access_codes"] = False
    await reconcile()
    now = dt_util.utcnow()
    message = await actions.refused(
        "cannot_program",
        action,
        cellar,
        may_read=True,
        name="Baker",
        starts_at=now,
        ends_at=now + DAY,
        is_offline_access_code=kind == "offline",
    )
    assert "Cellar" in message


@pytest.mark.parametrize("kind", ["online", "offline"])
async def test_new_code_needs_times_that_lock_offers(
    simulator: Simulator, actions: Actions, reconcile: Poll, cellar: str, kind: str
) -> None:
    """Codes without times are refused unless the lock offers them."""
    data: dict[str, Any] = {
        "name": "Baker",
        "is_offline_access_code": kind == "offline",
    }
    hourly = {"display_name": "Hourly", "max_duration": "PT672H"}
    for options in ([hourly], [] if kind == "offline" else [hourly]):
        simulator.control.set_device(
            "Cellar", properties={f"{kind}_time_frame_options": options}
        )
        await reconcile()
        await actions.refused("no_ongoing_codes", SCHEDULE, cellar, **data)
    simulator.control.set_device(
        "Cellar",
        properties={
            f"{kind}_time_frame_options": [hourly, {"display_name": "Ongoing"}]
        },
    )
    await reconcile()
    answer = await actions.answer(SCHEDULE, cellar, **data)
    assert answer["type"] == "ongoing"


async def test_one_time_code_needs_only_start(actions: Actions, cellar: str) -> None:
    """The manufacturer knows when a code for one use ends."""
    now = dt_util.utcnow()
    options = {"is_offline_access_code": True, "is_one_time_use": True}
    answer = await actions.answer(
        SCHEDULE, cellar, name="Meter reader", starts_at=now, **options
    )
    assert answer["ends_at"] is not None
    await actions.refused("no_ongoing_codes", SCHEDULE, cellar, name="Baker", **options)
    await actions.refused("end_missing", SCHEDULE, cellar, name="Baker", starts_at=now)
