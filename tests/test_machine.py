"""Test of the whole integration with random sequences of changes and failures.

A Hypothesis state machine over a real Home Assistant and the simulator on loopback,
with one clock. The long run is `HYPOTHESIS_PROFILE=long`.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
import os
from typing import Any, override

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest

from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    BIKE_ROOM_KEYPAD,
    BOAT_SHED,
    FRONT_DOOR,
    WORKSPACE,
)
from simulator.state import AccessCode

from .clock import START
from .simulated_instance import (
    Delivery,
    IdleWatcher,
    SimulatedInstance,
    run_while_ticking,
)

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SETTINGS = settings(
    max_examples=300 if IS_LONG else 15,
    stateful_step_count=50 if IS_LONG else 40,
    database=None,
    derandomize=not IS_LONG,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

ODD_TEXTS = (
    "",
    "half a pair \ud83d of \udc00",
    "zero \x00 one \x07",
    "\u202eright to left\u2066",
    "two\r\n  lines\u2028and more",
    "x" * 10_000,
    "404142, 4 0 4 1 4 2, 404\r\n  142 and 515-253",
    "{{ states('sensor.x') }} <b>**",
)
ODD_DATES = (
    None,
    "0001-01-01T00:00:00+23:59",
    "1970-01-01T00:00:00.000Z",
    "2026-11-20T12:00:00-12:00",
    "2026-11-20",
    "9999-12-31T23:59:59.999-23:59",
    "soon",
    0,
)
LIST_FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 403},
    {"kind": "status", "status": 404},
    {"kind": "status", "status": 503},
    {"kind": "rate_limit", "retry_after": 7200},
    *(
        {"kind": kind}
        for kind in (
            "outage",
            "hang",
            "html",
            "broken_json",
            "cut",
            "nested",
            "wrong_shape",
            "wrong_types",
            "odd_rows",
            "endless_pages",
            "cut_pages",
        )
    ),
)

# With few locks, failures coincide more often.
LOCKS = (FRONT_DOOR, APARTMENT_1, BIKE_ROOM_KEYPAD, BOAT_SHED)
PATHS = ("/", "/events", "/devices", "/access_codes", "/action_attempts", "/locks")
WAITS = (1, 5, 20, 60, 61, 120, 300, 901, 3600, 86400)


@pytest.fixture(autouse=True)
def _custom_integration() -> None:
    """Do not set up a Home Assistant, as every example has its own."""


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch after events without delay."""
    monkeypatch.setattr("custom_components.seam.coordinator._EVENT_DEBOUNCE_SECONDS", 0)


@pytest.fixture
def _one_clock(hass_storage: dict[str, Any]) -> Iterator[None]:
    """Freeze time for all examples; it only moves forward."""
    loop = asyncio.get_event_loop()
    # The debug mode of asyncio takes most of the time.
    loop.set_debug(False)
    with (
        freeze_time(START) as freezer,
        IdleWatcher(loop).watch() as idle,
    ):
        assert isinstance(freezer, FrozenDateTimeFactory)
        Machine.freezer, Machine.idle = freezer, idle
        yield


def make_simulator(freezer: FrozenDateTimeFactory) -> Simulator:
    """Return the small rental with a few of its locks, on another morning."""
    # Always at the same time of day, as codes start and end at full hours.
    now = (freezer() + timedelta(days=1)).replace(
        hour=START.hour, minute=START.minute, second=0, microsecond=0
    )
    freezer.move_to(now)
    simulator = Simulator(manual_clock=True, start_at=now.replace(tzinfo=START.tzinfo))
    for device in simulator.state.devices.values():
        if device.workspace_id == WORKSPACE and device.device_id not in LOCKS:
            device.is_managed = False
    simulator.control.limit_rates(False)
    return simulator


class Machine(RuleBasedStateMachine):
    """A Home Assistant and a workspace, and everything that can happen to them."""

    # Shared by all examples, as freezing time and watching the loop are slow.
    freezer: FrozenDateTimeFactory
    idle: IdleWatcher

    def __init__(self) -> None:
        """Start both."""
        super().__init__()
        self.loop = asyncio.get_event_loop()
        self.instance = SimulatedInstance(
            self.freezer, self.idle, make_simulator(self.freezer)
        )
        self.simulator = self.instance.simulator
        self.control = self.simulator.control
        self._running: AbstractAsyncContextManager[SimulatedInstance] = (
            self.instance.running()
        )
        self.run(self._running.__aenter__())
        self.number = 0

    def run[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the event loop."""
        return self.loop.run_until_complete(coroutine)

    @override
    def teardown(self) -> None:
        """End all failures, compare with Seam, and stop."""
        try:
            self.run(self.instance.recover())
            self.run(self.instance.check_invariants())
        finally:
            end = self._running.__aexit__(None, None, None)
            self.run(run_while_ticking(self.freezer, end))

    @invariant()
    def nothing_fires_or_is_sent_twice(self) -> None:
        """Check this after each step."""
        self.run(self.instance.check_invariants())

    def device(self, data: st.DataObject) -> str:
        """Choose a lock."""
        devices = [
            device.device_id
            for device in self.simulator.state.devices_of(WORKSPACE)
            if device.is_managed
        ]
        return data.draw(st.sampled_from(sorted(devices)), label="device")

    def codes(self, *, managed: bool | None = None) -> list[AccessCode]:
        """Return the current codes."""
        state = self.simulator.state
        return [
            code
            for device in state.devices_of(WORKSPACE)
            if device.is_managed
            for code in state.codes_of(device.device_id, managed=managed)
        ]

    def name(self) -> str:
        """Return a name that no code has had before."""
        self.number += 1
        return f"Guest {chr(64 + self.number % 26)}{'x' * (self.number // 26)}"

    def times(self, hours: tuple[float, float] | None) -> dict[str, str]:
        """Return a time frame relative to now."""
        if hours is None:
            return {}
        start, length = hours
        now = self.simulator.clock.now()
        return {
            "starts_at": (now + timedelta(hours=start)).isoformat(),
            "ends_at": (now + timedelta(hours=start + length)).isoformat(),
        }

    # Time

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.run(self.instance.step(seconds))

    # Changes at Seam

    @rule(
        data=st.data(),
        what=st.sampled_from(
            (
                "lock_offline",
                "lock_online",
                "clear_device_problems",
                "account_error",
                "account_warning",
                "clear_account_problems",
            )
        ),
    )
    def change_device(self, data: st.DataObject, what: str) -> None:
        """The state of a lock or its account changes."""
        getattr(self.control, what)(self.device(data))
        self.run(self.instance.settle())

    @rule(data=st.data(), locked=st.booleans())
    def turn(self, data: st.DataObject, *, locked: bool) -> None:
        """Somebody operates a lock manually."""
        self.control.turn_lock(self.device(data), locked=locked)
        self.run(self.instance.settle())

    @rule(data=st.data(), level=st.sampled_from([0.1, 0.5, 0.9]), silent=st.booleans())
    def charge(self, data: st.DataObject, level: float, *, silent: bool) -> None:
        """The level of a battery changes, with or without an event."""
        device_id = self.device(data)
        if silent:
            self.control.set_device(device_id, battery_level=level)
        else:
            self.control.battery(device_id, level)
        self.run(self.instance.settle())

    @rule(data=st.data(), name=st.sampled_from(["Loft", "Cellar", "Attic"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        """A lock is renamed."""
        self.control.rename_lock(self.device(data), name)
        self.run(self.instance.settle())

    @precondition(lambda self: len(self.simulator.state.devices) < 12)
    @rule(maker=st.sampled_from(["august_lock", "schlage_lock", "nuki_lock"]))
    def add_lock(self, maker: str) -> None:
        """A lock is added."""
        self.control.add_lock(self.name(), maker)
        self.run(self.instance.settle())

    @precondition(
        lambda self: (
            sum(d.is_managed for d in self.simulator.state.devices_of(WORKSPACE)) > 2
        )
    )
    @rule(data=st.data())
    def remove_lock(self, data: st.DataObject) -> None:
        """A lock is removed with its codes."""
        self.control.remove_lock(self.device(data))
        self.run(self.instance.settle())

    @rule(data=st.data(), pin=st.sampled_from(["404142", "515253", None]))
    def add_unmanaged(self, data: st.DataObject, pin: str | None) -> None:
        """Somebody creates a code on the lock."""
        self.control.add_unmanaged_code(self.device(data), self.name(), pin)
        self.run(self.instance.settle())

    @precondition(lambda self: self.codes())
    @rule(
        data=st.data(),
        what=st.sampled_from(
            ["use", "delete", "vanish", "edit", "error", "warning", "clear"]
        ),
    )
    def change_code(self, data: st.DataObject, what: str) -> None:
        """A code changes on its lock."""
        codes = {code.access_code_id: code for code in self.codes()}
        code_id = data.draw(st.sampled_from(sorted(codes)), label="code")
        match what:
            case "use":
                self.control.use_code(code_id)
            case "delete":
                self.control.delete_code_in_app(code_id)
            case "vanish":
                self.control.vanish_code(code_id)
            case "edit":
                self.control.edit_code_in_app(code_id, name=self.name())
            case "error":
                self.control.code_error(code_id, "failed_to_set_on_device")
            case "warning":
                self.control.code_warning(code_id, "delay_in_setting_on_device")
            case "clear":
                self.control.clear_code_problems(code_id)
        self.run(self.instance.settle())

    FRAMES = st.sampled_from([None, (0.001, 0.02), (0.5, 1), (24, 24), (80, 5)])

    @rule(data=st.data(), hours=FRAMES)
    def create_elsewhere(
        self, data: st.DataObject, hours: tuple[float, float] | None
    ) -> None:
        """Another client creates a code."""
        self.run(
            self.instance.post_as_other_client(
                "/access_codes/create",
                device_id=self.device(data),
                name=self.name(),
                **self.times(hours),
            )
        )

    @precondition(lambda self: self.codes(managed=True))
    @rule(data=st.data(), hours=FRAMES, delete=st.booleans())
    def change_elsewhere(
        self, data: st.DataObject, hours: tuple[float, float] | None, *, delete: bool
    ) -> None:
        """Another client changes or deletes a code."""
        ids = sorted(code.access_code_id for code in self.codes(managed=True))
        code_id = data.draw(st.sampled_from(ids), label="code")
        body = {} if delete else {"name": self.name(), **self.times(hours)}
        self.run(
            self.instance.post_as_other_client(
                f"/access_codes/{'delete' if delete else 'update'}",
                access_code_id=code_id,
                **body,
            )
        )

    @precondition(lambda self: self.codes())
    @rule(
        data=st.data(),
        what=st.sampled_from(["name", "error", "warning", "lock", "device error"]),
        text=st.sampled_from(ODD_TEXTS),
    )
    def write_odd_text(self, data: st.DataObject, what: str, text: str) -> None:
        """Somebody, or Seam, writes an odd text."""
        codes = {code.access_code_id: code for code in self.codes()}
        code = codes[data.draw(st.sampled_from(sorted(codes)), label="code")]
        match what:
            case "name":
                self.control.edit_code_in_app(code.access_code_id, name=text)
            case "error":
                self.control.code_error(code.access_code_id, "unknown", text)
            case "warning":
                self.control.code_warning(code.access_code_id, text, text)
            case "lock" if "4" not in text:
                # The names of locks are not masked.
                self.control.rename_lock(code.device_id, text)
            case "device error":
                self.control.device_error(code.device_id, "unknown", text)
        self.run(self.instance.settle())

    # Actions

    @rule(data=st.data(), hours=FRAMES)
    def schedule(self, data: st.DataObject, hours: tuple[float, float] | None) -> None:
        """An action creates a code."""
        if entity_id := self.instance.lock_entity(self.device(data)):
            self.act(
                "schedule_access_code",
                {"/access_codes/create": 1},
                entity_id=entity_id,
                name=self.name(),
                **(self.times(hours) or {"ongoing": "true"}),
            )

    @rule(
        data=st.data(), hours=FRAMES, name=st.sampled_from(["Cleaner", "Anna", "Ben"])
    )
    def ensure(
        self, data: st.DataObject, hours: tuple[float, float] | None, name: str
    ) -> None:
        """An action creates a code, or changes the one of this name."""
        if entity_id := self.instance.lock_entity(self.device(data)):
            self.act(
                "ensure_access_code",
                {"/access_codes/create": 1, "/access_codes/update": 1},
                entity_id=entity_id,
                name=name,
                **(self.times(hours) or {"ongoing": "true"}),
            )

    @precondition(lambda self: self.codes())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """An action deletes a code."""
        codes = {code.access_code_id: code for code in self.codes()}
        code = codes[data.draw(st.sampled_from(sorted(codes)), label="code")]
        if entity_id := self.instance.lock_entity(code.device_id):
            kind = "" if code.is_managed else "/unmanaged"
            self.act(
                "delete_access_code",
                {f"/access_codes{kind}/delete": 1},
                entity_id=entity_id,
                access_code_id=code.access_code_id,
            )

    @precondition(lambda self: self.codes(managed=False))
    @rule(data=st.data(), new_id=st.booleans())
    def convert(self, data: st.DataObject, *, new_id: bool) -> None:
        """An action makes an unmanaged code managed, under its own or another id."""
        codes = {code.access_code_id: code for code in self.codes(managed=False)}
        code = codes[data.draw(st.sampled_from(sorted(codes)), label="code")]
        self.control.convert_with_new_id(new_id)
        if entity_id := self.instance.lock_entity(code.device_id):
            self.act(
                "convert_access_code",
                {"/access_codes/unmanaged/convert_to_managed": 1},
                entity_id=entity_id,
                access_code_id=code.access_code_id,
            )

    @rule(data=st.data(), what=st.sampled_from(["lock", "unlock"]))
    def move(self, data: st.DataObject, what: str) -> None:
        """An action locks or unlocks."""
        if entity_id := self.instance.lock_entity(self.device(data)):
            self.run(
                self.instance.act(
                    "lock", what, {f"/locks/{what}_door": 1}, entity_id=entity_id
                )
            )

    def act(self, action: str, writes: dict[str, int], **data: Any) -> None:
        """Call an action of the integration."""
        self.run(self.instance.act("seam", action, writes, **data))

    # Failures

    @rule(
        kind=st.sampled_from(
            ["outage", "html", "empty", "broken_json", "wrong_shape", "wrong_types"]
        ),
        path=st.sampled_from(PATHS),
        count=st.sampled_from([1, 2, 3, 5, None]),
    )
    def break_answers(self, kind: Any, path: str, count: int | None) -> None:
        """Requests fail, or their answers are invalid."""
        self.simulator.faults.add(kind, path=path, count=count)

    @rule(
        status=st.sampled_from([500, 503]),
        path=st.sampled_from(PATHS),
        count=st.sampled_from([1, 3, None]),
        device_id=st.sampled_from([None, *LOCKS]),
    )
    def fail(
        self, status: int, path: str, count: int | None, device_id: str | None
    ) -> None:
        """Seam returns errors, perhaps for one lock only."""
        self.simulator.faults.add(
            "status", status=status, path=path, count=count, device_id=device_id
        )

    @rule(path=st.sampled_from(PATHS), wait=st.sampled_from([None, 0, 1, 30, 600]))
    def limit(self, path: str, wait: int | None) -> None:
        """Seam limits the request rate."""
        self.simulator.faults.add("rate_limit", path=path, count=2, retry_after=wait)

    @rule(path=st.sampled_from(PATHS), count=st.sampled_from([1, 3]))
    def lose_answers(self, path: str, count: int) -> None:
        """Requests are carried out, but the answers are lost."""
        self.simulator.faults.add(
            "outage", path=path, count=count, after_processing=True
        )

    @rule(path=st.sampled_from(PATHS), after=st.booleans())
    def hang(self, path: str, *, after: bool) -> None:
        """An answer takes longer than the timeout."""
        self.simulator.faults.add("hang", path=path, count=1, after_processing=after)

    @rule(
        data=st.data(),
        fault=st.sampled_from(LIST_FAULTS),
        path=st.sampled_from(
            ["/access_codes/list", "/access_codes/unmanaged/list", "/devices", "/"]
        ),
        count=st.sampled_from([1, 3, None, None]),
    )
    def break_lock(
        self, data: st.DataObject, fault: dict[str, Any], path: str, count: int | None
    ) -> None:
        """Requests for one lock fail, or their answers are invalid or incomplete."""
        self.simulator.faults.add(
            **fault, path=path, count=count, device_id=self.device(data)
        )

    @precondition(lambda self: self.codes())
    @rule(
        data=st.data(),
        field=st.sampled_from(
            ["starts_at", "ends_at", "created_at", "access_code_id", "errors", "row"]
        ),
        value=st.sampled_from(ODD_DATES),
    )
    def break_row(self, data: st.DataObject, field: str, value: Any) -> None:
        """A row has odd dates, or cannot be read at all."""
        ids = sorted(code.access_code_id for code in self.codes())
        self.control.override_row(
            data.draw(st.sampled_from(ids), label="code"),
            None if field == "row" else {field: value},
        )

    @rule(
        data=st.data(),
        field=st.sampled_from(["created_at", "properties", "errors", "location"]),
        value=st.sampled_from([*ODD_DATES, {"online": "yes"}]),
    )
    def break_device_row(self, data: st.DataObject, field: str, value: Any) -> None:
        """The row of a lock has odd values."""
        self.control.override_row(self.device(data), {field: value})

    @rule()
    def end_broken_rows(self) -> None:
        """All rows are valid again."""
        self.control.clear_overrides()

    @rule(
        hours=st.sampled_from([-720, -24, -1, 1, 24, 720]),
        seconds=st.sampled_from([0, 60]),
    )
    def set_clock(self, hours: int, seconds: int) -> None:
        """The clock of Home Assistant is wrong, and perhaps time passes."""
        self.run(self.instance.set_clock(timedelta(hours=hours)))
        if seconds:
            self.run(self.instance.step(seconds))

    @rule()
    def correct_clock(self) -> None:
        """The clock of Home Assistant is right again."""
        self.run(self.instance.set_clock(timedelta(0)))

    @rule(late=st.booleans(), listed_after=st.sampled_from([0, 30, 200]))
    def delay_creates(self, *, late: bool, listed_after: float) -> None:
        """Codes are created after the timeout, or are listed late."""
        self.control.list_new_codes_after(listed_after)
        if late:
            self.simulator.faults.add("hang", path="/access_codes/create", count=1)

    @precondition(lambda self: bool(list(self.simulator.faults)))
    @rule()
    def end_faults(self) -> None:
        """Requests succeed again."""
        self.simulator.faults.clear()
        self.run(self.instance.settle())

    @rule(
        what=st.sampled_from(["lose_events", "duplicate_events", "delay_events"]),
        count=st.integers(1, 4),
    )
    def disturb_events(self, what: str, count: int) -> None:
        """The next events are lost, repeated or late."""
        getattr(self.control, what)(count)

    @rule(order=st.sampled_from(["ascending", "descending", "shuffled"]))
    def order_events(self, order: Any) -> None:
        """Events are listed in any order."""
        self.control.order_events(order)

    @precondition(lambda self: self.codes())
    @rule(data=st.data())
    def drop_code(self, data: st.DataObject) -> None:
        """The next list lacks a code."""
        ids = sorted(code.access_code_id for code in self.codes())
        self.control.drop_code(data.draw(st.sampled_from(ids), label="code"))

    @rule(
        what=st.sampled_from(
            (
                "fail_next_action",
                "fail_next_programming",
                "fail_next_conversion",
                "hang_next_action",
                "leave_next_action_unconfirmed",
            )
        )
    )
    def fail_next(self, what: str) -> None:
        """The next action fails on the lock."""
        getattr(self.control, what)()

    @rule(delivery=st.sampled_from(["delivered", "lost", "response lost"]))
    def disturb_posts(self, delivery: Delivery) -> None:
        """Webhook requests or their answers are lost."""
        self.instance.delivery = delivery

    # One rule, so that it is rare: a reload fetches everything.
    @rule(
        what=st.sampled_from(["reload", "webhook on", "webhook off", "revoke the key"])
    )
    def administer(self, what: str) -> None:
        """The entry is reloaded, the webhook switched, or the key rejected."""
        match what:
            case "reload":
                self.run(self.instance.reload())
            case "revoke the key":
                self.control.revoke_key()
            case _:
                self.run(self.instance.set_webhook(is_on=what == "webhook on"))

    @rule()
    def recover_except_locks(self) -> None:
        """Only single locks are still broken, and the others match Seam."""
        self.run(self.instance.recover_except_locks())

    @rule()
    def recover(self) -> None:
        """All failures end, and the states match Seam."""
        self.run(self.instance.recover())


@pytest.mark.timeout(0 if IS_LONG else 180)
@pytest.mark.usefixtures("_one_clock")
# The test harness freezes the garbage collector, which makes Hypothesis believe that
# its own random number generator is unreferenced.
@pytest.mark.filterwarnings("ignore:It looks like `register_random`")
def test_states_match_seam_after_any_sequence() -> None:
    """No order of changes, actions and failures leaves a wrong state."""
    run_state_machine_as_test(Machine, settings=SETTINGS)
