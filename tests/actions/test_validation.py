"""Rules for PINs, names and times."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.seam.actions.validation import (
    PIN_CONSTRAINTS,
    check_name,
    check_name_without_pin,
    check_new_name,
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
from simulator.render import render_code, render_device
from simulator.seed import FRONT_DOOR, rental
from simulator.state import AccessCode as SeamsCode, State
from tests.conftest import Poll

from .support import FRONT, Actions

SCHEDULE = "schedule_access_code"
RULES_OF_PANEL: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "rules.json").read_text(encoding="utf-8")
)
CONSTRAINTS = RULES_OF_PANEL["constraints"]


async def test_pin_that_breaks_constraint_is_refused(
    simulator: Simulator, actions: Actions, reconcile: Poll, subtests: pytest.Subtests
) -> None:
    """A PIN that breaks a rule of the lock is refused, and another is accepted."""
    for number, (constraint, bad, good) in enumerate(CONSTRAINTS):
        good_name = f"Baker {chr(ord('A') + number)}"
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

            answer = await actions.answer(SCHEDULE, FRONT, name=good_name, code=good)
            assert actions.code(answer["access_code_id"]).code == good
            # Seam allows ten new codes a minute.
            simulator.control.advance(60)


def _accepts(check: Callable[..., object], *values: str) -> bool:
    try:
        check(*values)
    except ServiceValidationError:
        return False
    return True


def test_panel_and_actions_accept_the_same() -> None:
    """PINs and names are accepted or refused as in the tests of the panel."""
    pins, names = RULES_OF_PANEL["pins"], RULES_OF_PANEL["names"]
    accepted = {True: "accepted", False: "refused"}
    for pin in pins["accepted"] + pins["refused"]:
        assert pin in pins[accepted[_accepts(checked_pin, pin)]]
    for name in names["accepted"] + names["refused"]:
        assert name in names[accepted[_accepts(check_new_name, name, "name")]]
    for name, pin, is_in in RULES_OF_PANEL["names_with_pins"]:
        assert _accepts(check_name_without_pin, name, pin) is not is_in, (name, pin)


def test_constraints_are_all_tested() -> None:
    """All rules about PINs are tested above."""
    tried = {constraint for constraint, _bad, _good in CONSTRAINTS}
    assert tried | {"cannot_specify_pin_code"} == PIN_CONSTRAINTS


RULES = st.lists(
    st.sampled_from(
        [
            *sorted({constraint for constraint, _bad, _good in CONSTRAINTS}),
            "cannot_specify_pin_code",
            "invented_tomorrow",
        ]
    ),
    unique=True,
    max_size=3,
)
# Few different digits make runs and repetitions likely.
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
    """Return a simulated world, and its lock with these rules."""
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
        has_all_codes=True,
    )
    return world, lock


@settings(max_examples=300)
@given(
    rules=RULES,
    lengths=st.sets(st.integers(4, 12), min_size=1).map(sorted),
    others=st.lists(st.one_of(st.none(), PINS), max_size=3),
    pin=PINS,
)
def test_check_pin_matches_seam(
    rules: list[str], lengths: list[int], others: list[str | None], pin: str
) -> None:
    """The check refuses the PINs that Seam refuses, except for duplicates."""
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

    assert (ours is None) is (verdict in (200, 409))
    assert ours is None or pin not in str(ours.translation_placeholders)


@settings(max_examples=200)
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
def test_check_name_matches_seam(
    limits: dict[str, int] | None, unique: bool, others: list[str], name: str
) -> None:
    """The check refuses the names that Seam refuses."""
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
            check_name(lock, name)
    else:
        check_name(lock, name)


def test_check_name_recognizes_masked_name() -> None:
    """A name that is shown masked counts, and the error contains no PIN."""
    rules = [{"constraint_type": "name_must_be_unique"}]
    secrets = Secrets("2026")
    _, lock = _world(rules, [4], [("Flat 2026", None)])
    with pytest.raises(HomeAssistantError) as caught:
        check_name(masked(lock, secrets), "Flat 2026")
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
def test_checked_pin(value: object) -> None:
    """A PIN is returned unchanged, or refused without being quoted."""
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


INVALID_NAMES = [
    "Ba\x00ker",
    "Ba\nker",
    "Ba\tker",
    "Ba\x1b[31mker",
    "Ba\x7fker",
    "Ba\x85ker",
    "Ba\u2028ker",
    "Ba\u2029ker",
    "Ba\ud800ker",
    "Ba\u00adker",
    "Ba\u200bker",
    "Ba\u200fker",
    "Ba\ufeffker",
    *(f"Ba{chr(number)}ker" for number in range(0x202A, 0x202F)),
    *(f"Ba{chr(number)}ker" for number in range(0x2066, 0x206A)),
]
EACH_NAME_FIELD = pytest.mark.parametrize(
    ("action", "field", "more"),
    [
        ("schedule_access_code", "name", {}),
        ("ensure_access_code", "name", {}),
        ("update_access_code", "new_name", {"name": "Cleaner"}),
        ("simulate_unmanaged_access_code", "name", {"code": "481516"}),
    ],
)


@EACH_NAME_FIELD
async def test_refuses_invalid_name(
    actions: Actions,
    subtests: pytest.Subtests,
    action: str,
    field: str,
    more: dict[str, Any],
) -> None:
    """The error names the field and the invalid character."""
    for name in INVALID_NAMES:
        with subtests.test(name=ascii(name)):
            data = {**more, field: name}
            message = await actions.refused("name_characters", action, FRONT, **data)
            assert f"“{field}”" in message
            assert f"U+{ord(name[2]):04X}" in message
            assert name[2] not in message


@pytest.mark.parametrize("name", ["\u200d", "\u2800", "\u3164 \u3164", "\ufe0f"])
async def test_refuses_blank_name(actions: Actions, name: str) -> None:
    """A name needs visible characters."""
    message = await actions.refused(
        "name_characters", "schedule_access_code", FRONT, name=name
    )
    assert f"U+{ord(name[0]):04X}" in message


@EACH_NAME_FIELD
async def test_refuses_name_too_long(
    actions: Actions, action: str, field: str, more: dict[str, Any]
) -> None:
    """The error names the field and the limit."""
    data = {**more, field: "x" * 101}
    message = await actions.refused("name_too_long", action, FRONT, **data)
    assert f"“{field}”" in message
    assert "100" in message
    assert "101" in message
    await actions.answer(action, FRONT, **{**more, field: "x" * 100})
    names = [code.name for code in actions.simulator.state.access_codes.values()]
    assert names.count("x" * 100) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Zoë & Łukasz",
        "שרה 12",
        "محمد",
        "李雷",
        "\U0001f469\u200d\U0001f467 family",
        "O'Hara <3",
    ],
)
async def test_accepts_international_names(actions: Actions, name: str) -> None:
    """Names in all scripts and emoji are accepted."""
    answer = await actions.answer("schedule_access_code", FRONT, name=name)
    assert actions.code(answer["access_code_id"]).name == name


async def test_finds_existing_invalid_name(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """Existing codes with invalid names can be deleted by name."""
    name = "Ba\u202eker" + "x" * 100
    code = simulator.control.add_unmanaged_code("Front Door", name, "718204")
    await poll()
    await actions.answer("delete_access_code", FRONT, name=name)
    assert code.access_code_id not in simulator.state.access_codes
