"""Creating one code with one PIN on several locks."""

from collections.abc import Sequence
from uuid import uuid4

from homeassistant.exceptions import HomeAssistantError

from ..api import AccessCode, SeamError
from ..attributes import JsonObject
from ..errors import refusal, translated_errors
from .codes import CodeRequest, code_response, uncertain_creation
from .targets import Outcome, Target, async_each
from .validation import check_common_length
from .waiting import async_wait_until_set

# What `/access_codes/create_multiple` cannot do.
_FOR_ONE_LOCK = ("is_offline_access_code", "is_one_time_use", "max_time_rounding")


def new_common_code_key() -> str:
    """Return a key that links the codes of one request with a PIN of one's own."""
    return uuid4().hex


def check_shared(targets: Sequence[Target], request: CodeRequest) -> None:
    """Refuse a code for which Seam cannot choose one PIN for all these locks."""
    if len({target.coordinator for target in targets}) > 1:
        raise refusal("several_workspaces")
    for name in _FOR_ONE_LOCK:
        if getattr(request, name):
            raise refusal("only_one_lock", field=name)
    check_common_length(target.lock for target in targets)


async def async_create_shared(
    targets: Sequence[Target], request: CodeRequest
) -> dict[str, Outcome]:
    """Create one code with a PIN that Seam chooses on several locks of a workspace.

    All or nothing: Seam refuses where the locks cannot share a PIN.
    """
    coordinator = targets[0].coordinator
    device_ids = [target.lock.device_id for target in targets]
    parameters = {
        name: value
        for name, value in request.parameters.items()
        if name not in _FOR_ONE_LOCK
    }
    created: dict[str, AccessCode] = {}

    async def wait(target: Target) -> JsonObject:
        if (code := created.get(target.lock.device_id)) is None:
            raise refusal("no_answer_for_lock", lock=target.lock.device.name)
        return await async_wait_until_set(coordinator, code, is_new=True)

    unseen: SeamError | None = None
    try:
        try:
            with translated_errors(coordinator):
                codes = await coordinator.client.create_multiple_access_codes(
                    device_ids,
                    behavior_when_code_cannot_be_shared="throw",
                    **parameters,
                )
            for code in codes:
                coordinator.async_apply(coordinator.engine.code_created, code)
                created[code.device_id] = code
            progresses = await async_each(list(targets), wait)
        finally:
            unseen = await coordinator.async_refresh_locks(device_ids)
    except HomeAssistantError as err:
        # Not all locks need to have it: each is looked at.
        uncertain = {
            target.entity_id: reason
            for target in targets
            if (
                reason := uncertain_creation(
                    coordinator, target.lock, request, err, unseen
                )
            )
        }
        if uncertain:
            return {**uncertain}
        raise
    return {
        target.entity_id: (
            uncertain_creation(coordinator, target.lock, request, progress, unseen)
            or progress
        )
        if isinstance(progress := progresses[target.entity_id], HomeAssistantError)
        else code_response(coordinator, created[target.lock.device_id], progress)
        for target in targets
    }
