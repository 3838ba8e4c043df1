"""A Home Assistant and a simulated Seam that share one clock."""

import asyncio
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import fields, replace
from datetime import datetime, timedelta
import logging
import re
from typing import Any, Literal, cast, override

from aiohttp import ClientConnectionError, ClientError, ClientSession
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.components import webhook
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    frame,
    translation as translation_helper,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.util.aiohttp import MockRequest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_test_home_assistant,
)

from custom_components.seam.activity import occurrence_signal
from custom_components.seam.api import AccessCode, Device
from custom_components.seam.api.body import parse_json
from custom_components.seam.const import CONF_ENDPOINT, CONF_WEBHOOK, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.sync.events import Occurrence
from custom_components.seam.sync.snapshot import LockData, masked
from custom_components.seam.websocket.subscription import Subscription
from simulator import Simulator
from simulator.render import dump_json, render_code, render_device
from simulator.seed import WORKSPACE, WORKSPACE_NAME
from simulator.state import Event as SeamEvent

_URL = "https://home.example.com"
_OTHER_CLIENT = "another client"

type Delivery = Literal["delivered", "lost", "response lost"]


# Of PINs in texts. Times with fractions and IDs have numbers, too.
_SHORTEST_CHECKED = 6
_NUMBER = re.compile(r"(?<![0-9A-Za-z.:-])\d(?:[ \n\r\t-]*\d){5,}(?![0-9A-Za-z:-])")


def _as_sent(row: Any) -> Any:
    """Return a row as the client reads it."""
    return parse_json(dump_json(row))


def _by_id(codes: Iterable[AccessCode]) -> dict[str, AccessCode]:
    """Return codes by ID, without the dates of errors, which retries change."""
    return {
        code.access_code_id: replace(
            code,
            errors=tuple(replace(error, created_at=None) for error in code.errors),
        )
        for code in codes
    }


def _differences(
    codes: Mapping[str, AccessCode], others: Mapping[str, AccessCode]
) -> Iterator[Any]:
    """Yield what differs, as codes are too large to look at."""
    for code_id in {*codes, *others}:
        code, other = codes.get(code_id), others.get(code_id)
        if code is None or other is None:
            yield code, other
            continue
        for item in fields(AccessCode):
            if (one := getattr(code, item.name)) != (two := getattr(other, item.name)):
                yield code_id, item.name, one, two


class IdleWatcher:
    """Wait until nothing more happens unless time passes.

    Timeouts do not work while time is frozen, and some tasks wait for time itself. So
    this checks the event loop: no callback is ready, and no data has been received.
    """

    # The other end of a loopback connection reads in this or the next iteration.
    _ROUNDS = 4

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Initialize the watcher of an event loop."""
        self._loop: Any = loop
        self._received = 0

    @contextmanager
    def watch(self) -> Iterator[IdleWatcher]:
        """Count the sockets that become ready."""
        selector = self._loop._selector
        select = selector.select

        def counting(timeout: float | None = None) -> Any:
            ready = select(timeout)
            self._received += len(ready)
            return ready

        selector.select = counting
        try:
            yield self
        finally:
            del selector.select

    async def wait(self) -> None:
        """Wait until the loop is idle."""
        quiet = 0
        while quiet < self._ROUNDS:
            before = self._received
            await asyncio.sleep(0)
            is_idle = self._received == before and not self._loop._ready
            quiet = quiet + 1 if is_idle else 0


async def run_while_ticking[T](
    freezer: FrozenDateTimeFactory, coroutine: Coroutine[Any, Any, T]
) -> T:
    """Run a coroutine that waits for time to pass, such as one that stops a server."""
    task = asyncio.get_running_loop().create_task(coroutine)
    while not task.done():
        freezer.tick(timedelta(seconds=0.1))
        for _ in range(20):
            await asyncio.sleep(0)
    return task.result()


class _DirectSession:
    """The session of the simulator, which posts to Home Assistant without a network."""

    def __init__(self, instance: SimulatedInstance) -> None:
        self._instance = instance

    @asynccontextmanager
    async def post(
        self, url: str, *, data: bytes, headers: dict[str, str], **_: Any
    ) -> AsyncIterator[Any]:
        """Deliver a request as Home Assistant Cloud does."""
        if self._instance.delivery == "lost":
            raise ClientConnectionError("not reachable")
        answer = await webhook.async_handle_webhook(
            self._instance.hass,
            url.rpartition("/")[2],
            MockRequest(data, "test", method="POST", headers=headers),
        )
        if self._instance.delivery == "response lost":
            raise ClientConnectionError("the response is lost")
        yield answer

    async def close(self) -> None:
        """Do nothing."""


class _LogHandler(logging.Handler):
    """A log handler that keeps what we log, and the records with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.tracebacks: list[str] = []
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0] is not None:
            self.tracebacks.append(logging.Formatter().format(record))
        if record.name.startswith("custom_components.seam"):
            self.lines.append(record.getMessage())


class _Panel:
    """A websocket connection that keeps what a subscribed administrator is shown."""

    def __init__(
        self, hass: HomeAssistant, known_pins: Callable[[], Collection[str]]
    ) -> None:
        """Initialize a connection without a subscription."""
        self._known_pins = known_pins
        self.user = User(
            name="Host",
            perm_lookup=PermissionLookup(er.async_get(hass), dr.async_get(hass)),
            is_owner=True,
        )
        self.locks: dict[str, Any] = {}
        # What was sent, and the PINs that were known then.
        self.sent: list[tuple[str, Collection[str]]] = []
        self.subscription = Subscription(hass, cast("ActiveConnection", self), 1)

    def send_event(self, _msg_id: int, event: dict[str, Any]) -> None:
        """Receive an event."""
        self.locks |= {lock["device_id"]: lock for lock in event["locks"]}
        for device_id in event.get("removed", ()):
            del self.locks[device_id]
        self.sent.append((str(event), frozenset(self._known_pins())))

    @property
    def steady(self) -> dict[str, Any]:
        """What is shown, except for what a jump of the clock changes."""
        times = {"state", "status", "can", "errors", "warnings"}
        return {
            device_id: {key: lock[key] for key in lock.keys() - {"codes", "free_slots"}}
            | {
                code["access_code_id"]: {key: code[key] for key in code.keys() - times}
                for code in lock["codes"]
            }
            for device_id, lock in self.locks.items()
        }


class SimulatedInstance:
    """A Home Assistant with one workspace, and the checks of both."""

    hass: HomeAssistant
    entry: MockConfigEntry

    def __init__(
        self, freezer: FrozenDateTimeFactory, idle: IdleWatcher, simulator: Simulator
    ) -> None:
        """Initialize an instance that shares its clock with the simulator."""
        self._freezer = freezer
        self._idle = idle
        self.simulator = simulator
        self.delivery: Delivery = "delivered"
        self.occurrences: list[Occurrence] = []
        self.expected_writes: Counter[str] = Counter()
        """How often actions may have requested each path, at most."""
        self._started_at = simulator.clock.now()
        self._checked = 0
        self._published: dict[str, datetime] = {}
        self._log = _LogHandler()
        self._clock_error = timedelta(0)
        self._recorded: set[str] = set()
        self._pins: set[str] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SimulatedInstance]:
        """Start Home Assistant and the simulator, and stop both."""
        simulator = self.simulator
        await simulator.start()
        webhooks: Any = simulator.backend.webhooks
        await webhooks._session.close()
        webhooks._session = _DirectSession(self)
        on_event = simulator.backend.events.on_event
        assert on_event is not None

        def publish(event: SeamEvent) -> None:
            self._published.setdefault(event.event_id, simulator.clock.now())
            on_event(event)

        simulator.backend.events.on_event = publish
        logging.getLogger().addHandler(self._log)
        loop: Any = asyncio.get_running_loop()
        steady_time = loop.time
        loop.time = lambda: steady_time() - self._clock_error.total_seconds()
        async with (
            ClientSession(headers={"User-Agent": _OTHER_CLIENT}) as session,
            async_test_home_assistant(asyncio.get_running_loop()) as hass,
        ):
            self._session = session
            self.hass = hass
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            frame.async_setup(hass)
            await translation_helper.async_load_integrations(hass, {"homeassistant"})
            await hass.config.async_update(external_url=_URL)
            self.entry = MockConfigEntry(
                domain=DOMAIN,
                title=WORKSPACE_NAME,
                unique_id=WORKSPACE,
                data={CONF_API_KEY: simulator.key, CONF_ENDPOINT: simulator.url},
            )
            self.entry.add_to_hass(hass)
            try:
                assert await hass.config_entries.async_setup(self.entry.entry_id)
                await hass.async_block_till_done(wait_background_tasks=True)
                self._panel = _Panel(hass, self._known_pins)
                await self._panel.subscription.async_start()
                self._record_occurrences()
                yield self
            finally:
                simulator.faults.clear()
                if self.entry.state is ConfigEntryState.LOADED:
                    await hass.config_entries.async_unload(self.entry.entry_id)
                await hass.async_stop(force=True)
                await simulator.stop()
                del loop.time
                logging.getLogger().removeHandler(self._log)

    @property
    def coordinator(self) -> SeamCoordinator:
        """Return the coordinator of the loaded entry."""
        coordinator: SeamCoordinator = self.entry.runtime_data
        return coordinator

    @property
    def is_loaded(self) -> bool:
        """Return whether the entry is loaded."""
        return self.entry.state is ConfigEntryState.LOADED

    def _record_occurrences(self) -> None:
        """Record the occurrences of every lock, including new ones."""

        @callback
        def record(occurrence: Occurrence) -> None:
            self.occurrences.append(occurrence)

        for device_id in self.simulator.state.devices.keys() - self._recorded:
            self._recorded.add(device_id)
            async_dispatcher_connect(self.hass, occurrence_signal(device_id), record)

    async def settle(self) -> None:
        """Run everything that is due now."""
        self._record_occurrences()
        self.simulator.backend.run_due()
        await self._idle.wait()

    async def step(self, seconds: float) -> None:
        """Move the clock forward, and run what is due."""
        step = timedelta(seconds=seconds)
        self._freezer.tick(step)
        self.simulator.clock.advance(seconds)
        await self.settle()
        async_fire_time_changed(self.hass)
        await self.settle()
        await self.settle()

    async def set_clock(self, error: timedelta) -> None:
        """Set the clock of Home Assistant wrong, or right again; timers do not mind."""
        self._freezer.tick(error - self._clock_error)
        self._clock_error = error
        await self.settle()

    async def finish[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine, and move the clock until it ends."""
        task = asyncio.get_running_loop().create_task(coroutine)
        await self.settle()
        for seconds in (1,) * 10 + (5,) * 20 + (60,) * 10:
            if task.done():
                break
            await self.step(seconds)
        assert task.done(), "the coroutine does not end"
        return task.result()

    async def act(
        self, domain: str, action: str, writes: dict[str, int], **data: Any
    ) -> bool:
        """Call an action, and return whether it succeeded."""
        self.expected_writes.update(writes)
        try:
            await self.finish(
                self.hass.services.async_call(domain, action, data, blocking=True)
            )
        except HomeAssistantError:
            return False
        return True

    async def post_as_other_client(self, path: str, **body: Any) -> None:
        """Send a request as another client of the workspace, and ignore failures."""

        async def post() -> None:
            with suppress(ClientError, TimeoutError):
                async with self._session.post(
                    f"{self.simulator.url}{path}",
                    json=body,
                    headers={"Authorization": f"Bearer {self.simulator.key}"},
                ) as answer:
                    await answer.read()

        await self.finish(post())

    async def reload(self) -> None:
        """Reload the entry, which may fail."""
        self._check_no_old_occurrences()
        self._started_at = self.simulator.clock.now()
        await self.finish(self.hass.config_entries.async_reload(self.entry.entry_id))

    async def set_webhook(self, *, is_on: bool) -> None:
        """Turn the webhook on or off, and reload the entry."""
        self.hass.config_entries.async_update_entry(
            self.entry, options={CONF_WEBHOOK: is_on}
        )
        await self.reload()

    def lock_entity(self, device_id: str) -> str | None:
        """Return the entity ID of a lock, or None."""
        return er.async_get(self.hass).async_get_entity_id(
            "lock", DOMAIN, f"{device_id}_lock"
        )

    async def recover(self) -> None:
        """End all failures, and check everything after a reconcile and two polls."""
        self.simulator.faults.clear()
        self.simulator.control.clear_overrides()
        await self._recover()
        self.check()

    async def recover_except_locks(self) -> None:
        """End all failures but those of single locks, and check the other locks."""
        simulator = self.simulator
        for fault in list(simulator.faults):
            if fault.device_id is None:
                simulator.faults.clear(fault_id=fault.fault_id)
        broken = {fault.device_id for fault in simulator.faults}
        for row_id in simulator.backend.settings.row_overrides:
            code = simulator.state.access_codes.get(row_id)
            broken.add(code.device_id if code else row_id)
        await self._recover()
        self.check(broken)

    async def _recover(self) -> None:
        """End the failures of Seam as a whole, reconcile and poll twice."""
        simulator = self.simulator
        simulator.control.restore_key()
        delivery = simulator.backend.events.delivery
        delivery.lost = delivery.late = delivery.duplicated = 0
        simulator.backend.settings.dropped_codes.clear()
        simulator.control.list_new_codes_after(0)
        self.delivery = "delivered"
        await self.set_clock(timedelta(0))
        # Pending requests have timed out by then, and no rate limit is in effect.
        await self.step(901)
        if not self.is_loaded or self.hass.config_entries.flow.async_progress():
            for flow in self.hass.config_entries.flow.async_progress():
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
            await self.reload()
        assert self.is_loaded, self.entry.reason
        await self.finish(self.coordinator.async_reconcile())
        for _ in range(2):
            await self.step(61)
            await self.finish(self.coordinator.async_refresh())

    def check(self, broken: Collection[str | None] = ()) -> None:
        """Compare the snapshot and the states with the simulator.

        Locks that are broken only have to be there.
        """
        assert self.coordinator.last_update_success
        codes = self.simulator.state.access_codes.values()
        self._pins.update(
            code.code for code in codes if code.code and code.device_id not in broken
        )
        self._check_no_pins()
        expected = self._expected_locks()
        locks = self.coordinator.data.locks
        assert set(locks) - set(broken) == set(expected) - set(broken)
        for device_id in set(expected) - set(broken):
            wanted, lock = expected[device_id], locks[device_id]
            assert lock.device == wanted.device, (lock.device, wanted.device)
            assert _by_id(lock.codes) == _by_id(wanted.codes), list(
                _differences(_by_id(lock.codes), _by_id(wanted.codes))
            )
            assert not lock.missing
            self._check_states(device_id, lock.device, wanted.codes)

    async def check_invariants(self) -> None:
        """Check what must hold even during failures."""
        assert not self._log.tracebacks, self._log.tracebacks[0]
        self._check_no_pins()
        await self._check_panel()
        self._check_no_old_occurrences()
        ids = [occurrence.event.event_id for occurrence in self.occurrences]
        assert len(ids) == len(set(ids)), "an event fired twice"
        for occurrence in self.occurrences:
            assert occurrence.event.code is None
        requested = Counter(
            request.path
            for request in self.simulator.requests
            if request.headers.get("User-Agent") != _OTHER_CLIENT
        )
        for path, most in self.expected_writes.items():
            assert requested[path] <= most, f"{path} was sent twice"

    def _known_pins(self) -> Collection[str]:
        return self.coordinator.secrets.pins if self.is_loaded else ()

    def _check_no_pins(self) -> None:
        """Check that no PIN that was received shows in a state or in the log."""
        self._pins.update(self._known_pins())
        texts: list[tuple[str, Collection[str]]] = [
            (text, self._pins)
            for entity in self.hass.states.async_all()
            for text in (entity.state, str(entity.attributes))
        ]
        texts += ((line, self._pins) for line in self._log.lines)
        # A number may turn out to be a PIN after it was sent.
        texts += self._panel.sent
        self._log.lines.clear()
        self._panel.sent.clear()
        for text, pins in texts:
            for number in _NUMBER.findall(text):
                digits = "".join(filter(str.isdigit, number))
                # Shorter ones are in other numbers by chance.
                assert digits not in pins or len(digits) < _SHORTEST_CHECKED, (
                    f"a PIN shows: {text}"
                )

    async def _check_panel(self) -> None:
        """Check that a panel shows what one shows that is opened now."""
        if not self.is_loaded:
            return
        fresh = _Panel(self.hass, self._known_pins)
        await fresh.subscription.async_start()
        fresh.subscription.async_stop()
        assert self._panel.steady == fresh.steady

    def _check_no_old_occurrences(self) -> None:
        """Check that no event from before the start has fired."""
        for occurrence in self.occurrences[self._checked :]:
            published = self._published[occurrence.event.event_id]
            assert published >= self._started_at - timedelta(seconds=1)
        self._checked = len(self.occurrences)

    def clear_occurrences(self) -> None:
        """Forget the recorded occurrences."""
        self.occurrences.clear()
        self._checked = 0

    def _expected_locks(self) -> dict[str, LockData]:
        """Return the locks as they are at Seam, with secrets masked."""
        state, now = self.simulator.state, self.simulator.clock.now()
        expected = {}
        for device in state.devices_of(WORKSPACE):
            if not device.is_managed:
                continue
            codes = [
                AccessCode.read(_as_sent(render_code(state, code, now)))
                for code in state.codes_of(device.device_id)
            ]
            lock = LockData(
                device=Device.read(_as_sent(render_device(state, device))),
                managed=tuple(code for code in codes if code.is_managed),
                unmanaged=tuple(code for code in codes if not code.is_managed),
                has_codes=True,
                has_all_codes=True,
            )
            expected[device.device_id] = masked(lock, self.coordinator.secrets)
        return expected

    def _check_states(
        self, device_id: str, device: Device, codes: Iterable[AccessCode]
    ) -> None:
        """Check the states of a lock's entities."""
        now = self.simulator.clock.now()
        registry = er.async_get(self.hass)
        for key, is_managed in (
            ("managed_access_codes", True),
            ("unmanaged_access_codes", False),
        ):
            entity_id = registry.async_get_entity_id(
                "sensor", DOMAIN, f"{device_id}_{key}"
            )
            assert entity_id is not None
            state = self.hass.states.get(entity_id)
            assert state is not None
            wanted = {
                code.access_code_id: (code.name, code.status_at(now).value)
                for code in codes
                if code.is_managed is is_managed
            }
            assert state.state == str(len(wanted)), (state.state, wanted)
            shown = {
                row["access_code_id"]: (row["name"], row["status"])
                for row in state.attributes["access_codes"]
            }
            assert shown == wanted, (shown, wanted)
        entity_id = self.lock_entity(device_id)
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        locked = device.properties.locked
        if device.properties.online is False:
            assert state.state == "unavailable"
        elif locked is None:
            assert state.state == "unknown"
        else:
            assert state.state == ("locked" if locked else "unlocked")
