"""Tests that lists which hang, drip, or never end hold up nothing else.

They use the fetcher, the engine and the client with a real server.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from itertools import count
import tracemalloc
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from homeassistant.util import dt as dt_util
import orjson
import pytest

from custom_components.seam.api import (
    AccessCode,
    Event,
    SeamAuthError,
    SeamClient,
    SeamError,
    SeamRateLimitError,
)
from custom_components.seam.api.redact import Secrets
from custom_components.seam.fetcher import Fetcher, pool, sender
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.events import Occurrence
from custom_components.seam.sync.schedule import FetchCodes

_LOCKS = 120
# Requests that hang fail after 30 seconds.
_SOON = 10
# What may be in flight at once, whoever sends it. The server notices late when a request
# was canceled and another one was sent.
_MAX_IN_FLIGHT = pool._MAX_RUNNING + 4
# Rows of codes have about 1 KiB.
_ERRORS = [
    {"error_code": f"error {number}", "message": "This is wrong.", "is_code_error": 1}
    for number in range(10)
]


def _codes(device_id: str, number: int) -> list[dict[str, Any]]:
    return [
        {"access_code_id": f"{device_id} {index}", "device_id": device_id}
        for index in range(number)
    ]


class Server:
    """A server whose lists of codes break for some locks."""

    def __init__(self) -> None:
        """Initialize without broken locks."""
        self.ids = [f"lock{number}" for number in range(_LOCKS)]
        self.broken: dict[str, str] = {}
        self.requests: Counter[str] = Counter()
        self.numbers: Counter[str] = Counter()
        self.url = ""
        self.accounts: list[dict[str, Any]] = []
        self.latency = 0.0
        self.gone: set[str] = set()
        self.in_flight = 0
        self.peak = 0
        self._cursors = count()
        self._over = asyncio.Event()
        self._page = b""
        self.set_page(5)

    def set_page(self, number: int) -> None:
        """Set how many rows are on each page of a list that does not end."""
        rows = [code | {"errors": _ERRORS} for code in _codes("any", number)]
        self._page = b'{"access_codes":' + orjson.dumps(rows)

    def stop(self) -> None:
        """Answer all requests that hang."""
        self._over.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            return await self._answer(request, orjson.loads(await request.read()))
        finally:
            self.in_flight -= 1

    async def _answer(
        self, request: web.Request, body: dict[str, Any]
    ) -> web.StreamResponse:
        path = request.path
        self.requests[path] += 1
        if path == "/devices/list":
            wanted = body.get("device_ids") or self.ids
            rows = [{"device_id": key, "can_unlock_with_code": True} for key in wanted]
            return web.json_response({"devices": rows})
        if path == "/workspaces/get":
            return web.Response(status=401)
        if path == "/connected_accounts/list":
            return web.json_response({"connected_accounts": self.accounts})
        if not path.startswith("/access_codes"):
            key = path.split("/")[1]
            return web.json_response({key: []})
        if path == "/access_codes/get":
            await self._wait(0.05)
            key = body["access_code_id"]
            status = 404 if key in self.gone else 400
            return web.json_response({"error": {"type": "error"}}, status=status)
        device_id = body["device_id"]
        match self.broken.get(device_id):
            case "error":
                return web.Response(status=400)
            case "revoked":
                return web.Response(status=401)
            case "hang":
                await self._over.wait()
            case "hang later" if "un" in path:
                await self._over.wait()
            case "drip":
                return await self._stream(request, b" ", 0.05)
            case "endless":
                await self._wait(0.05)
                cursor = (
                    f'"has_next_page":true,"next_page_cursor":"{next(self._cursors)}"'
                )
                more = f',"pagination":{{{cursor}}}}}'
                return web.Response(body=self._page + more.encode())
            case "huge":
                await self._wait(0.05)
                return await self._stream(request, b" " * 50_000, 0.001)
        await self._wait(self.latency)
        rows = _codes(device_id, self.numbers[device_id] if "un" not in path else 0)
        return web.json_response({"access_codes": rows})

    async def _stream(
        self, request: web.Request, chunk: bytes, seconds: float
    ) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while not self._over.is_set():
            await response.write(chunk)
            await self._wait(seconds)
        return response

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Run the server."""
    server = Server()
    app = web.Application()
    app.router.add_post("/{path:.*}", server.handle)
    running = TestServer(app)
    await running.start_server()
    server.url = str(running.make_url(""))
    yield server
    server.stop()
    await running.close()


class House:
    """The fetcher of a workspace."""

    def __init__(self, session: ClientSession, server: Server) -> None:
        """Initialize the fetcher."""
        secrets = Secrets("seam_test_key")
        self._server = server
        self.tasks: set[asyncio.Task[Any]] = set()
        self.published: list[SeamError | None] = []
        self._numbers = count()
        self.engine = SyncEngine(secrets=secrets)
        self.fetcher = Fetcher(
            SeamClient(session, "seam_test_key", server.url, secrets),
            self.engine,
            self.start,
            self.published.append,
        )

    def start(self, coroutine: Any) -> asyncio.Task[Any]:
        """Start a task that ends with the test."""
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def poll(self) -> None:
        """Poll, which succeeds."""
        assert await self.fetcher.async_run(self.engine.begin_poll) is None

    async def poll_first(self, number: int) -> None:
        """Poll only the first locks, as the server has no others from now on."""
        self._server.ids = self._server.ids[:number]
        await self.poll()

    async def receive_event(self, *device_ids: str) -> None:
        """Handle a burst of events from the webhook about the codes of locks."""
        now = dt_util.utcnow()
        for device_id in device_ids:
            self.engine.receive_event(
                Event(
                    event_id=f"event {next(self._numbers)}",
                    event_type="access_code.created",
                    created_at=now + timedelta(seconds=1),
                    device_id=device_id,
                ),
                now,
            )
        await self.fetcher.async_fetch_due_locks(device_ids)

    def has_codes(self, device_id: str) -> bool:
        """Return whether all codes of a lock are known."""
        lock = self.engine.snapshot.locks.get(device_id)
        return lock is not None and lock.has_all_codes

    def managed(self, device_id: str) -> int | None:
        """Return how many managed codes a lock has, None if they are unknown."""
        lock = self.engine.snapshot.locks[device_id]
        return len(lock.managed) if lock.has_codes else None

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait for something that happens without another poll."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 # nothing to wait for
                await asyncio.sleep(0.02)


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    """Return the fetcher of a workspace."""
    async with ClientSession() as session:
        house = House(session, server)
        yield house
        while house.tasks:
            for task in list(house.tasks):
                task.cancel()
            await asyncio.gather(*house.tasks, return_exceptions=True)


@pytest.fixture
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything take a tenth of its time."""
    monkeypatch.setattr(pool, "SLOW", 0.2)
    monkeypatch.setattr(sender, "SLOW", 0.2)
    monkeypatch.setattr(pool, "PATIENCE", 0.5)
    monkeypatch.setattr(pool, "_MAX_AGE", 1)


@pytest.mark.usefixtures("_short_patience")
@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("hang", 3),
        ("drip", 3),
        ("endless", 3),
        ("huge", 3),
        ("hang", _LOCKS - 1),
        ("huge", _LOCKS - 1),
        # They take ten seconds each.
        pytest.param("hang", _LOCKS // 2, marks=pytest.mark.soak),
        pytest.param("drip", _LOCKS - 1, marks=pytest.mark.soak),
        pytest.param("endless", _LOCKS - 1, marks=pytest.mark.soak),
    ],
)
async def test_broken_lists_hold_up_nothing_else(
    server: Server, house: House, kind: str, number: int
) -> None:
    """Polls end, healthy locks are fetched, and few requests run at once."""
    server.broken = dict.fromkeys(server.ids[:number], kind)
    healthy = server.ids[number:]
    async with asyncio.timeout(_SOON):
        await house.poll()
    await house.until(lambda: all(map(house.has_codes, healthy)), 30)
    # Locks that are known to fail come last.
    server.numbers[healthy[-1]] = 1
    house.engine.request_all()
    async with asyncio.timeout(_SOON):
        polling = asyncio.create_task(house.poll())
        await asyncio.sleep(0.1)
        await house.receive_event(healthy[-1])
        await house.until(
            lambda: bool(house.engine.snapshot.locks[healthy[-1]].codes), _SOON
        )
        await polling
    assert server.peak <= _MAX_IN_FLIGHT
    assert all(map(house.has_codes, healthy))


@pytest.mark.usefixtures("_short_patience")
@pytest.mark.parametrize("number", [8, 20])
async def test_actions_on_hanging_locks_hold_up_no_other_action(
    server: Server, house: House, number: int
) -> None:
    """Actions wait for their own locks as long as Seam may take, and no others do."""
    await house.poll_first(40)
    server.broken = dict.fromkeys(server.ids[:number], "hang")
    async with asyncio.TaskGroup() as group:
        hanging = [
            group.create_task(house.fetcher.async_fetch_locks([device_id]))
            for device_id in server.broken
        ]
        await asyncio.sleep(0.3)
        async with asyncio.timeout(3):
            errors = await asyncio.gather(
                *(house.fetcher.async_fetch_locks([key]) for key in server.ids[number:])
            )
        assert not any(errors)
        assert not all(task.done() for task in hanging)
        assert server.peak <= _MAX_IN_FLIGHT
        for task in hanging:
            task.cancel()


@pytest.mark.usefixtures("_short_patience")
async def test_action_on_many_locks_fails_only_on_hanging_ones(
    server: Server, house: House
) -> None:
    """Locks that are not known to hang do not keep the others from being fetched."""
    await house.poll_first(40)
    server.broken = dict.fromkeys(server.ids[:10], "hang")
    errors = await house.fetcher.async_fetch_locks(server.ids)
    assert errors.keys() == server.broken.keys()


@pytest.mark.usefixtures("_short_patience")
async def test_lock_counts_as_being_fetched_until_it_is(
    server: Server, house: House
) -> None:
    """Events wait for the codes of their lock, wherever the request for them waits."""
    await house.poll_first(40)
    fetched = server.requests.total()
    server.broken = dict.fromkeys(server.ids, "hang")
    house.engine.request_all()
    polling = asyncio.create_task(house.poll())
    for _ in range(30):
        await asyncio.sleep(0.03)
        assert all(map(house.fetcher.is_fetching, server.ids))
    await polling
    assert server.requests.total() > fetched


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["endless", "huge"])
async def test_memory_for_many_endless_lists_is_limited(
    server: Server, house: House, kind: str
) -> None:
    """All lists at once take less than 100 MiB."""
    server.broken = dict.fromkeys(server.ids, kind)
    server.set_page(300)
    tracemalloc.start()
    try:
        await house.poll()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * 2**20
    assert server.peak <= _MAX_IN_FLIGHT


@pytest.mark.usefixtures("_short_patience")
@pytest.mark.parametrize(
    "kind",
    [
        "hang",
        "drip",
        pytest.param("huge", marks=pytest.mark.soak),
        pytest.param("endless", marks=pytest.mark.soak),
    ],
)
async def test_limit_holds_over_all_callers(
    server: Server, house: House, kind: str
) -> None:
    """Polls, events and actions share the limit, until all their requests are over."""
    await house.poll_first(40)
    server.broken = dict.fromkeys(server.ids, kind)
    server.set_page(300)
    server.peak = 0
    house.engine.request_all()
    tracemalloc.start()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(house.poll())
            for device_id in server.ids[:10]:
                group.create_task(house.receive_event(device_id))
                await asyncio.sleep(0.01)
            for start in (0, 10, 20):
                ids = server.ids[start : start + 20]
                group.create_task(house.fetcher.async_fetch_locks(ids))
            single = [
                asyncio.create_task(house.fetcher.async_fetch_locks([device_id]))
                for device_id in server.ids[30:]
            ]
            await asyncio.sleep(2)
            await house.poll()
        # Endless and huge lists end at the limits of their size.
        assert server.in_flight or kind in ("endless", "huge")
        server.broken.clear()
        server.stop()
        await asyncio.gather(*single)
        await house.until(lambda: not house.tasks, 10)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert server.peak <= _MAX_IN_FLIGHT
    # That of 12 lists of 8 MiB, and of what the server has sent of others.
    assert peak < 150_000_000


@pytest.mark.usefixtures("_short_patience")
async def test_polls_of_hanging_lists_do_not_pile_up(
    monkeypatch: pytest.MonkeyPatch, server: Server, house: House
) -> None:
    """Later polls add no requests, and one task fetches what they leave."""
    # None gives way to others, so that the number does not depend on the time.
    monkeypatch.setattr(pool, "_MAX_AGE", 1000)
    await house.poll()
    server.broken = dict.fromkeys(server.ids, "hang")
    server.requests.clear()
    for number in range(1, 7):
        house.engine.request_all()
        await house.poll()
        assert server.requests["/devices/list"] == number
        assert server.requests["/access_codes/list"] <= 10
        assert len([task for task in house.tasks if "_background" in repr(task)]) == 1
    assert server.in_flight


async def test_event_of_healthy_lock_does_not_wait_for_what_a_poll_has_left(
    server: Server, house: House
) -> None:
    """It shows its codes at once, before and after the first poll has ended."""
    server.ids = server.ids[:60]
    server.broken = dict.fromkeys(server.ids[:-1], "hang")
    healthy = server.ids[-1]

    async def show(number: int) -> None:
        server.numbers[healthy] = number
        receiving = asyncio.create_task(house.receive_event(*server.ids[:3], healthy))
        await house.until(
            lambda: len(house.engine.snapshot.locks[healthy].codes) == number, 2
        )
        receiving.cancel()

    request = house.engine.begin_poll
    assert await house.fetcher.async_run(request, includes_codes=False) is None
    polling = asyncio.create_task(house.poll())
    await house.until(lambda: server.in_flight >= 8, 2)
    await show(1)
    await polling
    await show(2)
    await asyncio.sleep(1)
    await show(3)
    assert server.peak <= _MAX_IN_FLIGHT


@pytest.mark.usefixtures("_short_patience")
@pytest.mark.parametrize(("number", "latency"), [(60, 0.11), (20, 0.55), (2, 0.55)])
async def test_action_on_many_locks_succeeds_if_seam_is_slow(
    monkeypatch: pytest.MonkeyPatch,
    server: Server,
    house: House,
    number: int,
    latency: float,
) -> None:
    """It goes on as long as there are answers, of which each lock has two."""
    monkeypatch.setattr(pool, "PATIENCE", 1)
    await house.poll_first(number)
    server.latency = latency
    assert await house.fetcher.async_fetch_locks(server.ids) == {}


@pytest.mark.parametrize("kind", ["slow", "hang"])
async def test_burst_of_events_sends_few_requests(
    server: Server, house: House, kind: str
) -> None:
    """One follows that which runs, as it may be older than the last event."""
    await house.poll_first(3)
    server.requests.clear()
    if kind == "hang":
        server.broken = {"lock0": kind}
    else:
        server.latency = 1.5
    for _ in range(10):
        house.start(house.receive_event("lock0"))
        await asyncio.sleep(0.01)
    assert server.requests["/access_codes/list"] == 1
    await house.until(lambda: server.requests["/access_codes/list"] == 2, 10)
    await asyncio.sleep(0.5)
    assert server.requests["/access_codes/list"] == 2


@pytest.mark.usefixtures("_short_patience")
@pytest.mark.parametrize("number", [1, 10])
async def test_event_after_lock_has_recovered_is_handled_soon(
    server: Server, house: House, number: int
) -> None:
    """It does not wait for requests that hang, and neither do those before it."""
    await house.poll_first(3)
    server.broken = {"lock0": "hang"}
    for _ in range(number):
        house.start(house.receive_event("lock0"))
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.8)
    assert house.engine.take_occurrences() == []
    server.broken.clear()
    server.numbers["lock0"] = 1
    house.start(house.receive_event("lock0"))
    fired: list[Occurrence] = []

    def have_fired() -> bool:
        fired.extend(house.engine.take_occurrences())
        return len(fired) == number + 1

    await house.until(have_fired, 10)
    assert len(house.engine.snapshot.locks["lock0"].codes) == 1


@pytest.mark.usefixtures("_short_patience")
async def test_frequent_events_do_not_keep_other_locks_from_being_fetched(
    server: Server, house: House
) -> None:
    """Polls always send some requests, also while Seam is slow."""
    await house.poll_first(40)
    quiet = server.ids[30:]
    server.numbers.update(dict.fromkeys(quiet, 1))
    server.latency = 0.3

    async def send_events() -> None:
        for number in count():
            house.start(house.receive_event(server.ids[number % 30]))
            await asyncio.sleep(0.02)

    house.start(send_events())
    await asyncio.sleep(1)
    house.engine.request_all()
    house.start(house.poll())
    await house.until(
        lambda: all(house.engine.snapshot.locks[key].codes for key in quiet), 30
    )
    assert server.peak <= _MAX_IN_FLIGHT


@pytest.mark.usefixtures("_short_patience")
async def test_revoked_key_is_reported_after_the_poll(
    server: Server, house: House
) -> None:
    """What a poll has left may show that nothing works any more."""
    server.broken = dict.fromkeys(server.ids, "hang")
    await house.poll()
    assert not any(house.published)
    server.broken = dict.fromkeys(server.ids, "revoked")
    await house.until(
        lambda: any(isinstance(error, SeamAuthError) for error in house.published), 5
    )


@pytest.mark.parametrize("is_gone", [True, False])
async def test_few_missing_codes_are_checked_at_a_time(
    server: Server, house: House, *, is_gone: bool
) -> None:
    """The first error ends it, except for one that is next."""
    codes = [
        AccessCode(access_code_id=f"code{n}", device_id="lock0", is_managed=True)
        for n in range(60)
    ]
    ids = [code.access_code_id for code in codes]
    if is_gone:
        server.gone = set(ids)
        assert await house.fetcher.async_gone(codes) == ids
    else:
        with pytest.raises(SeamError):
            await house.fetcher.async_gone(codes)
        assert server.requests["/access_codes/get"] <= 8 + 1
    assert server.peak <= 8


@pytest.mark.usefixtures("_short_patience")
async def test_every_slow_lock_gets_its_turn(server: Server, house: House) -> None:
    """Lists that are slow, but not broken, are fetched in the end."""
    server.latency = 0.3
    for _ in range(3):
        await house.poll()
    await house.until(lambda: all(map(house.has_codes, server.ids)), 20)
    assert server.peak <= _MAX_IN_FLIGHT


@pytest.mark.usefixtures("_short_patience")
async def test_managed_codes_do_not_wait_for_unmanaged_ones(
    server: Server, house: House
) -> None:
    """Nor are they forgotten when the list that hangs is given up, or goes on."""
    server.ids = server.ids[:40]
    server.broken = dict.fromkeys(server.ids, "hang later")

    def are_managed(number: int) -> bool:
        return {*map(house.managed, server.ids)} == {number}

    for number in (1, 2):
        server.numbers = Counter(dict.fromkeys(server.ids, number))
        house.engine.request_all()
        async with asyncio.timeout(_SOON):
            await house.poll()
        await house.until(partial(are_managed, number), _SOON)
        assert not any(map(house.has_codes, server.ids))
    errors = house.engine.failures.code_errors
    await house.until(lambda: errors.keys() == {*server.ids}, _SOON)
    assert are_managed(2)
    server.stop()
    await house.poll()
    await house.until(lambda: all(map(house.has_codes, server.ids)), _SOON)
    assert are_managed(2)
    assert server.peak <= _MAX_IN_FLIGHT


async def test_quick_locks_are_fetched_eight_at_a_time(
    server: Server, house: House
) -> None:
    """Nothing waits without need, and one poll fetches everything."""
    server.latency = 0.05
    await house.poll()
    assert all(map(house.has_codes, server.ids))
    assert 8 <= server.peak <= 8 + 1


async def test_events_of_accounts_cause_few_requests(
    server: Server, house: House
) -> None:
    """A burst of them does not fetch the codes of all locks each time."""
    await house.poll()
    server.requests.clear()
    for number in range(20):
        now = dt_util.utcnow()
        house.engine.receive_event(
            Event(
                event_id=f"event {number}",
                event_type="connected_account.disconnected",
                created_at=now + timedelta(seconds=1),
            ),
            now,
        )
        await house.fetcher.async_run()
    await house.poll()
    assert server.requests["/connected_accounts/list"] >= 1
    assert server.requests["/devices/list"] == 2
    assert not server.requests["/access_codes/list"]


async def test_accounts_stay_until_they_can_be_read(
    server: Server, house: House
) -> None:
    """An unreadable answer says nothing, and the next poll asks again."""
    good = {"connected_account_id": "a", "errors": []}
    server.accounts = [good]
    await house.poll()
    await house.until(lambda: bool(house.engine.snapshot.accounts), 5)
    answers: list[list[dict[str, Any]]] = [
        [{}],
        [{}, good | {"connected_account_id": "b"}],
    ]
    for server.accounts in answers:
        house.engine.request_all()
        server.requests.clear()
        await house.poll()
        await house.until(lambda: server.requests["/connected_accounts/list"] > 0, 5)
        await asyncio.sleep(0)
        assert "a" in house.engine.snapshot.accounts
    server.accounts = []
    house.engine.request_all()
    await house.poll()
    await house.until(lambda: not house.engine.snapshot.accounts, 5)


async def test_removed_lock_is_not_fetched_again(server: Server, house: House) -> None:
    """A lock whose lists break is forgotten when it is gone."""
    gone, *server.ids = server.ids[:3]
    kept, server.ids = server.ids, [gone, *server.ids]
    server.broken = {gone: "error"}
    await house.poll()
    assert gone in house.engine.failures.code_errors
    server.ids = kept
    for _ in range(3):
        house.engine.request_all()
        await house.poll()
    server.requests.clear()
    await house.poll()
    assert gone not in house.engine.failures.code_errors
    assert not server.requests["/access_codes/list"]


async def test_lock_that_is_gone_is_not_left_to_the_next_poll(
    server: Server, house: House
) -> None:
    """It was removed while its codes were being fetched."""
    await house.poll_first(9)
    limit = SeamRateLimitError("Too many requests", retry_after=900)
    known, gone = server.ids, "gone"
    for device_id in known:
        house.engine.receive_failure(
            FetchCodes(device_id), limit, dt_util.utcnow(), is_managed_known=True
        )
    failures = house.engine.failures
    assert failures.has_many_unmanaged_limits
    assert await house.fetcher._sender.async_send(FetchCodes(gone)) is None
    assert {*failures.unmanaged_left} == {*known}
