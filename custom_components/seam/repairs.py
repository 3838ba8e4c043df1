"""Repairs platform for Seam."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .actions.convert import async_convert
from .actions.delete import async_delete
from .actions.outcomes import Outcome, Result
from .actions.targets import Target, lock_entity_id
from .api import AccessCode
from .const import DOMAIN
from .coordinator import SeamConfigEntry
from .errors import NotFoundError
from .issues import as_placeholders, colliding_code, repair_options


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow for an issue. Only duplicate codes are fixable."""
    issue = ir.async_get(hass).issues[DOMAIN, issue_id]
    return DuplicateCodeFlow(issue.translation_placeholders or {})


class DuplicateCodeFlow(RepairsFlow):
    """Convert, delete or keep an unmanaged code with the PIN of a managed one."""

    def __init__(self, placeholders: dict[str, str]) -> None:
        """Initialize the flow with the placeholders of the issue."""
        self._placeholders = placeholders

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the choices."""
        return self._show_choices("init")

    async def async_step_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the choices again, with the reason of the failure."""
        return self._show_choices("failed")

    async def async_step_convert(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Convert the code without confirmation, as it keeps working."""
        return await self._async_repair(self._async_convert)

    async def async_step_delete(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Delete the code after confirmation."""
        if user_input is None:
            self._find_codes()
            return self.async_show_form(
                step_id="delete", description_placeholders=self._placeholders
            )
        return await self._async_repair(async_delete)

    async def async_step_leave(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Keep the code, and ignore the issue."""
        self._find_codes()
        if ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id) is None:
            raise self._abort("solved")
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, True)
        raise self._abort("left")

    def _show_choices(self, step_id: str) -> RepairsFlowResult:
        target, other = self._find_codes()
        return self.async_show_menu(
            step_id=step_id,
            menu_options=[*repair_options(target.lock, other), "leave"],
            description_placeholders=self._placeholders,
        )

    async def _async_repair(
        self, repair: Callable[[Target, AccessCode], Awaitable[Result]]
    ) -> RepairsFlowResult:
        """Repair the issue; show the choices again if that fails."""
        target, other = self._find_codes()
        try:
            result = await repair(target, other)
        except NotFoundError as err:
            raise self._abort("other_gone") from err
        except HomeAssistantError as err:
            return await self._async_failed(str(err))
        if result.outcome is Outcome.PENDING:
            raise self._abort("under_way")
        if result.reason is not None:
            return await self._async_failed(result.reason)
        # If the error persists, the listeners create the issue again.
        ir.async_delete_issue(self.hass, DOMAIN, self.issue_id)
        target.coordinator.async_update_listeners()
        return self.async_create_entry(
            data={},
            description=result.outcome.value,
            description_placeholders=self._placeholders,
        )

    async def _async_failed(self, reason: str) -> RepairsFlowResult:
        self._placeholders = self._placeholders | as_placeholders(reason=reason)
        return await self.async_step_failed()

    async def _async_convert(self, target: Target, _: AccessCode) -> Result:
        # When it is its turn, somebody else may have solved the conflict.
        [(_, result)] = await async_convert(target, lambda _: [self._find_codes()[1]])
        return result

    def _find_codes(self) -> tuple[Target, AccessCode]:
        """Return the lock and the unmanaged code; abort if there is no conflict."""
        data = self.data or {}
        entry: SeamConfigEntry | None = self.hass.config_entries.async_get_entry(
            str(data.get("entry_id"))
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise self._abort("not_loaded")
        coordinator = entry.runtime_data
        lock = coordinator.data.locks.get(str(data.get("device_id")))
        if lock is None:
            raise self._abort("lock_gone")
        if (code := lock.code(str(data.get("access_code_id")))) is None:
            raise self._abort("code_gone")
        if (other := lock.code(str(data.get("other_access_code_id")))) is None:
            raise self._abort("other_gone")
        if other.is_managed:
            raise self._abort("managed_now")
        if all(
            colliding_code(lock, code, problem) is not other
            for problem in code.own_errors
        ):
            raise self._abort("solved")
        entity_id = lock_entity_id(coordinator.hass, lock.device_id)
        return Target(entity_id, coordinator, lock, is_alone=True), other

    def _abort(self, reason: str) -> AbortFlow:
        return AbortFlow(reason, self._placeholders)
