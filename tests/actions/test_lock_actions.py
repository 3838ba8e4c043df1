"""What a lock can do, PINs for it, backups, and what Seam should know or simulate."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    GARDEN_HOUSE,
    UNMANAGED_NEIGHBOUR,
)
from tests.conftest import Poll

from .support import (
    FLAT_1,
    FLAT_2,
    FRONT,
    GARDEN,
    KEYPAD,
    SHED,
    WITH_PIN,
    Actions,
    shown_anywhere,
    texts,
)

BACKUP = "pull_backup_access_code"
BACKUP_PATH = "/access_codes/pull_backup_access_code"
CAPABILITIES = "get_lock_capabilities"
GENERATE = "generate_code"
GENERATE_PATH = "/access_codes/generate_code"
REPORT = "report_device_constraints"
REPORT_PATH = "/access_codes/report_device_constraints"
SIMULATE = "simulate_unmanaged_access_code"
SIMULATE_PATH = "/access_codes/simulate/create_unmanaged_access_code"


@pytest.fixture
async def gate(simulator: Simulator, reconcile: Poll) -> str:
    """Add a lock without codes."""
    device = simulator.control.add_lock("Gate")
    device.flags = {"can_remotely_lock": False, "can_remotely_unlock": True}
    device.capabilities_supported = ["lock"]
    device.properties = {}
    await reconcile()
    return "lock.gate"


# Generating


async def test_generated_pin_can_be_used(
    simulator: Simulator, actions: Actions
) -> None:
    """The PIN creates nothing, and the lock takes it."""
    before = set(simulator.state.access_codes)
    answer = await actions.answer(GENERATE, SHED)
    assert set(answer) == {"code"}
    assert len(answer["code"]) == 6
    assert "0" not in answer["code"]
    assert set(simulator.state.access_codes) == before
    assert [record.path for record in actions.sent(GENERATE_PATH)] == [GENERATE_PATH]

    answers = await actions.answers(GENERATE, [FRONT, FLAT_1])
    made = await actions.answer(
        "schedule_access_code", FLAT_1, name="Baker", code=answers[FLAT_1]["code"]
    )
    assert made["outcome"] == "success"


async def test_no_pin_where_nobody_may_choose_it(
    simulator: Simulator, actions: Actions, reconcile: Poll, gate: str
) -> None:
    """A PIN that could not be used is not told."""
    await actions.refused("no_access_codes", GENERATE, gate)
    rules = [
        {"constraint_type": "no_zeros"},
        {"constraint_type": "cannot_specify_pin_code"},
    ]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    await actions.refused("code_constraint_cannot_specify_pin_code", GENERATE, FRONT)
    answers = await actions.answers(GENERATE, [FRONT, FLAT_1])
    assert "error" in answers[FRONT]
    assert answers[FLAT_1]["code"]


async def test_seam_cannot_generate(simulator: Simulator, actions: Actions) -> None:
    """Nothing is uncertain where nothing was to be changed."""
    simulator.faults.add("outage", path=GENERATE_PATH)
    await actions.fails("cannot_connect", GENERATE, FRONT)


# Backups


async def test_backup(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """The backup is told with its PIN, shows among the codes, and stays the same."""
    answer = await actions.answer(BACKUP, FRONT, access_code_id=CODE_GUEST_NOW)

    assert set(answer) == WITH_PIN | {"backup_of"}
    assert answer["backup_of"] == CODE_GUEST_NOW
    backup = actions.code(answer["access_code_id"])
    assert backup.is_backup
    assert answer["code"] == backup.code
    assert backup.ends_at == actions.code(CODE_GUEST_NOW).ends_at
    assert actions.listed(FRONT)[backup.access_code_id]["is_backup"]
    assert not shown_anywhere(hass, answer["code"])
    assert actions.writes == [BACKUP_PATH]

    again = await actions.answer(BACKUP, FRONT, access_code_id=CODE_GUEST_NOW)
    assert again == answer


@pytest.mark.parametrize(
    ("key", "pick"),
    [
        ("backup_of_ongoing", {"name": "Cleaner"}),
        ("no_backup_code", {"name": None}),
        ("unmanaged_code", {"access_code_id": UNMANAGED_NEIGHBOUR}),
        ("unknown_code", {"name": "Nobody"}),
        ("id_or_name", {}),
        ("id_or_name", {"name": "Owner", "access_code_id": CODE_OWNER}),
    ],
)
async def test_no_backup(
    actions: Actions, poll: Poll, key: str, pick: dict[str, Any]
) -> None:
    """Without a backup Seam is not asked for one."""
    if key == "no_backup_code":
        actions.simulator.control.set_device(FRONT_DOOR, backup_codes=0)
        now = dt_util.utcnow()
        made = await actions.answer(
            "schedule_access_code",
            FRONT,
            name="Guest",
            starts_at=now,
            ends_at=now + timedelta(days=1),
        )
        pick = {"access_code_id": made["access_code_id"]}
    await actions.refused(key, BACKUP, FRONT, **pick)
    assert not actions.sent(BACKUP_PATH)


async def test_backup_that_was_pulled_before(actions: Actions, reconcile: Poll) -> None:
    """Who has a backup already gets it again, whatever else Seam says."""
    first = await actions.answer(BACKUP, FRONT, access_code_id=CODE_GUEST_NOW)
    code = actions.code(CODE_GUEST_NOW)
    actions.simulator.control.set_device(FRONT_DOOR, backup_codes=0)
    actions.simulator.faults.add("status", path=BACKUP_PATH, status=400)
    await reconcile()
    await actions.fails("refused", BACKUP, FRONT, access_code_id=CODE_GUEST_NOW)
    assert code.pulled_backup_access_code_id == first["access_code_id"]
    assert len(actions.sent(BACKUP_PATH)) == 2


async def test_backup_without_answer(simulator: Simulator, actions: Actions) -> None:
    """A lost answer is uncertain, and the backup can be asked for again."""
    simulator.faults.add("outage", path=BACKUP_PATH, after_processing=True, count=1)
    await actions.fails(
        "change_uncertain", BACKUP, FRONT, access_code_id=CODE_GUEST_NOW
    )
    answer = await actions.answer(BACKUP, FRONT, access_code_id=CODE_GUEST_NOW)
    backups = [c for c in simulator.state.access_codes.values() if c.is_backup]
    assert [code.access_code_id for code in backups] == [answer["access_code_id"]]


# Lengths


@pytest.mark.parametrize(
    ("data", "body", "lengths"),
    [
        ({"supported_code_lengths": [6, "4", 6]}, [4, 6], [4, 6]),
        ({"supported_code_lengths": 8}, [8], [8]),
        ({"min_code_length": 4, "max_code_length": 6}, None, [4, 5, 6]),
        ({"min_code_length": 20, "max_code_length": 20.0}, None, [20]),
    ],
)
async def test_report(
    simulator: Simulator,
    actions: Actions,
    data: dict[str, Any],
    body: list[int] | None,
    lengths: list[int],
) -> None:
    """Seam learns the lengths, and they count from then on."""
    answer = await actions.answer(REPORT, GARDEN, **data)

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
async def test_report_refused(
    actions: Actions, gate: str, key: str, data: dict[str, Any]
) -> None:
    """Lengths that contradict each other are refused."""
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
async def test_report_out_of_range(actions: Actions, data: dict[str, Any]) -> None:
    """Only 4 to 20 digits are a length."""
    before = len(actions.simulator.requests)
    with pytest.raises(vol.Invalid, match="code_length"):
        await actions.answers(REPORT, GARDEN, **data)
    assert len(actions.simulator.requests) == before


async def test_report_without_answer(actions: Actions) -> None:
    """Automations need not take the answer; one lock's failure is told."""
    await actions.run(REPORT, [GARDEN, FRONT], supported_code_lengths=[5])
    assert len(actions.sent(REPORT_PATH)) == 2


# Capabilities


async def test_capabilities(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """All that Seam knows of a lock, without asking it again."""
    before = len(simulator.requests)

    answer = await actions.answer(CAPABILITIES, FLAT_1)

    assert answer == {
        "can_remotely_lock": True,
        "can_remotely_unlock": True,
        "can_configure_auto_lock": None,
        "can_unlock_with_code": True,
        "can_program_online_access_codes": True,
        "can_program_offline_access_codes": None,
        "can_convert_access_codes": True,
        "has_backup_access_code_pool": True,
        "supported_code_lengths": [4, 5, 6, 7, 8],
        "code_constraints": [
            {"constraint_type": "name_length", "min_length": 1, "max_length": 14},
            {"constraint_type": "unique_first_four_digits"},
        ],
        # Those of the cleaner, the weekend guest, the tenant, and the plumber's, which
        # is to be set; not that of the guest who has left.
        "code_slots_used": 4,
        "code_slots_free": 26,
        "code_slots_max": 30,
    }
    assert len(simulator.requests) == before
    state = hass.states.get("sensor.apartment_1_free_code_slots")
    assert state is not None
    assert int(state.state) == 26


@pytest.mark.parametrize("entity_id", [FRONT, FLAT_1, FLAT_2, GARDEN, KEYPAD])
async def test_slots_are_those_of_the_sensor(
    hass: HomeAssistant, actions: Actions, entity_id: str
) -> None:
    """Sensor and action count in the same way."""
    answer = await actions.answer(CAPABILITIES, entity_id)
    state = hass.states.get(f"sensor.{entity_id[5:]}_free_code_slots")
    assert state is not None
    assert int(state.state) == answer["code_slots_free"]
    assert answer["code_slots_max"] - answer["code_slots_used"] == int(state.state)


async def test_what_locks_cannot(
    simulator: Simulator, actions: Actions, reconcile: Poll, gate: str
) -> None:
    """No is not the same as not at present, nor as unknown."""
    simulator.control.set_device(
        FRONT_DOOR, flags={"can_program_online_access_codes": False}
    )
    simulator.faults.add("status", path="/access_codes/list", device_id=APARTMENT_1)
    await reconcile()
    answers = await actions.answers(CAPABILITIES, [gate, FRONT, FLAT_1, FLAT_2, SHED])
    assert answers[FRONT]["can_program_online_access_codes"] is False
    assert answers[gate] == {
        **dict.fromkeys(answers[gate]),
        "can_remotely_lock": False,
        "can_remotely_unlock": True,
        "can_convert_access_codes": False,
        "supported_code_lengths": [],
        "code_constraints": [],
    }
    assert answers[FLAT_1]["code_slots_used"] is None
    assert answers[FLAT_1]["code_slots_free"] is None
    assert answers[FLAT_1]["code_slots_max"] == 30
    assert answers[FLAT_2]["can_convert_access_codes"] is False
    assert answers[SHED]["supported_code_lengths"] == [6]


# Simulating


async def test_simulate_where_only_seam_knows_that_people_live_there(
    simulator: Simulator, actions: Actions
) -> None:
    """A workspace that has become a real one since the start is Seam's to tell."""
    simulator.control.set_sandbox(is_sandbox=False)
    before = actions.world
    message = await actions.fails(
        "refused", SIMULATE, FRONT, name="Found", code="481516"
    )
    assert "sandbox" in message
    assert actions.world == before


async def test_simulate(simulator: Simulator, actions: Actions) -> None:
    """A code appears as if somebody had set it at the lock; its PIN is not repeated."""
    answer = await actions.answer(SIMULATE, FRONT, name="Found", code="0042")

    (made,) = [c for c in simulator.state.codes_of(FRONT_DOOR) if c.name == "Found"]
    assert answer == {"access_code_id": made.access_code_id, "name": "Found"}
    assert not made.is_managed
    assert made.code == "0042"
    assert made.access_code_id in actions.listed(FRONT, "unmanaged")
    converted = await actions.answer("convert_access_code", FRONT, name="Found")
    assert converted["access_codes"][0]["outcome"] == "converted"


async def test_simulate_on_several_locks(
    simulator: Simulator, actions: Actions
) -> None:
    """Each lock finds one; one that finds none says so."""
    answers = await actions.answers(
        SIMULATE, [FRONT, KEYPAD, FLAT_2], name="Found", code="481516"
    )
    for entity_id in (FRONT, KEYPAD):
        code_id = answers[entity_id]["access_code_id"]
        assert code_id in actions.listed(entity_id, "unmanaged")
    assert answers[FLAT_2]["error_key"] == "refused"


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("code_not_digits", {"code": "481"}),
        ("code_not_digits", {"code": ""}),
        ("code_not_digits", {"code": None}),
        ("simulated_code_length", {"code": "481516234"}),
        ("name_contains_code", {"name": "Found 4815", "code": "4815"}),
        ("name_contains_code", {"name": "Found 4-8-1-5", "code": "4815"}),
    ],
)
async def test_simulate_refused(
    actions: Actions, gate: str, key: str, data: dict[str, Any]
) -> None:
    """A PIN of a simulated code has 4 to 8 digits."""
    await actions.refused(key, SIMULATE, FRONT, **{"name": "Found", **data})
    await actions.refused("no_access_codes", SIMULATE, gate, name="A", code="4815")
    for missing in ("name", "code"):
        fields = {"name": "Found", "code": "481516"}
        del fields[missing]
        with pytest.raises(vol.Invalid, match=missing) as caught:
            await actions.answers(SIMULATE, FRONT, **fields)
        assert not any("481516" in text for text in texts(caught.value))
    assert not actions.writes


async def test_simulate_in_a_real_workspace(
    hass: HomeAssistant,
    simulator: Simulator,
    actions: Actions,
    entry: MockConfigEntry,
) -> None:
    """Where people live, nothing is simulated."""
    simulator.control.set_sandbox(is_sandbox=False)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    message = await actions.refused(
        "only_sandbox", SIMULATE, FRONT, name="Found", code="481516"
    )
    assert "Harbour Street Rentals" in message
    await actions.refused(
        "only_sandbox", SIMULATE, [FRONT, KEYPAD], name="Found", code="481516"
    )
    assert not actions.sent(SIMULATE_PATH)
    assert CODE_CLEANER in actions.listed(FRONT)
