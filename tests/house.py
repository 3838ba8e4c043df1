"""A Home Assistant and a simulated Seam that share one clock, which tests move."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
import logging
from typing import Any, Literal, override

from aiohttp import ClientConnectionError, ClientSession
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
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
from custom_components.seam.const import CONF_ENDPOINT, CONF_WEBHOOK, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.sync.events import Occurrence
from simulator import Simulator
from simulator.render import render_code, render_device
from simulator.seed import WORKSPACE, WORKSPACE_NAME
from simulator.state import Event as SeamEvent

_URL = "https://house.example.com"
_ANOTHER = "another client"

type Mail = Literal["arrives", "lost", "answer lost"]


class Idle:
    """Finds out when all that can happen without time passing has happened.

    Frozen time does not let a task wait for another with a time limit, and some tasks
    wait for time itself. So this looks at the event loop: nothing is ready, and nothing
    has come over the network.
    """

    # The other end of a connection on loopback reads at once, or the next time.
    _ROUNDS = 4

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch a loop."""
        self._loop: Any = loop
        self._came = 0

    @contextmanager
    def watching(self) -> Iterator[Idle]:
        """Count what comes over the network."""
        selector = self._loop._selector
        select = selector.select

        def counting(timeout: float | None = None) -> Any:
            came = select(timeout)
            self._came += len(came)
            return came

        selector.select = counting
        try:
            yield self
        finally:
            del selector.select

    async def wait(self) -> None:
        """Wait until it is quiet."""
        quiet = 0
        while quiet < self._ROUNDS:
            before = self._came
            await asyncio.sleep(0)
            is_quiet = self._came == before and not self._loop._ready
            quiet = quiet + 1 if is_quiet else 0


async def while_time_runs[T](
    freezer: FrozenDateTimeFactory, coroutine: Coroutine[Any, Any, T]
) -> T:
    """Carry something out that waits for time itself, such as stopping a server."""
    task = asyncio.get_running_loop().create_task(coroutine)
    while not task.done():
        freezer.tick(timedelta(seconds=0.1))
        for _ in range(20):
            await asyncio.sleep(0)
    return task.result()


class _Post:
    """The session by which the simulator posts: straight to Home Assistant."""

    def __init__(self, house: House) -> None:
        self._house = house

    @asynccontextmanager
    async def post(
        self, url: str, *, data: bytes, headers: dict[str, str], **_: Any
    ) -> AsyncIterator[Any]:
        """Deliver, as Home Assistant's cloud does it."""
        if self._house.mail == "lost":
            raise ClientConnectionError("nobody is there")
        answer = await webhook.async_handle_webhook(
            self._house.hass,
            url.rpartition("/")[2],
            MockRequest(data, "test", method="POST", headers=headers),
        )
        if self._house.mail == "answer lost":
            raise ClientConnectionError("the answer is lost")
        yield answer

    async def close(self) -> None:
        """Have nothing to close."""


class _Crashes(logging.Handler):
    """Keeps what was logged with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0] is not None:
            self.texts.append(logging.Formatter().format(record))


class House:
    """A Home Assistant with one workspace, and all that must be true of it."""

    hass: HomeAssistant
    entry: MockConfigEntry

    def __init__(
        self, freezer: FrozenDateTimeFactory, idle: Idle, simulator: Simulator
    ) -> None:
        """Take the clock, which is the simulator's, too."""
        self._freezer = freezer
        self._idle = idle
        self.simulator = simulator
        self.mail: Mail = "arrives"
        self.told: list[Occurrence] = []
        self.written: Counter[str] = Counter()
        """How often each kind of write was asked for by an action, at most."""
        self._started_at = simulator.clock.now()
        self._checked = 0
        self._published: dict[str, datetime] = {}
        self._crashes = _Crashes()
        self._listened: set[str] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[House]:
        """Start it all, and stop it."""
        simulator = self.simulator
        await simulator.start()
        posts: Any = simulator.backend.webhooks
        await posts._session.close()
        posts._session = _Post(self)
        announce = simulator.backend.events.on_event
        assert announce is not None

        def publish(event: SeamEvent) -> None:
            self._published.setdefault(event.event_id, simulator.clock.now())
            announce(event)

        simulator.backend.events.on_event = publish
        logging.getLogger().addHandler(self._crashes)
        async with (
            ClientSession(headers={"User-Agent": _ANOTHER}) as session,
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
                self._listen()
                yield self
            finally:
                simulator.faults.clear()
                if self.entry.state is ConfigEntryState.LOADED:
                    await hass.config_entries.async_unload(self.entry.entry_id)
                await hass.async_stop(force=True)
                await simulator.stop()
                logging.getLogger().removeHandler(self._crashes)

    @property
    def coordinator(self) -> SeamCoordinator:
        """The coordinator of the entry as it is loaded now."""
        coordinator: SeamCoordinator = self.entry.runtime_data
        return coordinator

    @property
    def is_loaded(self) -> bool:
        """Whether the entry is there to be used."""
        return self.entry.state is ConfigEntryState.LOADED

    def _listen(self) -> None:
        """Hear what is told of every lock, new ones, too."""

        @callback
        def hear(news: Occurrence) -> None:
            self.told.append(news)

        for device_id in self.simulator.state.devices.keys() - self._listened:
            self._listened.add(device_id)
            async_dispatcher_connect(self.hass, occurrence_signal(device_id), hear)

    async def settle(self) -> None:
        """Let everything happen that does not wait for time."""
        self._listen()
        self.simulator.backend.run_due()
        await self._idle.wait()

    async def step(self, seconds: float) -> None:
        """Let time pass, in one go."""
        step = timedelta(seconds=seconds)
        self._freezer.tick(step)
        self.simulator.clock.advance(seconds)
        await self.settle()
        async_fire_time_changed(self.hass)
        await self.settle()
        await self.settle()

    async def finish[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Carry something out, however much time it takes."""
        task = asyncio.get_running_loop().create_task(coroutine)
        await self.settle()
        for seconds in (1,) * 10 + (5,) * 20 + (60,) * 10:
            if task.done():
                break
            await self.step(seconds)
        assert task.done(), "it never ends"
        return task.result()

    async def act(
        self, domain: str, action: str, writes: dict[str, int], **data: Any
    ) -> bool:
        """Call an action; return whether it was carried out without an error."""
        self.written.update(writes)
        try:
            await self.finish(
                self.hass.services.async_call(domain, action, data, blocking=True)
            )
        except HomeAssistantError:
            return False
        return True

    async def ask_as_another(self, path: str, **body: Any) -> None:
        """Let somebody else use the same workspace; trouble is theirs."""

        async def post() -> None:
            with suppress(ClientConnectionError, TimeoutError):
                async with self._session.post(
                    f"{self.simulator.url}{path}",
                    json=body,
                    headers={"Authorization": f"Bearer {self.simulator.key}"},
                ) as answer:
                    await answer.read()

        await self.finish(post())

    async def reload(self) -> None:
        """Load the entry anew, which need not succeed."""
        self._check_told()
        self._started_at = self.simulator.clock.now()
        await self.finish(self.hass.config_entries.async_reload(self.entry.entry_id))

    async def choose_webhook(self, *, is_on: bool) -> None:
        """Turn the webhook on or off."""
        self.hass.config_entries.async_update_entry(
            self.entry, options={CONF_WEBHOOK: is_on}
        )
        await self.reload()

    def lock_entity(self, device_id: str) -> str | None:
        """Return the entity of a lock, None where there is none."""
        return er.async_get(self.hass).async_get_entity_id(
            "lock", DOMAIN, f"{device_id}_lock"
        )

    # What must be true

    async def recover(self) -> None:
        """End all trouble; a reconcile and two polls later all must be as it is."""
        simulator = self.simulator
        simulator.faults.clear()
        simulator.control.restore_key()
        delivery = simulator.backend.events.delivery
        delivery.lost = delivery.late = delivery.duplicated = 0
        simulator.backend.settings.dropped_codes.clear()
        self.mail = "arrives"
        # Whatever still waits for an answer has none, or had it.
        await self.step(61)
        if not self.is_loaded or self.hass.config_entries.flow.async_progress():
            for flow in self.hass.config_entries.flow.async_progress():
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
            await self.reload()
        assert self.is_loaded, self.entry.reason
        await self.finish(self.coordinator.async_reconcile())
        for _ in range(2):
            await self.step(61)
            await self.finish(self.coordinator.async_refresh())
        self.check()

    def check(self) -> None:
        """Compare everything with the simulator's world."""
        assert self.coordinator.last_update_success
        expected = self._truth()
        locks = self.coordinator.data.locks
        assert set(locks) == set(expected)
        for device_id, (device, codes) in expected.items():
            lock = locks[device_id]
            assert lock.device == device
            assert {code.access_code_id: code for code in lock.codes} == codes
            assert not lock.missing
            self._check_states(device_id, device, list(codes.values()))

    def check_always(self) -> None:
        """Check what no trouble excuses."""
        assert not self._crashes.texts, self._crashes.texts[0]
        self._check_told()
        ids = [news.event.event_id for news in self.told]
        assert len(ids) == len(set(ids)), "an event was told twice"
        for news in self.told:
            assert news.event.code is None
        asked = Counter(
            request.path
            for request in self.simulator.requests
            if request.headers.get("User-Agent") != _ANOTHER
        )
        for path, most in self.written.items():
            assert asked[path] <= most, f"{path} was sent twice"

    def _check_told(self) -> None:
        """Check that nothing new was told that is of before the start."""
        for news in self.told[self._checked :]:
            published = self._published[news.event.event_id]
            assert published >= self._started_at - timedelta(seconds=1)
        self._checked = len(self.told)

    def forget_told(self) -> None:
        """Let go of what was told."""
        self.told.clear()
        self._checked = 0

    def _truth(self) -> dict[str, tuple[Device, dict[str, AccessCode]]]:
        world, now = self.simulator.state, self.simulator.clock.now()
        truth = {}
        for device in world.devices_of(WORKSPACE):
            if not device.is_managed:
                continue
            codes = [
                AccessCode.from_dict(render_code(world, code, now))
                for code in world.codes_of(device.device_id)
            ]
            truth[device.device_id] = (
                Device.from_dict(render_device(world, device)),
                {code.access_code_id: code for code in codes},
            )
        return truth

    def _check_states(
        self, device_id: str, device: Device, codes: list[AccessCode]
    ) -> None:
        """Check what people see."""
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
            assert state.state == str(len(wanted))
            assert {
                row["access_code_id"]: (row["name"], row["status"])
                for row in state.attributes["access_codes"]
            } == wanted
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
