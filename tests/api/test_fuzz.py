"""Fuzz test: answers of every endpoint with odd values, types, lengths and nesting.

The long run is `HYPOTHESIS_PROFILE=long`.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
import inspect
import json
import os
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings, strategies as st
import pytest

from custom_components.seam.api import AccessCode, SeamClient, SeamError
from custom_components.seam.api.row_pins import pins_in
from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from tests.api.conftest import Log, Stub, error_texts
from tests.api.garbage import CODE, DEVICE, EVENT, mutated

pytestmark = pytest.mark.usefixtures("delays")

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SETTINGS = settings(
    max_examples=20_000 if IS_LONG else 200,
    database=None,
    derandomize=not IS_LONG,
    phases=(Phase.generate, Phase.shrink),
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

PIN = "48263917"
NOW = datetime(2031, 5, 1, tzinfo=UTC)
# Enough rows to see whether one spoils the others.
MAX_ROWS = 3
EXTRA_ROWS = {"access_codes": CODE, "devices": DEVICE, "events": EVENT}
ERROR = {
    "error": {
        "type": "invalid_input",
        "message": f"Cannot set {PIN}",
        "request_id": f"request {PIN}",
        "validation_errors": {"code": {"_errors": [f"{PIN} is taken"]}},
        "data": {"code": PIN},
    },
    "ok": False,
}

type Call = Callable[[SeamClient], Awaitable[Any]]

CALLS: dict[str, Call] = {
    "get_workspace": lambda c: c.get_workspace(),
    "list_devices": lambda c: c.list_devices(),
    "update_device": lambda c: c.update_device(
        FRONT_DOOR, backup_access_code_pool_enabled=True
    ),
    "lock_door": lambda c: c.lock_door(FRONT_DOOR),
    "unlock_door": lambda c: c.unlock_door(FRONT_DOOR),
    "configure_auto_lock": lambda c: c.configure_auto_lock(
        FRONT_DOOR, auto_lock_enabled=True, auto_lock_delay_seconds=10
    ),
    "create_access_code": lambda c: c.create_access_code(FRONT_DOOR, code=PIN),
    "create_multiple_access_codes": lambda c: c.create_multiple_access_codes(
        [FRONT_DOOR], name="Band"
    ),
    "update_access_code": lambda c: c.update_access_code(CODE_OWNER, name="Owner"),
    "update_multiple_access_codes": lambda c: c.update_multiple_access_codes(
        "band", name="Band"
    ),
    "delete_access_code": lambda c: c.delete_access_code(CODE_CLEANER),
    "get_access_code": lambda c: c.get_access_code(CODE_OWNER),
    "list_access_codes": lambda c: c.list_access_codes(FRONT_DOOR),
    "generate_code": lambda c: c.generate_code(FRONT_DOOR),
    "pull_backup_access_code": lambda c: c.pull_backup_access_code(CODE_GUEST_NOW),
    "report_device_constraints": lambda c: c.report_device_constraints(
        FRONT_DOOR, supported_code_lengths=[4, 5, 6]
    ),
    "list_unmanaged_access_codes": lambda c: c.list_unmanaged_access_codes(FRONT_DOOR),
    "get_unmanaged_access_code": lambda c: c.get_unmanaged_access_code(
        UNMANAGED_NEIGHBOUR
    ),
    "convert_to_managed": lambda c: c.convert_to_managed(UNMANAGED_NEIGHBOUR),
    "delete_unmanaged_access_code": lambda c: c.delete_unmanaged_access_code(
        UNMANAGED_OLD_GUEST
    ),
    "simulate_unmanaged_access_code": lambda c: c.simulate_unmanaged_access_code(
        FRONT_DOOR, name="Maid", code="482639"
    ),
    "get_action_attempt": lambda c: c.get_action_attempt("attempt"),
    "list_events": lambda c: c.list_events(NOW),
    "create_webhook": lambda c: c.create_webhook("https://home.example/hook"),
    "list_webhooks": lambda c: c.list_webhooks(),
    "delete_webhook": lambda c: c.delete_webhook("webhook"),
    "list_connected_accounts": lambda c: c.list_connected_accounts(),
    "sync_connected_account": lambda c: c.sync_connected_account("account"),
}


@pytest.fixture
async def answers(client: SeamClient, simulator: Simulator) -> dict[str, Any]:
    """Return the simulator's answer to each call, with the same PIN everywhere."""
    found: dict[str, Any] = {}
    for name, call in CALLS.items():
        try:
            await call(client)
        except SeamError:
            # Of what does not exist.
            found[name] = {"ok": True}
        else:
            found[name] = simulator.requests[-1].answer
    found["get_action_attempt"] = found["lock_door"]
    found["create_access_code"] = found["get_access_code"] | found["lock_door"]
    found["simulate_unmanaged_access_code"] = found["get_unmanaged_access_code"]
    events = await simulator_events(client, simulator)
    found["list_events"] = {"events": events, "ok": True}
    for name, answer in found.items():
        for key, value in answer.items():
            if isinstance(value, list):
                more = [EXTRA_ROWS[key]] if key in EXTRA_ROWS else []
                found[name] = answer | {key: value[:MAX_ROWS] + more}
        text = json.dumps(found[name])
        for pin in pins_in(found[name]):
            text = text.replace(f'"{pin}"', f'"{PIN}"')
        found[name] = json.loads(text)
    return found


async def simulator_events(
    client: SeamClient, simulator: Simulator
) -> list[dict[str, Any]]:
    """Return the latest events of the simulator."""
    await client.list_events(simulator.clock.now() - timedelta(days=30))
    events: list[dict[str, Any]] = simulator.requests[-1].answer["events"]
    return events[-MAX_ROWS:]


def test_every_endpoint_is_called() -> None:
    """The list of calls has all methods of the client."""
    methods = inspect.getmembers(SeamClient, inspect.iscoroutinefunction)
    assert {name for name, _ in methods if not name.startswith("_")} == set(CALLS)


def use(result: Any) -> None:
    """Use everything that was read, as the integration would."""
    for item in result if isinstance(result, list | tuple) else [result]:
        for name in dir(type(item)):
            if isinstance(getattr(type(item), name), property):
                getattr(item, name)
        if isinstance(item, AccessCode):
            item.status_at(NOW)
            item.is_expired(NOW)
        for name in getattr(item, "__dataclass_fields__", ()):
            if isinstance(moment := getattr(item, name), datetime):
                moment.astimezone()


@pytest.mark.timeout(0 if IS_LONG else 60)
@SETTINGS
@given(data=st.data())
async def test_any_answer_of_any_endpoint(
    stub: Stub,
    stubbed: SeamClient,
    answers: dict[str, Any],
    log: Log,
    data: st.DataObject,
) -> None:
    """Every answer is read or raises a SeamError, and no text holds a known PIN."""
    name = data.draw(st.sampled_from(sorted(CALLS)), "method")
    is_error = data.draw(st.integers(0, 5), "is error") == 0
    answer = data.draw(mutated(ERROR if is_error else answers[name]), "answer")
    raw = json.dumps(answer).encode()
    if data.draw(st.integers(0, 9), "is cut") == 0:
        raw = raw[: data.draw(st.integers(0, len(raw)), "length")]
    stub.clear()
    log.lines.clear()
    stub.respond(
        raw=raw,
        status=data.draw(st.sampled_from([400, 401, 404, 409, 429, 500]), "status")
        if is_error
        else 200,
        headers={"Retry-After": data.draw(st.sampled_from(["7", "1e9", "-1", "soon"]))},
    )
    stubbed.secrets.add([PIN])
    try:
        result = await CALLS[name](stubbed)
    except SeamError as err:
        shown = error_texts(err) + repr(vars(err))
    else:
        use(result)
        shown = "" if name == "generate_code" else repr(result)
    assert PIN not in shown
    assert PIN not in log.text
    assert all(line.isprintable() for line in log.lines)
