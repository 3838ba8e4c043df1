"""The action that creates a code, on one or several locks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..api import AccessCode, SeamUnreadableError
from ..attributes import JsonObject
from ..errors import ChangeUncertainError, refusal, translated_errors
from ..sync.snapshot import LockData
from .codes import (
    candidates,
    check_name_free,
    check_pin_free,
    code_response,
    creation_keys,
    naming_duplicate,
)
from .fields import (
    ATTR_ALLOW_EXTERNAL_MODIFICATION,
    ATTR_ATTEMPT_FOR_OFFLINE_DEVICE,
    ATTR_ENDS_AT,
    ATTR_ONGOING,
    ATTR_STARTS_AT,
    BOOLEAN,
    NAME,
    PIN,
    TIME,
    ActionSchema,
    Data,
    DescribedValidator,
    integer,
    requested_pin,
    requested_time,
)
from .outcomes import Result
from .targets import (
    Answer,
    Answers,
    Refresh,
    Target,
    async_each,
    changing_locks,
    current_target,
    in_turn,
)
from .unconfirmed import confirm, may_exist, requesting
from .validation import (
    check_backup_pool,
    check_codes_known,
    check_common_length,
    check_has_codes,
    check_length,
    check_name,
    check_name_without_pin,
    check_new_name,
    check_pin,
    check_start,
    check_times,
)
from .waiting import async_follow, async_wait_until_set

# Passed on to Seam under the same names.
_OPTIONS: Final = {
    "preferred_code_length": integer(4, 12),
    "prefer_native_scheduling": BOOLEAN,
    "use_backup_access_code_pool": BOOLEAN,
    "is_offline_access_code": BOOLEAN,
    "is_one_time_use": BOOLEAN,
    "max_time_rounding": DescribedValidator(vol.In(("1hour", "1day")), "1hour, 1day"),
    ATTR_ATTEMPT_FOR_OFFLINE_DEVICE: BOOLEAN,
}
# Not supported by `/access_codes/create_multiple`.
_ONE_LOCK_OPTIONS: Final = (
    "is_offline_access_code",
    "is_one_time_use",
    "max_time_rounding",
)

ATTR_RANDOM_CODE_PER_LOCK: Final = "random_code_per_lock"

SCHEMA: Final = ActionSchema(
    {
        vol.Required(ATTR_NAME): NAME,
        vol.Optional(ATTR_CODE): PIN,
        vol.Optional(ATTR_STARTS_AT): TIME,
        vol.Optional(ATTR_ENDS_AT): TIME,
        vol.Optional(ATTR_ONGOING, default=False): BOOLEAN,
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): BOOLEAN,
        vol.Optional(ATTR_RANDOM_CODE_PER_LOCK, default=False): BOOLEAN,
    }
    | {vol.Optional(option): validator for option, validator in _OPTIONS.items()}
)


@dataclass(frozen=True, kw_only=True)
class CodeRequest:
    """A code to be created, by Seam's names. Seam chooses what is None."""

    name: str
    code: str | None = field(default=None, repr=False)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    preferred_code_length: int | None = None
    is_external_modification_allowed: bool | None = None
    prefer_native_scheduling: bool | None = None
    use_backup_access_code_pool: bool | None = None
    attempt_for_offline_device: bool | None = None
    is_offline_access_code: bool | None = None
    is_one_time_use: bool | None = None
    max_time_rounding: str | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters that Seam is sent."""
        return {
            name: value for name, value in asdict(self).items() if value is not None
        }


def code_request(data: Data) -> CodeRequest:
    """Return the code that a call requests."""
    check_new_name(data[ATTR_NAME], ATTR_NAME)
    # Forms leave out dates that are ticked but empty.
    has_times = ATTR_STARTS_AT in data or ATTR_ENDS_AT in data
    if has_times and data[ATTR_ONGOING]:
        raise refusal("ongoing_with_times")
    if not has_times and not data[ATTR_ONGOING]:
        raise refusal("no_times")
    pin = requested_pin(data)
    if pin is not None and data[ATTR_RANDOM_CODE_PER_LOCK]:
        raise refusal("code_and_random")
    return CodeRequest(
        name=data[ATTR_NAME],
        code=pin,
        starts_at=requested_time(data, ATTR_STARTS_AT),
        ends_at=requested_time(data, ATTR_ENDS_AT),
        is_external_modification_allowed=data.get(ATTR_ALLOW_EXTERNAL_MODIFICATION),
        **{option: data.get(option) for option in _OPTIONS},
    )


def check_request(request: CodeRequest) -> None:
    """Refuse a code that no lock accepts."""
    # The manufacturer knows when a code for one use ends.
    if not request.is_one_time_use or request.ends_at is not None:
        check_times(request.starts_at, request.ends_at, dt_util.utcnow())
    if request.code is not None:
        check_name_without_pin(request.name, request.code)
        if request.is_offline_access_code:
            raise refusal("offline_with_code")
        if request.preferred_code_length is not None:
            raise refusal("code_and_length")
    if request.is_one_time_use and not request.is_offline_access_code:
        raise refusal("one_time_without_offline")
    if request.use_backup_access_code_pool and request.starts_at is None:
        raise refusal("backup_without_times")


def check_accepted(lock: LockData, request: CodeRequest) -> None:
    """Refuse a code that a lock does not accept."""
    check_kind(
        lock,
        is_offline=bool(request.is_offline_access_code),
        is_ongoing=request.starts_at is None,
    )
    if request.use_backup_access_code_pool:
        check_backup_pool(lock)
    check_name(lock, request.name)
    check_start(lock, request.starts_at, dt_util.utcnow())
    if request.code is not None:
        check_pin(lock, request.code)
    if request.preferred_code_length is not None:
        check_length(lock, request.preferred_code_length)


def check_kind(lock: LockData, *, is_offline: bool, is_ongoing: bool) -> None:
    """Refuse a kind of code that the lock does not offer, or currently not."""
    device = lock.device
    if is_offline and device.can_program_offline_access_codes is None:
        raise refusal("no_offline_access_codes", lock=device.name)
    check_has_codes(lock)
    can_program = (
        device.can_program_offline_access_codes
        if is_offline
        else device.can_program_online_access_codes
    )
    if can_program is False:
        raise refusal("cannot_program", lock=device.name)
    if is_ongoing and not device.offers_ongoing_codes(is_offline=is_offline):
        raise refusal("no_ongoing_codes", lock=device.name)


def check_shared(targets: Sequence[Target], request: CodeRequest) -> None:
    """Refuse a code for which Seam cannot choose one PIN for all locks."""
    if len({target.coordinator for target in targets}) > 1:
        raise refusal("several_workspaces")
    for option in _ONE_LOCK_OPTIONS:
        if getattr(request, option):
            raise refusal("only_one_lock", field=option)
    check_common_length(target.lock for target in targets)


def new_common_code_key() -> str:
    """Return a key that links new codes with each other."""
    return str(uuid4())


async def async_schedule_access_code(
    call: ServiceCall, targets: list[Target], *, waits: bool = True
) -> Answers:
    """Create a code; on several locks, linked ones with the same PIN by default.

    Returns as soon as Seam has accepted it unless it `waits` for the locks.
    """
    request = code_request(call.data)
    check_request(request)
    async with in_turn(call.hass, creation_keys(targets, request.name)):
        present: list[Target] = []
        failed: Answers = {}
        for target in targets:
            try:
                present.append(current_target(target))
            except HomeAssistantError as err:
                failed[target.entity_id] = err
        for target in present:
            check_accepted(target.lock, request)
        for target in present:
            try:
                check_codes_known(target.lock)
            except HomeAssistantError as err:
                # A code with this name may exist. That must not hold up other locks.
                failed[target.entity_id] = err
            check_name_free(target.lock, request.name)
            check_confirmed(target, request.name)
            if request.code is not None:
                check_pin_free(target.lock, request.code)
        targets = [target for target in present if target.entity_id not in failed]
        is_shared = len(targets) > 1 and not call.data[ATTR_RANDOM_CODE_PER_LOCK]
        if is_shared and request.code is None:
            check_shared(targets, request)
            try:
                return failed | await async_create_shared(targets, request, waits=waits)
            except HomeAssistantError as err:
                if not failed:
                    raise
                return failed | {target.entity_id: err for target in targets}
        # Seam only links codes with a given PIN if it is told to.
        key = new_common_code_key() if is_shared else None
        return failed | await async_each(
            targets,
            lambda target: async_create(
                target, request, common_code_key=key, waits=waits
            ),
        )


def check_confirmed(target: Target, name: str) -> None:
    """Refuse a code that was requested lately, as Seam may not list it now."""
    coordinator, lock = target.coordinator, target.lock
    if may_exist(coordinator.hass, lock, name):
        raise refusal(
            "create_unconfirmed",
            lock=lock.device.name,
            name=coordinator.secrets.mask_all(name),
        )


async def async_create(
    target: Target,
    request: CodeRequest,
    *,
    common_code_key: str | None = None,
    waits: bool = True,
) -> JsonObject:
    """Create a code on one lock; return it with its PIN."""
    coordinator = target.coordinator
    try:
        with naming_duplicate(target, request.code):
            async with changing_locks(target) as refresh:
                with requesting(coordinator.hass, [target.lock], request.name):
                    code, attempt = await coordinator.client.create_access_code(
                        target.lock.device_id,
                        common_code_key=common_code_key,
                        **request.parameters,
                    )
                coordinator.async_apply(coordinator.engine.code_created, code)
                result = (
                    await async_wait_until_set(target, code, attempt)
                    if waits
                    else async_follow(target, code, attempt)
                )
    except ChangeUncertainError as err:
        raise _uncertain_creation(target, request, refresh, err) from err
    finally:
        _confirm_listed(target, request, refresh)
    return code_response(target, code, result)


async def async_create_shared(
    targets: Sequence[Target], request: CodeRequest, *, waits: bool = True
) -> Answers:
    """Create linked codes on several locks of a workspace; Seam chooses their PIN.

    Seam refuses all of them if the locks cannot share a PIN.
    """
    coordinator = targets[0].coordinator
    created: dict[str, AccessCode] = {}

    async def wait(target: Target) -> Result:
        with translated_errors(coordinator):
            if (code := created.get(target.lock.device_id)) is None:
                raise SeamUnreadableError("The new access code could not be read")
        if waits:
            return await async_wait_until_set(target, code)
        return async_follow(target, code)

    results: dict[str, Result | HomeAssistantError]
    try:
        async with changing_locks(*targets) as refresh:
            device_ids = [target.lock.device_id for target in targets]
            locks = [target.lock for target in targets]
            with requesting(coordinator.hass, locks, request.name):
                codes = await coordinator.client.create_multiple_access_codes(
                    device_ids,
                    behavior_when_code_cannot_be_shared="throw",
                    **{
                        name: value
                        for name, value in request.parameters.items()
                        if name not in _ONE_LOCK_OPTIONS
                    },
                )
            for code in codes:
                coordinator.async_apply(coordinator.engine.code_created, code)
                created[code.device_id] = code
            results = await async_each(targets, wait)
    except ChangeUncertainError as err:
        results = {target.entity_id: err for target in targets}
    finally:
        for target in targets:
            _confirm_listed(target, request, refresh)

    def answer(target: Target) -> Answer:
        result = results[target.entity_id]
        if isinstance(result, ChangeUncertainError):
            return _uncertain_creation(target, request, refresh, result)
        if isinstance(result, HomeAssistantError):
            return result
        return code_response(target, created[target.lock.device_id], result)

    return {target.entity_id: answer(target) for target in targets}


def _confirm_listed(target: Target, request: CodeRequest, refresh: Refresh) -> None:
    """Remember that the requested code is in Seam's list."""
    coordinator, device_id = target.coordinator, target.lock.device_id
    lock = target.current_lock
    if device_id not in refresh.errors and lock and lock.has_codes and lock.is_complete:
        for code in lock.managed:
            if (
                code.unmasked_name == request.name
                and code.access_code_id not in lock.missing
            ):
                confirm(coordinator.hass, code)


def _uncertain_creation(
    target: Target, request: CodeRequest, refresh: Refresh, err: ChangeUncertainError
) -> ChangeUncertainError:
    """Return an error that names the new codes of the lock with the requested name."""
    coordinator, before = target.coordinator, target.lock
    now = target.current_lock or before
    known = {code.access_code_id for code in before.codes}
    found = [
        code
        for code in now.managed
        if code.unmasked_name == request.name and code.access_code_id not in known
    ]
    if found:
        key = "create_uncertain_found"
    else:
        is_unseen = before.device_id in refresh.errors or not (
            now.has_codes and now.is_complete
        )
        key = "create_uncertain_unseen" if is_unseen else "create_uncertain"
    return ChangeUncertainError(
        key,
        error=str(err.__cause__ or ""),
        lock=before.device.name,
        name=coordinator.secrets.mask_all(request.name),
        candidates=candidates(found),
    )
