"""Test of a day with 50 locks and many failures: slow, so run only by `-m soak`."""

import asyncio
from collections.abc import Iterator
import gc
import logging
from pathlib import Path
from random import Random
import tracemalloc
from typing import Any

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest

from simulator import Simulator
from simulator.faults import FaultKind
from simulator.generated import generated_lock_id
from simulator.seed import WORKSPACE

from .clock import START
from .simulated_instance import (
    Delivery,
    IdleWatcher,
    SimulatedInstance,
    run_while_ticking,
)

LOCKS = 50
HOURS = 24
# How much memory may grow after two hours, as the integration remembers up to ten
# thousand event IDs.
MAY_GROW = 1_500_000

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _custom_integration() -> None:
    """Do not set up a Home Assistant, as the test has its own."""


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch after events without delay."""
    monkeypatch.setattr("custom_components.seam.coordinator._EVENT_DEBOUNCE_SECONDS", 0)


@pytest.fixture(autouse=True)
def _no_logs() -> Iterator[None]:
    """Disable logging, as pytest keeps each record with all that it refers to."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def freezer_and_idle(
    hass_storage: dict[str, Any],
) -> Iterator[tuple[FrozenDateTimeFactory, IdleWatcher]]:
    """Freeze time, and watch the event loop."""
    loop = asyncio.get_event_loop()
    # The debug mode of asyncio takes most of the time.
    loop.set_debug(False)
    with (
        freeze_time(START) as freezer,
        IdleWatcher(loop).watch() as idle,
    ):
        assert isinstance(freezer, FrozenDateTimeFactory)
        yield freezer, idle


class Day:
    """Random events of a day, the same on each run."""

    def __init__(self, instance: SimulatedInstance) -> None:
        """Start the day."""
        self.instance = instance
        self.random = Random(7)
        self.requests = 0
        self.ids: set[str] = set()
        self.count = 0

    async def minute(self) -> None:
        """Let a minute pass, with whatever happens in it."""
        random, control = self.random, self.instance.simulator.control
        lock = generated_lock_id(random.randrange(LOCKS))
        codes = self.instance.simulator.state.codes_of(lock)
        for chance, happening in (
            (0.5, lambda: control.turn_lock(lock, locked=random.random() < 0.5)),
            (0.3, lambda: control.use_code(random.choice(codes).access_code_id)),
            (0.05, lambda: control.battery(lock, random.random())),
            (0.03, lambda: control.add_unmanaged_code(lock, self.name(), None)),
            (0.03, lambda: control.delete_code_in_app(codes[-1].access_code_id)),
            (0.02, lambda: control.lock_offline(lock)),
            (0.02, lambda: control.lock_online(lock)),
            (0.02, lambda: control.lose_events(3)),
            (0.02, lambda: control.delay_events(3, seconds=200)),
            (0.02, lambda: control.duplicate_events(3)),
            (0.02, lambda: control.drop_code(codes[0].access_code_id)),
        ):
            if codes and random.random() < chance:
                happening()
        self.add_faults()
        if random.random() < 0.02:
            await self.schedule(lock)
        await self.instance.step(60)

    def add_faults(self) -> None:
        """Let requests fail now and then, for a while."""
        random, faults = self.random, self.instance.simulator.faults
        if random.random() < 0.1:
            faults.clear()
        if random.random() < 0.03:
            kind: FaultKind = random.choice(
                ["outage", "html", "empty", "broken_json", "wrong_shape", "rate_limit"]
            )
            path = random.choice(["/", "/events", "/devices", "/access_codes"])
            faults.add(kind, path=path, count=random.choice([1, 5, None]))
        deliveries: list[Delivery] = ["delivered", "lost", "response lost"]
        self.instance.delivery = random.choices(deliveries, [8, 1, 1])[0]

    async def schedule(self, lock: str) -> None:
        """Create a code by an action, and delete it by another."""
        entity_id = self.instance.lock_entity(lock)
        name = self.name()
        if await self.instance.act(
            "seam",
            "schedule_access_code",
            {"/access_codes/create": 1},
            entity_id=entity_id,
            name=name,
            ongoing=True,
        ):
            await self.instance.act(
                "seam",
                "delete_access_code",
                {"/access_codes/delete": 1},
                entity_id=entity_id,
                name=name,
            )

    def name(self) -> str:
        """Return a unique name."""
        self.count += 1
        return f"Visitor {'abcdefghij'[self.count % 10]}{'i' * (self.count // 10)}"

    async def forget(self) -> None:
        """Check an hour, and release what only the test and the simulator hold."""
        instance, simulator = self.instance, self.instance.simulator
        await instance.check_invariants()
        ids = {occurrence.event.event_id for occurrence in instance.occurrences}
        assert not ids & self.ids, "an event fired twice"
        self.ids |= ids
        instance.clear_occurrences()
        self.requests += len(simulator.requests)
        simulator.requests.clear()
        instance.expected_writes.clear()
        simulator.deliveries.clear()
        simulator.state.action_attempts.clear()
        del simulator.state.events[:-600]


def _held() -> int:
    """Return how many bytes are allocated outside the tests and the simulator."""
    gc.collect()
    root = Path(__file__).parents[1]
    ours = [
        tracemalloc.Filter(inclusive=False, filename_pattern=f"{root / name}/*")
        for name in ("tests", "simulator")
    ]
    others = [
        tracemalloc.Filter(inclusive=False, filename_pattern=pattern)
        for pattern in (
            "*/_pytest/*",
            "*/logging/*",
            "*/tracemalloc.py",
            "*/freezegun/*",
        )
    ]
    snapshot = tracemalloc.take_snapshot().filter_traces(ours + others)
    return sum(trace.size for trace in snapshot.traces)


async def _live(instance: SimulatedInstance) -> list[int]:
    """Run the day, and return the allocated bytes after each hour."""
    held: list[int] = []
    day = Day(instance)
    for hour in range(HOURS):
        for _ in range(60):
            await day.minute()
        if hour % 8 == 5:
            await instance.set_webhook(is_on=hour > 12)
        await day.forget()
        held.append(_held() if hour >= 1 else 0)
    # On average, including failures, but not the start.
    assert day.requests < 20 * 60 * HOURS
    assert day.ids
    await instance.recover()
    return held


def test_day_of_failures_leaves_correct_states_and_no_leak(
    freezer_and_idle: tuple[FrozenDateTimeFactory, IdleWatcher],
) -> None:
    """No event fires twice, and memory is as after two hours."""
    freezer, idle = freezer_and_idle
    loop = asyncio.get_event_loop()
    simulator = Simulator(manual_clock=True, start_at=START, locks=LOCKS)
    simulator.control.limit_rates(False)
    instance = SimulatedInstance(freezer, idle, simulator)
    running = instance.running()
    tracemalloc.start()
    loop.run_until_complete(running.__aenter__())
    try:
        held = loop.run_until_complete(_live(instance))
    finally:
        loop.run_until_complete(
            run_while_ticking(freezer, running.__aexit__(None, None, None))
        )
        tracemalloc.stop()
    assert len(list(simulator.state.devices_of(WORKSPACE))) == LOCKS
    assert max(held[-4:]) - held[1] < MAY_GROW, held
