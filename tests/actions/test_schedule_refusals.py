"""What cannot be right is refused before Seam hears of it."""

from datetime import timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from hypothesis import given, settings, strategies as st
import pytest
import voluptuous as vol

from custom_components.seam.actions.validation import (
    PIN_CONSTRAINTS,
    check_name,
    check_pin,
    checked_pin,
)
from custom_components.seam.api import AccessCode, Device
from custom_components.seam.api.redact import Secrets
from custom_components.seam.sync.snapshot import LockData, masked
from simulator import Simulator
from simulator.constraints import (
    check_name as seams_check_name,
    check_pin as seams_check_pin,
)
from simulator.errors import ApiError
from simulator.manufacturers import IGLOOHOME
from simulator.render import render_code, render_device
from simulator.seed import FRONT_DOOR, rental
from simulator.state import AccessCode as SeamsCode, State
from tests.conftest import Poll

from .support import FLAT_1, FRONT, KEYPAD, SHED, Actions, texts

SCHEDULE = "schedule_access_code"


NO_PINS: list[Any] = [
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


async def test_no_pin_at_all(actions: Actions, subtests: pytest.Subtests) -> None:
    """Only 4 to 12 of the ten digits are a PIN."""
    for pin in NO_PINS:
        with subtests.test(pin=pin):
            message = await actions.refused(
                "code_not_digits", SCHEDULE, FRONT, name="Baker", code=pin
            )
            assert "4 to 12 digits" in message


CONSTRAINTS = [
    ("no_zeros", "4025", "4125"),
    ("cannot_start_with_12", "1257", "2157"),
    ("no_triple_consecutive_ints", "91234", "91235"),
    ("no_triple_consecutive_ints", "94321", "94322"),
    ("no_triple_consecutive_ints", "97777", "97778"),
    ("no_ascending_or_descending_sequence", "4567", "4568"),
    ("no_ascending_or_descending_sequence", "9876", "9878"),
    ("at_least_three_unique_digits", "2323", "2324"),
    ("cannot_contain_089", "1238", "1237"),
    ("cannot_contain_0789", "1237", "1236"),
    ("no_all_same_digits", "5555", "5556"),
]


async def test_constraints_of_a_lock(
    simulator: Simulator, actions: Actions, reconcile: Poll, subtests: pytest.Subtests
) -> None:
    """A PIN that breaks a lock's rule is refused by that rule, the next one is taken."""
    for constraint, bad, good in CONSTRAINTS:
        with subtests.test(constraint=constraint, pin=bad):
            rules = [
                {"constraint_type": "invented_tomorrow"},
                {"constraint_type": constraint},
            ]
            simulator.control.set_device(
                FRONT_DOOR, properties={"code_constraints": rules}
            )
            await reconcile()

            message = await actions.refused(
                f"code_constraint_{constraint}", SCHEDULE, FRONT, name="Baker", code=bad
            )
            assert "Front Door" in message

            answer = await actions.answer(SCHEDULE, FRONT, name="Baker", code=good)
            assert actions.code(answer["access_code_id"]).code == good


async def test_lock_that_takes_no_own_pin(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Where the maker chooses the PIN, one can leave it to him."""
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


async def test_first_four_digits_of_another_code(actions: Actions) -> None:
    """The other code is named, not its PIN; unmanaged codes count as well."""
    message = await actions.refused(
        "code_constraint_unique_first_four_digits",
        SCHEDULE,
        FLAT_1,
        name="Baker",
        code="74639",
    )
    assert "Cleaner" in message
    message = await actions.refused(
        "code_constraint_unique_first_four_digits",
        SCHEDULE,
        FLAT_1,
        name="Baker",
        code="9056",
    )
    assert "Tenant 2024" in message


async def test_rule_that_only_the_maker_knows(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A PIN from the maker's set is left to Seam to judge."""
    rules = [{"constraint_type": "pin_code_matches_existing_set"}]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    answer = await actions.answer(SCHEDULE, FRONT, name="Baker", code="4815")
    assert answer["code"] == "4815"


async def test_length_of_a_lock(actions: Actions) -> None:
    """The lengths that the lock takes are told."""
    message = await actions.refused(
        "code_length", SCHEDULE, FRONT, name="Baker", code="4815162"
    )
    assert "4, 5, 6" in message
    await actions.refused(
        "code_length", SCHEDULE, SHED, name="Baker", preferred_code_length=8
    )


async def test_one_of_several_locks_refuses(actions: Actions) -> None:
    """What one lock cannot have is created on none."""
    await actions.refused(
        "code_length", SCHEDULE, [FRONT, KEYPAD], name="Baker", code="4815162"
    )
    await actions.refused(
        "code_length", SCHEDULE, [KEYPAD, SHED], name="Baker", preferred_code_length=9
    )


DAY = timedelta(days=1)


async def test_times(actions: Actions, subtests: pytest.Subtests) -> None:
    """A time frame has two ends in the right order, and is not over."""
    now = dt_util.utcnow()
    for key, starts_at, ends_at in (
        ("one_time_only", DAY, None),
        ("one_time_only", None, DAY),
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


async def test_start_in_future_where_a_lock_wants_it(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Some locks take no code that has begun already."""
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


async def test_offline_code_with_a_pin(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock that calculates its PINs takes none of one's own."""
    simulator.control.add_lock("Cellar", IGLOOHOME)
    await reconcile()
    data: dict[str, Any] = {"name": "Meter reader", "is_offline_access_code": True}
    message = await actions.refused(
        "offline_with_code", SCHEDULE, "lock.cellar", code="481516", **data
    )
    assert "Leave the PIN empty" in message
    now = dt_util.utcnow()
    times = {"starts_at": now, "ends_at": now + DAY}
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


async def test_fields_that_do_not_go_together(
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
async def test_only_for_one_lock(
    simulator: Simulator, actions: Actions, reconcile: Poll, field: str, value: Any
) -> None:
    """Seam cannot make linked codes with everything; the field is named."""
    for name in ("Cellar", "Attic"):
        simulator.control.add_lock(name, IGLOOHOME)
    await reconcile()
    message = await actions.refused(
        "only_one_lock",
        SCHEDULE,
        ["lock.cellar", "lock.attic"],
        name="Baker",
        **{field: value},
    )
    assert field in message


async def test_lock_without_backup_pool(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock that says it has no pool is believed."""
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


async def test_lock_without_codes(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock without a keypad takes no codes, and has none to tell."""
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


async def test_fields_out_of_range(actions: Actions, subtests: pytest.Subtests) -> None:
    """What the form would not let in, YAML does not get in either."""
    before = len(actions.simulator.requests)
    for field, value in OUT_OF_RANGE:
        data = {"name": "Baker", "code": "481516", field: value}
        with subtests.test(field=field, value=value):
            with pytest.raises(vol.Invalid) as caught:
                await actions.answers(SCHEDULE, FRONT, **data)
            assert field in str(caught.value)
            assert not any("481516" in text for text in texts(caught.value))
    with pytest.raises(vol.Invalid):
        await actions.answers(SCHEDULE, FRONT)
    assert len(actions.simulator.requests) == before


async def test_name_of_a_lock(actions: Actions) -> None:
    """The lengths of names that the lock takes are told."""
    message = await actions.refused(
        "name_length", SCHEDULE, FLAT_1, name="Fifteen letters"
    )
    assert "1 to 14" in message
    answer = await actions.answer(SCHEDULE, FLAT_1, name="Fourteen chars")
    assert answer["name"] == "Fourteen chars"


async def test_name_shorter_than_a_lock_wants(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock may want more than one letter, and set no upper limit."""
    rules = [{"constraint_type": "name_length", "min_length": 5}]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    message = await actions.refused("name_length", SCHEDULE, FRONT, name="Joe.")
    assert "5 to ∞" in message


async def test_name_that_exists(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Unmanaged codes take up names as well."""
    rules = [{"constraint_type": "name_must_be_unique"}]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    for name in ("Cleaner", "Neighbour"):
        await actions.refused("name_must_be_unique", SCHEDULE, FRONT, name=name)
    answer = await actions.answer(SCHEDULE, FRONT, name="cleaner")
    assert answer["name"] == "cleaner"


def test_no_rule_of_seams_is_forgotten() -> None:
    """Every rule about PINs has been tried above."""
    tried = {constraint for constraint, _bad, _good in CONSTRAINTS}
    assert tried | {"cannot_specify_pin_code"} == PIN_CONSTRAINTS


# Ours and the simulator's checks, side by side.

RULES = st.lists(
    st.sampled_from(
        [
            *sorted({constraint for constraint, _bad, _good in CONSTRAINTS}),
            "cannot_specify_pin_code",
            "unique_first_four_digits",
            "invented_tomorrow",
        ]
    ),
    unique=True,
    max_size=3,
)
# Few digits make runs and repetitions likely.
PINS = st.one_of(
    st.text("0123456789", min_size=4, max_size=12),
    st.text("1234", min_size=4, max_size=6),
    st.text("0789", min_size=4, max_size=5),
    st.integers(0, 6).flatmap(
        lambda start: st.sampled_from(["0123456789", "9876543210"]).map(
            lambda digits: digits[start : start + 4]
        )
    ),
)


def _world(
    rules: list[dict[str, Any]], lengths: list[int], codes: list[tuple[str, str | None]]
) -> tuple[State, LockData]:
    """Return a world in which a lock has these rules, and that lock as we see it."""
    now = dt_util.utcnow()
    world = rental(now)
    device = world.devices[FRONT_DOOR]
    device.properties |= {"code_constraints": rules, "supported_code_lengths": lengths}
    for code in world.codes_of(FRONT_DOOR):
        world.remove_code(code)
    for number, (name, pin) in enumerate(codes):
        world.add_code(
            SeamsCode(
                str(number), FRONT_DOOR, device.workspace_id, name, pin, now,
                is_managed=number % 2 == 0,
            )
        )  # fmt: skip
    seen = [
        AccessCode.from_dict(render_code(world, code, now))
        for code in world.codes_of(FRONT_DOOR)
    ]
    lock = LockData(
        device=Device.from_dict(render_device(world, device)),
        managed=tuple(code for code in seen if code.is_managed),
        unmanaged=tuple(code for code in seen if not code.is_managed),
        has_codes=True,
    )
    return world, lock


@settings(max_examples=300, deadline=None)
@given(
    rules=RULES,
    lengths=st.sets(st.integers(4, 12), min_size=1).map(sorted),
    others=st.lists(st.one_of(st.none(), PINS), max_size=3),
    pin=PINS,
)
def test_we_refuse_the_pins_that_seam_refuses(
    rules: list[str], lengths: list[int], others: list[str | None], pin: str
) -> None:
    """Our check lets through what Seam takes, and nothing else but a PIN twice."""
    world, lock = _world(
        [{"constraint_type": rule} for rule in rules],
        lengths,
        [(f"Code {number}", other) for number, other in enumerate(others)],
    )
    verdict = 200
    try:
        seams_check_pin(world, world.devices[FRONT_DOOR], pin)
    except ApiError as err:
        verdict = err.status
    ours: HomeAssistantError | None = None
    try:
        check_pin(lock, pin)
    except HomeAssistantError as err:
        ours = err

    # A PIN twice breaks the rule about the first four digits, too.
    if verdict == 409 and "unique_first_four_digits" not in rules:
        verdict = 200
    assert (ours is None) is (verdict == 200)
    assert ours is None or pin not in str(ours.translation_placeholders)


@settings(max_examples=200, deadline=None)
@given(
    limits=st.one_of(
        st.none(),
        st.tuples(st.integers(1, 5), st.integers(5, 10)).map(
            lambda pair: {"min_length": pair[0], "max_length": pair[1]}
        ),
    ),
    unique=st.booleans(),
    others=st.lists(st.text("ab", min_size=1, max_size=3), max_size=3),
    name=st.one_of(
        st.text("ab", min_size=1, max_size=3), st.text(min_size=1, max_size=12)
    ),
)
def test_we_refuse_the_names_that_seam_refuses(
    limits: dict[str, int] | None, unique: bool, others: list[str], name: str
) -> None:
    """Our check of names lets through what Seam takes, and nothing else."""
    rules: list[dict[str, Any]] = []
    if limits is not None:
        rules.append({"constraint_type": "name_length", **limits})
    if unique:
        rules.append({"constraint_type": "name_must_be_unique"})
    world, lock = _world(rules, [4], [(other, None) for other in others])
    try:
        seams_check_name(world, world.devices[FRONT_DOOR], name)
    except ApiError:
        with pytest.raises(HomeAssistantError):
            check_name(lock, name, Secrets())
    else:
        check_name(lock, name, Secrets())


def test_unique_names_that_hold_a_pin_of_the_house() -> None:
    """A name counts as taken although it is shown masked; the refusal tells no PIN."""
    rules = [{"constraint_type": "name_must_be_unique"}]
    secrets = Secrets("2026")
    _, lock = _world(rules, [4], [("Flat 2026", None)])
    with pytest.raises(HomeAssistantError) as caught:
        check_name(masked(lock, secrets), "Flat 2026", secrets)
    assert caught.value.translation_key == "name_must_be_unique"
    assert "2026" not in repr(caught.value.translation_placeholders)


@given(
    value=st.one_of(
        st.none(),
        st.booleans(),
        st.floats(),
        st.integers(),
        st.text(),
        st.text("0123456789", max_size=14),
        st.binary(),
        st.lists(st.integers()),
    )
)
def test_whatever_is_said_for_a_pin(value: object) -> None:
    """A PIN comes out as it went in, or is refused without being quoted."""
    refused: HomeAssistantError | None = None
    try:
        pin = checked_pin(value)
    except HomeAssistantError as err:
        refused = err
    else:
        assert pin == str(value)
        assert set(pin) <= set("0123456789")
        assert 4 <= len(pin) <= 12
    if refused is not None:
        assert refused.translation_placeholders is None
        assert refused.__cause__ is None
