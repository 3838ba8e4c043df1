"""Test of the sync engine with random sequences of changes and answers."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest

from custom_components.seam.api import (
    AccessCode,
    CodeStatus,
    Device,
    SeamAuthError,
    SeamError,
    SeamInvalidInputError,
    SeamRateLimitError,
)
from custom_components.seam.api.rows import Rows
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.schedule import (
    Fetch,
    FetchCodes,
    FetchDevices,
    FetchEvents,
)
from custom_components.seam.sync.snapshot import LockData

from .support import (
    BROKEN,
    DOWN,
    NOW,
    make_code,
    make_device,
    make_event,
    receive_codes,
)


@dataclass
class _Row:
    """A code that exists at Seam, and what the engine knows of it."""

    code: AccessCode
    known: AccessCode | None = None
    """As it was last received, None if the engine may not know it."""
    was_missing: bool = False


DEVICE_IDS = ["door", "gate", "shed"]
CODE_IDS = ["anna", "bert", "carl", "dora"]
EVENTS = st.tuples(
    st.sampled_from(
        ["lock.locked", "access_code.changed", "device.added", "device.removed"]
    ),
    st.sampled_from(DEVICE_IDS),
)
ERRORS = [
    DOWN,
    BROKEN,
    SeamInvalidInputError("since is too old", fields={}),
    SeamAuthError("Unauthorized"),
    SeamRateLimitError("Too many requests", retry_after=60),
]


class _Workspace(RuleBasedStateMachine):
    """A workspace that changes, and an engine that learns of it in every possible way.

    Locks are requested at any time. Answers arrive in any order, lack rows, or fail. A
    refresh finishes when nothing is due.
    """

    def __init__(self) -> None:
        """Initialize an empty workspace."""
        super().__init__()
        self.engine = SyncEngine()
        self.now = NOW
        self.devices: dict[str, Device] = {}
        self.codes: dict[str, dict[str, _Row]] = {}
        self.in_flight: list[Fetch] = []
        self.expected_gone: set[str] = set()

    @initialize()
    def begin(self) -> None:
        """Two locks with codes are known."""
        for device_id in DEVICE_IDS[:2]:
            self.devices[device_id] = make_device(device_id)
            codes = [
                make_code(f"{device_id} {i}", device_id=device_id) for i in CODE_IDS
            ]
            self.codes[device_id] = {c.access_code_id: _Row(c) for c in codes}
        self.poll_twice()

    # What changes at Seam

    @rule(device_id=st.sampled_from(DEVICE_IDS), has_codes=st.booleans())
    def put_lock(self, device_id: str, *, has_codes: bool) -> None:
        """A lock appears, or gets or loses its keypad."""
        self.devices[device_id] = make_device(device_id, has_codes=has_codes)
        if not has_codes or device_id not in self.codes:
            self.codes[device_id] = {}

    @precondition(lambda self: self.devices)
    @rule(data=st.data())
    def remove_lock(self, data: st.DataObject) -> None:
        """A lock is removed with its codes."""
        device_id = data.draw(st.sampled_from(sorted(self.devices)))
        del self.devices[device_id]
        del self.codes[device_id]

    @precondition(lambda self: self.devices)
    @rule(
        data=st.data(),
        code_id=st.sampled_from(CODE_IDS),
        is_managed=st.booleans(),
        minutes=st.one_of(st.none(), st.integers(1, 30)),
        status=st.sampled_from(CodeStatus),
    )
    def put_code(
        self,
        data: st.DataObject,
        code_id: str,
        *,
        is_managed: bool,
        minutes: int | None,
        status: CodeStatus,
    ) -> None:
        """A code appears, changes, or is converted."""
        device_id = data.draw(st.sampled_from(sorted(self.devices)))
        if not self.devices[device_id].has_access_codes:
            return
        code = make_code(
            f"{device_id} {code_id}",
            device_id=device_id,
            is_managed=is_managed,
            name=code_id,
            ends_at=None if minutes is None else self.now + timedelta(minutes=minutes),
            status=status,
        )
        if code.access_code_id in self.expected_gone:
            # A code that an action deleted is shown as being removed for a while.
            return
        codes = self.codes[device_id]
        if known := codes.get(code.access_code_id):
            known.code = code
        else:
            codes[code.access_code_id] = _Row(code)

    @precondition(lambda self: any(self.codes.values()))
    @rule(data=st.data(), is_ours=st.booleans())
    def remove_code(self, data: st.DataObject, *, is_ours: bool) -> None:
        """A code is deleted, by an action or at Seam."""
        codes = data.draw(st.sampled_from([c for c in self.codes.values() if c]))
        code_id = data.draw(st.sampled_from(sorted(codes)))
        del codes[code_id]
        if is_ours:
            self.engine.code_deleted(self.now, code_id)
            self.expected_gone.add(code_id)

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    # What the coordinator and the fetcher do

    @precondition(lambda self: not self.in_flight)
    @rule(is_full=st.booleans())
    def begin_poll(self, *, is_full: bool) -> None:
        """A poll begins, perhaps with a reconcile."""
        self.engine.begin_poll(self.now)
        if is_full:
            self.engine.request_all()

    @rule(device_ids=st.sets(st.sampled_from(DEVICE_IDS)))
    def fetch_locks(self, device_ids: set[str]) -> None:
        """An action has changed locks."""
        self.in_flight.extend(sorted(self.engine.lock_fetches(device_ids), key=repr))

    @precondition(lambda self: not self.in_flight)
    @rule()
    def take(self) -> None:
        """What is due is fetched, or the refresh finishes if nothing is."""
        # Sorted, as the order of sets differs from run to run.
        self.in_flight.extend(sorted(self.engine.take_due(), key=repr))
        if not self.in_flight:
            self.engine.finish()
            self.check_snapshot()

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), is_complete=st.booleans())
    def answer(self, data: st.DataObject, *, is_complete: bool) -> None:
        """An answer arrives, perhaps without some of its rows."""
        fetch = self.in_flight.pop(
            data.draw(st.integers(0, len(self.in_flight) - 1), label="which")
        )
        if isinstance(fetch, FetchEvents):
            self.receive_events(fetch, data)
            return
        if isinstance(fetch, FetchDevices):
            ids = set(self.devices)
        else:
            ids = set(self.codes.get(fetch.device_id, ()))
        if not is_complete and ids:
            ids -= data.draw(st.sets(st.sampled_from(sorted(ids))), label="missing")
        self.receive(fetch, ids)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), error=st.sampled_from(ERRORS))
    def fail(self, data: st.DataObject, error: SeamError) -> None:
        """A request fails."""
        fetch = self.in_flight.pop(
            data.draw(st.integers(0, len(self.in_flight) - 1), label="which")
        )
        self.engine.receive_failure(fetch, error, self.now)

    @precondition(lambda self: not self.in_flight)
    @rule(data=st.data())
    def poll_with_gaps(self, data: st.DataObject) -> None:
        """A complete refresh runs, but lists lack some codes."""
        self.engine.begin_poll(self.now)
        self.engine.request_all()
        while due := self.engine.take_due():
            for fetch in due:
                if isinstance(fetch, FetchEvents):
                    self.receive_events(fetch, data)
                    continue
                if isinstance(fetch, FetchDevices):
                    self.receive(fetch, set(self.devices))
                    continue
                ids = set(self.codes.get(fetch.device_id, ()))
                if ids:
                    ids -= data.draw(st.sets(st.sampled_from(sorted(ids))))
                self.receive(fetch, ids)
        self.engine.finish()
        self.check_snapshot()

    @precondition(lambda self: not self.in_flight)
    @rule()
    def poll_twice(self) -> None:
        """Two complete refreshes in a row make the snapshot correct."""
        for _ in range(2):
            self.engine.begin_poll(self.now)
            self.engine.request_all()
            while due := self.engine.take_due():
                for fetch in due:
                    if isinstance(fetch, FetchEvents):
                        self.engine.receive_events(Rows(), self.now)
                    elif isinstance(fetch, FetchDevices):
                        self.receive(fetch, set(self.devices))
                    else:
                        self.receive(fetch, set(self.codes.get(fetch.device_id, ())))
            error = self.engine.finish()
        assert error is None
        self.check_snapshot()
        locks = self.engine.snapshot.locks
        assert {key: lock.device for key, lock in locks.items()} == self.devices
        for device_id, lock in locks.items():
            expected = {key: item.code for key, item in self.codes[device_id].items()}
            assert {code.access_code_id: code for code in lock.codes} == expected
            assert lock.has_codes is self.devices[device_id].has_access_codes
            assert lock.missing == frozenset()

    def receive_events(self, fetch: FetchEvents, data: st.DataObject) -> None:
        """Answer with events, which need not be true or new."""
        events = [
            make_event(kind, at=self.now, device_id=device_id)
            for kind, device_id in data.draw(st.lists(EVENTS, max_size=3))
        ]
        self.engine.receive_events(Rows(events), self.now)

    def receive(self, fetch: FetchDevices | FetchCodes, ids: set[str]) -> None:
        """Answer with these rows, and note what the engine may drop."""
        if isinstance(fetch, FetchDevices):
            wanted = ids if fetch.device_ids is None else ids & fetch.device_ids
            rows = [self.devices[key] for key in wanted]
            self.engine.receive_devices(fetch, rows, self.now)
            for device_id in self.engine.take_removed_devices() & self.codes.keys():
                for item in self.codes[device_id].values():
                    item.known = None
            return
        found: list[AccessCode] = []
        for code_id, item in self.codes.get(fetch.device_id, {}).items():
            if code_id in ids:
                found.append(item.code)
                item.known, item.was_missing = item.code, False
            elif (
                item.was_missing
                or code_id in self.expected_gone
                or item.known is None
                or item.known.status_at(self.now) is CodeStatus.REMOVING
                or item.known.is_expired(self.now)
            ):
                item.known = None
            else:
                item.was_missing = True
        receive_codes(self.engine, *found, device_id=fetch.device_id, now=self.now)

    def check_snapshot(self) -> None:
        """Check that every code is listed once, and in the right tuple."""
        for device_id, lock in self.engine.snapshot.locks.items():
            assert isinstance(lock, LockData)
            assert lock.device_id == device_id
            assert all(code.is_managed for code in lock.managed)
            assert not any(code.is_managed for code in lock.unmanaged)
            code_ids = [code.access_code_id for code in lock.codes]
            assert len(code_ids) == len(set(code_ids))
            assert lock.missing <= set(code_ids)
            if codes := self.codes.get(device_id):
                known = {key for key, item in codes.items() if item.known}
                assert known <= set(code_ids), "one incomplete answer lost a code"


# The test harness freezes the garbage collector, which makes Hypothesis believe that
# its own random number generator is unreferenced.
@pytest.mark.filterwarnings("ignore:It looks like `register_random`")
def test_two_complete_answers_always_give_correct_snapshot() -> None:
    """No order of changes, answers, gaps and failures leaves a wrong snapshot."""
    run_state_machine_as_test(
        _Workspace,
        settings=settings(
            max_examples=120,
            stateful_step_count=40,
            database=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
