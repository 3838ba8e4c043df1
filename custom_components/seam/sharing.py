"""Creating one code with one PIN on several locks."""

from collections.abc import Sequence
from uuid import uuid4

from .access_codes import CodeRequest, described
from .constraints import check_common_length
from .errors import refusal, translated_errors
from .targets import Outcome, Target

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
    try:
        with translated_errors(coordinator):
            codes = await coordinator.client.create_multiple_access_codes(
                device_ids,
                behavior_when_code_cannot_be_shared="throw",
                **parameters,
            )
        for code in codes:
            coordinator.async_code_created(code)
    finally:
        await coordinator.async_refresh_locks(device_ids)
    created = {code.device_id: code for code in codes}
    return {
        target.entity_id: described(coordinator, made, "success")
        if (made := created.get(target.lock.device_id))
        else refusal("no_answer_for_lock", lock=target.lock.device.name)
        for target in targets
    }
