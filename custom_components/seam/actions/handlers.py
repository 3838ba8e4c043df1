"""What each action does: reading its call, and answering for its locks."""

from collections.abc import Iterable
from datetime import timedelta

from homeassistant.const import ATTR_NAME
from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError

from ..api import AccessCode
from ..attributes import JsonObject, async_code
from ..const import DOMAIN
from ..coordinator import SeamCoordinator
from ..errors import refusal
from ..sync.snapshot import LockData
from .capabilities import async_report_lengths, capabilities
from .codes import (
    async_create,
    async_generate,
    async_pull_backup,
    async_reveal,
    async_simulate_unmanaged,
    check_codes_known,
    check_request,
    code_response,
    find_code,
    find_managed_code,
)
from .convert import async_convert, not_convertible
from .delete import async_delete
from .delete_expired import async_delete_expired, expired_codes
from .ensure import async_ensure
from .fields import (
    ATTR_ACCESS_CODE_ID,
    ATTR_ALL,
    ATTR_ALLOW_EXTERNAL_MODIFICATION,
    ATTR_DRY_RUN,
    ATTR_FORCE,
    ATTR_INCLUDE,
    ATTR_INCLUDE_UNMANAGED,
    ATTR_LINKED,
    ATTR_OLDER_THAN,
    picked_code,
    reported_lengths,
    requested_change,
    requested_code,
    simulated_pin,
)
from .schedule import async_create_shared, check_shared, new_common_code_key
from .targets import (
    Outcome,
    Target,
    async_each,
    async_renew,
    current_lock,
    lock_entity_id,
)
from .update import (
    UNCHANGED,
    CodeChange,
    LinkedChange,
    async_change,
    async_change_linked,
    check_change,
    check_changeable,
    linked_change,
)

type Outcomes = dict[str, Outcome]


async def async_schedule_access_code(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Create a code; on several locks one PIN, and codes that know of each other."""
    request = requested_code(call.data)
    check_request(targets, request)
    if len(targets) > 1 and request.code is None:
        check_shared(targets, request)
        return await async_create_shared(targets, request)
    # Seam links codes with a PIN of one's own only if it is told to.
    key = new_common_code_key() if len(targets) > 1 else None
    return await async_each(
        targets,
        lambda target: async_create(
            target.coordinator, target.lock, request, common_code_key=key
        ),
    )


async def async_ensure_access_code(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Create, change or leave a code, so that there is exactly this one."""
    return await async_ensure(call.hass, targets, requested_code(call.data))


async def async_update_access_code(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Change a managed code, or all that are linked with it."""
    pick, change = picked_code(call.data), requested_change(call.data)
    outcomes: Outcomes = {}
    found: list[tuple[Target, AccessCode]] = []
    for target in targets:
        try:
            check_codes_known(target.lock)
            code = find_managed_code(target.coordinator, target.lock, **pick)
        except HomeAssistantError as err:
            outcomes[target.entity_id] = err
        else:
            found.append((target, code))
    update = _async_update_linked if call.data[ATTR_LINKED] else _async_update_each
    return outcomes | await update(found, change)


async def _async_update_each(
    found: list[tuple[Target, AccessCode]], change: CodeChange
) -> Outcomes:
    """Change each code for itself; what one of them cannot be, none becomes."""
    changes = {}
    for target, code in found:
        check_changeable(target.lock, code)
        fields = change.difference(target.coordinator, target.lock, code)
        check_change(target.coordinator, target.lock, code, fields)
        changes[target.entity_id] = (code, fields)
    return await async_each(
        [target for target, _ in found],
        lambda target: async_change(
            target.coordinator, target.lock, *changes[target.entity_id]
        ),
    )


async def _async_update_linked(
    found: list[tuple[Target, AccessCode]], change: CodeChange
) -> Outcomes:
    """Change all codes linked with those found, each group once.

    A lock that was not named answers, too, if it has not followed.
    """
    groups: dict[tuple[SeamCoordinator, str], LinkedChange] = {}
    named: dict[tuple[SeamCoordinator, str], list[tuple[Target, AccessCode]]] = {}
    for target, code in found:
        linked = linked_change(target.coordinator, target.lock, code, change)
        key = target.coordinator, linked.common_code_key
        groups.setdefault(key, linked)
        named.setdefault(key, []).append((target, code))
    outcomes: Outcomes = {}
    for key, linked in groups.items():
        coordinator, _ = key
        try:
            by_code = await async_change_linked(coordinator, linked)
        except HomeAssistantError as err:
            outcomes |= {target.entity_id: err for target, _ in named[key]}
            continue
        for target, code in named[key]:
            outcomes[target.entity_id] = (
                by_code.pop(code.access_code_id)
                if code.access_code_id in by_code
                else code_response(coordinator, code, UNCHANGED)
            )
        for other in linked.codes:
            outcome = by_code.get(other.access_code_id, UNCHANGED)
            if isinstance(outcome, HomeAssistantError) or "reason" in outcome:
                entity_id = lock_entity_id(coordinator, other.device_id)
                outcomes[entity_id] = outcome
    return outcomes


async def async_delete_access_code(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Delete a code of either kind."""
    pick = picked_code(call.data)

    async def delete(target: Target) -> JsonObject:
        check_codes_known(target.lock)
        code = find_code(target.coordinator, target.lock, target.lock.codes, **pick)
        return await async_delete(target.coordinator, target.lock, code)

    return await async_each(targets, delete)


async def async_delete_expired_access_codes(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Delete all codes of a lock that are over."""
    older_than = call.data.get(ATTR_OLDER_THAN, timedelta())
    include_unmanaged = call.data[ATTR_INCLUDE_UNMANAGED]

    # What somebody has prolonged since the last poll must not go.
    await async_renew(targets)

    async def delete(target: Target) -> JsonObject:
        lock = current_lock(target)
        check_codes_known(lock)
        rows = await async_delete_expired(
            target.coordinator,
            lock,
            expired_codes(lock, older_than, include_unmanaged=include_unmanaged),
            dry_run=call.data[ATTR_DRY_RUN],
        )
        # Without an answer, nobody would hear of it.
        if not call.return_response:
            _raise_failures("deletions_failed", lock, rows)
        return {"access_codes": [*rows]}

    return await async_each(targets, delete)


async def async_convert_access_code(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Make one unmanaged code managed, or all of a lock."""
    convert_all, dry_run = call.data[ATTR_ALL], call.data[ATTR_DRY_RUN]
    pick = None if convert_all else picked_code(call.data)
    if convert_all and (ATTR_NAME in call.data or ATTR_ACCESS_CODE_ID in call.data):
        raise refusal("all_or_one")

    async def convert(target: Target) -> JsonObject:
        lock = target.lock
        check_codes_known(lock)
        codes = lock.unmanaged
        if pick is not None:
            codes = (find_code(target.coordinator, lock, codes, **pick),)
        rows = await async_convert(
            target.coordinator,
            lock,
            codes,
            allow_external_modification=call.data.get(ATTR_ALLOW_EXTERNAL_MODIFICATION),
            force=call.data.get(ATTR_FORCE),
            dry_run=dry_run,
        )
        # Without an answer, nobody would hear of it.
        if pick is not None or not call.return_response:
            _raise_failures("conversions_failed", lock, rows)
        if pick is not None and not dry_run and rows[0]["outcome"] == "not_convertible":
            raise not_convertible(lock, codes[0])
        found.extend(rows)
        return {"access_codes": [*rows]}

    found: list[JsonObject] = []
    outcomes = await async_each(targets, convert)
    # Some codes never can be. But who asks for all and gets none should hear of it.
    if (
        found
        and not call.return_response
        and all(row["outcome"] == "not_convertible" for row in found)
        and not any(isinstance(outcome, Exception) for outcome in outcomes.values())
    ):
        raise refusal(
            "none_convertible", names=", ".join(str(row["name"]) for row in found)
        )
    return outcomes


def _raise_failures(key: str, lock: LockData, rows: Iterable[JsonObject]) -> None:
    """Raise an error that names the codes with which it did not work, if any."""
    failed = [row for row in rows if row["outcome"] == "failed"]
    if failed:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={
                "lock": lock.device.name,
                "failed": "; ".join(
                    f"{row['name']}: {row['reason']}" for row in failed
                ),
            },
        )


async def async_reveal_access_code(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Tell a PIN."""
    pick = picked_code(call.data)
    return await async_each(targets, lambda target: async_reveal(target, **pick))


async def async_pull_backup_access_code(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Tell the PIN of a code's backup."""
    pick = picked_code(call.data)

    async def pull(target: Target) -> JsonObject:
        check_codes_known(target.lock)
        code = find_managed_code(target.coordinator, target.lock, **pick)
        return await async_pull_backup(target.coordinator, target.lock, code)

    return await async_each(targets, pull)


async def async_generate_code(call: ServiceCall, targets: list[Target]) -> Outcomes:
    """Tell a PIN that could be used."""
    return await async_each(
        targets, lambda target: async_generate(target.coordinator, target.lock)
    )


async def async_get_access_codes(call: ServiceCall, targets: list[Target]) -> Outcomes:
    """List codes without their PINs."""

    async def get(target: Target) -> JsonObject:
        lock = target.lock
        check_codes_known(lock)
        codes = {"managed": lock.managed, "unmanaged": lock.unmanaged}
        return {
            kind: [async_code(call.hass, lock, code) for code in of_kind]
            for kind, of_kind in codes.items()
            if kind in call.data[ATTR_INCLUDE]
        }

    return await async_each(targets, get)


async def async_get_lock_capabilities(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Tell what locks can do."""
    return {target.entity_id: capabilities(target.lock) for target in targets}


async def async_report_device_constraints(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Tell Seam what lengths of PINs locks take."""
    lengths = reported_lengths(call.data)
    return await async_each(
        targets,
        lambda target: async_report_lengths(target.coordinator, target.lock, lengths),
    )


async def async_simulate_unmanaged_access_code(
    call: ServiceCall, targets: list[Target]
) -> Outcomes:
    """Let a sandbox find a code on its locks."""
    for target in targets:
        if not target.coordinator.workspace.is_sandbox:
            raise refusal(
                "only_sandbox",
                lock=target.lock.device.name,
                workspace=target.coordinator.workspace.name,
            )
        if not target.lock.device.has_access_codes:
            raise refusal("no_access_codes", lock=target.lock.device.name)
    pin = simulated_pin(call.data)
    return await async_each(
        targets,
        lambda target: async_simulate_unmanaged(
            target.coordinator, target.lock, name=call.data[ATTR_NAME], pin=pin
        ),
    )
