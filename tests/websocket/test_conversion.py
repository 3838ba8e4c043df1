"""Jobs that convert unmanaged codes, and try one before the others."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import chain
import json
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.actions import waiting
from custom_components.seam.actions.convert import async_convert
from custom_components.seam.actions.outcomes import CodeResults
from custom_components.seam.actions.targets import Target
from custom_components.seam.api import AccessCode, SeamClient
from custom_components.seam.const import DOMAIN
from custom_components.seam.fetcher import pool
from custom_components.seam.websocket import conversion_job
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    CODE_OWNER,
    FRONT_DOOR,
    OFFICE_DOOR,
    UNMANAGED_APARTMENT_1_TENANT,
    UNMANAGED_BIKE_COURIER,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from tests.clock import wait_until
from tests.conftest import Poll
from tests.test_repository import ROOT

from .conftest import Connect, Panel

pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)

FRONT: Final = "lock.front_door"
FLAT_1: Final = "lock.apartment_1"
OFFICE: Final = "lock.office_door"
CODES: Final = {
    UNMANAGED_NEIGHBOUR: FRONT,
    UNMANAGED_OLD_GUEST: FRONT,
    UNMANAGED_APARTMENT_1_TENANT: FLAT_1,
}
START: Final = "seam/conversion/start"
STOP: Final = "seam/conversion/stop"
DISMISS: Final = "seam/conversion/dismiss"
CONVERT_PATH: Final = "/access_codes/unmanaged/convert_to_managed"
# Before the tests shorten it.
WATCH_SECONDS: Final = sum(conversion_job.WATCH_STEPS)


@pytest.fixture(autouse=True)
def _short_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the lock a few times in quick succession."""
    monkeypatch.setattr(conversion_job, "WATCH_STEPS", (0.02,) * 3)


class Watch:
    """Steps that go on until a test ends them."""

    is_over = False

    def __iter__(self) -> Iterator[float]:
        """Yield the steps, at least one of which begins after the end."""
        while not self.is_over:
            yield 0.02
        yield 0.02


@pytest.fixture
def long_watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Watch the lock until the test does something."""
    watch = Watch()
    monkeypatch.setattr(conversion_job, "WATCH_STEPS", watch)
    return watch


def _job(panel: Panel) -> dict[str, Any] | None:
    job: dict[str, Any] | None = panel.entries[0]["conversion"]
    return job


async def _start(panel: Panel) -> None:
    rows = await panel.results(
        START, entity_ids=[FRONT, FLAT_1], access_code_ids=[*CODES]
    )
    assert rows == {FRONT: {}, FLAT_1: {}}


async def _wait_for(panel: Panel, state: str) -> dict[str, Any]:
    await panel.wait_for(lambda: (_job(panel) or {}).get("state") == state)
    job = _job(panel)
    assert job
    return job


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["access_code_id"] for row in rows]


async def _reopened(connect: Connect) -> Panel:
    """Return a page that was opened just now."""
    panel = await connect()
    await panel.subscribe()
    return panel


async def _loaded(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    connect: Connect,
    saved: Any,
) -> Panel:
    """Set up an entry with a stored report, and return a page."""
    hass_storage[f"{DOMAIN}.conversion.{entry.entry_id}"] = {
        "version": 1,
        "data": saved,
    }
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return await _reopened(connect)


def _converted(simulator: Simulator) -> list[str]:
    return [
        request.body["access_code_id"]
        for request in simulator.requests
        if request.path == CONVERT_PATH
    ]


def _check_report(simulator: Simulator, job: dict[str, Any]) -> None:
    """Check that what a conversion says about each code is true."""
    lists = {key: _ids(job[key]) for key in ("done", "failed", "uncertain", "left")}
    assert sorted(chain.from_iterable(lists.values())) == sorted(CODES), lists
    managed = {
        code_id for code_id in CODES if simulator.state.access_codes[code_id].is_managed
    }
    assert managed.issuperset(lists["done"]), lists
    assert managed.isdisjoint(lists["failed"]), lists
    # Nothing was even requested of those that are left.
    requested = [
        request.body["access_code_id"]
        for request in simulator.requests
        if request.path == CONVERT_PATH and request.status != 429
    ]
    assert not set(lists["left"]).intersection([*managed, *requested]), lists


@pytest.mark.parametrize("requests", range(0, 30, 3))
async def test_report_of_interrupted_job_is_true(
    hass: HomeAssistant,
    simulator: Simulator,
    panel: Panel,
    entry: MockConfigEntry,
    connect: Connect,
    requests: int,
) -> None:
    """Whenever the entry is reloaded, no converted code counts as left."""
    simulator.faults.add("latency", seconds=0.01)
    before = len(simulator.requests)
    await _start(panel)
    await wait_until(lambda: len(simulator.requests) - before >= requests)
    assert await hass.config_entries.async_reload(entry.entry_id)
    simulator.faults.clear()
    await hass.async_block_till_done()
    job = _job(await _reopened(connect))
    assert job
    assert (job["state"], job["reason"]) in (("stopped", "interrupted"), ("done", None))
    _check_report(simulator, job)


@pytest.mark.parametrize(
    ("fault", "reason", "place"),
    [
        ({"kind": "status", "after_processing": True}, "unconfirmed", "uncertain"),
        ({"kind": "status", "status": 500}, "unconfirmed", "uncertain"),
        ({"kind": "status", "status": 400}, "failed", "failed"),
        ({"kind": "status", "status": 404}, "failed", "failed"),
        ({"kind": "rate_limit", "retry_after": 60}, "unreachable", "left"),
    ],
)
@pytest.mark.parametrize("is_canary", [True, False])
async def test_report_of_stopped_job_is_true(
    simulator: Simulator,
    panel: Panel,
    long_watch: Watch,
    fault: dict[str, Any],
    reason: str,
    place: str,
    is_canary: bool,
) -> None:
    """Each list of the report has the codes that belong there."""
    code_id = [*CODES][not is_canary]
    if is_canary:
        simulator.faults.add(path=CONVERT_PATH, **fault)
    await _start(panel)
    if not is_canary:
        await _wait_for(panel, "watching")
        simulator.faults.add(path=CONVERT_PATH, **fault)
        long_watch.is_over = True
    job = await _wait_for(panel, "stopped")
    assert job["reason"] == reason
    assert job["error"] or job["failed"][0]["error"]
    assert code_id in _ids(job[place])
    assert len(job["left"]) == 1 + is_canary + (place == "left")
    _check_report(simulator, job)


async def test_slow_conversion_stops_job(
    simulator: Simulator, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is neither done nor failed."""
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0,))
    simulator.control.answer_conversions_with_attempt()
    simulator.control.hang_next_action()
    await _start(panel)
    job = await _wait_for(panel, "stopped")
    assert job["reason"] == "unconfirmed"
    assert "has not confirmed" in job["error"]
    assert (_ids(job["uncertain"]), len(job["left"])) == ([UNMANAGED_NEIGHBOUR], 2)
    _check_report(simulator, job)


async def test_slow_lock_does_not_stop_job(
    simulator: Simulator, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job works on one lock at a time, and can wait for it."""
    monkeypatch.setattr(pool, "SLOW", 0.05)
    monkeypatch.setattr(pool, "PATIENCE", 0.1)
    list_codes = SeamClient.list_access_codes

    async def list_slowly(client: SeamClient, device_id: str) -> Any:
        await asyncio.sleep(0.2)
        return await list_codes(client, device_id)

    monkeypatch.setattr(SeamClient, "list_access_codes", list_slowly)
    await _start(panel)
    job = await _wait_for(panel, "done")
    assert len(job["done"]) == 3


async def test_unreachable_seam_stops_job_before_conversion(
    simulator: Simulator, panel: Panel
) -> None:
    """All codes are left."""
    simulator.faults.add("status", path="/events/list", status=500)
    await _start(panel)
    job = await _wait_for(panel, "stopped")
    assert (job["reason"], len(job["left"])) == ("unreachable", 3)
    assert not _converted(simulator)


async def test_one_code_is_tried_before_the_others(
    simulator: Simulator, panel: Panel, entry: MockConfigEntry, long_watch: Watch
) -> None:
    """The lock of the first code is watched, and then the others are converted."""
    assert panel.first["entries"][0]["conversion"] is None
    await _start(panel)
    job = await _wait_for(panel, "watching")
    assert job["canary"] == {"entity_id": FRONT, "access_code_id": UNMANAGED_NEIGHBOUR}
    assert _ids(job["done"]) == [UNMANAGED_NEIGHBOUR]
    assert _ids(job["left"]) == [UNMANAGED_OLD_GUEST, UNMANAGED_APARTMENT_1_TENANT]
    assert _converted(simulator) == [UNMANAGED_NEIGHBOUR]
    long_watch.is_over = True
    job = await _wait_for(panel, "done")
    assert job == {
        "state": "done",
        "canary": job["canary"],
        "entity_id": FLAT_1,
        "done": [
            {"entity_id": entity_id, "access_code_id": code_id}
            for code_id, entity_id in CODES.items()
        ],
        "locks": {FRONT: "Front Door", FLAT_1: "Apartment 1"},
        "failed": [],
        "uncertain": [],
        "left": [],
        "reason": None,
        "error": None,
    }
    assert _converted(simulator) == [*CODES]
    assert all(simulator.state.access_codes[code_id].is_managed for code_id in CODES)
    await panel.results(DISMISS, entry_id=entry.entry_id)
    await panel.wait_for(lambda: _job(panel) is None)


@pytest.mark.usefixtures("long_watch")
async def test_single_code_is_not_watched(simulator: Simulator, panel: Panel) -> None:
    """There is nothing that could be saved."""
    await panel.results(
        START, entity_ids=[FRONT], access_code_ids=[UNMANAGED_NEIGHBOUR]
    )
    assert len((await _wait_for(panel, "done"))["done"]) == 1


def _go_offline(simulator: Simulator, device_id: str) -> None:
    simulator.control.lock_offline(device_id)


def _break_lock(simulator: Simulator, device_id: str) -> None:
    simulator.control.device_error(device_id, "hub_disconnected")


def _break_account(simulator: Simulator, device_id: str) -> None:
    simulator.control.account_error(device_id)


def _break_code(simulator: Simulator, device_id: str) -> None:
    name = "Neighbour" if device_id == FRONT_DOOR else "Cleaner"
    simulator.control.code_error(name, "failed_to_set_on_device", device=device_id)


def _remove_lock(simulator: Simulator, device_id: str) -> None:
    simulator.control.remove_lock(device_id)


@pytest.mark.usefixtures("long_watch")
@pytest.mark.parametrize(
    ("device_id", "entity_id"), [(FRONT_DOOR, FRONT), (APARTMENT_1, FLAT_1)]
)
@pytest.mark.parametrize(
    "fault", [_go_offline, _break_lock, _break_account, _break_code, _remove_lock]
)
async def test_new_error_stops_job(
    simulator: Simulator,
    panel: Panel,
    reconcile: Poll,
    fault: Callable[[Simulator, str], None],
    device_id: str,
    entity_id: str,
) -> None:
    """A new error of any lock of the conversion saves the other codes."""
    await _start(panel)
    await _wait_for(panel, "watching")
    fault(simulator, device_id)
    await reconcile()
    job = await _wait_for(panel, "stopped")
    assert job["reason"] == "new_error"
    assert job["error"]
    assert job["entity_id"] == entity_id
    assert _ids(job["left"]) == [UNMANAGED_OLD_GUEST, UNMANAGED_APARTMENT_1_TENANT]
    assert _converted(simulator) == [UNMANAGED_NEIGHBOUR]


@pytest.mark.parametrize(
    ("path", "reason"), [("/access_codes", "unreachable"), (None, "new_error")]
)
async def test_lock_that_was_lost_stops_job(
    simulator: Simulator,
    panel: Panel,
    long_watch: Watch,
    path: str | None,
    reason: str,
) -> None:
    """So does a lock whose codes cannot be fetched, or that is offline without an error."""
    await _start(panel)
    await _wait_for(panel, "watching")
    if path:
        for kind in ("list", "unmanaged/list"):
            simulator.faults.add(
                "status", path=f"{path}/{kind}", device_id=FRONT_DOOR, status=500
            )
    else:
        simulator.control.override_row(FRONT_DOOR, {"properties": {"online": False}})
    long_watch.is_over = True
    job = await _wait_for(panel, "stopped")
    assert job["reason"] == reason
    assert "Front Door" in job["error"]
    assert len(job["left"]) == 2
    _check_report(simulator, job)


async def test_job_converts_nothing_if_codes_of_a_lock_are_unknown(
    simulator: Simulator, panel: Panel, reconcile: Poll
) -> None:
    """New errors of a lock whose codes are unknown could not be told from old ones."""
    for kind in ("list", "unmanaged/list"):
        simulator.faults.add(
            "status", path=f"/access_codes/{kind}", device_id=APARTMENT_1, status=500
        )
    await reconcile()
    await _start(panel)
    job = await _wait_for(panel, "stopped")
    assert (job["reason"], job["entity_id"]) == ("unreachable", FLAT_1)
    assert "Apartment 1" in job["error"]
    assert not _converted(simulator)
    _check_report(simulator, job)


async def test_each_account_has_a_first_code(
    simulator: Simulator, panel: Panel, long_watch: Watch
) -> None:
    """Conversions may do harm to one account only."""
    code = simulator.control.add_unmanaged_code(APARTMENT_1, "Plumber", "482617")
    await panel.results("seam/lock/refresh", entity_id=FLAT_1)
    await panel.results(
        START,
        entity_ids=[FRONT, FLAT_1],
        access_code_ids=[
            UNMANAGED_NEIGHBOUR,
            UNMANAGED_APARTMENT_1_TENANT,
            code.access_code_id,
        ],
    )
    await _wait_for(panel, "watching")
    long_watch.is_over = True
    await panel.wait_for(lambda: (_job(panel) or {})["canary"]["entity_id"] == FLAT_1)
    assert len((await _wait_for(panel, "done"))["done"]) == 3


@pytest.mark.parametrize("has_new_id", [False, True])
async def test_old_errors_do_not_stop_job(
    simulator: Simulator, panel: Panel, has_new_id: bool
) -> None:
    """What the lock and its codes showed before has nothing to do with the conversions."""
    simulator.control.convert_with_new_id(has_new_id)
    simulator.control.device_error(FRONT_DOOR, "lost_connection")
    simulator.control.code_error("Neighbour", "old_error")
    await panel.results("seam/lock/refresh", entity_id=FRONT)
    await _start(panel)
    assert (await _wait_for(panel, "done"))["left"] == []


async def test_failed_conversion_stops_job(simulator: Simulator, panel: Panel) -> None:
    """A conversion that fails saves the other codes."""
    simulator.control.fail_next_conversion()
    await _start(panel)
    job = await _wait_for(panel, "stopped")
    assert job["reason"] == "failed"
    [failed] = job["failed"]
    assert failed["access_code_id"] == UNMANAGED_NEIGHBOUR
    assert failed["error"]
    assert job["done"] == []
    assert _converted(simulator) == [UNMANAGED_NEIGHBOUR]


async def test_refused_conversion_stops_job(simulator: Simulator, panel: Panel) -> None:
    """So does one that Seam does not accept."""
    simulator.faults.add("status", path=CONVERT_PATH, status=400)
    await _start(panel)
    job = await _wait_for(panel, "stopped")
    assert (job["reason"], len(job["failed"]), len(job["left"])) == ("failed", 1, 2)


@pytest.mark.parametrize("is_canary", [True, False])
async def test_job_starts_without_codes_that_cannot_be_converted(
    simulator: Simulator, panel: Panel, is_canary: bool
) -> None:
    """They are reported, as a page may not know yet that they are gone or managed."""
    bad = ["gone", CODE_OWNER, UNMANAGED_INSTALLER]
    good = [UNMANAGED_NEIGHBOUR, UNMANAGED_OLD_GUEST]
    await panel.results(
        START,
        entity_ids=[FRONT],
        access_code_ids=[*bad, *good] if is_canary else [*good, *bad],
    )
    job = await _wait_for(panel, "done")
    assert _ids(job["done"]) == good
    assert _ids(job["failed"]) == bad
    assert all(row["error"] for row in job["failed"])


async def test_known_pin_is_masked_in_report(
    simulator: Simulator, panel: Panel
) -> None:
    """A number in an error may turn out to be a PIN."""
    simulator.faults.add(
        "status", path=CONVERT_PATH, status=400, message="There is 482617 already"
    )
    await _start(panel)
    job = await _wait_for(panel, "stopped")
    assert "482617" in job["failed"][0]["error"]
    simulator.control.add_unmanaged_code(FRONT_DOOR, "Plumber", "482617")
    await panel.results("seam/lock/refresh", entity_id=FRONT)
    await panel.wait_for(lambda: "482617" not in str(_job(panel)))


async def test_code_that_is_gone_is_left_out(
    simulator: Simulator, panel: Panel, long_watch: Watch
) -> None:
    """It is reported, and the others are converted."""
    await _start(panel)
    await _wait_for(panel, "watching")
    simulator.control.vanish_code(UNMANAGED_OLD_GUEST)
    long_watch.is_over = True
    job = await _wait_for(panel, "done")
    [failed] = job["failed"]
    assert failed["access_code_id"] == UNMANAGED_OLD_GUEST
    assert "Front Door" in failed["error"]
    assert _ids(job["done"]) == [UNMANAGED_NEIGHBOUR, UNMANAGED_APARTMENT_1_TENANT]


@pytest.mark.usefixtures("long_watch")
async def test_stop_leaves_other_codes(
    simulator: Simulator, panel: Panel, entry: MockConfigEntry, connect: Connect
) -> None:
    """Any page can stop it, and every page sees that."""
    other = await connect()
    await other.subscribe()
    await _start(panel)
    await _wait_for(other, "watching")
    await other.results(DISMISS, entry_id=entry.entry_id)
    await other.results(STOP, entry_id=entry.entry_id)
    for page in (panel, other):
        job = await _wait_for(page, "stopped")
        assert (job["reason"], job["error"]) == ("stopped", None)
    assert _converted(simulator) == [UNMANAGED_NEIGHBOUR]
    await panel.results(STOP, entry_id=entry.entry_id)
    await panel.results(DISMISS, entry_id=entry.entry_id)
    await other.wait_for(lambda: _job(other) is None)


async def test_stop_waits_for_running_conversion(
    monkeypatch: pytest.MonkeyPatch,
    simulator: Simulator,
    panel: Panel,
    entry: MockConfigEntry,
) -> None:
    """What has started is finished, so that its result is known."""
    started, go_on = asyncio.Event(), asyncio.Event()

    async def convert_slowly(
        target: Target, select: Callable[[Target], list[AccessCode]], **parameters: Any
    ) -> CodeResults:
        if select(target)[0].access_code_id == UNMANAGED_OLD_GUEST:
            started.set()
            await go_on.wait()
        return await async_convert(target, select, **parameters)

    monkeypatch.setattr(conversion_job, "async_convert", convert_slowly)
    await _start(panel)
    await started.wait()
    await panel.results(STOP, entry_id=entry.entry_id)
    go_on.set()
    job = await _wait_for(panel, "stopped")
    assert job["reason"] == "stopped"
    assert _ids(job["done"]) == [UNMANAGED_NEIGHBOUR, UNMANAGED_OLD_GUEST]
    assert _ids(job["left"]) == [UNMANAGED_APARTMENT_1_TENANT]


async def test_nothing_to_stop_or_dismiss(panel: Panel, entry: MockConfigEntry) -> None:
    """Another page may have done that already, or removed the entry."""
    for entry_id in (entry.entry_id, "gone", ["gone"]):
        for command in (STOP, DISMISS):
            assert await panel.results(command, entry_id=entry_id) == {}
    assert _job(panel) is None


@pytest.mark.usefixtures("long_watch")
async def test_one_job_at_a_time(
    simulator: Simulator, panel: Panel, connect: Connect
) -> None:
    """Of simultaneous starts, one is accepted."""
    pages = [await connect() for _ in range(3)]
    answers = await asyncio.gather(
        *(
            page.send(START, entity_ids=[FRONT, FLAT_1], access_code_ids=[*CODES])
            for page in pages
        )
    )
    errors = [answer["error"] for answer in answers if not answer["success"]]
    assert [error["code"] for error in errors] == ["conversion_running"] * 2
    await _wait_for(panel, "watching")
    assert _converted(simulator) == [UNMANAGED_NEIGHBOUR]


@pytest.mark.usefixtures("long_watch")
async def test_lock_that_cannot_be_fetched_stops_job(
    simulator: Simulator, panel: Panel, long_watch: Watch
) -> None:
    """Nobody knows whether the lock still works."""
    await _start(panel)
    await _wait_for(panel, "watching")
    simulator.faults.add("status", path="/devices/list", status=400)
    simulator.faults.add("status", path="/devices/get", status=400)
    long_watch.is_over = True
    job = await _wait_for(panel, "stopped")
    assert job["reason"] == "unreachable"
    assert job["error"]
    assert len(job["left"]) == 2


@pytest.mark.usefixtures("long_watch")
async def test_job_goes_on_without_page(
    simulator: Simulator, panel: Panel, connect: Connect
) -> None:
    """A page that is opened later sees how far it is."""
    await _start(panel)
    await _wait_for(panel, "watching")
    await panel.close()
    other = await connect()
    first = await other.subscribe()
    assert first["entries"][0]["conversion"]["state"] == "watching"


@pytest.mark.usefixtures("long_watch")
async def test_reload_stops_job(
    hass: HomeAssistant, simulator: Simulator, panel: Panel, entry: MockConfigEntry
) -> None:
    """The job does not go on by itself, and says where it was."""
    await _start(panel)
    await _wait_for(panel, "watching")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    job = await _wait_for(panel, "stopped")
    assert (job["reason"], job["entity_id"]) == ("interrupted", FRONT)
    assert _ids(job["done"]) == [UNMANAGED_NEIGHBOUR]
    assert len(job["left"]) == 2
    await panel.results(START, entity_ids=[FLAT_1], access_code_ids=[*CODES][2:])
    await _wait_for(panel, "done")


@pytest.mark.parametrize("state", ["running", "watching"])
async def test_restart_stops_job(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    entry: MockConfigEntry,
    connect: Connect,
    state: str,
) -> None:
    """What was saved last is shown, and nothing is converted."""
    rows = [{"entity_id": FRONT, "access_code_id": code_id} for code_id in CODES]
    saved = {
        "state": state,
        "canary": rows[0],
        "entity_id": FRONT,
        "locks": {FRONT: "Front Door", FLAT_1: "Apartment 1"},
        "done": rows[:1],
        "failed": [],
        "uncertain": rows[1:2],
        "left": rows[2:],
        "reason": None,
        "error": None,
    }
    panel = await _loaded(hass, hass_storage, entry, connect, saved)
    assert _job(panel) == {**saved, "state": "stopped", "reason": "interrupted"}
    assert not _converted(simulator)


@pytest.mark.parametrize(
    "saved", ["text", [], {}, {"state": "running"}, {"state": "done", "done": [1]}]
)
async def test_broken_record_counts_as_none(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    entry: MockConfigEntry,
    connect: Connect,
    saved: Any,
) -> None:
    """Somebody may have edited the file. The locks are set up all the same."""
    panel = await _loaded(hass, hass_storage, entry, connect, saved)
    assert _job(panel) is None
    assert hass.states.get(FRONT)


async def test_only_ids_of_codes_are_stored(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    panel: Panel,
    entry: MockConfigEntry,
) -> None:
    """The file has neither names of codes nor PINs, and is removed with the entry."""
    simulator.control.fail_next_conversion()
    await _start(panel)
    job = await _wait_for(panel, "stopped")
    key = f"{DOMAIN}.conversion.{entry.entry_id}"
    await wait_until(lambda: hass_storage.get(key, {"data": job})["data"] != job)
    text = json.dumps(hass_storage[key]["data"])
    for code in simulator.state.access_codes.values():
        assert f'"{code.code}"' not in text
        assert not code.name or code.name not in text
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage


async def test_report_names_locks_that_are_gone(
    hass: HomeAssistant,
    simulator: Simulator,
    panel: Panel,
    reconcile: Poll,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The report has the names of locks from before, also those that users gave."""
    [device] = device_registry.async_get_devices(identifiers={(DOMAIN, FRONT_DOOR)})
    device_registry.async_update_device(device.id, name_by_user="Main entrance")
    simulator.control.fail_next_conversion()
    await _start(panel)
    await _wait_for(panel, "stopped")
    _remove_lock(simulator, FRONT_DOOR)
    await reconcile()
    await panel.wait_for(lambda: FRONT_DOOR not in panel.locks)
    job = _job(panel)
    assert job
    assert job["locks"] == {FRONT: "Main entrance", FLAT_1: "Apartment 1"}


@pytest.mark.usefixtures("long_watch")
async def test_removed_entry_ends_job(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    panel: Panel,
    entry: MockConfigEntry,
) -> None:
    """Nothing of the job remains."""
    await _start(panel)
    await _wait_for(panel, "watching")
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    await panel.wait_for(lambda: panel.entries == [])
    assert f"{DOMAIN}.conversion.{entry.entry_id}" not in hass_storage


async def test_removal_does_not_wait_for_hanging_conversion(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    panel: Panel,
    entry: MockConfigEntry,
) -> None:
    """Nor for a last refresh of the lock, and nothing of the job remains."""
    for path in (CONVERT_PATH, "/devices/list"):
        simulator.faults.add("hang", path=path)
    await _start(panel)
    await wait_until(lambda: bool(_converted(simulator)))
    async with asyncio.timeout(5):
        await hass.config_entries.async_remove(entry.entry_id)
    await panel.wait_for(lambda: panel.entries == [])
    assert f"{DOMAIN}.conversion.{entry.entry_id}" not in hass_storage


async def test_each_workspace_has_its_own_job(
    simulator: Simulator,
    panel: Panel,
    entry: MockConfigEntry,
    second_entry: MockConfigEntry,
    long_watch: Watch,
) -> None:
    """They do not wait for each other."""
    code = simulator.control.add_unmanaged_code(OFFICE_DOOR, "Plumber", "482617")
    await panel.results("seam/lock/refresh", entity_id=OFFICE)
    await panel.results(
        START,
        entity_ids=[FRONT, FLAT_1, OFFICE],
        access_code_ids=[*CODES, code.access_code_id],
    )
    await panel.wait_for(
        lambda: (
            {
                row["entry_id"]: (row["conversion"] or {}).get("state")
                for row in panel.entries
            }
            == {entry.entry_id: "watching", second_entry.entry_id: "done"}
        )
    )
    assert _converted(simulator).count(code.access_code_id) == 1


async def test_entry_that_is_not_loaded_can_be_removed(
    hass: HomeAssistant,
    panel: Panel,
    entry: MockConfigEntry,
    second_entry: MockConfigEntry,
) -> None:
    """The stored job of an entry that is not loaded is removed with it, too."""
    assert await hass.config_entries.async_unload(second_entry.entry_id)
    assert second_entry.state is ConfigEntryState.NOT_LOADED
    await _start(panel)
    await _wait_for(panel, "done")
    await hass.config_entries.async_remove(second_entry.entry_id)
    await panel.received()
    assert [row["entry_id"] for row in panel.entries] == [entry.entry_id]
    assert _job(panel)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"access_code_ids": []}, "invalid_value"),
        ({"access_code_ids": UNMANAGED_NEIGHBOUR}, "invalid_value"),
        ({"access_code_ids": [{}]}, "invalid_value"),
        ({"access_code_ids": [UNMANAGED_INSTALLER]}, "not_convertible"),
        ({"access_code_ids": [CODE_OWNER]}, "already_managed"),
        ({"access_code_ids": ["736914"]}, "unknown_code"),
        ({"access_code_ids": [UNMANAGED_BIKE_COURIER]}, "code_on_other_lock"),
        ({"allow_external_modification": 7}, "invalid_value"),
        ({"entity_ids": []}, "no_locks"),
        ({"entity_ids": ["light.kitchen"]}, "not_a_seam_lock"),
    ],
)
async def test_refused_job(
    simulator: Simulator, panel: Panel, data: dict[str, Any], code: str
) -> None:
    """What cannot be converted is refused before anything is converted."""
    before = len(simulator.requests)
    good = {"entity_ids": [FRONT], "access_code_ids": [UNMANAGED_NEIGHBOUR]}
    error = await panel.refused(START, **good | data)
    assert error["code"] == code, error
    assert "736914" not in str(error)
    assert len(simulator.requests) == before
    assert _job(panel) is None


@pytest.mark.usefixtures("long_watch")
async def test_other_users_neither_see_nor_control_job(
    hass: HomeAssistant,
    simulator: Simulator,
    panel: Panel,
    entry: MockConfigEntry,
    connect: Connect,
) -> None:
    """It names locks that they may have no access to."""
    tenant = await connect(
        await hass.auth.async_create_user("Tenant", group_ids=[GROUP_ID_USER])
    )
    await _start(panel)
    await _wait_for(panel, "watching")
    first = await tenant.subscribe()
    assert first["entries"][0]["conversion"] is None
    data = {"entity_ids": [FRONT], "access_code_ids": [UNMANAGED_OLD_GUEST]}
    assert (await tenant.refused(START, **data))["code"] == "only_admin"
    for command in (STOP, DISMISS):
        error = await tenant.refused(command, entry_id=entry.entry_id)
        assert error["code"] == "unauthorized"
    job = _job(panel)
    assert job
    assert job["state"] == "watching"


async def test_external_modification_is_passed_on(
    simulator: Simulator, panel: Panel
) -> None:
    """The option holds for every code."""
    await panel.results(
        START,
        entity_ids=[FRONT],
        access_code_ids=[UNMANAGED_NEIGHBOUR, UNMANAGED_OLD_GUEST],
        allow_external_modification=True,
    )
    await _wait_for(panel, "done")
    assert [
        request.body["is_external_modification_allowed"]
        for request in simulator.requests
        if request.path == CONVERT_PATH
    ] == [True, True]


def test_texts_say_how_long_lock_is_watched() -> None:
    """The panel and the documentation name the time."""
    assert WATCH_SECONDS == 5 * 60
    for path in (
        "frontend/src/language/en.json",
        "docs/panel.md",
        "docs/websocket.md",
        "docs/decisions.md",
    ):
        assert "for five minutes" in (ROOT / path).read_text(encoding="utf-8")
