"""The locks that an action works on."""

from datetime import timedelta
from typing import Any

from awesomeversion import AwesomeVersion
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import __version__ as HA_VERSION
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.seed import FRONT_DOOR
from tests.conftest import Poll

from .support import ALL_LOCKS, FLAT_1, FRONT, KEYPAD, SHED, Actions

GET = "get_access_codes"
SCHEDULE = "schedule_access_code"


async def _answers(hass: HomeAssistant, **target: Any) -> dict[str, Any]:
    """Return the answers for a target."""
    answer = await hass.services.async_call(
        DOMAIN, GET, target, blocking=True, return_response=True
    )
    assert answer is not None
    return dict(answer)


def _device(hass: HomeAssistant, entity_id: str) -> str:
    """Return the device of an entity."""
    entry = er.async_get(hass).async_get(entity_id)
    assert entry is not None
    assert entry.device_id is not None
    return entry.device_id


async def test_target_entities(hass: HomeAssistant, actions: Actions) -> None:
    """Each entity is used once."""
    assert set(await _answers(hass, entity_id=FRONT)) == {FRONT}
    twice = [FRONT, FLAT_1, FRONT.upper()]
    assert set(await _answers(hass, entity_id=twice)) == {FRONT, FLAT_1}


async def test_target_all(hass: HomeAssistant, actions: Actions) -> None:
    """`all` are all Seam locks, also if they are offline."""
    hass.states.async_set("lock.other_maker", "locked")
    assert sorted(await _answers(hass, entity_id="all")) == sorted(ALL_LOCKS)


@pytest.mark.parametrize("kind", ["all", "area"])
async def test_target_skips_locks_that_are_not_there(
    hass: HomeAssistant,
    simulator: Simulator,
    actions: Actions,
    second_entry: MockConfigEntry,
    kind: str,
) -> None:
    """As in Home Assistant, one workspace does not stop an action on the others."""
    office = "lock.office_door"
    area = ar.async_get(hass).async_create("House")
    for entity_id in (FRONT, office):
        device_id = _device(hass, entity_id)
        dr.async_get(hass).async_update_device(device_id, area_id=area.id)
    target = {"entity_id": "all"} if kind == "all" else {"area_id": area.id}
    assert office in await _answers(hass, **target)
    await hass.config_entries.async_unload(second_entry.entry_id)
    assert set(await _answers(hass, **target)) == (
        set(ALL_LOCKS) if kind == "all" else {FRONT}
    )
    # A lock that is named is refused, and so is a target without any lock left.
    await actions.refused("not_loaded", GET, [FRONT, office])
    with pytest.raises(ServiceValidationError) as caught:
        await _answers(hass, device_id=_device(hass, office))
    assert caught.value.translation_key == "not_loaded"


@pytest.mark.skipif(
    AwesomeVersion(HA_VERSION) < "2026.11", reason="no target could exclude any before"
)
@pytest.mark.parametrize("target", ["all", [FRONT, FLAT_1, KEYPAD]])
async def test_target_exclude(
    hass: HomeAssistant, actions: Actions, target: Any
) -> None:
    """Excluded locks are left out, also of `all`."""
    answers = await _answers(hass, entity_id=target, exclude={"entity_id": [FLAT_1]})
    assert FRONT in answers
    assert FLAT_1 not in answers


async def test_target_disabled_lock(hass: HomeAssistant, actions: Actions) -> None:
    """Disabled locks are left out of `all` and of labels."""
    registry = er.async_get(hass)
    label = lr.async_get(hass).async_create("House")
    for entity_id in (FRONT, FLAT_1):
        registry.async_update_entity(entity_id, labels={label.label_id})
    registry.async_update_entity(FLAT_1, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()

    assert set(await _answers(hass, entity_id="all")) == set(ALL_LOCKS) - {FLAT_1}
    assert set(await _answers(hass, label_id=label.label_id)) == {FRONT}


async def test_target_device(hass: HomeAssistant, actions: Actions) -> None:
    """A device stands for its lock entity."""
    assert set(await _answers(hass, device_id=_device(hass, FRONT))) == {FRONT}


async def test_target_area(hass: HomeAssistant, actions: Actions) -> None:
    """An area stands for the locks of its devices."""
    area = ar.async_get(hass).async_create("Hall")
    for entity_id in (FRONT, KEYPAD):
        dr.async_get(hass).async_update_device(
            _device(hass, entity_id), area_id=area.id
        )
    hass.states.async_set("light.hall", "on")
    assert set(await _answers(hass, area_id=area.id)) == {FRONT, KEYPAD}


async def test_target_area_and_entity(hass: HomeAssistant, actions: Actions) -> None:
    """Targets can be combined."""
    area = ar.async_get(hass).async_create("Hall")
    device_id = _device(hass, FRONT)
    dr.async_get(hass).async_update_device(device_id, area_id=area.id)
    answers = await _answers(
        hass, area_id=area.id, device_id=device_id, entity_id=[FRONT, KEYPAD]
    )
    assert set(answers) == {FRONT, KEYPAD}


async def test_target_group(hass: HomeAssistant, actions: Actions) -> None:
    """A group stands for its locks."""
    assert await async_setup_component(
        hass, "group", {"group": {"doors": {"entities": [FRONT, FLAT_1]}}}
    )
    await hass.async_block_till_done()
    assert set(await _answers(hass, entity_id="group.doors")) == {FRONT, FLAT_1}


async def test_target_group_with_other_lock(
    hass: HomeAssistant, actions: Actions
) -> None:
    """Other locks in a group are skipped, but not if they are named."""
    hass.states.async_set("lock.other", "locked")
    assert await async_setup_component(
        hass, "group", {"group": {"doors": {"entities": [FRONT, "lock.other"]}}}
    )
    await hass.async_block_till_done()
    assert set(await _answers(hass, entity_id="group.doors")) == {FRONT}
    with pytest.raises(ServiceValidationError) as caught:
        await _answers(hass, entity_id=["group.doors", "lock.other"])
    assert caught.value.translation_key == "not_a_seam_lock"


async def test_target_lock_group(hass: HomeAssistant, actions: Actions) -> None:
    """A lock group stands for its locks."""
    group = MockConfigEntry(
        domain="group",
        title="Doors",
        options={
            "group_type": "lock",
            "name": "Doors",
            "entities": [FRONT, KEYPAD],
            "hide_members": False,
        },
    )
    group.add_to_hass(hass)
    assert await hass.config_entries.async_setup(group.entry_id)
    await hass.async_block_till_done()
    assert set(await _answers(hass, entity_id="lock.doors")) == {FRONT, KEYPAD}


@pytest.mark.parametrize(
    "entity_id",
    [
        "lock.other_maker",
        "lock.unheard_of",
        "light.hall",
        "sensor.front_door_managed_access_codes",
    ],
)
async def test_target_refuses_other_entities(
    hass: HomeAssistant, actions: Actions, entity_id: str
) -> None:
    """Other entities are refused by name, and nothing is done."""
    er.async_get(hass).async_get_or_create(
        "lock", "other", "1", suggested_object_id="other_maker"
    )
    hass.states.async_set("light.hall", "on")
    for entity_ids in (entity_id, [FRONT, entity_id]):
        message = await actions.refused(
            "not_a_seam_lock", SCHEDULE, entity_ids, name="Baker"
        )
        assert entity_id in message


async def test_target_without_locks(hass: HomeAssistant, actions: Actions) -> None:
    """A target without locks is an error."""
    area = ar.async_get(hass).async_create("Meadow")
    before = len(actions.simulator.requests)
    for target in ({"area_id": area.id}, {"device_id": "gone"}, {"entity_id": "none"}):
        with pytest.raises(Exception, match="no Seam locks") as caught:
            await hass.services.async_call(
                DOMAIN,
                SCHEDULE,
                {"name": "Baker", "ongoing": True, **target},
                blocking=True,
            )
        assert getattr(caught.value, "translation_key", None) == "no_locks"
    assert len(actions.simulator.requests) == before


async def test_target_entry_not_loaded(
    hass: HomeAssistant, actions: Actions, second_entry: MockConfigEntry
) -> None:
    """A lock whose entry is not loaded is refused, and nothing is done."""
    assert await hass.config_entries.async_unload(second_entry.entry_id)
    office = "lock.office_door"
    for entity_ids in (office, [FRONT, office]):
        message = await actions.refused(
            "not_loaded", SCHEDULE, entity_ids, name="Baker"
        )
        assert office in message


async def test_actions_registered_without_entry(
    hass: HomeAssistant, entry: MockConfigEntry, actions: Actions
) -> None:
    """Actions are registered independently of entries."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await actions.refused("not_loaded", GET, FRONT)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert (await actions.answer(GET, FRONT))["managed"]


async def test_target_removed_between_polls(
    simulator: Simulator, actions: Actions
) -> None:
    """Seam refuses a lock that is gone."""
    simulator.control.remove_lock("Front Door")

    await actions.fails("not_found", SCHEDULE, FRONT, name="Baker")

    answers = await actions.answers(
        SCHEDULE, [FRONT, FLAT_1], name="Baker", code="904617"
    )
    assert "error" in answers[FRONT]
    assert answers[FLAT_1]["outcome"] == "success"
    codes = simulator.state.access_codes.values()
    assert {c.device_id for c in codes if c.name == "Baker"} == {
        actions.code(answers[FLAT_1]["access_code_id"]).device_id
    }


async def test_target_removed_lock(
    hass: HomeAssistant,
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A removed lock is refused by name."""
    simulator.control.remove_lock("Front Door")
    for _ in range(3):
        freezer.tick(timedelta(minutes=1))
        await reconcile()
        with pytest.raises(Exception, match=FRONT) as caught:
            await actions.answers(SCHEDULE, FRONT, name="Baker")
        key = getattr(caught.value, "translation_key", None)
        assert key in {"lock_gone", "not_a_seam_lock"}
    assert not actions.writes
    assert FRONT_DOOR not in {
        code.device_id for code in simulator.state.access_codes.values()
    }


async def test_target_unknown_lock(
    hass: HomeAssistant, entry: MockConfigEntry, actions: Actions
) -> None:
    """Entities may exist after a start whose lock is gone."""
    er.async_get(hass).async_get_or_create(
        "lock", DOMAIN, "gone_lock", config_entry=entry, suggested_object_id="old"
    )
    message = await actions.refused("lock_gone", SCHEDULE, "lock.old", name="Baker")
    assert "lock.old" in message


async def test_target_offline_lock(hass: HomeAssistant, actions: Actions) -> None:
    """Codes of an offline lock can be read, revealed and changed."""
    state = hass.states.get(SHED)
    assert state is not None
    assert state.state == "unavailable"
    listed = await actions.answer(GET, SHED)
    assert {code["name"] for code in listed["managed"]} == {"Skipper", "Sailing school"}
    assert (await actions.answer("reveal_access_code", SHED, name="Skipper"))["code"]
    dry = await actions.answer("convert_access_code", SHED, all=True, dry_run=True)
    assert [row["outcome"] for row in dry["access_codes"]] == ["would_convert"]


async def test_target_renamed_entity(hass: HomeAssistant, actions: Actions) -> None:
    """The entity id does not matter."""
    er.async_get(hass).async_update_entity(FRONT, new_entity_id="lock.main")
    await hass.async_block_till_done()
    answer = await actions.answer(SCHEDULE, "lock.main", name="Baker")
    assert actions.code(answer["access_code_id"]).device_id == FRONT_DOOR
