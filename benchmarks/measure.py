"""The figures of a workspace of one size."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
import gc
from itertools import cycle
import multiprocessing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
import time
from typing import Any, Final

from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.runner import configure_event_loop
from homeassistant.util import dt as dt_util

from custom_components.seam.api import SeamClient
from custom_components.seam.coordinator import SeamCoordinator

from .baselines import bare, sdk
from .certificate import write_certificate
from .cost import Cost, leave_out_full_collections
from .instance import TIMEOUT, Instance, running_instance
from .memory import bytes_per_code
from .meters import Busy, LoopMeter, traffic, writes
from .plan import Plan
from .stays import alike_bookings, quiet_comparison
from .workspace import Workspace, simulated

type Figures = dict[str, float]

# Between two changes, so that they are not fetched together.
_PAUSE: Final = 0.2
# A change that takes more polls is never shown.
_MAX_POLLS: Final = 5


def measure(plan: Plan) -> Figures:
    """Return all figures; call it in a process of its own."""
    meter = LoopMeter()

    def new_loop() -> asyncio.AbstractEventLoop:
        loop = asyncio.SelectorEventLoop(meter)
        configure_event_loop(loop)
        return loop

    with (
        TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=new_loop) as runner,
    ):
        return runner.run(_measure(plan, meter, Path(folder)))


async def _measure(plan: Plan, meter: LoopMeter, folder: Path) -> Figures:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    write_certificate(certificate, key)
    (config := folder / "config").mkdir()
    async with (
        simulated(plan.locks, plan.codes, trusting=certificate) as workspace,
        running_instance(config, workspace, certificate, key) as instance,
    ):
        leave_out_full_collections()
        with Cost() as collection:
            gc.collect()
        with ExitStack() as processes:
            bench = _Bench(plan, meter, workspace, instance, processes)
            return {
                "collection_ms": 1000 * collection.wall,
                **await bench.quiet_polls(),
                **await bench.full_syncs(),
                **await bench.naive_poll(),
                **await bench.memory(),
                **await bench.latency(),
                **await bench.changes_by_poll(),
                **await bench.changes_by_webhook(),
                **bench.stays(),
            }


class _Bench:
    """The measurements, one after the other."""

    def __init__(
        self,
        plan: Plan,
        meter: LoopMeter,
        workspace: Workspace,
        instance: Instance,
        stack: ExitStack,
    ) -> None:
        self._stack = stack
        self._processes: dict[Callable[..., Any], ProcessPoolExecutor] = {}
        self._plan = plan
        self._meter = meter
        self._workspace = workspace
        self._instance = instance
        self._hass = instance.hass
        self._coordinator = instance.entry.runtime_data

    async def _elsewhere[**P, R](
        self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a function in its own process while this one is idle."""

        def run() -> R:
            if (process := self._processes.get(function)) is None:
                process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
                self._processes[function] = self._stack.enter_context(process)
            return process.submit(function, *args, **kwargs).result()

        return await self._hass.async_add_executor_job(run)

    async def quiet_polls(self) -> Figures:
        """Poll while nothing changes."""
        poll = self._coordinator.async_refresh
        await poll()
        session = async_get_clientsession(self._hass)
        with (
            traffic(session, self._workspace.url) as passed,
            writes(self._hass) as written,
        ):
            for _ in range(self._plan.polls):
                await poll()
            await self._instance.settle()
        costs, busy = await self._repeated(poll, self._plan.polls)
        return {
            "quiet_poll_requests": passed.requests / self._plan.polls,
            "quiet_poll_bytes": passed.bytes / self._plan.polls,
            "quiet_poll_writes": written.calls,
            "quiet_poll_state_changed": written.changed,
            "quiet_poll_state_reported": written.reported,
            "quiet_poll_loop_ms": 1000 * median(one.total for one in busy),
            "quiet_poll_wall_ms": 1000 * median(cost.wall for cost in costs),
            "quiet_poll_cpu_ms": 1000 * median(cost.cpu for cost in costs),
        }

    def stays(self) -> Figures:
        """Compare bookings with codes."""
        of_locks = self._coordinator.data.locks, dt_util.utcnow(), self._plan.rounds
        return {**quiet_comparison(*of_locks), **alike_bookings(*of_locks)}

    async def full_syncs(self) -> Figures:
        """Fetch everything for the first time, again, and with the baselines, in turns."""
        url, key = self._workspace.url, self._workspace.key
        await self._elsewhere(bare, url, key, events=True)
        firsts, repeats, bares, sdks = [], [], [], []
        for _ in range(self._plan.rounds):
            bares.append(await self._elsewhere(bare, url, key, events=True))
            firsts.append(await self._first_sync())
            repeats.append(await self._repeated(self._coordinator.async_reconcile, 1))
            sdks.append(await self._elsewhere(sdk, url, key))
        total = self._plan.locks * self._plan.codes
        assert {fetched.codes for fetched in bares + sdks} == {total}
        with traffic(async_get_clientsession(self._hass), url) as passed:
            await self._coordinator.async_reconcile()
        assert passed.requests == bares[0].requests
        figures: Figures = {
            "full_sync_requests": passed.requests,
            "bare_wall_s": median(cost.wall for cost in bares),
            "bare_cpu_s": median(cost.cpu for cost in bares),
            "sdk_wall_s": median(cost.wall for cost in sdks),
            "sdk_cpu_s": median(cost.cpu for cost in sdks),
        }
        for name, ours in (("first_sync", firsts), ("full_sync", repeats)):
            costs = [cost for (cost,), _ in ours]
            figures |= {
                f"{name}_wall_s": median(cost.wall for cost in costs),
                f"{name}_cpu_s": median(cost.cpu for cost in costs),
                f"{name}_block_ms": 1000 * median(busy.longest for _, (busy,) in ours),
                f"{name}_wall_to_bare": _ratio("wall", costs, bares),
                f"{name}_cpu_to_bare": _ratio("cpu", costs, bares),
                f"{name}_wall_to_sdk": _ratio("wall", costs, sdks),
                f"{name}_cpu_to_sdk": _ratio("cpu", costs, sdks),
            }
        return figures

    async def _first_sync(self) -> tuple[list[Cost], list[Busy]]:
        """Fetch everything into an empty snapshot."""
        client = SeamClient(
            async_get_clientsession(self._hass),
            self._workspace.key,
            self._workspace.url,
        )
        coordinator = SeamCoordinator(self._hass, self._instance.entry, client)

        async def sync() -> None:
            # The first refresh leaves the codes to the background.
            await coordinator.async_refresh()
            await coordinator.fetcher.async_run()

        measured = await self._repeated(sync, 1)
        await coordinator.async_shutdown()
        locks = coordinator.engine.snapshot.locks.values()
        found = sum(len(lock.codes) for lock in locks)
        assert found == self._plan.locks * self._plan.codes
        return measured

    async def naive_poll(self) -> Figures:
        """Fetch all devices and codes, as integrations without events do at every poll."""
        url, key = self._workspace.url, self._workspace.key
        polls = [
            await self._elsewhere(bare, url, key, events=False)
            for _ in range(self._plan.rounds)
        ]
        return {
            "naive_poll_requests": polls[0].requests,
            "naive_poll_bytes": polls[0].bytes,
            "naive_poll_wall_ms": 1000 * median(poll.wall for poll in polls),
            "naive_poll_cpu_ms": 1000 * median(poll.cpu for poll in polls),
        }

    async def memory(self) -> Figures:
        """Fetch everything and measure its memory."""
        url, key = self._workspace.url, self._workspace.key
        return {"memory_per_code": await self._elsewhere(bytes_per_code, url, key)}

    async def latency(self) -> Figures:
        """Start and fetch everything while each answer takes some time."""
        if self._plan.latency is None:
            return {}
        url, key = self._workspace.url, self._workspace.key
        seconds = self._plan.latency / 1000
        await self._workspace.control("faults", kind="latency", seconds=seconds)
        bares, starts, firsts = [], [], []
        for _ in range(min(self._plan.rounds, 3)):
            bares.append(await self._elsewhere(bare, url, key, events=True))
            starts.append(await self._reload())
            ((first,), _) = await self._first_sync()
            firsts.append(first)
        await self._workspace.control("faults/clear")
        return {
            "latency_bare_s": median(cost.wall for cost in bares),
            "latency_locks_s": median(cost.wall for cost in starts),
            "latency_locks_requests": median(cost.wall for cost in starts) / seconds,
            "latency_first_sync_s": median(cost.wall for cost in firsts),
            "latency_first_sync_to_bare": _ratio("wall", firsts, bares),
        }

    async def _reload(self) -> Cost:
        """Reload the config entry; measure until all locks have a state."""
        entry_id = self._instance.entry.entry_id
        entity_ids = [
            self._instance.entity_id("lock", self._workspace.lock_id(number), "lock")
            for number in range(self._plan.locks)
        ]
        await self._hass.config_entries.async_unload(entry_id)
        with ExitStack() as stack, Cost() as cost:
            locks = [
                stack.enter_context(self._instance.awaited(entity_id, "locked"))
                for entity_id in entity_ids
            ]
            setup = self._hass.async_create_task(
                self._hass.config_entries.async_setup(entry_id)
            )
            await asyncio.gather(*locks)
        await setup
        await self._instance.settle()
        self._coordinator = self._instance.entry.runtime_data
        return cost

    async def changes_by_poll(self) -> Figures:
        """Change something and poll until the state follows."""
        most_polls = most_requests = 0
        session = async_get_clientsession(self._hass)
        for entity_id, expected, change in self._changes():
            await change()
            polls = 0
            with traffic(session, self._workspace.url) as passed:
                while not self._shows(entity_id, expected) and polls < _MAX_POLLS:
                    await self._coordinator.async_refresh()
                    polls += 1
            most_polls = max(most_polls, polls)
            most_requests = max(most_requests, passed.requests)
        return {"change_polls": most_polls, "change_requests": most_requests}

    async def changes_by_webhook(self) -> Figures:
        """Change something and wait until the state follows."""
        await self._instance.open_to_webhooks()
        seconds = []
        for entity_id, expected, change in self._changes():
            await asyncio.sleep(_PAUSE)
            with self._instance.awaited(entity_id, expected) as shows:
                started = time.perf_counter()
                await change()
                async with asyncio.timeout(TIMEOUT):
                    await shows
                seconds.append(time.perf_counter() - started)
        ordered = sorted(seconds)
        return {
            "webhook_median_ms": 1000 * median(ordered),
            "webhook_p95_ms": 1000 * ordered[round(0.95 * (len(ordered) - 1))],
        }

    def _changes(self) -> Iterator[tuple[str, str, Callable[[], Awaitable[None]]]]:
        """Yield entities, the states they change to, and what changes them."""
        kinds = cycle((self._turned, self._found_code))
        for number in range(self._plan.changes):
            # Locks that are far apart, each with both kinds in turn.
            device_id = self._workspace.lock_id(number * 7 // 2 % self._plan.locks)
            yield next(kinds)(device_id)

    def _turned(self, device_id: str) -> tuple[str, str, Callable[[], Awaitable[None]]]:
        entity_id = self._instance.entity_id("lock", device_id, "lock")
        is_locked = self._shows(entity_id, "locked")

        async def turn() -> None:
            await self._workspace.control(
                "turn_lock", device=device_id, locked=not is_locked
            )

        return entity_id, "unlocked" if is_locked else "locked", turn

    def _found_code(
        self, device_id: str
    ) -> tuple[str, str, Callable[[], Awaitable[None]]]:
        entity_id = self._instance.entity_id(
            "sensor", device_id, "unmanaged_access_codes"
        )
        state = self._hass.states.get(entity_id)
        assert state is not None
        count = int(state.state) + 1

        async def find() -> None:
            await self._workspace.control(
                "add_unmanaged_code",
                device=device_id,
                name=f"Found {count}",
                # Seven digits, which none of the generated codes have.
                pin=f"{9_000_000 + count}",
            )

        return entity_id, str(count), find

    def _shows(self, entity_id: str, expected: str) -> bool:
        state = self._hass.states.get(entity_id)
        return state is not None and state.state == expected

    async def _repeated(
        self, function: Callable[[], Awaitable[Any]], count: int
    ) -> tuple[list[Cost], list[Busy]]:
        costs, blocks = [], []
        for _ in range(count):
            with self._meter.measure() as busy, Cost() as cost:
                await function()
            costs.append(cost)
            blocks.append(busy)
        return costs, blocks


def _ratio(kind: str, ours: Sequence[Cost], theirs: Sequence[Cost]) -> float:
    """Return the ratio of the costs, as the median of all rounds."""
    return median(
        float(getattr(our, kind) / getattr(their, kind))
        for our, their in zip(ours, theirs, strict=True)
    )
