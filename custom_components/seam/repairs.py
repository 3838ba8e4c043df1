"""Repairing: what to do with an unmanaged code that has the PIN of a managed one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .actions.convert import async_convert
from .actions.delete import async_delete
from .api import AccessCode
from .attributes import JsonObject
from .const import DOMAIN
from .coordinator import SeamConfigEntry, SeamCoordinator
from .issues import as_placeholders, colliding_code, repair_options
from .sync.snapshot import LockData


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow for an issue; duplicate codes are the only ones with one."""
    issue = ir.async_get(hass).issues[DOMAIN, issue_id]
    return DuplicateCodeFlow(issue.translation_placeholders or {})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Collision:
    """A lock and the unmanaged code on it that is in the way of a managed one."""

    coordinator: SeamCoordinator
    lock: LockData
    other: AccessCode


class DuplicateCodeFlow(RepairsFlow):
    """Asks whether to convert, delete or leave the unmanaged code, until it worked."""

    def __init__(self, placeholders: dict[str, str]) -> None:
        """Call everything as the issue does."""
        self._placeholders = placeholders

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show what can be done."""
        return self._show_choices("init")

    async def async_step_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show it again, with the reason why it did not work."""
        return self._show_choices("failed")

    async def async_step_convert(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Have Seam manage the code. It goes on working: nobody is asked again."""
        return await self._async_repair(_async_convert)

    async def async_step_delete(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Delete the code, once that is confirmed: it does not come back."""
        if user_input is None:
            self._find_collision()
            return self.async_show_form(
                step_id="delete", description_placeholders=self._placeholders
            )
        return await self._async_repair(_async_delete)

    async def async_step_leave(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Leave everything as it is, and say no more of it."""
        self._find_collision()
        if ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id) is None:
            raise self._over("solved")
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, True)
        raise self._over("left")

    def _show_choices(self, step_id: str) -> RepairsFlowResult:
        collision = self._find_collision()
        return self.async_show_menu(
            step_id=step_id,
            menu_options=[*repair_options(collision.lock, collision.other), "leave"],
            description_placeholders=self._placeholders,
        )

    async def _async_repair(
        self, repair: Callable[[_Collision], Awaitable[JsonObject]]
    ) -> RepairsFlowResult:
        """Do what was chosen; let people choose again, with the reason, if it fails."""
        collision = self._find_collision()
        try:
            outcome = await repair(collision)
        except HomeAssistantError as err:
            if err.translation_key == "not_found":
                raise self._over("other_gone") from err
            return await self._async_failed(str(err))
        if outcome["outcome"] == "pending":
            raise self._over("under_way")
        if reason := outcome.get("reason"):
            return await self._async_failed(str(reason))
        # The error may outlast the repair. Then the issue comes back, in its time.
        ir.async_delete_issue(self.hass, DOMAIN, self.issue_id)
        collision.coordinator.async_update_listeners()
        return self.async_create_entry(
            data={},
            description=str(outcome["outcome"]),
            description_placeholders=self._placeholders,
        )

    async def _async_failed(self, reason: str) -> RepairsFlowResult:
        self._placeholders = self._placeholders | as_placeholders(reason=reason)
        return await self.async_step_failed()

    def _find_collision(self) -> _Collision:
        """Return what collides now. Where nothing does any more, the flow is over."""
        data = self.data or {}
        entry: SeamConfigEntry | None = self.hass.config_entries.async_get_entry(
            str(data.get("entry_id"))
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise self._over("not_loaded")
        lock = entry.runtime_data.data.locks.get(str(data.get("device_id")))
        if lock is None:
            raise self._over("lock_gone")
        if (code := lock.code(str(data.get("access_code_id")))) is None:
            raise self._over("code_gone")
        if (other := lock.code(str(data.get("other_access_code_id")))) is None:
            raise self._over("other_gone")
        if other.is_managed:
            raise self._over("managed_now")
        if all(
            colliding_code(lock, code, problem) is not other
            for problem in code.own_errors
        ):
            raise self._over("solved")
        return _Collision(coordinator=entry.runtime_data, lock=lock, other=other)

    def _over(self, reason: str) -> AbortFlow:
        return AbortFlow(reason, self._placeholders)


async def _async_convert(collision: _Collision) -> JsonObject:
    [outcome] = await async_convert(
        collision.coordinator,
        collision.lock,
        [collision.other],
        allow_external_modification=None,
        force=None,
        dry_run=False,
    )
    return outcome


async def _async_delete(collision: _Collision) -> JsonObject:
    return await async_delete(collision.coordinator, collision.lock, collision.other)
